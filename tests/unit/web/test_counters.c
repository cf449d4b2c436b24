#include "base/clock.h"
#include "doors/web/counters.h"
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t key[BDL_COUNTERS_KEY] = { 7 };
static char folder[] = "/tmp/beadle-counters-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	setenv("TZ", "Europe/London", 1);
	tzset();
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/counters", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static struct bdl_counters *opened(void)
{
	struct bdl_counters *c = NULL;
	struct bdl_err err = { 0 };

	if (bdl_counters_open(path, key, &c, &err) < 0)
		fail_msg("%s", err.text);
	return c;
}

static int64_t moment(const char *local)
{
	int64_t ms;

	assert_true(bdl_time_parse(bdl_view_of(local), &ms));
	return ms;
}

/* Acts of one person at these minutes after nine, and what the counter stands at after each. */
static void times_move_on(void **state)
{
	(void)state;
	static const struct {
		int minute;
		uint64_t want;
	} acts[] = { { 0, 1 }, { 1, 2 }, { 30, 3 }, { 59, 4 }, { 63, 3 }, { 64, 4 }, { 125, 1 },
		{ 1000, 1 } };
	struct bdl_span hour = { 1, BDL_UNIT_HOUR };
	struct bdl_act_counter counter = { .id = 1, .kind = BDL_COUNTER_TIMES, .span = hour };
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();
	uint64_t entry = bdl_counters_entry(c, BDL_LIT("person a"), &counter);

	for (size_t i = 0; i < BDL_ARRAY_LEN(acts); i++) {
		int64_t at_ms = moment("2026-11-23T09:00") + acts[i].minute * INT64_C(60000);
		struct bdl_window w = bdl_window_of(counter.kind, &hour, at_ms);
		uint64_t got = bdl_counters_add(c, entry, &w, 1, at_ms);

		if (got != acts[i].want)
			fail_msg("minute %d: %" PRIu64 ", want %" PRIu64, acts[i].minute, got,
			    acts[i].want);
		assert_int_equal(bdl_counters_sum(c, entry, &w, at_ms), got);
	}
}

/* Whatever the span, an act counts for all of it, and for no more than a 24th part longer. */
static void spans_are_kept(void **state)
{
	(void)state;
	static const struct bdl_span spans[] = { { 1, BDL_UNIT_MINUTE }, { 10, BDL_UNIT_MINUTE },
		{ 2, BDL_UNIT_HOUR }, { 1, BDL_UNIT_DAY }, { 1, BDL_UNIT_MONTH },
		{ 1, BDL_UNIT_YEAR } };
	static const int64_t lengths_ms[] = { 60000, 600000, 7200000, 86400000, 2592000000,
		31536000000 };
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();

	for (size_t i = 0; i < BDL_ARRAY_LEN(spans); i++) {
		struct bdl_act_counter counter = { .id = 100 + i, .kind = BDL_COUNTER_TIMES };
		uint64_t entry = bdl_counters_entry(c, BDL_LIT("person a"), &counter);
		int64_t at_ms = moment("2026-11-23T09:00:13.777"), end_ms = at_ms + lengths_ms[i];
		struct bdl_window w = bdl_window_of(counter.kind, &spans[i], at_ms);

		(void)bdl_counters_add(c, entry, &w, 1, at_ms);
		w = bdl_window_of(counter.kind, &spans[i], end_ms - 1);
		assert_int_equal(bdl_counters_sum(c, entry, &w, end_ms), 1);
		w = bdl_window_of(counter.kind, &spans[i], end_ms + lengths_ms[i] / 24 + 1);
		assert_int_equal(bdl_counters_sum(c, entry, &w, end_ms), 0);
	}
}

static void bytes_go_by_days_of_the_calendar(void **state)
{
	(void)state;
	static const struct {
		const char *at;
		uint64_t today, two_days;
	} acts[] = { { "2026-10-24T23:59", 10, 10 }, { "2026-10-25T00:00", 10, 20 },
		{ "2026-10-25T23:59", 20, 30 }, /* the day of 25 hours */
		{ "2026-10-26T00:00", 10, 30 }, { "2026-10-28T12:00", 10, 10 },
		{ "2027-03-01T00:30", 10, 10 } };
	struct bdl_span one = { 1, BDL_UNIT_DAY }, two = { 2, BDL_UNIT_DAY };
	struct bdl_act_counter counter = { .id = 2, .kind = BDL_COUNTER_BYTES };
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();
	uint64_t entry = bdl_counters_entry(c, BDL_LIT("person a"), &counter);

	for (size_t i = 0; i < BDL_ARRAY_LEN(acts); i++) {
		int64_t at_ms = moment(acts[i].at);
		struct bdl_window w1 = bdl_window_of(counter.kind, &one, at_ms);
		struct bdl_window w2 = bdl_window_of(counter.kind, &two, at_ms);

		if (bdl_counters_add(c, entry, &w1, 10, at_ms) != acts[i].today ||
		    bdl_counters_sum(c, entry, &w2, at_ms) != acts[i].two_days)
			fail_msg("%s", acts[i].at);
	}
}

