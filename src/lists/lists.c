/* Opening the lists file, with whatever bytes it has, and what its head says. */
#include "lists/lists.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "lists/illegal.h"
#include "lists/illegal_int.h"
#include "lists/lists_int.h"

bool bdl_is_category(struct bdl_view name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || bdl_is_digit(c) || c == '-'))
			return false;
	}
	return name.n > 0 && name.n <= BDL_CATEGORY_NAME_MAX;
}

static int damaged(struct bdl_err *err, const char *what)
{
	return bdl_fail(err, BDL_E_INVALID, "not a lists file: %s", what);
}

/* Counts within their limits, so that the layout made of them cannot overflow. */
static bool counts_are_sane(const struct bdl_lists_header *h)
{
	uint64_t most = BDL_LISTS_ENTRIES_MAX;

	return h->n_categories < BDL_LIST_CATEGORIES_MAX && h->n_sets <= BDL_LISTS_SETS_MAX &&
	    h->n_domains <= most && h->n_urls <= most && h->n_nets <= most && h->n_lines > 0 &&
	    h->n_lines <= most && h->reach <= BDL_LISTS_REACH_MAX &&
	    h->notes_size <= BDL_LISTS_NOTES_MAX && h->v4_lengths >> 33 == 0 &&
	    h->v6_lengths[2] >> 1 == 0;
}

static int check_header(const struct bdl_map *map, struct bdl_err *err)
{
	const struct bdl_lists_header *h = (const void *)map->p;

	if (map->n < sizeof(*h))
		return damaged(err, "it is too short");
	if (memcmp(h->magic, "BDLLIST1", sizeof(h->magic)) == 0)
		return damaged(err, "it is of an older version; compile the lists again");
	if (memcmp(h->magic, BDL_LISTS_MAGIC, sizeof(h->magic)) != 0)
		return damaged(err, "it begins with other bytes");
	if (!counts_are_sane(h))
		return damaged(err, "a count is out of bounds");
	if (bdl_lists_layout_of(h).end != map->n || h->file_size != map->n)
		return damaged(err, "its size is not what its header says");
	if (bdl_lists_head_sum(map->p) != h->head_sum)
		return damaged(err, "its checksum is wrong");
	return 0;
}

static const char *part_category(const struct bdl_lists_part *p, unsigned i)
{
	return p->names + (size_t)i * BDL_LISTS_NAME;
}

static int check_names(const struct bdl_lists_part *p, struct bdl_err *err)
{
	for (unsigned i = 0; i < p->header->n_categories; i++) {
		/* It ends within its field, which is longer than any name. */
		const char *field = part_category(p, i);
		if (!bdl_is_category(bdl_view_at(field, strnlen(field, BDL_LISTS_NAME))))
			return damaged(err, "a category's name is none");
	}
	return 0;
}

/* A set may only hold categories that have a name. */
static int check_sets(const struct bdl_lists_part *p, struct bdl_err *err)
{
	struct bdl_catset unknown;

	memset(&unknown, 0xff, sizeof(unknown));
	for (unsigned i = 0; i < p->header->n_categories; i++)
		unknown.w[i / 64] &= ~(1ULL << (i % 64));
	for (uint32_t i = 0; i < p->header->n_sets; i++) {
		if (bdl_catset_meets(&p->sets[i].has, &unknown) ||
		    bdl_catset_meets(&p->sets[i].except, &unknown))
			return damaged(err, "a set holds an unknown category");
	}
	return 0;
}

/* They are shown in a terminal, so they may hold nothing that steers one. */
static int check_notes(const struct bdl_lists_part *p, struct bdl_err *err)
{
	struct bdl_view rest = bdl_view_at(p->notes, p->header->notes_size), line, field;

	while (bdl_view_cut(&rest, '\n', &line)) {
		while (bdl_view_cut(&line, '\t', &field)) {
			if (!bdl_utf8_printable(field))
				return damaged(err, "its notes are no text");
		}
	}
	return 0;
}

static void find_parts(struct bdl_lists_part *p)
{
	p->header = (const void *)p->map.p;
	struct bdl_lists_layout at = bdl_lists_layout_of(p->header);
	p->names = (const char *)p->map.p + at.names;
	p->sets = (const void *)(p->map.p + at.sets);
	p->notes = (const char *)p->map.p + at.notes;
	p->lines = (const void *)(p->map.p + at.lines);
}

static int open_part(const char *path, struct bdl_lists_part *p, struct bdl_err *err)
{
	int rc = bdl_file_map(path, &p->map, err);

	if (rc < 0)
		return rc;
	rc = check_header(&p->map, err);
	if (rc == 0) {
		find_parts(p);
		rc = check_names(p, err);
	}
	if (rc == 0)
		rc = check_sets(p, err);
	if (rc == 0)
		rc = check_notes(p, err);
	return rc < 0 ? bdl_fail_in(err, rc, "%s", path) : 0;
}

