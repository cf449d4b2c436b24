#include "base/alloc.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void zeroed(void **state)
{
	(void)state;
	BDL_AUTO_FREE unsigned char *p = bdl_xalloc(64);
	BDL_AUTO_FREE uint64_t *q = bdl_xcalloc(8, sizeof(*q));

	for (size_t i = 0; i < 64; i++)
		assert_int_equal(p[i], 0);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(q[i], 0);
}

static void nothing_is_something(void **state)
{
	(void)state;
	BDL_AUTO_FREE void *p = bdl_xalloc(0);
	BDL_AUTO_FREE void *q = bdl_xcalloc(0, 8);

	assert_non_null(p);
	assert_non_null(q);
	assert_ptr_not_equal(p, q);
}

static void copies(void **state)
{
	(void)state;
	BDL_AUTO_FREE char *s = bdl_xstrdup("clause");
	BDL_AUTO_FREE char *empty = bdl_xstrdup("");
	BDL_AUTO_FREE char *v = bdl_xview_dup(bdl_view_at("policy and more", 6));
	BDL_AUTO_FREE char *none = bdl_xview_dup(bdl_view_at(NULL, 0));
	BDL_AUTO_FREE char *text = bdl_xprintf("%s-%03d", "web", 7);

	assert_string_equal(s, "clause");
	assert_string_equal(empty, "");
	assert_string_equal(v, "policy");
	assert_string_equal(none, "");
	assert_string_equal(text, "web-007");
}

static void grows(void **state)
{
	(void)state;
	BDL_AUTO_FREE int *items = NULL;
	size_t cap = 0, moves = 0;

	for (size_t n = 0; n < 1000; n++) {
		size_t before = cap;

		items = bdl_xgrow(items, n, &cap, sizeof(items[0]));
		assert_true(cap > n);
		moves += cap != before;
		items[n] = (int)n;
	}
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(items[n], n);
	assert_true(moves <= 10); /* it doubles: 8, 16 .. 1024 */
}

static void steals(void **state)
{
	(void)state;
	char *kept;
	{
		BDL_AUTO_FREE char *p = bdl_xstrdup("kept");
		kept = bdl_steal(&p);
		assert_null(p);
	}
	assert_string_equal(kept, "kept");
	free(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed),
		cmocka_unit_test(nothing_is_something),
		cmocka_unit_test(copies),
		cmocka_unit_test(grows),
		cmocka_unit_test(steals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
