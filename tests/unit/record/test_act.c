#include "record/acts/act.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static struct bdl_act full_act(void)
{
	struct bdl_act a = {
		.at_ms = 1795261201234,
		.door = BDL_DOOR_SCREEN,
		.kind = BDL_KIND_UPLOAD,
		.action = BDL_COACH,
		.critical = true,
		.passed = true,
		.minute = 1439,
		.weekday = 6,
		.person = BDL_LIT("adebayo"),
		.groups = BDL_LIT("staff governors"),
		.address = BDL_LIT("10.1.2.3"),
		.method = BDL_LIT("POST"),
		.scheme = BDL_LIT("https"),
		.host = BDL_LIT("social.example"),
		.path = BDL_LIT("/up?a=1&b=\xc3\xa9"),
		.categories = BDL_LIT("social-networks"),
		.policy = BDL_LIT("staff"),
		.clause = BDL_LIT("web.social"),
		.clauses = BDL_LIT("staff#web.social"),
		.tell = BDL_LIT("technicians head"),
		.reason = BDL_LIT("lesson 4\nwith 9b"),
		.source = BDL_LIT("radius"),
		.place = BDL_LIT("guest-network"),
		.equipment = BDL_LIT("own-devices"),
	};

	for (unsigned i = 0; i < sizeof(a.version.b); i++)
		a.version.b[i] = (uint8_t)(i * 7);
	return a;
}

static void assert_view(struct bdl_view got, struct bdl_view want)
{
	assert_int_equal(got.n, want.n);
	if (want.n)
		assert_memory_equal(got.p, want.p, want.n);
}

static void assert_act(const struct bdl_act *got, const struct bdl_act *want)
{
	assert_true(got->at_ms == want->at_ms);
	assert_int_equal(got->door, want->door);
	assert_int_equal(got->kind, want->kind);
	assert_int_equal(got->action, want->action);
	assert_int_equal(got->critical, want->critical);
	assert_int_equal(got->known, want->known);
	assert_int_equal(got->passed, want->passed);
	assert_int_equal(got->minute, want->minute);
	assert_int_equal(got->weekday, want->weekday);
	assert_memory_equal(&got->version, &want->version, sizeof(want->version));
	assert_view(got->person, want->person);
	assert_view(got->groups, want->groups);
	assert_view(got->address, want->address);
	assert_view(got->method, want->method);
	assert_view(got->scheme, want->scheme);
	assert_view(got->host, want->host);
	assert_view(got->path, want->path);
	assert_view(got->categories, want->categories);
	assert_view(got->policy, want->policy);
	assert_view(got->clause, want->clause);
	assert_view(got->clauses, want->clauses);
	assert_view(got->tell, want->tell);
	assert_view(got->reason, want->reason);
	assert_view(got->source, want->source);
	assert_view(got->place, want->place);
	assert_view(got->equipment, want->equipment);
}

static void comes_back_as_it_went(void **state)
{
	(void)state;
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_act want = full_act(), got;

	assert_int_equal(bdl_act_encode(&want, &b), 0);
	assert_int_equal(bdl_act_decode(bdl_buf_view(&b), &got, NULL), 0);
	assert_act(&got, &want);

	struct bdl_act bare = { .at_ms = 0 };
	bdl_buf_clear(&b);
	assert_int_equal(bdl_act_encode(&bare, &b), 0);
	assert_int_equal(bdl_act_decode(bdl_buf_view(&b), &got, NULL), 0);
	assert_act(&got, &bare);
}

/* The format of docs/formats.md, byte by byte: a change of it must change the format number. */
static void has_the_documented_bytes(void **state)
{
	(void)state;
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_act a = { .at_ms = 0x0102030405,
		.door = BDL_DOOR_DNS,
		.kind = BDL_KIND_PART,
		.action = BDL_BLOCK,
		.known = true,
		.minute = 0x0203,
		.weekday = 4,
		.person = BDL_LIT("jo"),
		.equipment = BDL_LIT("!") };
	static const char head[] =
	    "\x02\x03\x01\x04\x02\x04\x03\x02\x05\x04\x03\x02\x01\x00\x00\x00";

	assert_int_equal(bdl_act_encode(&a, &b), 0);
	assert_int_equal(b.n, 48 + 17 * 2 + 3);
	assert_memory_equal(b.p, head, 16);
	assert_memory_equal(b.p + 48, "\x02\x00jo\x00\x00", 6);
	assert_memory_equal(b.p + b.n - 5, "\x01\x00!\x00\x00", 5);
}

/* What a door wrote before this version did, and the scribe had not brought over. */
static void reads_the_format_before_this_one(void **state)
{
	(void)state;
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_act want = full_act(), got;

	want.source = want.place = want.equipment = want.kept = (struct bdl_view){ 0 };
	assert_int_equal(bdl_act_encode(&want, &b), 0);
	b.p[0] = 1;
	assert_int_equal(bdl_act_decode(bdl_view_at(b.p, b.n - 8), &got, NULL), 0);
	assert_act(&got, &want);
	assert_int_equal(bdl_act_decode(bdl_buf_view(&b), &got, NULL), BDL_E_INVALID);
}

