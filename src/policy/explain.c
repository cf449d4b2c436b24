/* Why an act got its verdict. */
#include "policy/explain.h"
#include "policy/explain_int.h"
#include "policy/judge_int.h"

#define WHY_MAX 1024

/* What the sentence is about: "the host is not in the category a", "the act is with files any". */
static const char *subject_of(enum bdl_phrase_form form)
{
	switch ((int)form) {
	case BDL_PHRASE_CATEGORY:
	case BDL_PHRASE_HOST:
		return "the host is";
	case BDL_PHRASE_PATH:
		return "the page is";
	case BDL_PHRASE_BY:
		return "the rule is";
	case BDL_PHRASE_TIME:
	case BDL_PHRASE_CALENDAR:
		return "the time is";
	default:
		return "the act is";
	}
}

/* "the rule is not for this person but for pupils and visitors", "the rule is not for staff" */
static void say_groups(struct bdl_buf *text, const struct bdl_list *names, bool holds)
{
	bdl_say(text, holds ? " not for " : " not for this person but for ");
	bdl_say_words(text, names, "and");
}

static void say_test(struct bdl_buf *text, const struct bdl_test *t, bool holds)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	enum bdl_phrase_form form = t->phrase->form;

	if (form == BDL_PHRASE_LIFTING) {
		bdl_say(text, "a permission that was granted opens this host");
		return;
	}
	if (bdl_phrase_info(form)->part == BDL_PART_STATE) {
		bdl_say(text, "an exception holds: ");
		bdl_say_phrase(text, t->phrase);
		return;
	}
	bdl_say(text, subject_of(form));
	if (form == BDL_PHRASE_BY) {
		say_groups(text, names, holds);
		return;
	}
	bdl_say(text, holds ? " " : " not ");
	if (form == BDL_PHRASE_HOST) {
		bdl_say_words(text, names, "or");
		bdl_say(text, names->n > 1 ? ", or below one of them" : " or below it");
	} else {
		bdl_say_phrase(text, t->phrase);
	}
}

/* A list of words is cut where it grows past what a page can show. */
static const char *why_test(const struct bdl_test *t, bool holds, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(WHY_MAX);

	say_test(&text, t, holds);
	if (bdl_buf_broken(&text))
		return holds ? "an exception with a long list holds"
			     : "a condition with a long list does not hold";
	return bdl_region_str(region, bdl_buf_view(&text));
}

static const char *why_deeds(uint32_t deeds, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(WHY_MAX);

	bdl_say(&text, "the rule is only for ");
	for (uint32_t rest = deeds; rest; rest &= rest - 1) {
		if (rest != deeds)
			bdl_say(&text, " and ");
		bdl_say(&text, bdl_deed_info((enum bdl_deed)__builtin_ctz(rest))->english);
	}
	return bdl_region_str(region, bdl_buf_view(&text));
}

/* The facts that the rule asks for and the door could not know. */
static const char *why_untold(uint64_t untold, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(WHY_MAX);

	bdl_say(&text, "the door could not know ");
	for (uint64_t rest = untold; rest; rest &= rest - 1) {
		if (rest != untold)
			bdl_say(&text, rest & (rest - 1) ? ", " : " and ");
		bdl_say(&text, bdl_fact_words((enum bdl_fact)__builtin_ctzll(rest)));
	}
	return bdl_region_str(region, bdl_buf_view(&text));
}

static const char *why_allowed(
    const struct bdl_ruleset *r, uint64_t lifters, struct bdl_region *region)
{
	const struct bdl_rule_ref *allow = &r->refs[r->allows[__builtin_ctzll(lifters)]];

	return bdl_region_printf(
	    region, "the clause %.*s allows it over this one", BDL_FMT(allow->clause->id));
}

static bool set(struct bdl_step *step, enum bdl_step_kind kind, const char *why)
{
	step->kind = kind;
	step->why = why;
	return true;
}

