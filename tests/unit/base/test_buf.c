#include "base/buf.h"
#include "base/err.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void holds_text(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(1000);

	assert_string_equal(bdl_buf_str(&b), "");
	assert_int_equal(bdl_buf_view(&b).n, 0);
	assert_int_equal(bdl_buf_add(&b, "a\0b", 3), 0);
	assert_int_equal(bdl_buf_add_str(&b, "cd"), 0);
	assert_int_equal(bdl_buf_add_char(&b, 'e'), 0);
	assert_int_equal(bdl_buf_add_view(&b, BDL_LIT("fg")), 0);
	assert_int_equal(bdl_buf_printf(&b, "-%d-%s", 42, "x"), 0);
	assert_int_equal(b.n, 13);
	assert_memory_equal(b.p, "a\0bcdefg-42-x", 14); /* with the NUL that is not counted */
	bdl_buf_clear(&b);
	assert_string_equal(bdl_buf_str(&b), "");
	assert_int_equal(b.n, 0);
}

static void writes_numbers_as_printf_does(void **state)
{
	(void)state;
	static const uint64_t numbers[] = { 0, 1, 9, 10, 15, 16, 4096, 1234567890, UINT64_MAX };

	for (size_t i = 0; i < BDL_ARRAY_LEN(numbers); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(100), same = BDL_BUF(100);

		assert_int_equal(bdl_buf_add_uint(&b, numbers[i]), 0);
		assert_int_equal(bdl_buf_add_char(&b, ' '), 0);
		assert_int_equal(bdl_buf_add_hex(&b, numbers[i]), 0);
		(void)bdl_buf_printf(
		    &same, "%ju %jx", (uintmax_t)numbers[i], (uintmax_t)numbers[i]);
		assert_string_equal(bdl_buf_str(&b), bdl_buf_str(&same));
	}
}

static void stops_at_its_maximum(void **state)
{
	(void)state;
	volatile size_t absurd = SIZE_MAX; /* the compiler would refuse it */
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(5);

	assert_int_equal(bdl_buf_add_str(&b, "12345"), 0);
	assert_false(bdl_buf_broken(&b));
	assert_int_equal(bdl_buf_add_char(&b, '6'), BDL_E_LIMIT);
	assert_true(bdl_buf_broken(&b));
	assert_string_equal(bdl_buf_str(&b), "12345");
	assert_int_equal(bdl_buf_printf(&b, "%s", "x"), BDL_E_LIMIT);
	assert_null(bdl_buf_room(&b, 1));
	assert_int_equal(bdl_buf_add(&b, "", absurd), BDL_E_LIMIT);
	bdl_buf_clear(&b);
	assert_false(bdl_buf_broken(&b));
	assert_int_equal(bdl_buf_printf(&b, "%s", "abc"), 0);
	assert_int_equal(bdl_buf_printf(&b, "%s", "def"), BDL_E_LIMIT);
	assert_string_equal(bdl_buf_str(&b), "abc");
	assert_true(b.cap <= 6);
}

static void room_counts_when_it_is_committed(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(100000);
	char *to = bdl_buf_room(&b, 70000);

	assert_non_null(to);
	memset(to, 'z', 70000);
	assert_int_equal(b.n, 0);
	bdl_buf_commit(&b, 69999);
	assert_int_equal(b.p[69999], '\0'); /* though the room held something there */
	assert_int_equal(bdl_buf_add_char(&b, '!'), 0);
	assert_int_equal(b.n, 70000);
	assert_int_equal(b.p[69998], 'z');
	assert_int_equal(b.p[69999], '!');
	assert_int_equal(b.p[70000], '\0');
}

static void eats_from_the_front(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(100);

	bdl_buf_eat(&b, 0);
	assert_int_equal(bdl_buf_add_str(&b, "headbody"), 0);
	bdl_buf_eat(&b, 4);
	assert_string_equal(bdl_buf_str(&b), "body");
	bdl_buf_eat(&b, 4);
	assert_string_equal(bdl_buf_str(&b), "");
}

static void hands_over(void **state)
{
	(void)state;
	struct bdl_buf b = BDL_BUF(100);

	char *none = bdl_buf_take(&b);
	assert_string_equal(none, "");
	free(none);
	assert_int_equal(bdl_buf_add_str(&b, "mine"), 0);
	char *text = bdl_buf_take(&b);
	assert_string_equal(text, "mine");
	free(text);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.max, 100);
	bdl_buf_done(&b);
	bdl_buf_done(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_text),
		cmocka_unit_test(writes_numbers_as_printf_does),
		cmocka_unit_test(stops_at_its_maximum),
		cmocka_unit_test(room_counts_when_it_is_committed),
		cmocka_unit_test(eats_from_the_front),
		cmocka_unit_test(hands_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
