/* Opening the phrases' file, with whatever bytes it has. */
#include "base/alloc.h"
#include "base/utf8.h"
#include "scan/phrases_int.h"

#include <fcntl.h>
#include <unistd.h>

static int damaged(struct bdl_err *err, const char *what)
{
	return bdl_fail(err, BDL_E_INVALID, "not a file of phrases: %s", what);
}

/* Counts within their limits, so that the layout made of them cannot overflow. */
static bool counts_are_sane(const struct bdl_phrases_header *h)
{
	uint64_t uses = (uint64_t)2 * BDL_PHRASES_SPELLINGS_MAX * BDL_PHRASES_PARTS_MAX;

	return h->n_classes <= BDL_PHRASES_CLASSES_MAX && h->n_phrases <= BDL_PHRASES_MAX &&
	    h->n_plain <= BDL_PHRASES_SPELLINGS_MAX &&
	    h->n_disguised <= BDL_PHRASES_SPELLINGS_MAX && h->n_uses <= uses &&
	    h->n_strings <= BDL_PHRASES_TEXT_MAX && h->n_fold_entries <= 0x110000 &&
	    h->n_fold_text <= 1 << 18 && h->tables_size <= 2u * BDL_PHRASES_TEXT_MAX &&
	    h->made_ms >= 0;
}

static int check_header(const struct bdl_map *map, struct bdl_err *err)
{
	const struct bdl_phrases_header *h = (const void *)map->p;

	if (map->n < sizeof(*h))
		return damaged(err, "it is too short");
	if (memcmp(h->magic, BDL_PHRASES_MAGIC, sizeof(h->magic)) != 0)
		return damaged(err, "it begins with other bytes");
	if (!counts_are_sane(h))
		return damaged(err, "a count is out of bounds");
	if (bdl_phrases_layout_of(h).end != map->n || h->file_size != map->n)
		return damaged(err, "its size is not what its header says");
	if (bdl_phrases_sum(map->p, map->n) != h->sum)
		return damaged(err, "its checksum is wrong");
	return 0;
}

static void find_parts(struct bdl_phrases *p)
{
	const unsigned char *file = p->map.p;
	p->h = (const void *)file;
	struct bdl_phrases_layout l = bdl_phrases_layout_of(p->h);

	p->classes = (const void *)(file + l.classes);
	p->phrases = (const void *)(file + l.phrases);
	p->plain = (const void *)(file + l.plain);
	p->disguised = (const void *)(file + l.disguised);
	p->uses = (const void *)(file + l.uses);
	p->strings = (const char *)file + l.strings;
	p->fold = (struct bdl_fold_table){
		.pages = (const void *)(file + l.fold_pages),
		.entries = (const void *)(file + l.fold_entries),
		.text = (const char *)file + l.fold_text,
		.n_entries = p->h->n_fold_entries,
		.n_text = p->h->n_fold_text,
	};
}

static bool is_within(uint64_t at, uint64_t n, uint64_t size)
{
	return at <= size && n <= size - at;
}

static bool classes_are_sane(const struct bdl_phrases *p)
{
	for (size_t i = 0; i < p->h->n_classes; i++) {
		const struct bdl_phrases_class *c = &p->classes[i];
		size_t n = strnlen(c->name, sizeof(c->name));
		if (n == 0 || n == sizeof(c->name) || c->kind > BDL_PHRASES_COMMON ||
		    !bdl_utf8_printable(bdl_view_at(c->name, n)))
			return false;
		for (size_t k = 0; k < BDL_PHRASES_CLASSES_MAX; k++)
			if (c->excused[k] > 100 || (c->excused[k] > 0 && k >= p->h->n_classes))
				return false;
	}
	return true;
}

static bool phrases_are_sane(const struct bdl_phrases *p)
{
	for (size_t i = 0; i < p->h->n_phrases; i++) {
		const struct bdl_phrases_phrase *q = &p->phrases[i];
		if (!is_within(q->text, q->n_text, p->h->n_strings) ||
		    q->class_ >= p->h->n_classes || q->n_parts == 0 ||
		    q->n_parts > BDL_PHRASES_PARTS_MAX || q->up_to == 0)
			return false;
	}
	return true;
}

