#include "base/clock.h"
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static int use_london(void **state)
{
	(void)state;
	setenv("TZ", "Europe/London", 1);
	tzset();
	return 0;
}

static void clocks_go_forward(void **state)
{
	(void)state;
	const struct timespec nap = { .tv_nsec = 20000000 };
	int64_t tick = bdl_tick_ms();

	nanosleep(&nap, NULL);
	assert_in_range(bdl_tick_ms() - tick, 19, 5000);
	/* After this was written, and in milliseconds rather than another unit. */
	assert_in_range(bdl_now_ms(), INT64_C(1700000000000), INT64_C(10000000000000));
}

static void writes_iso(void **state)
{
	(void)state;
	static const struct {
		int64_t at_ms;
		const char *want;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_C(1795261201234), "2026-11-21T11:40:01.234Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
		{ INT64_MIN, "0000-01-01T00:00:00.000Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		char got[BDL_ISO_LEN];

		bdl_time_iso(rows[i].at_ms, got);
		assert_string_equal(got, rows[i].want);
	}
}

static void writes_as_people_read(void **state)
{
	(void)state;
	static const struct {
		int64_t at_ms;
		const char *want;
	} rows[] = {
		{ INT64_C(1795261201234), "Saturday 21 November 2026, 11:40" },
		{ INT64_C(1782864300000), "Wednesday 1 July 2026, 01:05" }, /* summer time */
		{ 0, "Thursday 1 January 1970, 01:00" }, /* London kept +1 all that year */
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		char got[BDL_LONG_LEN];

		bdl_time_long(rows[i].at_ms, got);
		assert_string_equal(got, rows[i].want);
	}
	char got[BDL_LONG_LEN];
	bdl_time_long(INT64_MAX, got);
	assert_true(strlen(got) < BDL_LONG_LEN);
}

static void short_times_are_local_and_of_one_length(void **state)
{
	char got[BDL_SHORT_LEN];

	(void)state;
	assert_string_equal(bdl_time_short(INT64_C(1774745999999), got), "2026-03-29 00:59");
	assert_string_equal(bdl_time_short(INT64_C(1774746000000), got), "2026-03-29 02:00");
	assert_int_equal(strlen(bdl_time_short(INT64_MAX, got)), BDL_SHORT_LEN - 1);
}

static void civil_time_is_local(void **state)
{
	(void)state;
	/* Sunday 29 March 2026: London goes from 00:59:59 to 02:00:00. */
	struct bdl_civil before = bdl_civil_local(INT64_C(1774745999999));
	struct bdl_civil after = bdl_civil_local(INT64_C(1774746000000));

	assert_int_equal(before.minute, 59);
	assert_int_equal(before.second, 59);
	assert_int_equal(after.minute, 120);
	assert_int_equal(after.weekday, 6);
	assert_int_equal(after.day, 29);
	assert_int_equal(after.month, 3);
	assert_int_equal(after.year, 2026);
}

static void parses(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		int64_t want_ms;
	} rows[] = {
		{ "2026-11-21T11:40:01.234Z", true, INT64_C(1795261201234) },
		{ "2026-11-21T11:40:01Z", true, INT64_C(1795261201000) },
		{ "2026-11-21T11:40:01.5Z", true, INT64_C(1795261201500) },
		{ "2026-11-21T11:40:01.123456789Z", true, INT64_C(1795261201123) },
		{ "2026-11-21T11:40", true, INT64_C(1795261200000) },
		{ "2026-07-01T01:05", true, INT64_C(1782864300000) }, /* local: summer time */
		{ "2026-07-01T01:05Z", true, INT64_C(1782867900000) },
		{ "2024-02-29T00:00Z", true, INT64_C(1709164800000) },
		{ "2000-02-29T00:00Z", true, INT64_C(951782400000) },
		{ "2026-02-29T00:00Z", false, 0 },
		{ "2100-02-29T00:00Z", false, 0 },
		{ "2026-13-01T00:00Z", false, 0 },
		{ "2026-00-01T00:00Z", false, 0 },
		{ "2026-01-32T00:00Z", false, 0 },
		{ "2026-01-01T24:00Z", false, 0 },
		{ "2026-01-01T23:60Z", false, 0 },
		{ "2026-01-01T23:59:60Z", false, 0 },
		{ "2026-01-01T23:59:01.Z", false, 0 },
		{ "2026-01-01T23:59:01.1234567890Z", false, 0 },
		{ "2026-01-01 23:59Z", false, 0 },
		{ "2026-01-01T23:59ZZ", false, 0 },
		{ "2026-01-01T23:59+01:00", false, 0 },
		{ "2026-1-01T23:59", false, 0 },
		{ "+026-01-01T23:59", false, 0 },
		{ "2026-01-01", false, 0 },
		{ "", false, 0 },
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		int64_t got = 77;
		bool ok = bdl_time_parse(bdl_view_of(rows[i].text), &got);

		if (ok != rows[i].ok || got != (ok ? rows[i].want_ms : 77))
			fail_msg("'%s': got %d %" PRId64 ", want %d %" PRId64, rows[i].text, ok,
			    got, rows[i].ok, rows[i].want_ms);
	}
}

static void parses_days(void **state)
{
	static const char *const none[] = { "", "2026-11-2", "2026-11-31", "2026-13-01",
		"2026/11/21", "2026-11-21T09:30", "2026-11-21 ", "twentyone!" };
	int64_t got = 77, want;

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(none); i++)
		if (bdl_day_parse(bdl_view_of(none[i]), &got) || got != 77)
			fail_msg("'%s' is a day", none[i]);
	assert_true(bdl_day_parse(BDL_LIT("2026-11-21"), &got));
	assert_true(bdl_time_parse(BDL_LIT("2026-11-21T00:00"), &want));
	assert_int_equal(got, want);
}

static void parses_what_it_writes(void **state)
{
	(void)state;
	for (int64_t at = 1; at < INT64_C(4000000000000); at = at * 3 + 1) {
		char text[BDL_ISO_LEN];
		int64_t got;

		bdl_time_iso(at, text);
		assert_true(bdl_time_parse(bdl_view_of(text), &got));
		assert_int_equal(got, at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_go_forward),
		cmocka_unit_test(writes_iso),
		cmocka_unit_test(writes_as_people_read),
		cmocka_unit_test(short_times_are_local_and_of_one_length),
		cmocka_unit_test(civil_time_is_local),
		cmocka_unit_test(parses),
		cmocka_unit_test(parses_days),
		cmocka_unit_test(parses_what_it_writes),
	};
	return cmocka_run_group_tests(tests, use_london, NULL);
}
