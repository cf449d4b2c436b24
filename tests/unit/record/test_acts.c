#include "record/acts/acts.h"
#include "record/acts/values.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define T0     1795261200000
#define MINUTE 60000

static void add(struct bdl_store *s, const struct bdl_act *a)
{
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_store_begin(s, &err), 0);
	if (bdl_acts_add(s, a, &err) || bdl_store_commit(s, &err))
		fail_msg("add an act: %s", err.text);
}

static const struct bdl_acts_filter all = { .action = -1, .kind = -1, .limit = 200 };

static void assert_view(struct bdl_view got, struct bdl_view want)
{
	if (!bdl_view_eq(got, want))
		fail_msg("got '%.*s', want '%.*s'", BDL_FMT(got), BDL_FMT(want));
}

static size_t acts(struct bdl_store *s, const struct bdl_acts_filter *f, struct bdl_region *region,
    struct bdl_act_row **rows)
{
	struct bdl_err err = { 0 };
	size_t n = 0;

	if (bdl_acts_list(s, f, region, rows, &n, &err))
		fail_msg("list: %s", err.text);
	return n;
}

static size_t violations(struct bdl_store *s, const struct bdl_acts_filter *f,
    struct bdl_region *region, struct bdl_violation_row **rows)
{
	struct bdl_err err = { 0 };
	size_t n = 0;

	if (bdl_violations_list(s, f, region, rows, &n, &err))
		fail_msg("list: %s", err.text);
	return n;
}

static void keeps_all_of_an_act(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(100000);
	struct bdl_act a = page_blocked(T0);
	struct bdl_act_row *rows, one;

	a.action = BDL_COACH;
	a.kind = BDL_KIND_DOWNLOAD;
	a.door = BDL_DOOR_SCREEN;
	a.critical = a.passed = true;
	a.reason = BDL_LIT("it's \"for\" a lesson");
	for (unsigned i = 0; i < sizeof(a.version.b); i++)
		a.version.b[i] = (uint8_t)(255 - i);
	add(s, &a);
	assert_int_equal(acts(s, &all, region, &rows), 1);
	assert_int_equal(bdl_acts_get(s, rows[0].id, region, &one, NULL), 0);
	assert_int_equal(one.id, rows[0].id);
	assert_true(one.act.at_ms == T0);
	assert_int_equal(one.act.action, BDL_COACH);
	assert_int_equal(one.act.kind, BDL_KIND_DOWNLOAD);
	assert_int_equal(one.act.door, BDL_DOOR_SCREEN);
	assert_true(one.act.critical && one.act.passed && one.act.known);
	assert_int_equal(one.act.minute, 600);
	assert_int_equal(one.act.weekday, 2);
	assert_true(bdl_digest_eq(&one.act.version, &a.version));
	assert_view(one.act.person, a.person);
	assert_view(one.act.groups, a.groups);
	assert_view(one.act.address, a.address);
	assert_view(one.act.method, a.method);
	assert_view(one.act.scheme, a.scheme);
	assert_view(one.act.host, a.host);
	assert_view(one.act.path, a.path);
	assert_view(one.act.categories, a.categories);
	assert_view(one.act.policy, a.policy);
	assert_view(one.act.clause, a.clause);
	assert_view(one.act.clauses, a.clauses);
	assert_view(one.act.tell, a.tell);
	assert_view(one.act.reason, a.reason);
	assert_int_equal(bdl_acts_get(s, 4711, region, &one, NULL), BDL_E_MISSING);
}

