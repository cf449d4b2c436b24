#include "../check.h"
#include "proto/html.h"

static const struct {
	const char *name;
	struct bdl_view in;
	const char *text, *attr;
} escapes[] = {
	{ "nothing", BDL_LIT(""), "", "" },
	{ "plain", BDL_LIT("web.gambling 3.2"), "web.gambling 3.2", "web.gambling 3.2" },
	{ "markup", BDL_LIT("<b a=\"x\" c='y'>&amp;"),
	    "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;",
	    "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;amp;" },
	{ "lines", BDL_LIT("a\n\tb\r\nc"), "a\n\tb\nc", "a  b c" },
	{ "control bytes", BDL_LIT("a\0\x01\x1b\x7f\x08z"), "az", "az" },
	{ "C1 controls", BDL_LIT("a\xc2\x80\xc2\x9fz"), "az", "az" },
	{ "UTF-8", BDL_LIT("Siân £5 €6 😀"), "Siân £5 €6 😀", "Siân £5 €6 😀" },
	{ "Latin-1", BDL_LIT("Si\xe2n"), "Si\xef\xbf\xbdn", "Si\xef\xbf\xbdn" },
	{ "cut off", BDL_LIT("a\xf0\x9f\x98"), "a\xef\xbf\xbd", "a\xef\xbf\xbd" },
	{ "overlong '<'", BDL_LIT("\xc0\xbc"), "\xef\xbf\xbd\xef\xbf\xbd",
	    "\xef\xbf\xbd\xef\xbf\xbd" },
	{ "a lead byte swallows no quote", BDL_LIT("\xe2\"x"), "\xef\xbf\xbd&quot;x",
	    "\xef\xbf\xbd&quot;x" },
	{ "backwards",
	    BDL_LIT("a\xe2\x80\xae"
		    "z"),
	    "a\xef\xbf\xbdz", "a\xef\xbf\xbdz" },
	{ "isolated", BDL_LIT("a\xe2\x81\xa7z"), "a\xef\xbf\xbdz", "a\xef\xbf\xbdz" },
};

static void values_are_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(escapes); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);
		bdl_html_text(&out, escapes[i].in);
		check_view(escapes[i].name, bdl_buf_view(&out), escapes[i].text);
		bdl_buf_clear(&out);
		bdl_html_attr(&out, escapes[i].in);
		check_view(escapes[i].name, bdl_buf_view(&out), escapes[i].attr);
	}
}

static const struct {
	struct bdl_view in;
	const char *want;
} urls[] = {
	{ BDL_LIT("https://a.example/x?a=1&b=2#c"), "https://a.example/x?a=1&amp;b=2#c" },
	{ BDL_LIT("HTTP://a.example"), "HTTP://a.example" },
	{ BDL_LIT("mailto:office@school.example"), "mailto:office@school.example" },
	{ BDL_LIT("/acts?page=2"), "/acts?page=2" },
	{ BDL_LIT("/"), "/" },
	{ BDL_LIT("?page=2"), "?page=2" },
	{ BDL_LIT("#web.gambling"), "#web.gambling" },
	{ BDL_LIT("/a b\"<>'`\\{}|^\xc3\xa9"), "/a%20b%22%3C%3E%27%60%5C%7B%7D%7C%5E%C3%A9" },
	{ BDL_LIT("/%41"), "/%41" },
	{ BDL_LIT(""), "#blocked" },
	{ BDL_LIT("javascript:alert(1)"), "#blocked" },
	{ BDL_LIT("JaVaScRiPt:alert(1)"), "#blocked" },
	{ BDL_LIT(" javascript:alert(1)"), "#blocked" },
	{ BDL_LIT("data:text/html,x"), "#blocked" },
	{ BDL_LIT("vbscript:x"), "#blocked" },
	{ BDL_LIT("//evil.example/"), "#blocked" },
	{ BDL_LIT("/\\evil.example/"), "#blocked" },
	{ BDL_LIT("/\t/evil.example/"), "#blocked" },
	{ BDL_LIT("\x01/x"), "#blocked" },
	{ BDL_LIT("ht\ntp://a.example"), "#blocked" },
	{ BDL_LIT("https:evil"), "#blocked" },
	{ BDL_LIT("/a\0b"), "#blocked" },
	{ BDL_LIT("acts"), "#blocked" },
};

static void urls_lead_nowhere_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(urls); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);
		bdl_html_url(&out, urls[i].in);
		check_view(urls[i].in.p, bdl_buf_view(&out), urls[i].want);
	}
}

static void query_values_are_encoded(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);

	(void)state;
	bdl_html_query(&out, BDL_LIT("a-Z.0_9~ &=+#%\"'<\xc3\xa9\0"));
	check_view("query", bdl_buf_view(&out), "a-Z.0_9~%20%26%3D%2B%23%25%22%27%3C%C3%A9%00");
}

static void numbers_are_written(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);

	(void)state;
	bdl_html_number(&out, INT64_MIN);
	bdl_html_number(&out, 0);
	bdl_html_number(&out, 42);
	check_view("numbers", bdl_buf_view(&out), "-9223372036854775808042");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(urls_lead_nowhere_else),
		cmocka_unit_test(query_values_are_encoded),
		cmocka_unit_test(numbers_are_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
