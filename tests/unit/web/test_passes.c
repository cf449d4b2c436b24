#include "base/alloc.h"
#include "doors/web/passes.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW 1795262400000

static const uint8_t key[BDL_PASSES_KEY] = "0123456789abcdef0123456789abcde";
static const struct bdl_pass sample = { BDL_LIT("person t"), BDL_LIT("staff"),
	BDL_LIT("web.social"), BDL_LIT("social.example") };

struct fixture {
	char folder[64];
	char *path;
	struct bdl_passes *passes;
};

static int setup(void **state)
{
	struct fixture *f = bdl_xalloc(sizeof(*f));
	struct bdl_err err = { 0 };
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/beadle-passes-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->path = bdl_xprintf("%s/passes", f->folder);
	if (bdl_passes_open(f->path, key, &f->passes, &err) < 0)
		fail_msg("%s", err.text);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	bdl_passes_close(f->passes);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(rmdir(f->folder), 0); /* nothing was left beside it */
	free(f->path);
	free(f);
	return 0;
}

static void hold_until_they_end(void **state)
{
	struct fixture *f = *state;
	assert_false(bdl_passes_holds(f->passes, &sample, NOW));
	bdl_passes_add(f->passes, &sample, NOW, NOW + BDL_PASS_MS);
	assert_true(bdl_passes_holds(f->passes, &sample, NOW));
	assert_true(bdl_passes_holds(f->passes, &sample, NOW + BDL_PASS_MS - 1));
	assert_false(bdl_passes_holds(f->passes, &sample, NOW + BDL_PASS_MS + 1000));
	/* Given again, it holds longer. */
	bdl_passes_add(f->passes, &sample, NOW + 60000, NOW + 60000 + BDL_PASS_MS);
	assert_true(bdl_passes_holds(f->passes, &sample, NOW + BDL_PASS_MS + 1000));
}

/* A pass that was given while the clock was ahead does not hold until that time comes. */
static void end_when_the_clock_is_set_back(void **state)
{
	struct fixture *f = *state;
	const int64_t day_ms = 24 * 3600 * (int64_t)1000, hour_ms = 3600 * 1000;
	const int64_t ahead[] = { 2 * hour_ms, 400 * day_ms };
	for (size_t i = 0; i < BDL_ARRAY_LEN(ahead); i++) {
		int64_t then = NOW + ahead[i];
		bdl_passes_add(f->passes, &sample, then, then + BDL_PASS_MS);
		assert_true(bdl_passes_holds(f->passes, &sample, then));
		assert_false(bdl_passes_holds(f->passes, &sample, NOW));
	}
	bdl_passes_add(f->passes, &sample, NOW + 1, NOW + 1 + BDL_PASS_MS);
	assert_true(bdl_passes_holds(f->passes, &sample, NOW + 1));
}

static void are_for_one_thing(void **state)
{
	struct fixture *f = *state;
	struct bdl_pass others[] = { sample, sample, sample, sample, sample };
	others[0].who = BDL_LIT("person u");
	others[1].policy = BDL_LIT("pupils");
	others[2].clause = BDL_LIT("web.personal");
	others[3].host = BDL_LIT("other.example");
	/* The same bytes, cut elsewhere. */
	others[4].policy = BDL_LIT("staffweb");
	others[4].clause = BDL_LIT(".social");
	bdl_passes_add(f->passes, &sample, NOW, NOW + BDL_PASS_MS);
	for (size_t i = 0; i < BDL_ARRAY_LEN(others); i++) {
		if (bdl_passes_holds(f->passes, &others[i], NOW))
			fail_msg("pass %zu holds though it was never given", i);
	}
}