/* One step after a blocked page at T0: does it fold into that violation, open one, or neither? */
static void folds_what_belongs_together(void **state)
{
	(void)state;
	enum { FOLD, OPEN, NEITHER };
	static const struct {
		const char *what;
		int64_t at;
		const char *person, *address, *host, *clause, *policy;
		enum bdl_act_kind kind;
		enum bdl_action action;
		int want;
	} cases[] = {
		{ .what = "the same again", .at = MINUTE, .want = FOLD },
		{ .what = "from another address",
		    .at = MINUTE,
		    .address = "10.9.9.9",
		    .want = FOLD },
		{ .what = "the last millisecond", .at = 10 * MINUTE - 1, .want = FOLD },
		{ .what = "ten minutes later", .at = 10 * MINUTE, .want = OPEN },
		{ .what = "read late", .at = -MINUTE, .want = FOLD },
		{ .what = "ten minutes before", .at = -10 * MINUTE, .want = OPEN },
		{ .what = "another person", .at = 1, .person = "bea", .want = OPEN },
		{ .what = "nobody known", .at = 1, .person = "", .want = OPEN },
		{ .what = "another host", .at = 1, .host = "more.example", .want = OPEN },
		{ .what = "another clause", .at = 1, .clause = "web.social", .want = OPEN },
		{ .what = "another policy", .at = 1, .policy = "pupils", .want = OPEN },
		{ .what = "an upload", .at = 1, .kind = BDL_KIND_UPLOAD, .want = FOLD },
		{ .what = "coached", .at = 1, .action = BDL_COACH, .want = FOLD },
		{ .what = "a part of it", .at = 1, .kind = BDL_KIND_PART, .want = FOLD },
		{ .what = "a part of another",
		    .at = 1,
		    .kind = BDL_KIND_PART,
		    .host = "b.example",
		    .want = NEITHER },
		{ .what = "a note", .at = 1, .action = BDL_NOTE, .want = NEITHER },
		{ .what = "allowed", .at = 1, .action = BDL_ALLOW, .want = NEITHER },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(100000);
		struct bdl_act first = page_blocked(T0), then = page_blocked(T0 + cases[i].at);
		struct bdl_violation_row *v;
		bool part = cases[i].kind == BDL_KIND_PART;
		if (cases[i].person)
			then.person = bdl_view_of(cases[i].person);
		if (cases[i].address)
			then.address = bdl_view_of(cases[i].address);
		if (cases[i].host)
			then.host = bdl_view_of(cases[i].host);
		if (cases[i].clause)
			then.clause = bdl_view_of(cases[i].clause);
		if (cases[i].policy)
			then.policy = bdl_view_of(cases[i].policy);
		then.kind = cases[i].kind;
		if (cases[i].action || strstr(cases[i].what, "allowed"))
			then.action = cases[i].action;
		add(s, &first);
		add(s, &then);
		size_t n = violations(s, &all, region, &v);
		const struct bdl_violation_row *oldest = v[n - 1].id == 1 ? &v[n - 1] : &v[0];
		int got = n == 2 ? OPEN : oldest->acts + oldest->parts == 2 ? FOLD : NEITHER;
		if (got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].what, got, cases[i].want);
		assert_int_equal(oldest->parts, got == FOLD && part);
		assert_int_equal(oldest->first_act, 1);
		if (got == FOLD) {
			assert_true(oldest->first_ms == T0 + (cases[i].at < 0 ? cases[i].at : 0));
			assert_true(oldest->last_ms == T0 + (cases[i].at > 0 ? cases[i].at : 0));
		}
	}
}

static void unknown_people_are_told_apart_by_address(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(100000);
	struct bdl_violation_row *v;

	for (int i = 0; i < 4; i++) {
		struct bdl_act a = page_blocked(T0 + i);
		a.person = bdl_view_at(NULL, 0);
		a.address = bdl_view_of(i % 2 ? "10.0.0.1" : "10.0.0.2");
		add(s, &a);
	}
	assert_int_equal(violations(s, &all, region, &v), 2);
	assert_int_equal(v[0].acts, 2);
	assert_int_equal(v[1].acts, 2);
	assert_view(v[1].address, BDL_LIT("10.0.0.2"));
}

static void folding_keeps_the_strictest(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(100000);
	struct bdl_act a = page_blocked(T0);
	struct bdl_violation_row *v;

	a.action = BDL_COACH;
	add(s, &a);
	a.action = BDL_BLOCK;
	a.critical = true;
	a.tell = BDL_LIT("head technicians");
	add(s, &a);
	a.action = BDL_COACH;
	a.critical = false;
	a.tell = BDL_LIT("");
	add(s, &a);
	assert_int_equal(violations(s, &all, region, &v), 1);
	assert_int_equal(v[0].acts, 3);
	assert_int_equal(v[0].action, BDL_BLOCK);
	assert_true(v[0].critical);
	assert_view(v[0].tell, BDL_LIT("technicians head"));
	struct bdl_acts_filter of = all;
	struct bdl_act_row *rows;
	of.violation = v[0].id;
	assert_int_equal(acts(s, &of, region, &rows), 3);
	assert_int_equal(violations(s, &of, region, &v), 1);
	of.violation++;
	assert_int_equal(acts(s, &of, region, &rows), 0);
	assert_int_equal(violations(s, &of, region, &v), 0);
}

