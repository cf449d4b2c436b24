/* Bytes of all kinds, cut anywhere: unpacked, decoded, read by their form. */
#include "scan/charset_int.h"
#include "scan_test.h"

#include <zlib.h>

static struct scan_test t;

static const char phrases[] =
    "class harm\n"
    "10 kill myself\n"
    "20 caf\xc3\xa9 noir\n"
    "40 \xd1\x8f \xd1\x83\xd0\xbc\xd1\x80\xd1\x83\n" /* Russian */
    "80 secret.txt\n"
    "160 \xe6\xad\xbb\xe3\x81\xab\xe3\x81\x9f\xe3\x81\x84\n"; /* Japanese */

static const struct {
	const char *name, *type, *body;
	int score;
} bodies[] = {
	{ "plain", "text/plain", "I kill myself", 10 },
	{ "no type", "", "I kill myself", 10 },
	{ "html", "text/html; charset=utf-8", "k<b>ill</b> my&shy;self", 10 },
	{ "not html", "text/plain", "k<b>ill</b> myself", 0 },
	{ "a picture", "image/png", "kill myself", 0 },
	{ "css", "text/css", "kill myself", 0 },
	{ "json", "application/json", "{\"a\": [\"kill\\u0020my\\u200bself\"]}", 10 },
	{ "json keys", "application/json", "{\"kill myself\": 1}", 10 },
	{ "json strings apart", "application/json", "[\"kill\",\"myself\"]", 0 },
	{ "json escapes", "application/json", "[\"caf\\u00e9 noir\\nkill\\tmyself\\\\\"]", 30 },
	{ "json pair", "application/json", "[\"kill\\ud83d\\udc8a\", \"kill \\ud83dmyself\"]", 10 },
	{ "form", "application/x-www-form-urlencoded", "a=kill+myself&b=caf%C3%A9%20noir", 30 },
	{ "form fields apart", "application/x-www-form-urlencoded", "a=kill&myself=b", 0 },
	{ "form of odd escapes", "application/x-www-form-urlencoded",
	    "a=%6bill%2&%zz+kill+%6dyself", 10 },
	{ "latin-1", "text/plain; charset=ISO-8859-1", "caf\xe9 noir", 20 },
	{ "unsaid latin-1", "text/plain", "Le caf\xe9 noir est tr\xe8s bon", 20 },
	{ "quoted name", "text/html; Charset=\"windows-1251\"", "\xff \xf3\xec\xf0\xf3", 40 },
	{ "meta", "text/html", "<meta charset=windows-1251>\xff \xf3\xec\xf0\xf3", 40 },
	{ "meta the old way", "text/html",
	    "<META http-equiv=Content-Type content='text/html; charset=koi8-r'>\xd1 \xd5\xcd\xd2\xd5",
	    40 },
	{ "xml", "text/xml",
	    "<?xml version='1.0' encoding='windows-1251'?><a>\xff \xf3\xec\xf0\xf3</a>", 40 },
	{ "a meta that claims UTF-16", "text/html", "<meta charset=utf-16>kill myself", 10 },
	{ "mark before header", "text/html; charset=windows-1251",
	    "\xef\xbb\xbf"
	    "caf\xc3\xa9 noir",
	    20 },
	/* What a browser shows as plain letters, or by another charset, is read as it shows it. */
	{ "a charset of nobody's", "text/html; charset=nosuch", "kill myself", 10 },
	{ "EBCDIC is none of a browser's", "text/html; charset=ibm-37", "kill myself", 10 },
	{ "nor UTF-7", "text/html; charset=utf-7", "+AGs-kill myself", 10 },
	{ "nor is it in a meta", "text/html", "<meta charset=ibm-37>kill myself", 10 },
	{ "a meta behind a name of nobody's", "text/html; charset=nosuch",
	    "<meta charset=windows-1251>\xff \xf3\xec\xf0\xf3", 40 },
	{ "a meta in a comment", "text/html",
	    "<!-- <meta charset=iso-2022-jp> \x1b$B -->kill myself", 10 },
	{ "shift-jis", "text/plain; charset=shift_jis", "\x8e\x80\x82\xc9\x82\xbd\x82\xa2", 160 },
};

