#include "policy/explain.h"
#include "policy_test.h"

static void says_what_a_rule_does(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *want;
	} rows[] = {
		{ "block web to category gambling tell technicians",
		    "Pages in the category gambling are blocked for everyone. The technicians are told." },
		{ "block web to category a, b, c tell head",
		    "Pages in the categories a, b or c are blocked for everyone. The head is told." },
		{ "note web to host x.example, y.example tell safeguarding-lead, office as critical",
		    "Pages on x.example or y.example are allowed, and each is noted, for everyone. The "
		    "safeguarding lead and the office are told, as critical." },
		{ "coach web to category a, during 08:45-12:15 on mon-fri, 13:15-15:30 on mon-fri, unless "
		  "by staff, pupils",
		    "Pages in the category a open only after a reminder of this clause, for everyone, from "
		    "08:45 to 12:15 and from 13:15 to 15:30 on Monday to Friday, except for staff and pupils. "
		    "Nobody is told." },
		{ "block web by staff, to category a, to host x.example",
		    "Pages in the category a that are also on x.example are blocked for staff. Nobody is "
		    "told." },
		{ "block web", "All pages are blocked for everyone. Nobody is told." },
		{ "allow web to host x.example over a.clause",
		    "Pages on x.example are allowed for everyone. "
		    "This lifts the clause a.clause. Nobody is told." },
		{ "block web by staff, pupils by head by unknown",
		    "All pages are blocked for staff and pupils who are also the head and also unknown "
		    "people. Nobody is told." },
		{ "block web by staff during 08:00-09:00",
		    "All pages are blocked for staff from 08:00 to 09:00 every day. Nobody is told." },
		{ "block web during 08:00-09:00 on mon, 10:00-11:00 on sat and sun during 08:30-10:30",
		    "All pages are blocked for everyone from 08:00 to 09:00 on Monday and from 10:00 to 11:00 "
		    "on Saturday and Sunday, and only from 08:30 to 10:30 every day. Nobody is told." },
		{ "block web during 08:00-09:00 on mon, wed-sat",
		    "All pages are blocked for everyone from 08:00 to 09:00 on Monday and Wednesday to "
		    "Saturday. Nobody is told." },
		{ "block web during 22:00-02:00 on fri and sat",
		    "All pages are blocked for everyone from 22:00 to 02:00 the next day starting on Friday and "
		    "Saturday. Nobody is told." },
		{ "block web during 22:00-02:00",
		    "All pages are blocked for everyone from 22:00 to 02:00 every day. Nobody is told." },
		{ "block web during 22:00-24:00 on mon, wed, fri and sun",
		    "All pages are blocked for everyone from 22:00 to 24:00 on Wednesday, Friday, Sunday and "
		    "Monday. Nobody is told." },
		{ "block web during 08:00-09:00 on fri-mon",
		    "All pages are blocked for everyone from 08:00 to 09:00 on Friday to Monday. Nobody is "
		    "told." },
		{ "block web to category a unless to host x.example unless during 12:00-13:00 unless to "
		  "category b",
		    "Pages in the category a are blocked for everyone, except on x.example, or from 12:00 to "
		    "13:00 every day, or in the category b. Nobody is told." },
		{ "block web to path /notes with unread text",
		    "Pages under the path /notes sending text that cannot be read are blocked for everyone. "
		    "Nobody is told." },
		{ "block web download of more than 2 GB a day tell head after 3 in 1 hour",
		    "Downloads past a person's 2 GB in 1 day are blocked for everyone. The head is told, from a "
		    "person's 3rd time in 1 hour." },
		{ "coach web upload with types image/* after 2 in 1 hour",
		    "Uploads of the media type image/* go on only after a reminder of this clause, for "
		    "everyone, from a person's 2nd time in 1 hour. Nobody is told." },
		{ "hold mail to parents released by head, office returned after 2 days",
		    "Messages to parents are held until somebody releases them, for everyone. The head or the "
		    "office may release it. What is not released goes back after 2 days. Nobody is told." },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    whole_ruleset_of("staff, pupils", rows[i].rule);
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);

		bdl_explain_rule(bdl_ruleset_rule(r, 0).rule, &got);
		if (strcmp(bdl_buf_str(&got), rows[i].want) != 0)
			fail_msg("'%s'\n got '%s'\nwant '%s'", rows[i].rule, bdl_buf_str(&got),
			    rows[i].want);
	}
}

