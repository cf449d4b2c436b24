/*
 * The compiled ruleset and the tests that both the judge and its explanation run, so that the two
 * cannot disagree. Private to policy/.
 */
#ifndef BDL_POLICY_JUDGE_INT_H
#define BDL_POLICY_JUDGE_INT_H

#include "policy/judge.h"
#include "proto/url.h"

#define BDL_GROUPS_MAX 64 /* of all policies: bits of a mask */

/* What the judge can compare: the conditions of rules that this build carries out. */
enum bdl_test_kind { BDL_TEST_CATEGORY, BDL_TEST_HOST, BDL_TEST_GROUP, BDL_TEST_TIME };

/* A condition with its words resolved. */
struct bdl_test {
	enum bdl_test_kind kind;
	struct bdl_catset categories;
	uint64_t groups;
	const struct bdl_view *hosts; /* normalised */
	const struct bdl_period *periods;
	size_t n_hosts, n_periods;
	const struct bdl_phrase *phrase; /* as it was written */
};

struct bdl_judged_rule {
	const struct bdl_test *conds;
	const struct bdl_test *unless;
	uint16_t n_conds, n_unless;
	uint16_t policy;
	uint8_t action; /* enum bdl_action */
	uint8_t door;   /* enum bdl_door */
	bool critical;
	uint32_t tell;
};

struct bdl_policy {
	struct bdl_view name;
	struct bdl_document *document;
	uint64_t binds;
};

struct bdl_ruleset {
	struct bdl_region *region;
	struct bdl_digest version;
	struct bdl_policy policies[BDL_POLICIES_MAX]; /* by name */
	size_t n_policies;
	struct bdl_judged_rule *rules; /* by policy, then in the document's order */
	struct bdl_rule_ref *refs;     /* the same rules, for the pages */
	size_t n_rules;
	const char *categories[BDL_RULESET_CATEGORIES_MAX];
	size_t n_categories;
	struct bdl_view groups[BDL_GROUPS_MAX];
	size_t n_groups;
	uint64_t bound; /* groups that some policy binds */
};

/* Who the act's person is to the policies: worked out once per act. */
struct bdl_subject {
	uint32_t policies; /* that bind them, as bits */
	bool stranger;     /* unknown, or bound by none by name: the strictest reading of all */
};

static inline struct bdl_subject bdl_subject_of(
    const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	struct bdl_subject s = { 0 };

	s.stranger = !f->known || !(f->groups & r->bound);
	for (size_t i = 0; i < r->n_policies; i++)
		if (s.stranger || (f->groups & r->policies[i].binds))
			s.policies |= 1u << i;
	return s;
}

static inline bool bdl_period_holds(const struct bdl_period *p, unsigned minute, unsigned weekday)
{
	bool today = p->days >> weekday & 1, yesterday = p->days >> ((weekday + 6) % 7) & 1;

	if (p->from < p->to)
		return today && minute >= p->from && minute < p->to;
	return (today && minute >= p->from) || (yesterday && minute < p->to);
}

/* Whether what the condition says is so. Of a stranger no group is known: see the two below. */
static inline bool bdl_test_holds(const struct bdl_test *t, const struct bdl_facts *f)
{
	switch (t->kind) {
	case BDL_TEST_CATEGORY:
		return bdl_catset_meets(&t->categories, &f->categories);
	case BDL_TEST_GROUP:
		return (t->groups & f->groups) != 0;
	case BDL_TEST_HOST:
		for (size_t i = 0; i < t->n_hosts; i++)
			if (bdl_host_below(f->host, t->hosts[i]))
				return true;
		return false;
	case BDL_TEST_TIME:
		for (size_t i = 0; i < t->n_periods; i++)
			if (bdl_period_holds(&t->periods[i], f->minute, f->weekday))
				return true;
		return false;
	}
	return false;
}

/* The first condition that does not hold, or n_conds. A stranger might be in any group. */
static inline size_t bdl_rule_unmet(
    const struct bdl_judged_rule *rule, const struct bdl_facts *f, struct bdl_subject s)
{
	size_t i = 0;

	while (i < rule->n_conds &&
	    ((s.stranger && rule->conds[i].kind == BDL_TEST_GROUP) ||
		bdl_test_holds(&rule->conds[i], f)))
		i++;
	return i;
}

/* The first exception that holds, or n_unless. A stranger is excepted as nobody in particular. */
static inline size_t bdl_rule_lifted(
    const struct bdl_judged_rule *rule, const struct bdl_facts *f, struct bdl_subject s)
{
	size_t i = 0;

	while (i < rule->n_unless &&
	    ((s.stranger && rule->unless[i].kind == BDL_TEST_GROUP) ||
		!bdl_test_holds(&rule->unless[i], f)))
		i++;
	return i;
}

#endif
