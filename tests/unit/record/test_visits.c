#include "record/acts/acts.h"
#include "record/journal/journal.h"
#include "record/scribe/scribe.h"
#include "record/visits/visits_int.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0      1795261200000 /* 11:40 UTC, a whole ten minutes */
#define MINUTE  60000
#define SEGMENT (64 * 1024)

static struct bdl_act part_allowed(int64_t at_ms)
{
	struct bdl_act a = page_blocked(at_ms);

	a.action = BDL_ALLOW;
	a.kind = BDL_KIND_PART;
	a.path = a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
	a.source = BDL_LIT("radius");
	a.place = BDL_LIT("room-12");
	a.equipment = BDL_LIT("school-devices");
	return a;
}

static struct bdl_act page_allowed(int64_t at_ms, const char *path)
{
	struct bdl_act a = part_allowed(at_ms);

	a.kind = BDL_KIND_PAGE;
	a.path = bdl_view_of(path);
	a.kept = BDL_LIT("stage=request terms=a%20b count=00000000deadbeef:3");
	return a;
}

/* A journal and the scribe that reads it. */
struct desk {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_journal *journal;
	struct bdl_scribe *scribe;
	struct bdl_region *region;
};

static struct desk desk_make(void)
{
	struct desk d = { .folder = folder_make() };
	char path[FOLDER_PATH];

	d.store = store_make(&d.folder);
	folder_path(&d.folder, "journal/web-0", path);
	assert_int_equal(bdl_journal_open(path, SEGMENT, &d.journal, NULL), 0);
	d.scribe = bdl_scribe_new(d.store, folder_path(&d.folder, "journal", path));
	d.region = bdl_region_new(10000000);
	return d;
}

static void desk_done(struct desk *d)
{
	bdl_scribe_free(d->scribe);
	bdl_journal_close(d->journal);
	bdl_store_close(d->store);
	bdl_region_free(d->region);
	folder_done(&d->folder);
}

static void record(struct desk *d, const struct bdl_act *a)
{
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);

	assert_int_equal(bdl_act_encode(a, &b), 0);
	assert_int_equal(bdl_journal_append(d->journal, BDL_ENTRY_ACT, bdl_buf_view(&b), NULL), 0);
}

static size_t bring(struct desk *d)
{
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };
	size_t all = 0;

	do {
		if (bdl_scribe_round(d->scribe, 0, &round, &err))
			fail_msg("round: %s", err.text);
		all += round.stored;
	} while (round.stored);
	return all;
}

static int64_t rows(struct desk *d, const char *table)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return store_number(d->store, sql);
}

/* Where the last list goes on. */
static struct bdl_visit_place next_visit;
static struct bdl_load_place next_load;

static size_t visits(struct desk *d, const struct bdl_visits_filter *f,
    struct bdl_visit_place after, struct bdl_visit_row **rows)
{
	struct bdl_err err = { 0 };
	size_t n = 0;

	if (bdl_visits_list(d->store, f, after, d->region, rows, &n, &next_visit, &err))
		fail_msg("list: %s", err.text);
	return n;
}

static size_t loads(struct desk *d, const struct bdl_visits_filter *f, struct bdl_load_place after,
    struct bdl_load_row **rows)
{
	struct bdl_err err = { 0 };
	size_t n = 0;

	if (bdl_loads_list(d->store, f, after, d->region, rows, &n, &next_load, &err))
		fail_msg("list: %s", err.text);
	return n;
}

static const struct bdl_visit_place newest_visit;
static const struct bdl_load_place newest_load;

static void assert_view(struct bdl_view got, struct bdl_view want)
{
	if (!bdl_view_eq(got, want))
		fail_msg("got '%.*s', want '%.*s'", BDL_FMT(got), BDL_FMT(want));
}

static const struct bdl_visits_filter all = { .limit = 200 };

static struct bdl_view other(const char *text, struct bdl_view same)
{
	return text ? bdl_view_of(text) : same;
}

