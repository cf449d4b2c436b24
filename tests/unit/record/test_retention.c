/* How long records are kept, and that no others go. */
#include "../check.h"
#include "base/clock.h"
#include "ledgered.h"
#include "published.h"
#include "record/acts/acts.h"
#include "record/ledger/ledger.h"
#include "record/policies/drafts.h"
#include "record/policies/imports.h"
#include "record/policies/replays.h"
#include "record/retention/holds.h"
#include "record/retention/retention.h"
#include "record/store/numbers_int.h"
#include "record/visits/visits_int.h"
#include <time.h>

#define DAY INT64_C(86400000)

static int64_t at(const char *when)
{
	int64_t ms = -1;

	if (!bdl_time_parse(bdl_view_of(when), &ms))
		fail_msg("no time: %s", when);
	return ms;
}

/* --- spans --- */

static void spans_reach_back_to_a_day(void **state)
{
	(void)state;
	static const struct {
		const char *now;
		struct bdl_span span;
		const char *want; /* NULL: for ever */
	} cases[] = {
		{ "2026-11-21T16:30", { 90, BDL_UNIT_DAY }, "2026-08-23T00:00" },
		{ "2026-11-21T00:00", { 1, BDL_UNIT_DAY }, "2026-11-20T00:00" },
		{ "2026-11-21T23:59", { 1, BDL_UNIT_DAY }, "2026-11-20T00:00" },
		{ "2026-11-21T16:30", { 2, BDL_UNIT_WEEK }, "2026-11-07T00:00" },
		{ "2026-11-21T16:30", { 1, BDL_UNIT_YEAR }, "2025-11-21T00:00" },
		{ "2028-02-29T16:30", { 1, BDL_UNIT_YEAR }, "2027-02-28T00:00" },
		{ "2026-05-31T16:30", { 3, BDL_UNIT_MONTH }, "2026-02-28T00:00" },
		{ "2026-01-15T16:30", { 1, BDL_UNIT_MONTH }, "2025-12-15T00:00" },
		{ "2026-11-21T16:30", { 1, BDL_UNIT_TERM }, "2026-07-21T00:00" },
		{ "2026-11-21T16:30", { 2, BDL_UNIT_HOUR }, "2026-11-21T14:30" },
		{ "2026-11-21T16:30", { 5, BDL_UNIT_MINUTE }, "2026-11-21T16:25" },
		/* Across both changes of the clock. */
		{ "2026-11-01T12:00", { 8, BDL_UNIT_DAY }, "2026-10-24T00:00" },
		{ "2026-04-01T12:00", { 8, BDL_UNIT_DAY }, "2026-03-24T00:00" },
		{ "2026-11-21T16:30", { 100, BDL_UNIT_YEAR }, NULL },
		{ "2026-11-21T16:30", { 4000000000, BDL_UNIT_YEAR }, NULL },
		{ "2026-11-21T16:30", { 0, BDL_UNIT_DAY }, NULL },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++)
		check_long(cases[i].now, bdl_span_before(cases[i].span, at(cases[i].now)),
		    cases[i].want ? at(cases[i].want) : BDL_KEPT_EVER);
}