static int score_of(struct bdl_scan *s)
{
	struct bdl_scan_result r;

	bdl_scan_result(s, &r);
	return r.scores[0].score;
}

static void test_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bodies); i++) {
		struct bdl_scan_options o;
		bdl_scan_options_of(bdl_view_of(bodies[i].type), BDL_LIT(""), &o);
		for (size_t piece = 1; piece < 100; piece *= 3) {
			struct bdl_scan *s =
			    scan_test_run(&t, bdl_view_of(bodies[i].body), &o, piece);
			check_long(bodies[i].name, score_of(s), bodies[i].score);
			bdl_scan_done(s);
		}
	}
}

static void test_utf16(void **state)
{
	static const char text[] = "kill myself";
	static const unsigned char marks[2][2] = { { 0xff, 0xfe }, { 0xfe, 0xff } };
	struct bdl_scan_options o = { 0 };

	(void)state;
	for (int big = 0; big < 2; big++) {
		char wide[2 * sizeof(text)] = { 0 };
		memcpy(wide, marks[big], 2);
		for (size_t i = 0; i + 1 < sizeof(text); i++)
			wide[2 + 2 * i + (size_t)big] = text[i];
		struct bdl_scan *s = scan_test_run(&t, bdl_view_at(wide, sizeof(wide)), &o, 3);
		check_long(big ? "big" : "little", score_of(s), 10);
		bdl_scan_done(s);
	}
}

static void test_said(void **state)
{
	(void)state;
	check_view("none", bdl_charset_said(BDL_LIT("<p charset=a>")), "");
	check_view("meta", bdl_charset_said(BDL_LIT("<meta name=x><meta charset='a-1'>")), "a-1");
	check_view("in a comment", bdl_charset_said(BDL_LIT("<!--<meta charset=a>--><b>")), "");
	check_view("behind one", bdl_charset_said(BDL_LIT("<!--> <b><META charset=a-2>")), "a-2");
	check_view("cut", bdl_charset_said(BDL_LIT("<meta charset=")), "");
}

/* --- parts --- */

static void test_parts(void **state)
{
	static const char body[] =
	    "before kill myself\r\n--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
	    "caf\xc3\xa9\r\nnoir\r\n--xyz\r\n"
	    "Content-Disposition: form-data; name=f; filename=\"secret.txt\"\r\n"
	    "Content-Type: image/png\r\n\r\nkill myself\r\n--xyz\r\n"
	    "Content-Disposition: form-data; name=g; filename=x\r\n"
	    "Content-Type: text/plain\r\n\r\n\xd1\x8f \xd1\x83\xd0\xbc\xd1\x80\xd1\x83\r\n--xyz--\r\n";
	struct bdl_scan_options o;

	(void)state;
	bdl_scan_options_of(BDL_LIT("multipart/form-data; boundary=\"xyz\""), BDL_LIT(""), &o);
	for (size_t piece = 1; piece < 300; piece *= 2) {
		struct bdl_scan *s =
		    scan_test_run(&t, bdl_view_at(body, sizeof(body) - 1), &o, piece);
		check_long("parts", score_of(s), 20 + 40 + 80);
		bdl_scan_done(s);
	}
}

/* --- what is packed --- */

/* `bits` as zlib has them: 31 gzip, 15 zlib, -15 bare. */
static size_t pack(const char *text, size_t n, int bits, char *out, size_t size)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)n;
	z.next_out = (unsigned char *)out;
	z.avail_out = (unsigned)size;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	n = z.total_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
	return n;
}

static void check_packed(
    const char *name, const char *coding, struct bdl_view packed, int score, int read)
{
	struct bdl_scan_options o;
	struct bdl_scan_result r;

	bdl_scan_options_of(BDL_LIT("text/plain"), bdl_view_of(coding), &o);
	for (size_t piece = 1; piece <= 4096; piece *= 8) {
		struct bdl_scan *s = scan_test_run(&t, packed, &o, piece);
		bdl_scan_result(s, &r);
		check_long(name, r.scores[0].score, score);
		check_long(name, r.read, read);
		bdl_scan_done(s);
	}
}

