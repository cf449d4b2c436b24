#include "../check.h"
#include "base/clock.h"
#include "record/jobs.h"
#include "stored.h"
#include <time.h>

/* Two clerks, each with a connection of its own, and a clock that stands still until it is moved. */
struct two {
	struct folder folder;
	struct bdl_store *a, *b;
	struct bdl_region *region;
	int64_t now_ms;
	struct bdl_schedule daily;
};

#define NOON    INT64_C(1795262400000)
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)
#define TOLD_MS 1000
#define NAME    BDL_LIT("backup")
#define ANNE    BDL_LIT("anne")
#define BEN     BDL_LIT("ben")

static int set_up(void **state)
{
	struct two *t = calloc(1, sizeof(*t));

	BDL_BUG_IF(!t);
	t->folder = folder_make();
	t->a = store_make(&t->folder);
	t->b = store_make(&t->folder);
	t->region = bdl_region_new(65536);
	t->now_ms = NOON;
	t->daily = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = DAY_MS };
	assert_int_equal(bdl_job_plan(t->a, NAME, &t->daily, t->now_ms, NULL), 0);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct two *t = *state;

	bdl_region_free(t->region);
	bdl_store_close(t->a);
	bdl_store_close(t->b);
	folder_done(&t->folder);
	free(t);
	return 0;
}

static struct bdl_job_row row(struct two *t)
{
	struct bdl_job_row *rows;
	size_t n;