/* For each moment at which a record may be made, the first at which the span has left it behind. */
static void a_record_is_past_its_time_when_deletion_says_so(void **state)
{
	static const struct {
		const char *at;
		struct bdl_span span;
		const char *want; /* NULL: never */
	} cases[] = {
		{ "2026-11-21T16:30", { 90, BDL_UNIT_DAY }, "2027-02-20T00:00" },
		{ "2026-11-21T00:00", { 1, BDL_UNIT_DAY }, "2026-11-23T00:00" },
		{ "2026-11-20T23:59", { 1, BDL_UNIT_DAY }, "2026-11-22T00:00" },
		{ "2025-11-20T16:30", { 1, BDL_UNIT_YEAR }, "2026-11-21T00:00" },
		{ "2026-01-30T12:00", { 1, BDL_UNIT_MONTH },
		    "2026-03-01T00:00" }, /* no 31 February */
		{ "2026-03-20T12:00", { 8, BDL_UNIT_DAY }, "2026-03-29T00:00" },
		{ "2026-11-21T14:30", { 2, BDL_UNIT_HOUR }, "2026-11-21T16:30" },
		{ "2026-11-21T16:30", { 0, BDL_UNIT_DAY }, NULL },
		{ "2026-11-21T16:30", { 300, BDL_UNIT_YEAR }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		int64_t at_ms = at(cases[i].at), past_ms = bdl_span_past(cases[i].span, at_ms);
		/* What lies exactly there stays; a minute's last moment is meant by hours. */
		int64_t late = cases[i].span.unit == BDL_UNIT_HOUR;
		check_long(
		    cases[i].at, past_ms, cases[i].want ? at(cases[i].want) + late : BDL_KEPT_EVER);
		if (!cases[i].want)
			continue;
		assert_true(bdl_span_before(cases[i].span, past_ms) > at_ms);
		assert_true(bdl_span_before(cases[i].span, past_ms - 1) <= at_ms);
	}
}

/* --- which rule holds --- */

static struct bdl_view keeping(char out[1024], const char *binds, const char *rules)
{
	int n = snprintf(out, 1024,
	    "---\ntitle: Rules\nschool: Northgate School\nowner: head\n"
	    "approver: full governing body\nreview: every 12 months\nbinds: %s\n---\n\n"
	    "# Rules\n\n## 1.1 Records {#records}\nWe keep them.\n\n```rules\n%s\n```\n\n"
	    "## 1.2 Pages {#web.pages}\nNo.\n\n```rules\nblock web to category gambling\n```\n",
	    binds, rules);

	BDL_BUG_IF(n < 0 || n >= 1024);
	return bdl_view_at(out, (size_t)n);
}

static void the_shortest_time_holds_for_visits(void **state)
{
	(void)state;
	static const struct {
		const char *staff, *pupils;
		const char *visits, *staffs, *pupils_violations, *others; /* NULL: for ever */
	} cases[] = {
		{ "note web", "note web", "2026-08-23", "2025-11-21", "2025-11-21", "2025-11-21" },
		{ "keep visits for 1 year", "note web", "2025-11-21", "2025-11-21", "2025-11-21",
		    "2025-11-21" },
		{ "keep visits for 1 year", "keep visits for 30 days", "2026-10-22", "2025-11-21",
		    "2025-11-21", "2025-11-21" },
		{ "keep visits for ever", "keep visits for 2 years", "2024-11-21", "2025-11-21",
		    "2025-11-21", "2025-11-21" },
		{ "keep visits for ever", "note web", NULL, "2025-11-21", "2025-11-21",
		    "2025-11-21" },
		{ "keep violations for 3 years", "keep violations for 6 months", "2026-08-23",
		    "2023-11-21", "2026-05-21", "2025-11-21" },
		{ "keep violations for 3 years\nkeep violations for 2 years", "note web",
		    "2026-08-23", "2024-11-21", "2025-11-21", "2025-11-21" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		char texts[2][1024], day[32];
		const struct bdl_source sources[] = {
			{ BDL_LIT("pupils"), keeping(texts[0], "pupils", cases[i].pupils) },
			{ BDL_LIT("staff"), keeping(texts[1], "staff", cases[i].staff) }
		};
		const char *wants[] = { cases[i].pupils_violations, cases[i].staffs };
		struct bdl_document *d[2] = { NULL, NULL };
		struct bdl_retention got;

		for (size_t k = 0; k < 2; k++) {
			struct bdl_findings *f BDL_AUTO(bdl_findings_free) = bdl_findings_new();
			assert_int_equal(bdl_document_parse(sources[k].bytes, f, &d[k], NULL), 0);
		}
		bdl_retention_of(sources, (const struct bdl_document *const *)d, 2,
		    at("2026-11-21T16:30"), &got);
		(void)snprintf(
		    day, sizeof(day), "%sT00:00", cases[i].visits ? cases[i].visits : "");
		check_long(cases[i].staff, got.visits_before_ms,
		    cases[i].visits ? at(day) : BDL_KEPT_EVER);
		(void)snprintf(day, sizeof(day), "%sT00:00", cases[i].others);
		check_long(cases[i].staff, got.violations_before_ms, at(day));
		for (size_t k = 0; k < 2; k++) {
			int64_t ms = got.violations_before_ms;
			for (size_t j = 0; j < got.n; j++)
				if (bdl_view_eq(got.policies[j].policy, sources[k].name))
					ms = got.policies[j].violations_before_ms;
			(void)snprintf(day, sizeof(day), "%sT00:00", wants[k]);
			check_long(cases[i].staff, ms, at(day));
			bdl_document_free(d[k]);
		}
	}
}

/* --- deleting --- */

struct school {
	struct folder folder;
	struct bdl_store *store;
	int64_t now_ms;
};

static int set_up(void **state)
{
	struct school *s = calloc(1, sizeof(*s));

	BDL_BUG_IF(!s);
	s->folder = folder_make();
	s->store = store_make(&s->folder);
	s->now_ms = at("2026-11-21T16:30");
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct school *s = *state;

	bdl_store_close(s->store);
	folder_done(&s->folder);
	free(s);
	return 0;
}

static void add(struct school *s, const char *when, enum bdl_action action, const char *person,
    const char *policy, const char *host)
{
	struct bdl_act a = page_blocked(at(when));

	a.action = action;
	a.person = bdl_view_of(person);
	a.policy = bdl_view_of(policy);
	a.host = bdl_view_of(host);
	BDL_BUG_IF(bdl_store_begin(s->store, NULL));
	BDL_BUG_IF(bdl_acts_add(s->store, &a, NULL));
	BDL_BUG_IF(bdl_store_commit(s->store, NULL));
}

static struct bdl_retention_sum delete_due(struct school *s)
{
	struct bdl_retention_run *run BDL_AUTO(bdl_retention_end) = NULL;
	struct bdl_err err = { 0 };
	int rc = bdl_retention_begin(s->store, s->now_ms, &run, &err);

	while (!rc && (rc = bdl_retention_step(s->store, run, &err)) > 0)
		rc = 0;
	if (rc)
		fail_msg("%s", err.text);
	return bdl_retention_gone(run);
}

static int64_t entered(struct school *s, const char *record)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM ledger_entry WHERE kind = %d AND record = '%s'",
	    BDL_LEDGER_DELETED, record);
	return store_number(s->store, sql);
}

