/* Who is the same person as whom, by the name. */
#include "../check.h"
#include "base/person.h"

static void people_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "A. Head", "a head", true },
		{ "A. Head", "A.\xc2\xa0Head", true },
		{ "Sian Owen", "Sian-Owen", true },
		{ "\xc3\x89. Roux", "\xc3\xa9 roux", true },
		{ "\xc5\x81. Nowak", "\xc5\x82. nowak", true },
		{ "A. Head", "B. Head", false },
		{ "A. Head", "A. Heads", false },
		{ "A1", "A2", false },
		{ "Zo\xc3\xab", "Zoe", false },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_view a = bdl_view_of(cases[i].a), b = bdl_view_of(cases[i].b);
		if (bdl_person_same(a, b) != cases[i].same ||
		    bdl_person_same(b, a) != cases[i].same)
			fail_msg("'%s' and '%s'", cases[i].a, cases[i].b);
	}
	assert_true(bdl_person_ok(BDL_LIT("b.okoro")));
	assert_false(bdl_person_ok(BDL_LIT(" -. ")));
	assert_false(bdl_person_ok(BDL_LIT("")));
	assert_false(bdl_person_ok(BDL_LIT("A\x1b[2J")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