/* A step after an allowed part at T0: is it counted with it, on a row of its own, or as an act? */
static void rolls_up_what_belongs_together(void **state)
{
	(void)state;
	enum { WITH, APART, ACT };
	static const struct {
		const char *what;
		int64_t at;
		const char *person, *address, *groups, *source, *place, *equipment;
		const char *host, *categories, *method, *clause;
		enum bdl_act_kind kind;
		enum bdl_action action;
		enum bdl_door door;
		uint8_t version;
		int want;
	} cases[] = {
		{ .what = "again", .want = WITH },
		{ .what = "the last millisecond", .at = 20 * MINUTE - 1, .want = WITH },
		{ .what = "the next hour", .at = 20 * MINUTE, .want = APART },
		{ .what = "the ten minutes before", .at = -1, .want = WITH },
		{ .what = "by another method", .method = "POST", .want = WITH },
		{ .what = "of another person", .person = "bea", .want = APART },
		{ .what = "from another address", .address = "10.9.9.9", .want = APART },
		{ .what = "in other groups", .groups = "staff leader", .want = APART },
		{ .what = "known otherwise", .source = "logon", .want = APART },
		{ .what = "in another room", .place = "room-13", .want = APART },
		{ .what = "on their own device", .equipment = "own-devices", .want = APART },
		{ .what = "on another host", .host = "b.example", .want = APART },
		{ .what = "in another category", .categories = "games", .want = APART },
		{ .what = "by another version", .version = 1, .want = APART },
		{ .what = "blocked", .action = BDL_BLOCK, .want = APART },
		{ .what = "by a clause", .action = BDL_NOTE, .clause = "web.a", .want = APART },
		{ .what = "a page", .kind = BDL_KIND_PAGE, .want = WITH },
		{ .what = "an upload", .kind = BDL_KIND_UPLOAD, .want = WITH },
		{ .what = "a page noted",
		    .kind = BDL_KIND_PAGE,
		    .action = BDL_NOTE,
		    .clause = "web.a",
		    .want = ACT },
		{ .what = "a page blocked",
		    .kind = BDL_KIND_PAGE,
		    .action = BDL_BLOCK,
		    .want = ACT },
		{ .what = "a message", .door = BDL_DOOR_MAIL, .want = ACT },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct desk d BDL_AUTO_IN(desk_done) = desk_make();
		struct bdl_act first = part_allowed(T0), then = part_allowed(T0 + cases[i].at);
		struct bdl_visit_row *v;
		then.person = other(cases[i].person, then.person);
		then.address = other(cases[i].address, then.address);
		then.groups = other(cases[i].groups, then.groups);
		then.source = other(cases[i].source, then.source);
		then.place = other(cases[i].place, then.place);
		then.equipment = other(cases[i].equipment, then.equipment);
		then.host = other(cases[i].host, then.host);
		then.categories = other(cases[i].categories, then.categories);
		then.method = other(cases[i].method, then.method);
		if (cases[i].clause)
			then.clause = then.clauses = bdl_view_of(cases[i].clause);
		then.kind = cases[i].kind           ? cases[i].kind
		    : strstr(cases[i].what, "page") ? BDL_KIND_PAGE
						    : BDL_KIND_PART;
		then.action = cases[i].action;
		then.door = cases[i].door;
		then.version.b[5] = cases[i].version;
		/* The local clock goes with the time, as a door's does. */
		then.minute = (uint16_t)(first.minute + (cases[i].at + MINUTE) / MINUTE - 1);
		record(&d, &first);
		assert_int_equal(bring(&d), 1);
		record(&d, &then);
		assert_int_equal(bring(&d), 1);
		size_t n = visits(&d, &all, newest_visit, &v);
		int64_t acts = store_number(d.store, "SELECT count(*) FROM act");
		int got = acts ? ACT : n == 2 ? APART : WITH;
		if (got != cases[i].want || n + (size_t)acts != (got == WITH ? 1 : 2))
			fail_msg("%s: got %d, %zu visits", cases[i].what, got, n);
		bool is_page = then.kind != BDL_KIND_PART && got != ACT;
		assert_int_equal(store_number(d.store, "SELECT sum(pages) FROM visit"), is_page);
		assert_int_equal(store_number(d.store, "SELECT sum(parts) FROM visit"),
		    1 + (then.kind == BDL_KIND_PART && got != ACT));
		assert_int_equal(store_number(d.store, "SELECT count(*) FROM page_load"), is_page);
		assert_int_equal(
		    store_number(d.store, "SELECT sum(acts) FROM figure WHERE kind = 0"), 2);
	}
}

/* Also where local time is far from UTC, and another day. */
static void a_page_load_keeps_its_facts(void **state)
{
	(void)state;
	static const int64_t ahead[] = { 0, 60, 330, -600, 840, -720 };

	for (size_t i = 0; i < BDL_ARRAY_LEN(ahead); i++) {
		struct desk d BDL_AUTO_IN(desk_done) = desk_make();
		struct bdl_act a = page_allowed(T0 + 12345, "/a?b=c d\xff");
		struct bdl_load_row *rows, one;
		/* T0 is a Saturday, 11:40 */
		int64_t minute = 5 * 1440 + 11 * 60 + 40 + ahead[i];
		a.weekday = (uint8_t)(minute / 1440);
		a.minute = (uint16_t)(minute % 1440);
		a.kind = i % 2 ? BDL_KIND_PAGE : BDL_KIND_DOWNLOAD;
		for (unsigned k = 0; k < sizeof(a.version.b); k++)
			a.version.b[k] = (uint8_t)(200 - k);
		record(&d, &a);
		assert_int_equal(bring(&d), 1);
		assert_int_equal(loads(&d, &all, newest_load, &rows), 1);
		struct bdl_load_place place = rows[0].place;
		assert_int_equal(bdl_loads_get(d.store, place, d.region, &one, NULL), 0);
		const struct bdl_act *got = &one.act;
		assert_true(got->at_ms == a.at_ms && got->kind == a.kind && got->known);
		assert_int_equal(got->action, BDL_ALLOW);
		assert_int_equal(got->weekday, a.weekday);
		assert_int_equal(got->minute, a.minute);
		assert_true(bdl_digest_eq(&got->version, &a.version));
		assert_view(got->person, a.person);
		assert_view(got->groups, a.groups);
		assert_view(got->address, a.address);
		assert_view(got->method, a.method);
		assert_view(got->scheme, a.scheme);
		assert_view(got->host, a.host);
		assert_view(got->path, a.path);
		assert_view(got->categories, a.categories);
		assert_view(got->source, a.source);
		assert_view(got->place, a.place);
		assert_view(got->equipment, a.equipment);
		assert_view(got->kept, a.kept);
		place.id++;
		assert_int_equal(
		    bdl_loads_get(d.store, place, d.region, &one, NULL), BDL_E_MISSING);
	}
}

