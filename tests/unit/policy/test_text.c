#include "policy/text_int.h"
#include "policy_test.h"

static void finds_bad_bytes(void **state)
{
	(void)state;
	static const struct {
		struct bdl_view text;
		size_t want;
	} rows[] = {
		{ BDL_LIT(""), 0 },
		{ BDL_LIT("plain"), 5 },
		{ BDL_LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), 9 },
		{ BDL_LIT("a\0b"), 1 },
		{ BDL_LIT("ab\xc3"), 2 },
		{ BDL_LIT("ab\xc0\x80"), 2 },
		{ BDL_LIT("\xed\xa0\x80"), 0 },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		size_t got = bdl_text_bad_byte(rows[i].text);

		if (got != rows[i].want)
			fail_msg("row %zu: got %zu, want %zu", i, got, rows[i].want);
	}
	assert_int_equal(bdl_text_chars(BDL_LIT("\xc3\xa9\xe2\x82\xac x")), 4);
	assert_int_equal(bdl_text_cut(BDL_LIT("a\xe2\x82\xac"), 3).n, 1);
	assert_int_equal(bdl_text_cut(BDL_LIT("a\xe2\x82\xac"), 4).n, 4);
}

static void finds_lines(void **state)
{
	(void)state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(4096);
	struct bdl_region *small BDL_AUTO(bdl_region_free) = bdl_region_new(8);
	static const char text[] = "one\ntwo\r\n\rfour\n\nsix";
	static const char *const want[] = { "one", "two", "", "four", "", "six" };
	struct bdl_lines lines;

	assert_true(bdl_lines_make(bdl_view_of(text), region, &lines));
	assert_int_equal(lines.n, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_true(bdl_view_is(bdl_lines_get(&lines, i + 1), want[i]));
	assert_int_equal(bdl_lines_get(&lines, 0).n, 0);
	assert_int_equal(bdl_lines_get(&lines, 7).n, 0);
	assert_true(bdl_view_is(bdl_lines_range(&lines, 2, 3), "two\r\n\r"));
	assert_true(bdl_view_is(bdl_lines_range(&lines, 5, 99), "\nsix"));
	assert_int_equal(bdl_lines_range(&lines, 3, 2).n, 0);
	assert_false(bdl_lines_make(bdl_view_of(text), small, &lines));
	assert_true(bdl_lines_make(BDL_LIT(""), region, &lines));
	assert_int_equal(lines.n, 0);
	assert_int_equal(bdl_lines_get(&lines, 1).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_bad_bytes),
		cmocka_unit_test(finds_lines),
	};

	return cmocka_run_group_tests_name("policy/text", tests, NULL, NULL);
}
