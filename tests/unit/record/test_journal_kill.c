/*
 * The promise: what was acknowledged survives kill -9, comes once, and in order; also while a
 * reader of another process looks on.
 */
#include "folder.h"
#include "record/journal/journal.h"
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#define ROUNDS  30
#define SEGMENT (256 * 1024)

/* Appends numbers for ever and tells each one on the pipe once it is in the journal. */
BDL_NORETURN static void append_for_ever(const char *folder, uint64_t first, int tell)
{
	struct bdl_journal *j;
	char payload[600] = { 0 };

	if (bdl_journal_open(folder, SEGMENT, &j, NULL))
		_exit(1);
	for (uint64_t n = first;; n++) {
		struct bdl_journal_sync *s;
		memcpy(payload, &n, sizeof(n));
		memset(payload + sizeof(n), (int)(n & 0xff), sizeof(payload) - sizeof(n));
		size_t len = sizeof(n) + n * 31 % (sizeof(payload) - sizeof(n));
		if (bdl_journal_append(j, BDL_ENTRY_ACT, bdl_view_at(payload, len), NULL) ||
		    write(tell, &n, sizeof(n)) != sizeof(n))
			_exit(1);
		if (n % 500 == 0 && (s = bdl_journal_sync_begin(j))) {
			if (bdl_journal_sync_run(s, NULL))
				_exit(1);
			bdl_journal_sync_end(j, s);
		}
	}
}

static void read_on(struct bdl_journal_reader *r, uint64_t *next)
{
	struct bdl_journal_entry e;
	struct bdl_err err = { 0 };
	uint64_t n;
	int rc;

	while ((rc = bdl_journal_next(r, &e, &err)) > 0) {
		assert_true(e.payload.n >= sizeof(n));
		memcpy(&n, e.payload.p, sizeof(n));
		if (n != *next)
			fail_msg("read: got %ju, want %ju", (uintmax_t)n, (uintmax_t)*next);
		assert_int_equal(e.payload.n, sizeof(n) + n * 31 % (600 - sizeof(n)));
		for (size_t i = sizeof(n); i < e.payload.n; i++)
			assert_int_equal((unsigned char)e.payload.p[i], n & 0xff);
		(*next)++;
	}
	if (rc)
		fail_msg("read: %s", err.text);
}

/* One writer, killed after about so many entries; returns the last number it told. */
static uint64_t run_and_kill(const char *folder, uint64_t first, unsigned after_us,
    struct bdl_journal_reader *r, uint64_t *next)
{
	uint64_t told = 0, n;
	int pipes[2], status;

	assert_int_equal(pipe(pipes), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)close(pipes[0]);
		append_for_ever(folder, first, pipes[1]);
	}
	assert_int_equal(close(pipes[1]), 0);
	/* Read beside the writer until it is to die; the pipe is emptied so that it never waits. */
	for (unsigned us = 0; us < after_us || !told; us += 500) {
		for (int k = 0; k < 200 && read(pipes[0], &n, sizeof(n)) == sizeof(n); k++)
			told = n;
		read_on(r, next);
		(void)usleep(500); /* an early end only shortens the round */
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	while (read(pipes[0], &n, sizeof(n)) == sizeof(n))
		told = n;
	assert_int_equal(close(pipes[0]), 0);
	return told;
}

static void survives_kills(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) = NULL;
	struct bdl_journal_place start = { 0 };
	uint64_t next = 1;

	assert_int_equal(bdl_journal_reader_open(f.path, start, &r, NULL), 0);
	srand(20261121);
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t first = next;
		uint64_t told = run_and_kill(f.path, first, (unsigned)rand() % 15000, r, &next);
		read_on(r, &next);
		/* One more than was told may be there: killed between the append and the telling. */
		if (next - 1 != told && next - 2 != told)
			fail_msg("round %u: got up to %ju, want %ju", round, (uintmax_t)(next - 1),
			    (uintmax_t)told);
		assert_true(told >= first);
	}
	/* Read again from the start: the same, once each. */
	struct bdl_journal_reader *again BDL_AUTO(bdl_journal_reader_close) = NULL;
	uint64_t twice = 1;
	assert_int_equal(bdl_journal_reader_open(f.path, start, &again, NULL), 0);
	read_on(again, &twice);
	assert_true(twice == next);
	assert_true(next > ROUNDS * 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(survives_kills) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
