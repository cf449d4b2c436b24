/* Whether a statement obliges anybody, or what it speaks of is only named. */
#include "import/match_int.h"

#define PAPERS 3 /* named in a sentence that only lists them */

bool bdl_has_trait(const struct bdl_matcher *m, size_t at, unsigned traits)
{
	for (size_t i = 0; i < m->c->n_concepts; i++)
		if ((m->c->concepts[i].traits & traits) && m->found[at][i].n > 0)
			return true;
	return false;
}

/* "keep", and not "keeping" or "keeps". */
static bool is_bare(const struct bdl_matcher *m, size_t at, size_t token)
{
	const struct bdl_token *t = &m->tokens[at][token];
	size_t n = t->to - t->from;

	return n <= m->c->stems[t->stem].word.n + 1 && m->s->items[at].words.p[t->to - 1] != 's';
}

/* Whether words begin here: those of the sentence, or what comes behind "If it is lost, ...". */
static bool is_beginning(const struct bdl_matcher *m, size_t at, size_t token)
{
	size_t from = m->tokens[at][token].from;
	const char *words = m->s->items[at].words.p;

	while (from > 0 && words[from - 1] == ' ')
		from--;
	return token == 0 || (from > 0 && strchr(",;:?", words[from - 1]));
}

/* "Lock the screen", "When you go, lock it": words begin with an order. */
static bool gives_order(const struct bdl_matcher *m, size_t at)
{
	const struct bdl_concepts *c = m->c;

	for (size_t k = 0; m->tokens[at][k].to > 0; k++)
		for (uint16_t p = c->stems[m->tokens[at][k].stem].first; p;
		     p = c->patterns[p - 1].next)
			if (c->patterns[p - 1].n == 1 &&
			    (c->concepts[c->patterns[p - 1].concept].traits & BDL_TRAIT_OPENING) &&
			    is_beginning(m, at, k) && is_bare(m, at, k))
				return true;
	return false;
}

static bool says_duty(const struct bdl_matcher *m, size_t at)
{
	return bdl_has_trait(m, at, BDL_TRAIT_DUTY) || gives_order(m, at);
}

/*
 * By itself, by what leads it, or by the heading: "Don't". Rows of a table rarely have verbs, and
 * items that nothing leads are short for what is to be done.
 */
bool bdl_obliges(const struct bdl_matcher *m, size_t at)
{
	const struct bdl_statement *s = &m->s->items[at];
	uint32_t lead = s->lead;

	if (!m->knows_duties || s->kind == BDL_STATEMENT_ROW || says_duty(m, at))
		return true;
	if (s->kind == BDL_STATEMENT_ITEM && lead == BDL_NO_STATEMENT)
		return true;
	for (unsigned steps = 0; lead != BDL_NO_STATEMENT && steps < BDL_LEADS_MAX; steps++) {
		if (says_duty(m, lead))
			return true;
		lead = m->s->items[lead].lead;
	}
	return s->heading != BDL_NO_STATEMENT && says_duty(m, s->heading);
}

/* Words that name papers: "the Computing Policy, the Code of Conduct and the Data Protection Act". */
static unsigned count_papers(const struct bdl_matcher *m, size_t at)
{
	const struct bdl_concepts *c = m->c;
	unsigned n = 0;

	for (size_t k = 0; m->tokens[at][k].to > 0; k++)
		for (uint16_t p = c->stems[m->tokens[at][k].stem].first; p;
		     p = c->patterns[p - 1].next)
			if (c->patterns[p - 1].n == 1 &&
			    (c->concepts[c->patterns[p - 1].concept].traits & BDL_TRAIT_PAPER)) {
				n++;
				break;
			}
	return n;
}

bool bdl_is_aside(const struct bdl_matcher *m, size_t at)
{
	const struct bdl_statement *s = &m->s->items[at];

	return bdl_has_trait(m, at, BDL_TRAIT_AIM) || count_papers(m, at) >= PAPERS ||
	    (s->heading != BDL_NO_STATEMENT &&
		bdl_has_trait(m, s->heading, BDL_TRAIT_ASIDE | BDL_TRAIT_AIM)) ||
	    (s->lead != BDL_NO_STATEMENT &&
		bdl_has_trait(m, s->lead, BDL_TRAIT_ASIDE | BDL_TRAIT_AIM));
}