static void refuses_every_cut_and_every_excess(void **state)
{
	(void)state;
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_act a = full_act(), got;

	assert_int_equal(bdl_act_encode(&a, &b), 0);
	for (size_t n = 0; n < b.n; n++) {
		char *exact = malloc(n ? n : 1); /* so that a sanitizer sees a byte too many */
		assert_non_null(exact);
		memcpy(exact, b.p, n);
		int rc = bdl_act_decode(bdl_view_at(exact, n), &got, NULL);
		free(exact);
		if (rc != BDL_E_INVALID)
			fail_msg("%zu of %zu bytes: got %d, want %d", n, b.n, rc, BDL_E_INVALID);
	}
	assert_int_equal(bdl_buf_add_char(&b, 0), 0);
	assert_int_equal(bdl_act_decode(bdl_buf_view(&b), &got, NULL), BDL_E_INVALID);
}

static void refuses_values_that_are_none(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		unsigned char value;
		const char *what;
	} cases[] = {
		{ 0, 0, "format 0" },
		{ 0, 3, "format 3" },
		{ 1, BDL_DOORS, "door" },
		{ 2, BDL_KINDS, "kind" },
		{ 3, BDL_ACTIONS, "action" },
		{ 4, 8, "flag" },
		{ 5, 7, "weekday" },
		{ 7, 6, "minute" },
		{ 15, 0x80, "time before 1970" },
		{ 14, 1, "time after 9999" },
		{ 49, 0xff, "length of a text" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
		struct bdl_act a = full_act(), got;
		struct bdl_err err = { 0 };
		assert_int_equal(bdl_act_encode(&a, &b), 0);
		b.p[cases[i].at] = (char)cases[i].value;
		int rc = bdl_act_decode(bdl_buf_view(&b), &got, &err);
		if (rc != BDL_E_INVALID || !err.text[0])
			fail_msg("%s: got %d '%s', want %d and a text", cases[i].what, rc, err.text,
			    BDL_E_INVALID);
	}
}

static void has_a_maximum(void **state)
{
	(void)state;
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF((size_t)4 * BDL_ACT_BYTES_MAX);
	char *text BDL_AUTO_FREE = malloc(BDL_ACT_BYTES_MAX + 1);
	struct bdl_act a = { .at_ms = 1 }, got;
	size_t most = BDL_ACT_BYTES_MAX - 48 - 17 * 2;

	assert_non_null(text);
	memset(text, 'p', BDL_ACT_BYTES_MAX + 1);
	a.path = bdl_view_at(text, most + 1);
	assert_int_equal(bdl_act_encode(&a, &b), BDL_E_LIMIT);
	assert_int_equal(b.n, 0);
	a.path.n = BDL_ACT_BYTES_MAX + 1;
	assert_int_equal(bdl_act_encode(&a, &b), BDL_E_LIMIT);
	a.path.n = most;
	assert_int_equal(bdl_act_encode(&a, &b), 0);
	assert_int_equal(b.n, BDL_ACT_BYTES_MAX);
	assert_int_equal(bdl_act_decode(bdl_buf_view(&b), &got, NULL), 0);
	assert_view(got.path, a.path);
}

static void kinds_have_words(void **state)
{
	(void)state;
	static const char *const want[] = { "page", "part", "upload", "download", "search" };

	for (int i = 0; i < BDL_KINDS; i++)
		assert_string_equal(bdl_kind_word((enum bdl_act_kind)i), want[i]);
	assert_string_equal(bdl_kind_word(BDL_KINDS), "unknown");
}

/* In London: an hour of October comes twice, one of March not at all. */
static void references_are_read_as_they_are_written(void **state)
{
	static const struct {
		const char *text;
		size_t moments;
		int64_t first_ms;
	} cases[] = {
		{ "261121-114001-234", 1, 1795261201234 },
		{ "260701-114001-234", 1, 1782902401234 },
		{ "261025-013000-000", 2, 1792888200000 },
		{ "260329-013000-000", 0, 0 },
		{ "261121-114001-23", 0, 0 },
		{ "261121-114001-2345", 0, 0 },
		{ "261121 114001 234", 0, 0 },
		{ "261321-114001-234", 0, 0 },
		{ "261121-246001-234", 0, 0 },
		{ "26112x-114001-234", 0, 0 },
		{ "-61121-114001-234", 0, 0 },
		{ "", 0, 0 },
	};
	(void)state;
	assert_int_equal(setenv("TZ", "Europe/London", 1), 0);
	tzset();
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		int64_t ms[BDL_REFERENCE_MOMENTS];
		char again[BDL_REFERENCE_LEN];
		size_t n = bdl_reference_read(bdl_view_of(cases[i].text), ms);
		if (n != cases[i].moments || (n && ms[0] != cases[i].first_ms))
			fail_msg("%s: got %zu, %lld", cases[i].text, n, n ? (long long)ms[0] : 0);
		for (size_t k = 0; k < n; k++) {
			bdl_reference_write(ms[k], again);
			assert_string_equal(again, cases[i].text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_went),
		cmocka_unit_test(has_the_documented_bytes),
		cmocka_unit_test(reads_the_format_before_this_one),
		cmocka_unit_test(refuses_every_cut_and_every_excess),
		cmocka_unit_test(refuses_values_that_are_none),
		cmocka_unit_test(has_a_maximum),
		cmocka_unit_test(kinds_have_words),
		cmocka_unit_test(references_are_read_as_they_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