/* Blocked parts are counted, on their violation too where there is one; they are no acts. */
static void strict_parts_are_counted(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act page = page_blocked(T0), part = page_blocked(T0 + 5000);
	struct bdl_visit_row *v;

	part.kind = BDL_KIND_PART;
	record(&d, &page);
	for (int i = 0; i < 5; i++)
		record(&d, &part);
	part.host = BDL_LIT("elsewhere.example");
	record(&d, &part);
	assert_int_equal(bring(&d), 7);
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM act"), 1);
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM violation"), 1);
	assert_int_equal(store_number(d.store, "SELECT 10 * acts + parts FROM violation"), 15);
	assert_int_equal(visits(&d, &all, newest_visit, &v), 2);
	assert_int_equal(v[0].parts + v[1].parts, 6);
	assert_int_equal(v[0].action, BDL_BLOCK);
	assert_view(v[0].clause, BDL_LIT("web.gambling"));
	assert_view(v[0].policy, BDL_LIT("staff"));
	assert_int_equal(
	    store_number(d.store, "SELECT sum(acts) FROM figure WHERE kind = 0 AND action = 4"), 7);
}

/* Of what the policy keeps nothing of there is a count, and nobody's. */
static void what_is_withheld_is_a_count(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act a = page_blocked(T0);
	struct bdl_visit_row *v;

	a.kind = BDL_KIND_PART;
	a.person = a.groups = a.address = a.path = bdl_view_at(NULL, 0);
	a.known = false;
	a.kept = BDL_LIT("stage=withheld");
	record(&d, &a);
	record(&d, &a);
	assert_int_equal(bring(&d), 2);
	assert_int_equal(visits(&d, &all, newest_visit, &v), 1);
	assert_int_equal(v[0].parts, 2);
	assert_true(!v[0].person.n && !v[0].address.n && !v[0].known);
	assert_view(v[0].clause, BDL_LIT("web.gambling"));
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM page_load"), 0);
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM page_text"), 0);
}

/* A host of which only parts were seen so far, and then a page in the same hour. */
static void finds_the_hours_of_a_host(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act part = part_allowed(T0), page = page_allowed(T0 + MINUTE, "/late");
	const struct bdl_visits_filter f = { .hosts = &part.host, .n_hosts = 1, .limit = 10 };
	struct bdl_visit_row *v;
	struct bdl_load_row *l;

	page.minute++;
	for (int i = 0; i < 3; i++) {
		record(&d, &part);
		assert_int_equal(bring(&d), 1);
		assert_int_equal(visits(&d, &f, newest_visit, &v), 1);
		assert_int_equal(loads(&d, &f, newest_load, &l), 0);
	}
	record(&d, &page);
	assert_int_equal(bring(&d), 1);
	record(&d, &part);
	assert_int_equal(bring(&d), 1);
	assert_int_equal(visits(&d, &f, newest_visit, &v), 1);
	assert_int_equal(loads(&d, &f, newest_load, &l), 1);
	assert_view(l[0].act.path, BDL_LIT("/late"));
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM site_day"), 1);
}

/* On one day and the next, in the first hour of a day and the last, and pages in two of these only. */
static void finds_each_hour_of_a_host(void **state)
{
	(void)state;
	static const struct {
		int hour; /* of three days */
		bool has_page;
	} seen[] = { { 0, true }, { 23, false }, { 24, false }, { 47, true }, { 48, false } };
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	int64_t begin_ms = T0 - T0 % BDL_DAY_MS;
	const struct bdl_view host = BDL_LIT("hours.example");
	const struct bdl_visits_filter f = { .hosts = &host, .n_hosts = 1, .limit = 10 };
	struct bdl_visit_row *v;
	struct bdl_load_row *l;

	for (size_t i = 0; i < BDL_ARRAY_LEN(seen); i++) {
		int64_t at_ms = begin_ms + seen[i].hour * (int64_t)BDL_HOUR_MS;
		struct bdl_act part = part_allowed(at_ms), page = page_allowed(at_ms, "/an-hour");
		part.host = page.host = host;
		part.minute = page.minute = (uint16_t)(seen[i].hour % 24 * 60);
		part.weekday = page.weekday = (uint8_t)(at_ms / BDL_DAY_MS + 3) % 7;
		record(&d, seen[i].has_page ? &page : &part);
		assert_int_equal(bring(&d), 1);
	}
	assert_int_equal(rows(&d, "site_day WHERE site = (SELECT max(id) FROM site)"), 3);
	struct bdl_visit_place visit = newest_visit;
	for (size_t i = BDL_ARRAY_LEN(seen); i-- > 0; visit = next_visit) {
		assert_int_equal(visits(&d, &f, visit, &v), 1);
		assert_int_equal(v[0].place.hour, begin_ms / BDL_HOUR_MS + seen[i].hour);
	}
	assert_int_equal(loads(&d, &f, newest_load, &l), 1);
	assert_int_equal(l[0].place.hour, begin_ms / BDL_HOUR_MS + 47);
	assert_int_equal(loads(&d, &f, next_load, &l), 1);
	assert_int_equal(l[0].place.hour, begin_ms / BDL_HOUR_MS);
}

