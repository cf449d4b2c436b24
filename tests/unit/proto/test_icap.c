#include "../check.h"
#include "proto/icap.h"

#define MODIFY  "REQMOD icap://127.0.0.1:1344/request ICAP/1.0\r\n"
#define RESPOND "RESPMOD icap://127.0.0.1:1344/response?a=b ICAP/1.0\r\n"

static void a_request_of_squid(void **state)
{
	struct bdl_icap_request q;
	struct bdl_err err = { 0 };
	int status = 0;

	(void)state;
	int r = bdl_icap_parse(BDL_LIT(MODIFY "Host: 127.0.0.1:1344\r\n"
					      "Date: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
					      "Encapsulated: req-hdr=0, null-body=170\r\n"
					      "Preview: 0\r\n"
					      "Allow: 206, 204\r\n"
					      "X-Client-IP: 10.1.2.3\r\n"
					      "X-Client-Username: YW5uYQ==\r\n\r\n"),
	    &q, &status, &err);
	check_long(err.text, r, 0);
	check_long("method", q.method, BDL_ICAP_REQMOD);
	check_view("uri", q.uri, "icap://127.0.0.1:1344/request");
	check_view("service", q.service, "request");
	check_long("has_req", q.parts.has_req, true);
	check_long("has_res", q.parts.has_res, false);
	check_long("has_body", q.parts.has_body, false);
	check_long("req_n", (long)q.parts.req_n, 170);
	check_long("body_at", (long)q.parts.body_at, 170);
	check_long("allow", q.allow_204, true);
	check_long("close", q.close, false);
	check_long("has_preview", q.has_preview, true);
	check_long("preview", (long)q.preview, 0);
	check_view("user", q.user, "YW5uYQ==");
	check_view("client", q.client, "10.1.2.3");
}

static void a_response_with_its_request(void **state)
{
	struct bdl_icap_request q;
	struct bdl_err err = { 0 };
	int status = 0;

	(void)state;
	int r =
	    bdl_icap_parse(BDL_LIT(RESPOND "Encapsulated:req-hdr=0,res-hdr=137 ,res-body=296\r\n"
					   "Preview: 1024\r\n"
					   "Connection: Close\r\n"
					   "X-Authenticated-User: TG9jYWw6Ly9hbm5h\r\n\r\n"),
		&q, &status, &err);
	check_long(err.text, r, 0);
	check_long("method", q.method, BDL_ICAP_RESPMOD);
	check_view("service", q.service, "response");
	check_long("req_at", (long)q.parts.req_at, 0);
	check_long("req_n", (long)q.parts.req_n, 137);
	check_long("res_at", (long)q.parts.res_at, 137);
	check_long("res_n", (long)q.parts.res_n, 159);
	check_long("has_body", q.parts.has_body, true);
	check_long("body_at", (long)q.parts.body_at, 296);
	check_long("allow", q.allow_204, false);
	check_long("close", q.close, true);
	check_long("preview", (long)q.preview, 1024);
	check_view("user", q.user, "TG9jYWw6Ly9hbm5h");
}

static const struct {
	const char *in, *service;
	enum bdl_icap_method method;
} others[] = {
	{ "OPTIONS icap://h/request ICAP/1.0\r\nHost: h\r\n\r\n", "request", BDL_ICAP_OPTIONS },
	{ "OPTIONS ICAP://h ICAP/1.0\r\n\r\n", "", BDL_ICAP_OPTIONS },
	{ "OPTIONS icap://h/ ICAP/1.0\r\nEncapsulated: null-body=0\r\n\r\n", "", BDL_ICAP_OPTIONS },
	{ "OPTIONS icap://h/a/b?c/d ICAP/1.0\r\nEncapsulated: opt-body=0\r\n\r\n", "a/b",
	    BDL_ICAP_OPTIONS },
	{ "LOGMOD icap://h/x ICAP/1.0\r\n\r\n", "x", BDL_ICAP_OTHER },
	{ "reqmod icap://h/x ICAP/1.0\r\nEncapsulated: nonsense\r\n\r\n", "x", BDL_ICAP_OTHER },
};