/* The slot beside it. Where there was a list there has to be one. */
static int open_illegal(const char *path, struct bdl_lists *l, struct bdl_err *err)
{
	char beside[PATH_MAX];
	struct bdl_err why; /* that there is none is no error, so it may not fill the caller's */
	int rc = bdl_illegal_path(path, BDL_ILLEGAL_MAP, beside, err);

	if (rc < 0)
		return rc;
	rc = open_part(beside, &l->illegal, &why);
	if (rc < 0 && rc != BDL_E_MISSING)
		return bdl_fail(err, (enum bdl_code)rc, "%s", why.text);
	if (rc == BDL_E_MISSING) {
		if (!bdl_illegal_is_missing(path))
			return 0;
		return bdl_fail(err, BDL_E_INVALID,
		    "ILLEGAL LIST MISSING: the illegal-content list that was installed is gone; "
		    "install it again");
	}
	if (l->illegal.header->n_categories != 1 ||
	    strcmp(part_category(&l->illegal, 0), BDL_CATEGORY_ILLEGAL) != 0)
		return damaged(err, "the illegal slot holds another category");
	l->has_illegal = true;
	return 0;
}

int bdl_lists_open(const char *path, struct bdl_lists **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = bdl_xalloc(sizeof(*l));
	struct bdl_err why;
	int rc = open_part(path, &l->main, err);

	if (rc == 0)
		rc = open_illegal(path, l, err);
	else if (rc == BDL_E_MISSING && open_illegal(path, l, &why) < 0)
		return bdl_fail(err, why.code, "%s", why.text);
	else if (rc == BDL_E_MISSING && l->has_illegal)
		return bdl_fail(err, BDL_E_INVALID,
		    "%s is gone, and the illegal-content list is opened with it: compile the lists "
		    "again",
		    path);
	if (rc < 0)
		return rc;
	*ret = bdl_steal(&l);
	return 0;
}

void bdl_lists_close(struct bdl_lists *l)
{
	if (l == NULL)
		return;
	bdl_file_unmap(&l->main.map);
	bdl_file_unmap(&l->illegal.map);
	free(l);
}

int bdl_lists_verify(const struct bdl_lists *l, struct bdl_err *err)
{
	if (bdl_lists_lines_sum(l->main.map.p) != l->main.header->lines_sum)
		return damaged(err, "its entries have changed");
	if (l->has_illegal && bdl_lists_lines_sum(l->illegal.map.p) != l->illegal.header->lines_sum)
		return damaged(err, "the entries of the illegal slot have changed");
	return 0;
}

unsigned bdl_lists_categories(const struct bdl_lists *l)
{
	return l->main.header->n_categories + l->has_illegal;
}

const char *bdl_lists_category(const struct bdl_lists *l, unsigned i)
{
	BDL_BUG_IF(i >= bdl_lists_categories(l));
	return i < l->main.header->n_categories ? part_category(&l->main, i) : BDL_CATEGORY_ILLEGAL;
}

int bdl_lists_category_find(const struct bdl_lists *l, struct bdl_view name)
{
	for (unsigned i = 0; i < bdl_lists_categories(l); i++) {
		if (bdl_view_is(name, bdl_lists_category(l, i)))
			return (int)i;
	}
	return -1;
}

bool bdl_lists_category_is_empty(const struct bdl_lists *l, unsigned i)
{
	BDL_BUG_IF(i >= bdl_lists_categories(l));
	if (i == l->main.header->n_categories)
		return false; /* the illegal slot, which holds no empty list */
	for (uint32_t set = 0; set < l->main.header->n_sets; set++)
		if (bdl_catset_has(&l->main.sets[set].has, i))
			return false;
	return true;
}

uint64_t bdl_lists_domains(const struct bdl_lists *l)
{
	return l->main.header->n_domains;
}

uint64_t bdl_lists_urls(const struct bdl_lists *l)
{
	return l->main.header->n_urls;
}

uint64_t bdl_lists_nets(const struct bdl_lists *l)
{
	return l->main.header->n_nets;
}

int64_t bdl_lists_made_ms(const struct bdl_lists *l)
{
	return l->main.header->made_ms;
}

uint64_t bdl_lists_key(const struct bdl_lists *l)
{
	return l->main.header->key;
}

uint64_t bdl_lists_mark(const struct bdl_lists *l)
{
	/* The sums of heads that hold random keys; one after the other, as two may be the same. */
	uint64_t sums[2] = { l->main.header->head_sum,
		l->has_illegal ? l->illegal.header->head_sum : 0 };

	return bdl_hash64(sums, sizeof(sums), 0);
}

struct bdl_view bdl_lists_notes(const struct bdl_lists *l)
{
	return bdl_view_at(l->main.notes, l->main.header->notes_size);
}

bool bdl_lists_note_next(struct bdl_view *rest, struct bdl_lists_note *ret)
{
	struct bdl_view line, fields[8] = { { 0 } };
	uint64_t time_ms = 0;

	if (!bdl_view_cut(rest, '\n', &line))
		return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(fields); i++)
		if (!bdl_view_cut(&line, '\t', &fields[i]))
			break; /* what is missing stays empty */
	if (!bdl_view_uint(fields[5], INT64_MAX, &time_ms))
		time_ms = 0;
	*ret = (struct bdl_lists_note){ fields[0], fields[1], fields[2], fields[3], fields[4],
		(int64_t)time_ms, fields[6], fields[7] };
	return true;
}

bool bdl_lists_has_illegal(const struct bdl_lists *l, int64_t *ret_issued_ms)
{
	if (l->has_illegal && ret_issued_ms != NULL)
		*ret_issued_ms = l->illegal.header->made_ms;
	return l->has_illegal;
}
