#include "policy_test.h"

#define NO_RULE ((int)BDL_NO_RULE)
#define ROLE(r) (1u << BDL_ROLE_##r)

/* 0 Monday .. 6 Sunday */
enum { MON, TUE, WED, THU, FRI, SAT, SUN };
#define AT(h, m) ((h)*60 + (m))

struct row {
	const char *rules;
	/* facts */
	const char *categories, *host, *groups; /* groups NULL: unknown */
	int minute, weekday;
	/* wanted */
	enum bdl_action action;
	int rule;
	uint64_t matched;
	uint32_t tell;
	bool critical;
};

static const struct row rows[] = {
	{ .rules = "", .action = BDL_ALLOW, .rule = NO_RULE },
	{ "block web to category a", "b", "x.example", "staff", 0, MON, BDL_ALLOW, NO_RULE, 0, 0,
	    false },
	{ "block web to category a", "a", "x.example", "staff", 0, MON, BDL_BLOCK, 0, 1, 0, false },
	{ "block web to category a, b", "b,c", "x.example", "staff", 0, MON, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "note web", "", "x.example", "staff", 0, MON, BDL_NOTE, 0, 1, 0, false },

	/* The strictest wins, the first among equals; all that apply are recorded and tell. */
	{ "note web to category a, tell head\ncoach web to category a\nblock web to category b",
	    "a", "x.example", "staff", 0, MON, BDL_COACH, 1, 3, ROLE(HEAD), false },
	{ "coach web to category a, tell office\nblock web to category a, tell head as critical\n"
	  "block web to category a tell technicians",
	    "a", "x.example", "staff", 0, MON, BDL_BLOCK, 1, 7,
	    ROLE(HEAD) | ROLE(OFFICE) | ROLE(TECHNICIANS), true },
	{ "block web to category b tell head as critical\nnote web to category a", "a", "x.example",
	    "staff", 0, MON, BDL_NOTE, 1, 2, 0, false },

	/* All conditions, any value; any exception. */
	{ "block web to category a, to host x.example", "a", "y.example", "staff", 0, MON,
	    BDL_ALLOW, NO_RULE, 0, 0, false },
	{ "block web to category a, to host x.example", "a", "x.example", "staff", 0, MON,
	    BDL_BLOCK, 0, 1, 0, false },
	{ "block web to category a, to category b", "a", "x.example", "staff", 0, MON, BDL_ALLOW,
	    NO_RULE, 0, 0, false },
	{ "block web to category a, to category b", "a,b", "x.example", "staff", 0, MON, BDL_BLOCK,
	    0, 1, 0, false },
	{ "block web to category a, unless to category b, unless to host y.example", "a",
	    "y.example", "staff", 0, MON, BDL_ALLOW, NO_RULE, 0, 0, false },
	{ "block web to category a, unless to category b, unless to host y.example", "a,b",
	    "x.example", "staff", 0, MON, BDL_ALLOW, NO_RULE, 0, 0, false },
	{ "block web to category a, unless to category b, unless to host y.example", "a",
	    "x.example", "staff", 0, MON, BDL_BLOCK, 0, 1, 0, false },

	/* A host and all below it, however the writer spelt it. */
	{ "block web to host X.Example", "", "x.example", "staff", 0, MON, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "block web to host x.example", "", "www.x.example", "staff", 0, MON, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "block web to host x.example", "", "notx.example", "staff", 0, MON, BDL_ALLOW, NO_RULE, 0,
	    0, false },
	{ "block web to host www.x.example", "", "x.example", "staff", 0, MON, BDL_ALLOW, NO_RULE,
	    0, 0, false },
	{ "block web to host x.example, 192.0.2.7", "", "192.0.2.7", "staff", 0, MON, BDL_BLOCK, 0,
	    1, 0, false },

	/* Groups; a stranger meets every `by` and no `unless by`. */
	{ "block web by pupils", "", "x.example", "staff", 0, MON, BDL_ALLOW, NO_RULE, 0, 0,
	    false },
	{ "block web by pupils", "", "x.example", "staff,pupils", 0, MON, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "block web by pupils", "", "x.example", NULL, 0, MON, BDL_BLOCK, 0, 1, 0, false },
	{ "block web by pupils", "", "x.example", "", 0, MON, BDL_BLOCK, 0, 1, 0, false },
	{ "block web unless by staff", "", "x.example", "staff", 0, MON, BDL_ALLOW, NO_RULE, 0, 0,
	    false },
	{ "block web unless by staff", "", "x.example", NULL, 0, MON, BDL_BLOCK, 0, 1, 0, false },
	{ "block web unless by staff", "", "x.example", "nobody", 0, MON, BDL_BLOCK, 0, 1, 0,
	    false },

	/* Times: from is inside, to is outside; days; over midnight and the week's end. */
	{ "block web during 08:45-12:15", "", "x", "staff", AT(8, 44), MON, BDL_ALLOW, NO_RULE, 0,
	    0, false },
	{ "block web during 08:45-12:15", "", "x", "staff", AT(8, 45), MON, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "block web during 08:45-12:15", "", "x", "staff", AT(12, 14), SUN, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "block web during 08:45-12:15", "", "x", "staff", AT(12, 15), MON, BDL_ALLOW, NO_RULE, 0,
	    0, false },
	{ "block web during 08:00-09:00 on mon-fri", "", "x", "staff", AT(8, 0), SAT, BDL_ALLOW,
	    NO_RULE, 0, 0, false },
	{ "block web during 08:00-09:00 on mon-fri, 10:00-11:00 on sat", "", "x", "staff",
	    AT(10, 30), SAT, BDL_BLOCK, 0, 1, 0, false },
	{ "block web during 08:00-24:00", "", "x", "staff", AT(23, 59), WED, BDL_BLOCK, 0, 1, 0,
	    false },
	{ "block web during 22:00-06:00 on fri", "", "x", "staff", AT(23, 0), FRI, BDL_BLOCK, 0, 1,
	    0, false },
	{ "block web during 22:00-06:00 on fri", "", "x", "staff", AT(5, 59), SAT, BDL_BLOCK, 0, 1,
	    0, false },
	{ "block web during 22:00-06:00 on fri", "", "x", "staff", AT(5, 59), FRI, BDL_ALLOW,
	    NO_RULE, 0, 0, false },
	{ "block web during 22:00-06:00 on fri", "", "x", "staff", AT(6, 0), SAT, BDL_ALLOW,
	    NO_RULE, 0, 0, false },
	{ "block web during 22:00-06:00 on sun", "", "x", "staff", AT(1, 0), MON, BDL_BLOCK, 0, 1,
	    0, false },
	{ "block web during 22:00-06:00 on sun", "", "x", "staff", AT(23, 0), SAT, BDL_ALLOW,
	    NO_RULE, 0, 0, false },
	{ "block web unless during 12:15-13:15", "", "x", "staff", AT(12, 30), MON, BDL_ALLOW,
	    NO_RULE, 0, 0, false },
};

