#include "doors/web/kind.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define END "\r\n\r\n"

static struct bdl_http_head parse(const char *text)
{
	struct bdl_http_head h;
	struct bdl_err err = { 0 };
	if (bdl_http_parse_request(bdl_view_of(text), &h, &err) < 0)
		fail_msg("not a request: %s\n%s", err.text, text);
	return h;
}

static const struct {
	const char *what, *head;
	enum bdl_act_kind kind;
	enum bdl_taste taste;
} cases[] = {
	{ "a browser's page",
	    "GET / HTTP/1.1\r\nHost: a\r\nSec-Fetch-Dest: document\r\nAccept: text/html" END,
	    BDL_KIND_PAGE, BDL_TASTE_PAGE },
	{ "a frame", "GET / HTTP/1.1\r\nSec-Fetch-Dest: iframe\r\nAccept: text/html,*/*;q=0.8" END,
	    BDL_KIND_PART, BDL_TASTE_TEXT },
	{ "an image", "GET /x.png HTTP/1.1\r\nSec-Fetch-Dest: image\r\nAccept: image/avif,*/*" END,
	    BDL_KIND_PART, BDL_TASTE_IMAGE },
	{ "a script", "GET /x.js HTTP/1.1\r\nSec-Fetch-Dest: script\r\nAccept: */*" END,
	    BDL_KIND_PART, BDL_TASTE_EMPTY },
	{ "a script's fetch", "GET /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nAccept: */*" END,
	    BDL_KIND_PART, BDL_TASTE_EMPTY },
	{ "a fetch of JSON",
	    "GET /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nAccept: application/json" END,
	    BDL_KIND_PART, BDL_TASTE_JSON },
	{ "a page of plain HTTP",
	    "GET / HTTP/1.1\r\nAccept: text/html,application/xhtml+xml;q=0.9\r\nReferer: http://b/" END,
	    BDL_KIND_PAGE, BDL_TASTE_PAGE },
	{ "a page by its upgrade wish",
	    "GET / HTTP/1.1\r\nUpgrade-Insecure-Requests: 1\r\nAccept: */*" END, BDL_KIND_PAGE,
	    BDL_TASTE_TEXT },
	{ "curl", "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: curl/7\r\nAccept: */*" END,
	    BDL_KIND_PAGE, BDL_TASTE_TEXT },
	{ "no Accept at all", "GET / HTTP/1.0\r\nHost: a" END, BDL_KIND_PAGE, BDL_TASTE_TEXT },
	{ "curl asking for JSON", "GET / HTTP/1.1\r\nAccept: application/json; charset=utf-8" END,
	    BDL_KIND_PART, BDL_TASTE_JSON },
	{ "a part of plain HTTP", "GET /x HTTP/1.1\r\nAccept: */*\r\nReferer: http://b/" END,
	    BDL_KIND_PART, BDL_TASTE_EMPTY },
	{ "an image of plain HTTP",
	    "GET /x HTTP/1.1\r\nAccept: image/webp,*/*\r\nReferer: http://b/" END, BDL_KIND_PART,
	    BDL_TASTE_IMAGE },
	{ "a script of old",
	    "GET /x HTTP/1.1\r\nAccept: text/html\r\nX-Requested-With: XMLHttpRequest" END,
	    BDL_KIND_PART, BDL_TASTE_PAGE },
	{ "a plain form",
	    "POST /s HTTP/1.1\r\nSec-Fetch-Dest: document\r\n"
	    "Content-Type: application/x-www-form-urlencoded" END,
	    BDL_KIND_PAGE, BDL_TASTE_PAGE },
	{ "a form with files",
	    "POST /s HTTP/1.1\r\nSec-Fetch-Dest: document\r\n"
	    "Content-Type: Multipart/Form-Data; boundary=x" END,
	    BDL_KIND_UPLOAD, BDL_TASTE_PAGE },
	{ "PUT by a script",
	    "PUT /f HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nContent-Type: text/plain" END,
	    BDL_KIND_UPLOAD, BDL_TASTE_EMPTY },
	{ "a script's post of JSON",
	    "POST /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nContent-Type: application/json" END,
	    BDL_KIND_PART, BDL_TASTE_EMPTY },
	{ "a picture that a script posts",
	    "POST /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nContent-Type: image/png" END,
	    BDL_KIND_UPLOAD, BDL_TASTE_EMPTY },
	{ "a packet of bytes",
	    "POST /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nContent-Length: 65536\r\n"
	    "Content-Type: application/octet-stream" END,
	    BDL_KIND_PART, BDL_TASTE_EMPTY },
	{ "a file of bytes",
	    "POST /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nContent-Length: 65537\r\n"
	    "Content-Type: application/octet-stream" END,
	    BDL_KIND_UPLOAD, BDL_TASTE_EMPTY },
	{ "bytes that do not say how many",
	    "POST /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nTransfer-Encoding: chunked\r\n"
	    "Content-Type: application/octet-stream" END,
	    BDL_KIND_UPLOAD, BDL_TASTE_EMPTY },
	{ "much JSON",
	    "POST /api HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nContent-Length: 655370\r\n"
	    "Content-Type: application/json" END,
	    BDL_KIND_PART, BDL_TASTE_EMPTY },
	{ "names and values in any case", "GET / HTTP/1.1\r\nSEC-FETCH-DEST: Document" END,
	    BDL_KIND_PAGE, BDL_TASTE_PAGE },
};

