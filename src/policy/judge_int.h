/*
 * The compiled ruleset and the tests that both the judge and its explanation run, so that the two
 * cannot disagree. Private to policy/.
 *
 * Speed: a rule that does not concern an act is passed by after four comparisons of bits, without
 * a look at its conditions. `key` folds the numbers of the categories (else of the atoms) of one of
 * its conditions to 64 bits, and the act's facts are folded alike once.
 */
#ifndef BDL_POLICY_JUDGE_INT_H
#define BDL_POLICY_JUDGE_INT_H

#include "policy/judge.h"
#include "proto/url.h"

#define BDL_GROUPS_MAX 64 /* of all policies: bits of a mask */
#define BDL_ALLOWS_MAX 64 /* rules `allow`: bits of a mask */

enum bdl_test_kind {
	BDL_TEST_CATEGORY,
	BDL_TEST_ATOM, /* and `measure` is more than `number`, where that is not 0 */
	BDL_TEST_GROUP,
	BDL_TEST_HOST,
	BDL_TEST_PATH,
	BDL_TEST_WORDS,
	BDL_TEST_TIME,
	BDL_TEST_MORE,  /* `measure` is more than `number` */
	BDL_TEST_COUNT, /* `measure` is at least `number` */
	BDL_TEST_GRANT, /* the atom holds, and `measure` is at most what was granted */
};

/* What a test compares: one of enum bdl_number, or these and a counter. */
#define BDL_MEASURE_COUNTER BDL_NUMBERS

/* A condition with its words resolved. */
struct bdl_test {
	uint8_t kind; /* enum bdl_test_kind */
	uint8_t fact; /* enum bdl_fact that it asks for, BDL_FACTS: none that a door must tell */
	uint8_t measured; /* the same of what its grant is measured by */
	uint8_t measure;  /* enum bdl_number or BDL_MEASURE_COUNTER */
	uint8_t amount;   /* of a grant */
	bool unknown;     /* `unknown` stands among the groups */
	uint16_t counter; /* of BDL_MEASURE_COUNTER */
	uint16_t n;       /* values: any one is enough */
	union {
		const uint16_t *numbers; /* categories or atoms */
		const struct bdl_view *texts;
		const struct bdl_period *periods;
		uint64_t groups;
	};
	uint64_t number;
	const struct bdl_phrase *phrase; /* as it was written */
};

/* "tell head after 3 in 1 hour" */
struct bdl_telling {
	uint64_t number;
	uint32_t roles;
	uint16_t counter;
	bool critical;
};

struct bdl_judged_rule {
	uint64_t needs;   /* kinds of fact: bits of enum bdl_fact */
	uint64_t key;     /* see above; the last bit where no condition has one */
	uint64_t lifters; /* rules `allow` that lift it, as bits; 0 for what is always */
	uint32_t deeds;   /* bits of enum bdl_deed; 0: any */
	uint32_t tell;
	uint16_t policy;
	uint16_t n_conds, n_unless;
	uint16_t n_tellings;
	uint8_t action; /* enum bdl_action */
	uint8_t allow;  /* which bit of `lifters` a rule `allow` is */
	bool critical;
	bool milder;       /* allow, splice: it makes things milder for those whom it concerns */
	uint32_t switches; /* of `force` */
	const struct bdl_test *tests; /* the conditions, then the exceptions */
	const struct bdl_telling *tellings;
};
#define BDL_KEY_NONE (1ULL << 63)

struct bdl_policy {
	struct bdl_view name;
	struct bdl_document *document;
	uint64_t binds;
};

struct bdl_atom {
	enum bdl_phrase_form form;
	enum bdl_manner manner;
	struct bdl_view name;
};

/* Rules that stand together: of one door and kind. */
struct bdl_stretch {
	uint16_t from, to;
};

struct bdl_ruleset {
	struct bdl_region *region;
	struct bdl_digest version;
	struct bdl_policy policies[BDL_POLICIES_MAX + 1]; /* by name; behind the last the law */
	size_t n_policies;                                /* without the law */
	struct bdl_judged_rule *rules;
	struct bdl_rule_ref *refs; /* the same rules, for the pages */
	size_t n_rules;
	uint64_t asked; /* the needs of all rules */
	struct bdl_stretch stretches[BDL_DOORS][BDL_RULE_FORCE + 1];
	struct bdl_stretch law[BDL_DOORS]; /* the law's rules, all of them verdicts */
	uint16_t illegal;                  /* the number of the category that they name */
	uint32_t spoken[BDL_DOORS];        /* policies that have a verdict at the door, as bits */
	uint16_t allows[BDL_ALLOWS_MAX];   /* the rules `allow`, in order */
	size_t n_allows;
	uint16_t *counting; /* the rules with counters, in order */
	size_t n_counting;
	const char *categories[BDL_RULESET_CATEGORIES_MAX];
	size_t n_categories;
	struct bdl_view groups[BDL_GROUPS_MAX];
	size_t n_groups;
	uint64_t bound; /* groups that some policy binds */
	struct bdl_atom atoms[BDL_ATOMS_MAX];
	size_t n_atoms;
	struct bdl_act_counter counters[BDL_COUNTERS_MAX];
	size_t n_counters;
	struct bdl_view amounts[BDL_AMOUNTS_MAX]; /* permissions */
	size_t n_amounts;
};