static void people_and_rules_are_apart_and_stay(void **state)
{
	(void)state;
	struct bdl_window w = { 5, 2 };
	struct bdl_act_counter one = { .id = 11 }, two = { .id = 12 };
	struct bdl_counters *c = opened();
	uint64_t a = bdl_counters_entry(c, BDL_LIT("person a"), &one);

	assert_int_equal(bdl_counters_add(c, a, &w, 3, 1), 3);
	bdl_counters_close(c);
	c = opened(); /* another worker, or the same after a restart */
	assert_int_equal(bdl_counters_sum(c, a, &w, 2), 3);
	assert_int_equal(
	    bdl_counters_sum(c, bdl_counters_entry(c, BDL_LIT("person b"), &one), &w, 2), 0);
	assert_int_equal(
	    bdl_counters_sum(c, bdl_counters_entry(c, BDL_LIT("person a"), &two), &w, 2), 0);
	bdl_counters_close(c);
}

static void settles(void **state)
{
	(void)state;
	struct bdl_window w = { 9, 1 }, later = { 9 + BDL_COUNTERS_STEPS_MAX, 1 };
	struct bdl_act_counter counter = { .id = 21 };
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();
	uint64_t e = bdl_counters_entry(c, BDL_LIT("person a"), &counter);

	bdl_counters_settle(c, e, 9, 0, 50); /* nobody it knows */
	assert_int_equal(bdl_counters_sum(c, e, &w, 1), 0);
	(void)bdl_counters_add(c, e, &w, 1000, 1);
	bdl_counters_settle(c, e, 9, 1000, 300);
	assert_int_equal(bdl_counters_sum(c, e, &w, 1), 300);
	bdl_counters_settle(c, e, 9, 5000, 100); /* never below nothing */
	assert_int_equal(bdl_counters_sum(c, e, &w, 1), 0);
	bdl_counters_settle(c, e, 9, 0, UINT64_MAX); /* nor past what a word holds */
	assert_true(bdl_counters_sum(c, e, &w, 1) > UINT64_C(1000000000000));
	(void)bdl_counters_add(c, e, &later, 7, 2);
	bdl_counters_settle(c, e, 9, 0, 50); /* the step is gone */
	assert_int_equal(bdl_counters_sum(c, e, &later, 2), 7);
}

static void the_oldest_gives_way(void **state)
{
	(void)state;
	struct bdl_window w = { 1, 1 };
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();
	uint64_t before = bdl_counters_evicted(c), rows = BDL_COUNTERS_MANY / 8;

	for (uint64_t i = 1; i <= 9; i++) /* nine of one row, which has room for eight */
		(void)bdl_counters_add(c, 3 + i * rows, &w, i, (int64_t)i);
	assert_int_equal(bdl_counters_evicted(c), before + 1);
	assert_int_equal(bdl_counters_sum(c, 3 + rows, &w, 20), 0);
	for (uint64_t i = 2; i <= 9; i++)
		assert_int_equal(bdl_counters_sum(c, 3 + i * rows, &w, 20), i);
}

/* Workers count one entry at once; one of them is killed in the middle, again and again. */
static void no_count_is_lost_and_no_lock_is_left(void **state)
{
	(void)state;
	enum { WORKERS = 3, EACH = 4000, KILLED = 20 };
	struct bdl_window w = { 1, 1 };
	pid_t pids[WORKERS];

	for (int i = 0; i < WORKERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] > 0)
			continue;
		struct bdl_counters *c = opened();
		for (int n = 0; n < EACH; n++)
			(void)bdl_counters_add(c, 77, &w, 1, 1);
		_exit(0);
	}
	for (int i = 0; i < KILLED; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			struct bdl_counters *c = opened();
			for (;;)
				(void)bdl_counters_add(c, 77 + BDL_COUNTERS_MANY / 8, &w, 1, 1);
		}
		(void)usleep(2000); /* into the middle of it */
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	for (int i = 0; i < WORKERS; i++)
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();
	assert_int_equal(bdl_counters_sum(c, 77, &w, 2), WORKERS * EACH);
	assert_int_equal(bdl_counters_add(c, 77, &w, 1, 2), WORKERS * EACH + 1);
}

/* Somebody who was stopped holds every lock, and two workers begin the same entries at the same time. */
static void nothing_is_lost_without_a_lock(void **state)
{
	(void)state;
	enum { ENTRIES = 400 };
	struct bdl_window w = { 1, 1 };
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	_Atomic int *met =
	    mmap(NULL, sizeof(*met), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BDL_AUTO(bdl_counters_close) struct bdl_counters *c = opened();
	int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(met != MAP_FAILED && fd >= 0);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &all), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	for (int n = 0; n < ENTRIES; n++) {
		atomic_fetch_add(met, 1);
		while (atomic_load(met) < 2 * (n + 1))
			(void)sched_yield();
		(void)bdl_counters_add(c, 1000 + (uint64_t)n, &w, 1, 1);
	}
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (int n = 0; n < ENTRIES; n++)
		assert_int_equal(bdl_counters_sum(c, 1000 + (uint64_t)n, &w, 2), 2);
	assert_int_equal(close(fd), 0);
	assert_int_equal(munmap(met, sizeof(*met)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_move_on),
		cmocka_unit_test(spans_are_kept),
		cmocka_unit_test(bytes_go_by_days_of_the_calendar),
		cmocka_unit_test(people_and_rules_are_apart_and_stay),
		cmocka_unit_test(settles),
		cmocka_unit_test(the_oldest_gives_way),
		cmocka_unit_test(no_count_is_lost_and_no_lock_is_left),
		cmocka_unit_test(nothing_is_lost_without_a_lock),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