static void methods_and_services(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(others); i++) {
		struct bdl_icap_request q;
		int status = 0;
		int r = bdl_icap_parse(bdl_view_of(others[i].in), &q, &status, NULL);
		check_long(others[i].in, r, 0);
		check_long(others[i].in, q.method, others[i].method);
		check_view(others[i].in, q.service, others[i].service);
	}
}

static const struct {
	const char *name;
	struct bdl_view in;
	int status;
	const char *want;
} bad[] = {
	{ "nothing", BDL_LIT("\r\n"), 400, "method" },
	{ "HTTP", BDL_LIT("GET / HTTP/1.1\r\n\r\n"), 400, "version" },
	{ "a later version", BDL_LIT("OPTIONS icap://h/x ICAP/2.0\r\n\r\n"), 505, "version" },
	{ "another version", BDL_LIT("OPTIONS icap://h/x ICAP/1.1\r\n\r\n"), 505, "version" },
	{ "no version", BDL_LIT("OPTIONS icap://h/x ICAP/x.y\r\n\r\n"), 400, "version" },
	{ "lower-case version", BDL_LIT("OPTIONS icap://h/x icap/1.0\r\n\r\n"), 400, "version" },
	{ "a path for a URI", BDL_LIT("OPTIONS /x ICAP/1.0\r\n\r\n"), 400, "icap://" },
	{ "another scheme", BDL_LIT("OPTIONS http://h/x ICAP/1.0\r\n\r\n"), 400, "icap://" },
	{ "no host", BDL_LIT("OPTIONS icap:///x ICAP/1.0\r\n\r\n"), 400, "no host" },
	{ "bare LF", BDL_LIT("OPTIONS icap://h/x ICAP/1.0\nHost: h\r\n\r\n"), 400,
	    "LF without CR" },
	{ "NUL", BDL_LIT("OPTIONS icap://h/x\0 ICAP/1.0\r\n\r\n"), 400, "control byte" },
	{ "folded", BDL_LIT(MODIFY "A: b\r\n c\r\n\r\n"), 400, "folded" },
	{ "space before the colon", BDL_LIT(MODIFY "Encapsulated : null-body=0\r\n\r\n"), 400,
	    "token" },
	{ "no Encapsulated", BDL_LIT(MODIFY "Host: h\r\n\r\n"), 400, "no body" },
	{ "two of them",
	    BDL_LIT(MODIFY "Encapsulated: null-body=0\r\nencapsulated: null-body=0\r\n\r\n"), 400,
	    "Encapsulated is given 2" },
	{ "two hosts", BDL_LIT(MODIFY "Host: a\r\nHost: b\r\nEncapsulated: null-body=0\r\n\r\n"),
	    400, "Host is given 2" },
	{ "two users",
	    BDL_LIT(MODIFY "X-Client-Username: a\r\nX-Client-Username: b\r\n"
			   "Encapsulated: null-body=0\r\n\r\n"),
	    400, "X-Client-Username is given 2" },
	{ "empty", BDL_LIT(MODIFY "Encapsulated:\r\n\r\n"), 400, "no body" },
	{ "only a head", BDL_LIT(MODIFY "Encapsulated: req-hdr=0\r\n\r\n"), 400, "no body" },
	{ "does not begin at 0", BDL_LIT(MODIFY "Encapsulated: req-hdr=1, null-body=9\r\n\r\n"),
	    400, "begins at 1" },
	{ "body does not begin at 0", BDL_LIT(MODIFY "Encapsulated: req-body=9\r\n\r\n"), 400,
	    "begins at 9" },
	{ "a head of no length", BDL_LIT(MODIFY "Encapsulated: req-hdr=0, null-body=0\r\n\r\n"),
	    400, "from 0 to 0" },
	{ "backwards", BDL_LIT(RESPOND "Encapsulated: req-hdr=0, res-hdr=50, res-body=40\r\n\r\n"),
	    400, "from 50 to 40" },
	{ "out of order",
	    BDL_LIT(RESPOND "Encapsulated: res-hdr=0, req-hdr=50, res-body=90\r\n\r\n"), 400,
	    "req-hdr is out of place" },
	{ "twice", BDL_LIT(MODIFY "Encapsulated: req-hdr=0, req-hdr=5, null-body=9\r\n\r\n"), 400,
	    "req-hdr is out of place" },
	{ "two bodies", BDL_LIT(MODIFY "Encapsulated: req-body=0, null-body=9\r\n\r\n"), 400,
	    "null-body is out of place" },
	{ "a response to REQMOD", BDL_LIT(MODIFY "Encapsulated: res-hdr=0, null-body=9\r\n\r\n"),
	    400, "res-hdr is out of place" },
	{ "a request body to RESPMOD",
	    BDL_LIT(RESPOND "Encapsulated: req-hdr=0, req-body=9\r\n\r\n"), 400,
	    "req-body is out of place" },
	{ "unknown part", BDL_LIT(MODIFY "Encapsulated: req-hat=0, null-body=9\r\n\r\n"), 400,
	    "'req-hat' is no part" },
	{ "no number", BDL_LIT(MODIFY "Encapsulated: req-hdr=x, null-body=9\r\n\r\n"), 400,
	    "no sane" },
	{ "no offset", BDL_LIT(MODIFY "Encapsulated: req-hdr, null-body=9\r\n\r\n"), 400,
	    "no sane" },
	{ "minus", BDL_LIT(MODIFY "Encapsulated: req-hdr=0, null-body=-9\r\n\r\n"), 400,
	    "no sane" },
	{ "a giant head", BDL_LIT(MODIFY "Encapsulated: req-hdr=0, null-body=262145\r\n\r\n"), 400,
	    "from 0 to 262145" },
	{ "overflow",
	    BDL_LIT(MODIFY "Encapsulated: req-hdr=0, null-body=18446744073709551616\r\n\r\n"), 400,
	    "no sane" },
	{ "Preview is no number", BDL_LIT(MODIFY "Preview: x\r\nEncapsulated: null-body=0\r\n\r\n"),
	    400, "Preview" },
	{ "Preview is empty", BDL_LIT(MODIFY "Preview:\r\nEncapsulated: null-body=0\r\n\r\n"), 400,
	    "Preview" },
	{ "a giant Preview",
	    BDL_LIT(MODIFY "Preview: 99999999999\r\nEncapsulated: null-body=0\r\n\r\n"), 400,
	    "Preview" },
};

