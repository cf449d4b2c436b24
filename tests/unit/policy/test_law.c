/* The law: what it forbids is blocked whatever the policies say, and by its clause. */
#include "policy/explain.h"
#include "policy/law.h"
#include "policy_test.h"

#define ANY_BLOCK "block web to category gambling\n"

/* The clause that decides, "school#a.clause", where the act is in these categories. */
struct decision {
	enum bdl_action action;
	char clause[80];
	struct bdl_verdict verdict;
};

static struct decision decide(
    const struct bdl_ruleset *r, const char *groups, const char *categories)
{
	struct bdl_facts f = {
		.told = bdl_door_told(BDL_DOOR_WEB),
		.known = groups != NULL,
		.groups = groups_of(r, groups),
		.host = BDL_LIT("worst.example"),
		.categories = categories_of(r, categories),
	};
	struct decision d = { .clause = "" };

	bdl_judge(r, &f, &d.verdict);
	d.action = d.verdict.action;
	if (d.verdict.rule != BDL_NO_RULE) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, d.verdict.rule);

		(void)snprintf(d.clause, sizeof(d.clause), "%.*s#%.*s", BDL_FMT(ref.policy_name),
		    BDL_FMT(ref.clause->id));
	}
	return d;
}

static void is_a_document_without_faults(void **state)
{
	(void)state;
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	assert_int_equal(bdl_document_parse(bdl_law_bytes(), findings, &d, NULL), 0);
	bdl_document_check(d, NULL, findings);
	assert_int_equal(findings->n, 0);
	assert_int_equal(d->n_clauses, 1);
	assert_int_equal(d->clauses[0].n_rules, 2);
	assert_true(d->clauses[0].text.n > 100);
	assert_true(bdl_rule_carried_out(&d->clauses[0].rules[0]));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(d->clauses[0].rules[i].action, BDL_BLOCK);
		assert_non_null(bdl_rule_phrase(&d->clauses[0].rules[i], BDL_PHRASE_ALWAYS));
	}
}

static void blocks_whatever_the_policies_say(void **state)
{
	(void)state;
	static const struct {
		const char *rules, *clause;
	} rows[] = {
		{ "", "law#illegal" },
		{ ANY_BLOCK, "law#illegal" },
		{ "note web to category illegal", "law#illegal" },
		{ "coach web to category illegal", "law#illegal" },
		{ "note web\n" ANY_BLOCK "allow web to category illegal over a.clause",
		    "law#illegal" },
		{ "block web to category illegal\nallow web over a.clause", "law#illegal" },
		{ "block web to category illegal\n  unless by staff", "law#illegal" },
		{ "block web to category illegal", "school#a.clause" },
		{ "note web\nblock web to category gambling, illegal", "school#a.clause" },
	};
	static const char *const people[] = { "staff", "contractors", "", NULL };

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    ruleset_of("staff", rows[i].rules);

		for (size_t k = 0; k < BDL_ARRAY_LEN(people); k++) {
			struct decision d = decide(r, people[k], "illegal");
			/* Who is excepted is none of those whom nobody knows. */
			bool held = strstr(rows[i].rules, "unless by staff") && k > 0;
			const char *want = held ? "school#a.clause" : rows[i].clause;

			if (d.action != BDL_BLOCK || strcmp(d.clause, want) != 0)
				fail_msg("%s, '%s': %s by %s, want %s", people[k], rows[i].rules,
				    bdl_action_word(d.action), d.clause, want);
			assert_int_equal(
			    d.verdict.tell & (1u << BDL_ROLE_HEAD), 1u << BDL_ROLE_HEAD);
			assert_true(d.verdict.critical);
		}
		assert_int_not_equal(decide(r, "staff", "leisure").action, BDL_BLOCK);
	}
}

static void is_there_without_policies(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;

	assert_int_equal(bdl_ruleset_new(NULL, 0, &r, NULL), 0);
	assert_int_equal(bdl_ruleset_policies(r), 0);
	assert_true(bdl_view_is(bdl_ruleset_policy_name(r, 0), "law"));
	assert_true(bdl_view_eq(bdl_ruleset_document(r, 0)->bytes, bdl_law_bytes()));
	assert_string_equal(decide(r, NULL, "illegal").clause, "law#illegal");
	assert_string_equal(decide(r, "staff", "illegal").clause, "law#illegal");
	assert_int_equal(decide(r, NULL, "gambling").action, BDL_ALLOW);
}

