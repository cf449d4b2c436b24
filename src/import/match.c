/*
 * What a statement means: each line of the concepts whose condition holds speaks for its clause, and
 * the lines that speak for the same one add up as independent witnesses would (1 - the product of
 * their doubts).
 *
 * A condition looks at the statement, at the words above a list that it is an item of, and where it
 * says "it" at the sentence before; behind `under` also at its heading and at the first sentence of
 * its paragraph, and a condition that holds only with those counts less. Something in the statement
 * itself must speak for the clause, or each item below "Staff must not share:" would mean the same.
 *
 * Long policies tell much that binds nobody: what the law says, who does what, what children learn.
 * So a statement that obliges nobody counts less, and what is only named counts half.
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "import/match_int.h"
#include <math.h>

#define SPOKE_MAX  32
#define BESIDE_MAX (2 + BACK + 2 * BDL_LEADS_MAX)
#define BACK       1   /* sentences that a pronoun reaches back */
#define FAR        0.7 /* what is left of one that needs words of the heading */
#define IDLE       0.61 /* what is left of a meaning where nobody is obliged: the surest are a match */
#define NAMED      0.5 /* what is left of one that is only named */

/* How much of a word counts that stands in what leads the statement, in the sentence before, or above it. */
#define LEADING   0.9F
#define SPOKEN_OF 0.8F
#define ABOVE     0.5F

/* Likeness, of 1. */
#define LIKE_UNSURE  0.5  /* it is to be asked about */
#define LIKE_MATCHED 0.65 /* it is as sure as a match, where a condition holds too */
#define LIKE_ALONE   0.72
#define LIKE_BEST    0.95 /* how sure the greatest is */
#define LIKE_MARGIN  0.12 /* below the greatest: what is less alike is an echo */

/* A likeness alone counts by the share of the statement that agrees: so much of it where that is none. */
#define SHARE_NONE  0.5
#define SHARE_GROWS 1.25 /* and so much more with all of it; 1 at most */

/* What a condition looks at besides the statement and what leads it. */
enum reach { ITSELF, HEADINGS, PARAGRAPH };

/* The statement that is looked at. */
struct look {
	const struct bdl_matcher *m;
	size_t at;
	size_t first;                /* sentence of its paragraph */
	size_t above[BDL_LEADS_MAX]; /* headings */
	size_t n_above;
	size_t back[BACK]; /* sentences before it that "it" may stand for */
	size_t n_back;
	uint32_t asked;                    /* the question that it answers, or BDL_NO_STATEMENT */
	struct bdl_found spoke[SPOKE_MAX]; /* words of its own that made conditions true */
	size_t n_spoke;
};

/* --- conditions --- */

static void speak(struct look *l, struct bdl_found words)
{
	for (size_t i = 0; i < l->n_spoke; i++)
		if (l->spoke[i].from == words.from && l->spoke[i].n == words.n)
			return;
	if (l->n_spoke < SPOKE_MAX)
		l->spoke[l->n_spoke++] = words;
}

static bool word_holds(struct look *l, uint16_t concept, enum reach reach, bool counts)
{
	const struct bdl_matcher *m = l->m;
	uint32_t lead = m->s->items[l->at].lead;

	if (m->found[l->at][concept].n > 0) {
		if (counts && !(m->c->concepts[concept].traits & BDL_TRAIT_COMMON))
			speak(l, m->found[l->at][concept]);
		return true;
	}
	for (unsigned steps = 0; lead != BDL_NO_STATEMENT && steps < BDL_LEADS_MAX; steps++) {
		if (m->found[lead][concept].n > 0)
			return true;
		lead = m->s->items[lead].lead;
	}
	for (size_t i = 0; i < l->n_back; i++)
		if (m->found[l->back[i]][concept].n > 0)
			return true;
	if (l->asked != BDL_NO_STATEMENT && m->found[l->asked][concept].n > 0)
		return true;
	if (reach == PARAGRAPH && m->found[l->first][concept].n > 0)
		return true;
	for (size_t i = 0; reach >= HEADINGS && i < l->n_above; i++)
		if (m->found[l->above[i]][concept].n > 0)
			return true;
	return false;
}

