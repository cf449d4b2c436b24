#include "doors/web/released.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void reads_what_it_writes(void **state)
{
	(void)state;
	static const struct bdl_released notes[] = {
		{ 0xfedcba9876543210, 20780, 1500000, BDL_RELEASED_DOWN },
		{ 1, 0, 0, BDL_RELEASED_BOTH },
	};
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_RELEASED_TEXT_MAX + 32);
	struct bdl_released got;
	uint64_t passed;

	for (size_t i = 0; i < BDL_ARRAY_LEN(notes); i++)
		bdl_released_write(&notes[i], &text);
	assert_string_equal(bdl_buf_str(&text), "fedcba9876543210-512c-16e360-1,1-0-0-3");
	(void)bdl_buf_add_str(&text, " 1234 66");
	struct bdl_view line = bdl_buf_view(&text);
	for (size_t i = 0; i < BDL_ARRAY_LEN(notes); i++) {
		assert_true(bdl_released_next(&line, &got, &passed));
		assert_int_equal(got.entry, notes[i].entry);
		assert_int_equal(got.step, notes[i].step);
		assert_int_equal(got.counted, notes[i].counted);
		assert_int_equal(passed, i == 0 ? 1234 : 1300);
	}
	assert_false(bdl_released_next(&line, &got, &passed));
}

static void takes_nothing_else(void **state)
{
	(void)state;
	static const char *const lines[] = { "", "-", "- 1 2", "1-2-3-1", "1-2-3-1 5",
		"1-2-3-1 5 x", "1-2-3-1 -5 6", "1-2-3-2 5 6", "1-2-3-4 5 6", "1-2-3 5 6",
		"1-2-3-1-1 5 6", "g-2-3-1 5 6", "1-100000000-3-1 5 6", "1-2-8000000000000000-1 5 6",
		"11111111111111111-2-3-1 5 6", " 5 6" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(lines); i++) {
		struct bdl_view line = bdl_view_of(lines[i]);
		struct bdl_released got;
		uint64_t passed;

		if (bdl_released_next(&line, &got, &passed))
			fail_msg("'%s' was taken", lines[i]);
	}
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
	(void)state;
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(12);
	struct bdl_released note = { 0xab, 1, 2, BDL_RELEASED_DOWN };

	bdl_released_write(&note, &text);
	bdl_released_write(&note, &text);
	assert_string_equal(bdl_buf_str(&text), "ab-1-2-1");
	assert_false(bdl_buf_broken(&text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(takes_nothing_else),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
