#include "record/acts/acts.h"
#include "record/acts/figures.h"
#include "record/acts/figures_int.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MINUTE 60000
#define DAY    20778 /* 21 November 2026, a Saturday */
#define NOON   (DAY * INT64_C(86400000) + 12 * 60 * MINUTE)

struct desk {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_region *region;
};

static struct desk desk_make(void)
{
	struct desk d = { .folder = folder_make(), .region = bdl_region_new(1000000) };

	d.store = store_make(&d.folder);
	return d;
}

static void desk_done(struct desk *d)
{
	bdl_store_close(d->store);
	bdl_region_free(d->region);
	folder_done(&d->folder);
}

/* An act at a moment of UTC, whose door's clock is so many minutes ahead of it. */
static struct bdl_act act_at(int64_t at_ms, int64_t ahead)
{
	struct bdl_act a = page_blocked(at_ms);
	int64_t minute = at_ms / MINUTE + 3 * 1440 + ahead; /* 1970 began on a Thursday */

	a.weekday = (uint8_t)(minute / 1440 % 7);
	a.minute = (uint16_t)(minute % 1440);
	return a;
}

static void add(struct desk *d, const struct bdl_act *a)
{
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_store_begin(d->store, &err), 0);
	if (bdl_acts_add(d->store, a, &err) || bdl_store_commit(d->store, &err))
		fail_msg("add an act: %s", err.text);
}

/* The rows as text: "09 block 2 coach 1 violations 1; ...". */
static const char *listed(struct desk *d, enum bdl_figures_by by, int64_t from, int64_t before)
{
	struct bdl_figure *rows;
	struct bdl_err err = { 0 };
	const char *text = "";
	size_t n;

	if (bdl_figures_list(d->store, by, from, before, d->region, &rows, &n, &err))
		fail_msg("list: %s", err.text);
	for (size_t i = 0; i < n; i++) {
		const struct bdl_figure *f = &rows[i];
		text = bdl_region_printf(d->region, "%s%s%.*s%s%.*s", text, i ? "; " : "",
		    BDL_FMT(f->policy), f->policy.n ? "#" : "", BDL_FMT(f->name));
		if (f->day)
			text = bdl_region_printf(d->region, "%s%lld", text, (long long)f->day);
		for (int a = 0; a < BDL_ACTIONS; a++)
			if (f->acts[a])
				text = bdl_region_printf(d->region, "%s %s %lld", text,
				    bdl_action_word((enum bdl_action)a), (long long)f->acts[a]);
		if (f->violations)
			text = bdl_region_printf(
			    d->region, "%s violations %lld", text, (long long)f->violations);
	}
	return text;
}

static void counts_by_day_hour_clause_and_category(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act a = act_at(NOON, 0);

	assert_string_equal(listed(&d, BDL_FIGURES_BY_DAY, 0, INT64_MAX), "");
	add(&d, &a);
	add(&d, &a); /* of the same violation */
	a = act_at(NOON + 70 * MINUTE, 0);
	a.action = BDL_COACH;
	a.clause = BDL_LIT("web.social");
	a.categories = BDL_LIT("social-networks leisure");
	add(&d, &a);
	a.action = BDL_NOTE;
	a.policy = BDL_LIT("pupils");
	a.categories = BDL_LIT("");
	add(&d, &a);
	a = act_at(NOON + 24 * 60 * MINUTE, 0);
	a.action = BDL_ALLOW;
	a.policy = a.clause = a.clauses = BDL_LIT("");
	add(&d, &a);
	assert_string_equal(listed(&d, BDL_FIGURES_BY_DAY, 0, INT64_MAX),
	    "20778 note 1 coach 1 block 2 violations 2; 20779 allow 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_HOUR, DAY, DAY + 1),
	    "12 block 2 violations 1; 13 note 1 coach 1 violations 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_HOUR, DAY + 1, DAY + 2), "12 allow 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_CLAUSE, 0, INT64_MAX),
	    "staff#web.gambling block 2 violations 1; staff#web.social coach 1 violations 1;"
	    " pupils#web.social note 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_CATEGORY, 0, INT64_MAX),
	    "gambling allow 1 block 2 violations 1; leisure coach 1 violations 1;"
	    " social-networks coach 1 violations 1;  note 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_DAY, DAY + 2, INT64_MAX), "");
}

