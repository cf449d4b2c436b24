#include "../check.h"
#include "base/clock.h"
#include "base/schedule.h"
#include <stdlib.h>
#include <time.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static int use_london(void **state)
{
	(void)state;
	setenv("TZ", "Europe/London", 1);
	tzset();
	return 0;
}

static struct bdl_schedule schedule(const char *text)
{
	struct bdl_schedule s;

	if (!bdl_schedule_parse(bdl_view_of(text), &s))
		fail_msg("'%s' was refused", text);
	return s;
}

static int64_t moment(const char *text)
{
	int64_t ms = 0;

	if (!bdl_time_parse(bdl_view_of(text), &ms))
		fail_msg("'%s' is no time", text);
	return ms;
}

static void reads_and_writes(void **state)
{
	(void)state;
	static const struct {
		const char *text, *again;
	} rows[] = {
		{ "every 1 day", "every 1 day" },
		{ "every  24 hours ", "every 1 day" },
		{ "every 90 minutes", "every 90 minutes" },
		{ "every 14 days", "every 2 weeks" },
		{ "every 1 minute", "every 1 minute" },
		{ "every 366 days", "every 366 days" },
		{ "at 02:30", "at 02:30" },
		{ "at 00:00", "at 00:00" },
		{ "never", "never" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		char got[BDL_SCHEDULE_TEXT];
		struct bdl_schedule s = schedule(rows[i].text);

		bdl_schedule_write(&s, got);
		check_view(rows[i].text, bdl_view_of(got), rows[i].again);
	}
}

static void refuses_what_is_none(void **state)
{
	(void)state;
	static const char *const rows[] = { "", " ", "every", "every day", "every 0 days",
		"every 1", "every 1 day more", "every -1 day", "every 367 days", "every 53 weeks",
		"every 99999999999999999999 minutes", "every 1 second", "at", "at 2:30", "at 24:00",
		"at 12:60", "at 12-30", "at 12:300", "at 12:30 daily", "never ever", "Every 1 day",
		"daily" };
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_schedule s;

		if (bdl_schedule_parse(bdl_view_of(rows[i]), &s))
			fail_msg("'%s' was taken", rows[i]);
	}
}

static void a_period_is_counted_from_what_was_done(void **state)
{
	(void)state;
	struct bdl_schedule s = schedule("every 6 hours");
	int64_t now = moment("2026-11-21T12:00:00Z");

	check_long("first", bdl_schedule_first(&s, now), now);
	check_long("after", bdl_schedule_after(&s, now), now + 6 * HOUR_MS);
}

static void a_time_of_day_is_the_next_one(void **state)
{
	(void)state;
	static const struct {
		const char *now, *at, *want;
	} rows[] = {
		{ "2026-11-21T12:00:00Z", "at 02:30", "2026-11-22T02:30:00Z" },
		{ "2026-11-21T02:29:59Z", "at 02:30", "2026-11-21T02:30:00Z" },
		{ "2026-11-21T02:30:00Z", "at 02:30", "2026-11-22T02:30:00Z" },
		{ "2026-11-21T02:30:59Z", "at 02:30", "2026-11-22T02:30:00Z" },
		{ "2026-12-31T23:59:00Z", "at 00:00", "2027-01-01T00:00:00Z" },
		/* In summer the wall is an hour ahead of UTC. */
		{ "2026-07-01T00:00:00Z", "at 02:30", "2026-07-01T01:30:00Z" },
		/* 29 March 2026: 01:00 becomes 02:00, so there is no 01:30. */
		{ "2026-03-28T12:00:00Z", "at 01:30", "2026-03-29T01:30:00Z" },
		{ "2026-03-28T12:00:00Z", "at 02:30", "2026-03-29T01:30:00Z" },
		{ "2026-03-28T12:00:00Z", "at 12:30", "2026-03-28T12:30:00Z" },
		/* 25 October 2026: 02:00 becomes 01:00, so there are two 01:30s. */
		{ "2026-10-24T12:00:00Z", "at 01:30", "2026-10-25T00:30:00Z" },
		{ "2026-10-24T12:00:00Z", "at 02:30", "2026-10-25T02:30:00Z" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_schedule s = schedule(rows[i].at);
		char got[BDL_ISO_LEN], want[BDL_ISO_LEN];

		bdl_time_iso(bdl_schedule_after(&s, moment(rows[i].now)), got);
		bdl_time_iso(moment(rows[i].want), want);
		check_view(rows[i].now, bdl_view_of(got), want);
	}
	struct bdl_schedule s = schedule("at 02:30");
	int64_t now = moment("2026-11-21T12:00:00Z");
	check_long("first", bdl_schedule_first(&s, now), bdl_schedule_after(&s, now));
}

/* Through both changes of the clocks: always later, always within 26 hours, once for each day. */
static void a_time_of_day_comes_once_a_day(void **state)
{
	(void)state;
	for (int minute = 0; minute < 24 * 60; minute += 30) {
		struct bdl_schedule s = { .kind = BDL_SCHEDULE_AT, .minute = minute };
		int64_t at = moment("2026-01-01T12:00:00Z");
		for (int day = 0; day < 365; day++) {
			int64_t next = bdl_schedule_after(&s, at);

			if (next <= at || (day > 0 && next - at < 22 * HOUR_MS) ||
			    next - at > 26 * HOUR_MS)
				fail_msg("minute %d, day %d: %lld ms", minute, day,
				    (long long)(next - at));
			at = next;
		}
	}
}

static void what_fails_is_tried_sooner(void **state)
{
	(void)state;
	struct bdl_schedule day = schedule("every 1 day"), often = schedule("every 10 minutes");
	int64_t now = moment("2026-11-21T12:00:00Z");

	check_long("once", bdl_schedule_retry(&day, now, 1), now + HOUR_MS / 4);
	check_long("twice", bdl_schedule_retry(&day, now, 2), now + HOUR_MS / 2);
	check_long("five times", bdl_schedule_retry(&day, now, 5), now + 4 * HOUR_MS);
	check_long("for ever", bdl_schedule_retry(&day, now, INT64_MAX), now + 4 * HOUR_MS);
	check_long("often", bdl_schedule_retry(&often, now, 9), now + HOUR_MS / 6);
}

static void a_clock_that_was_wrong_is_got_over(void **state)
{
	(void)state;
	struct bdl_schedule day = schedule("every 1 day");
	int64_t now = moment("2026-11-21T12:00:00Z");

	check_long("year 2199", bdl_schedule_mend(&day, moment("2199-01-01T00:00:00Z"), now),
	    now + DAY_MS);
	check_long("tomorrow", bdl_schedule_mend(&day, now + HOUR_MS, now), now + HOUR_MS);
	check_long("missed", bdl_schedule_mend(&day, 0, now), 0);
}

static void never_is_never(void **state)
{
	(void)state;
	struct bdl_schedule s = schedule("never");

	assert_true(bdl_schedule_first(&s, 5) == INT64_MAX);
	assert_true(bdl_schedule_after(&s, 5) == INT64_MAX);
	assert_true(bdl_schedule_retry(&s, 5, 3) == INT64_MAX);
	assert_true(bdl_schedule_mend(&s, 7, 5) == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(a_period_is_counted_from_what_was_done),
		cmocka_unit_test(a_time_of_day_is_the_next_one),
		cmocka_unit_test(a_time_of_day_comes_once_a_day),
		cmocka_unit_test(what_fails_is_tried_sooner),
		cmocka_unit_test(a_clock_that_was_wrong_is_got_over),
		cmocka_unit_test(never_is_never),
	};
	return cmocka_run_group_tests(tests, use_london, NULL);
}