static void says_why(void **state)
{
	(void)state;
	static const struct {
		const char *rule;
		enum bdl_step_kind kind;
		const char *why;
	} rows[] = {
		{ "block web to category a", BDL_STEP_APPLIED, "all its conditions hold" },
		{ "block web", BDL_STEP_APPLIED, "it has no conditions" },
		{ "block web to category b, c", BDL_STEP_NOT_MET,
		    "the host is not in the categories b or c" },
		{ "block web to category a, to host y.example", BDL_STEP_NOT_MET,
		    "the host is not y.example or below it" },
		{ "block web to host y.example, z.example", BDL_STEP_NOT_MET,
		    "the host is not y.example or z.example, or below one of them" },
		{ "block web by pupils, visitors", BDL_STEP_NOT_MET,
		    "the rule is not for this person but for pupils and visitors" },
		{ "block web during 10:00-11:00 on sat", BDL_STEP_NOT_MET,
		    "the time is not from 10:00 to 11:00 on Saturday" },
		{ "block web unless by staff", BDL_STEP_LIFTED, "the rule is not for staff" },
		{ "block web unless to host x.example", BDL_STEP_LIFTED,
		    "the host is x.example or below it" },
		{ "block web unless to category b, unless to category a", BDL_STEP_LIFTED,
		    "the host is in the category a" },
		{ "block web unless during 08:00-09:00", BDL_STEP_LIFTED,
		    "the time is from 08:00 to 09:00 every day" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    ruleset_of("staff, pupils, visitors", rows[i].rule);
		struct bdl_facts f = {
			.told = bdl_door_told(BDL_DOOR_WEB),
			.known = true,
			.groups = groups_of(r, "staff"),
			.host = BDL_LIT("www.x.example"),
			.categories = categories_of(r, "a"),
			.minute = 500,
			.weekday = 5,
		};
		size_t n = 0;
		struct bdl_step *steps = bdl_explain_act(r, &f, region, &n);

		assert_non_null(steps);
		assert_int_equal(n, 1);
		if (steps[0].kind != rows[i].kind || strcmp(steps[0].why, rows[i].why) != 0)
			fail_msg("'%s'\n got %d '%s'\nwant %d '%s'", rows[i].rule,
			    (int)steps[0].kind, steps[0].why, (int)rows[i].kind, rows[i].why);
		assert_int_equal(steps[0].decided, rows[i].kind == BDL_STEP_APPLIED);
	}
}

/* What lifts is asked for the answer too, and had not only its say when the page was asked for. */
static void says_what_lifts_an_answer(void **state)
{
	(void)state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff",
	    "block web download with types video/mp4\n\nblock web to host y.example\n\n"
	    "allow web to host x.example over a.clause");
	struct bdl_facts f = {
		.told = bdl_door_told(BDL_DOOR_WEB) | BDL_TOLD(DOWNLOAD),
		.deeds = 1u << BDL_DEED_WEB_DOWNLOAD,
		.fresh = BDL_TOLD(DOWNLOAD) | BDL_TOLD(TYPES),
		.host = BDL_LIT("www.x.example"),
	};
	struct bdl_step *steps;
	size_t n;

	bdl_facts_add(r, &f, BDL_PHRASE_TYPES, BDL_LIT("video/mp4"), BDL_MANNER_NONE);
	steps = bdl_explain_act(r, &f, region, &n);
	assert_non_null(steps);
	assert_int_equal(n, 3);
	assert_int_equal(steps[0].kind, BDL_STEP_LIFTED);
	assert_string_equal(steps[1].why, "it had its say when the page was asked for");
	assert_int_equal(steps[2].kind, BDL_STEP_APPLIED);
	assert_true(steps[2].decided);
}

