#include "base/region.h"
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void gives_zeroed_and_aligned(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 20);
	unsigned char *before = NULL;

	for (size_t n = 0; n < 300; n++) {
		unsigned char *p = bdl_region_get(r, n);

		assert_non_null(p);
		assert_ptr_not_equal(p, before);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, n);
		before = p;
	}
	assert_false(bdl_region_broken(r));
}

static void stops_at_its_maximum(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1024);

	assert_non_null(bdl_region_get(r, 1000));
	assert_null(bdl_region_get(r, 100));
	assert_true(bdl_region_broken(r));
	/* Broken for good, so that one look at the end is enough. */
	assert_null(bdl_region_get(r, 1));
	assert_null(bdl_region_str(r, BDL_LIT("x")));
	assert_null(bdl_region_printf(r, "%d", 1));
	assert_int_equal(bdl_region_view(r, BDL_LIT("x")).n, 0);
	assert_true(bdl_region_used(r) <= 1024);
}

static void absurd_sizes_are_refused(void **state)
{
	(void)state;
	static const struct {
		size_t n, size;
	} rows[] = { { SIZE_MAX, 1 }, { SIZE_MAX / 2, 3 }, { SIZE_MAX - 8, 1 },
		{ 1UL << 32, 1UL << 32 } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(SIZE_MAX);

		assert_null(bdl_region_array(r, rows[i].n, rows[i].size));
		assert_true(bdl_region_broken(r));
	}
}

static void copies_text(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 20);
	char text[] = "clause";
	char *s = bdl_region_str(r, bdl_view_of(text));
	struct bdl_view v = bdl_region_view(r, bdl_view_at(text, 3));
	const char *f = bdl_region_printf(r, "%s %d", text, 32);

	memset(text, '-', sizeof(text) - 1);
	assert_string_equal(s, "clause");
	assert_int_equal(v.n, 3);
	assert_string_equal(v.p, "cla");
	assert_string_equal(f, "clause 32");
	assert_string_equal(bdl_region_str(r, bdl_view_at(NULL, 0)), "");
}

static void large_pieces_do_not_disturb_small_ones(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(10 << 20);
	char *small[100];

	for (int i = 0; i < 100; i++) {
		small[i] = bdl_region_printf(r, "piece %d", i);
		memset(bdl_region_get(r, 50000), 0xaa, 50000);
	}
	for (int i = 0; i < 100; i++) {
		char want[32];

		(void)snprintf(want, sizeof(want), "piece %d", i);
		assert_string_equal(small[i], want);
	}
	assert_true(bdl_region_used(r) >= 5000000);
}

/* Work that takes a second block takes none when it is done again: the larger is kept. */
static void keeps_its_largest_block(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(1 << 20);

	assert_non_null(bdl_region_get(r, 4000));
	unsigned char *second = bdl_region_get(r, 5000);
	memset(second, 0xff, 5000);
	bdl_region_reset(r);
	unsigned char *again = bdl_region_get(r, 4000);
	assert_ptr_equal(again, second);
	assert_ptr_equal(bdl_region_get(r, 4000), again + 4000);
	for (size_t i = 0; i < 8000; i++)
		assert_int_equal(again[i], 0);
}

static void starts_again(void **state)
{
	(void)state;
	BDL_AUTO(bdl_region_free) struct bdl_region *r = bdl_region_new(100000);
	void *first = bdl_region_get(r, 100);

	memset(first, 0xff, 100);
	assert_non_null(bdl_region_get(r, 90000));
	assert_null(bdl_region_get(r, 90000));
	bdl_region_reset(r);
	assert_false(bdl_region_broken(r));
	assert_int_equal(bdl_region_used(r), 0);
	unsigned char *again = bdl_region_get(r, 100);
	assert_ptr_equal(again, first);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(again[i], 0);
	assert_non_null(bdl_region_get(r, 90000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_and_aligned),
		cmocka_unit_test(stops_at_its_maximum),
		cmocka_unit_test(absurd_sizes_are_refused),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(large_pieces_do_not_disturb_small_ones),
		cmocka_unit_test(keeps_its_largest_block),
		cmocka_unit_test(starts_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