/* The first known condition that does not hold, or known exception that does. */
static bool settled(const struct bdl_judged_rule *rule, const struct bdl_hearing *h,
    struct bdl_region *region, struct bdl_step *ret)
{
	if (bdl_rule_of_others(rule, h->f))
		return set(ret, BDL_STEP_NOT_MET, why_deeds(rule->deeds, region));
	for (size_t i = 0; i < rule->n_conds; i++)
		if (bdl_test_told(&rule->tests[i], h->f) && !bdl_condition_holds(rule, i, h))
			return set(ret, BDL_STEP_NOT_MET, why_test(&rule->tests[i], false, region));
	for (size_t i = 0; i < rule->n_unless; i++) {
		const struct bdl_test *t = &rule->tests[rule->n_conds + i];

		if (bdl_test_told(t, h->f) && bdl_exception_holds(rule, i, h))
			return set(ret, BDL_STEP_LIFTED, why_test(t, true, region));
	}
	return false;
}

/* As the judge has it: what lifts others, and the law, it asks again when an answer comes. */
static bool is_past(
    const struct bdl_ruleset *r, const struct bdl_judged_rule *rule, const struct bdl_facts *f)
{
	return rule->action != BDL_ALLOW && rule->policy < r->n_policies && bdl_rule_past(rule, f);
}

static void explain_rule(const struct bdl_ruleset *r, size_t i, const struct bdl_hearing *h,
    uint64_t allows, struct bdl_region *region, struct bdl_step *ret)
{
	const struct bdl_judged_rule *rule = &r->rules[i];
	uint64_t untold = rule->needs & ~h->f->told;

	*ret = (struct bdl_step){ .rule = (uint16_t)i };
	if (!(h->s.policies >> rule->policy & 1))
		(void)set(ret, BDL_STEP_NOT_BOUND,
		    bdl_region_printf(region, "the policy '%.*s' does not bind this person",
			BDL_FMT(r->policies[rule->policy].name)));
	else if (is_past(r, rule, h->f))
		(void)set(ret, BDL_STEP_NOT_MET, "it had its say when the page was asked for");
	else if (settled(rule, h, region, ret))
		return;
	else if (rule->lifters & allows)
		(void)set(ret, BDL_STEP_LIFTED, why_allowed(r, rule->lifters & allows, region));
	else if (untold)
		(void)set(ret, BDL_STEP_CANNOT_TELL, why_untold(untold, region));
	else
		(void)set(ret, BDL_STEP_APPLIED,
		    rule->n_conds || rule->deeds ? "all its conditions hold"
						 : "it has no conditions");
}

struct bdl_step *bdl_explain_act(const struct bdl_ruleset *r, const struct bdl_facts *f,
    struct bdl_region *region, size_t *ret_n)
{
	struct bdl_stretch rules = r->stretches[f->door][BDL_RULE_VERDICT], law = bdl_law_of(r, f);
	size_t own = (size_t)(rules.to - rules.from), n = own + (size_t)(law.to - law.from);
	struct bdl_step *steps = bdl_region_array(region, n, sizeof(*steps));
	struct bdl_hearing h = { .f = f, .s = bdl_subject_of(r, f) };
	uint64_t allows = bdl_allows_of(r, &h);
	struct bdl_verdict v;

	if (!steps)
		return NULL;
	bdl_judge(r, f, &v);
	for (size_t i = 0; i < n; i++) {
		size_t rule = i < own ? rules.from + i : law.from + (i - own);

		explain_rule(r, rule, &h, allows, region, &steps[i]);
		steps[i].decided = steps[i].rule == v.rule;
	}
	if (bdl_region_broken(region))
		return NULL;
	*ret_n = n;
	return steps;
}

/* --- what would have changed it --- */

struct nearby {
	const struct bdl_ruleset *r;
	const struct bdl_hearing *h;
	struct bdl_region *region;
	struct bdl_near *list;
	size_t n;
};