/* 300 acts of three people on five hosts, every tenth blocked. */
static void fill(struct bdl_store *s)
{
	static const char *const people[] = { "adebayo", "bea", "" };
	static const char *const hosts[] = { "a.example", "b.example", "c.example", "d.example",
		"e.example" };

	assert_int_equal(bdl_store_begin(s, NULL), 0);
	for (int i = 0; i < 300; i++) {
		struct bdl_act a = page_blocked(T0 + i * MINUTE);
		a.person = bdl_view_of(people[i % 3]);
		a.host = bdl_view_of(hosts[i % 5]);
		a.kind = i % 2 ? BDL_KIND_PART : BDL_KIND_PAGE;
		if (i % 10) {
			a.action = BDL_ALLOW;
			a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
		}
		assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	}
	assert_int_equal(bdl_store_commit(s, NULL), 0);
}

static void lists_by_every_filter(void **state)
{
	(void)state;
	static const struct {
		const char *person, *host, *clause;
		int action, kind;
		int64_t before_id;
		size_t want;
	} cases[] = {
		{ "", "", "", -1, -1, 0, 200 },
		{ "", "", "", -1, -1, 101, 100 },
		{ "bea", "", "", -1, -1, 0, 100 },
		{ "nobody", "", "", -1, -1, 0, 0 },
		{ "", "a.example", "", -1, -1, 0, 60 },
		{ "bea", "a.example", "", -1, -1, 0, 20 },
		{ "", "", "web.gambling", -1, -1, 0, 30 },
		{ "", "", "", BDL_BLOCK, -1, 0, 30 },
		{ "", "", "", BDL_ALLOW, -1, 0, 200 },
		{ "", "", "", BDL_ALLOW, BDL_KIND_PAGE, 0, 120 },
		{ "", "", "", BDL_COACH, -1, 0, 0 },
		{ "", "", "", -1, BDL_KIND_PART, 0, 150 },
		{ "bea", "", "web.gambling", BDL_BLOCK, BDL_KIND_PAGE, 0, 10 },
		{ "bea", "a.example", "web.gambling", BDL_BLOCK, BDL_KIND_PAGE, 150, 5 },
	};
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(10000000);

	fill(s);
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_acts_filter filter = {
			.person = bdl_view_of(cases[i].person),
			.host = bdl_view_of(cases[i].host),
			.clause = bdl_view_of(cases[i].clause),
			.action = cases[i].action,
			.kind = cases[i].kind,
			.before_id = cases[i].before_id,
			.limit = 1000, /* cut to BDL_PAGE_ROWS_MAX */
		};
		struct bdl_act_row *rows;
		size_t n = acts(s, &filter, region, &rows);
		if (n != cases[i].want)
			fail_msg("case %zu: got %zu rows, want %zu", i, n, cases[i].want);
		for (size_t k = 0; k < n; k++) {
			const struct bdl_act *a = &rows[k].act;
			assert_true(!k || rows[k].id < rows[k - 1].id);
			assert_true(!filter.before_id || rows[k].id < filter.before_id);
			assert_true(filter.action < 0 || (int)a->action == filter.action);
			assert_true(filter.kind < 0 || (int)a->kind == filter.kind);
			assert_true(!filter.person.n || bdl_view_eq(a->person, filter.person));
			assert_true(!filter.host.n || bdl_view_eq(a->host, filter.host));
			assert_true(!filter.clause.n || bdl_view_eq(a->clause, filter.clause));
		}
	}
	/* Page by page all rows come, once each. */
	struct bdl_acts_filter page = all;
	size_t seen = 0, n;
	struct bdl_act_row *rows;
	page.limit = 7;
	while ((n = acts(s, &page, region, &rows)) > 0) {
		page.before_id = rows[n - 1].id;
		seen += n;
	}
	assert_int_equal(seen, 300);
}

