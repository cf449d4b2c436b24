/* Plain English: what a rule does, and why an act got its verdict, step by step. */
#ifndef BDL_POLICY_EXPLAIN_H
#define BDL_POLICY_EXPLAIN_H

#include "base/buf.h"
#include "policy/judge.h"

/* One sentence or two: "Pages in the category gambling are blocked. The technicians are told." */
void bdl_explain_rule(const struct bdl_rule *rule, struct bdl_buf *out);

/* Why a rule did or did not apply to an act. */
enum bdl_step_kind {
	BDL_STEP_APPLIED,   /* all held, nothing lifted it */
	BDL_STEP_NOT_BOUND, /* its policy does not bind this person */
	BDL_STEP_NOT_MET,   /* a condition did not hold */
	BDL_STEP_LIFTED,    /* an exception held, or a rule `allow` stands over it */
	/* it asks for what the door could not know; all else of it holds, and nothing known lifts it */
	BDL_STEP_CANNOT_TELL,
};

struct bdl_step {
	uint16_t rule;
	enum bdl_step_kind kind;
	bool decided; /* this rule's verdict is the verdict */
	/* "the host is not in the category gambling": the first thing that settled it */
	const char *why;
};

/*
 * Every rule of the act's door that gives a verdict, in order; those of the law only where the act is
 * in the category that they name. Made by the same tests as the judge's, so the two cannot disagree.
 * NULL past the region's maximum.
 */
struct bdl_step *bdl_explain_act(const struct bdl_ruleset *r, const struct bdl_facts *f,
    struct bdl_region *region, size_t *ret_n);

#endif