static void outlive_the_process(void **state)
{
	struct fixture *f = *state;
	struct bdl_err err = { 0 };
	pid_t child = fork();
	if (child == 0) {
		bdl_passes_add(f->passes, &sample, NOW, NOW + BDL_PASS_MS);
		(void)kill(getpid(), SIGKILL);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_true(bdl_passes_holds(f->passes, &sample, NOW));
	bdl_passes_close(f->passes);
	assert_int_equal(bdl_passes_open(f->path, key, &f->passes, &err), 0);
	assert_true(bdl_passes_holds(f->passes, &sample, NOW));
}

static void many_at_once(void **state)
{
	struct fixture *f = *state;
	char who[32];
	size_t lost = 0;
	for (int i = 0; i < 5000; i++) {
		struct bdl_pass p = sample;
		(void)snprintf(who, sizeof(who), "person %d", i);
		p.who = bdl_view_of(who);
		bdl_passes_add(f->passes, &p, NOW, NOW + BDL_PASS_MS);
	}
	for (int i = 0; i < 5000; i++) {
		struct bdl_pass p = sample;
		(void)snprintf(who, sizeof(who), "person %d", i);
		p.who = bdl_view_of(who);
		lost += !bdl_passes_holds(f->passes, &p, NOW);
	}
	assert_int_equal(lost, 0);
}

static void once_is_once(void **state)
{
	struct fixture *f = *state;
	uint8_t id[BDL_ONCE_ID] = "one", other[BDL_ONCE_ID] = "two";
	assert_true(bdl_passes_once(f->passes, id, NOW, NOW + 600000));
	assert_false(bdl_passes_once(f->passes, id, NOW + 1, NOW + 600000));
	assert_true(bdl_passes_once(f->passes, other, NOW, NOW + 600000));
}

/* Four processes race for each of many ids: none may be won twice, and nearly all are won. */
static void once_among_processes(void **state)
{
	struct fixture *f = *state;
	enum { IDS = 20000, RACERS = 4 };
	uint8_t *won =
	    mmap(NULL, IDS * RACERS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(won != MAP_FAILED);
	pid_t racers[RACERS];
	for (int r = 0; r < RACERS; r++) {
		racers[r] = fork();
		if (racers[r] != 0)
			continue;
		for (int i = 0; i < IDS; i++) {
			uint8_t id[BDL_ONCE_ID] = { 0 };
			memcpy(id, &i, sizeof(i));
			won[i * RACERS + r] = bdl_passes_once(f->passes, id, NOW, NOW + 600000);
		}
		_exit(0);
	}
	for (int r = 0; r < RACERS; r++) {
		int status = 0;
		assert_int_equal(waitpid(racers[r], &status, 0), racers[r]);
		assert_int_equal(status, 0);
	}
	size_t never = 0, twice = 0;
	for (int i = 0; i < IDS; i++) {
		int n = 0;
		for (int r = 0; r < RACERS; r++)
			n += won[i * RACERS + r];
		never += n == 0;
		twice += n > 1;
	}
	(void)munmap(won, IDS * RACERS); /* the test is over */
	assert_int_equal(twice, 0);
	assert_in_range(never, 0, IDS / 100);
}

static void bad_file_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct bdl_err err = { 0 };
	bdl_passes_close(f->passes);
	f->passes = NULL;
	BDL_AUTO_FD int fd = open(f->path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "rubbish", 7), 7);
	assert_int_equal(bdl_passes_open(f->path, key, &f->passes, &err), 0);
	assert_false(bdl_passes_holds(f->passes, &sample, NOW));
	bdl_passes_add(f->passes, &sample, NOW, NOW + BDL_PASS_MS);
	assert_true(bdl_passes_holds(f->passes, &sample, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hold_until_they_end, setup, teardown),
		cmocka_unit_test_setup_teardown(end_when_the_clock_is_set_back, setup, teardown),
		cmocka_unit_test_setup_teardown(are_for_one_thing, setup, teardown),
		cmocka_unit_test_setup_teardown(outlive_the_process, setup, teardown),
		cmocka_unit_test_setup_teardown(many_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(once_is_once, setup, teardown),
		cmocka_unit_test_setup_teardown(once_among_processes, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_file_is_replaced, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
