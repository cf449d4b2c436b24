#include "../check.h"
#include "import/import_int.h"

static void expect(const char *text, unsigned academic, const char *terms, const char *holidays)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf got = BDL_BUF(1024);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf off = BDL_BUF(1024);

	bdl_terms_read(bdl_view_of(text), academic, &got, &off);
	if (!bdl_view_is(bdl_buf_view(&got), terms) || !bdl_view_is(bdl_buf_view(&off), holidays))
		fail_msg("'%s' has '%.*s' and '%.*s'", text, BDL_FMT(bdl_buf_view(&got)),
		    BDL_FMT(bdl_buf_view(&off)));
}

static void finds_terms(void **state)
{
	(void)state;
	expect("Autumn term: Thursday 3 September to Friday 18 December 2026", 0,
	    "autumn 2026-09-03 to 2026-12-18", "");
	expect(
	    "Spring term\t4 January 2027\t25 March 2027", 0, "spring 2027-01-04 to 2027-03-25", "");
	expect("Summer Term: 12/04/2027 - 21/07/2027", 0, "summer 2027-04-12 to 2027-07-21", "");
	expect("Michaelmas 2026-09-03 to 2026-12-18, Lent 4th Jan. to 25th March 2027", 0,
	    "michaelmas 2026-09-03 to 2026-12-18, lent 2027-01-04 to 2027-03-25", "");
	expect("Autumn 2026: 3 September to 18 December", 0, "autumn 2026-09-03 to 2026-12-18", "");
}

static void finds_holidays(void **state)
{
	(void)state;
	expect("Half term: 26 to 30 October 2026", 0, "", "half-term 2026-10-26 to 2026-10-30");
	expect("Christmas holidays 21 December to 1 January 2027", 0, "",
	    "christmas 2026-12-21 to 2027-01-01");
	expect("INSET: 20-24 October 2026", 0, "", "inset 2026-10-20 to 2026-10-24");
	expect("INSET: 01/09/2026 - 03/09/2026", 0, "", "inset 2026-09-01 to 2026-09-03");
	expect("INSET: 1 September and 4 January 2027 before the return to school", 0, "",
	    "inset 2026-09-01, inset 2027-01-04");
	expect("INSET days: 2 September 2026", 0, "", "inset 2026-09-02");
	expect("Autumn 3 September to 18 December 2026 (half-term 26\xe2\x80\x93"
	       "30 October)",
	    2026, "autumn 2026-09-03 to 2026-12-18", "half-term 2026-10-26 to 2026-10-30");
}

static void days_that_a_school_is_closed_may_be_apart(void **state)
{
	(void)state;
	expect("INSET days: 1 and 2 September, 4 January 2027 and 3rd of May 2027", 0, "",
	    "inset 2026-09-01, inset 2026-09-02, inset 2027-01-04, inset 2027-05-03");
	expect(
	    "INSET days 1 September to 3 September 2026", 0, "", "inset 2026-09-01 to 2026-09-03");
}

static void knows_halves_of_terms(void **state)
{
	(void)state;
	expect("Autumn 1: 3 September to 23 October 2026; Autumn 2\t2 November to 18 December 2026",
	    0, "autumn 2026-09-03 to 2026-10-23, autumn 2026-11-02 to 2026-12-18", "");
	expect("Autumn term: 3 September to 23 October and 2 November to 18 December 2026", 0,
	    "autumn 2026-09-03 to 2026-12-18", "");
}

static void reads_the_month_first_too(void **state)
{
	(void)state;
	expect("Autumn term: September 3rd to December 18, 2026", 0,
	    "autumn 2026-09-03 to 2026-12-18", "");
	expect("INSET days: Tuesday September 1st and October 23rd 2026", 0, "",
	    "inset 2026-09-01, inset 2026-10-23");
	expect("INSET days: September 1st and 2nd, October 23rd 2026", 0, "",
	    "inset 2026-09-01, inset 2026-10-23");
	expect("INSET days in September, 1 October 2026", 0, "", "inset 2026-10-01");
	expect("INSET day at 1pm on 4 September 2026", 0, "", "inset 2026-09-04");
}

static void takes_the_year_from_the_heading(void **state)
{
	(void)state;
	assert_int_equal(bdl_terms_year(BDL_LIT("Term dates 2026/27")), 2026);
	assert_int_equal(bdl_terms_year(BDL_LIT("Term dates, room 1999")), 0);
	expect("Easter: 29 March to 9 April", 2026, "", "easter 2027-03-29 to 2027-04-09");
	expect("Easter: 29 March to 9 April", 0, "", "");
}

static void is_not_misled(void **state)
{
	(void)state;
	expect("The autumn term review is due on 3 May 2026.", 0, "", "");
	expect("Summer: 3 September 2026 to 1 May 2026", 0, "", "");       /* backwards */
	expect("Summer: 3 September 2020 to 18 December 2026", 0, "", ""); /* too long */
	expect("Springs and lentils, 3 May to 4 May 2026", 0, "", "");
	expect("In the summer we meet 12 people in 2 groups of 3 or 4 in 2026.", 0, "", "");
}

static void leaves_out_what_does_not_fit(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf terms = BDL_BUF(40);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf holidays = BDL_BUF(40);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		bdl_terms_read(
		    BDL_LIT("Autumn 3 September to 18 December 2026"), 0, &terms, &holidays);
	assert_true(bdl_view_is(bdl_buf_view(&terms), "autumn 2026-09-03 to 2026-12-18"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_terms),
		cmocka_unit_test(finds_holidays),
		cmocka_unit_test(days_that_a_school_is_closed_may_be_apart),
		cmocka_unit_test(knows_halves_of_terms),
		cmocka_unit_test(reads_the_month_first_too),
		cmocka_unit_test(takes_the_year_from_the_heading),
		cmocka_unit_test(is_not_misled),
		cmocka_unit_test(leaves_out_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