/* A page on both lists: the record names both clauses, and the first of the strictest decides. */
static void comes_after_the_school(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
	    ruleset_of("staff", ANY_BLOCK "note web");
	struct decision d = decide(r, "staff", "illegal,gambling");

	assert_string_equal(d.clause, "school#a.clause");
	assert_int_equal(d.verdict.matched[0], 7);
	d = decide(r, "staff", "illegal");
	assert_string_equal(d.clause, "law#illegal");
	assert_int_equal(d.verdict.rule, school_rules(r));
}

static void is_never_sealed(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
	    whole_ruleset_of("staff", "splice web to host bank.example, worst.example");
	struct bdl_facts f = {
		.told = UINT64_MAX,
		.known = true,
		.groups = groups_of(r, "staff"),
		.host = BDL_LIT("worst.example"),
	};

	assert_true(bdl_judge_splice(r, &f));
	f.categories = categories_of(r, "illegal");
	assert_false(bdl_judge_splice(r, &f));
}

/* DNS knows no person, and its answers are the law's too, once there is such a door. */
static void holds_for_names(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = whole_ruleset_of("staff", "note web");
	struct bdl_facts f = {
		.door = BDL_DOOR_DNS,
		.told = UINT64_MAX,
		.categories = categories_of(r, "illegal"),
	};
	struct bdl_verdict v;

	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_BLOCK);
	f.door = BDL_DOOR_MAIL;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_ALLOW);
}

static void is_explained(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff", ANY_BLOCK);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_facts f = {
		.told = bdl_door_told(BDL_DOOR_WEB),
		.categories = categories_of(r, "illegal"),
	};
	size_t n;
	struct bdl_step *steps = bdl_explain_act(r, &f, region, &n);

	assert_non_null(steps);
	assert_int_equal(n, 2);
	assert_int_equal(steps[0].kind, BDL_STEP_NOT_MET);
	assert_int_equal(steps[1].kind, BDL_STEP_APPLIED);
	assert_true(steps[1].decided);
	/* Also where the list came between the question and its answer. */
	f.fresh = BDL_TOLD(TYPES);
	steps = bdl_explain_act(r, &f, region, &n);
	assert_non_null(steps);
	assert_int_equal(steps[1].kind, BDL_STEP_APPLIED);
	assert_true(steps[1].decided);
	f.fresh = 0;
	f.categories = categories_of(r, "gambling");
	steps = bdl_explain_act(r, &f, region, &n);
	assert_non_null(steps);
	assert_int_equal(n, 1); /* of no interest to whom it does not concern */
}

/* Sixteen policies are the school's, and the law is not one of them. */
static void takes_no_policys_place(void **state)
{
	(void)state;
	static const char text[] = FRONT("staff") CLAUSE("a", "note web");
	char names[BDL_POLICIES_MAX][8];
	struct bdl_source sources[BDL_POLICIES_MAX];
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;

	for (size_t i = 0; i < BDL_POLICIES_MAX; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "p%zu", i);
		sources[i] = (struct bdl_source){ bdl_view_of(names[i]), bdl_view_of(text) };
	}
	assert_int_equal(bdl_ruleset_new(sources, BDL_POLICIES_MAX, &r, NULL), 0);
	assert_int_equal(bdl_ruleset_policies(r), BDL_POLICIES_MAX);
	assert_string_equal(decide(r, "staff", "illegal").clause, "law#illegal");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_a_document_without_faults),
		cmocka_unit_test(blocks_whatever_the_policies_say),
		cmocka_unit_test(is_there_without_policies),
		cmocka_unit_test(comes_after_the_school),
		cmocka_unit_test(is_never_sealed),
		cmocka_unit_test(holds_for_names),
		cmocka_unit_test(is_explained),
		cmocka_unit_test(takes_no_policys_place),
	};

	return cmocka_run_group_tests_name("policy/law", tests, NULL, NULL);
}