/* The act is a page of www.x.example in the category a, of staff, at 8:20 on a Saturday. */
static void says_what_would_have_changed_it(void **state)
{
	(void)state;
	static const struct {
		const char *rules;
		size_t n;
		enum bdl_action then;
		const char *fact;
	} rows[] = {
		{ "block web to category a", 1, BDL_ALLOW, "the host is in the category a" },
		{ "block web to category a during 08:00-09:00", 2, BDL_ALLOW,
		    "the host is in the category a" },
		{ "block web", 0, 0, NULL },
		{ "block web to category b", 1, BDL_BLOCK, "the host is not in the category b" },
		{ "block web to category b during 08:00-09:00", 1, BDL_BLOCK,
		    "the host is not in the category b" },
		{ "block web to category b during 09:00-10:00", 0, 0, NULL },
		{ "block web to category a unless during 08:00-09:00", 1, BDL_BLOCK,
		    "the time is from 08:00 to 09:00 every day" },
		{ "block web to category b unless during 08:00-09:00", 0, 0, NULL },
		{ "block web to category a by pupils", 1, BDL_BLOCK,
		    "the rule is not for this person but for pupils" },
		{ "block web upload", 1, BDL_BLOCK, "the rule is only for uploads" },
		/* Nobody can tell, so nobody can say what would have changed it. */
		{ "block web download to category a", 0, 0, NULL },
		/* Two rules come to the same: no one fact changes it. */
		{ "block web to category a\n\nblock web to host x.example", 0, 0, NULL },
		{ "note web to host x.example\n\nblock web to category a", 1, BDL_NOTE,
		    "the host is in the category a" },
		{ "note web to category b\n\nblock web to host x.example", 1, BDL_ALLOW,
		    "the host is x.example or below it" },
		{ "note web to host x.example\n\nblock web to category b", 2, BDL_ALLOW,
		    "the host is x.example or below it" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
		struct bdl_region *small BDL_AUTO(bdl_region_free) = bdl_region_new(64);
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    ruleset_of("staff, pupils, visitors", rows[i].rules);
		struct bdl_facts f = {
			.told = bdl_door_told(BDL_DOOR_WEB) & ~BDL_TOLD(DOWNLOAD),
			.known = true,
			.groups = groups_of(r, "staff"),
			.host = BDL_LIT("www.x.example"),
			.categories = categories_of(r, "a"),
			.minute = 500,
			.weekday = 5,
		};
		size_t n = 99;
		struct bdl_near *near = bdl_explain_near(r, &f, region, &n);

		assert_non_null(near);
		if (n != rows[i].n ||
		    (n && (near[0].then != rows[i].then || strcmp(near[0].fact, rows[i].fact))))
			fail_msg("'%s'\n got %zu: %d '%s'", rows[i].rules, n,
			    n ? (int)near[0].then : -1, n ? near[0].fact : "");
		assert_null(bdl_explain_near(r, &f, small, &n));
	}
}

static void says_who_is_not_bound(void **state)
{
	(void)state;
	static const char staff[] = FRONT("staff") "# A {#a}\nA.\n```rules\nblock web\n```\n";
	static const char pupils[] = FRONT("pupils") "# A {#a}\nA.\n```rules\nblock web\n```\n";
	struct bdl_source sources[] = { { BDL_LIT("staff"), bdl_view_of(staff) },
		{ BDL_LIT("pupils"), bdl_view_of(pupils) } };
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_region *small BDL_AUTO(bdl_region_free) = bdl_region_new(64);
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_facts f = { .told = bdl_door_told(BDL_DOOR_WEB), .known = true };
	struct bdl_step *steps;
	size_t n;

	assert_int_equal(bdl_ruleset_new(sources, 2, &r, NULL), 0);
	f.groups = groups_of(r, "staff");
	steps = bdl_explain_act(r, &f, region, &n);
	assert_int_equal(n, 2);
	assert_int_equal(steps[0].kind, BDL_STEP_NOT_BOUND);
	assert_string_equal(steps[0].why, "the policy 'pupils' does not bind this person");
	assert_int_equal(steps[1].kind, BDL_STEP_APPLIED);
	assert_true(steps[1].decided && !steps[0].decided);
	assert_null(bdl_explain_act(r, &f, small, &n));
	f.door = BDL_DOOR_MAIL;
	assert_non_null(bdl_explain_act(r, &f, region, &n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_a_rule_does),
		cmocka_unit_test(says_why),
		cmocka_unit_test(says_what_lifts_an_answer),
		cmocka_unit_test(says_what_would_have_changed_it),
		cmocka_unit_test(says_who_is_not_bound),
	};

	return cmocka_run_group_tests_name("policy/explain", tests, NULL, NULL);
}