static void test_packed(void **state)
{
	static const char text[] = "I kill myself";
	static const char brotli[] = "\x0b\x06\x80I kill myself\x03";
	static const char stored[] = "\x08\x0b\x00\xf4\xffkill myself\x03\x00";
	char out[256];
	size_t n = pack(text, sizeof(text) - 1, 31, out, sizeof(out));

	(void)state;
	check_packed("gzip", "gzip", bdl_view_at(out, n), 10, BDL_SCAN_READ);
	check_packed("x-gzip", "X-GZIP", bdl_view_at(out, n), 10, BDL_SCAN_READ);
	n += pack(" at the caf\xc3\xa9 noir", 18, 31, out + n, sizeof(out) - n);
	check_packed("two members", "gzip", bdl_view_at(out, n), 30, BDL_SCAN_READ);
	out[6] ^= 1;
	out[12] ^= 0x55;
	check_packed("damaged", "gzip", bdl_view_at(out, n), 0, BDL_SCAN_DAMAGED);
	check_packed("not packed", "gzip", BDL_LIT("kill myself"), 10, BDL_SCAN_READ);
	n = pack(text, sizeof(text) - 1, 31, out, sizeof(out));
	memmove(out + 12, out + 10, n - 10);
	memset(out + 10, 0, 2);
	out[3] |= 2; /* its head has a sum, which is wrong: browsers do not look */
	check_packed("gzip with a sum", "gzip", bdl_view_at(out, n + 2), 10, BDL_SCAN_READ);
	n = pack(text, sizeof(text) - 1, 15, out, sizeof(out));
	check_packed("zlib", "deflate", bdl_view_at(out, n), 10, BDL_SCAN_READ);
	n = pack(text, sizeof(text) - 1, -15, out, sizeof(out));
	check_packed("bare", "deflate", bdl_view_at(out, n), 10, BDL_SCAN_READ);
	check_packed("bare, begun like zlib's", "deflate", bdl_view_at(stored, sizeof(stored) - 1),
	    10, BDL_SCAN_READ);
	check_packed("brotli", "br", bdl_view_at(brotli, sizeof(brotli) - 1), 10, BDL_SCAN_READ);
	check_packed("no brotli", "br", BDL_LIT("\xff\xff kill myself"), 0, BDL_SCAN_DAMAGED);
	check_packed("unknown", "zstd", BDL_LIT("kill myself"), 0, BDL_SCAN_CODED);
	check_packed("two", "gzip, br", BDL_LIT("kill myself"), 0, BDL_SCAN_CODED);
}

/* What unpacks to more than is allowed is read up to there, and no further. */
static void test_bombs(void **state)
{
	size_t size = 32u << 20;
	char *text = malloc(size), *out = malloc(size);
	struct bdl_scan_options o = { .coding = BDL_SCAN_GZIP, .unpacked_max = 1 << 20 };
	struct bdl_scan_result r;

	(void)state;
	assert_true(text != NULL && out != NULL);
	memset(text, ' ', size);
	memcpy(text, "kill myself", 11);
	size_t n = pack(text, size, 31, out, size);
	struct bdl_scan *s = scan_test_run(&t, bdl_view_at(out, n), &o, 1000);
	bdl_scan_result(s, &r);
	assert_int_equal(r.read, BDL_SCAN_TOO_LARGE);
	assert_int_equal(r.scores[0].score, 10);
	bdl_scan_done(s);
	o.unpacked_max = 0;
	s = scan_test_run(&t, bdl_view_at(out, n), &o, 1000);
	bdl_scan_result(s, &r);
	assert_int_equal(r.read, BDL_SCAN_TOO_DENSE);
	assert_int_equal(r.scores[0].score, 10);
	bdl_scan_done(s);
	free(text);
	free(out);
}

/* A little that unpacks to much comes out in as many turns as are asked for, and nothing is lost. */
static void test_turns(void **state)
{
	const size_t size = 3u << 20, most = 100000;
	char *text = malloc(size), *out = malloc(size);
	struct bdl_scan_options o = { .coding = BDL_SCAN_GZIP };
	uint64_t left = 0;
	size_t turns = 0;

	(void)state;
	assert_true(text != NULL && out != NULL);
	memset(text, ' ', size);
	memcpy(text, "kill myself ", 12);
	memcpy(text + size - 11, " caf\xc3\xa9 noir", 11);
	struct bdl_view rest = bdl_view_at(out, pack(text, size, 31, out, size));
	assert_true(rest.n < 4000);
	struct bdl_scan *s = bdl_scan_begin(t.scanner, &o);
	assert_false(bdl_scan_add_some(s, &rest, &left));
	do {
		assert_int_equal(left, 0);
		left = most;
		turns++;
	} while (!bdl_scan_add_some(s, &rest, &left));
	assert_in_range(turns, size / (most + 32768), size / most + 1);
	assert_int_equal(rest.n, 0);
	bdl_scan_end(s);
	assert_int_equal(score_of(s), 30);
	bdl_scan_done(s);
	free(text);
	free(out);
}

