/* What the finder and the writer of differences share. Private to policy/. */
#ifndef BDL_POLICY_DIFF_INT_H
#define BDL_POLICY_DIFF_INT_H

#include "policy/diff.h"

/* Whether both say the same. */
bool bdl_rule_same(const struct bdl_rule *a, const struct bdl_rule *b);

/* How often the rule is among the first `n` of the clause. */
size_t bdl_rule_copies(const struct bdl_clause *c, size_t n, const struct bdl_rule *rule);

#endif
