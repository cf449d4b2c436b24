/* What is no text, by its first bytes, and that nothing past what a browser would show goes unread. */
#include "scan/binary_int.h"
#include "scan_test.h"

#define NUL "\0"

static struct scan_test t;

static void test_heads(void **state)
{
	static const struct {
		const char *name;
		struct bdl_view head;
		bool is_binary;
	} heads[] = {
		{ "nothing", { "", 0 }, false },
		{ "text", BDL_LIT("plain text\r\n\tand\f \x1b[1m more \x7f\xff"), false },
		{ "a picture", BDL_LIT("\x89PNG\r\n\x1a\n"), true },
		{ "NUL", BDL_LIT("a" NUL), true },
		{ "0x08", BDL_LIT("\b"), true },
		{ "0x0b", BDL_LIT("\v"), false }, /* to Firefox */
		{ "0x0e", BDL_LIT("\x0e"), true },
		{ "0x1a", BDL_LIT("\x1a"), true },
		{ "0x1c", BDL_LIT("\x1c"), true },
		{ "0x1f", BDL_LIT("\x1f"), true },
		{ "UTF-16",
		    BDL_LIT("\xff\xfe"
			    "a" NUL),
		    false },
		{ "UTF-16, the other way round", BDL_LIT("\xfe\xff" NUL "a"), false },
		{ "UTF-32",
		    BDL_LIT(NUL NUL "\xfe\xff"
				    "a"),
		    false },
		{ "UTF-8 with a mark", BDL_LIT("\xef\xbb\xbf\x01"), false },
		{ "half a mark", BDL_LIT("\xef\xbb\x01"), true },
		{ "a page", BDL_LIT(" \t\r\n\f<!doctype html>" NUL), false },
		{ "a page of XML", BDL_LIT("<?xml?>\x01"), false },
		{ "a tag", BDL_LIT("<B>\x01"), false },
		{ "no tag", BDL_LIT("< b>\x01"), true },
		{ "a tag too late", BDL_LIT("a <b>\x01"), true },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(heads); i++)
		check_long(heads[i].name, bdl_is_binary(heads[i].head), heads[i].is_binary);
}

static void test_where_it_stands(void **state)
{
	char text[BDL_BINARY_HEAD + 1];

	(void)state;
	for (size_t at = BDL_BINARY_HEAD - 2; at < sizeof(text); at++) {
		memset(text, 'a', sizeof(text));
		text[at] = '\0';
		check_long("a byte of no text's", bdl_is_binary(bdl_view_at(text, sizeof(text))),
		    at < BDL_BINARY_HEAD);
	}
}

static void test_types(void **state)
{
	static const struct {
		const char *type;
		bool is_unsure;
	} types[] = {
		{ "", true },
		{ "text/plain", true },
		{ "Text/Plain", false },
		{ "*/*", true },
		{ "unknown/unknown", true },
		{ "application/unknown; a=b", true },
		{ "nothing", true },
		{ "text/plain; charset=utf-8", false },
		{ "text/plain;", false },
		{ "text/html", false },
		{ "text/csv", false },
		{ "application/json", false },
		{ "application/x-www-form-urlencoded", false },
		{ "multipart/form-data", false },
		{ "text/html, nothing", false },
		{ "nothing, text/html", false },
		{ "text/html, */*", false },
		{ "text/plain,", false },
	};
	struct bdl_scan_options o;

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(types); i++) {
		bdl_scan_options_of(bdl_view_of(types[i].type), (struct bdl_view){ 0 }, &o);
		check_long(types[i].type, o.is_unsure, types[i].is_unsure);
		bdl_scan_options_of(bdl_view_of(types[i].type), BDL_LIT("identity"), &o);
		check_long("packed, or said to be", o.is_unsure, false);
	}
}

static void check_text(
    const char *type, struct bdl_view text, enum bdl_scan_read read, bool is_found)
{
	struct bdl_scan_options o;
	struct bdl_scan_result r;

	bdl_scan_options_of(bdl_view_of(type), (struct bdl_view){ 0 }, &o);
	for (size_t piece = 1; piece <= 4096; piece *= 2) {
		struct bdl_scan *s = scan_test_run(&t, text, &o, piece);
		bdl_scan_result(s, &r);
		check_long(type, r.read, read);
		check_long("finds", r.scores[0].score > 0, is_found);
		assert_int_equal(bdl_scan_read_so_far(s), read);
		bdl_scan_done(s);
	}
}

/* Long or short, in pieces or whole: where it is no text nothing of it is read. */
static void test_scans(void **state)
{
	static char text[3000];
	const struct bdl_view whole = { text, sizeof(text) };

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "kill myself", 11);
	memcpy(text + 2000, "kill myself", 11);
	check_text("text/plain", whole, BDL_SCAN_READ, true);
	text[BDL_BINARY_HEAD] = '\1';
	check_text("text/plain", whole, BDL_SCAN_READ, true);
	text[BDL_BINARY_HEAD - 1] = '\1';
	check_text("text/plain", whole, BDL_SCAN_BINARY, false);
	check_text("", whole, BDL_SCAN_BINARY, false);
	check_text("*/*", whole, BDL_SCAN_BINARY, false);
	check_text("text/plain; charset=utf-8", whole, BDL_SCAN_READ, true);
	check_text("text/html", whole, BDL_SCAN_READ, true);
	check_text("text/plain", BDL_LIT("kill myself\1"), BDL_SCAN_BINARY, false);
	check_text("*/*", BDL_LIT("<p>kill myself\1"), BDL_SCAN_READ, true);
}

static int begin(void **state)
{
	(void)state;
	t = scan_test_with("class harm\n10 kill myself\n");
	return 0;
}

static int end(void **state)
{
	(void)state;
	scan_test_done(&t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_where_it_stands),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_scans),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
