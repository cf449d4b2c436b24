#include "base/err.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void says_what_failed(void **state)
{
	(void)state;
	struct bdl_err err = { .sys = 5 };

	assert_int_equal(bdl_fail(&err, BDL_E_LIMIT, "%d of %s", 3, "four"), BDL_E_LIMIT);
	assert_int_equal(err.code, BDL_E_LIMIT);
	assert_int_equal(err.sys, 0);
	assert_string_equal(err.text, "3 of four");
	assert_int_equal(bdl_fail(NULL, BDL_E_DENIED, "unread"), BDL_E_DENIED);
}

static void keeps_errno(void **state)
{
	(void)state;
	struct bdl_err err;

	errno = ENOENT;
	assert_int_equal(bdl_fail_sys(&err, "open '%s'", "x"), BDL_E_IO);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(err.text, "open 'x': No such file or directory");
	errno = 12345;
	bdl_fail_sys(&err, "odd");
	assert_string_equal(err.text, "odd: unknown error");
}

static void puts_context_before(void **state)
{
	(void)state;
	struct bdl_err err;

	bdl_fail(&err, BDL_E_INVALID, "a number is missing");
	assert_int_equal(bdl_fail_in(&err, BDL_E_INVALID, "line %d", 7), BDL_E_INVALID);
	assert_string_equal(err.text, "line 7: a number is missing");
	assert_int_equal(bdl_fail_in(NULL, BDL_E_MISSING, "unread"), BDL_E_MISSING);
	/* The new text may be made of the old. */
	bdl_fail(&err, BDL_E_BUSY, "again: %s", err.text);
	assert_string_equal(err.text, "again: line 7: a number is missing");
}

static void cuts_to_fit(void **state)
{
	(void)state;
	struct bdl_err err;
	char text[1000];

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	bdl_fail(&err, BDL_E_INVALID, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	bdl_fail_in(&err, BDL_E_INVALID, "%s", "before");
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "before: aaa", 11);
	errno = EIO;
	bdl_fail_sys(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void each_code_has_its_word(void **state)
{
	(void)state;
	for (int a = BDL_E_STORE; a <= BDL_OK; a++) {
		assert_string_not_equal(bdl_code_word((enum bdl_code)a), "unknown");
		for (int b = BDL_E_STORE; b < a; b++)
			assert_string_not_equal(
			    bdl_code_word((enum bdl_code)a), bdl_code_word((enum bdl_code)b));
	}
	assert_string_equal(bdl_code_word(BDL_E_LIMIT), "limit");
	assert_string_equal(bdl_code_word((enum bdl_code) - 100), "unknown");
}

static void descriptors_close_themselves(void **state)
{
	(void)state;
	int seen, kept;
	{
		BDL_AUTO_FD int fd = open("/dev/null", O_RDONLY);
		BDL_AUTO_FD int other = open("/dev/null", O_RDONLY);
		BDL_AUTO_FD int none = -1;

		assert_true(fd >= 0 && other >= 0 && none < 0);
		seen = fd;
		kept = bdl_steal_fd(&other);
	}
	assert_int_equal(fcntl(seen, F_GETFD), -1);
	assert_int_not_equal(fcntl(kept, F_GETFD), -1);
	close(kept);
}

static void a_bug_aborts(void **state)
{
	(void)state;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		close(STDERR_FILENO);
		BDL_BUG_IF(pid == 0);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_failed),
		cmocka_unit_test(keeps_errno),
		cmocka_unit_test(puts_context_before),
		cmocka_unit_test(cuts_to_fit),
		cmocka_unit_test(each_code_has_its_word),
		cmocka_unit_test(descriptors_close_themselves),
		cmocka_unit_test(a_bug_aborts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
