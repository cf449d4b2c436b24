/*
 * The portal's pages over a term of records: what a school of 1,700 did in a week is brought to a
 * store, the weeks after it are copies of that, and each page is asked for again and again, with
 * what people look for: the newest, one person, one site, one category, a day long ago. Prints one
 * object of JSON: milliseconds at the server, and bytes as gzip would send them.
 *
 *	bench_pages FOLDER [WEEKS [DAYS]]
 *
 * FOLDER is made where it is not there, else what is in it is used: 13 weeks, a term, of five days,
 * where nothing is said.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "portal/request.h"
#include "record/acts/acts.h"
#include "record/store/store_int.h"
#include "record/visits/visits_int.h"
#include "school_day.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SEED        20261121
#define WEEKS       13
#define ROUNDS      100
#define SECOND_WEEK (INT64_C(1795996800000) / BDL_HOUR_MS) /* 30 November 2026 */
#define SYNC_EVERY  100
#define MADE        4000 /* acts of one transaction */

/* --- the store --- */

static int store_some(struct bdl_store *s, struct bdl_rollup *r, struct school_day *day,
    size_t *left, struct bdl_err *err)
{
	struct bdl_act act;
	int rc = bdl_store_begin(s, err);

	for (size_t i = 0; !rc && i < MADE && *left; i++, --*left) {
		school_day_next(day, &act);
		if (bdl_visits_take(&act))
			bdl_rollup_add(r, &act);
		else
			rc = bdl_acts_add(s, &act, err);
	}
	if (!rc)
		rc = bdl_rollup_store(r, s, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_rollup_clear(r);
	return rc;
}

/* The first week again, so many weeks later. */
static int week_copy(struct bdl_store *s, int64_t week, struct bdl_err *err)
{
	static const char *const copies[] = {
		"INSERT INTO visit (school, hour, client, site, basis, tens, pages, parts, bytes_down,"
		" bytes_up) SELECT school, hour + 168 * ?1, client, site, basis, tens, pages, parts,"
		" bytes_down, bytes_up FROM visit WHERE hour < ?2",
		"INSERT INTO page_load SELECT school, hour + 168 * ?1, client, id, hour_ms, kind,"
		" site, basis, path, kept, own_path FROM page_load WHERE hour < ?2",
		"INSERT INTO page_text SELECT school, day + 7 * ?1, id, text FROM page_text"
		" WHERE day < ?2 / 24",
		"INSERT INTO site_day SELECT school, site, day + 7 * ?1, hours, page_hours"
		" FROM site_day WHERE day < ?2 / 24",
		"INSERT INTO violation SELECT school, id + ?1 * 1000000, first_ms + 604800000 * ?1,"
		" last_ms + 604800000 * ?1, acts, parts, action, critical, person, address, host,"
		" policy, clause, tell, first_act + ?1 * 1000000 FROM violation"
		" WHERE last_ms < ?2 * 3600000",
		"INSERT INTO figure SELECT school, kind, day + 7 * ?1, policy, name, action, acts,"
		" violations FROM figure WHERE day < ?2 / 24",
		"INSERT INTO act SELECT school, id + ?1 * 1000000, at_ms + 604800000 * ?1, door, kind,"
		" action, critical, known, passed, weekday, minute, ruleset,"
		" violation + ?1 * 1000000, person,"
		" person_groups, address, method, scheme, host, path, categories, policy, clause,"
		" clauses, tell, reason, source, place, equipment, kept FROM act"
		" WHERE at_ms < ?2 * 3600000",
	};
	int rc = bdl_store_begin(s, err);

	for (size_t i = 0; !rc && i < BDL_ARRAY_LEN(copies); i++) {
		struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
		rc = bdl_stmt_get(s, copies[i], &st, err);
		if (rc)
			break;
		bdl_bind_int(st, 1, week);
		bdl_bind_int(st, 2, SECOND_WEEK);
		rc = bdl_stmt_run(s, st, err);
	}
	return rc ? rc : bdl_store_commit(s, err);
}

static int store_make(const char *path, size_t weeks, size_t days, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_rollup *r BDL_AUTO(bdl_rollup_free) = bdl_rollup_new();
	struct school_day *day = school_day_new(SEED);
	size_t left = days * SCHOOL_DAY_REQUESTS;

	bool synced;

	int rc = bdl_store_open(path, BDL_STORE_WRITE, &s, err);
	if (!rc)
		bdl_store_relax(s);
	for (size_t i = 1; !rc && left; i++) {
		rc = store_some(s, r, day, &left, err);
		if (!rc && i % SYNC_EVERY == 0)
			rc = bdl_store_sync(s, &synced, err);
	}
	for (int64_t week = 1; !rc && week < (int64_t)weeks; week++) {
		rc = week_copy(s, week, err);
		if (!rc)
			rc = bdl_store_sync(s, &synced, err);
	}
	school_day_free(day);
	return rc;
}

/* --- the pages --- */

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* What gzip makes of it, by the program itself. */
static long packed_size(struct bdl_view body)
{
	char path[] = "/tmp/bench_pages.XXXXXX", command[128];
	char line[32] = "";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	if (!f)
		return -1;
	(void)fwrite(body.p, 1, body.n, f); /* a short one shows in the figure */
	(void)fclose(f);
	(void)snprintf(command, sizeof(command), "gzip -c %s | wc -c", path);
	f = popen(command, "r");
	if (f) {
		if (!fgets(line, sizeof(line), f))
			line[0] = '\0';
		(void)pclose(f);
	}
	(void)remove(path);
	return strtol(line, NULL, 10);
}

static struct bdl_reply ask(struct bdl_worker *w, const char *target, int64_t now_ms)
{
	struct bdl_view rest = bdl_view_of(target), pair, name;
	struct bdl_request r = { .reads = true, .host = BDL_LIT("localhost"), .now_ms = now_ms };
	struct bdl_reply reply;
	struct bdl_err err;

	(void)bdl_view_cut(&rest, '?', &r.path); /* always there is something before it */
	while (bdl_view_cut(&rest, '&', &pair)) {
		(void)bdl_view_cut(&pair, '=', &name); /* likewise */
		r.queries[r.n_queries++] = (struct bdl_query){ name, pair };
	}
	bdl_portal_answer(w, &r, &reply, &err);
	if (reply.status != 200)
		fprintf(stderr, "bench_pages: %s: %u %s\n", target, reply.status, err.text);
	return reply;
}

static void measure(struct bdl_worker *w, const char *target, int64_t now_ms, bool is_first)
{
	int64_t took[ROUNDS];
	long packed = 0;
	size_t n = 0;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t begin_us = bdl_tick_us();
		struct bdl_reply reply = ask(w, target, now_ms);
		took[i] = bdl_tick_us() - begin_us;
		n = reply.body.n;
		if (i == 0)
			packed = packed_size(bdl_buf_view(&reply.body));
		bdl_buf_done(&reply.body);
	}
	int64_t first = took[0];
	qsort(took, ROUNDS, sizeof(*took), ascending);
	printf("%s\n \"%s\": {\"first_ms\": %.1f, \"median_ms\": %.1f, \"p99_ms\": %.1f,"
	       " \"bytes\": %zu, \"gzip_bytes\": %ld}",
	    is_first ? "" : ",", target, (double)first / 1e3, (double)took[ROUNDS / 2] / 1e3,
	    (double)took[ROUNDS * 99 / 100 - 1] / 1e3, n, packed);
}

