#include "../check.h"
#include "import/import_int.h"

static void expect(const char *text, unsigned year, unsigned month, unsigned day)
{
	struct bdl_import_day d = { 0 };

	if (bdl_import_day_find(bdl_view_of(text), &d) != (year > 0) ||
	    (year > 0 && (d.year != year || d.month != month || d.day != day)))
		fail_msg("'%s' is %u-%u-%u", text, d.year, d.month, d.day);
}

static void finds_days(void **state)
{
	(void)state;
	expect("12/09/23", 2023, 9, 12);
	expect("on 3.5.2025, again", 2025, 5, 3);
	expect("2025-05-01", 2025, 5, 1);
	expect("3rd May 2025", 2025, 5, 3);
	expect("Reviewed January 2021", 2021, 1, 0);
	expect("Oct 2025", 2025, 10, 0);
	expect("Sept. 1st, 2026", 2026, 9, 1);
	expect("reviewed in the May half term", 0, 0, 0);
	expect("13/13/2025", 0, 0, 0);
	expect("version 2.1", 0, 0, 0);
	expect("", 0, 0, 0);
}

static void finds_intervals(void **state)
{
	(void)state;
	assert_int_equal(bdl_import_interval(BDL_LIT("It is reviewed annually.")), 12);
	assert_int_equal(bdl_import_interval(BDL_LIT("every Two Years")), 24);
	assert_int_equal(bdl_import_interval(BDL_LIT("3 years")), 36);
	assert_int_equal(bdl_import_interval(BDL_LIT("now and then")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_days),
		cmocka_unit_test(finds_intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
