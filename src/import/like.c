/*
 * How like a statement is to sentences that mean a clause.
 *
 * Sentences are cut into units: a word, or words together that stand for a concept. A unit of an example
 * is found in a statement by its word, or by another word of one of its concepts. Units weigh by how few
 * clauses have them in their examples (the logarithm of the inverse share, as in text retrieval).
 * The likeness is what is found of the example's weight; for a statement shorter than the example it
 * is the geometric mean of that and of what is found of the statement's own weight.
 */
#include "base/alloc.h"
#include "import/match_int.h"
#include <math.h>

#define UNITS_MAX    64    /* of an example */
#define CONCEPTS_MAX 6     /* of a unit */
#define WORD_MAX     2.2F  /* weight of a word that no concept has */
#define UNKNOWN      0.4F  /* of one that no example has */
#define SAME_CONCEPT 0.75F /* of a unit for which another word of its concept stands */
#define COMMON       0.5F  /* of a concept that means nothing alone */
#define AGREES       0.8F  /* weight from which a unit counts as found */
#define AGREE_LEAST  2     /* one unit alone is an accident */
#define ITSELF_LEAST 0.5F  /* of what is found, so much stands in the statement itself */

struct unit {
	uint16_t stem; /* BDL_NO_STEM where several words make it */
	uint16_t concepts[CONCEPTS_MAX];
	uint8_t n;
	bool empty;
	uint16_t from, took; /* tokens */
	float weight;
};

/* An example, cut. */
struct pattern_of {
	uint16_t kind;
	size_t first, n; /* units */
	float weight;
};

struct bdl_likes {
	float *stems, *concepts; /* weights */
	struct unit *units;
	struct pattern_of *examples;
	size_t n_units, n;
};

/* --- units --- */

/* Names of concepts alone: words in quotes are for conditions. Whom a sentence binds says little. */
static void add_concept(const struct bdl_concepts *c, struct unit *u, uint16_t number)
{
	const struct bdl_concept *concept = &c->concepts[number];

	if (concept->name.n == 0 || u->n == CONCEPTS_MAX ||
	    (concept->traits &
		(BDL_TRAIT_WHOM | BDL_TRAIT_BACK | BDL_TRAIT_ASIDE | BDL_TRAIT_EMPTY)))
		return;
	for (size_t i = 0; i < u->n; i++)
		if (u->concepts[i] == number)
			return;
	u->concepts[u->n++] = number;
}

/* The unit that begins at the token: as many words as a concept has there. */
static struct unit unit_at(
    const struct bdl_concepts *c, const struct bdl_token *tokens, size_t n, size_t at)
{
	struct unit u = { .stem = tokens[at].stem, .from = (uint16_t)at, .took = 1 };

	for (uint16_t p = c->stems[tokens[at].stem].first; p; p = c->patterns[p - 1].next) {
		const struct bdl_pattern *pattern = &c->patterns[p - 1];
		size_t took = bdl_pattern_fits(pattern, tokens, n, at);

		if (took == 0 || took > 3 || c->concepts[pattern->concept].name.n == 0)
			continue;
		if (took > u.took) {
			u.took = (uint16_t)took;
			u.stem = BDL_NO_STEM;
		}
		u.empty = u.empty ||
		    (took == 1 && (c->concepts[pattern->concept].traits & BDL_TRAIT_EMPTY));
		add_concept(c, &u, pattern->concept);
	}
	return u;
}

static size_t cut_units(const struct bdl_concepts *c, const struct bdl_token *tokens, size_t n,
    struct unit *units, size_t max)
{
	size_t made = 0;

	for (size_t at = 0; at < n && made < max; at += units[made - 1].took)
		units[made++] = unit_at(c, tokens, n, at);
	return made;
}

/* --- weights --- */

/* In how many kinds each word and concept is; the examples of a kind mostly follow each other. */
struct tally {
	unsigned *stems, *concepts;
	uint16_t *last_stem, *last_concept; /* kind + 1 */
};

static void count_one(unsigned *count, uint16_t *last, uint16_t kind)
{
	*count += *last != kind;
	*last = kind;
}