static bool literals_are_sane(
    const struct bdl_phrases *p, const struct bdl_phrases_literal *literals, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct bdl_phrases_literal *l = &literals[i];
		if (!is_within(l->text, l->n, p->h->n_strings) || l->n == 0 ||
		    l->n > BDL_PHRASES_LITERAL_MAX || !is_within(l->first, l->n_uses, p->h->n_uses))
			return false;
	}
	return true;
}

static bool uses_are_sane(const struct bdl_phrases *p)
{
	for (size_t i = 0; i < p->h->n_uses; i++) {
		const struct bdl_phrases_use *u = &p->uses[i];
		if (u->phrase >= p->h->n_phrases || u->part >= p->phrases[u->phrase].n_parts ||
		    u->class_ != p->phrases[u->phrase].class_)
			return false;
	}
	return true;
}

static bool fold_is_sane(const struct bdl_fold_table *t)
{
	for (size_t i = 0; i < BDL_FOLD_PAGES; i++)
		if (((size_t)t->pages[i] + 1) * BDL_FOLD_PAGE > t->n_entries)
			return false;
	for (size_t i = 0; i < t->n_entries; i++) {
		struct bdl_view v = bdl_fold_text(t, t->entries[i]);
		char look = bdl_fold_look(t->entries[i]);
		if (bdl_fold_kind_of(t->entries[i]) == BDL_FOLD_TEXT &&
		    !is_within((size_t)(v.p - t->text), v.n, t->n_text))
			return false;
		if (look != 0 && (look < 'a' || look > 'z'))
			return false;
	}
	return true;
}

static int check_parts(const struct bdl_phrases *p, struct bdl_err *err)
{
	if (!classes_are_sane(p) || !phrases_are_sane(p))
		return damaged(err, "a class or a phrase is none");
	if (!literals_are_sane(p, p->plain, p->h->n_plain) ||
	    !literals_are_sane(p, p->disguised, p->h->n_disguised) || !uses_are_sane(p))
		return damaged(err, "a spelling is none");
	return fold_is_sane(&p->fold) ? 0 : damaged(err, "the table of characters is none");
}

/* The tables that lie in the file, where they fit this machine; else new ones of the same literals. */
static int get_finder(const struct bdl_phrases *p, hs_database_t **ret, struct bdl_err *err)
{
	const unsigned char *tables = p->map.p + bdl_phrases_layout_of(p->h).tables;

	if (p->h->n_disguised == 0)
		return 0;
	hs_error_t error = hs_deserialize_database((const char *)tables, p->h->tables_size, ret);
	if (error == HS_SUCCESS)
		return 0;
	if (error != HS_DB_PLATFORM_ERROR && error != HS_DB_VERSION_ERROR)
		return damaged(err, "the finder's tables are none");
	return bdl_finder_make(p->disguised, p->h->n_disguised, p->strings, ret, err);
}

static uint64_t bit_of(const struct bdl_phrases *p, struct bdl_view word)
{
	return bdl_hash64(word.p, word.n, 0) & (p->n_bits - 1);
}

bool bdl_phrases_has_word(const struct bdl_phrases *p, struct bdl_view word)
{
	uint64_t bit = bit_of(p, word);

	return (p->odd_words[bit / 64] >> bit % 64 & 1) != 0;
}

static void index_words(struct bdl_phrases *p)
{
	p->n_bits = 1024;
	while (p->n_bits < (uint64_t)p->h->n_disguised * 64)
		p->n_bits *= 2;
	p->odd_words = bdl_xcalloc(p->n_bits / 64, sizeof(*p->odd_words));
	for (size_t i = 0; i < p->h->n_disguised; i++) {
		const struct bdl_phrases_literal *l = &p->disguised[i];
		struct bdl_view rest = bdl_view_at(p->strings + l->text, l->n), word;
		while (bdl_view_cut(&rest, ' ', &word)) {
			uint64_t bit = bit_of(p, word);
			p->odd_words[bit / 64] |= 1ULL << bit % 64;
		}
	}
}

