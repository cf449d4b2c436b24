/* What the two files share that make a ruleset of documents. Private to policy/. */
#ifndef BDL_POLICY_COMPILE_INT_H
#define BDL_POLICY_COMPILE_INT_H

#include "policy/judge_int.h"

/* What is being compiled, and where it stands. */
struct bdl_compiler {
	struct bdl_ruleset *r;
	const struct bdl_document *d;
	const struct bdl_clause *clause;
	const struct bdl_rule *rule;
	struct bdl_judged_rule *out;
	bool whole;
	struct bdl_err *err;
};

int bdl_compile_no_room(struct bdl_err *err);
int bdl_compile_limit(struct bdl_err *err, const char *what, size_t max);

/* Whether the rule comes into this ruleset. */
bool bdl_compile_takes(const struct bdl_compiler *c, const struct bdl_rule *rule);
bool bdl_compile_is_always(const struct bdl_rule *rule);

/* Number a name where it is new; fails only at a limit. */
int bdl_compile_group(
    struct bdl_ruleset *r, struct bdl_view name, uint64_t *mask, struct bdl_err *err);
int bdl_compile_counter(const struct bdl_compiler *c, enum bdl_counter_kind kind,
    const struct bdl_phrase *phrase, uint16_t *ret);

/* The conditions and exceptions of the compiler's rule: its tests, their needs and its key. */
int bdl_compile_tests(const struct bdl_compiler *c);

#endif
