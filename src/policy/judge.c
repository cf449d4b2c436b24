#include "policy/judge.h"
#include "policy/judge_int.h"

static bool applies(
    const struct bdl_judged_rule *rule, const struct bdl_facts *f, struct bdl_subject s)
{
	return rule->door == f->door && (s.policies >> rule->policy & 1) &&
	    bdl_rule_unmet(rule, f, s) == rule->n_conds &&
	    bdl_rule_lifted(rule, f, s) == rule->n_unless;
}

void bdl_judge(const struct bdl_ruleset *r, const struct bdl_facts *f, struct bdl_verdict *ret)
{
	struct bdl_subject s = bdl_subject_of(r, f);

	*ret = (struct bdl_verdict){ .action = BDL_ALLOW, .rule = BDL_NO_RULE };
	for (size_t i = 0; i < r->n_rules; i++) {
		const struct bdl_judged_rule *rule = &r->rules[i];

		if (!applies(rule, f, s))
			continue;
		ret->matched[i / 64] |= 1ULL << (i % 64);
		ret->tell |= rule->tell;
		ret->critical |= rule->critical;
		if (ret->rule == BDL_NO_RULE || rule->action > ret->action) {
			ret->action = (enum bdl_action)rule->action;
			ret->rule = (uint16_t)i;
		}
	}
}