/* Both sides are looked at, so that all that speaks for it is known. The tree is not deep. */
static bool holds(struct look *l, uint16_t node, enum reach reach, bool counts)
{
	const struct bdl_node *n = &l->m->c->nodes[node];
	bool a, b;

	switch (n->kind) {
	case BDL_NODE_WORD:
		return word_holds(l, n->a, reach, counts);
	case BDL_NODE_NOT:
		return !holds(l, n->a, reach, false);
	case BDL_NODE_UNDER:
		return holds(l, n->a, PARAGRAPH, counts);
	case BDL_NODE_AND:
	case BDL_NODE_OR:
	default:
		a = holds(l, n->a, reach, counts);
		b = holds(l, n->b, reach, counts);
		return n->kind == BDL_NODE_AND ? a && b : a || b;
	}
}

/* --- meanings --- */

/* The words of the statement that spoke, in its order. */
static struct bdl_view why(const struct look *l)
{
	const struct bdl_matcher *m = l->m;
	struct bdl_view words = m->s->items[l->at].words;
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_WHY_MAX);
	uint16_t last = 0;

	for (size_t k = 0; k < BDL_TOKENS_MAX; k++)
		for (size_t i = 0; i < l->n_spoke; i++) {
			const struct bdl_found *f = &l->spoke[i];
			const struct bdl_token *t = &m->tokens[l->at][f->from];

			if (f->from != k || (out.n > 0 && k < last))
				continue;
			last = (uint16_t)(k + f->n);
			(void)bdl_buf_printf(&out, "%s%.*s", out.n ? ", " : "",
			    (int)(t[f->n - 1].to - t->from), words.p + t->from);
		}
	return bdl_region_view(m->region, bdl_buf_view(&out)); /* what does not fit is left out */
}

/* The first variant that fits, and whose values the sentence states. */
static void put_rules(struct look *l, struct bdl_meaning *means)
{
	struct bdl_view words = l->m->s->items[l->at].words;

	for (const struct bdl_variant *v = l->m->c->kinds[means->kind].variants; v; v = v->next) {
		struct bdl_buf rules BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_CONCEPTS_BYTES_MAX);
		struct bdl_buf read BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_WHY_MAX);

		if (!(v->always || holds(l, v->node, PARAGRAPH, false)) ||
		    !bdl_values_fill(v->rules, words, &rules, &read))
			continue;
		means->rules = bdl_region_view(l->m->region, bdl_buf_view(&rules));
		means->read = bdl_region_view(l->m->region, bdl_buf_view(&read));
		return;
	}
}

static int by_sureness(const void *a, const void *b)
{
	const struct bdl_meaning *x = a, *y = b;

	return x->sure != y->sure ? y->sure - x->sure : x->kind - y->kind;
}

struct doubts {
	double left[BDL_KINDS_MAX]; /* of each kind: the chance that it is not meant */
	struct bdl_liking likes[BDL_KINDS_MAX];
	struct look looks[BDL_KINDS_MAX];
};

static void find_above(struct look *l)
{
	const struct bdl_statement *all = l->m->s->items, *s = &all[l->at];
	size_t first = l->at;
	uint32_t heading = s->heading;
	unsigned level = UINT32_MAX;

	while (first > 0 && all[first - 1].block == s->block)
		first--;
	l->first = first;
	/* The nearest heading, and those of a higher order above it. */
	for (; heading != BDL_NO_STATEMENT && l->n_above < BDL_LEADS_MAX; heading--) {
		if (all[heading].kind == BDL_STATEMENT_HEADING && all[heading].level < level) {
			level = all[heading].level;
			l->above[l->n_above++] = heading;
		}
		if (heading == 0 || level <= 2)
			break;
	}
}

static void find_back(struct look *l)
{
	const struct bdl_statement *all = l->m->s->items;

	if (!bdl_has_trait(l->m, l->at, BDL_TRAIT_BACK))
		return;
	while (l->n_back < BACK && l->at > l->n_back &&
	    all[l->at - l->n_back - 1].block == all[l->at].block) {
		l->back[l->n_back] = l->at - l->n_back - 1;
		l->n_back++;
		if (!bdl_has_trait(l->m, l->back[l->n_back - 1], BDL_TRAIT_BACK))
			return; /* it says itself what it speaks of */
	}
}

/* --- likeness --- */