static void what_is_past_its_time_goes_and_nothing_else(void **state)
{
	struct school *s = *state;

	add(s, "2026-08-22T23:59", BDL_ALLOW, "a", "", "old.example");
	add(s, "2026-08-23T00:00", BDL_ALLOW, "a", "", "kept.example");
	add(s, "2026-11-21T10:00", BDL_ALLOW, "a", "", "new.example");
	add(s, "2026-03-01T10:00", BDL_BLOCK, "a", "staff", "kept.example");
	add(s, "2025-11-20T23:40", BDL_BLOCK, "a", "staff", "old.example");
	add(s, "2025-11-20T23:45", BDL_BLOCK, "a", "staff", "old.example");
	add(s, "2025-11-21T00:00", BDL_BLOCK, "a", "staff", "kept.example");
	struct bdl_retention_sum gone = delete_due(s);
	check_long("acts", gone.acts, 3);
	check_long("violations", gone.violations, 1);
	check_long("left", store_number(s->store, "SELECT count(*) FROM act"), 4);
	check_long("old",
	    store_number(s->store, "SELECT count(*) FROM act WHERE host = 'old.example'"), 0);
	check_long("violations left", store_number(s->store, "SELECT count(*) FROM violation"), 2);
	check_long("acts entered", entered(s, "acts"), 1);
	check_long("violations entered", entered(s, "violations"), 1);
	/* Again nothing is left to go, and nothing is entered. */
	gone = delete_due(s);
	check_long("again", gone.acts + gone.violations, 0);
	check_long("entries", store_number(s->store, "SELECT entries FROM ledger_head"), 2);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
	/* The day after one more goes. */
	s->now_ms += DAY;
	check_long("the next day", delete_due(s).acts, 2);
}

static void many_go_in_small_transactions(void **state)
{
	struct school *s = *state;
	struct bdl_retention_run *run BDL_AUTO(bdl_retention_end) = NULL;
	struct bdl_act a = page_blocked(at("2026-01-05T10:00"));
	int64_t left, before;
	int rc = 1;

	BDL_BUG_IF(bdl_store_begin(s->store, NULL));
	for (int i = 0; i < 1000; i++) {
		/* All of one violation, of one moment, or of moments of their own. */
		a.action = i % 3 ? BDL_ALLOW : BDL_BLOCK;
		a.at_ms =
		    at(i % 3 ? "2026-01-05T10:00" : "2025-01-05T10:00") + (i % 3 == 2 ? i : 0);
		BDL_BUG_IF(bdl_acts_add(s->store, &a, NULL));
	}
	BDL_BUG_IF(bdl_store_commit(s->store, NULL));
	before = store_number(s->store, "SELECT count(*) FROM act");
	assert_int_equal(bdl_retention_begin(s->store, s->now_ms, &run, NULL), 0);
	while (rc > 0) {
		rc = bdl_retention_step(s->store, run, NULL);
		left = store_number(s->store, "SELECT count(*) FROM act");
		if (before - left > BDL_RETENTION_ROWS)
			fail_msg("%lld went at once", (long long)(before - left));
		before = left;
	}
	assert_int_equal(rc, 0);
	check_long("left", left, 0);
	check_long("violations", store_number(s->store, "SELECT count(*) FROM violation"), 0);
	check_long(
	    "one entry a kind", store_number(s->store, "SELECT entries FROM ledger_head"), 2);
}

/* A full look of acts that all stay, of one moment, does not hold up those behind them. */
static void what_stays_does_not_stand_in_the_way(void **state)
{
	struct school *s = *state;
	struct bdl_act a = page_blocked(at("2026-01-05T10:00"));

	BDL_BUG_IF(bdl_store_begin(s->store, NULL));
	for (int i = 0; i < 250; i++)
		BDL_BUG_IF(bdl_acts_add(s->store, &a, NULL));
	BDL_BUG_IF(bdl_store_commit(s->store, NULL));
	add(s, "2026-01-06T10:00", BDL_ALLOW, "a", "", "old.example");
	check_long("acts", delete_due(s).acts, 1);
	check_long("left", store_number(s->store, "SELECT count(*) FROM act"), 250);
}