static void probes_are_left_out_where_they_are_not_wanted(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_act a = page_blocked(T0), probe = page_blocked(T0 + MINUTE);
	struct bdl_acts_filter filter = all;
	struct bdl_act_row *rows;

	probe.source = BDL_LIT("probe");
	add(s, &a);
	add(s, &probe);
	assert_int_equal(acts(s, &filter, region, &rows), 2);
	filter.no_probes = true;
	for (int way = 0; way < 3; way++) { /* by id, by a time, by a host */
		filter.from_ms = way == 1 ? T0 : 0;
		filter.hosts = &a.host;
		filter.n_hosts = way == 2;
		assert_int_equal(acts(s, &filter, region, &rows), 1);
		assert_true(rows[0].act.at_ms == T0);
	}
}

static void violations_are_filtered_too(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_violation_row *v;
	struct bdl_acts_filter filter = all;

	fill(s);
	assert_int_equal(violations(s, &filter, region, &v), 30);
	filter.kind = BDL_KIND_PART; /* means nothing here */
	assert_int_equal(violations(s, &filter, region, &v), 30);
	filter.person = BDL_LIT("bea");
	assert_int_equal(violations(s, &filter, region, &v), 10);
	filter.host = BDL_LIT("b.example");
	assert_int_equal(violations(s, &filter, region, &v), 0);
	filter.host = BDL_LIT("a.example");
	filter.clause = BDL_LIT("web.gambling");
	filter.action = BDL_BLOCK;
	assert_int_equal(violations(s, &filter, region, &v), 10);
	int64_t second = v[1].id, third = v[2].id;
	filter.before_id = second;
	filter.behind_ms = v[1].last_ms;
	filter.limit = 2;
	assert_int_equal(violations(s, &filter, region, &v), 2);
	assert_true(v[0].id == third && v[1].id < third);
	filter.action = BDL_COACH;
	assert_int_equal(violations(s, &filter, region, &v), 0);
}

/* T0 is a Saturday, 11:40. */
static void counts_the_day(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_acts_totals t;
	struct bdl_act a = page_blocked(T0);

	assert_int_equal(bdl_acts_totals(s, T0, &t, NULL), 0);
	assert_int_equal(t.acts + t.blocked + t.coached + t.noted + t.violations, 0);
	for (int64_t at = -12 * 60; at < 13 * 60; at += 20) {
		int64_t minute = 5 * 1440 + 11 * 60 + 40 + at;
		a.at_ms = T0 + at * MINUTE;
		a.weekday = (uint8_t)(minute / 1440);
		a.minute = (uint16_t)(minute % 1440);
		a.action = at % 60 ? BDL_BLOCK : at % 120 ? BDL_COACH : BDL_NOTE;
		add(s, &a);
	}
	assert_int_equal(bdl_acts_totals(s, T0, &t, NULL), 0);
	assert_int_equal(t.acts, 72);
	assert_int_equal(t.blocked, 48);
	assert_int_equal(t.coached, 12);
	assert_int_equal(t.noted, 12);
	assert_int_equal(t.violations, 60);
	assert_int_equal(bdl_acts_totals(s, T0 - 12 * 60 * MINUTE, &t, NULL), 0);
	assert_int_equal(t.acts, 1); /* 23:40 the day before */
	assert_int_equal(bdl_acts_totals(s, T0 + 13 * 60 * MINUTE, &t, NULL), 0);
	assert_int_equal(t.acts, 2);
}

static void finds_the_acts_of_a_moment(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(10000000);
	struct bdl_acts_filter filter = all;
	struct bdl_act_row *rows;
	struct bdl_act a = page_blocked(T0);

	fill(s);
	a.at_ms = T0 + 7;
	add(s, &a);
	add(s, &a);
	a.at_ms = T0 + 60 * MINUTE + 7;
	add(s, &a);
	filter.n_moments = 1;
	filter.moments_ms[0] = T0 + 7;
	assert_int_equal(acts(s, &filter, region, &rows), 2);
	assert_true(rows[0].id > rows[1].id);
	filter.n_moments = 2;
	filter.moments_ms[1] = T0 + 60 * MINUTE + 7;
	assert_int_equal(acts(s, &filter, region, &rows), 3);
	filter.person = BDL_LIT("nobody");
	assert_int_equal(acts(s, &filter, region, &rows), 0);
}

