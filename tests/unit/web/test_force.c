#include "doors/web/force.h"
#include "policy/judge.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define SAFE (1u << BDL_SWITCH_SAFE_SEARCH)

static const struct {
	const char *what, *in, *want; /* NULL: nothing to change */
} rows[] = {
	{ "a parameter",
	    "GET https://www.google.com/search?q=a HTTP/1.1\r\nHost: www.google.com\r\nX-A:  b \r\n\r\n",
	    "GET https://www.google.com/search?q=a&safe=active HTTP/1.1\r\n"
	    "Host: www.google.com\r\nX-A: b\r\n\r\n" },
	{ "a page's own setting",
	    "GET https://www.bing.com/search?q=a&ADLT=off&adl%74=demote HTTP/1.1\r\n"
	    "Host: www.bing.com\r\n\r\n",
	    "GET https://www.bing.com/search?q=a&adlt=strict HTTP/1.1\r\nHost: www.bing.com\r\n\r\n" },
	{ "a header",
	    "GET https://m.youtube.com/ HTTP/1.1\r\nHost: m.youtube.com\r\n"
	    "youtube-restrict: None\r\nYOUTUBE-RESTRICT: Moderate\r\n\r\n",
	    "GET https://m.youtube.com/ HTTP/1.1\r\nHost: m.youtube.com\r\n"
	    "YouTube-Restrict: Strict\r\n\r\n" },
	{ "another host",
	    "GET https://me@duckduckgo.com:443/?q=a&kp=-2 HTTP/1.1\r\nHost: duckduckgo.com:443\r\n\r\n",
	    "GET https://safe.duckduckgo.com:443/?q=a&kp=1 HTTP/1.1\r\n"
	    "Host: safe.duckduckgo.com:443\r\n\r\n" },
	{ "another host, by the path alone", "GET /?q=a HTTP/1.1\r\nHost: duckduckgo.com\r\n\r\n",
	    "GET /?q=a&kp=1 HTTP/1.1\r\nHost: safe.duckduckgo.com\r\n\r\n" },
	{ "a form that is posted",
	    "POST https://html.duckduckgo.com/html/ HTTP/1.1\r\nHost: html.duckduckgo.com\r\n"
	    "Content-Length: 3\r\n\r\n",
	    "POST https://html.duckduckgo.com/html/?kp=1 HTTP/1.1\r\nHost: html.duckduckgo.com\r\n"
	    "Content-Length: 3\r\n\r\n" },
	{ "no search", "GET https://www.google.com/ HTTP/1.1\r\nHost: www.google.com\r\n\r\n",
	    NULL },
	{ "no engine", "GET https://ok.example/search?q=a HTTP/1.1\r\nHost: ok.example\r\n\r\n",
	    NULL },
};

static bool apply(uint32_t switches, bool whole, const char *in, struct bdl_buf *out)
{
	struct bdl_http_head h;
	struct bdl_url url;

	assert_int_equal(bdl_http_parse_request(bdl_view_of(in), &h, NULL), 0);
	assert_int_equal(
	    bdl_url_parse(h.start[1], bdl_http_field(&h, "Host"), BDL_SCHEME_HTTP, &url, NULL), 0);
	return bdl_force_apply(switches, whole, &url, &h, out);
}

static void changes_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HTTP_HEAD_MAX);
		bool changed = apply(SAFE, false, rows[i].in, &out);
		if (changed != (rows[i].want != NULL) ||
		    (changed && strcmp(bdl_buf_str(&out), rows[i].want) != 0))
			fail_msg("%s:\n%s", rows[i].what, bdl_buf_str(&out));
		bdl_buf_clear(&out);
		assert_false(apply(0, false, rows[i].in, &out));
		assert_int_equal(out.n, 0);
	}
}

/* With and without a switch; a request that asks for no piece stays as it is. */
static void asks_for_all_of_it(void **state)
{
	static const struct {
		const char *in, *want; /* NULL: nothing to change */
	} asked[] = {
		{ "GET http://ok.example/a HTTP/1.1\r\nHost: ok.example\r\nRANGE: bytes=5-\r\n"
		  "If-Range: \"a\"\r\nAccept-Ranges: bytes\r\n\r\n",
		    "GET http://ok.example/a HTTP/1.1\r\nHost: ok.example\r\nAccept-Ranges: bytes\r\n\r\n" },
		{ "GET https://www.google.com/search?q=a HTTP/1.1\r\nHost: www.google.com\r\n"
		  "Range: bytes=5-9\r\nRange: bytes=0-2\r\n\r\n",
		    "GET https://www.google.com/search?q=a&safe=active HTTP/1.1\r\n"
		    "Host: www.google.com\r\n\r\n" },
		{ "GET http://ok.example/a HTTP/1.1\r\nHost: ok.example\r\nIf-Range: \"a\"\r\n\r\n",
		    NULL },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(asked); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_HTTP_HEAD_MAX);

		assert_true(apply(SAFE, true, asked[i].in, &out) == (asked[i].want != NULL));
		assert_string_equal(bdl_buf_str(&out), asked[i].want ? asked[i].want : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_all_of_it),
		cmocka_unit_test(changes_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
