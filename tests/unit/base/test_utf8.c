#include "../check.h"
#include "base/utf8.h"

static const struct {
	const char *name;
	struct bdl_view in;
	size_t n;
	uint32_t ch; /* 0: bad */
} cases[] = {
	{ "ASCII", BDL_LIT("a\x80"), 1, 'a' },
	{ "two bytes", BDL_LIT("\xc3\xa9z"), 2, 0xe9 },
	{ "smallest of two", BDL_LIT("\xc2\x80"), 2, 0x80 },
	{ "three bytes", BDL_LIT("\xe2\x82\xac"), 3, 0x20ac },
	{ "smallest of three", BDL_LIT("\xe0\xa0\x80"), 3, 0x800 },
	{ "last before surrogates", BDL_LIT("\xed\x9f\xbf"), 3, 0xd7ff },
	{ "smallest of four", BDL_LIT("\xf0\x90\x80\x80"), 4, 0x10000 },
	{ "the last one", BDL_LIT("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
	{ "continuation alone", BDL_LIT("\x80\x80"), 1, 0 },
	{ "overlong of two", BDL_LIT("\xc1\xbf"), 1, 0 },
	{ "overlong of three", BDL_LIT("\xe0\x9f\xbf"), 1, 0 },
	{ "overlong of four", BDL_LIT("\xf0\x8f\xbf\xbf"), 1, 0 },
	{ "surrogate", BDL_LIT("\xed\xa0\x80"), 1, 0 },
	{ "too large", BDL_LIT("\xf4\x90\x80\x80"), 1, 0 },
	{ "far too large", BDL_LIT("\xf5\x80\x80\x80"), 1, 0 },
	{ "0xff", BDL_LIT("\xff"), 1, 0 },
	{ "cut after one", BDL_LIT("\xe2"), 1, 0 },
	{ "cut after two", BDL_LIT("\xe2\x82"), 2, 0 },
	{ "cut after three", BDL_LIT("\xf0\x9f\x98z"), 3, 0 },
};

static void characters_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		uint32_t ch = 1;
		bool bad = false;
		check_long(
		    cases[i].name, (long)bdl_utf8_next(cases[i].in, &ch, &bad), (long)cases[i].n);
		check_long(cases[i].name, bad, cases[i].ch == 0);
		check_long(cases[i].name, ch, cases[i].ch ? cases[i].ch : BDL_UTF8_BAD);
	}
}

static void printable_text_is_known(void **state)
{
	(void)state;
	assert_true(bdl_utf8_printable(BDL_LIT("")));
	assert_true(bdl_utf8_printable(BDL_LIT("Siân ~")));
	assert_false(bdl_utf8_printable(BDL_LIT("a\nb")));
	assert_false(bdl_utf8_printable(BDL_LIT("a\0b")));
	assert_false(bdl_utf8_printable(BDL_LIT("a\x7f")));
	assert_false(bdl_utf8_printable(BDL_LIT("a\xc2\x85")));
	assert_false(bdl_utf8_printable(BDL_LIT("a\xe2")));
	assert_false(bdl_utf8_printable(BDL_LIT("daeH \xe2\x80\xae")));
	assert_false(bdl_utf8_printable(BDL_LIT("a\xe2\x81\xa9")));
	assert_true(bdl_utf8_printable(BDL_LIT("\xd7\xa9\xe2\x80\x8f")));
}

static void a_mark_is_left_out(void **state)
{
	(void)state;
	check_view("mark", bdl_utf8_without_mark(BDL_LIT("\xef\xbb\xbfz")), "z");
	check_view("only", bdl_utf8_without_mark(BDL_LIT("\xef\xbb\xbf")), "");
	check_view(
	    "once", bdl_utf8_without_mark(BDL_LIT("\xef\xbb\xbf\xef\xbb\xbf")), "\xef\xbb\xbf");
	check_view("part", bdl_utf8_without_mark(BDL_LIT("\xef\xbb")), "\xef\xbb");
	check_view("none", bdl_utf8_without_mark(bdl_view_of(NULL)), "");
}

static void capitals_have_small_letters(void **state)
{
	static const uint32_t pairs[][2] = {
		{ 'A', 'a' },
		{ 'Z', 'z' },
		{ '@', '@' },
		{ '[', '[' },
		{ 'a', 'a' },
		{ 0xc9, 0xe9 } /* E acute */,
		{ 0xd7, 0xd7 } /* the times sign */,
		{ 0xdf, 0xdf },
		{ 0xe9, 0xe9 },
		{ 0x100, 0x101 },
		{ 0x101, 0x101 },
		{ 0x141, 0x142 } /* L stroke */,
		{ 0x142, 0x142 },
		{ 0x160, 0x161 } /* S caron */,
		{ 0x178, 0xff },
		{ 0x17d, 0x17e } /* Z caron */,
		{ 0x17e, 0x17e },
		{ 0x131, 0x131 },
		{ 0x138, 0x138 },
		{ 0x149, 0x149 },
		{ 0x17f, 0x17f },
		{ 0x391, 0x3b1 },
		{ 0x3a2, 0x3a2 },
		{ 0x416, 0x436 },
		{ 0x401, 0x451 },
		{ 0x4e00, 0x4e00 },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(pairs); i++)
		if (bdl_utf8_lower(pairs[i][0]) != pairs[i][1])
			fail_msg("U+%04X gives U+%04X, want U+%04X", pairs[i][0],
			    bdl_utf8_lower(pairs[i][0]), pairs[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_read),
		cmocka_unit_test(capitals_have_small_letters),
		cmocka_unit_test(a_mark_is_left_out),
		cmocka_unit_test(printable_text_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
