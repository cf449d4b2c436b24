#include "../check.h"
#include "import/import_int.h"

static void expect(const char *text, const char *school, const char *trust)
{
	struct bdl_view got = bdl_school_find(bdl_view_of(text));
	struct bdl_view of = bdl_trust_find(bdl_view_of(text));

	if (!bdl_view_is(got, school) || !bdl_view_is(of, trust))
		fail_msg("'%s' is of '%.*s' and '%.*s'", text, BDL_FMT(got), BDL_FMT(of));
}

static void finds_schools(void **state)
{
	(void)state;
	expect("Computers at Fernbrook Primary School: rules", "Fernbrook Primary School", "");
	expect("HILL ROAD SCHOOL\n\nRules", "HILL ROAD SCHOOL", "");
	expect("Rules of St Mary and St Anne Catholic Primary school, 2026",
	    "St Mary and St Anne Catholic Primary school", "");
	expect("Rules\nHilltop Academy Fernbrook\n", "Hilltop Academy Fernbrook", "");
	expect("Hilltop Academy ICT Policy", "Hilltop Academy", "");
	expect("Hilltop School Handbook", "Hilltop School", "");
	expect("AUP of Hilltop School, by the Headteacher of Hilltop School", "Hilltop School", "");
	expect("St Mary's Church of England Primary School",
	    "St Mary's Church of England Primary School", "");
	expect("We are a school. Our School is kind. The Whole School Policy.", "", "");
}

static void finds_trusts(void **state)
{
	(void)state;
	expect("RIVERS Academy Trust\n\nRules of computers", "", "RIVERS Academy Trust");
	expect("Three Rivers Learning Trust\nHilltop School\n", "Hilltop School",
	    "Three Rivers Learning Trust");
	expect("Adopted by the Rivers Trust Board", "", "Rivers Trust");
	expect("The Multi Academy Trust and our Trust. Each Trust.", "", "");
	expect("The Oak and Ash Federation of schools", "", "Oak and Ash Federation");
}

static void takes_the_one_that_is_named_most(void **state)
{
	(void)state;
	expect("We share a hall with Park School.\nHill School\nHill School\n", "Hill School", "");
	expect("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nPark School came.\n",
	    "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_schools),
		cmocka_unit_test(finds_trusts),
		cmocka_unit_test(takes_the_one_that_is_named_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
