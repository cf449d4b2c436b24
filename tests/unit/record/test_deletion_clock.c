/* A clock that jumps ahead deletes nothing before it has stayed so for an hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record/retention/deletion_clock.h"

#define T0     1795261200000
#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define BOOT   (5 * MINUTE) /* on the ticking clock */

static bool at(struct bdl_deletion_clock *c, int64_t now_ms, int64_t tick_ms)
{
	return bdl_deletion_clock_is_believed(c, now_ms, tick_ms);
}

static void a_clock_that_goes_is_believed(void **state)
{
	(void)state;
	struct bdl_deletion_clock c = { 0 };

	assert_true(at(&c, T0, BOOT));
	for (int i = 1; i < 3000; i++)
		assert_true(at(&c, T0 + i * 10 * MINUTE, BOOT + i * 10 * MINUTE));
	/* Set right by a few hours, or back by years. */
	assert_true(at(&c, T0 + 21 * DAY + 5 * HOUR, BOOT + 21 * DAY));
	assert_true(at(&c, T0 - 2000 * DAY, BOOT + 21 * DAY + HOUR));
}

static void a_jump_is_doubted_for_an_hour(void **state)
{
	(void)state;
	struct bdl_deletion_clock c = { 0 };

	assert_true(at(&c, T0, BOOT));
	assert_false(at(&c, T0 + 400 * DAY, BOOT + MINUTE));
	assert_false(at(&c, T0 + 400 * DAY + 50 * MINUTE, BOOT + 51 * MINUTE));
	assert_true(at(&c, T0 + 400 * DAY + 60 * MINUTE, BOOT + 61 * MINUTE));
	assert_true(at(&c, T0 + 400 * DAY + 70 * MINUTE, BOOT + 71 * MINUTE));
}

static void a_jump_that_is_set_right_never_was(void **state)
{
	(void)state;
	struct bdl_deletion_clock c = { 0 };

	assert_true(at(&c, T0, BOOT));
	assert_false(at(&c, T0 + 400 * DAY, BOOT + MINUTE));
	assert_true(at(&c, T0 + 40 * MINUTE, BOOT + 40 * MINUTE));
	assert_false(at(&c, T0 + 400 * DAY, BOOT + 50 * MINUTE));
	assert_false(at(&c, T0 + 400 * DAY + 50 * MINUTE, BOOT + 100 * MINUTE));
	/* Another jump begins another hour. */
	assert_false(at(&c, T0 + 900 * DAY, BOOT + 111 * MINUTE));
	assert_false(at(&c, T0 + 900 * DAY + 50 * MINUTE, BOOT + 161 * MINUTE));
	assert_true(at(&c, T0 + 900 * DAY + 60 * MINUTE, BOOT + 171 * MINUTE));
}

/* What an earlier process believed counts at the start, so that starting anew is no way around it. */
static void a_start_is_not_believed_either(void **state)
{
	(void)state;
	struct bdl_deletion_clock c = { .believed_ms = T0 };

	assert_true(at(&c, T0 + 20 * DAY, BOOT));
	c = (struct bdl_deletion_clock){ .believed_ms = T0 };
	assert_false(at(&c, T0 + 22 * DAY, BOOT));
	assert_false(at(&c, T0 + 22 * DAY + 30 * MINUTE, BOOT + 30 * MINUTE));
	assert_true(at(&c, T0 + 22 * DAY + 60 * MINUTE, BOOT + 60 * MINUTE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clock_that_goes_is_believed),
		cmocka_unit_test(a_jump_is_doubted_for_an_hour),
		cmocka_unit_test(a_jump_that_is_set_right_never_was),
		cmocka_unit_test(a_start_is_not_believed_either),
	};

	return cmocka_run_group_tests_name("deletion_clock", tests, NULL, NULL);
}