/* Number what the rules name and make the rules; of the documents and the region that are there. */
int bdl_ruleset_compile(struct bdl_ruleset *r, bool whole, struct bdl_err *err) BDL_MUST_USE;

/* Who the act's person is to the policies, and what its facts fold to: worked out once per act. */
struct bdl_subject {
	uint32_t policies; /* that bind them, as bits */
	bool stranger;     /* unknown, or bound by none by name: the strictest reading of all */
	uint64_t key;
};

struct bdl_subject bdl_subject_of(const struct bdl_ruleset *r, const struct bdl_facts *f);

/* What a rule's tests look at. */
struct bdl_hearing {
	const struct bdl_facts *f;
	struct bdl_subject s;
};

/* Whether what the test says is so; `doubt` is what is taken for so of a stranger's groups. */
bool bdl_test_holds(const struct bdl_test *t, const struct bdl_hearing *h, bool doubt);

/* Whether it can be told at all: `f->told` has the kind of fact that it asks for. */
bool bdl_test_told(const struct bdl_test *t, const struct bdl_facts *f);

/* The deed, the person and the facts that were told leave it open whether the rule applies. */
static inline bool bdl_rule_concerned(
    const struct bdl_judged_rule *rule, const struct bdl_hearing *h)
{
	return !(rule->needs & ~h->f->told) && (h->s.policies >> rule->policy & 1) &&
	    (rule->key & h->s.key) && (!rule->deeds || (rule->deeds & h->f->deeds));
}

/* It is known that the act is none of those that the rule is for. */
static inline bool bdl_rule_of_others(const struct bdl_judged_rule *rule, const struct bdl_facts *f)
{
	uint64_t untold = 0;

	for (uint32_t rest = rule->deeds; rest; rest &= rest - 1)
		untold |= ~f->told & 1ULL << bdl_fact_of_deed((enum bdl_deed)__builtin_ctz(rest));
	return rule->deeds && !untold && !(rule->deeds & f->deeds);
}

/* It had its say before the facts came that are fresh now. */
static inline bool bdl_rule_past(const struct bdl_judged_rule *rule, const struct bdl_facts *f)
{
	return f->fresh && !(rule->needs & f->fresh);
}

/* Whether a condition holds: a stranger might be in any group, where that is the stricter reading. */
static inline bool bdl_condition_holds(
    const struct bdl_judged_rule *rule, size_t i, const struct bdl_hearing *h)
{
	return bdl_test_holds(&rule->tests[i], h, !rule->milder);
}

/* Whether an exception holds: a stranger is excepted as nobody in particular. */
static inline bool bdl_exception_holds(
    const struct bdl_judged_rule *rule, size_t i, const struct bdl_hearing *h)
{
	return bdl_test_holds(&rule->tests[rule->n_conds + i], h, rule->milder);
}

/* The first condition that does not hold, or n_conds. */
static inline size_t bdl_rule_unmet(const struct bdl_judged_rule *rule, const struct bdl_hearing *h)
{
	size_t i = 0;

	while (i < rule->n_conds && bdl_condition_holds(rule, i, h))
		i++;
	return i;
}

/* The first exception that holds, or n_unless. */
static inline size_t bdl_rule_lifted(
    const struct bdl_judged_rule *rule, const struct bdl_hearing *h)
{
	size_t i = 0;

	while (i < rule->n_unless && !bdl_exception_holds(rule, i, h))
		i++;
	return i;
}

/* All that the rule itself says; rules `allow` may still lift it. */
static inline bool bdl_rule_applies(const struct bdl_judged_rule *rule, const struct bdl_hearing *h)
{
	return bdl_rule_concerned(rule, h) && bdl_rule_unmet(rule, h) == rule->n_conds &&
	    bdl_rule_lifted(rule, h) == rule->n_unless;
}

/*
 * The law's rules that may apply to the act: none, unless it is in the category that they name. No
 * list brings that category but the signed one, so the judge spends one look at a bit on the law.
 */
static inline struct bdl_stretch bdl_law_of(const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	return bdl_catset_has(&f->categories, r->illegal) ? r->law[f->door]
							  : (struct bdl_stretch){ 0 };
}

/* The rules `allow` that apply, as bits. */
uint64_t bdl_allows_of(const struct bdl_ruleset *r, const struct bdl_hearing *h);

#endif
