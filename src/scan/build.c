/* Gathering phrases: every spelling is kept once, with what its finding means. */
#include "base/alloc.h"
#include "scan/build_int.h"

#define INDEX_FIRST  4096
#define DISGUISE_MIN 4 /* letters of what is looked for disguised; shorter ones are any word */
#define JOINED_MIN   5 /* of one that may stand anywhere among single letters */

int bdl_phrases_build_new(struct bdl_phrases_build **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = bdl_xalloc(sizeof(*b));
	int rc = bdl_fold_make(&b->fold, err);

	if (rc < 0)
		return rc;
	bdl_phrases_build_clear(b);
	*ret = bdl_steal(&b);
	return 0;
}

static void set_done(struct bdl_phrases_set *s)
{
	free(s->items);
	free(s->index);
}

void bdl_phrases_build_clear(struct bdl_phrases_build *b)
{
	struct bdl_fold_made fold = b->fold;

	set_done(&b->plain);
	set_done(&b->disguised);
	free(b->phrases);
	free(b->ties);
	free(b->excuses);
	bdl_buf_done(&b->strings);
	memset(b, 0, sizeof(*b));
	b->fold = fold;
	b->table = bdl_fold_made_table(&fold);
	b->strings = BDL_BUF(BDL_PHRASES_TEXT_MAX);
}

void bdl_phrases_build_free(struct bdl_phrases_build *b)
{
	if (b == NULL)
		return;
	bdl_phrases_build_clear(b);
	bdl_fold_made_done(&b->fold);
	free(b);
}

int bdl_phrases_build_class(
    struct bdl_phrases_build *b, struct bdl_view name, enum bdl_phrases_kind kind)
{
	for (size_t i = 0; i < b->n_classes; i++) {
		if (bdl_view_is(name, b->classes[i].name))
			return b->classes[i].kind == kind ? (int)i : -1;
	}
	if (b->n_classes == BDL_PHRASES_CLASSES_MAX)
		return -1;
	struct bdl_phrases_class *c = &b->classes[b->n_classes];
	memcpy(c->name, name.p, name.n);
	c->kind = (uint8_t)kind;
	return (int)b->n_classes++;
}

static int add_string(struct bdl_phrases_build *b, struct bdl_view v, uint32_t *ret)
{
	*ret = (uint32_t)b->strings.n;
	return bdl_buf_add_view(&b->strings, v);
}

int bdl_phrases_build_phrase(
    struct bdl_phrases_build *b, const struct bdl_phrases_phrase *like, struct bdl_view text)
{
	struct bdl_phrases_phrase p = *like;

	if (b->n_phrases == BDL_PHRASES_MAX || text.n > UINT16_MAX ||
	    add_string(b, text, &p.text) < 0)
		return BDL_E_LIMIT;
	p.n_text = (uint16_t)text.n;
	b->phrases = bdl_xgrow(b->phrases, b->n_phrases, &b->cap_phrases, sizeof(p));
	b->phrases[b->n_phrases++] = p;
	return 0;
}

/* --- literals --- */

static struct bdl_view text_of(
    const struct bdl_phrases_build *b, const struct bdl_phrases_literal *l)
{
	return bdl_view_at(b->strings.p + l->text, l->n);
}

static uint32_t *slot_of(const struct bdl_phrases_build *b, const struct bdl_phrases_set *s,
    struct bdl_view text, uint16_t flags)
{
	size_t at = bdl_hash64(text.p, text.n, flags);

	for (;; at++) {
		uint32_t *slot = &s->index[at & (s->n_index - 1)];
		if (*slot == 0)
			return slot;
		const struct bdl_phrases_literal *l = &s->items[*slot - 1];
		if (l->flags == flags && bdl_view_eq(text_of(b, l), text))
			return slot;
	}
}

static void grow_index(struct bdl_phrases_build *b, struct bdl_phrases_set *s)
{
	if (s->index != NULL && s->n * 2 < s->n_index)
		return;
	free(s->index);
	s->n_index = s->n_index == 0 ? INDEX_FIRST : s->n_index * 2;
	s->index = bdl_xcalloc(s->n_index, sizeof(*s->index));
	for (size_t i = 0; i < s->n; i++)
		*slot_of(b, s, text_of(b, &s->items[i]), s->items[i].flags) = (uint32_t)i + 1;
}

static int find_literal(struct bdl_phrases_build *b, struct bdl_phrases_set *s,
    struct bdl_view text, uint16_t flags, uint32_t *ret)
{
	struct bdl_phrases_literal l = { .n = (uint16_t)text.n, .flags = flags };

