#include "../check.h"
#include "base/buf.h"
#include "scan/compile.h"

static void test_import(void **state)
{
	static const char list[] = "# a comment\n"
				   "#listcategory: \"x\"\n"
				   "\n"
				   "< word ><20>\n"
				   "<part><-15>\r\n"
				   "< one >,< two ><30>\n"
				   "<banned phrase>\n"
				   "<a>,<b>\n"
				   ".Include</etc/other>\n"
				   "<remove_scripts><50>\n"
				   "<a,b (c)><5>\n"
				   "<><5>\n"
				   "no brackets\n"
				   "<1>,<2>,<3>,<4>,<5><6>\n"
				   "<bad \xff><5>\n"
				   "<heavy ><5000>\n";
	static const char want[] = "class x\n"
				   "20 word\n"
				   "-15 *part*\n"
				   "30 one + two [within page]\n"
				   "200 *banned phrase* [firm]\n"
				   "200 *a* + *b* [firm, within page]\n"
				   "50 *remove scripts*\n"
				   "5 *a b  c *\n"
				   "1000 *heavy\n";
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(4096);
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = NULL;
	struct bdl_phrases_imported n;
	struct bdl_err err = { 0 };

	(void)state;
	assert_int_equal(
	    bdl_phrases_import(bdl_view_at(list, sizeof(list) - 1), BDL_LIT("x"), &out, &n, &err),
	    0);
	check_view("list", bdl_buf_view(&out), want);
	assert_int_equal(n.taken, 8);
	assert_int_equal(n.left_out, 4);
	assert_int_equal(n.first_left_out, 12);
	/* What it writes is read. */
	assert_int_equal(bdl_phrases_build_new(&b, &err), 0);
	if (bdl_phrases_build_text(b, "x.txt", bdl_buf_view(&out), &err) < 0)
		fail_msg("%s", err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_import) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