/* The ledger says who looked at acts/17: that must not become somebody else's. */
static void numbers_are_never_given_twice(void **state)
{
	struct school *s = *state;
	int64_t refused = 0;

	add(s, "2026-01-05T10:00", BDL_ALLOW, "a", "", "old.example");
	add(s, "2025-01-05T10:00", BDL_BLOCK, "a", "staff", "old.example");
	add(s, "2026-01-06T10:00", BDL_ALLOW, "b", "", "old.example");
	store_run(s->store, "INSERT INTO refused VALUES (1, 7, 1, '', 1, 1, 1, '', '')");
	check_long("acts", delete_due(s).acts, 3);
	check_long("left", store_number(s->store, "SELECT count(*) FROM act"), 0);
	check_long("again", delete_due(s).acts, 0);
	add(s, "2026-11-20T10:00", BDL_BLOCK, "c", "staff", "new.example");
	check_long("act", store_number(s->store, "SELECT id FROM act"), 4);
	check_long("violation", store_number(s->store, "SELECT id FROM violation"), 2);
	assert_int_equal(bdl_store_begin(s->store, NULL), 0);
	assert_int_equal(bdl_number_next(s->store, BDL_NUMBERED_REFUSED, &refused, NULL), 0);
	bdl_store_rollback(s->store);
	check_long("refused", refused, 8);
}

static uint64_t basis(struct school *s)
{
	struct bdl_retention_run *run BDL_AUTO(bdl_retention_end) = NULL;

	assert_int_equal(bdl_retention_begin(s->store, s->now_ms, &run, NULL), 0);
	return bdl_retention_basis(run);
}

/* What a whole run went by stays the same until something may have to go that it left. */
static void a_run_is_told_from_the_next(void **state)
{
	struct school *s = *state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_VERSIONS_MAX);
	const struct bdl_hold_word both = { BDL_LIT("A. Head"), BDL_LIT("D. Officer"),
		BDL_LIT("a complaint") };
	struct bdl_version_row row;
	char text[1024];
	int64_t hold;
	uint64_t first = basis(s), last = first;

	assert_int_not_equal(first, 0);
	s->now_ms += 7 * 3600 * INT64_C(1000); /* 23:30, of the same day */
	assert_true(basis(s) == first);
	s->now_ms += 3600 * INT64_C(1000);
	assert_true(basis(s) != first);
	last = basis(s);
	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("b"), bdl_view_at(NULL, 0),
			     BDL_LIT("2027-11-12"), &both, s->now_ms, &hold, NULL),
	    0);
	assert_true(basis(s) != last);
	last = basis(s);
	assert_int_equal(bdl_holds_end(s->store, hold, &both, s->now_ms, NULL), 0);
	assert_true(basis(s) != last);
	last = basis(s);
	assert_int_equal(
	    publish(s->store, "staff", keeping(text, "staff", "keep violations for 1 month"),
		s->now_ms - DAY, &row, region, NULL),
	    0);
	assert_true(basis(s) != last);
}

static void the_policies_say_how_long(void **state)
{
	struct school *s = *state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_VERSIONS_MAX);
	struct bdl_version_row row;
	char text[1024];

	assert_int_equal(
	    publish(s->store, "staff",
		keeping(text, "staff", "keep visits for 7 days\nkeep violations for 1 month"),
		s->now_ms - DAY, &row, region, NULL),
	    0);
	add(s, "2026-11-13T10:00", BDL_ALLOW, "a", "", "old.example");
	add(s, "2026-11-14T10:00", BDL_ALLOW, "a", "", "kept.example");
	add(s, "2026-10-20T10:00", BDL_BLOCK, "a", "staff", "old.example");
	add(s, "2026-10-20T10:00", BDL_BLOCK, "a", "pupils", "kept.example");
	struct bdl_retention_sum gone = delete_due(s);
	check_long("acts", gone.acts, 2);
	check_long("violations", gone.violations, 1);
	check_long("old",
	    store_number(s->store, "SELECT count(*) FROM act WHERE host = 'old.example'"), 0);
}

static void visit(struct school *s, const char *when, const char *person)
{
	struct bdl_rollup *r BDL_AUTO(bdl_rollup_free) = bdl_rollup_new();
	struct bdl_act a = page_blocked(at(when));

	a.action = BDL_ALLOW;
	a.person = bdl_view_of(person);
	a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
	a.kept = BDL_LIT("stage=request");
	bdl_rollup_add(r, &a);
	BDL_BUG_IF(bdl_store_begin(s->store, NULL));
	BDL_BUG_IF(bdl_rollup_store(r, s->store, NULL));
	BDL_BUG_IF(bdl_store_commit(s->store, NULL));
}

/* By the local day: in summer that begins at 23:00 UTC. */
static void visits_go_when_their_time_has_come(void **state)
{
	struct school *s = *state;
	const struct bdl_hold_word both = { BDL_LIT("A. Head"), BDL_LIT("D. Officer"),
		BDL_LIT("a complaint") };
	int64_t hold;

	visit(s, "2026-08-22T23:59", "a");
	visit(s, "2026-08-22T23:59", "b");
	visit(s, "2026-08-23T00:00", "c");
	visit(s, "2026-11-21T10:00", "d");
	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("b"), bdl_view_at(NULL, 0),
			     BDL_LIT("2027-11-12"), &both, s->now_ms, &hold, NULL),
	    0);
	/* A visit and a page load; the person's name goes with the last of their day in UTC. */
	check_long("rows", delete_due(s).visits, 2);
	check_long("visits", store_number(s->store, "SELECT count(*) FROM visit"), 3);
	check_long("page loads", store_number(s->store, "SELECT count(*) FROM page_load"), 3);
	check_long("entered", entered(s, "visits"), 1);
	s->now_ms += DAY;
	(void)delete_due(s);
	check_long("the next day", store_number(s->store, "SELECT count(*) FROM visit"), 2);
	check_long("who is left",
	    store_number(s->store, "SELECT count(*) FROM client WHERE person IN ('b', 'd')"), 2);
	check_long("and nobody else", store_number(s->store, "SELECT count(*) FROM client"), 2);
	check_long("again", delete_due(s).visits, 0);
	check_long("entered again", entered(s, "visits"), 2);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

