#include "policy/roll.h"
#include "policy_test.h"

static struct bdl_roll *parse(const char *csv)
{
	struct bdl_roll *roll = NULL;
	struct bdl_err err;

	if (bdl_roll_parse(bdl_view_of(csv), "roll.csv", &roll, &err) < 0)
		fail_msg("%s", err.text);
	return roll;
}

static void finds_people(void **state)
{
	(void)state;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) =
	    parse("\xef\xbb\xbfLogin,Name,Groups\r\n"
		  "a.b,Ann Baker,staff governors\r\n"
		  "\r\n"
		  "\"C.D\",\"Dee, Cecil \"\"CD\"\"\",\"pupils\"\r\n"
		  " e.f , \xc3\x89va , \r\n"
		  "last,L,staff");
	static const struct {
		const char *login, *name, *groups;
	} rows[] = {
		{ "a.b", "Ann Baker", "staff governors" },
		{ "c.d", "Dee, Cecil \"CD\"", "pupils" },
		{ "e.f", "\xc3\x89va", "" },
		{ "last", "L", "staff" },
	};

	assert_int_equal(bdl_roll_size(roll), 4);
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		const struct bdl_person *p = bdl_roll_find(roll, bdl_view_of(rows[i].login));

		if (!p || !bdl_view_is(p->login, rows[i].login) ||
		    !bdl_view_is(p->name, rows[i].name) || !bdl_view_is(p->groups, rows[i].groups))
			fail_msg("'%s' is not as written", rows[i].login);
	}
	assert_null(bdl_roll_find(roll, BDL_LIT("C.D")));
	assert_null(bdl_roll_find(roll, BDL_LIT("")));
	assert_null(bdl_roll_find(roll, BDL_LIT("a.bc")));
}

static void takes_an_empty_roll(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\xef\xbb\xbf", "login,name,groups",
		"login,name,groups\n\n\n" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = parse(texts[i]);

		assert_int_equal(bdl_roll_size(roll), 0);
		assert_null(bdl_roll_find(roll, BDL_LIT("a")));
	}
}