/* A path stands in its row, and once among the day's texts where others have it; a short one never does. */
static void a_path_that_comes_again_is_a_text(void **state)
{
	(void)state;
	static const char *const paths[] = { "/again", "/once", "/again", "/", "/again", "/" };
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_load_row *l;

	for (int i = 0; i < (int)BDL_ARRAY_LEN(paths); i++) {
		struct bdl_act a = page_allowed(T0 + i, paths[i]);
		record(&d, &a);
		assert_int_equal(bring(&d), 1);
	}
	assert_int_equal(rows(&d, "page_text WHERE text LIKE '/%'"), 1);
	assert_int_equal(rows(&d, "page_load WHERE path > 0 AND own_path = ''"), 2);
	assert_int_equal(rows(&d, "page_load WHERE path = 0 AND own_path = '/again'"), 1);
	assert_int_equal(loads(&d, &all, newest_load, &l), BDL_ARRAY_LEN(paths));
	for (size_t i = 0; i < BDL_ARRAY_LEN(paths); i++)
		assert_view(l[i].act.path, bdl_view_of(paths[BDL_ARRAY_LEN(paths) - 1 - i]));
}

/*
 * 300 page loads a minute apart, a part with each, of three people in turn; their hosts are such
 * that nobody comes back to one within the hour.
 */
static void fill(struct desk *d)
{
	static const char *const people[] = { "adebayo", "bea", "" };

	for (int i = 0; i < 300; i++) {
		char path[16], host[32];
		(void)snprintf(path, sizeof(path), "/%d", i);
		(void)snprintf(host, sizeof(host), "h%d.example", i % 60);
		struct bdl_act a = page_allowed(T0 + (int64_t)i * MINUTE, path);
		a.minute = (uint16_t)(700 + i);
		a.weekday = 5;
		a.person = bdl_view_of(people[i % 3]);
		a.host = bdl_view_of(host);
		record(d, &a);
		a.kind = BDL_KIND_PART;
		record(d, &a);
	}
	assert_int_equal(bring(d), 600);
}

static size_t count_loads(struct desk *d, struct bdl_visits_filter f)
{
	struct bdl_load_row *l;
	size_t n = 0;

	next_load = newest_load;
	do {
		n += loads(d, &f, next_load, &l);
	} while (next_load.hour);
	return n;
}

/* The same by what a page load was, by the category, and by the time. */
static void lists_by_kind_category_and_time(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act a = page_allowed(T0, "/games");
	struct bdl_visit_hour *hours;
	struct bdl_visit_row *v;
	int64_t newest;
	size_t n;

	fill(&d);
	a.kind = BDL_KIND_SEARCH;
	a.person = BDL_LIT("zoe");
	a.host = BDL_LIT("zoo.example");
	a.categories = BDL_LIT("board-games leisure");
	record(&d, &a);
	a.kind = BDL_KIND_PART;
	record(&d, &a);
	assert_int_equal(bring(&d), 2);
	struct bdl_visits_filter f = { .kinds = 1 << BDL_KIND_SEARCH, .limit = 200 };
	assert_int_equal(count_loads(&d, f), 1);
	f.kinds = 1 << BDL_KIND_PAGE | 1 << BDL_KIND_SEARCH;
	assert_int_equal(count_loads(&d, f), 301);
	f = (struct bdl_visits_filter){ .category = BDL_LIT("games"), .limit = 200 };
	assert_int_equal(count_loads(&d, f), 0); /* a word, no part of one */
	f.category = BDL_LIT("leisure");
	assert_int_equal(count_loads(&d, f), 1);
	assert_int_equal(visits(&d, &f, newest_visit, &v), 1);
	assert_true(v[0].pages == 1 && v[0].parts == 1);
	f = (struct bdl_visits_filter){
		.limit = 200, .from_hour = T0 / BDL_HOUR_MS + 1, .before_hour = T0 / BDL_HOUR_MS + 3
	};
	assert_int_equal(count_loads(&d, f), 120);
	assert_int_equal(visits(&d, &f, newest_visit, &v), 120);

	assert_int_equal(bdl_visits_newest(d.store, BDL_LIT("zoe"), &newest, NULL), 0);
	assert_true(newest == T0 / BDL_HOUR_MS);
	assert_int_equal(bdl_visits_newest(d.store, BDL_LIT("yan"), &newest, NULL), 0);
	assert_true(newest == 0);
	assert_int_equal(bdl_visits_hours(d.store, BDL_LIT("bea"), T0 / BDL_HOUR_MS - 3,
			     T0 / BDL_HOUR_MS + 2, d.region, &hours, &n, NULL),
	    0);
	assert_int_equal(n, 2); /* twenty minutes of the first hour, and the next */
	assert_true(hours[0].from_ms == T0 / BDL_HOUR_MS * BDL_HOUR_MS);
	assert_true(hours[0].pages == 7 && hours[0].parts == 7 && hours[0].sites == 7);
	assert_true(hours[1].pages == 20 && hours[1].sites == 20);
}

