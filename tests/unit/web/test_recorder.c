#include "base/alloc.h"
#include "doors/web/recorder.h"
#include "record/journal/journal.h"
#include "sys/log.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char root[64], folder[128];
	uv_loop_t loop;
	struct bdl_slot slot;
	struct bdl_recorder *recorder;
};

/* A waiter that notes the order in which it was called. */
struct seen {
	struct bdl_waiter waiter;
	int order;
};
static int calls;

static void on_done(struct bdl_waiter *w)
{
	BDL_CONTAINER(w, struct seen, waiter)->order = ++calls;
}

static void quiet(const char *line, void *arg)
{
	(void)line;
	(void)arg;
}

static int setup(void **state)
{
	struct fixture *f = bdl_xalloc(sizeof(*f));
	bdl_log_divert(quiet, NULL);
	calls = 0;
	(void)snprintf(f->root, sizeof(f->root), "/tmp/beadle-recorder-XXXXXX");
	assert_non_null(mkdtemp(f->root));
	(void)snprintf(f->folder, sizeof(f->folder), "%s/web-0", f->root);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	*state = f;
	return 0;
}

static void stop(struct fixture *f)
{
	bdl_recorder_stop(f->recorder);
	assert_int_equal(uv_run(&f->loop, UV_RUN_DEFAULT), 0);
	bdl_recorder_free(f->recorder);
	f->recorder = NULL;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	DIR *d = opendir(f->folder);
	for (struct dirent *e; d && (e = readdir(d));)
		(void)unlinkat(dirfd(d), e->d_name, 0); /* "." and ".." are no files */
	if (d)
		(void)closedir(d); /* it was only read */
	(void)rmdir(f->folder);    /* a test may leave a file there, or nothing */
	(void)unlink(f->folder);
	assert_int_equal(rmdir(f->root), 0);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	free(f);
	bdl_log_divert(NULL, NULL);
	return 0;
}

static struct bdl_act act_of(const char *host)
{
	return (struct bdl_act){ .at_ms = 1, .action = BDL_BLOCK, .host = bdl_view_of(host) };
}

/* How many acts a reader finds, the last one's host being `last`. */
static size_t recorded(const struct fixture *f, const char *last)
{
	struct bdl_journal_reader *r = NULL;
	struct bdl_journal_entry e;
	struct bdl_err err = { 0 };
	struct bdl_act a = { 0 };
	size_t n = 0;
	if (bdl_journal_reader_open(f->folder, (struct bdl_journal_place){ 0 }, &r, &err) < 0)
		fail_msg("%s", err.text);
	while (bdl_journal_next(r, &e, &err) > 0) {
		assert_int_equal(bdl_act_decode(e.payload, &a, &err), 0);
		n++;
	}
	if (n > 0 && !bdl_view_is(a.host, last))
		fail_msg("last act: got '%.*s', want '%s'", BDL_FMT(a.host), last);
	bdl_journal_reader_close(r);
	return n;
}

static void waiters_share_a_sync(void **state)
{
	struct fixture *f = *state;
	struct seen first = { .waiter.done = on_done }, second = first, third = first;
	struct seen late = first;
	struct bdl_act a = act_of("a.example"), b = act_of("b.example");

	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	assert_false(bdl_recorder_wait(f->recorder, &first.waiter)); /* nothing to wait for */
	bdl_recorder_add(f->recorder, &a);
	assert_true(bdl_recorder_wait(f->recorder, &first.waiter));
	bdl_recorder_add(f->recorder, &b);
	assert_true(bdl_recorder_wait(f->recorder, &second.waiter));
	assert_true(bdl_recorder_wait(f->recorder, &third.waiter));
	assert_int_equal(calls, 0);            /* never from within */
	(void)uv_run(&f->loop, UV_RUN_NOWAIT); /* begins the sync; its end may come at once */
	bdl_recorder_add(f->recorder, &b);
	assert_true(bdl_recorder_wait(f->recorder, &late.waiter));
	while (!late.order)
		(void)uv_run(&f->loop, UV_RUN_ONCE); /* a timer keeps it alive */
	assert_true(0 < first.order && first.order < second.order && second.order < third.order);
	assert_int_equal(late.order, 4); /* it needs a sync of its own */
	assert_int_equal(recorded(f, "b.example"), 3);
	assert_false(bdl_recorder_wait(f->recorder, &first.waiter));
	assert_false(bdl_recorder_failing(f->recorder));
	stop(f);
}

static void add_strict(struct fixture *f, struct seen *w)
{
	struct bdl_act a = act_of("a.example");

	bdl_recorder_add(f->recorder, &a);
	assert_true(bdl_recorder_wait(f->recorder, &w->waiter));
}

/* Many at a time wait until the last sync was begun a while ago. */
static void many_wait_for_more(void **state)
{
	struct fixture *f = *state;
	struct seen first = { .waiter.done = on_done }, many[8];

	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	uint64_t begun_ns = uv_hrtime();
	add_strict(f, &first);
	while (!first.order)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	for (size_t i = 0; i < BDL_ARRAY_LEN(many); i++) {
		many[i] = (struct seen){ .waiter.done = on_done };
		add_strict(f, &many[i]);
	}
	while (!many[0].order)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	assert_true(uv_hrtime() - begun_ns >= 1500000);
	stop(f);
	assert_int_equal(recorded(f, "a.example"), 1 + BDL_ARRAY_LEN(many));
}

static bool has_spare(const struct fixture *f)
{
	char path[192];
	(void)snprintf(path, sizeof(path), "%s/spare", f->folder);
	return access(path, F_OK) == 0;
}