/* --- months, which PostgreSQL keeps apart --- */

static int64_t partitions(struct school *s, const char *month)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE '%%_1_%s'"
	    " AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())",
	    month);
	return store_number(s->store, sql);
}

/* From May to July, each with partitions; what stays is of September, and of a day in August. */
static void months_make(struct school *s)
{
	char sql[80];

	(void)snprintf(
	    sql, sizeof(sql), "SELECT beadle_months(1, %lld)", (long long)at("2026-06-15T12:00"));
	(void)store_number(s->store, sql);
	visit(s, "2026-06-10T10:00", "a");
	visit(s, "2026-06-30T10:00", "b");
	visit(s, "2026-07-31T23:00", "a");
	visit(s, "2026-08-22T10:00", "a");
	visit(s, "2026-09-22T10:00", "a");
	check_long("June", partitions(s, "202606"), 4);
}

static void whole_months_go_at_once(void **state)
{
	struct school *s = *state;

	months_make(s);
	/* Four visits and page loads, three texts, and names that nothing is left of. */
	assert_true(delete_due(s).visits > 2 * 4 + 3);
	check_long("visits", store_number(s->store, "SELECT count(*) FROM visit"), 1);
	check_long("page loads", store_number(s->store, "SELECT count(*) FROM page_load"), 1);
	/* That day in August is not over in UTC. */
	check_long("texts", store_number(s->store, "SELECT count(*) FROM page_text"), 2);
	/* Of acts, of which each has a time of its own, the partition stays. */
	check_long("May", partitions(s, "202605"), 1);
	check_long("June", partitions(s, "202606"), 1);
	check_long("July", partitions(s, "202607"), 1);
	check_long("nothing was in May", entered(s, "visits/2026-05"), 0);
	check_long("June entered", entered(s, "visits/2026-06"), 1);
	check_long("July entered", entered(s, "visits/2026-07"), 1);
	check_long("and the day in August", entered(s, "visits"), 1);
	check_long("again", delete_due(s).visits, 0);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

static void what_is_held_keeps_its_month(void **state)
{
	struct school *s = *state;
	const struct bdl_hold_word both = { BDL_LIT("A. Head"), BDL_LIT("D. Officer"),
		BDL_LIT("a complaint") };
	int64_t hold;

	months_make(s);
	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("b"), bdl_view_at(NULL, 0),
			     BDL_LIT("2027-11-12"), &both, s->now_ms, &hold, NULL),
	    0);
	(void)delete_due(s);
	check_long("visits", store_number(s->store, "SELECT count(*) FROM visit"), 2);
	check_long("page loads", store_number(s->store, "SELECT count(*) FROM page_load"), 2);
	check_long("June", partitions(s, "202606"), 4);
	check_long("July", partitions(s, "202607"), 4);
	check_long("no month entered", entered(s, "visits/2026-07"), 0);
	assert_int_equal(bdl_holds_end(s->store, hold, &both, s->now_ms, NULL), 0);
	(void)delete_due(s);
	check_long("visits", store_number(s->store, "SELECT count(*) FROM visit"), 1);
	check_long("June", partitions(s, "202606"), 1);
	check_long("June entered", entered(s, "visits/2026-06"), 1);
}