	grow_index(b, s);
	uint32_t *slot = slot_of(b, s, text, flags);
	if (*slot == 0) {
		if (s->n == BDL_PHRASES_SPELLINGS_MAX || add_string(b, text, &l.text) < 0)
			return BDL_E_LIMIT;
		s->items = bdl_xgrow(s->items, s->n, &s->cap, sizeof(l));
		s->items[s->n++] = l;
		*slot = (uint32_t)s->n;
	}
	*ret = *slot - 1;
	return 0;
}

/* One finding of a phrase by two of its spellings would be told twice. */
static bool is_tied(const struct bdl_phrases_build *b, const struct bdl_phrases_tie *t)
{
	for (size_t i = b->n_ties; i > 0 && b->ties[i - 1].use.phrase == t->use.phrase; i--) {
		const struct bdl_phrases_tie *u = &b->ties[i - 1];
		if (u->literal == t->literal && u->disguised == t->disguised &&
		    u->use.part == t->use.part)
			return true;
	}
	return false;
}

static int tie(struct bdl_phrases_build *b, bool disguised, struct bdl_view text, uint16_t flags,
    unsigned part)
{
	struct bdl_phrases_tie t = { .disguised = disguised };
	int rc = find_literal(b, disguised ? &b->disguised : &b->plain, text, flags, &t.literal);

	if (rc < 0)
		return rc;
	t.use.phrase = (uint32_t)b->n_phrases - 1;
	t.use.part = (uint8_t)part;
	t.use.class_ = b->phrases[b->n_phrases - 1].class_;
	if (is_tied(b, &t))
		return 0;
	b->ties = bdl_xgrow(b->ties, b->n_ties, &b->cap_ties, sizeof(t));
	b->ties[b->n_ties++] = t;
	return 0;
}

/* --- disguises --- */

/* As it would be written letter for letter with blanks between them, where no word shows its end. */
static int tie_joined(struct bdl_phrases_build *b, struct bdl_view folded, unsigned part)
{
	struct bdl_skeleton *s = &b->skeleton;
	char spaced[2 * BDL_PHRASES_LITERAL_MAX];
	size_t n = 0;

	for (size_t i = 0; i < folded.n; i++) {
		if ((unsigned char)folded.p[i] >= 0x80)
			return 0;
		if (folded.p[i] == ' ')
			continue;
		spaced[n++] = folded.p[i];
		spaced[n++] = ' ';
	}
	bdl_skeleton_make(s, &b->table, bdl_view_at(spaced, n));
	if (s->n_words != 1 || s->words[0].n < JOINED_MIN)
		return 0;
	return tie(b, true, bdl_view_at(s->text + s->words[0].at, s->words[0].n),
	    BDL_PHRASES_JOINED, part);
}

static int tie_disguises(struct bdl_phrases_build *b, struct bdl_view folded, unsigned part)
{
	const struct bdl_phrases_phrase *p = &b->phrases[b->n_phrases - 1];
	struct bdl_skeleton *s = &b->skeleton;
	size_t letters = 0;

	/* What excuses nobody disguises. */
	if (p->weight <= 0 || b->classes[p->class_].kind != BDL_PHRASES_CLASS)
		return 0;
	bdl_skeleton_make(s, &b->table, folded);
	for (size_t i = 0; i < folded.n; i++)
		letters += folded.p[i] != ' ';
	if (letters < DISGUISE_MIN || s->n > BDL_PHRASES_LITERAL_MAX)
		return 0;
	int rc = tie(b, true, bdl_view_at(s->text, s->n), 0, part);
	return rc == 0 ? tie_joined(b, folded, part) : rc;
}

int bdl_phrases_build_spelling(struct bdl_phrases_build *b, struct bdl_view text, unsigned part,
    bool open_before, bool open_after)
{
	char out[BDL_PHRASES_LITERAL_MAX];
	size_t n = 0;

	if (bdl_fold_short(&b->table, text, out + 1, sizeof(out) - 2, &n) < 0)
		return BDL_E_LIMIT;
	if (n == 0)
		return BDL_E_INVALID;
	out[0] = ' ';
	out[n + 1] = ' ';
	size_t from = open_before ? 1 : 0, end = open_after ? n + 1 : n + 2;
	int rc = tie(b, false, bdl_view_at(out + from, end - from), 0, part);
	if (rc == 0 && !open_before && !open_after)
		rc = tie_disguises(b, bdl_view_at(out + 1, n), part);
	return rc;
}