/* Whether a sure condition has spoken for some of the words already. */
static bool is_told(const struct look *l, const struct doubts *d, struct bdl_found words)
{
	for (size_t i = 0; i < l->m->c->n_kinds; i++)
		for (size_t k = 0;
		     d->left[i] <= 1 - BDL_SURE_MATCHED / 100.0 && k < d->looks[i].n_spoke; k++) {
			const struct bdl_found *w = &d->looks[i].spoke[k];

			if (words.from < w->from + w->n && w->from < words.from + words.n)
				return true;
		}
	return false;
}

/* The statement and what is looked at with it; how many. */
static size_t find_beside(const struct look *l, struct bdl_beside beside[BESIDE_MAX])
{
	const struct bdl_statement *all = l->m->s->items;
	uint32_t lead = all[l->at].lead;
	size_t n = 0;

	beside[n++] = (struct bdl_beside){ l->at, 1, true };
	if (l->asked != BDL_NO_STATEMENT)
		beside[n++] = (struct bdl_beside){ l->asked, 1, true };
	for (unsigned steps = 0; lead != BDL_NO_STATEMENT && steps < BDL_LEADS_MAX; steps++) {
		beside[n++] = (struct bdl_beside){ lead, LEADING, false };
		lead = all[lead].lead;
	}
	for (size_t i = 0; i < l->n_back; i++)
		beside[n++] = (struct bdl_beside){ l->back[i], SPOKEN_OF, false };
	for (size_t i = 0; i < l->n_above; i++)
		beside[n++] = (struct bdl_beside){ l->above[i], ABOVE, false };
	return n;
}

/* How sure a likeness is, `least` that of a match. */
static double sure_of(double like, double least)
{
	const double unsure = BDL_SURE_UNSURE / 100.0, matched = BDL_SURE_MATCHED / 100.0;

	return like >= least
	    ? matched + (like - least) / (1 - least) * (LIKE_BEST - matched)
	    : unsure + (like - LIKE_UNSURE) / (least - LIKE_UNSURE) * (matched - unsure);
}

/*
 * Of a likeness that no condition speaks for, what is left where it is little of what the statement
 * says: two words of a long sentence stand in it by chance.
 */
static double alone(const struct bdl_liking *like)
{
	return (double)like->like * fmin(1, SHARE_NONE + SHARE_GROWS * (double)like->share);
}

/* Whether some of the words by which a kind is alike are not explained by a condition already. */
static bool is_fresh(struct look *look, const struct look *l, const struct doubts *d, size_t kind)
{
	bool fresh = l->asked != BDL_NO_STATEMENT;

	*look = *l;
	look->n_spoke =
	    bdl_likes_words(l->m, l->at, d->likes[kind].example, look->spoke, SPOKE_MAX);
	for (size_t k = 0; k < look->n_spoke && !fresh; k++)
		fresh = !is_told(l, d, look->spoke[k]);
	return fresh;
}

/*
 * Likeness to examples is one more witness; of kinds that no condition speaks for, only where some of
 * the words that are alike are not explained by one already.
 */
static void add_likes(const struct look *l, struct doubts *d)
{
	struct bdl_beside beside[BESIDE_MAX];
	size_t kinds = l->m->c->n_kinds, n = find_beside(l, beside);
	float top = 0;

	bdl_likes_find(l->m, beside, n, d->likes);
	for (size_t i = 0; i < kinds; i++)
		top = d->likes[i].like > top ? d->likes[i].like : top;
	for (size_t i = 0; i < kinds; i++) {
		double like = (double)d->likes[i].like;
		bool only = d->left[i] == 1;

		if (like < LIKE_UNSURE || like < (double)top - LIKE_MARGIN)
			continue;
		if (only)
			like = alone(&d->likes[i]);
		if (like < LIKE_UNSURE || (only && !is_fresh(&d->looks[i], l, d, i)))
			continue;
		d->left[i] *= 1 - sure_of(like, only ? LIKE_ALONE : LIKE_MATCHED);
	}
}