/* Its rows go one by one, and it goes itself with a later run. */
static void a_month_that_is_read_waits(void **state)
{
	struct school *s = *state;
	char where[STORE_WHERE];
	PGconn *reader = PQconnectdb(store_where(&s->folder, where));

	months_make(s);
	PGresult *r =
	    PQexec(reader, "SET beadle.school = '1'; BEGIN; SELECT count(*) FROM visit_1_202607");
	assert_int_equal(PQresultStatus(r), PGRES_TUPLES_OK);
	PQclear(r);
	(void)delete_due(s);
	check_long("visits", store_number(s->store, "SELECT count(*) FROM visit"), 1);
	check_long("July", partitions(s, "202607"), 4);
	check_long("July entered", entered(s, "visits/2026-07"), 0);
	PQfinish(reader);
	(void)delete_due(s);
	check_long("July", partitions(s, "202607"), 1);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

static void salts_go_with_what_they_are_about(void **state)
{
	struct school *s = *state;
	const char *const times[] = { "2025-11-20T10:00", "2025-11-21T10:00" };

	BDL_BUG_IF(bdl_store_begin(s->store, NULL));
	for (size_t i = 0; i < 2; i++) {
		const struct bdl_ledger_entry e = { BDL_LEDGER_SEGMENT, at(times[i]),
			BDL_LIT("the scribe"), { 0 }, BDL_LIT("journal/web-0/1"), BDL_LIT("x") };
		BDL_BUG_IF(bdl_ledger_add(s->store, &e, NULL));
	}
	BDL_BUG_IF(bdl_store_commit(s->store, NULL));
	(void)delete_due(s);
	check_long(
	    "where nothing goes", store_number(s->store, "SELECT count(*) FROM ledger_salt"), 2);
	add(s, "2025-11-19T10:00", BDL_ALLOW, "a", "", "old.example");
	(void)delete_due(s);
	check_long("salts",
	    store_number(s->store, "SELECT count(*) FROM ledger_salt WHERE entry <= 2"), 1);
	check_long("whose", store_number(s->store, "SELECT min(entry) FROM ledger_salt"), 2);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

/* --- holds --- */

static const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("D. Officer"),
	BDL_LIT("a complaint") };

static void a_hold_keeps_what_it_names(void **state)
{
	struct school *s = *state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_view none = { 0 };
	struct bdl_hold_row *rows;
	int64_t person, clause;
	size_t n;

	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("a"), none, BDL_LIT("2027-11-12"), &word,
			     s->now_ms, &person, NULL),
	    0);
	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("b"), BDL_LIT("web.gambling"),
			     BDL_LIT("2027-11-12"), &word, s->now_ms, &clause, NULL),
	    0);
	add(s, "2024-01-05T10:00", BDL_ALLOW, "a", "", "kept.example");
	add(s, "2024-01-05T10:00", BDL_BLOCK, "a", "staff", "kept.example");
	add(s, "2024-01-05T10:00", BDL_BLOCK, "b", "staff", "kept.example");
	add(s, "2024-01-05T10:00", BDL_BLOCK, "c", "staff", "old.example");
	struct bdl_retention_sum gone = delete_due(s);
	check_long("acts", gone.acts, 1);
	check_long("violations", gone.violations, 1);
	check_long("kept",
	    store_number(s->store, "SELECT count(*) FROM act WHERE host = 'kept.example'"), 3);

	assert_int_equal(bdl_holds_list(s->store, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 2);
	check_view("person", rows[0].person, "a");
	check_view("review", rows[0].review_on, "2027-11-12");
	assert_int_equal(bdl_holds_end(s->store, person, &word, s->now_ms, NULL), 0);
	assert_int_equal(bdl_holds_end(s->store, person, &word, s->now_ms, NULL), BDL_E_MISSING);
	check_long("after its end", delete_due(s).acts, 2);
	check_long("still held", store_number(s->store, "SELECT count(*) FROM act"), 1);
	check_long("entries",
	    store_number(s->store, "SELECT count(*) FROM ledger_entry WHERE record LIKE 'hold/%'"),
	    3);
	/* Who asks the ledger about a person hears of the end too. */
	check_long("entries of nobody",
	    store_number(s->store,
		"SELECT count(*) FROM ledger_entry WHERE record LIKE 'hold/%' AND subject = ''"),
	    0);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

static bool may_hold(struct school *s, const char *person, const char *clause)
{
	bool any = false;

	assert_int_equal(
	    bdl_holds_any(s->store, bdl_view_of(person), bdl_view_of(clause), &any, NULL), 0);
	return any;
}

/* A name or a clause that is spelt otherwise than in the records holds nothing, for which nobody waits. */
static void a_hold_of_nothing_is_known(void **state)
{
	struct school *s = *state;

	add(s, "2024-01-05T10:00", BDL_BLOCK, "a", "staff", "kept.example");
	add(s, "2024-01-05T10:00", BDL_ALLOW, "b", "", "kept.example");
	assert_true(may_hold(s, "a", ""));
	assert_true(may_hold(s, "A", ""));
	assert_true(may_hold(s, "b", ""));
	assert_false(may_hold(s, "c", ""));
	assert_true(may_hold(s, "", "web.gambling"));
	assert_false(may_hold(s, "", "web.gamblng"));
	assert_true(may_hold(s, "a", "web.gambling"));
	assert_false(may_hold(s, "a", "web.gamblng"));
	assert_false(may_hold(s, "c", "web.gambling"));
}

/* A login is one in either case of letters; and whose looks are held is not forgotten meanwhile. */
static void a_hold_keeps_the_name_too(void **state)
{
	struct school *s = *state;
	const struct bdl_view none = { 0 }, by = BDL_LIT("A. Clerk"), why = BDL_LIT("asked for");
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_hold_row *rows;
	int64_t id;
	size_t n;

	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("Anna.B@Other"), none,
			     BDL_LIT("2027-11-12"), &word, s->now_ms, &id, NULL),
	    0);
	assert_int_equal(bdl_holds_list(s->store, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_true(bdl_view_is(rows[0].person, "anna.b@other"));
	assert_int_equal(
	    bdl_ledger_forget(s->store, rows[0].person, by, why, s->now_ms, NULL), BDL_E_DENIED);
	assert_int_equal(bdl_holds_end(s->store, id, &word, s->now_ms, NULL), 0);
	assert_int_equal(
	    bdl_ledger_forget(s->store, BDL_LIT("the clock"), by, why, s->now_ms, NULL),
	    BDL_E_INVALID);
	assert_int_equal(bdl_ledger_forget(s->store, BDL_LIT("A. Clerk"), BDL_LIT("a clerk"), why,
			     s->now_ms, NULL),
	    BDL_E_INVALID);
	assert_int_equal(bdl_ledger_forget(s->store, rows[0].person, by, why, s->now_ms, NULL), 0);
}

static void a_hold_takes_two_a_reason_and_a_day(void **state)
{
	struct school *s = *state;
	const struct bdl_hold_word alone = { BDL_LIT("A. Head"), BDL_LIT("a head"),
		BDL_LIT("why") };
	const struct bdl_hold_word mute = { BDL_LIT("A. Head"), BDL_LIT("D. Officer"),
		BDL_LIT(" ") };
	struct bdl_view none = { 0 }, day = BDL_LIT("2027-11-12");
	struct bdl_err err = { 0 };
	int64_t id;

	check_refused("nobody", bdl_holds_add(s->store, none, none, day, &word, 0, &id, &err),
	    err.text, "whose records");
	check_refused("alone",
	    bdl_holds_add(s->store, BDL_LIT("a"), none, day, &alone, 0, &id, &err), err.text,
	    "two people");
	check_refused("mute", bdl_holds_add(s->store, BDL_LIT("a"), none, day, &mute, 0, &id, &err),
	    err.text, "reason");
	check_refused("day",
	    bdl_holds_add(s->store, BDL_LIT("a"), none, BDL_LIT("2027-02-30"), &word, 0, &id, &err),
	    err.text, "no day");
	check_refused("past",
	    bdl_holds_add(
		s->store, BDL_LIT("a"), none, BDL_LIT("2026-11-21"), &word, s->now_ms, &id, &err),
	    err.text, "not to come");
	check_long("holds", store_number(s->store, "SELECT count(*) FROM legal_hold"), 0);
}

static void reviews_are_due_from_their_day_on(void **state)
{
	struct school *s = *state;
	size_t due = 9;
	int64_t id;

	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("a"), BDL_LIT(""), BDL_LIT("2026-12-01"),
			     &word, s->now_ms, &id, NULL),
	    0);
	assert_int_equal(bdl_holds_add(s->store, BDL_LIT("b"), BDL_LIT(""), BDL_LIT("2027-01-01"),
			     &word, s->now_ms, &id, NULL),
	    0);
	assert_int_equal(bdl_holds_due(s->store, at("2026-11-30T23:59"), &due, NULL), 0);
	check_long("the day before", (long long)due, 0);
	assert_int_equal(bdl_holds_due(s->store, at("2026-12-01T00:00"), &due, NULL), 0);
	check_long("the day", (long long)due, 1);
	assert_int_equal(bdl_holds_end(s->store, 1, &word, s->now_ms, NULL), 0);
	assert_int_equal(bdl_holds_due(s->store, at("2027-02-01T12:00"), &due, NULL), 0);
	check_long("one has ended", (long long)due, 1);
}

