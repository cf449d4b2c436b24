#include "../check.h"
#include "base/near.h"

static void suggests_near_misses(void **state)
{
	(void)state;
	static const char *const words[] = { "to", "web", "tell", "gambling", "technicians" };
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "technicans", "technicians" },  /* dropped */
		{ "tecnhicians", "technicians" }, /* swapped */
		{ "tecnihcians", "technicians" }, /* swapped once, dropped once... */
		{ "technisions", "technicians" }, /* changed twice */
		{ "teknisions", NULL },           /* three slips */
		{ "Gambling", "gambling" },
		{ "gamblinggg", "gambling" },
		{ "tel", "tell" },
		{ "tlel", "tell" },
		{ "te", "to" },
		{ "by", NULL }, /* two slips from `to`: as good as another word */
		{ "wbe", "web" },
		{ "bew", NULL },
		{ "", NULL },
		{ "technicianstechnicianstechnicianstechnicianstechnicianstechnicianstechnicians",
		    NULL },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		const char *got =
		    bdl_near_miss(bdl_view_of(rows[i].text), words, BDL_ARRAY_LEN(words));

		if ((got == NULL) != (rows[i].want == NULL) ||
		    (got && strcmp(got, rows[i].want) != 0))
			fail_msg("'%s': got %s, want %s", rows[i].text, got ? got : "none",
			    rows[i].want ? rows[i].want : "none");
	}
	/* The closest, not the first. */
	static const char *const close[] = { "gambling", "gabling" };
	assert_string_equal(bdl_near_miss(BDL_LIT("gablin"), close, 2), "gabling");
	/* Of two as close the one that begins alike. */
	static const char *const equals[] = { "using", "signed", "singed" };
	assert_string_equal(bdl_near_miss(BDL_LIT("sign"), equals, 3), "signed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suggests_near_misses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
