#include "policy/explain.h"
#include "policy/judge_int.h"
#include <stdio.h>

#define WHY_MAX 1024

/* A writer of many pieces: the buffer's owner looks once whether it broke. */
static void say(struct bdl_buf *out, const char *s)
{
	(void)bdl_buf_add_str(out, s);
}

static void say_view(struct bdl_buf *out, struct bdl_view v)
{
	(void)bdl_buf_add_view(out, v);
}

/* What stands between the i-th of n things and the one before it: "a, b or c". */
static void say_between(struct bdl_buf *out, size_t i, size_t n, const char *last)
{
	if (i == 0)
		return;
	if (i + 1 < n) {
		say(out, ", ");
		return;
	}
	say(out, " ");
	say(out, last);
	say(out, " ");
}

static void say_words(struct bdl_buf *out, const struct bdl_word *words, size_t n, const char *last)
{
	for (size_t i = 0; i < n; i++) {
		say_between(out, i, n, last);
		say_view(out, words[i].text);
	}
}

static const char *const day_names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

static bool has_day(uint8_t days, unsigned day)
{
	return days >> (day % 7) & 1;
}

/* A run of three days and more is "Monday to Friday". */
static void say_days(struct bdl_buf *out, uint8_t days)
{
	unsigned first = 0, n = (unsigned)__builtin_popcount(days), said = 0;

	if (n == 7) {
		say(out, " every day");
		return;
	}
	while (first < 7 && !(has_day(days, first) && !has_day(days, first + 6)))
		first++; /* a day that begins a run, be it over the week's end */
	say(out, " on ");
	for (unsigned i = first; i < first + 7;) {
		unsigned run = 0;

		while (run < n && has_day(days, i + run))
			run++;
		if (run >= 3) {
			say_between(out, said > 0, said + run >= n ? 2 : 3, "and");
			(void)bdl_buf_printf(
			    out, "%s to %s", day_names[i % 7], day_names[(i + run - 1) % 7]);
		} else {
			for (unsigned j = 0; j < run; j++) {
				say_between(out, said + j > 0, said + j + 1 >= n ? 2 : 3, "and");
				say(out, day_names[(i + j) % 7]);
			}
		}
		said += run;
		i += run ? run : 1;
	}
}

static void say_periods(struct bdl_buf *out, const struct bdl_cond *c)
{
	for (size_t i = 0; i < c->n_periods; i++) {
		const struct bdl_period *p = &c->periods[i];
		bool days_follow = i + 1 < c->n_periods && c->periods[i + 1].days == p->days;

		say_between(out, i, c->n_periods, "and");
		(void)bdl_buf_printf(out, "from %02d:%02d to %02d:%02d", p->from / 60, p->from % 60,
		    p->to / 60, p->to % 60);
		if (!days_follow)
			say_days(out, p->days);
	}
}

/* "in the category gambling", "on a.example or b.example", "for staff", "from 08:45 ...". */
static void say_cond(struct bdl_buf *out, const struct bdl_cond *c, const char *last)
{
	switch (c->kind) {
	case BDL_COND_CATEGORY:
		say(out, c->n_words > 1 ? "in the categories " : "in the category ");
		say_words(out, c->words, c->n_words, last);
		return;
	case BDL_COND_HOST:
		say(out, "on ");
		say_words(out, c->words, c->n_words, last);
		return;
	case BDL_COND_GROUP:
		say(out, "for ");
		say_words(out, c->words, c->n_words, "and");
		return;
	case BDL_COND_TIME:
		say_periods(out, c);
		return;
	}
}

static bool names_target(const struct bdl_cond *c)
{
	return c->kind == BDL_COND_CATEGORY || c->kind == BDL_COND_HOST;
}

static void say_subject(struct bdl_buf *out, const struct bdl_rule *rule)
{
	static const char *const things[BDL_DOORS] = { "pages", "messages", "screens", "names",
		"events" };
	const char *thing = things[rule->door];
	bool first = true;

	for (size_t i = 0; i < rule->n_conds; i++) {
		if (!names_target(&rule->conds[i]))
			continue;
		if (first)
			(void)bdl_buf_printf(out, "%c%s", thing[0] - 'a' + 'A', thing + 1);
		else
			say(out, " that are also");
		first = false;
		say(out, " ");
		say_cond(out, &rule->conds[i], "or");
	}
	if (first)
		(void)bdl_buf_printf(out, "All %s", thing);
}

static const char *deed_of(enum bdl_action action)
{
	switch (action) {
	case BDL_ALLOW:
		return " are allowed";
	case BDL_NOTE:
		return " are allowed, and each is noted";
	case BDL_COACH:
		return " open only after a reminder of this clause";
	case BDL_HOLD:
		return " are held until somebody releases them";
	case BDL_BLOCK:
		return " are blocked";
	case BDL_ACTIONS:
		break;
	}
	return "";
}

static void say_tell(struct bdl_buf *out, const struct bdl_rule *rule)
{
	bool several = rule->n_tell > 1;

	for (size_t i = 0; i < rule->n_tell; i++) {
		int role = bdl_role_find(rule->tell[i].text);
		struct bdl_view title = role < 0
		    ? rule->tell[i].text
		    : bdl_view_of(bdl_role_title((enum bdl_role_word)role));

		several |= role == BDL_ROLE_TECHNICIANS;
		say(out, i ? "" : " ");
		say_between(out, i, rule->n_tell, "and");
		if (i == 0 && bdl_view_starts(title, BDL_LIT("the"))) {
			say(out, "The");
			title = bdl_view_from(title, 3);
		}
		say_view(out, title);
	}
	if (rule->n_tell)
		say(out, several ? " are told" : " is told");
	if (rule->n_tell)
		say(out, rule->critical ? ", as critical." : ".");
}

void bdl_explain_rule(const struct bdl_rule *rule, struct bdl_buf *out)
{
	static const enum bdl_cond_kind after[] = { BDL_COND_GROUP, BDL_COND_TIME };

	say_subject(out, rule);
	say(out, deed_of(rule->action));
	for (size_t k = 0; k < BDL_ARRAY_LEN(after); k++) {
		for (size_t i = 0; i < rule->n_conds; i++) {
			if (rule->conds[i].kind != after[k])
				continue;
			say(out,
			    rule->action == BDL_NOTE || rule->action == BDL_COACH ? ", " : " ");
			say_cond(out, &rule->conds[i], "or");
		}
	}
	for (size_t i = 0; i < rule->n_unless; i++) {
		say(out, i ? " or " : ", except ");
		say_cond(out, &rule->unless[i], "or");
	}
	say(out, ".");
	say_tell(out, rule);
}

/* Why an act got its verdict. */

/* A list of words after "is not in the category": cut where it grows past what a page can show. */
static const char *why_cond(const struct bdl_test *t, bool holds, struct bdl_region *region)
{
	static const char *const what[] = {
		[BDL_COND_CATEGORY] = "the host is",
		[BDL_COND_HOST] = "the host is",
		[BDL_COND_GROUP] = "the rule is",
		[BDL_COND_TIME] = "the time is",
	};
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(WHY_MAX);

	say(&text, what[t->kind]);
	say(&text, holds ? " " : " not ");
	if (t->kind == BDL_COND_HOST) {
		say_words(&text, t->cond->words, t->cond->n_words, "or");
		say(&text, t->cond->n_words > 1 ? ", or below one of them" : " or below it");
	} else if (t->kind == BDL_COND_GROUP) {
		say(&text, holds ? "not for " : "for this person but for ");
		say_words(&text, t->cond->words, t->cond->n_words, "and");
	} else {
		say_cond(&text, t->cond, "or");
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
