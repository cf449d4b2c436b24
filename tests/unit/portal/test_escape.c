/* Compiled templates with values that mean harm: the output, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hostile.tmpl.h"

static void check(const struct bdl_page_hostile *v, const char *want)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(65536);
	bdl_page_hostile(&out, v);
	assert_false(bdl_buf_broken(&out));
	assert_string_equal(bdl_buf_str(&out), want);
}

static void values_stay_values(void **state)
{
	static const struct bdl_page_hostile_way ways[] = { { .to = "</i><script>" },
		{ .to = NULL } };
	static const struct bdl_page_hostile_row rows[] = {
		{ .name = { "</b>", 4 }, .ways = ways, .n_ways = 2 },
		{ .name = { "\xff'", 2 } },
	};
	(void)state;
	check(
	    &(struct bdl_page_hostile){
		.around = { .name = BDL_LIT("</title><script>") },
		.word = BDL_LIT("\"><script>alert(1)</script>&"),
		.s = "javascript:alert(1)",
		.n = -7,
		.html = BDL_LIT("<em>made by us</em>"),
		.yes = true,
		.rows = rows,
		.n_rows = 2,
	    },
	    "<title>&lt;/title&gt;&lt;script&gt;</title>\n"
	    "<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;\">"
	    "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;|javascript:alert(1)|-7|"
	    "<em>made by us</em></p>\n"
	    "<a href=\"#blocked\">1</a><a href=\"#blocked\">2</a>"
	    "<a href=\"/a/%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%26?n=-7&amp;s="
	    "javascript%3Aalert%281%29\">3</a>\n"
	    "yes\n"
	    "wsnh\n"
	    "  <b class=\"k&lt;\" hidden>&lt;/b&gt; -7</b>"
	    ": <i>&lt;/i&gt;&lt;script&gt;</i> <i></i>\n\n"
	    "  <b class=\"k&lt;\" hidden>\xef\xbf\xbd&#39; -7</b>"
	    ": no way\n\n"
	    "<footer>&lt;/title&gt;&lt;script&gt;</footer>\n");
}

static void nothing_is_written_for_nothing(void **state)
{
	(void)state;
	check(&(struct bdl_page_hostile){ .s = NULL },
	    "<title></title>\n"
	    "<p title=\"\">||0|</p>\n"
	    "<a href=\"#blocked\">1</a><a href=\"#blocked\">2</a><a href=\"/a/?n=0&amp;s=\">3</a>\n"
	    "no\n"
	    "none\n"
	    "empty?\?/\n"
	    "<footer></footer>\n");
}

static void a_full_buffer_is_told(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(100);
	bdl_page_hostile(&out, &(struct bdl_page_hostile){ .n = 1 });
	assert_true(bdl_buf_broken(&out));
	assert_true(out.n <= 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stay_values),
		cmocka_unit_test(nothing_is_written_for_nothing),
		cmocka_unit_test(a_full_buffer_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