static void judges(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    ruleset_of("staff, pupils", row->rules);
		struct bdl_facts f = {
			.told = bdl_door_told(BDL_DOOR_WEB),
			.known = row->groups != NULL,
			.groups = groups_of(r, row->groups),
			.host = bdl_view_of(row->host),
			.categories = categories_of(r, row->categories),
			.minute = (uint16_t)row->minute,
			.weekday = (uint8_t)row->weekday,
		};
		struct bdl_verdict v;

		memset(&v, 0xa5, sizeof(v));
		bdl_judge(r, &f, &v);
		if (v.action != row->action || v.rule != row->rule ||
		    v.matched[0] != row->matched || v.matched[15] != 0 || v.tell != row->tell ||
		    v.critical != row->critical)
			fail_msg(
			    "row %zu '%s'\n got %s rule %u matched %llx tell %x critical %d\nwant %s "
			    "rule %d matched %llx tell %x critical %d",
			    i, row->rules, bdl_action_word(v.action), v.rule,
			    (unsigned long long)v.matched[0], v.tell, v.critical,
			    bdl_action_word(row->action), row->rule,
			    (unsigned long long)row->matched, row->tell, row->critical);
		for (unsigned rule = 0; rule < 64; rule++)
			assert_int_equal(
			    bdl_verdict_matched(&v, (uint16_t)rule), row->matched >> rule & 1);
	}
}

