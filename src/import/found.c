/* Which concepts stand in a statement, and where. */
#include "import/match_int.h"

/* How many of the tokens from `at` on are the pattern's, from its stem `i` on; 0: it does not fit. */
static size_t fits_from(
    const struct bdl_pattern *p, size_t i, const struct bdl_token *tokens, size_t n, size_t at)
{
	size_t from = at;

	for (; i < p->n && p->stems[i] != BDL_GAP_STEM; i++, at++)
		if (at >= n || tokens[at].stem != p->stems[i] || (i > 0 && tokens[at].begins))
			return 0;
	if (i == p->n)
		return at - from;
	for (size_t gap = 0; gap <= BDL_GAP_WORDS; gap++) {
		if (at + gap < n && tokens[at + gap].begins)
			return 0;
		size_t rest = fits_from(p, i + 1, tokens, n, at + gap);

		if (rest > 0)
			return at + gap + rest - from;
	}
	return 0;
}

size_t bdl_pattern_fits(
    const struct bdl_pattern *p, const struct bdl_token *tokens, size_t n, size_t at)
{
	return fits_from(p, 0, tokens, n, at);
}

/* The most tokens from `at` on that make a concept with one of the traits. */
static size_t longest_with(const struct bdl_concepts *c, const struct bdl_token *tokens, size_t n,
    size_t at, unsigned traits)
{
	size_t most = 0;

	for (uint16_t p = c->stems[tokens[at].stem].first; p; p = c->patterns[p - 1].next) {
		const struct bdl_pattern *pattern = &c->patterns[p - 1];
		size_t took = c->concepts[pattern->concept].traits & traits
		    ? bdl_pattern_fits(pattern, tokens, n, at)
		    : 0;

		most = took > most ? took : most;
	}
	return most;
}

/*
 * The tokens that only say whom the sentence binds: "All staff, governors and visitors ..."
 * What they are told is not about visitors.
 */
static size_t count_addressed(
    const struct bdl_concepts *c, const struct bdl_token *tokens, size_t n)
{
	size_t at = 0, took = 1;

	while (at < n && took > 0) {
		took = longest_with(c, tokens, n, at, BDL_TRAIT_WHOM);
		at += took;
	}
	return at < n && at > 1 ? at : 0;
}

/* Mark the tokens that an idiom has: no word of it stands for what it says alone. */
static void hide_idioms(
    const struct bdl_concepts *c, const struct bdl_token *tokens, size_t n, bool hidden[])
{
	for (size_t k = 0; k < n; k++) {
		size_t took = longest_with(c, tokens, n, k, BDL_TRAIT_IDIOM);

		for (size_t i = 0; i < took; i++)
			hidden[k + i] = true;
	}
}

bool bdl_concepts_look(struct bdl_matcher *m, size_t i)
{
	const struct bdl_concepts *c = m->c;
	struct bdl_token tokens[BDL_TOKENS_MAX];
	size_t n = bdl_tokens_look(c, m->s->items[i].words, tokens, BDL_TOKENS_MAX), addressed;
	bool hidden[BDL_TOKENS_MAX] = { false };

	m->found[i] = bdl_region_array(m->region, c->n_concepts + 1, sizeof(**m->found));
	m->tokens[i] = bdl_region_array(m->region, n + 1, sizeof(**m->tokens));
	if (!m->found[i] || !m->tokens[i])
		return false;
	memcpy(m->tokens[i], tokens, n * sizeof(*tokens));
	m->n_tokens[i] = n;
	addressed = count_addressed(c, tokens, n);
	hide_idioms(c, tokens, n, hidden);
	for (size_t k = 0; k < n; k++)
		for (uint16_t p = c->stems[tokens[k].stem].first; p; p = c->patterns[p - 1].next) {
			const struct bdl_pattern *pattern = &c->patterns[p - 1];
			struct bdl_found *f = &m->found[i][pattern->concept];

			if (hidden[k] ||
			    (k < addressed &&
				!(c->concepts[pattern->concept].traits & BDL_TRAIT_COMMON)))
				continue;
			size_t took = f->n == 0 ? bdl_pattern_fits(pattern, tokens, n, k) : 0;

			if (took > 0)
				*f = (struct bdl_found){ (uint16_t)k, (uint16_t)took };
		}
	return true;
}