static void count_units(const struct bdl_likes *l, struct tally *t)
{
	for (size_t i = 0; i < l->n; i++) {
		uint16_t kind = (uint16_t)(l->examples[i].kind + 1); /* 0 for none */

		for (size_t k = 0; kind > 0 && k < l->examples[i].n; k++) {
			const struct unit *u = &l->units[l->examples[i].first + k];

			if (u->stem != BDL_NO_STEM)
				count_one(&t->stems[u->stem], &t->last_stem[u->stem], kind);
			for (size_t j = 0; j < u->n; j++)
				count_one(&t->concepts[u->concepts[j]],
				    &t->last_concept[u->concepts[j]], kind);
		}
	}
}

static float weight_of(size_t kinds, unsigned among)
{
	float w = logf((1 + (float)kinds) / (0.5F + (float)among));

	return w > 0 ? w : 0;
}

static void weigh(const struct bdl_concepts *c, struct bdl_likes *l)
{
	BDL_AUTO_FREE unsigned *counts = bdl_xcalloc(c->n_stems + c->n_concepts, sizeof(*counts));
	BDL_AUTO_FREE uint16_t *last = bdl_xcalloc(c->n_stems + c->n_concepts, sizeof(*last));
	struct tally t = { counts, counts + c->n_stems, last, last + c->n_stems };

	count_units(l, &t);
	for (size_t i = 0; i < c->n_stems; i++) {
		float w = t.stems[i] > 0 ? weight_of(c->n_kinds, t.stems[i]) : UNKNOWN;

		l->stems[i] = w < WORD_MAX ? w : WORD_MAX;
	}
	for (size_t i = 0; i < c->n_concepts; i++)
		l->concepts[i] = weight_of(c->n_kinds, t.concepts[i]) *
		    (c->concepts[i].traits & BDL_TRAIT_COMMON ? COMMON : 1);
}

/* Its weightiest concept's, or its word's. */
static void weigh_units(const struct bdl_likes *l, struct unit *units, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct unit *u = &units[i];

		u->weight = u->n == 0 && u->took == 1 && !u->empty ? l->stems[u->stem] : 0;
		for (size_t k = 0; k < u->n; k++)
			u->weight = fmaxf(u->weight, l->concepts[u->concepts[k]]);
	}
}

static bool say_the_same(const struct bdl_likes *l, const struct unit *a, const struct unit *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->concepts[i] == b->concepts[k] &&
			    l->concepts[a->concepts[i]] >= a->weight)
				return true;
	return false;
}

/* "Photograph or film": of units that say the same the first counts. */
static float drop_repeated(const struct bdl_likes *l, struct unit *units, size_t n)
{
	float sum = 0;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i && units[i].weight > 0; k++)
			if (units[k].weight > 0 && say_the_same(l, &units[i], &units[k]))
				units[i].weight = 0;
		sum += units[i].weight;
	}
	return sum;
}

struct bdl_likes *bdl_likes_make(const struct bdl_concepts *c, struct bdl_region *region)
{
	struct bdl_likes *l = bdl_region_get(region, sizeof(*l));
	struct bdl_token tokens[UNITS_MAX];

	if (!l)
		return NULL;
	l->stems = bdl_region_array(region, c->n_stems, sizeof(*l->stems));
	l->concepts = bdl_region_array(region, c->n_concepts + 1, sizeof(*l->concepts));
	l->examples = bdl_region_array(region, c->n_examples + 1, sizeof(*l->examples));
	l->units = bdl_region_array(region, c->n_example_words + 1, sizeof(*l->units));
	if (!l->stems || !l->concepts || !l->examples || !l->units)
		return NULL;
	for (; l->n < c->n_examples; l->n++) {
		struct pattern_of *e = &l->examples[l->n];
		size_t n = bdl_tokens_look(c, c->examples[l->n].words, tokens, UNITS_MAX);

		e->kind = c->examples[l->n].kind;
		e->first = l->n_units;
		e->n = cut_units(c, tokens, n, l->units + e->first, UNITS_MAX);
		l->n_units += e->n;
	}
	weigh(c, l);
	weigh_units(l, l->units, l->n_units);
	for (size_t i = 0; i < l->n; i++)
		l->examples[i].weight =
		    drop_repeated(l, l->units + l->examples[i].first, l->examples[i].n);
	return l;
}

/* --- likeness --- */

/* How much of each word and concept stands in what is looked at, 0 to 1. */
struct presence {
	float *stems, *concepts;
};

