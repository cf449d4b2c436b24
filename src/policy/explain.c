/* Why an act got its verdict. */
#include "policy/explain.h"
#include "policy/explain_int.h"
#include "policy/judge_int.h"

#define WHY_MAX 1024

/* A list of words after "is not in the category": cut where it grows past what a page can show. */
static const char *why_cond(const struct bdl_test *t, bool holds, struct bdl_region *region)
{
	static const char *const what[] = {
		[BDL_TEST_CATEGORY] = "the host is",
		[BDL_TEST_HOST] = "the host is",
		[BDL_TEST_GROUP] = "the rule is",
		[BDL_TEST_TIME] = "the time is",
	};
	const struct bdl_list *names = &t->phrase->lists[0];
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(WHY_MAX);

	bdl_say(&text, what[t->kind]);
	bdl_say(&text, holds ? " " : " not ");
	if (t->kind == BDL_TEST_HOST) {
		bdl_say_words(&text, names, "or");
		bdl_say(&text, names->n > 1 ? ", or below one of them" : " or below it");
	} else if (t->kind == BDL_TEST_GROUP) {
		bdl_say(&text, holds ? "not for " : "for this person but for ");
		bdl_say_words(&text, names, "and");
	} else {
		bdl_say_phrase(&text, t->phrase);
	}
	if (bdl_buf_broken(&text))
		return holds ? "an exception with a long list holds"
			     : "a condition with a long list does not hold";
	return bdl_region_str(region, bdl_buf_view(&text));
}

static void explain_rule(const struct bdl_ruleset *r, size_t i, const struct bdl_facts *f,
    struct bdl_subject s, struct bdl_region *region, struct bdl_step *ret)
{
	const struct bdl_judged_rule *rule = &r->rules[i];
	size_t unmet, lifted;

	*ret = (struct bdl_step){ .rule = (uint16_t)i };
	if (!(s.policies >> rule->policy & 1)) {
		ret->kind = BDL_STEP_NOT_BOUND;
		ret->why = bdl_region_printf(region, "the policy '%.*s' does not bind this person",
		    BDL_FMT(r->policies[rule->policy].name));
		return;
	}
	unmet = bdl_rule_unmet(rule, f, s);
	if (unmet < rule->n_conds) {
		ret->kind = BDL_STEP_NOT_MET;
		ret->why = why_cond(&rule->conds[unmet], false, region);
		return;
	}
	lifted = bdl_rule_lifted(rule, f, s);
	if (lifted < rule->n_unless) {
		ret->kind = BDL_STEP_LIFTED;
		ret->why = why_cond(&rule->unless[lifted], true, region);
		return;
	}
	ret->kind = BDL_STEP_APPLIED;
	ret->why = rule->n_conds ? "all its conditions hold" : "it has no conditions";
}

struct bdl_step *bdl_explain_act(const struct bdl_ruleset *r, const struct bdl_facts *f,
    struct bdl_region *region, size_t *ret_n)
{
	struct bdl_step *steps = bdl_region_array(region, r->n_rules, sizeof(*steps));
	struct bdl_step *decided = NULL;
	struct bdl_subject s = bdl_subject_of(r, f);
	size_t n = 0;

	if (!steps)
		return NULL;
	for (size_t i = 0; i < r->n_rules; i++) {
		struct bdl_step *step = &steps[n];

		if (r->rules[i].door != f->door)
			continue;
		explain_rule(r, i, f, s, region, step);
		if (step->kind == BDL_STEP_APPLIED &&
		    (!decided || r->rules[i].action > r->rules[decided->rule].action))
			decided = step;
		n++;
	}
	if (bdl_region_broken(region))
		return NULL;
	if (decided)
		decided->decided = true;
	*ret_n = n;
	return steps;
}