static void lists_by_every_filter(void **state)
{
	(void)state;
	static const struct {
		const char *person, *host;
		size_t want, all; /* at once; however often one goes on */
	} cases[] = { { "", "", 200, 300 }, { "bea", "", 100, 100 }, { "", "h4.example", 1, 5 },
		{ "bea", "h4.example", 5, 5 }, { "adebayo", "h4.example", 0, 0 },
		{ "nobody", "", 0, 0 }, { "bea", "nowhere", 0, 0 } };
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();

	fill(&d);
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_view persons[] = { BDL_LIT("zoe"), bdl_view_of(cases[i].person) };
		struct bdl_view host = bdl_view_of(cases[i].host);
		struct bdl_visits_filter f = {
			.persons = persons,
			.n_persons = persons[1].n ? 2 : 0,
			.hosts = &host,
			.n_hosts = host.n > 0,
			.limit = 1000,
		};
		struct bdl_load_row *l;
		struct bdl_visit_row *v;
		/* A host's hours come one by one. */
		f.from_hour = f.before_hour = 0;
		assert_int_equal(count_loads(&d, f), cases[i].all);
		assert_int_equal(loads(&d, &f, newest_load, &l), cases[i].want);
		assert_int_equal(visits(&d, &f, newest_visit, &v), cases[i].want);
		for (size_t k = 0; k < cases[i].want; k++) {
			assert_true(!persons[1].n || bdl_view_eq(v[k].person, persons[1]));
			assert_true(!host.n || bdl_view_eq(v[k].host, host));
			assert_true(!persons[1].n || bdl_view_eq(l[k].act.person, persons[1]));
			assert_true(!host.n || bdl_view_eq(l[k].act.host, host));
			assert_true(v[k].pages == 1 && v[k].parts == 1);
			assert_true(!k || v[k].from_ms <= v[k - 1].from_ms);
			assert_true(!k || l[k].act.at_ms < l[k - 1].act.at_ms);
		}
	}
}

/* Were they counted right, and once each: each act's minute, taken off a list of all. */
/* The index has their beginning only, which may end in the middle of one. */
static void finds_the_last_of_many_categories(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_buf many BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
	struct bdl_act a = page_allowed(T0, "/games");

	for (int i = 0; i < 100; i++)
		assert_int_equal(bdl_buf_printf(&many, "category-%02d ", i), 0);
	for (int i = 0; i < 3; i++) {
		a.host = bdl_view_of(i == 1 ? "b.example" : "a.example");
		assert_int_equal(bdl_buf_printf(&many, "%sleisure", i ? " very-" : ""), 0);
		a.categories = bdl_buf_view(&many);
		record(&d, &a);
	}
	assert_int_equal(bring(&d), 3);
	struct bdl_visits_filter f = { .category = BDL_LIT("leisure"), .limit = 200 };
	assert_int_equal(count_loads(&d, f), 3);
	f.category = BDL_LIT("very-leisure");
	assert_int_equal(count_loads(&d, f), 2);
	f.category = BDL_LIT("category-46"); /* of which 4 letters are in the index */
	assert_int_equal(count_loads(&d, f), 3);
	f.category = BDL_LIT("category-4");
	assert_int_equal(count_loads(&d, f), 0);
}

static void page_by_page_all_come_once(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	const struct bdl_visits_filter f = { .limit = 7 };
	int64_t before_ms = INT64_MAX;
	struct bdl_visit_row *v;
	struct bdl_load_row *l;
	bool came[300] = { false };
	size_t n, seen = 0;

	fill(&d);
	for (next_visit = newest_visit; seen < 300; seen += n) {
		n = visits(&d, &f, next_visit, &v);
		assert_in_range(n, 1, 7);
		assert_int_equal(next_visit.hour == 0, seen + n == 300);
	}
	next_load = newest_load;
	for (seen = 0; seen < 300; seen += n) {
		n = loads(&d, &f, next_load, &l);
		assert_in_range(n, 1, 7);
		for (size_t i = 0; i < n; i++) {
			int64_t minute = (l[i].act.at_ms - T0) / MINUTE;
			assert_in_range(minute, 0, 299);
			assert_false(came[minute]);
			came[minute] = true;
			assert_true(l[i].act.at_ms < before_ms);
			before_ms = l[i].act.at_ms;
		}
		assert_int_equal(next_load.hour == 0, seen + n == 300);
	}
	assert_int_equal(seen, 300);
}

