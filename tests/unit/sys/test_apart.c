#include "../check.h"
#include "sys/apart.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct bdl_apart_limits limits = {
	.cpu_s = 5,
	.wall_ms = 20000,
	.memory = 1024 * 1024 * 1024,
};

static int twice(struct bdl_view in, struct bdl_buf *out, struct bdl_err *err)
{
	(void)err;
	(void)bdl_buf_add_view(out, in);
	return bdl_buf_add_view(out, in);
}

static int refuse(struct bdl_view in, struct bdl_buf *out, struct bdl_err *err)
{
	(void)out;
	return bdl_fail(err, BDL_E_DENIED, "no '%.*s'", BDL_FMT(in));
}

/* What it may not do, as letters. */
static int reach_out(struct bdl_view in, struct bdl_buf *out, struct bdl_err *err)
{
	(void)in;
	(void)err;
	if (open("/etc/hostname", O_RDONLY) < 0)
		(void)bdl_buf_add_char(out, 'f');
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		(void)bdl_buf_add_char(out, 's');
	return 0;
}

static int never_end(struct bdl_view in, struct bdl_buf *out, struct bdl_err *err)
{
	(void)in;
	(void)out;
	(void)err;
	for (volatile unsigned i = 0;; i++)
		continue;
	return 0;
}

static void does_work_and_gives_its_errors(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(64);
	struct bdl_err err;

	(void)state;
	(void)bdl_buf_add_str(&out, "1");
	assert_int_equal(bdl_apart_do(twice, BDL_LIT("ab"), &limits, &out, &err), 0);
	assert_string_equal(bdl_buf_str(&out), "1abab");
	assert_int_equal(bdl_apart_do(refuse, BDL_LIT("x"), &limits, &out, &err), BDL_E_DENIED);
	assert_string_equal(err.text, "no 'x'");
}

static void reaches_nothing(void **state)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(64);
	struct bdl_err err;

	(void)state;
	if (bdl_apart_do(reach_out, BDL_LIT(""), &limits, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(bdl_buf_str(&out), "fs");
}

static void ends_what_does_not_end(void **state)
{
	const struct bdl_apart_limits little = { .cpu_s = 5, .wall_ms = 200 };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(64);

	(void)state;
	assert_int_equal(bdl_apart_do(never_end, BDL_LIT(""), &little, &out, NULL), BDL_E_LIMIT);
}

static void runs_a_program(void **state)
{
	static const char *const cat[] = { "/usr/bin/cat", NULL };
	static const char *const other[] = { "/usr/bin/cat", "/etc/hostname", NULL };
	static const char *const runs[] = { "/usr/bin/env", "/usr/bin/cat", NULL };
	static const char *const none[] = { "/usr/bin/no-such-program", NULL };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(64);
	struct bdl_err err;

	(void)state;
	if (bdl_apart_run(cat, BDL_LIT("hello"), &limits, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(bdl_buf_str(&out), "hello");
	assert_int_equal(bdl_apart_run(none, BDL_LIT(""), &limits, &out, NULL), BDL_E_MISSING);
	assert_int_equal(bdl_apart_run(other, BDL_LIT(""), &limits, &out, NULL), BDL_E_INVALID);
	assert_int_equal(bdl_apart_run(runs, BDL_LIT("x"), &limits, &out, NULL), BDL_E_INVALID);
	assert_int_equal(out.n, 5);
}

static void takes_no_more_than_fits(void **state)
{
	static const char *const cat[] = { "/usr/bin/cat", NULL };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(4);

	(void)state;
	assert_int_equal(bdl_apart_run(cat, BDL_LIT("hello"), &limits, &out, NULL), BDL_E_LIMIT);
	assert_int_equal(bdl_apart_do(twice, BDL_LIT("abc"), &limits, &out, NULL), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_work_and_gives_its_errors),
		cmocka_unit_test(reaches_nothing),
		cmocka_unit_test(ends_what_does_not_end),
		cmocka_unit_test(runs_a_program),
		cmocka_unit_test(takes_no_more_than_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