/* Two policies: who is bound by which. */
static void binds_by_group(void **state)
{
	(void)state;
	static const char staff[] = FRONT("staff, governors") "# A {#a}\nA.\n```rules\n"
							      "note web by staff\n```\n";
	static const char pupils[] = FRONT("pupils") "# A {#a}\nA.\n```rules\nblock web\n```\n";
	struct bdl_source sources[] = { { BDL_LIT("staff"), bdl_view_of(staff) },
		{ BDL_LIT("pupils"), bdl_view_of(pupils) } };
	static const struct {
		const char *groups;
		enum bdl_action action;
		uint64_t matched; /* bit 0 pupils, by order of name */
	} people[] = {
		{ "staff", BDL_NOTE, 2 },
		{ "governors", BDL_ALLOW, 0 },
		{ "pupils", BDL_BLOCK, 1 },
		{ "governors,pupils", BDL_BLOCK, 1 },
		{ "staff,pupils", BDL_BLOCK, 3 },
		{ "", BDL_BLOCK, 3 },
		{ "contractors", BDL_BLOCK, 3 },
		{ NULL, BDL_BLOCK, 3 },
	};
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_err err;

	if (bdl_ruleset_new(sources, 2, &r, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < BDL_ARRAY_LEN(people); i++) {
		struct bdl_facts f = {
			.told = bdl_door_told(BDL_DOOR_WEB),
			.known = people[i].groups != NULL,
			.groups = groups_of(r, people[i].groups),
			.host = BDL_LIT("x.example"),
		};
		struct bdl_verdict v;

		bdl_judge(r, &f, &v);
		if (v.action != people[i].action || v.matched[0] != people[i].matched)
			fail_msg("'%s': got %s %llx, want %s %llx",
			    people[i].groups ? people[i].groups : "unknown",
			    bdl_action_word(v.action), (unsigned long long)v.matched[0],
			    bdl_action_word(people[i].action),
			    (unsigned long long)people[i].matched);
	}
}

static void keeps_to_the_door(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff", "block web");
	struct bdl_facts f = { .told = UINT64_MAX, .door = BDL_DOOR_MAIL };
	struct bdl_verdict v;

	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_ALLOW);
	f.door = BDL_DOOR_WEB;
	bdl_judge(r, &f, &v);
	assert_int_equal(v.action, BDL_BLOCK);
}

/* What a text may come to for whom: so much of it must be read, and no more. */
static void awaits_a_text(void **state)
{
	(void)state;
	static const struct {
		const char *rules;
		enum bdl_action awaits;
	} awaited[] = {
		{ "block web", BDL_ALLOW },
		{ "note web with phrases a", BDL_NOTE },
		{ "note web with phrases a\nblock web with serious phrases b", BDL_BLOCK },
		{ "block web with serious phrases b by pupils", BDL_ALLOW },
		{ "coach web with phrases b by staff", BDL_COACH },
		{ "block web with phrases b to host other.example", BDL_ALLOW },
		{ "block web with phrases b to host x.example", BDL_BLOCK },
		{ "block web with phrases b unless to host x.example", BDL_ALLOW },
		{ "block web to host x.example unless with phrases b", BDL_BLOCK },
		{ "block web upload with phrases b", BDL_ALLOW },
		{ "block web with phrases b after 3 in 1 hour", BDL_BLOCK },
		{ "block web with phrases b\nallow web to host x.example over a.clause",
		    BDL_ALLOW },
		{ "block web with phrases b, always\nallow web to host x.example over a.clause",
		    BDL_BLOCK },
		{ "block mail with phrases b", BDL_ALLOW },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(awaited); i++) {
		struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
		    ruleset_of("staff, pupils", awaited[i].rules);
		struct bdl_facts f = { .told = bdl_door_told(BDL_DOOR_WEB),
			.known = true,
			.host = BDL_LIT("x.example") };

		f.groups = bdl_ruleset_group(r, BDL_LIT("staff"));
		if (bdl_judge_awaits(r, &f) != awaited[i].awaits)
			fail_msg("'%s' awaits %s", awaited[i].rules,
			    bdl_action_word(bdl_judge_awaits(r, &f)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges),
		cmocka_unit_test(binds_by_group),
		cmocka_unit_test(keeps_to_the_door),
		cmocka_unit_test(awaits_a_text),
	};

	return cmocka_run_group_tests_name("policy/judge", tests, NULL, NULL);
}