/* --- clocks --- */

/* On its last day a record is there, and on the next it is gone, in years and nights like any other. */
static void kept_on_the_last_day_and_gone_on_the_next(void **state)
{
	static const struct {
		const char *visit, *last, *next; /* visits are kept for 90 days */
	} cases[] = {
		{ "2026-12-30T23:30", "2027-03-30T23:59", "2027-03-31T00:00" }, /* over a change */
		{ "2026-08-01T00:10", "2026-10-30T23:59", "2026-10-31T00:00" }, /* and back */
		{ "2027-12-01T12:00", "2028-02-29T23:59", "2028-03-01T00:00" },
		{ "2028-02-29T12:00", "2028-05-29T23:59", "2028-05-30T00:00" },
		{ "2037-11-01T12:00", "2038-01-30T23:59", "2038-01-31T00:00" },
	};
	struct school *s = *state;

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		add(s, cases[i].visit, BDL_ALLOW, "a", "", "a.example");
		s->now_ms = at(cases[i].last);
		check_long(cases[i].last, delete_due(s).acts, 0);
		s->now_ms = at(cases[i].next);
		check_long(cases[i].next, delete_due(s).acts, 1);
	}
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

/* Violations are kept for a year: those of 29 February until 28 February is over. */
static void a_year_after_29_february(void **state)
{
	struct school *s = *state;

	add(s, "2028-02-29T12:00", BDL_BLOCK, "a", "staff", "a.example");
	s->now_ms = at("2029-02-28T23:59");
	check_long("the last day", delete_due(s).violations, 0);
	s->now_ms = at("2029-03-01T00:00");
	check_long("the next", delete_due(s).violations, 1);
}

