#include "record/visits/mark.h"
#include "stored.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 1795261200000

static bool is_same(const struct bdl_mark *a, const struct bdl_mark *b)
{
	return a->at_ms == b->at_ms && a->client == b->client && a->site == b->site &&
	    a->basis == b->basis;
}

static void reads_what_it_writes(void **state)
{
	(void)state;
	static const struct bdl_mark marks[] = {
		{ T0, 1, -1, INT64_MIN },
		{ 0, 0x123456789abcdef, INT64_MAX, 16 },
		{ BDL_MARK_AT_MAX, -2, -3, -4 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++) {
		struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_MARK_TEXT_MAX);
		struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_MARK_LINE_MAX);
		struct bdl_mark got;
		int64_t down, up;

		bdl_mark_write(&marks[i], &text);
		assert_false(bdl_buf_broken(&text));
		assert_true(bdl_mark_read(bdl_buf_view(&text), &got));
		assert_true(is_same(&got, &marks[i]));
		(void)bdl_buf_printf(
		    &line, "%s 1234 %" PRId64, bdl_buf_str(&text), BDL_MARK_BYTES_MAX);
		assert_true(bdl_mark_read_line(bdl_buf_view(&line), &got, &down, &up));
		assert_true(is_same(&got, &marks[i]));
		assert_int_equal(down, 1234);
		assert_int_equal(up, BDL_MARK_BYTES_MAX);
	}
}

static void takes_no_other_line(void **state)
{
	(void)state;
	static const char *const lines[] = { "", "-", "- 1 2", "1-2-3-4", "1-2-3-4 5", "1-2-3-4 5 ",
		"1-2-3-4 5 6 ", "1-2-3-4 5 6 x", "1-2-3-4 5 6 7 8", "1-2-3-4 5 6 281474976710657",
		"1-2-3-4 -5 6", "1-2-3-4 5 x", "1-2-3 5 6", "1-2-3-4-5 5 6", "1-2-3-4- 5 6",
		"-1-2-3-4 5 6", "1-0-3-4 5 6", "1-2-0-4 5 6", "1-2-3-0 5 6", "1-2-3-g 5 6",
		"1--3-4 5 6", "e677d21fdc00-2-3-4 5 6", "1-2-3-11111111111111111 5 6",
		"1-2-3-4 281474976710657 6", "1-2-3-4 5 281474976710657", " 1-2-3-4 5 6" };
	struct bdl_mark got;
	int64_t down, up;

	for (size_t i = 0; i < BDL_ARRAY_LEN(lines); i++)
		if (bdl_mark_read_line(bdl_view_of(lines[i]), &got, &down, &up))
			fail_msg("'%s' was taken", lines[i]);
	assert_true(bdl_mark_read_line(bdl_view_of("e677d21fdbff-2-3-4 5 6"), &got, &down, &up));
}

/* What was sent is told without the head of the request, where the proxy says how long that was. */
static void leaves_the_head_away(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int64_t up;
	} rows[] = { { "1-2-3-4 5 600", 600 }, { "1-2-3-4 5 600 0", 600 },
		{ "1-2-3-4 5 400600 600", 400000 }, { "1-2-3-4 5 600 600", 0 },
		{ "1-2-3-4 5 0 600", 0 } };
	struct bdl_mark got;
	int64_t down, up;

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		assert_true(bdl_mark_read_line(bdl_view_of(rows[i].line), &got, &down, &up));
		assert_int_equal(down, 5);
		assert_int_equal(up, rows[i].up);
	}
}

/* One mark for acts of one visit, and another for each that differs in what makes a visit. */
static void tells_visits_apart(void **state)
{
	(void)state;
	struct bdl_act acts[7];
	struct bdl_mark marks[7], again;

	for (size_t i = 0; i < BDL_ARRAY_LEN(acts); i++)
		acts[i] = page_blocked(T0);
	acts[1].person = BDL_LIT("adebay");
	acts[2].address =
	    BDL_LIT("o10.1.2.3"); /* where one text ends and the next begins is said */
	acts[3].host = BDL_LIT("bet.example");
	acts[4].categories = BDL_LIT("games");
	acts[5].version.b[31] = 1;
	acts[6].action = BDL_NOTE;
	for (size_t i = 0; i < BDL_ARRAY_LEN(acts); i++) {
		bdl_mark_of(&acts[i], &marks[i]);
		for (size_t j = 0; j < i; j++)
			assert_false(is_same(&marks[i], &marks[j]));
	}
	acts[0].method = BDL_LIT("POST");
	acts[0].scheme = BDL_LIT("http");
	acts[0].path = BDL_LIT("/another");
	bdl_mark_of(&acts[0], &again);
	assert_true(is_same(&again, &marks[0]));
}

/* Of more sites than are remembered, and of some whose names are longer than what is. */
static void remembers_what_it_would_make(void **state)
{
	(void)state;
	BDL_AUTO(bdl_marks_free) struct bdl_marks *marks = bdl_marks_new();
	struct bdl_act act = page_blocked(T0);
	struct bdl_mark made, remembered;
	char host[420];

	for (int i = 0; i < 12000; i++) {
		int width = i % 100 == 7 ? 380 : 1;

		(void)snprintf(host, sizeof(host), "%0*d.example", width, i % 4000);
		act.host = bdl_view_of(host);
		act.person = i % 3 ? BDL_LIT("adebayo") : BDL_LIT("b.clarke");
		act.version.b[3] = (uint8_t)(i % 5);
		act.at_ms = T0 + i;
		bdl_mark_of(&act, &made);
		bdl_marks_of(marks, &act, &remembered);
		assert_true(is_same(&remembered, &made));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(takes_no_other_line),
		cmocka_unit_test(leaves_the_head_away),
		cmocka_unit_test(tells_visits_apart),
		cmocka_unit_test(remembers_what_it_would_make),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