static void add_hints(const struct look *base, struct doubts *d)
{
	const struct bdl_concepts *c = base->m->c;

	for (size_t i = 0; i < c->n_hints; i++) {
		const struct bdl_hint *hint = &c->hints[i];
		struct look l = *base;
		double sure = hint->sure / 100.0;

		if (!holds(&l, hint->node, ITSELF, true)) {
			l = *base;
			sure *= FAR;
			if (!holds(&l, hint->node, HEADINGS, true))
				continue;
		}
		if (l.n_spoke == 0 && l.asked == BDL_NO_STATEMENT)
			continue;
		d->left[hint->kind] *= 1 - sure;
		if (d->looks[hint->kind].n_spoke == 0)
			d->looks[hint->kind] = l;
		for (size_t k = 0; k < l.n_spoke; k++)
			speak(&d->looks[hint->kind], l.spoke[k]);
	}
}

/* The kinds that are meant, the surest first. */
static bool collect(const struct look *base, struct doubts *d, struct bdl_meanings *ret)
{
	const struct bdl_matcher *m = base->m;
	bool idle = base->asked == BDL_NO_STATEMENT && !bdl_obliges(m, base->at);
	bool aside = bdl_is_aside(m, base->at);
	size_t kinds = m->c->n_kinds, n = 0;

	for (size_t i = 0; i < kinds; i++)
		n += d->left[i] < 1;
	ret->items = bdl_region_array(m->region, n, sizeof(*ret->items));
	for (size_t i = 0; ret->items && i < kinds; i++) {
		const struct bdl_kind *kind = &m->c->kinds[i];
		double rest = aside && !kind->named ? NAMED : idle && !kind->told ? IDLE : 1;
		unsigned sure = (unsigned)((1 - d->left[i]) * rest * 100 + 0.5);

		if (sure < BDL_SURE_UNSURE)
			continue;
		ret->items[ret->n] = (struct bdl_meaning){
			.kind = (uint16_t)i,
			.sure = (uint8_t)(sure > 99 ? 99 : sure),
			.why = why(&d->looks[i]),
		};
		put_rules(&d->looks[i], &ret->items[ret->n++]);
	}
	if (ret->items && ret->n > 1)
		qsort(ret->items, ret->n, sizeof(*ret->items), by_sureness);
	return ret->items != NULL;
}

static bool match_one(
    const struct bdl_matcher *m, size_t at, struct doubts *d, struct bdl_meanings *ret)
{
	struct look base = { .m = m, .at = at, .asked = bdl_statement_asked(m->s, at) };

	find_above(&base);
	find_back(&base);
	for (size_t i = 0; i < m->c->n_kinds; i++) {
		d->left[i] = 1;
		d->looks[i].n_spoke = 0;
	}
	add_hints(&base, d);
	add_likes(&base, d);
	return collect(&base, d, ret);
}

/* A question that is answered means what its answer means. */
static bool means_something(const struct bdl_statements *s, size_t at)
{
	return s->items[at].kind != BDL_STATEMENT_HEADING &&
	    (at + 1 == s->n || bdl_statement_asked(s, at + 1) != at);
}

int bdl_concepts_match(const struct bdl_concepts *c, const struct bdl_statements *statements,
    struct bdl_region *region, struct bdl_meanings **ret, struct bdl_err *err)
{
	struct bdl_matcher m = { .c = c, .s = statements, .region = region };
	BDL_AUTO_FREE struct doubts *d = bdl_xalloc(sizeof(*d));
	struct bdl_meanings *all;
	bool fine = true;

	for (size_t i = 0; i < c->n_concepts; i++)
		m.knows_duties = m.knows_duties || (c->concepts[i].traits & BDL_TRAIT_DUTY);
	m.found = bdl_region_array(region, statements->n + 1, sizeof(*m.found));
	m.tokens = bdl_region_array(region, statements->n + 1, sizeof(*m.tokens));
	m.n_tokens = bdl_region_array(region, statements->n + 1, sizeof(*m.n_tokens));
	m.likes = bdl_likes_make(c, region);
	all = bdl_region_array(region, statements->n + 1, sizeof(*all));
	fine = m.found && m.tokens && m.n_tokens && m.likes && all;
	for (size_t i = 0; fine && i < statements->n; i++)
		fine = bdl_concepts_look(&m, i);
	for (size_t i = 0; fine && i < statements->n; i++)
		if (means_something(statements, i))
			fine = match_one(&m, i, d, &all[i]);
	if (!fine)
		return bdl_fail(err, BDL_E_LIMIT, "the text needs more memory than an import may");
	*ret = all;
	return 0;
}