	assert_int_equal(bdl_jobs_list(t->b, t->region, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	return rows[0];
}

static bool take(struct two *t, struct bdl_store *s, struct bdl_view who, bool asked)
{
	struct bdl_err err = { 0 };
	bool taken = false;

	if (bdl_job_take(s, NAME, who, asked, t->now_ms, &taken, &err))
		fail_msg("%s", err.text);
	return taken;
}

static bool hold(struct two *t, struct bdl_store *s, struct bdl_view who)
{
	bool held = false;

	assert_int_equal(bdl_job_hold(s, NAME, who, t->now_ms, &held, NULL), 0);
	return held;
}

static bool end(struct two *t, struct bdl_store *s, struct bdl_view who, bool went_well)
{
	struct bdl_job_end how = { went_well, went_well ? BDL_LIT("14 pages") : BDL_LIT("no room"),
		1234 };
	bool held = false;

	assert_int_equal(bdl_job_end(s, NAME, who, &t->daily, &how, t->now_ms, &held, NULL), 0);
	return held;
}

static void one_of_two_takes_it(void **state)
{
	struct two *t = *state;

	assert_true(take(t, t->a, ANNE, false));
	assert_false(take(t, t->b, BEN, false));
	assert_false(take(t, t->b, BEN, true)); /* not even where it is asked for */
	check_view("holder", row(t).holder, "anne");
	assert_false(end(t, t->b, BEN, true));
	t->now_ms += 1234;
	assert_true(end(t, t->a, ANNE, true));
	struct bdl_job_row r = row(t);
	check_view("holder", r.holder, "");
	check_view("result", r.result, "14 pages");
	check_view("schedule", r.schedule, "every 1 day");
	check_long("next", r.next_ms, NOON + 1234 + DAY_MS);
	check_long("took", r.took_ms, 1234);
	check_long("ended", r.ended_ms, NOON + 1234);
	check_long("runs", r.runs, 1);
	assert_false(take(t, t->b, BEN, false)); /* it is done for today */
	assert_true(take(t, t->b, BEN, true));
}

static void a_silent_holder_is_followed_by_another(void **state)
{
	struct two *t = *state;

	assert_true(take(t, t->a, ANNE, false));
	t->now_ms += BDL_JOB_LEASE_MS - 1;
	assert_true(hold(t, t->a, ANNE));
	t->now_ms += BDL_JOB_LEASE_MS - 1;
	assert_false(take(t, t->b, BEN, false)); /* she said that she goes on */
	t->now_ms += 1;
	assert_true(take(t, t->b, BEN, false));
	check_long("failures", row(t).failures, 1);
	check_view("result", row(t).result, "ended in the middle");
	/* She was only slow: what she says now is about a run that is not hers. */
	assert_false(hold(t, t->a, ANNE));
	assert_false(end(t, t->a, ANNE, true));
	check_view("holder", row(t).holder, "ben");
	assert_true(end(t, t->b, BEN, true));
	check_long("failures", row(t).failures, 0);
}

static void what_is_let_go_is_due_as_it_was(void **state)
{
	struct two *t = *state;

	assert_true(take(t, t->a, ANNE, false));
	assert_int_equal(bdl_job_drop(t->b, NAME, BEN, NULL), 0); /* not his to let go */
	check_view("holder", row(t).holder, "anne");
	assert_int_equal(bdl_job_drop(t->a, NAME, ANNE, NULL), 0);
	assert_true(take(t, t->b, BEN, false));
	check_long("failures", row(t).failures, 0);
}

static void failures_are_counted_and_tried_again(void **state)
{
	struct two *t = *state;

	for (int i = 1; i <= 3; i++) {
		assert_true(take(t, t->a, ANNE, false));
		assert_true(end(t, t->a, ANNE, false));
		check_long("failures", row(t).failures, i);
		check_long("next", row(t).next_ms, t->now_ms + (HOUR_MS / 4 << (i - 1)));
		assert_false(take(t, t->b, BEN, false));
		t->now_ms = row(t).next_ms;
	}
	assert_true(take(t, t->b, BEN, false));
	assert_true(end(t, t->b, BEN, true));
	check_long("failures", row(t).failures, 0);
}

static void what_was_missed_is_done_once(void **state)
{
	struct two *t = *state;

	assert_true(take(t, t->a, ANNE, false));
	assert_true(end(t, t->a, ANNE, true));
	t->now_ms += 30 * DAY_MS;
	assert_int_equal(bdl_job_plan(t->b, NAME, &t->daily, t->now_ms, NULL), 0);
	assert_true(take(t, t->b, BEN, false));
	assert_true(end(t, t->b, BEN, true));
	assert_false(take(t, t->a, ANNE, false));
	check_long("next", row(t).next_ms, t->now_ms + DAY_MS);
	check_long("runs", row(t).runs, 2);
}

static void a_clock_that_jumped_is_got_over(void **state)
{
	struct two *t = *state;

	/* Years ahead, by a clock without a battery; then the right time comes from the network. */
	t->now_ms = NOON + 3650 * DAY_MS;
	assert_true(take(t, t->a, ANNE, false));
	assert_true(end(t, t->a, ANNE, true));
	assert_true(take(t, t->a, ANNE, true)); /* and is in hand still */
	t->now_ms = NOON;
	assert_int_equal(bdl_job_plan(t->b, NAME, &t->daily, t->now_ms, NULL), 0);
	check_long("next", row(t).next_ms, NOON + DAY_MS);
	check_long("until", row(t).until_ms, NOON + BDL_JOB_LEASE_MS);
	t->now_ms += BDL_JOB_LEASE_MS;
	assert_false(take(t, t->b, BEN, false)); /* not due */
	assert_true(take(t, t->b, BEN, true));
}

static void another_schedule_begins_anew(void **state)
{
	struct two *t = *state;
	struct bdl_schedule never = { .kind = BDL_SCHEDULE_NEVER };

	assert_int_equal(bdl_job_plan(t->a, NAME, &never, t->now_ms, NULL), 0);
	assert_true(row(t).next_ms == INT64_MAX);
	assert_false(take(t, t->a, ANNE, false));
	t->daily.every_ms = HOUR_MS;
	assert_int_equal(bdl_job_plan(t->a, NAME, &t->daily, t->now_ms, NULL), 0);
	check_view("schedule", row(t).schedule, "every 1 hour");
	check_long("next", row(t).next_ms, t->now_ms);
}

/* Whether another has committed since; where that is told a moment after it, with time for the word. */
static bool has_changed(struct bdl_store *s, int64_t before)
{
	int64_t now = before, end_ms = bdl_tick_ms() + (store_is_pg() ? TOLD_MS : 0);

	do
		assert_int_equal(bdl_store_change(s, &now, NULL), 0);
	while (now == before && bdl_tick_ms() < end_ms);
	return now != before;
}

/* A clerk looks every second: where nothing changes nothing is written. */
static void to_look_writes_nothing(void **state)
{
	struct two *t = *state;
	int64_t before = 0;

	assert_int_equal(bdl_store_change(t->b, &before, NULL), 0);
	t->now_ms += HOUR_MS;
	assert_int_equal(bdl_job_plan(t->a, NAME, &t->daily, t->now_ms, NULL), 0);
	assert_false(has_changed(t->b, before));
	assert_true(take(t, t->a, ANNE, false));
	assert_true(has_changed(t->b, before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_of_two_takes_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_silent_holder_is_followed_by_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    failures_are_counted_and_tried_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_let_go_is_due_as_it_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_missed_is_done_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_jumped_is_got_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_schedule_begins_anew, set_up, tear_down),
		cmocka_unit_test_setup_teardown(to_look_writes_nothing, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