static int64_t number(struct bdl_store *s, const char *sql)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	if (bdl_stmt_get(s, sql, &st, NULL) || bdl_stmt_step(s, st, NULL) <= 0)
		return 0;
	return bdl_col_int(st, 0);
}

static int pages_measure(const char *path, struct bdl_err *err)
{
	static const char *const pages[] = { "/", "/acts", "/acts?person=pupil.777",
		"/acts?person=pupil", "/acts?host=www.site-3.example", "/acts?host=site-3",
		"/acts?host=e", "/acts?host=nowhere", "/acts?clause=web.gambling",
		"/acts?verdict=block", "/acts?verdict=allow", "/acts?verdict=hold",
		"/acts?day=2026-12-01", "/acts?day=2026-12-01&person=pupil.777",
		"/acts?day=2026-12-01&host=site-3", "/acts?day=2026-12-01&verdict=block",
		"/acts?kind=search", "/acts?kind=upload", "/acts?person=pupil&host=site-3",
		"/acts?person=pupil.7&verdict=note", "/acts?host=site-3&kind=download",
		"/violations", "/violations?person=pupil", "/violations?host=site-3",
		"/violations?host=e", "/violations?clause=web.gambling",
		"/violations?verdict=coach", "/violations?day=2026-12-01",
		"/violations?person=pupil.7&day=2026-12-01", "/visits", "/visits?person=pupil.777",
		"/visits?person=pupil", "/visits?host=www.site-3.example", "/visits?host=site-3",
		"/visits?host=e", "/visits?category=games", "/visits?day=2026-12-01",
		"/visits?day=2026-12-01&host=site-3", "/visits?person=pupil.7&category=games",
		"/visits/pupil.777", "/visits/pupil.777?day=2026-12-01", "/figures",
		"/figures?span=term", "/figures?span=year", "/status", "/coverage", "/lists",
		"/storage" };
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	const struct bdl_site site = {
		.dir = "/nonexistent", .store_path = path, .lists_path = "/nonexistent"
	};
	struct bdl_worker *w BDL_AUTO(bdl_worker_free) = bdl_worker_new(&site);
	char load[96];

	int rc = bdl_store_open(path, BDL_STORE_READ, &s, err);
	if (rc)
		return rc;
	int64_t hour = number(s, "SELECT max(hour) FROM page_load");
	int64_t client = number(
	    s, "SELECT max(client) FROM page_load WHERE hour = (SELECT max(hour) FROM page_load)");
	int64_t now_ms = (hour + 1) * BDL_HOUR_MS;
	printf("{\"visits\": %lld, \"page loads\": %lld, \"acts\": %lld, \"pages\": {",
	    (long long)number(s, "SELECT count(*) FROM visit"),
	    (long long)number(s, "SELECT count(*) FROM page_load"),
	    (long long)number(s, "SELECT count(*) FROM act"));
	(void)snprintf(load, sizeof(load), "/acts/%lld-%lld-1", (long long)hour, (long long)client);
	measure(w, load, now_ms, true);
	for (size_t i = 0; i < BDL_ARRAY_LEN(pages); i++)
		measure(w, pages[i], now_ms, false);
	printf("}}\n");
	return 0;
}

int main(int argc, char **argv)
{
	struct bdl_err err = { 0 };
	uint64_t weeks = WEEKS, days = SCHOOL_WEEK_DAYS;
	char path[PATH_MAX];
	struct stat st;
	int rc = 0;

	if (argc < 2 || argc > 4 ||
	    (argc > 2 && !bdl_view_uint(bdl_view_of(argv[2]), 1000, &weeks)) ||
	    (argc > 3 && !bdl_view_uint(bdl_view_of(argv[3]), SCHOOL_WEEK_DAYS, &days))) {
		fprintf(stderr, "usage: bench_pages FOLDER [WEEKS [DAYS]]\n");
		return 2;
	}
	(void)mkdir(argv[1], 0700); /* the store says it where that was no good */
	(void)snprintf(path, sizeof(path), "%s/store.db", argv[1]);
	if (stat(path, &st))
		rc = store_make(path, weeks, days, &err);
	if (!rc)
		rc = pages_measure(path, &err);
	if (rc)
		fprintf(stderr, "bench_pages: %s\n", err.text);
	return rc != 0;
}