static void add_and_sync(struct fixture *f)
{
	struct seen w = { .waiter.done = on_done };

	add_strict(f, &w);
	while (!w.order)
		(void)uv_run(&f->loop, UV_RUN_ONCE); /* a timer keeps it alive */
}

/* A spare segment that cannot be made is not tried again with each sync, but each second. */
static void a_spare_that_fails_waits_for_the_timer(void **state)
{
	struct fixture *f = *state;
	char path[192];

	(void)snprintf(path, sizeof(path), "%s/spare", f->folder);
	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	assert_int_equal(mkdir(path, 0700), 0);
	add_and_sync(f); /* its end begins to make one */
	while (f->loop.active_reqs.count > 0)
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	assert_int_equal(rmdir(path), 0);
	uint64_t began_ms = uv_now(&f->loop);
	for (int i = 0; i < 20; i++)
		add_and_sync(f);
	uv_update_time(&f->loop);
	/* A machine that is too busy cannot tell. */
	assert_false(uv_now(&f->loop) - began_ms < 500 && has_spare(f));
	while (!has_spare(f))
		(void)uv_run(&f->loop, UV_RUN_ONCE);
	stop(f);
}

static void stopping_keeps_what_was_added(void **state)
{
	struct fixture *f = *state;
	struct seen w = { .waiter.done = on_done };
	struct bdl_act a = act_of("a.example");

	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	bdl_recorder_add(f->recorder, &a);
	assert_true(bdl_recorder_wait(f->recorder, &w.waiter));
	stop(f);
	assert_int_equal(w.order, 1);
	assert_int_equal(recorded(f, "a.example"), 1);
}

static void failing_is_counted_and_mended(void **state)
{
	struct fixture *f = *state;
	struct seen w = { .waiter.done = on_done };
	struct bdl_act a = act_of("a.example");
	FILE *in_the_way = fopen(f->folder, "w");

	assert_non_null(in_the_way);
	assert_int_equal(fclose(in_the_way), 0);
	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	assert_true(bdl_recorder_failing(f->recorder));
	bdl_recorder_add(f->recorder, &a);
	assert_int_equal(atomic_load(&f->slot.counters[BDL_COUNT_UNRECORDED]), 1);
	assert_false(bdl_recorder_wait(f->recorder, &w.waiter)); /* answered all the same */

	assert_int_equal(unlink(f->folder), 0);
	while (bdl_recorder_failing(f->recorder))
		(void)uv_run(&f->loop, UV_RUN_ONCE); /* until its timer has tried again */
	bdl_recorder_add(f->recorder, &a);
	assert_int_equal(atomic_load(&f->slot.counters[BDL_COUNT_UNRECORDED]), 1);
	stop(f);
	assert_int_equal(recorded(f, "a.example"), 1);
}

/* As a full disk does: no file may grow, until `may`. */
static void files_may_grow(bool may)
{
	struct rlimit limit = { 0 };
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = may ? limit.rlim_max : 0;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void has_taken_room_before_the_first_act(void **state)
{
	struct fixture *f = *state;
	struct bdl_act a = act_of("a.example");

	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	files_may_grow(false);
	bdl_recorder_add(f->recorder, &a);
	files_may_grow(true);
	assert_false(bdl_recorder_failing(f->recorder));
	assert_int_equal(atomic_load(&f->slot.counters[BDL_COUNT_UNRECORDED]), 0);
	stop(f);
	assert_int_equal(recorded(f, "a.example"), 1);
}

static void notices_room_without_an_act(void **state)
{
	struct fixture *f = *state;

	(void)signal(SIGXFSZ, SIG_IGN);
	files_may_grow(false);
	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	files_may_grow(true);
	assert_true(bdl_recorder_failing(f->recorder));
	for (int i = 0; i < 3 && bdl_recorder_failing(f->recorder); i++)
		(void)uv_run(&f->loop, UV_RUN_ONCE); /* a look at the timer each */
	assert_false(bdl_recorder_failing(f->recorder));
	stop(f);
	assert_int_equal(recorded(f, ""), 0);
}

static void too_large_an_act_is_counted(void **state)
{
	struct fixture *f = *state;
	BDL_AUTO_FREE char *path = malloc(BDL_ACT_BYTES_MAX);
	struct bdl_act a = act_of("a.example");

	memset(path, 'p', BDL_ACT_BYTES_MAX);
	a.path = bdl_view_at(path, BDL_ACT_BYTES_MAX);
	f->recorder = bdl_recorder_new(&f->loop, f->folder, &f->slot);
	bdl_recorder_add(f->recorder, &a);
	assert_int_equal(atomic_load(&f->slot.counters[BDL_COUNT_UNRECORDED]), 1);
	assert_true(bdl_recorder_failing(f->recorder));
	a.path.n = 100;
	bdl_recorder_add(f->recorder, &a);
	assert_false(bdl_recorder_failing(f->recorder));
	stop(f);
	assert_int_equal(recorded(f, "a.example"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(waiters_share_a_sync, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_spare_that_fails_waits_for_the_timer, setup, teardown),
		cmocka_unit_test_setup_teardown(many_wait_for_more, setup, teardown),
		cmocka_unit_test_setup_teardown(stopping_keeps_what_was_added, setup, teardown),
		cmocka_unit_test_setup_teardown(failing_is_counted_and_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    has_taken_room_before_the_first_act, setup, teardown),
		cmocka_unit_test_setup_teardown(notices_room_without_an_act, setup, teardown),
		cmocka_unit_test_setup_teardown(too_large_an_act_is_counted, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