int bdl_phrases_open(const char *path, struct bdl_phrases **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = bdl_xalloc(sizeof(*p));
	int rc = bdl_file_map(path, &p->map, err);

	if (rc < 0)
		return rc;
	rc = check_header(&p->map, err);
	if (rc == 0) {
		find_parts(p);
		rc = check_parts(p, err);
	}
	if (rc == 0)
		rc = get_finder(p, &p->find_disguised, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "%s", path);
	index_words(p);
	p->words = bdl_words_new(p);
	p->spans = bdl_spans_new(p);
	p->within = bdl_within_new(p);
	p->masks = bdl_masks_new(p);
	*ret = bdl_steal(&p);
	return 0;
}

void bdl_phrases_close(struct bdl_phrases *p)
{
	if (p == NULL)
		return;
	(void)hs_free_database(
	    p->find_disguised); /* takes NULL; nothing to be done where it fails */
	bdl_file_unmap(&p->map);
	free(p->odd_words);
	bdl_words_free(p->words);
	bdl_spans_free(p->spans);
	bdl_within_free(p->within);
	bdl_masks_free(p->masks);
	free(p);
}

size_t bdl_phrases_classes(const struct bdl_phrases *p)
{
	return p->h->n_classes;
}

const char *bdl_phrases_class(const struct bdl_phrases *p, size_t i)
{
	BDL_BUG_IF(i >= p->h->n_classes);
	return p->classes[i].name;
}

enum bdl_phrases_kind bdl_phrases_class_kind(const struct bdl_phrases *p, size_t i)
{
	BDL_BUG_IF(i >= p->h->n_classes);
	return (enum bdl_phrases_kind)p->classes[i].kind;
}

int bdl_phrases_class_find(const struct bdl_phrases *p, struct bdl_view name)
{
	for (size_t i = 0; i < p->h->n_classes; i++)
		if (bdl_view_is(name, p->classes[i].name))
			return (int)i;
	return -1;
}

size_t bdl_phrases_count(const struct bdl_phrases *p)
{
	return p->h->n_phrases;
}

struct bdl_phrases_one bdl_phrases_at(const struct bdl_phrases *p, size_t i)
{
	BDL_BUG_IF(i >= p->h->n_phrases);
	const struct bdl_phrases_phrase *q = &p->phrases[i];
	return (struct bdl_phrases_one){
		.text = bdl_view_at(p->strings + q->text, q->n_text),
		.class_ = q->class_,
		.weight = q->weight,
		.firm = (q->flags & BDL_PHRASES_FIRM) != 0,
		.combined = q->n_parts > 1,
	};
}

size_t bdl_phrases_spellings(const struct bdl_phrases *p)
{
	return p->h->n_plain;
}

bool bdl_phrases_spelling(const struct bdl_phrases *p, size_t i, size_t class_,
    struct bdl_view *ret_text, int *ret_weight)
{
	bool is_one = false;

	BDL_BUG_IF(i >= p->h->n_plain);
	const struct bdl_phrases_literal *l = &p->plain[i];
	for (size_t k = 0; k < l->n_uses; k++) {
		const struct bdl_phrases_phrase *q = &p->phrases[p->uses[l->first + k].phrase];

		if (q->class_ != class_ || q->n_parts > 1 || (is_one && q->weight <= *ret_weight))
			continue;
		is_one = true;
		*ret_weight = q->weight;
		*ret_text = bdl_view_trim(bdl_view_at(p->strings + l->text, l->n));
	}
	return is_one;
}

size_t bdl_phrases_disguises(const struct bdl_phrases *p)
{
	return p->h->n_disguised;
}

int64_t bdl_phrases_made_ms(const struct bdl_phrases *p)
{
	return p->h->made_ms;
}

size_t bdl_phrases_bytes(const struct bdl_phrases *p)
{
	return p->map.n;
}

uint64_t bdl_phrases_mark(const struct bdl_phrases *p)
{
	return p->h->sum;
}

uint64_t bdl_phrases_mark_of(const char *path)
{
	struct bdl_phrases_header h;
	BDL_AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &h, sizeof(h)) != (ssize_t)sizeof(h) ||
	    memcmp(h.magic, BDL_PHRASES_MAGIC, sizeof(h.magic)) != 0)
		return 0;
	return h.sum;
}
