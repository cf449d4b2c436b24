#include "../check.h"
#include "record/acts/acts.h"
#include "record/retention/storage.h"
#include "record/visits/visits.h"
#include "stored.h"

#define NOON INT64_C(1795262400000)

static void add_acts(struct bdl_store *s, int64_t from_ms, int n)
{
	const char *text =
	    "/a-path-that-is-longer-than-most-so-that-some-pages-of-the-file-are-filled";

	assert_int_equal(bdl_store_begin(s, NULL), 0);
	for (int i = 0; i < n; i++) {
		struct bdl_act a = page_blocked(from_ms + i * 1000);
		a.path = bdl_view_of(text);
		assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	}
	assert_int_equal(bdl_store_commit(s, NULL), 0);
}

static void what_is_there_is_counted_by_kind(void **state)
{
	struct folder f = folder_make();
	struct bdl_store *s = store_make(&f);
	struct bdl_storage_row rows[BDL_STORAGE_KINDS];
	int64_t counted_ms = -1;

	(void)state;
	assert_int_equal(bdl_storage_read(s, rows, &counted_ms, NULL), 0);
	assert_int_equal(counted_ms, 0);
	add_acts(s, NOON, 700);
	assert_int_equal(bdl_storage_count(s, NOON, NULL), 0);
	assert_int_equal(bdl_storage_read(s, rows, &counted_ms, NULL), 0);
	assert_true(counted_ms == NOON);
	assert_int_equal(rows[BDL_STORAGE_ACTS].rows, 700);
	assert_true(rows[BDL_STORAGE_ACTS].oldest_ms == NOON);
	assert_true(rows[BDL_STORAGE_ACTS].bytes > 700 * 70);
	assert_int_equal(rows[BDL_STORAGE_VIOLATIONS].rows, 2); /* in ten minutes one each */
	assert_true(rows[BDL_STORAGE_VIOLATIONS].bytes > 0);
	assert_int_equal(rows[BDL_STORAGE_VISITS].rows, 0);
	assert_true(rows[BDL_STORAGE_VISITS].oldest_ms == 0);
	assert_true(rows[BDL_STORAGE_ACTS].bytes > rows[BDL_STORAGE_VISITS].bytes);
	assert_true(rows[BDL_STORAGE_OTHER].bytes > 0);
	for (int i = 0; i < BDL_STORAGE_KINDS; i++)
		assert_false(rows[i].has_growth);
	bdl_store_close(s);
	folder_done(&f);
}

static void growth_is_that_of_four_weeks(void **state)
{
	struct folder f = folder_make();
	struct bdl_store *s = store_make(&f);
	struct bdl_storage_row before[BDL_STORAGE_KINDS], rows[BDL_STORAGE_KINDS];
	int64_t counted_ms;

	(void)state;
	assert_int_equal(bdl_storage_count(s, NOON - INT64_C(40) * BDL_DAY_MS, NULL), 0);
	add_acts(s, NOON, 500);
	assert_int_equal(bdl_storage_count(s, NOON, NULL), 0);
	assert_int_equal(bdl_storage_read(s, before, &counted_ms, NULL), 0);
	assert_false(before[BDL_STORAGE_ACTS].has_growth); /* 40 days ago is too long ago */
	add_acts(s, NOON + BDL_DAY_MS, 2000);
	assert_int_equal(bdl_storage_count(s, NOON + 4 * BDL_DAY_MS, NULL), 0);
	assert_int_equal(bdl_storage_count(s, NOON + 4 * BDL_DAY_MS + 5, NULL), 0);
	assert_int_equal(bdl_storage_read(s, rows, &counted_ms, NULL), 0);
	assert_true(counted_ms == NOON + 4 * BDL_DAY_MS + 5);
	assert_true(rows[BDL_STORAGE_ACTS].has_growth);
	assert_true(rows[BDL_STORAGE_ACTS].bytes_a_day ==
	    (rows[BDL_STORAGE_ACTS].bytes - before[BDL_STORAGE_ACTS].bytes) / 4);
	assert_true(rows[BDL_STORAGE_ACTS].bytes_a_day > 0);
	assert_int_equal(rows[BDL_STORAGE_REFUSED].bytes_a_day, 0);
	/* Of a year figures are kept, of one day one. */
	assert_int_equal(
	    store_number(s, "SELECT count(*) FROM storage_figure WHERE kind = 'acts'"), 3);
	assert_int_equal(bdl_storage_count(s, NOON + INT64_C(340) * BDL_DAY_MS, NULL), 0);
	assert_int_equal(
	    store_number(s, "SELECT count(*) FROM storage_figure WHERE kind = 'acts'"), 3);
	bdl_store_close(s);
	folder_done(&f);
}

static void what_went_is_added_up_by_the_day(void **state)
{
	const struct bdl_retention_sum none = { 0 }, some = { .acts = 3, .refused = 1 };
	struct folder f = folder_make();
	struct bdl_store *s = store_make(&f);
	struct bdl_deletion last;
	int64_t ran_ms = -1;

	(void)state;
	assert_int_equal(bdl_deletion_ran(s, &ran_ms, NULL), 0);
	assert_true(ran_ms == 0);
	assert_int_equal(bdl_deletion_keep(s, &none, NOON, NULL), 0);
	assert_int_equal(bdl_deletion_last(s, &last, NULL), 0);
	assert_true(last.ended_ms == 0);
	assert_int_equal(bdl_deletion_ran(s, &ran_ms, NULL), 0);
	assert_true(ran_ms == NOON);
	assert_int_equal(bdl_deletion_keep(s, &some, NOON, NULL), 0);
	assert_int_equal(bdl_deletion_keep(s, &some, NOON + 1, NULL), 0);
	assert_int_equal(bdl_deletion_last(s, &last, NULL), 0);
	assert_true(last.ended_ms == NOON + 1);
	assert_int_equal(last.gone.acts, 6);
	assert_int_equal(last.gone.refused, 2);
	assert_int_equal(bdl_deletion_keep(s, &some, NOON + BDL_DAY_MS, NULL), 0);
	assert_int_equal(bdl_deletion_last(s, &last, NULL), 0);
	assert_int_equal(last.gone.acts, 3);
	assert_int_equal(bdl_deletion_keep(s, &none, NOON + BDL_DAY_MS + 1, NULL), 0);
	assert_int_equal(bdl_deletion_keep(s, &none, NOON + 2 * BDL_DAY_MS, NULL), 0);
	assert_int_equal(bdl_deletion_last(s, &last, NULL), 0);
	assert_true(last.ended_ms == NOON + BDL_DAY_MS);
	assert_int_equal(last.gone.acts, 3);
	assert_int_equal(bdl_deletion_ran(s, &ran_ms, NULL), 0);
	assert_true(ran_ms == NOON + 2 * BDL_DAY_MS);
	bdl_store_close(s);
	folder_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_counted_by_kind),
		cmocka_unit_test(growth_is_that_of_four_weeks),
		cmocka_unit_test(what_went_is_added_up_by_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