static void kinds_and_tastes(void **state)
{
	(void)state;
	size_t wrong = 0;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_http_head h = parse(cases[i].head);
		enum bdl_act_kind kind = bdl_kind_of(&h);
		enum bdl_taste taste = bdl_taste_of(&h, kind);
		if (kind == cases[i].kind && taste == cases[i].taste)
			continue;
		print_error("%s: got kind %d taste %d, want %d %d\n", cases[i].what, kind, taste,
		    cases[i].kind, cases[i].taste);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *what, *head;
	bool needs_whole;
} ranges[] = {
	{ "a page", "GET / HTTP/1.1\r\nSec-Fetch-Dest: document\r\nRange: bytes=9-" END, true },
	{ "a frame", "GET / HTTP/1.1\r\nSec-Fetch-Dest: iframe\r\nRange: bytes=9-" END, true },
	{ "a page on plain HTTP",
	    "GET / HTTP/1.1\r\nAccept: text/html,*/*;q=0.8\r\nRange: bytes=9-" END, true },
	{ "several pieces", "GET / HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nRange: bytes=0-1,5-9" END,
	    true },
	{ "several pieces on lines of their own",
	    "GET / HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nRange: \r\nRange: bytes=5-9" END, true },
	{ "a page of which no piece is asked for", "GET / HTTP/1.1\r\nSec-Fetch-Dest: document" END,
	    false },
	{ "a film", "GET /a.mp4 HTTP/1.1\r\nSec-Fetch-Dest: video\r\nRange: bytes=0-" END, false },
	{ "a viewer", "GET /a.pdf HTTP/1.1\r\nSec-Fetch-Dest: empty\r\nRange: bytes=0-65535" END,
	    false },
	{ "a viewer within a page",
	    "GET /a.pdf HTTP/1.1\r\nSec-Fetch-Dest: embed\r\nRange: bytes=0-65535" END, false },
	{ "a download that goes on", "GET /a.iso HTTP/1.1\r\nAccept: */*\r\nRange: bytes=9-" END,
	    false },
};

static void who_needs_all_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(ranges); i++) {
		struct bdl_http_head h = parse(ranges[i].head);

		if (bdl_kind_needs_whole(&h) != ranges[i].needs_whole)
			fail_msg("%s", ranges[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_needs_all_of_it),
		cmocka_unit_test(kinds_and_tastes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
