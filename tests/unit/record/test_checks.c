/* Results of checks: which are the last, what is news, what is kept, and what they came to in a year. */
#include "../check.h"
#include "record/checks/checks.h"
#include "record/ledger/ledger.h"
#include "stored.h"

#define NOON   INT64_C(1795262400000)
#define DAY_MS INT64_C(86400000)

static const struct bdl_check_key filter = { .host = BDL_LIT(""),
	.policy = BDL_LIT("staff"),
	.clause = BDL_LIT("it.checks"),
	.name = BDL_LIT("filter") };
static const struct bdl_check_key lists = { .host = BDL_LIT(""),
	.policy = BDL_LIT("staff"),
	.clause = BDL_LIT("it.checks"),
	.name = BDL_LIT("lists") };

struct kept {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_region *region;
};

static int set_up(void **state)
{
	struct kept *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	k->folder = folder_make();
	k->store = store_make(&k->folder);
	k->region = bdl_region_new((size_t)8 * 1024 * 1024);
	*state = k;
	return 0;
}

static int tear_down(void **state)
{
	struct kept *k = *state;

	bdl_region_free(k->region);
	bdl_store_close(k->store);
	folder_done(&k->folder);
	free(k);
	return 0;
}

static struct bdl_check_row row_of(
    const struct bdl_check_key *key, const char *who, enum bdl_check_outcome outcome, int64_t at_ms)
{
	return (struct bdl_check_row){
		.key = *key,
		.who = bdl_view_of(who),
		.place = BDL_LIT(""),
		.outcome = outcome,
		.began_ms = at_ms,
		.took_ms = 12,
		.asked = 3,
		.said = BDL_LIT("It was found."),
		.mend = BDL_LIT("Mend it."),
		.tell = BDL_LIT("technicians head"),
	};
}

static void keep(struct kept *k, const struct bdl_check_key *key, enum bdl_check_outcome staff,
    enum bdl_check_outcome unknown, int64_t at_ms)
{
	const struct bdl_check_row rows[] = { row_of(key, "staff", staff, at_ms),
		row_of(key, "unknown", unknown, at_ms) };

	assert_int_equal(bdl_checks_keep(k->store, key, rows, 2, NULL), 0);
}

static size_t last(struct kept *k, struct bdl_check_row **ret)
{
	size_t n;

	assert_int_equal(bdl_checks_last(k->store, k->region, ret, &n, NULL), 0);
	return n;
}

static void the_last_run_takes_the_place_of_the_one_before(void **state)
{
	struct kept *k = *state;
	struct bdl_check_row *rows;

	assert_int_equal(last(k, &rows), 0);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON);
	keep(k, &lists, BDL_CHECK_NOT_RUN, BDL_CHECK_PASSED, NOON);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON + DAY_MS);
	assert_int_equal(last(k, &rows), 4);
	/* Those that failed, those that could not run, the others. */
	assert_int_equal(rows[0].outcome, BDL_CHECK_FAILED);
	check_view("check", rows[0].key.name, "filter");
	check_view("who", rows[0].who, "unknown");
	check_view("said", rows[0].said, "It was found.");
	check_view("mend", rows[0].mend, "Mend it.");
	check_view("tell", rows[0].tell, "technicians head");
	assert_int_equal(rows[0].began_ms, NOON + DAY_MS);
	assert_int_equal(rows[0].took_ms, 12);
	assert_int_equal(rows[0].asked, 3);
	check_view("check", rows[1].key.name, "lists");
	assert_int_equal(rows[1].outcome, BDL_CHECK_NOT_RUN);
	assert_int_equal(rows[2].outcome, BDL_CHECK_PASSED);
}

static size_t news(struct kept *k, int64_t *after, struct bdl_check_row **ret)
{
	int64_t newest = -2;
	size_t n = 99;

	assert_int_equal(bdl_checks_news(k->store, *after, k->region, ret, &n, &newest, NULL), 0);
	assert_true(newest >= 0);
	*after = newest;
	return n;
}