/* The day and the hour are the door's, also where they differ from those of UTC. */
static void days_are_those_of_the_school(void **state)
{
	(void)state;
	static const struct {
		int64_t at, ahead; /* minutes since midnight in UTC */
		const char *day, *hour;
	} cases[] = {
		{ 0, 0, "20778", "00" },
		{ 23 * 60 + 59, 0, "20778", "23" },
		{ 23 * 60 + 59, 60, "20779", "00" },
		{ 10, -60, "20777", "23" },
		{ 18 * 60 + 29, 330, "20778", "23" },
		{ 18 * 60 + 30, 330, "20779", "00" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct desk d BDL_AUTO_IN(desk_done) = desk_make();
		struct bdl_act a =
		    act_at(DAY * INT64_C(86400000) + cases[i].at * MINUTE, cases[i].ahead);
		char want[64];
		add(&d, &a);
		(void)snprintf(want, sizeof(want), "%s block 1 violations 1", cases[i].day);
		assert_string_equal(listed(&d, BDL_FIGURES_BY_DAY, 0, INT64_MAX), want);
		(void)snprintf(want, sizeof(want), "%s block 1 violations 1", cases[i].hour);
		assert_string_equal(listed(&d, BDL_FIGURES_BY_HOUR, 0, INT64_MAX), want);
	}
}

/* Counted in memory first it comes to the same, however many names there are. */
static void many_at_once(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_figures *f = bdl_figures_new();
	char name[16];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 2000; i++) {
			struct bdl_act a = act_at(NOON, 0);
			(void)snprintf(name, sizeof(name), "c%d", i % 1000);
			a.categories = bdl_view_of(name);
			bdl_figures_add(f, &a, 3);
		}
		assert_int_equal(bdl_store_begin(d.store, NULL), 0);
		assert_int_equal(bdl_figures_store(f, d.store, NULL), 0);
		assert_int_equal(bdl_store_commit(d.store, NULL), 0);
		bdl_figures_clear(f);
	}
	assert_string_equal(listed(&d, BDL_FIGURES_BY_DAY, 0, INT64_MAX), "20778 block 12000");
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM figure WHERE kind = 2"), 1000);
	assert_int_equal(store_number(d.store, "SELECT min(acts) FROM figure WHERE kind = 2"), 12);
	assert_int_equal(store_number(d.store, "SELECT max(acts) FROM figure WHERE kind = 2"), 12);
	bdl_figures_free(f);
}

/* What a store of the program before had counted by quarters of an hour, and the violations in it. */
static void what_was_counted_before_is_taken_over(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act a = act_at(NOON + 9 * 60 * MINUTE, 0);

	add(&d, &a);
	store_run(d.store, "DROP TABLE figure");
	store_migrate(&d.folder, "0003_totals.sql");
	store_run(d.store,
	    "INSERT INTO act_total (school, quarter_ms, action, acts)"
	    " VALUES (1, 1795248000000 + 900000, 0, 5), (1, 1795248000000 + 1800000, 0, 7),"
	    " (1, 1795248000000 - 1, 0, 1)");
	store_migrate(&d.folder, "0016_figures.sql");
	assert_string_equal(
	    listed(&d, BDL_FIGURES_BY_DAY, 0, INT64_MAX), "20778 allow 13 block 1 violations 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_HOUR, 0, INT64_MAX),
	    "07 allow 1; 08 allow 12; 21 block 1 violations 1");
	assert_string_equal(listed(&d, BDL_FIGURES_BY_CLAUSE, 0, INT64_MAX),
	    "staff#web.gambling block 1 violations 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_day_hour_clause_and_category),
		cmocka_unit_test(days_are_those_of_the_school),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(what_was_counted_before_is_taken_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