/* A part of a text finds the values that hold it, and these are a filter. */
static void lists_by_several_values(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(10000000);
	struct bdl_act_row *rows;
	struct bdl_violation_row *v;
	struct bdl_view values[BDL_FILTER_VALUES_MAX];
	struct bdl_values *names BDL_AUTO(bdl_values_free) = bdl_values_new();

	fill(s);
	assert_int_equal(bdl_values_refresh(names, s, NULL), 0);
	struct bdl_acts_filter filter = all;
	filter.limit = 50;
	filter.hosts = values;
	filter.n_hosts = bdl_values_find(
	    names, BDL_VALUE_HOST, BDL_LIT("example"), values, BDL_FILTER_VALUES_MAX);
	assert_true(filter.n_hosts >= 2);
	assert_int_equal(acts(s, &filter, region, &rows), 50);
	assert_true(rows[0].id == 300 && rows[49].id == 251);
	filter.before_id = 251;
	assert_int_equal(acts(s, &filter, region, &rows), 50);
	assert_true(rows[0].id == 250 && rows[49].id == 201);
	filter = all;
	filter.persons = values;
	filter.n_persons =
	    bdl_values_find(names, BDL_VALUE_PERSON, BDL_LIT("ea"), values, BDL_FILTER_VALUES_MAX);
	assert_int_equal(filter.n_persons, 1);
	assert_int_equal(acts(s, &filter, region, &rows), 100);
	assert_int_equal(violations(s, &filter, region, &v), 10);
	const struct bdl_view host = BDL_LIT("a.example");
	filter.hosts = &host;
	filter.n_hosts = 1;
	assert_int_equal(acts(s, &filter, region, &rows), 20);
}

/* Of kinds that few have, found by an index of their own. */
static void lists_rare_kinds_of_hosts(void **state)
{
	(void)state;
	static const char *const hosts[] = { "a.example", "b.example", "c.example" };
	static const enum bdl_act_kind kinds[] = { BDL_KIND_PAGE, BDL_KIND_UPLOAD,
		BDL_KIND_DOWNLOAD };
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(100000);
	const struct bdl_view both[] = { BDL_LIT("a.example"), BDL_LIT("c.example") };
	struct bdl_acts_filter filter = all;
	struct bdl_act_row *rows;

	for (int i = 0; i < 9; i++) {
		struct bdl_act a = page_blocked(T0 + i * MINUTE);
		a.host = bdl_view_of(hosts[i % 3]);
		a.kind = kinds[i / 3];
		add(s, &a);
	}
	filter.hosts = both;
	filter.n_hosts = 2;
	filter.kind = BDL_KIND_DOWNLOAD;
	assert_int_equal(acts(s, &filter, region, &rows), 2);
	assert_true(rows[0].id == 9 && rows[1].id == 7);
	filter.kind = BDL_KIND_UPLOAD;
	filter.action = BDL_ALLOW;
	assert_int_equal(acts(s, &filter, region, &rows), 0);
	filter.action = BDL_BLOCK;
	assert_int_equal(acts(s, &filter, region, &rows), 2);
	assert_true(rows[0].id == 6 && rows[1].id == 4);
}

/* By the last act, not the first: one that goes on stands above one that began later. */
static void violations_are_in_the_order_of_their_last_act(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(100000);
	struct bdl_act long_one = page_blocked(T0), short_one = page_blocked(T0 + MINUTE);
	struct bdl_acts_filter filter = all;
	struct bdl_violation_row *v;

	short_one.host = BDL_LIT("b.example");
	add(s, &long_one);
	add(s, &short_one);
	long_one.at_ms = T0 + 2 * (int64_t)MINUTE;
	add(s, &long_one);
	assert_int_equal(violations(s, &filter, region, &v), 2);
	assert_true(v[0].id == 1 && v[1].id == 2);
	filter.before_id = v[0].id;
	filter.behind_ms = v[0].last_ms;
	assert_int_equal(violations(s, &filter, region, &v), 1);
	assert_true(v[0].id == 2);
	/* Where the list goes on stays, also when the violation behind which it does has grown or gone. */
	long_one.at_ms = T0 + 3 * (int64_t)MINUTE;
	add(s, &long_one);
	assert_int_equal(violations(s, &filter, region, &v), 1);
	assert_true(v[0].id == 2);
}

/*
 * No list may sort or walk its table, or go by the verdict where a person, host or clause is given;
 * that of a moment goes by the moment, and sorts the few it finds.
 */
