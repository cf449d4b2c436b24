/*
 * The judge: an act, what was known of it, and the ruleset in; a verdict out. Pure: no clock, no
 * I/O, no allocation, no state. The same input gives the same verdict for ever, which is what lets
 * the portal explain a verdict of last term.
 */
#ifndef BDL_POLICY_JUDGE_H
#define BDL_POLICY_JUDGE_H

#include "policy/facts.h"

struct bdl_verdict {
	enum bdl_action action;
	/* that decided: the strictest, first in the documents among equals; or BDL_NO_RULE */
	uint16_t rule;
	uint64_t matched[BDL_RULESET_RULES_MAX / 64]; /* every rule that applied */
	uint32_t tell;                                /* roles as bits, of all rules that applied */
	bool critical;
};

/*
 * A known person is bound by the policies that bind one of their groups. One whom no policy binds
 * and an unknown person are bound by all of them, in their strictest reading: each `by` holds,
 * since they might be in any group, and no `unless by` lifts, since they are in none for certain;
 * of what makes things milder (allow, splice) the other way round. `by unknown` holds only for the
 * truly unknown.
 *
 * Where a rule `allow` applies, the rules of the clauses that it names in its own policy are lifted,
 * but for those that are `always`. It is recorded among those that matched, and it decides, with the
 * verdict allow, where it lifted something and no other rule applied.
 *
 * The law (policy/law.h) binds everyone and comes after all policies: its clause decides only where
 * no clause of the school is as strict.
 */
void bdl_judge(const struct bdl_ruleset *r, const struct bdl_facts *f, struct bdl_verdict *ret);

/*
 * The counters in which this act counts, to be called before bdl_judge: those of rules of which all
 * else holds. The door adds the act to them (one, its bytes, its device), puts what they stand at
 * into facts.counts, and marks as told what it counts. A counter behind `tell` counts only once the
 * rule is known to apply: where the rule has a counter among its conditions too, that is after those
 * were told, so a door asks again until nothing new comes. false: it counts nowhere.
 */
struct bdl_counterset {
	uint64_t w[BDL_COUNTERS_MAX / 64];
};
bool bdl_judge_counters(
    const struct bdl_ruleset *r, const struct bdl_facts *f, struct bdl_counterset *ret);
static inline void bdl_counterset_add(struct bdl_counterset *s, unsigned i)
{
	s->w[i / 64] |= 1ULL << (i % 64);
}
static inline bool bdl_counterset_has(const struct bdl_counterset *s, unsigned i)
{
	return s->w[i / 64] >> (i % 64) & 1;
}

/*
 * The strictest that the rules may come to which ask for the phrases of a text, whatever that says:
 * all else of them holds. BDL_ALLOW: it need not be read. Above BDL_NOTE it must not go on before it
 * is.
 */
enum bdl_action bdl_judge_awaits(const struct bdl_ruleset *r, const struct bdl_facts *f);

/*
 * Whether the contents stay sealed: every policy that binds the person and says anything about this
 * door has a rule `splice` that applies, so that none is blinded by another. What the law forbids is
 * never sealed.
 */
bool bdl_judge_splice(const struct bdl_ruleset *r, const struct bdl_facts *f);

/* The switches that are put on: bits of enum bdl_switch, of all rules `force` that apply. */
enum bdl_switch { BDL_SWITCH_SAFE_SEARCH, BDL_SWITCHES };
uint32_t bdl_judge_force(const struct bdl_ruleset *r, const struct bdl_facts *f);

static inline bool bdl_verdict_matched(const struct bdl_verdict *v, uint16_t rule)
{
	return v->matched[rule / 64] >> (rule % 64) & 1;
}

/* The first rule from that number on that applied; BDL_RULESET_RULES_MAX or more: none. */
static inline size_t bdl_verdict_next(const struct bdl_verdict *v, size_t from)
{
	for (size_t w = from / 64; w < BDL_RULESET_RULES_MAX / 64; w++) {
		uint64_t bits = v->matched[w] & (w == from / 64 ? ~0ULL << (from % 64) : ~0ULL);

		if (bits)
			return w * 64 + (size_t)__builtin_ctzll(bits);
	}
	return BDL_RULESET_RULES_MAX;
}

#endif
