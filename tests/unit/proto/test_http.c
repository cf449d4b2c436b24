#include "../check.h"
#include "base/alloc.h"
#include "proto/http.h"

static const struct {
	const char *name, *in;
	long want;
} lengths[] = {
	{ "nothing", "", 0 },
	{ "half a line", "GET / HT", 0 },
	{ "no empty line yet", "GET / HTTP/1.1\r\nHost: a\r\n", 0 },
	{ "CR of the empty line", "GET / HTTP/1.1\r\n\r", 0 },
	{ "whole", "GET / HTTP/1.1\r\n\r\n", 18 },
	{ "a body follows", "GET / HTTP/1.1\r\n\r\nbody\r\n\r\n", 18 },
	{ "bare LF, to be refused by the parser", "GET / HTTP/1.1\n\nbody", 16 },
	{ "an empty line at the front", "\r\nGET", 2 },
};

static void head_length_at_once_and_bytewise(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(lengths); i++) {
		struct bdl_view v = bdl_view_of(lengths[i].in);
		size_t from = 0;
		check_long(lengths[i].name, bdl_http_head_length(v, &from), lengths[i].want);
		long got = 0;
		from = 0;
		for (size_t n = 0; n <= v.n && got == 0; n++)
			got = bdl_http_head_length(bdl_view_at(v.p, n), &from);
		check_long(lengths[i].name, got, lengths[i].want);
	}
}

static void head_length_has_limits(void **state)
{
	BDL_AUTO_FREE char *p = bdl_xalloc(BDL_HTTP_HEAD_MAX + 2);
	size_t from = 0;

	(void)state;
	memset(p, 'a', BDL_HTTP_HEAD_MAX + 2);
	check_long("a line may be so long",
	    bdl_http_head_length(bdl_view_at(p, BDL_HTTP_LINE_MAX), &from), 0);
	check_long("and no longer",
	    bdl_http_head_length(bdl_view_at(p, BDL_HTTP_LINE_MAX + 1), &from), BDL_E_LIMIT);
	for (size_t i = 999; i < BDL_HTTP_HEAD_MAX + 2; i += 1000)
		p[i] = '\n';
	from = 0;
	check_long("a head may be so long",
	    bdl_http_head_length(bdl_view_at(p, BDL_HTTP_HEAD_MAX), &from), 0);
	check_long("and no longer",
	    bdl_http_head_length(bdl_view_at(p, BDL_HTTP_HEAD_MAX + 1), &from), BDL_E_LIMIT);
}

static void request_is_taken_apart(void **state)
{
	struct bdl_http_head h;
	struct bdl_err err = { 0 };

	(void)state;
	int r = bdl_http_parse_request(BDL_LIT("GET http://a.example/x?y HTTP/1.1\r\n"
					       "Host: a.example\r\n"
					       "Accept:\ttext/html \r\n"
					       "Cookie:\r\n"
					       "Accept: image/png, a=\"x\ty\"\r\n\r\n"),
	    &h, &err);
	check_long(err.text, r, 0);
	check_view("method", h.start[0], "GET");
	check_view("target", h.start[1], "http://a.example/x?y");
	check_view("version", h.start[2], "HTTP/1.1");
	check_long("fields", (long)h.n_fields, 4);
	check_view("last of two", bdl_http_last_field(&h, "accept"), "image/png, a=\"x\ty\"");
	assert_null(bdl_http_last_field(&h, "Via").p);
	check_view("first of two, in any case", bdl_http_field(&h, "aCCEPT"), "text/html");
	check_view("second", h.fields[3].value, "image/png, a=\"x\ty\"");
	assert_non_null(bdl_http_field(&h, "Cookie").p);
	check_view("empty value", bdl_http_field(&h, "Cookie"), "");
	assert_null(bdl_http_field(&h, "Via").p);
}