/* However many hours there are: each is a look-up by the key, none a walk. */
static void lists_go_by_the_key(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_visit_row *v;
	struct bdl_load_row *l;
	unsigned lists = 0;
	char *texts[BDL_STORE_STATEMENTS_MAX];

	fill(&d);
	for (int i = 0; i < 8; i++) {
		const struct bdl_view person = BDL_LIT("bea"), host = BDL_LIT("h4.example");
		const struct bdl_visits_filter f = {
			.persons = &person,
			.n_persons = i & 1,
			.hosts = &host,
			.n_hosts = i >> 1 & 1,
			.limit = 1,
		};
		struct bdl_visit_place visit = { i & 4 ? T0 / BDL_HOUR_MS : 0, i & 4, 1, 1 };
		struct bdl_load_place load = { i & 4 ? T0 / BDL_HOUR_MS : 0, i & 4, 1, 1 };
		(void)visits(&d, &f, visit, &v); /* prepared, and kept */
		(void)loads(&d, &f, load, &l);
	}
	size_t n = store_texts(d.store, texts);
	for (size_t i = 0; i < n; i++) {
		char *sql BDL_AUTO_FREE = texts[i];
		if (!strstr(sql, " JOIN "))
			continue;
		struct bdl_buf plan BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(10000);
		store_plan(d.store, sql, &plan);
		lists++;
		const char *got = bdl_buf_str(&plan);
		const char *scan = strstr(got, "SCAN");
		/* Page loads are chosen first, by the key; then the chosen few are gone through. */
		if (scan && strstr(got, "MATERIALIZE") && !strncmp(scan, "SCAN r; ", 8))
			scan = strstr(scan + 1, "SCAN");
		if (scan || !strstr(got, "SEARCH r USING") ||
		    strstr(got, "PRIMARY KEY (school=?)") ||
		    (strstr(sql, "person IN") && !strstr(got, "(school=? AND hour=? AND client=?")))
			fail_msg("%s: %s", sql, got);
	}
	assert_int_equal(lists, 16);
}

/* A clock that is put back, or was wrong for a while: each act is of its own time. */
static void times_may_jump(void **state)
{
	(void)state;
	static const int64_t at[] = { T0, T0 - 40 * (int64_t)BDL_DAY_MS, T0 + 1,
		T0 + 3650 * (int64_t)BDL_DAY_MS, 0, T0 + 2, T0 - 40 * (int64_t)BDL_DAY_MS + 1,
		253402300799999 };
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_visit_row *v;
	struct bdl_load_row *l;

	for (size_t i = 0; i < BDL_ARRAY_LEN(at); i++) {
		struct bdl_act a = page_allowed(at[i], "/same");
		int64_t minute = (at[i] / MINUTE + 3 * 1440) % 10080;
		a.weekday = (uint8_t)(minute / 1440);
		a.minute = (uint16_t)(minute % 1440);
		record(&d, &a);
	}
	assert_int_equal(bring(&d), BDL_ARRAY_LEN(at));
	assert_int_equal(visits(&d, &all, newest_visit, &v), 5);
	assert_true(v[0].from_ms == 253402300799999 - 3599999 && v[0].tens == 32);
	assert_true(v[2].from_ms == T0 - 40 * MINUTE && v[2].pages == 3 && v[2].tens == 16);
	assert_true(v[4].from_ms == 0);
	assert_int_equal(loads(&d, &all, newest_load, &l), 8);
	assert_true(l[7].act.at_ms == 0);
	for (size_t i = 0; i < 8; i++)
		assert_view(l[i].act.path, BDL_LIT("/same"));
}

static void holds_back_what_can_wait(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act quiet = part_allowed(T0), loud = page_blocked(T0);
	struct bdl_scribe_round round;

	for (int i = 0; i < 3; i++) {
		record(&d, &quiet);
		assert_int_equal(bdl_scribe_round(d.scribe, 60000, &round, NULL), 0);
		assert_int_equal(round.stored, 0);
	}
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM journal_place"), 0);
	record(&d, &loud); /* and all before it */
	assert_int_equal(bdl_scribe_round(d.scribe, 60000, &round, NULL), 0);
	assert_int_equal(round.stored, 4);
	assert_int_equal(store_number(d.store, "SELECT parts FROM visit"), 3);
	record(&d, &quiet);
	assert_int_equal(bdl_scribe_round(d.scribe, 20, &round, NULL), 0);
	assert_int_equal(round.stored, 0);
	(void)usleep(25000); /* longer does not matter */
	assert_int_equal(bdl_scribe_round(d.scribe, 20, &round, NULL), 0);
	assert_int_equal(round.stored, 1);
	assert_int_equal(store_number(d.store, "SELECT parts FROM visit"), 4);
}