static void be_present(const struct presence *p, const struct unit *units, size_t n, float share)
{
	for (size_t i = 0; i < n; i++) {
		if (units[i].stem != BDL_NO_STEM)
			p->stems[units[i].stem] = fmaxf(p->stems[units[i].stem], share);
		for (size_t k = 0; k < units[i].n; k++)
			p->concepts[units[i].concepts[k]] =
			    fmaxf(p->concepts[units[i].concepts[k]], share);
	}
}

/* How much of the unit's weight is found. */
static float found_of(const struct bdl_likes *l, const struct presence *p, const struct unit *u)
{
	float best = u->stem == BDL_NO_STEM ? 0 : p->stems[u->stem] * u->weight;

	for (size_t i = 0; i < u->n; i++)
		best = fmaxf(best,
		    l->concepts[u->concepts[i]] * p->concepts[u->concepts[i]] *
			(u->took > 1 ? 1 : SAME_CONCEPT));
	return fminf(best, u->weight);
}

static float likeness(const struct bdl_likes *l, const struct pattern_of *e,
    const struct presence *all, const struct presence *own, float weight, float *ret_share)
{
	float sum = 0, itself = 0, like;
	unsigned agree = 0;

	for (size_t k = 0; k < e->n; k++) {
		const struct unit *u = &l->units[e->first + k];
		float found = found_of(l, all, u);

		sum += found;
		itself += found_of(l, own, u);
		agree += found >= AGREES;
	}
	if (agree < AGREE_LEAST || itself < sum * ITSELF_LEAST || e->weight <= 0)
		return 0;
	*ret_share = fminf(1, sum / weight);
	like = sum / e->weight;
	if (weight < e->weight)
		like = fmaxf(like, sqrtf(like * *ret_share));
	return fminf(like, 1);
}

void bdl_likes_find(const struct bdl_matcher *m, const struct bdl_beside *beside, size_t n_beside,
    struct bdl_liking *ret)
{
	const struct bdl_concepts *c = m->c;
	const struct bdl_likes *l = m->likes;
	size_t room = c->n_stems + c->n_concepts;
	BDL_AUTO_FREE struct unit *units = bdl_xcalloc(BDL_TOKENS_MAX, sizeof(*units));
	BDL_AUTO_FREE float *present = bdl_xcalloc(2 * room, sizeof(*present));
	struct presence all = { present, present + c->n_stems };
	struct presence own = { present + room, present + room + c->n_stems };
	float weight = 0, none = 0;

	for (size_t i = 0; i < n_beside; i++) {
		size_t b = beside[i].at;
		size_t n = cut_units(c, m->tokens[b], m->n_tokens[b], units, BDL_TOKENS_MAX);

		be_present(&all, units, n, beside[i].share);
		if (!beside[i].own)
			continue;
		be_present(&own, units, n, 1);
		weigh_units(l, units, n);
		for (size_t k = 0; k < n; k++)
			weight += units[k].weight;
	}
	memset(ret, 0, c->n_kinds * sizeof(*ret));
	for (size_t i = 0; i < l->n && weight > 0; i++) {
		const struct pattern_of *e = &l->examples[i];
		float share = 0, like = likeness(l, e, &all, &own, weight, &share);

		if (e->kind == BDL_NO_KIND)
			none = fmaxf(none, like);
		else if (like > ret[e->kind].like)
			ret[e->kind] = (struct bdl_liking){ like, share, (uint16_t)i };
	}
	for (size_t i = 0; i < c->n_kinds; i++)
		if (ret[i].like < none)
			ret[i].like = 0;
}

size_t bdl_likes_words(
    const struct bdl_matcher *m, size_t at, uint16_t example, struct bdl_found *ret, size_t max)
{
	const struct bdl_likes *l = m->likes;
	const struct pattern_of *e = &l->examples[example];
	size_t room = m->c->n_stems + m->c->n_concepts, made = 0;
	BDL_AUTO_FREE struct unit *units = bdl_xcalloc(BDL_TOKENS_MAX, sizeof(*units));
	BDL_AUTO_FREE float *present = bdl_xcalloc(room, sizeof(*present));
	struct presence p = { present, present + m->c->n_stems };
	size_t n = cut_units(m->c, m->tokens[at], m->n_tokens[at], units, BDL_TOKENS_MAX);

	be_present(&p, l->units + e->first, e->n, 1);
	weigh_units(l, units, n);
	for (size_t i = 0; i < n && made < max; i++)
		if (found_of(l, &p, &units[i]) >= AGREES)
			ret[made++] = (struct bdl_found){ units[i].from, units[i].took };
	return made;
}