/* Everything that one reader might take for another message than the next one does. */
static const struct {
	const char *name;
	struct bdl_view in;
	const char *want;
} bad_requests[] = {
	{ "nothing", BDL_LIT(""), "no end" },
	{ "no end", BDL_LIT("GET / HTTP/1.1"), "no end" },
	{ "no empty line", BDL_LIT("GET / HTTP/1.1\r\nHost: a\r\n"), "no end" },
	{ "bare LF after the request line", BDL_LIT("GET / HTTP/1.1\n\r\n"), "LF without CR" },
	{ "bare LF in a header", BDL_LIT("GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n"), "LF without CR" },
	{ "bare LF as the empty line", BDL_LIT("GET / HTTP/1.1\r\nA: b\r\n\n"), "LF without CR" },
	{ "bare CR", BDL_LIT("GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n"), "control byte" },
	{ "CR CR LF", BDL_LIT("GET / HTTP/1.1\r\r\n\r\n"), "control byte" },
	{ "NUL in a value", BDL_LIT("GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"), "control byte" },
	{ "NUL in the target", BDL_LIT("GET /\0 HTTP/1.1\r\n\r\n"), "control byte" },
	{ "DEL", BDL_LIT("GET /\x7f HTTP/1.1\r\n\r\n"), "control byte" },
	{ "folded header", BDL_LIT("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), "folded" },
	{ "folded by a tab", BDL_LIT("GET / HTTP/1.1\r\nA: b\r\n\tc: d\r\n\r\n"), "folded" },
	{ "folded at once", BDL_LIT("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), "folded" },
	{ "space before the colon", BDL_LIT("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), "not a token" },
	{ "tab before the colon", BDL_LIT("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n"), "not a token" },
	{ "no name", BDL_LIT("GET / HTTP/1.1\r\n: a\r\n\r\n"), "not a token" },
	{ "no colon", BDL_LIT("GET / HTTP/1.1\r\nHost\r\n\r\n"), "no colon" },
	{ "two hosts", BDL_LIT("GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n"), "Host is given 2" },
	{ "two spaces", BDL_LIT("GET  / HTTP/1.1\r\n\r\n"), "no target" },
	{ "space in the target", BDL_LIT("GET /a b HTTP/1.1\r\n\r\n"), "version" },
	{ "tab in the target", BDL_LIT("GET /a\tb HTTP/1.1\r\n\r\n"), "no target" },
	{ "space at the end", BDL_LIT("GET / HTTP/1.1 \r\n\r\n"), "version" },
	{ "no version", BDL_LIT("GET /\r\n\r\n"), "version" },
	{ "HTTP/2", BDL_LIT("PRI * HTTP/2.0\r\n\r\n"), "version" },
	{ "lower-case version", BDL_LIT("GET / http/1.1\r\n\r\n"), "version" },
	{ "long version", BDL_LIT("GET / HTTP/1.11\r\n\r\n"), "version" },
	{ "method is no token", BDL_LIT("G(T / HTTP/1.1\r\n\r\n"), "method" },
	{ "no method", BDL_LIT(" / HTTP/1.1\r\n\r\n"), "method" },
	{ "empty line first", BDL_LIT("\r\nGET / HTTP/1.1\r\n\r\n"), "method" },
	{ "bytes after the end", BDL_LIT("GET / HTTP/1.1\r\n\r\nGET"), "goes on" },
};

static void bad_requests_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad_requests); i++) {
		struct bdl_http_head h = { .n_fields = 77 };
		struct bdl_err err = { 0 };
		int r = bdl_http_parse_request(bad_requests[i].in, &h, &err);
		check_refused(bad_requests[i].name, r, err.text, bad_requests[i].want);
		check_long("nothing was written", (long)h.n_fields, 77);
	}
}

static void header_lines_are_counted(void **state)
{
	static char text[32 + 6 * (BDL_HTTP_FIELDS_MAX + 1)];
	struct bdl_http_head h;
	struct bdl_err err = { 0 };
	size_t n = 0;

	(void)state;
	for (int i = 0; i < BDL_HTTP_FIELDS_MAX; i++, n += 6)
		memcpy(text + n, "A: b\r\n", 6);
	memcpy(text + n, "\r\n", 2);
	check_long(
	    "as many as we take", bdl_http_parse_fields(bdl_view_at(text, n + 2), &h, &err), 0);
	check_long("all are there", (long)h.n_fields, BDL_HTTP_FIELDS_MAX);
	memcpy(text + n, "A: b\r\n\r\n", 8);
	check_long(
	    "one more", bdl_http_parse_fields(bdl_view_at(text, n + 8), &h, &err), BDL_E_LIMIT);
}

static const struct {
	const char *in, *status, *reason; /* status NULL: refused */
} responses[] = {
	{ "HTTP/1.1 200 OK\r\n\r\n", "200", "OK" },
	{ "HTTP/1.0 404 Not Found\r\n\r\n", "404", "Not Found" },
	{ "HTTP/1.1 200 \r\n\r\n", "200", "" },
	{ "HTTP/1.1 200\r\n\r\n", "200", "" },
	{ "ICY 200 OK\r\n\r\n", "200", "OK" },
	{ "HTTP/1.1 200 caf\xe9\r\n\r\n", "200", "caf\xe9" },
	{ "HTTP/1.1 99 x\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1 099 x\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1 2000 x\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1 +20 x\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1  200 x\r\n\r\n", NULL, NULL },
	{ "HTTP/2 200\r\n\r\n", NULL, NULL },
	{ "200 OK\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1 200 OK\r\nA: \x01\x7f\r\n\r\n", "200", "OK" },
	{ "HTTP/1.1 200 OK\r\nA\x01: b\r\n\r\n", NULL, NULL },
	{ "HTTP/1.1 200 O\x01K\r\n\r\n", NULL, NULL },
};

static void responses_are_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(responses); i++) {
		struct bdl_http_head h;
		int r = bdl_http_parse_response(bdl_view_of(responses[i].in), &h, NULL);
		check_long(responses[i].in, r, responses[i].status ? 0 : BDL_E_INVALID);
		if (r < 0)
			continue;
		check_view(responses[i].in, h.start[1], responses[i].status);
		check_view(responses[i].in, h.start[2], responses[i].reason);
	}
}

static void tokens_are_found_over_all_lines(void **state)
{
	struct bdl_http_head h;

	(void)state;
	int r = bdl_http_parse_fields(BDL_LIT("Connection: keep-alive , Upgrade\r\n"
					      "X: close\r\n"
					      "connection:,CLOSE\r\n\r\n"),
	    &h, NULL);
	check_long("fields", r, 0);
	assert_true(bdl_http_has_token(&h, "Connection", "close"));
	assert_true(bdl_http_has_token(&h, "Connection", "upgrade"));
	assert_true(bdl_http_has_token(&h, "Connection", "keep-alive"));
	assert_false(bdl_http_has_token(&h, "Connection", "keep"));
	assert_false(bdl_http_has_token(&h, "X", "keep-alive"));
	assert_false(bdl_http_has_token(&h, "Via", "close"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(head_length_at_once_and_bytewise),
		cmocka_unit_test(head_length_has_limits),
		cmocka_unit_test(request_is_taken_apart),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(header_lines_are_counted),
		cmocka_unit_test(responses_are_taken_apart),
		cmocka_unit_test(tokens_are_found_over_all_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
