/*
 * The judge: an act, what was known of it, and the ruleset in; a verdict out. Pure: no clock, no
 * I/O, no allocation, no state. The same input gives the same verdict for ever, which is what lets
 * the portal explain a verdict of last term.
 */
#ifndef BDL_POLICY_JUDGE_H
#define BDL_POLICY_JUDGE_H

#include "policy/ruleset.h"

/* The act and its facts, as the door knew them. Everything in it is recorded with the act. */
struct bdl_facts {
	enum bdl_door door;
	bool known;           /* a person is known and on the roll; else every policy binds */
	uint64_t groups;      /* of that person: bdl_ruleset_group, or'ed */
	struct bdl_view host; /* normalised */
	struct bdl_catset categories; /* in the ruleset's numbers */
	uint16_t minute;              /* local, of the day */
	uint8_t weekday;              /* 0 Monday */
};

struct bdl_verdict {
	enum bdl_action action;
	/* that decided: the strictest, first in the documents among equals; or BDL_NO_RULE */
	uint16_t rule;
	uint64_t matched[BDL_RULES_MAX / 64]; /* every rule that applied */
	uint32_t tell;                        /* roles as bits, of all rules that applied */
	bool critical;
};

/*
 * A known person is bound by the policies that bind one of their groups. One whom no policy binds
 * and an unknown person are bound by all of them, in their strictest reading: each `by` holds,
 * since they might be in any group, and no `unless by` lifts, since they are in none for certain.
 */
void bdl_judge(const struct bdl_ruleset *r, const struct bdl_facts *f, struct bdl_verdict *ret);

static inline bool bdl_verdict_matched(const struct bdl_verdict *v, uint16_t rule)
{
	return v->matched[rule / 64] >> (rule % 64) & 1;
}

#endif