static void lists_use_an_index(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(10000000);
	struct bdl_act_row *rows;
	struct bdl_violation_row *v;
	char *texts[BDL_STORE_STATEMENTS_MAX];
	unsigned lists = 0;

	fill(s);
	for (int i = 0; i < 32; i++) {
		struct bdl_acts_filter filter = all;
		filter.n_moments = i & 16 ? 2 : 0;
		filter.person = bdl_view_of(i & 1 ? "bea" : "");
		filter.host = bdl_view_of(i & 2 ? "a.example" : "");
		filter.clause = bdl_view_of(i & 4 ? "web.gambling" : "");
		filter.action = i & 8 ? BDL_BLOCK : -1;
		(void)acts(s, &filter, region, &rows); /* prepared, and kept */
		(void)violations(s, &filter, region, &v);
	}
	size_t n = store_texts(s, texts);
	for (size_t i = 0; i < n; i++) {
		char *sql BDL_AUTO_FREE = texts[i];
		if (!strstr(sql, "id DESC"))
			continue;
		bool narrow =
		    strstr(sql, "person = ") || strstr(sql, "host = ") || strstr(sql, "clause = ");
		bool moment = strstr(sql, "at_ms IN");
		lists++;
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(10000);
		store_plan(s, sql, &got);
		const char *plan = bdl_buf_str(&got);
		if ((strstr(plan, "TEMP B-TREE") && !moment) || strstr(plan, "SCAN") ||
		    (moment && !strstr(plan, "act_by_time")) || !strstr(plan, "USING INDEX") ||
		    (narrow && strstr(plan, "act_by_action")))
			fail_msg("%s: %s", sql, plan);
	}
	assert_int_equal(lists, 48);
}

/* Of what many rows have, and of what few have: neither a whole table nor whole rows are sorted. */
static void rare_kinds_and_times_use_an_index(void **state)
{
	(void)state;
	static const struct {
		const char *what, *index;
		struct bdl_acts_filter f;
	} cases[] = {
		{ "uploads", "act_few", { .action = -1, .kind = BDL_KIND_UPLOAD, .limit = 50 } },
		{ "a day", "act_by_time",
		    { .action = -1, .kind = -1, .limit = 50, .from_ms = T0, .before_ms = T0 + 9 } },
		{ "blocked on a day", "act_by_time",
		    { .action = BDL_BLOCK, .kind = -1, .limit = 50, .from_ms = T0 } },
	};
	struct bdl_view host = BDL_LIT("a.example");

	for (size_t i = 0; i < 2 * BDL_ARRAY_LEN(cases); i++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(10000000);
		struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(10000);
		struct bdl_acts_filter filter = cases[i / 2].f;
		char *texts[BDL_STORE_STATEMENTS_MAX];
		struct bdl_act_row *rows;
		filter.hosts = &host;
		filter.n_hosts = i % 2;
		(void)acts(s, &filter, region, &rows);
		size_t n = store_texts(s, texts);
		store_plan(s, texts[n - 1], &got);
		const char *want =
		    filter.n_hosts && !filter.from_ms ? "act_few_by_host" : cases[i / 2].index;
		if (!strstr(bdl_buf_str(&got), want) || strstr(bdl_buf_str(&got), "SCAN act"))
			fail_msg("%s: %s", cases[i / 2].what, bdl_buf_str(&got));
		for (size_t k = 0; k < n; k++)
			free(texts[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_all_of_an_act),
		cmocka_unit_test(folds_what_belongs_together),
		cmocka_unit_test(unknown_people_are_told_apart_by_address),
		cmocka_unit_test(folding_keeps_the_strictest),
		cmocka_unit_test(lists_by_every_filter),
		cmocka_unit_test(probes_are_left_out_where_they_are_not_wanted),
		cmocka_unit_test(violations_are_filtered_too),
		cmocka_unit_test(counts_the_day),
		cmocka_unit_test(finds_the_acts_of_a_moment),
		cmocka_unit_test(lists_by_several_values),
		cmocka_unit_test(lists_rare_kinds_of_hosts),
		cmocka_unit_test(violations_are_in_the_order_of_their_last_act),
	};

	const struct CMUnitTest of_sqlite[] = {
		cmocka_unit_test(lists_use_an_index),
		cmocka_unit_test(rare_kinds_and_times_use_an_index),
	};

	(void)setenv("TZ", "UTC", 1); /* a day is the school's */
	tzset();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return store_is_pg() ? failed : failed + cmocka_run_group_tests(of_sqlite, NULL, NULL);
}