/* What a transaction that failed gave numbers to has none afterwards. */
static void a_full_disk_loses_nothing(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_scribe_round round;
	struct bdl_err err;
	unsigned failed = 0, written = 0;

	assert_true(store_number(d.store, "PRAGMA max_page_count = 1") > 1); /* what it has */
	for (unsigned i = 0; i < 200; i++) {
		char host[200];
		(void)snprintf(host, sizeof(host), "%0150u.example", i);
		struct bdl_act a = page_allowed(T0 + i, "/same");
		a.host = bdl_view_of(host);
		record(&d, &a);
		written++;
		if (bdl_scribe_round(d.scribe, 0, &round, &err)) {
			assert_int_equal(err.code, BDL_E_IO);
			assert_int_equal(round.stored, 0);
			failed++;
		}
	}
	assert_true(failed > 0);
	assert_true(store_number(d.store, "PRAGMA max_page_count = 100000") > 0);
	(void)bring(&d);
	assert_int_equal(store_number(d.store, "SELECT count(*) FROM page_load"), written);
	assert_int_equal(store_number(d.store,
			     "SELECT count(DISTINCT i.host) FROM page_load l"
			     " JOIN site i ON i.school = l.school AND i.id = l.site"),
	    written);
	struct bdl_load_row *l;
	assert_int_equal(loads(&d, &all, newest_load, &l), written);
	for (unsigned i = 0; i < written; i++)
		assert_view(l[i].act.path, BDL_LIT("/same"));
}

/* What a power cut may take back of the store, the journal still has. */
static void the_journal_keeps_what_is_not_synced(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_store *reader BDL_AUTO(bdl_store_close) = store_make(&d.folder);
	struct bdl_act a = part_allowed(T0);
	char segment[FOLDER_PATH];
	struct bdl_stmt *st;

	record(&d, &a);
	assert_int_equal(bring(&d), 1);
	/* Somebody reads what is in the log, which therefore cannot go to its place. */
	assert_int_equal(bdl_stmt_get(reader, "SELECT count(*) FROM visit, client", &st, NULL), 0);
	store_run(reader, "BEGIN");
	assert_int_equal(store_number(reader, "SELECT count(*) FROM visit"), 1);
	for (int i = 0; i < 1000; i++)
		record(&d, &a);
	assert_int_equal(bring(&d), 1000);
	folder_path(&d.folder, "journal/web-0/000000000001.seg", segment);
	assert_int_equal(access(segment, F_OK), 0);
	assert_int_equal(rows(&d, "ledger_entry WHERE record = 'journal/web-0/1'"), 1);
	store_run(reader, "COMMIT");
	assert_int_equal(bring(&d), 0);
	assert_int_equal(access(segment, F_OK), -1);
	assert_int_equal(rows(&d, "ledger_entry WHERE record = 'journal/web-0/1'"), 1);
	assert_int_equal(store_number(d.store, "SELECT parts FROM visit"), 1001);
}

/* The day's page loads, one each ten minutes, each of its host, two with the same path. */
static void record_day(struct desk *d, int day, const char *person)
{
	for (int i = 0; i < 20; i++) {
		char path[32], host[32];
		(void)snprintf(path, sizeof(path), "/%s/%d", person, i / 2);
		(void)snprintf(host, sizeof(host), "h%d.example", i);
		struct bdl_act a =
		    page_allowed(T0 + day * (int64_t)BDL_DAY_MS + i * 10 * MINUTE, path);
		a.person = bdl_view_of(person);
		a.host = bdl_view_of(host);
		a.minute = (uint16_t)(a.minute + i * 10);
		a.weekday = (uint8_t)((a.weekday + day) % 7);
		record(d, &a);
	}
}

/* How many rows went; no step takes many more than it may. */
static size_t delete_before(struct desk *d, int64_t hour)
{
	struct bdl_visits_deletion deletion = { .before_hour = hour };
	size_t n, all_n = 0;
	int more = 1;

	while (more > 0) {
		assert_int_equal(bdl_store_begin(d->store, NULL), 0);
		more = bdl_visits_delete(d->store, &deletion, 15, &n, NULL);
		assert_int_equal(bdl_store_commit(d->store, NULL), 0);
		assert_true(n < 2 * 15);
		all_n += n;
	}
	assert_int_equal(more, 0);
	return all_n;
}

static void deletes_hours_a_few_rows_at_a_time(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();

	for (int day = 0; day < 3; day++)
		record_day(&d, day, "adebayo");
	assert_int_equal(bring(&d), 60);
	/* Two days: visits, page loads, their texts (ten paths and what was found out), and days of hosts. */
	assert_int_equal(delete_before(&d, (T0 / BDL_DAY_MS + 2) * 24), 142);
	assert_int_equal(rows(&d, "site_day"), 20);
	assert_int_equal(rows(&d, "visit"), 20);
	assert_int_equal(rows(&d, "page_load"), 20);
	assert_int_equal(rows(&d, "page_text"), 11);
	assert_int_equal(rows(&d, "site"), 20);
	assert_int_equal(rows(&d, "client"), 1);
	assert_true(
	    store_number(d.store, "SELECT min(hour) FROM page_load") / 24 == T0 / BDL_DAY_MS + 2);
	/* To the hour, and texts and sites with their day: two acts of 11:40 and 11:50 go. */
	assert_int_equal(delete_before(&d, T0 / BDL_HOUR_MS + 49), 2 /* loads */ + 2 /* visits */);
	assert_int_equal(rows(&d, "page_text"), 11);
	assert_int_equal(rows(&d, "site"), 20);
	assert_int_equal(delete_before(&d, (T0 / BDL_DAY_MS + 3) * 24),
	    18 + 11 + 18 + 40 /* sites and their days */ + 1 /* client */ + 2 /* bases */);
	static const char *const tables[] = { "visit", "page_load", "page_text", "site_day", "site",
		"client", "basis" };
	for (size_t i = 0; i < BDL_ARRAY_LEN(tables); i++)
		assert_int_equal(rows(&d, tables[i]), 0);
}