/* --- however it is cut --- */

static void test_any_cut(void **state)
{
	static const char *const pieces[] = { "<p>", "kill", " ", "my", "self", "<b>", "</b>",
		"&#107;ill ", "caf\xc3\xa9 noir", "<!-- x -->", "<script>kill myself</script>",
		"k1ll mys3lf ", "k i l l m y s e l f ", "&eacute;", "<img alt='kill myself'>",
		"some more text, ", "\xe2\x80\x8b", "<title>", "</title>", "\xff", "</p>\n" };
	static char text[30000];
	struct bdl_scan_options o = { .form = BDL_SCAN_HTML, .keep_around = true };
	size_t n = 0;

	(void)state;
	for (uint64_t seed = 3; n + 40 < sizeof(text);
	     seed = seed * 6364136223846793005u + 1442695040888963407u) {
		const char *piece = pieces[(seed >> 33) % BDL_ARRAY_LEN(pieces)];
		memcpy(text + n, piece, strlen(piece));
		n += strlen(piece);
	}
	struct bdl_scan *s = scan_test_run(&t, bdl_view_at(text, n), &o, SIZE_MAX);
	char *want = scan_test_all(s);
	bdl_scan_done(s);
	assert_non_null(strstr(want, "kill myself"));
	for (size_t piece = 1; piece < 60; piece += piece < 20 ? 1 : 7) {
		s = scan_test_run(&t, bdl_view_at(text, n), &o, piece);
		char *got = scan_test_all(s);
		if (strcmp(got, want) != 0)
			fail_msg("pieces of %zu: got\n%s\nwant\n%s", piece, got, want);
		free(got);
		bdl_scan_done(s);
	}
	free(want);
}

static void test_types(void **state)
{
	static const struct {
		const char *type;
		enum bdl_scan_form form;
	} types[] = {
		{ "Text/HTML", BDL_SCAN_HTML },
		{ " text/html ; x=y", BDL_SCAN_HTML },
		{ "text/csv", BDL_SCAN_PLAIN },
		{ "application/json;charset=utf-8", BDL_SCAN_JSON },
		{ "application/octet-stream", BDL_SCAN_OTHER },
		{ "text/event-stream", BDL_SCAN_OTHER },
		{ "image/svg+xml", BDL_SCAN_HTML },
		{ "application/vnd.school+json", BDL_SCAN_JSON },
		{ "unknown/unknown", BDL_SCAN_HTML },
		{ "html", BDL_SCAN_HTML },
		{ "multipart/form-data", BDL_SCAN_PLAIN },
		{ "multipart/form-data; boundary=b", BDL_SCAN_PARTS },
		{ "multipart/form-data; boundary=\"a, b/c\"", BDL_SCAN_PARTS },
		{ "text/html, text/html", BDL_SCAN_HTML },
		{ "application/octet-stream, text/html", BDL_SCAN_HTML },
		{ "nothing, text/html;charset=x", BDL_SCAN_HTML },
		{ "text/plain, text/html,", BDL_SCAN_HTML },
		{ "image/png, text/css, application/json", BDL_SCAN_JSON },
		{ "image/png, image/png, nothing", BDL_SCAN_OTHER },
	};
	struct bdl_scan_options o;

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(types); i++) {
		bdl_scan_options_of(bdl_view_of(types[i].type), BDL_LIT("identity"), &o);
		check_long(types[i].type, o.form, types[i].form);
		assert_int_equal(o.coding, BDL_SCAN_AS_IS);
	}
}

static int begin(void **state)
{
	(void)state;
	t = scan_test_with(phrases);
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
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_any_cut),
		cmocka_unit_test(test_types),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
