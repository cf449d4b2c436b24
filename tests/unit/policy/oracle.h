/*
 * A second judge, slow and plain: it reads the rules as they were written and a situation by its
 * names, knows no atoms, keys or masks, and shares nothing with the real one but the parser and
 * the table of what kind of fact each phrase asks for.
 */
#ifndef BDL_TESTS_ORACLE_H
#define BDL_TESTS_ORACLE_H

#include "generate_forms.h"
#include "policy/explain.h"

/* Who the person is to the policies. */
struct oracle {
	const struct situation *s;
	const struct bdl_ruleset *r;
	bool stranger; /* unknown, or bound by none by name */
};
struct oracle oracle_of(const struct bdl_ruleset *r, const struct situation *s);

bool is_of_door(const struct bdl_rule_ref *ref, enum bdl_rule_kind kind, const struct situation *s);

/* What becomes of a rule, rules `allow` left aside. */
enum bdl_step_kind oracle_step(const struct oracle *o, const struct bdl_rule_ref *ref);

/* Whether a rule `allow` that applies stands over it. */
bool is_allowed_over(const struct oracle *o, const struct bdl_rule_ref *ref);

/* What becomes of it at last; *ret_allowed: a rule `allow` has lifted it. */
enum bdl_step_kind oracle_last_step(
    const struct oracle *o, const struct bdl_rule_ref *ref, bool *ret_allowed);

void oracle_judge(const struct bdl_ruleset *r, const struct situation *s, struct bdl_verdict *ret);

#endif
