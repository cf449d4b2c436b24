#include "base/buf.h"
#include "sys/log.h"
#include "sys/log_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static struct bdl_buf seen = BDL_BUF(1 << 20);
static unsigned lines;

static void keep(const char *line, void *arg)
{
	(void)arg;
	lines++;
	bdl_buf_clear(&seen);
	(void)bdl_buf_add_str(&seen, line); /* far below the maximum */
}

static int divert(void **state)
{
	(void)state;
	lines = 0;
	bdl_buf_clear(&seen);
	bdl_log_divert(keep, NULL);
	bdl_log_init("web", BDL_LOG_INFO);
	return 0;
}

static int restore(void **state)
{
	(void)state;
	bdl_log_divert(NULL, NULL);
	bdl_buf_done(&seen);
	return 0;
}

static void writes_logfmt(void **state)
{
	(void)state;
	struct bdl_err err;

	bdl_log(BDL_LOG_WARN, "peer-refused", "%s is not trusted", "it");
	assert_string_equal(
	    bdl_buf_str(&seen), "level=warn mod=web ev=peer-refused msg=\"it is not trusted\"");
	bdl_fail(&err, BDL_E_BUSY, "the port \"8080\"");
	bdl_log_err(BDL_LOG_ERR, "start", &err);
	assert_string_equal(bdl_buf_str(&seen),
	    "level=err mod=web ev=start code=busy msg=\"the port \\\"8080\\\"\"");
	bdl_log_init("two words", BDL_LOG_DEBUG);
	bdl_log(BDL_LOG_DEBUG, "x", "y");
	assert_string_equal(bdl_buf_str(&seen), "level=debug mod=\"two words\" ev=x msg=\"y\"");
}

static void leaves_out_what_is_below(void **state)
{
	(void)state;
	struct bdl_err err = { .code = BDL_E_IO };

	bdl_log_init("web", BDL_LOG_WARN);
	bdl_log(BDL_LOG_NOTICE, "a", "b");
	bdl_log_err(BDL_LOG_DEBUG, "a", &err);
	assert_int_equal(lines, 0);
	bdl_log(BDL_LOG_WARN, "a", "b");
	assert_int_equal(lines, 1);
}

static void no_line_can_be_forged(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "a\nlevel=err mod=web", "a\\nlevel=err mod=web" },
		{ "a\r\t\x1b[31m\x7f", "a\\x0d\\x09\\x1b[31m\\x7f" },
		{ "\\\"", "\\\\\\\"" },
		{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82",
		    "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x99\x82" },
		{ "\xc2\x9b"
		  "31m",
		    "\\xc2\\x9b31m" }, /* C1: a control sequence too */
		{ "\xc3", "\\xc3" },   /* cut short at the end */
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf" }, /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },                   /* half a pair */
		{ "\xf4\x90\x80\x80\xff", "\\xf4\\x90\\x80\\x80\\xff" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf want = BDL_BUF(1000);

		bdl_log(BDL_LOG_ERR, "t", "%s", rows[i].text);
		assert_int_equal(
		    bdl_buf_printf(&want, "level=err mod=web ev=t msg=\"%s\"", rows[i].want), 0);
		assert_string_equal(bdl_buf_str(&seen), bdl_buf_str(&want));
	}
}

static void long_messages_are_cut(void **state)
{
	(void)state;
	static char text[20000];

	memset(text, '\n', sizeof(text) - 1);
	bdl_log(BDL_LOG_ERR, "long", "%s", text);
	assert_int_equal(lines, 1);
	assert_in_range(seen.n, 1000, 9000);
	assert_int_equal(seen.p[seen.n - 1], '"');
}

static void a_flood_is_held_back(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		bdl_log(BDL_LOG_ERR, "flood", "%d", i);
	assert_int_equal(lines, BDL_LOG_LINES);
	bdl_log(BDL_LOG_ERR, "other", "is not held back with it");
	assert_int_equal(lines, BDL_LOG_LINES + 1);
	/* More events than the table has places: each still comes through. */
	for (int i = 0; i < 200; i++) {
		char ev[16];

		(void)snprintf(ev, sizeof(ev), "ev-%d", i);
		bdl_log(BDL_LOG_ERR, ev, "once");
	}
	assert_int_equal(lines, BDL_LOG_LINES + 201);
}

static void the_next_line_says_how_many(void **state)
{
	(void)state;
	struct bdl_log_limit l = { 0 };
	unsigned n = 99;

	for (int i = 0; i < BDL_LOG_LINES; i++) {
		assert_true(bdl_log_admit(&l, 1000 + i, &n));
		assert_int_equal(n, 0);
	}
	for (int i = 0; i < 7; i++)
		assert_false(bdl_log_admit(&l, 5000, &n));
	assert_false(bdl_log_admit(&l, 1000 + BDL_LOG_WINDOW_MS - 1, &n));
	assert_true(bdl_log_admit(&l, 1000 + BDL_LOG_WINDOW_MS, &n));
	assert_int_equal(n, 8);
	assert_true(bdl_log_admit(&l, 1001 + BDL_LOG_WINDOW_MS, &n));
	assert_int_equal(n, 0); /* said once */
}

static void goes_to_standard_error(void **state)
{
	(void)state;
	int ends[2], old = dup(STDERR_FILENO);
	char got[200] = "";

	bdl_log_divert(NULL, NULL);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	bdl_log(BDL_LOG_INFO, "up", "ready");
	dup2(old, STDERR_FILENO);
	assert_true(read(ends[0], got, sizeof(got) - 1) > 0);
	assert_string_equal(got, "level=info mod=web ev=up msg=\"ready\"\n");
	close(old);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(writes_logfmt, divert),
		cmocka_unit_test_setup(leaves_out_what_is_below, divert),
		cmocka_unit_test_setup(no_line_can_be_forged, divert),
		cmocka_unit_test_setup(long_messages_are_cut, divert),
		cmocka_unit_test_setup(a_flood_is_held_back, divert),
		cmocka_unit_test_setup(the_next_line_says_how_many, divert),
		cmocka_unit_test_setup(goes_to_standard_error, divert),
	};
	return cmocka_run_group_tests(tests, NULL, restore);
}