static void bad_requests_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad); i++) {
		struct bdl_icap_request q = { .preview = 77 };
		struct bdl_err err = { 0 };
		int status = 0;
		int r = bdl_icap_parse(bad[i].in, &q, &status, &err);
		check_refused(bad[i].name, r, err.text, bad[i].want);
		check_long(bad[i].name, status, bad[i].status);
		check_long("nothing was written", (long)q.preview, 77);
	}
}

static const struct bdl_icap_service request_service = {
	.istag = "0123456789abcdef",
	.server = "Beadle/0.1",
	.method = BDL_ICAP_REQMOD,
	.max_connections = 500,
	.options_ttl_s = 60,
};

#define COMMON "ISTag: \"0123456789abcdef\"\r\nServer: Beadle/0.1\r\n"

static void answers_are_written(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);

	(void)state;
	check_long("options", bdl_icap_write_options(&out, &request_service), 0);
	check_view("options", bdl_buf_view(&out),
	    "ICAP/1.0 200 OK\r\n" COMMON "Methods: REQMOD\r\nService: Beadle/0.1\r\n"
	    "Max-Connections: 500\r\nOptions-TTL: 60\r\nAllow: 204\r\nPreview: 0\r\n"
	    "Transfer-Preview: *\r\nEncapsulated: null-body=0\r\n\r\n");
	bdl_buf_clear(&out);
	check_long("204", bdl_icap_write_plain(&out, &request_service, 204, false), 0);
	check_view("204", bdl_buf_view(&out),
	    "ICAP/1.0 204 No Content\r\n" COMMON "Encapsulated: null-body=0\r\n\r\n");
	bdl_buf_clear(&out);
	check_long("400", bdl_icap_write_plain(&out, &request_service, 400, true), 0);
	check_view("400", bdl_buf_view(&out),
	    "ICAP/1.0 400 Bad Request\r\n" COMMON
	    "Connection: close\r\nEncapsulated: null-body=0\r\n\r\n");
	bdl_buf_clear(&out);
	check_long("100", bdl_icap_write_continue(&out), 0);
	check_view("100", bdl_buf_view(&out), "ICAP/1.0 100 Continue\r\n\r\n");
	out.max = out.n + 20;
	check_long("past the maximum", bdl_icap_write_plain(&out, &request_service, 204, false),
	    BDL_E_LIMIT);
	check_view("unknown", bdl_view_of(bdl_icap_reason(299)), "Unknown");
}