/* Who was deleted and comes again is there again, though the scribe knew the number of before. */
static void names_that_went_come_again(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	const struct bdl_view host = BDL_LIT("h3.example");
	struct bdl_visits_filter of_host = { .hosts = &host, .n_hosts = 1, .limit = 50 };
	struct bdl_visit_row *v;
	struct bdl_load_row *l;

	record_day(&d, 0, "adebayo");
	assert_int_equal(bring(&d), 20);
	(void)delete_before(&d, (T0 / BDL_DAY_MS + 1) * 24);
	assert_int_equal(rows(&d, "client"), 0);
	record_day(&d, 0, "bea");
	record_day(&d, 1, "adebayo");
	record_day(&d, 0, "adebayo");
	assert_int_equal(bring(&d), 60);
	assert_int_equal(loads(&d, &all, newest_load, &l), 60);
	assert_view(l[0].act.person, BDL_LIT("adebayo"));
	assert_int_equal(visits(&d, &of_host, newest_visit, &v), 1);
	assert_view(v[0].person, BDL_LIT("adebayo"));
	assert_int_equal(visits(&d, &of_host, next_visit, &v), 2);
	assert_int_equal(rows(&d, "client"), 2);
}

static void a_hold_keeps_visits_and_their_names(void **state)
{
	(void)state;
	struct desk d BDL_AUTO_IN(desk_done) = desk_make();
	struct bdl_act part = part_allowed(T0);
	struct bdl_load_row *l;
	size_t n;

	store_run(d.store,
	    "INSERT INTO legal_hold VALUES"
	    " (1, 1, 'bea', '', 'a', 'b', 'why', '2027-11-12', 1, 0, '', '', ''),"
	    " (1, 2, '', 'web.games', 'a', 'b', 'why', '2027-11-12', 1, 0, '', '', ''),"
	    " (1, 3, 'cho', 'web.games', 'a', 'b', 'why', '2027-11-12', 1, 9, '', '', '')");
	record_day(&d, 0, "adebayo");
	record_day(&d, 0, "bea");
	record_day(&d, 0, "cho");
	part.person = BDL_LIT("cho");
	part.clause = BDL_LIT("web.games");
	record(&d, &part);
	assert_int_equal(bring(&d), 61);
	(void)delete_before(&d, (T0 / BDL_DAY_MS + 1) * 24);
	n = loads(&d, &all, newest_load, &l);
	assert_int_equal(n, 20);
	for (size_t i = 0; i < n; i++) {
		assert_view(l[i].act.person, BDL_LIT("bea"));
		assert_true(bdl_view_starts(l[i].act.path, BDL_LIT("/bea/")));
		assert_true(l[i].act.kept.n > 0);
	}
	assert_int_equal(rows(&d, "page_text"), 11);
	assert_int_equal(rows(&d, "visit"), 21);
	assert_int_equal(rows(&d, "client"), 2);
	store_run(d.store, "UPDATE legal_hold SET ended_ms = 9");
	(void)delete_before(&d, (T0 / BDL_DAY_MS + 1) * 24);
	assert_int_equal(rows(&d, "visit") + rows(&d, "page_load") + rows(&d, "page_text") +
		rows(&d, "client") + rows(&d, "site") + rows(&d, "site_day"),
	    0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rolls_up_what_belongs_together),
		cmocka_unit_test(a_page_load_keeps_its_facts),
		cmocka_unit_test(strict_parts_are_counted),
		cmocka_unit_test(what_is_withheld_is_a_count),
		cmocka_unit_test(finds_the_hours_of_a_host),
		cmocka_unit_test(finds_each_hour_of_a_host),
		cmocka_unit_test(a_path_that_comes_again_is_a_text),
		cmocka_unit_test(lists_by_every_filter),
		cmocka_unit_test(lists_by_kind_category_and_time),
		cmocka_unit_test(finds_the_last_of_many_categories),
		cmocka_unit_test(page_by_page_all_come_once),
		cmocka_unit_test(times_may_jump),
		cmocka_unit_test(holds_back_what_can_wait),
		cmocka_unit_test(deletes_hours_a_few_rows_at_a_time),
		cmocka_unit_test(names_that_went_come_again),
		cmocka_unit_test(a_hold_keeps_visits_and_their_names),
	};

	const struct CMUnitTest of_sqlite[] = {
		cmocka_unit_test(the_journal_keeps_what_is_not_synced),
		cmocka_unit_test(lists_go_by_the_key),
		cmocka_unit_test(a_full_disk_loses_nothing),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return store_is_pg() ? failed : failed + cmocka_run_group_tests(of_sqlite, NULL, NULL);
}