static void what_came_to_something_else_is_news_once(void **state)
{
	struct kept *k = *state;
	struct bdl_check_row *rows;
	int64_t after = -1;

	assert_int_equal(news(k, &after, &rows), 0);
	/* At first what did not pass is news, and what passed is none. */
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON);
	assert_int_equal(news(k, &after, &rows), 1);
	check_view("who", rows[0].who, "unknown");
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON + 1);
	assert_int_equal(news(k, &after, &rows), 0);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON + 2);
	assert_int_equal(news(k, &after, &rows), 1);
	assert_int_equal(rows[0].outcome, BDL_CHECK_PASSED);
	assert_true(rows[0].is_news);
	assert_int_equal(news(k, &after, &rows), 0);
}

/* The clerk's own, begun before somebody asked for one and put down after it. */
static void a_run_that_was_outrun_is_neither_last_nor_news(void **state)
{
	struct kept *k = *state;
	struct bdl_check_row *rows;
	struct bdl_check_row slow = row_of(&filter, "staff", BDL_CHECK_NOT_RUN, NOON);
	int64_t after = 0;

	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON + 5);
	slow.took_ms = 10;
	assert_int_equal(bdl_checks_keep(k->store, &filter, &slow, 1, NULL), 0);
	assert_int_equal(last(k, &rows), 2);
	assert_int_equal(rows[0].outcome, BDL_CHECK_PASSED);
	assert_int_equal(news(k, &after, &rows), 0);
	/* What was put down in a time to come was not before this: a clock was put right. */
	slow.took_ms = 4;
	assert_int_equal(bdl_checks_keep(k->store, &filter, &slow, 1, NULL), 0);
	assert_int_equal(last(k, &rows), 1);
	assert_int_equal(rows[0].outcome, BDL_CHECK_NOT_RUN);
	assert_int_equal(news(k, &after, &rows), 1);
}

static size_t in_ledger(struct kept *k, int64_t kind, struct bdl_view *ret_record)
{
	struct bdl_ledger_line *lines;
	size_t n, found = 0;

	assert_int_equal(bdl_ledger_list(k->store, 100, k->region, &lines, &n, NULL), 0);
	for (size_t i = 0; i < n; i++)
		if (lines[i].kind == kind && found++ == 0)
			*ret_record = lines[i].record;
	return found;
}

static void what_is_news_stands_in_the_ledger(void **state)
{
	struct kept *k = *state;
	struct bdl_view record;

	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON + 1);
	assert_int_equal(in_ledger(k, BDL_LEDGER_CHECKED, &record), 1);
	check_view("record", record, "checks/filter/2");
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON + 2);
	assert_int_equal(in_ledger(k, BDL_LEDGER_CHECKED, &record), 2);
}

static void a_review_is_kept_with_what_there_was(void **state)
{
	struct kept *k = *state;
	struct bdl_check_review r = {
		.at_ms = NOON, .person = BDL_LIT("A. Head"), .note = BDL_LIT("")
	};
	struct bdl_check_review *rows;
	struct bdl_view record;
	struct bdl_err err;
	size_t n;

	assert_int_equal(bdl_checks_review(k->store, &r, &err), BDL_E_INVALID);
	r.note = BDL_LIT("One to mend.");
	assert_int_equal(bdl_checks_review(k->store, &r, &err), BDL_E_MISSING);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON - 1);
	keep(k, &lists, BDL_CHECK_NOT_RUN, BDL_CHECK_PASSED, NOON - 1);
	assert_int_equal(bdl_checks_review(k->store, &r, &err), 0);
	r.note = BDL_LIT("Mended.");
	assert_int_equal(bdl_checks_review(k->store, &r, &err), 0);
	assert_int_equal(
	    bdl_checks_reviews(k->store, NOON, NOON + 1, k->region, &rows, &n, &err), 0);
	assert_int_equal(n, 2);
	check_view("note", rows[0].note, "Mended.");
	check_view("person", rows[1].person, "A. Head");
	assert_int_equal(rows[1].passed, 2);
	assert_int_equal(rows[1].failed, 1);
	assert_int_equal(rows[1].not_run, 1);
	assert_int_equal(in_ledger(k, BDL_LEDGER_REVIEWED, &record), 2);
	assert_true(rows[0].id != rows[1].id);
	int64_t newest = rows[0].id;
	/* As long as results, and no longer. */
	assert_int_equal(bdl_checks_sweep(k->store, BDL_LIT(""), &filter, 1,
			     NOON + (BDL_CHECKS_KEPT_DAYS + 1) * DAY_MS, NULL),
	    0);
	assert_int_equal(bdl_checks_reviews(k->store, 0, INT64_MAX, k->region, &rows, &n, &err), 0);
	assert_int_equal(n, 0);
	/* The ledger goes on naming those that are gone. */
	assert_int_equal(bdl_checks_review(k->store, &r, &err), 0);
	assert_int_equal(r.id, newest + 1);
}

