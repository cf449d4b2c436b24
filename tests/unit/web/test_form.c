#include "doors/web/form.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void check(const char *body, const char *name, struct bdl_view want)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 20);
	struct bdl_form f = { 0 };
	struct bdl_err err = { 0 };
	if (bdl_form_parse(bdl_view_of(body), r, &f, &err) < 0)
		fail_msg("'%s': %s", body, err.text);
	struct bdl_view got = bdl_form_get(&f, name);
	if (!bdl_view_eq(got, want))
		fail_msg("'%s', field '%s': got '%.*s', want '%.*s'", body, name, BDL_FMT(got),
		    BDL_FMT(want));
}

static void fields(void **state)
{
	(void)state;
	check("reason=a+lesson&token=t", "reason", BDL_LIT("a lesson"));
	check("reason=a+lesson&token=t", "token", BDL_LIT("t"));
	check("reason=a%20b%2Bc%26d%3de", "reason", BDL_LIT("a b+c&d=e"));
	check("reason=caf%C3%A9", "reason", BDL_LIT("caf\xc3\xa9"));
	check("reason=100%&x=%4", "reason", BDL_LIT("100%"));
	check("reason=100%&x=%4", "x", BDL_LIT("%4"));
	check("reason=%zz%41", "reason", BDL_LIT("%zzA"));
	check("reason=%00b", "reason", bdl_view_at("\0b", 2));
	check("reason", "reason", BDL_LIT(""));
	check("a=1&a=2", "a", BDL_LIT("1"));
	check("&&a=1&", "a", BDL_LIT("1"));
	check("re%61son=x=y", "reason", BDL_LIT("x=y"));
	check("", "reason", BDL_LIT(""));
}

static void limits(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(BDL_FORM_MAX + 1);
	struct bdl_form f;
	struct bdl_err err = { 0 };

	for (int i = 0; i < BDL_FORM_FIELDS_MAX; i++)
		assert_int_equal(bdl_buf_add_str(&b, "a=1&"), 0);
	assert_int_equal(bdl_form_parse(bdl_buf_view(&b), r, &f, &err), 0);
	assert_int_equal(f.n, BDL_FORM_FIELDS_MAX);
	assert_int_equal(bdl_buf_add_str(&b, "b"), 0);
	assert_int_equal(bdl_form_parse(bdl_buf_view(&b), r, &f, &err), BDL_E_LIMIT);

	bdl_buf_clear(&b);
	while (b.n < BDL_FORM_MAX)
		assert_int_equal(bdl_buf_add_char(&b, 'x'), 0);
	assert_int_equal(bdl_form_parse(bdl_buf_view(&b), r, &f, &err), 0);
	assert_int_equal(bdl_buf_add_char(&b, 'x'), 0);
	assert_int_equal(bdl_form_parse(bdl_buf_view(&b), r, &f, &err), BDL_E_LIMIT);

	BDL_AUTO(bdl_region_free) struct bdl_region *small = bdl_region_new(64);
	b.n = 1000;
	assert_int_equal(bdl_form_parse(bdl_buf_view(&b), small, &f, &err), BDL_E_LIMIT);
}

static void plain_line(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
		size_t characters;
	} cases[] = {
		{ "a lesson", "a lesson", 8 },
		{ "  a\r\n\tlesson \n", "a lesson", 8 },
		{ "caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac", 6 },
		{ "a\xff\xfe z", "a\xef\xbf\xbd\xef\xbf\xbd z", 5 },
		{ "a\x1b[31mb\x7f", "a [31mb", 7 },
		{ "a\xc2\x85"
		  "b\xe2\x80\xa8"
		  "c",
		    "a b c", 5 },
		{ " \r\n\t ", "", 0 },
		{ "", "", 0 },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1024);
		size_t n = bdl_form_plain(bdl_view_of(cases[i].text), &out);
		if (n != cases[i].characters || strcmp(bdl_buf_str(&out), cases[i].want) != 0)
			fail_msg("case %zu: got '%s' (%zu), want '%s' (%zu)", i, bdl_buf_str(&out),
			    n, cases[i].want, cases[i].characters);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(limits),
		cmocka_unit_test(plain_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