static void pages_are_written(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);
	struct bdl_view head = BDL_LIT("HTTP/1.1 403 Forbidden\r\n\r\n");

	(void)state;
	check_long(
	    "page", bdl_icap_write_response(&out, &request_service, head, BDL_LIT("no!"), true), 0);
	check_view("page", bdl_buf_view(&out),
	    "ICAP/1.0 200 OK\r\n" COMMON "Connection: close\r\n"
	    "Encapsulated: res-hdr=0, res-body=26\r\n\r\n"
	    "HTTP/1.1 403 Forbidden\r\n\r\n3\r\nno!\r\n0\r\n\r\n");
	bdl_buf_clear(&out);
	check_long(
	    "bare", bdl_icap_write_response(&out, &request_service, head, BDL_LIT(""), false), 0);
	check_view("bare", bdl_buf_view(&out),
	    "ICAP/1.0 200 OK\r\n" COMMON "Encapsulated: res-hdr=0, null-body=26\r\n\r\n"
	    "HTTP/1.1 403 Forbidden\r\n\r\n");
}

static void messages_are_handed_back(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(1000);
	struct bdl_view heads = BDL_LIT("GET / HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
	struct bdl_icap_parts parts = { .has_req = true,
		.has_res = true,
		.has_body = true,
		.req_n = 18,
		.res_at = 18,
		.res_n = 19,
		.body_at = 37 };
	struct bdl_icap_service service = request_service;

	(void)state;
	service.method = BDL_ICAP_RESPMOD;
	check_long("response", bdl_icap_write_echo(&out, &service, &parts, heads, false), 0);
	check_view("response", bdl_buf_view(&out),
	    "ICAP/1.0 200 OK\r\n" COMMON "Encapsulated: res-hdr=0, res-body=19\r\n\r\n"
	    "HTTP/1.1 200 OK\r\n\r\n");
	bdl_buf_clear(&out);
	parts = (struct bdl_icap_parts){ .has_req = true, .req_n = 18, .body_at = 18 };
	check_long("request", bdl_icap_write_echo(&out, &request_service, &parts, heads, true), 0);
	check_view("request", bdl_buf_view(&out),
	    "ICAP/1.0 200 OK\r\n" COMMON "Connection: close\r\n"
	    "Encapsulated: req-hdr=0, null-body=18\r\n\r\nGET / HTTP/1.1\r\n\r\n");
	bdl_buf_clear(&out);
	parts = (struct bdl_icap_parts){ .has_body = true };
	check_long("a body alone",
	    bdl_icap_write_echo(&out, &request_service, &parts, BDL_LIT(""), false), 0);
	check_view("a body alone", bdl_buf_view(&out),
	    "ICAP/1.0 200 OK\r\n" COMMON "Encapsulated: req-body=0\r\n\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_of_squid),
		cmocka_unit_test(a_response_with_its_request),
		cmocka_unit_test(methods_and_services),
		cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(answers_are_written),
		cmocka_unit_test(pages_are_written),
		cmocka_unit_test(messages_are_handed_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
