#include "base/view.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void compares(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool eq, ieq, starts, ends;
		int cmp;
	} rows[] = {
		{ "web", "web", true, true, true, true, 0 },
		{ "Web", "wEB", false, true, false, false, -1 },
		{ "webdoor", "web", false, false, true, false, 1 },
		{ "webdoor", "door", false, false, false, true, 1 },
		{ "web", "webdoor", false, false, false, false, -1 },
		{ "web", "", false, false, true, true, 1 }, { "", "", true, true, true, true, 0 },
		{ "", "a", false, false, false, false, -1 },
		{ "\x80", "\x7f", false, false, false, false, 1 },
		{ "[", "{", false, false, false, false, -1 }, /* 0x20 apart, but no letters */
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_view a = bdl_view_of(rows[i].a), b = bdl_view_of(rows[i].b);
		int cmp = bdl_view_cmp(a, b);

		if (bdl_view_eq(a, b) != rows[i].eq || bdl_view_ieq(a, b) != rows[i].ieq ||
		    bdl_view_is(a, rows[i].b) != rows[i].eq ||
		    bdl_view_iis(a, rows[i].b) != rows[i].ieq ||
		    bdl_view_starts(a, b) != rows[i].starts ||
		    bdl_view_ends(a, b) != rows[i].ends || (cmp > 0) - (cmp < 0) != rows[i].cmp)
			fail_msg("'%s' and '%s' (row %zu): cmp %d", rows[i].a, rows[i].b, i, cmp);
	}
	assert_true(bdl_view_istarts(BDL_LIT("HTTP://x"), BDL_LIT("http://")));
	assert_false(bdl_view_istarts(BDL_LIT("HTTP:/x"), BDL_LIT("http://")));
	assert_false(bdl_view_istarts(BDL_LIT("http:"), BDL_LIT("http://")));
	assert_true(bdl_view_is(bdl_view_from(BDL_LIT("web-0"), 4), "0"));
	assert_int_equal(bdl_view_from(bdl_view_of(NULL), 0).n, 0);
	assert_true(bdl_view_eq(bdl_view_of(NULL), bdl_view_of("")));
	assert_true(bdl_view_ends(bdl_view_of(NULL), bdl_view_of(NULL)));
	assert_int_equal(bdl_view_cmp(bdl_view_of(NULL), bdl_view_of(NULL)), 0);
}

static void trims(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ " \t a b\t ", "a b" },
		{ "a", "a" },
		{ " \t", "" },
		{ "", "" },
		{ "\na ", "\na" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_view got = bdl_view_trim(bdl_view_of(rows[i].text));

		if (!bdl_view_is(got, rows[i].want))
			fail_msg("'%s': got '%.*s', want '%s'", rows[i].text, BDL_FMT(got),
			    rows[i].want);
	}
}

static void cuts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		const char *want[4];
	} rows[] = {
		{ "a,b,c", { "a", "b", "c" } },
		{ "a", { "a" } },
		{ ",a", { "", "a" } },
		{ "a,", { "a" } }, /* nothing stands after the last one */
		{ ",,", { "", "" } },
		{ "", { NULL } },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_view rest = bdl_view_of(rows[i].text), head;
		size_t n = 0;

		while (bdl_view_cut(&rest, ',', &head)) {
			if (n >= 4 || !rows[i].want[n] || !bdl_view_is(head, rows[i].want[n]))
				fail_msg("'%s': got '%.*s' at %zu", rows[i].text, BDL_FMT(head), n);
			n++;
		}
		if (rows[i].want[n])
			fail_msg("'%s': ended before '%s'", rows[i].text, rows[i].want[n]);
	}
	assert_int_equal(bdl_view_find(BDL_LIT("abc"), 'c'), 2);
	assert_int_equal(bdl_view_find(BDL_LIT("abc"), 'x'), 3);
	assert_int_equal(bdl_view_find(bdl_view_of(NULL), 'x'), 0);
}

static void reads_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t max;
		bool dec, hex;
		uint64_t want_dec, want_hex;
	} rows[] = {
		{ "0", 9, true, true, 0, 0 },
		{ "007", 9, true, true, 7, 7 },
		{ "10", 16, true, true, 10, 16 },
		{ "10", 9, false, false, 0, 0 },
		{ "10", 15, true, false, 10, 0 },
		{ "fF", 255, false, true, 0, 255 },
		{ "18446744073709551615", UINT64_MAX, true, false, UINT64_MAX, 0 },
		{ "18446744073709551616", UINT64_MAX, false, false, 0, 0 },
		{ "99999999999999999999999", UINT64_MAX, false, false, 0, 0 },
		{ "ffffffffffffffff", UINT64_MAX, false, true, 0, UINT64_MAX },
		{ "10000000000000000", UINT64_MAX, true, false, UINT64_C(10000000000000000), 0 },
		{ "", 9, false, false, 0, 0 },
		{ "-1", 9, false, false, 0, 0 },
		{ "+1", 9, false, false, 0, 0 },
		{ " 1", 9, false, false, 0, 0 },
		{ "1 ", 9, false, false, 0, 0 },
		{ "0x1", 9, false, false, 0, 0 },
		{ "1g", 99, false, false, 0, 0 },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_view v = bdl_view_of(rows[i].text);
		uint64_t dec = 0, hex = 0;

		if (bdl_view_uint(v, rows[i].max, &dec) != rows[i].dec || dec != rows[i].want_dec)
			fail_msg("'%s' as decimal: got %ju", rows[i].text, (uintmax_t)dec);
		if (bdl_view_hex(v, rows[i].max, &hex) != rows[i].hex || hex != rows[i].want_hex)
			fail_msg("'%s' as hexadecimal: got %ju", rows[i].text, (uintmax_t)hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(trims),
		cmocka_unit_test(cuts),
		cmocka_unit_test(reads_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