/* A clock that was a day ahead, or goes back a day, takes nothing that it should not have, nor twice. */
static void a_clock_that_steps(void **state)
{
	struct school *s = *state;
	int64_t now_ms = s->now_ms;

	add(s, "2026-08-22T23:59", BDL_ALLOW, "a", "", "old.example");
	add(s, "2026-11-22T10:00", BDL_ALLOW, "a", "", "of-tomorrow.example");
	s->now_ms = now_ms - DAY;
	check_long("a day behind", delete_due(s).acts, 0);
	s->now_ms = now_ms;
	check_long("right", delete_due(s).acts, 1);
	s->now_ms = now_ms - DAY;
	check_long("behind again", delete_due(s).acts, 0);
	check_long("left", store_number(s->store, "SELECT count(*) FROM act"), 1);
	check_long("entries", entered(s, "acts"), 1);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

/* --- drafts --- */

static struct bdl_digest keep_draft(struct school *s, const char *name, const char *when)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_draft_row former;
	char text[1024];

	BDL_BUG_IF(bdl_document_parse(
	    policy_text(text, "staff", "gambling", "Words."), findings, &d, NULL));
	BDL_BUG_IF(bdl_drafts_keep(
	    s->store, bdl_view_of(name), d, BDL_LIT("me"), at(when), &former, region, NULL));
	return d->digest;
}

static void keep_import(
    struct school *s, const char *name, struct bdl_digest draft, const char *when)
{
	const struct bdl_kept_part part = { .clause = BDL_LIT("web.gambling"), .to = 5 };
	const struct bdl_kept_import k = { draft, BDL_LIT("ICT.docx"), BDL_LIT("Words"), at(when),
		&part, 1 };

	BDL_BUG_IF(bdl_imports_keep(s->store, bdl_view_of(name), &k, NULL));
}

static void keep_replay(
    struct school *s, const char *name, struct bdl_digest draft, const char *when)
{
	const struct bdl_kept_replay k = { .draft = draft, .report = { .until_ms = at(when) } };

	BDL_BUG_IF(bdl_replays_keep(s->store, bdl_view_of(name), &k, NULL));
}

static void drafts_that_nobody_touches_go(void **state)
{
	struct school *s = *state;

	keep_import(s, "old", keep_draft(s, "old", "2025-11-20T23:59"), "2025-11-20T23:59");
	keep_import(s, "again", keep_draft(s, "again", "2025-11-20T23:59"), "2026-10-01T12:00");
	keep_replay(s, "tried", keep_draft(s, "tried", "2025-11-20T23:59"), "2026-10-01T12:00");
	keep_replay(
	    s, "long-ago", keep_draft(s, "long-ago", "2025-11-20T23:58"), "2025-11-20T23:59");
	(void)keep_draft(s, "young", "2025-11-21T00:00");
	(void)delete_due(s);
	check_long("left", store_number(s->store, "SELECT count(*) FROM policy_draft"), 3);
	check_long("replays", store_number(s->store, "SELECT count(*) FROM replay"), 1);
	check_long("old",
	    store_number(s->store, "SELECT count(*) FROM policy_draft WHERE name = 'old'"), 0);
	check_long("imports", store_number(s->store, "SELECT count(*) FROM policy_import"), 1);
	check_long("parts", store_number(s->store, "SELECT count(*) FROM policy_import_part"), 1);
	check_long("entered", entered(s, "drafts"), 1);
	(void)delete_due(s);
	check_long("entered once", entered(s, "drafts"), 1);
	/* One that an earlier version left behind when its draft was published. */
	store_run(s->store, "DELETE FROM policy_draft WHERE name = 'again'");
	s->now_ms = at("2027-10-02T12:00");
	(void)delete_due(s);
	check_long("all", store_number(s->store, "SELECT count(*) FROM policy_draft"), 0);
	check_long("all imports", store_number(s->store, "SELECT count(*) FROM policy_import"), 0);
	check_long("all replays", store_number(s->store, "SELECT count(*) FROM replay"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_reach_back_to_a_day),
		cmocka_unit_test(a_record_is_past_its_time_when_deletion_says_so),
		cmocka_unit_test(the_shortest_time_holds_for_visits),
		TEST(what_is_past_its_time_goes_and_nothing_else),
		TEST(many_go_in_small_transactions),
		TEST(what_stays_does_not_stand_in_the_way),
		TEST(numbers_are_never_given_twice),
		TEST(a_run_is_told_from_the_next),
		TEST(the_policies_say_how_long),
		TEST(visits_go_when_their_time_has_come),
		TEST(salts_go_with_what_they_are_about),
		TEST(a_hold_keeps_what_it_names),
		TEST(a_hold_of_nothing_is_known),
		TEST(a_hold_keeps_the_name_too),
		TEST(a_hold_takes_two_a_reason_and_a_day),
		TEST(reviews_are_due_from_their_day_on),
		TEST(drafts_that_nobody_touches_go),
		TEST(kept_on_the_last_day_and_gone_on_the_next),
		TEST(a_year_after_29_february),
		TEST(a_clock_that_steps),
	};

	(void)setenv("TZ", "Europe/London", 1); /* fails without memory only */
	tzset();
	const struct CMUnitTest of_pg[] = {
		TEST(whole_months_go_at_once),
		TEST(what_is_held_keeps_its_month),
		TEST(a_month_that_is_read_waits),
	};

	int failed = cmocka_run_group_tests_name("retention", tests, NULL, NULL);
	return store_is_pg() ? failed + cmocka_run_group_tests_name("months", of_pg, NULL, NULL)
			     : failed;
}