static void near_add(struct nearby *out, size_t rule, enum bdl_action then, const char *fact)
{
	if (out->n < BDL_NEAR_MAX)
		out->list[out->n++] = (struct bdl_near){ (uint16_t)rule, then, fact };
}

static bool is_of_other_deed(const struct bdl_judged_rule *rule, const struct bdl_facts *f)
{
	return rule->deeds && !(rule->deeds & f->deeds);
}

/* How many facts keep the rule from applying, and the last of them. */
static size_t count_against(const struct bdl_judged_rule *rule, const struct nearby *of,
    const struct bdl_test **ret_test, bool *ret_holds)
{
	size_t n = is_of_other_deed(rule, of->h->f);

	for (size_t i = 0; i < rule->n_conds; i++) {
		if (bdl_condition_holds(rule, i, of->h))
			continue;
		*ret_test = &rule->tests[i];
		*ret_holds = false;
		n++;
	}
	for (size_t i = 0; i < rule->n_unless; i++) {
		if (!bdl_exception_holds(rule, i, of->h))
			continue;
		*ret_test = &rule->tests[rule->n_conds + i];
		*ret_holds = true;
		n++;
	}
	return n;
}

/* A stricter rule that one fact keeps from applying. What cannot be told is no fact to change. */
static void near_stricter(
    struct nearby *out, size_t i, const struct bdl_verdict *v, uint64_t allows)
{
	const struct bdl_judged_rule *rule = &out->r->rules[i];
	const struct bdl_test *test = NULL;
	bool holds = false;

	if (rule->action <= v->action || (rule->needs & ~out->h->f->told) ||
	    !(out->h->s.policies >> rule->policy & 1) || bdl_rule_past(rule, out->h->f) ||
	    (rule->lifters & allows) || count_against(rule, out, &test, &holds) != 1)
		return;
	near_add(out, i, (enum bdl_action)rule->action,
	    test ? why_test(test, holds, out->region) : why_deeds(rule->deeds, out->region));
}

/* The strictest that others of the rules that matched come to. */
static enum bdl_action without(const struct bdl_ruleset *r, const struct bdl_verdict *v)
{
	enum bdl_action strictest = BDL_ALLOW;

	for (size_t i = 0; i < r->n_rules; i++)
		if (i != v->rule && bdl_verdict_matched(v, (uint16_t)i) &&
		    r->rules[i].action > strictest)
			strictest = (enum bdl_action)r->rules[i].action;
	return strictest;
}

/* Each fact by which the rule applied that decided. */
static void near_milder(struct nearby *out, const struct bdl_verdict *v)
{
	if (v->rule == BDL_NO_RULE || v->action == BDL_ALLOW)
		return;
	const struct bdl_judged_rule *rule = &out->r->rules[v->rule];
	enum bdl_action then = without(out->r, v);

	if (then >= v->action)
		return;
	for (size_t i = 0; i < rule->n_conds; i++)
		near_add(out, v->rule, then, why_test(&rule->tests[i], true, out->region));
	if (rule->deeds)
		near_add(out, v->rule, then, why_deeds(rule->deeds, out->region));
}

struct bdl_near *bdl_explain_near(const struct bdl_ruleset *r, const struct bdl_facts *f,
    struct bdl_region *region, size_t *ret_n)
{
	struct bdl_stretch rules = r->stretches[f->door][BDL_RULE_VERDICT];
	struct bdl_hearing h = { .f = f, .s = bdl_subject_of(r, f) };
	uint64_t allows = bdl_allows_of(r, &h);
	struct nearby out = { .r = r, .h = &h, .region = region };
	struct bdl_verdict v;

	out.list = bdl_region_array(region, BDL_NEAR_MAX, sizeof(*out.list));
	if (!out.list)
		return NULL;
	bdl_judge(r, f, &v);
	near_milder(&out, &v);
	for (size_t i = rules.from; i < rules.to; i++)
		near_stricter(&out, i, &v, allows);
	if (bdl_region_broken(region))
		return NULL;
	*ret_n = out.n;
	return out.list;
}