static void what_is_in_force_no_more_is_nobodys_last(void **state)
{
	struct kept *k = *state;
	struct bdl_check_row *rows;
	struct bdl_check_sum *sums;
	size_t n;

	keep(k, &filter, BDL_CHECK_FAILED, BDL_CHECK_FAILED, NOON);
	keep(k, &lists, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON);
	assert_int_equal(
	    bdl_checks_sweep(k->store, bdl_view_of("elsewhere"), NULL, 0, NOON, NULL), 0);
	assert_int_equal(last(k, &rows), 4);
	assert_int_equal(bdl_checks_sweep(k->store, bdl_view_of(""), &lists, 1, NOON, NULL), 0);
	assert_int_equal(last(k, &rows), 2);
	check_view("check", rows[0].key.name, "lists");
	/* Its results are on record all the same. */
	assert_int_equal(bdl_checks_sums(k->store, NOON, NOON + 1, k->region, &sums, &n, NULL), 0);
	assert_int_equal(n, 4);
	check_view("check", sums[0].key.name, "filter");
	assert_int_equal(sums[0].failed, 1);
}

static void seven_terms_are_kept(void **state)
{
	struct kept *k = *state;
	int64_t oldest_ms = 0, now_ms = NOON + BDL_CHECKS_KEPT_DAYS * DAY_MS;

	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON + 2);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, now_ms);
	assert_int_equal(bdl_checks_sweep(k->store, bdl_view_of(""), &filter, 1, now_ms, NULL), 0);
	assert_int_equal(bdl_checks_oldest(k->store, &oldest_ms, NULL), 0);
	assert_int_equal(oldest_ms, NOON);
	assert_int_equal(
	    bdl_checks_sweep(k->store, bdl_view_of(""), &filter, 1, now_ms + 1, NULL), 0);
	assert_int_equal(bdl_checks_oldest(k->store, &oldest_ms, NULL), 0);
	assert_int_equal(oldest_ms, NOON + 2);
}

static void a_year_is_summed_up(void **state)
{
	struct kept *k = *state;
	struct bdl_check_sum *sums;
	struct bdl_check_row *changes;
	size_t n;

	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON + 1);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_FAILED, NOON + 2);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_NOT_RUN, NOON + 3);
	keep(k, &filter, BDL_CHECK_PASSED, BDL_CHECK_PASSED, NOON + 4);
	assert_int_equal(bdl_checks_sums(k->store, NOON, NOON + 4, k->region, &sums, &n, NULL), 0);
	assert_int_equal(n, 2);
	check_view("who", sums[1].who, "unknown");
	assert_int_equal(sums[0].passed, 4);
	assert_int_equal(sums[1].passed, 1);
	assert_int_equal(sums[1].failed, 2);
	assert_int_equal(sums[1].not_run, 1);
	assert_int_equal(sums[1].first_ms, NOON);
	assert_int_equal(sums[1].last_ms, NOON + 3);
	assert_int_equal(
	    bdl_checks_changes(k->store, NOON, NOON + 5, k->region, &changes, &n, NULL), 0);
	assert_int_equal(n, 3); /* it broke, could not run, and worked again */
	assert_int_equal(changes[0].began_ms, NOON + 1);
	assert_int_equal(changes[1].outcome, BDL_CHECK_NOT_RUN);
	assert_int_equal(changes[2].outcome, BDL_CHECK_PASSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    the_last_run_takes_the_place_of_the_one_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_came_to_something_else_is_news_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_news_stands_in_the_ledger, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_review_is_kept_with_what_there_was, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_run_that_was_outrun_is_neither_last_nor_news, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_in_force_no_more_is_nobodys_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(seven_terms_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_year_is_summed_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