static void names_mistakes(void **state)
{
	(void)state;
	static const struct {
		const char *csv, *want;
	} rows[] = {
		{ "a,b,c\n", "roll.csv:1: the first line must be login,name,groups" },
		{ "\nlogin,name,groups\n", "roll.csv:1: the first line must be login,name,groups" },
		{ "login,name,groups\na,b\n",
		    "roll.csv:2: 2 fields, not the 3 of login,name,groups" },
		{ "login,name,groups\na,b,c\na2,b,c,d\n",
		    "roll.csv:3: 4 fields, not the 3 of login,name,groups" },
		{ "login,name,groups\n,b,c\n", "roll.csv:2: a login has 1 to 128 bytes" },
		{ "login,name,groups\r\na,\"b,c\r\nd,e,f\r\n",
		    "roll.csv:2: a quotation mark that is never closed" },
		{ "login,name,groups\na,\"b\"c,d\n",
		    "roll.csv:2: text after a closing quotation mark" },
		{ "login,name,groups\na,b\"c,d\n",
		    "roll.csv:2: a quotation mark inside a field; put the "
		    "whole field in quotation marks and double it" },
		{ "login,name,groups\na,\xff,d\n",
		    "roll.csv:2: a field that is no plain text in UTF-8" },
		{ "login,name,groups\nok,b,c\na,\"b\nc\",d\n",
		    "roll.csv:3: a field that is no plain text in UTF-8" },
		{ "login,name,groups\nx,b,c\ny,b,c\nX,d,e\n",
		    "roll.csv:4: the login 'x' is on line 2 already" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_roll *roll = NULL;
		struct bdl_err err = { .text = "" };
		int rc = bdl_roll_parse(bdl_view_of(rows[i].csv), "roll.csv", &roll, &err);

		if (rc != BDL_E_INVALID || strcmp(err.text, rows[i].want) != 0 || roll)
			fail_msg("'%s': got %d '%s', want '%s'", rows[i].csv, rc, err.text,
			    rows[i].want);
	}
}

static void takes_a_large_school(void **state)
{
	(void)state;
	struct bdl_buf csv BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ROLL_BYTES_MAX + 1);
	struct bdl_roll *roll = NULL;
	struct bdl_err err;
	char login[32];

	(void)bdl_buf_add_str(&csv, "login,name,groups\n");
	for (int i = 0; i < BDL_ROLL_MAX; i++)
		(void)bdl_buf_printf(&csv, "p%d,Person %d,pupils\n", i, i);
	assert_int_equal(bdl_roll_parse(bdl_buf_view(&csv), "r", &roll, &err), 0);
	assert_int_equal(bdl_roll_size(roll), BDL_ROLL_MAX);
	for (int i = 0; i < BDL_ROLL_MAX; i += 997) {
		(void)snprintf(login, sizeof(login), "p%d", i);
		const struct bdl_person *p = bdl_roll_find(roll, bdl_view_of(login));
		assert_non_null(p);
		assert_true(bdl_view_is(p->login, login));
	}
	assert_null(bdl_roll_find(roll, BDL_LIT("p100000")));
	bdl_roll_free(roll);

	roll = NULL;
	(void)bdl_buf_add_str(&csv, "one-more,Name,staff\n");
	assert_int_equal(bdl_roll_parse(bdl_buf_view(&csv), "r", &roll, &err), BDL_E_LIMIT);
	assert_string_equal(err.text, "r:100002: more than 100000 people");
	csv.n = 0;
	while (csv.n <= BDL_ROLL_BYTES_MAX && bdl_buf_add(&csv, "\n\n\n\n\n\n\n\n", 8) == 0)
		;
	(void)bdl_buf_add_char(&csv, '\n');
	assert_int_equal(bdl_roll_parse(bdl_buf_view(&csv), "r", &roll, &err), BDL_E_LIMIT);
	assert_null(roll);
}

static void knows_groups_as_a_mask(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) =
	    ruleset_of("staff, governors, pupils", "block web by staff");
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) =
	    parse("login,name,groups\na,A,governors  staff\nb,B,cleaners\nc,C,\n");
	uint64_t staff = bdl_ruleset_group(r, BDL_LIT("staff"));
	uint64_t governors = bdl_ruleset_group(r, BDL_LIT("governors"));

	assert_true(staff && governors && staff != governors);
	assert_true(bdl_person_groups(bdl_roll_find(roll, BDL_LIT("a")), r) == (staff | governors));
	assert_true(bdl_person_groups(bdl_roll_find(roll, BDL_LIT("b")), r) == 0);
	assert_true(bdl_person_groups(bdl_roll_find(roll, BDL_LIT("c")), r) == 0);
}

static void tells_rolls_apart(void **state)
{
	(void)state;
	struct bdl_roll *a BDL_AUTO(bdl_roll_free) = parse("login,name,groups\na,A,staff\n");
	struct bdl_roll *same BDL_AUTO(bdl_roll_free) = parse("login,name,groups\na,A,staff\n");
	struct bdl_roll *other BDL_AUTO(bdl_roll_free) = parse("login,name,groups\na,A,pupils\n");

	assert_true(bdl_digest_eq(bdl_roll_digest(a), bdl_roll_digest(same)));
	assert_false(bdl_digest_eq(bdl_roll_digest(a), bdl_roll_digest(other)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_people),
		cmocka_unit_test(takes_an_empty_roll),
		cmocka_unit_test(names_mistakes),
		cmocka_unit_test(takes_a_large_school),
		cmocka_unit_test(knows_groups_as_a_mask),
		cmocka_unit_test(tells_rolls_apart),
	};

	return cmocka_run_group_tests_name("policy/roll", tests, NULL, NULL);
}
