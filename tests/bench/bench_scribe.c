/*
 * The scribe at a school's volume: a day's acts in real journal segments, brought to a store of its
 * own on one core, while somebody on another core writes what a person writes on the portal. Prints
 * one object of JSON.
 *
 *	bench_scribe [--bytes] [--store URL] FOLDER [REQUESTS]
 *
 * FOLDER is made, and stays; URL is that of an empty database: postgresql://...; a day's requests, where
 * nothing is said. With --bytes there is the proxy's log of them, too; it is brought last, as it is all
 * there from the beginning.
 *
 * What is kept of acts is as many times as much in a week; but the same people go to the same hosts. So the
 * acts come in two halves, and each doubling of them is taken to multiply names by what the second
 * did, which is rather too much, the more so the fewer requests. An hour that is cut short has more visits
 * to a request than a whole one, too: a day tells it best.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "record/acts/acts.h"
#include "record/journal/journal.h"
#include "record/scribe/scribe.h"
#include "record/store/store_int.h"
#include "record/visits/mark.h"
#include "record/visits/visits.h"
#include "school_day.h"
#include "sys/file.h"
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEED       20261121
#define REQUESTS   SCHOOL_DAY_REQUESTS
#define WORKERS    2
#define SAMPLES    (1024 * 1024)
#define PAUSE_US   5000 /* between two writes of people */
#define SYNC_EVERY 100000
#define MB         1e6

/* Microseconds, of transactions. Shared with the process that writes. */
struct samples {
	size_t n;
	uint32_t us[SAMPLES];
};

static void sample(struct samples *s, int64_t us)
{
	if (s->n < SAMPLES)
		s->us[s->n++] = (uint32_t)us;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void print_samples(const char *name, struct samples *s)
{
	qsort(s->us, s->n, sizeof(*s->us), ascending);
	if (!s->n)
		return;
	printf("\"%s\": {\"n\": %zu, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}, ", name,
	    s->n, s->us[s->n / 2] / 1e3, s->us[s->n * 99 / 100] / 1e3, s->us[s->n - 1] / 1e3);
}

enum kind { VISITS, LOADS, ACTS, NAMES, OTHER, KINDS };

static const char *const kind_words[KINDS] = { "visits", "page loads", "acts and violations",
	"names", "other" };

struct brought {
	size_t acts, lines;
	int64_t acts_us, lines_us; /* of the rounds that brought them */
	double cpu;                /* seconds */
	double bytes[2][KINDS];    /* of the store, after each half */
};

struct bench {
	const char *folder, *store;
	bool with_bytes, is_file;
	size_t requests;
	struct school_day *day;
	struct samples *took, *people;
	struct brought got;
};

static void pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)core, &set);
	(void)sched_setaffinity(0, sizeof(set), &set); /* of one core there is no choice */
}

/* --- the journal --- */

static int journal_sync(struct bdl_journal *j, struct bdl_err *err)
{
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);

	if (!s)
		return 0;
	int rc = bdl_journal_sync_run(s, err);
	bdl_journal_sync_end(j, s);
	return rc;
}

/* A line of the proxy's log: mostly small answers, some large. NULL: there is no log. */
static int line_write(FILE *log, const struct bdl_act *a, uint32_t chance, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_MARK_TEXT_MAX);
	struct bdl_mark m;

	if (!log || !bdl_visits_take(a))
		return 0;
	bdl_mark_of(a, &m);
	bdl_mark_write(&m, &text);
	int rc =
	    fprintf(log, "%s %u %u %u\n", bdl_buf_str(&text), chance % 997 * (chance % 601 + 1),
		400 + chance % 613, 400 + chance % 613); /* all of it head */
	return rc < 0 ? bdl_fail_sys(err, "write the log") : 0;
}

static FILE *log_make(const char *folder, int half)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/bytes", folder);
	if (bdl_file_mkdirs(path, NULL))
		return NULL;
	(void)snprintf(path, sizeof(path), "%s/bytes/%d.log", folder, half);
	return fopen(path, "w");
}

static int acts_write(
    struct bdl_journal **j, struct school_day *day, size_t requests, FILE *log, struct bdl_err *err)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_act act;
	int rc = 0;

	for (size_t i = 0; !rc && i < requests; i++) {
		struct bdl_journal *to = j[i / 7 % WORKERS];
		school_day_next(day, &act);
		bdl_buf_clear(&bytes);
		rc = bdl_act_encode(&act, &bytes);
		if (!rc)
			rc = bdl_journal_append(to, BDL_ENTRY_ACT, bdl_buf_view(&bytes), err);
		if (!rc && i % SYNC_EVERY < WORKERS)
			rc = journal_sync(j[i % SYNC_EVERY], err);
		if (!rc)
			rc = line_write(log, &act, (uint32_t)i * 2654435761u, err);
	}
	return rc;
}

static int journals_write(const struct bench *b, int half, struct bdl_err *err)
{
	FILE *log = b->with_bytes ? log_make(b->folder, half) : NULL;
	struct bdl_journal *j[WORKERS] = { 0 };
	int rc = b->with_bytes && !log ? bdl_fail_sys(err, "make the log") : 0;

	for (int i = 0; !rc && i < WORKERS; i++) {
		char path[PATH_MAX];
		(void)snprintf(path, sizeof(path), "%s/journal/web-%d", b->folder, i);
		rc = bdl_journal_open(path, BDL_JOURNAL_SEGMENT, &j[i], err);
	}
	if (!rc)
		rc = acts_write(j, b->day, b->requests / 2, log, err);
	if (log && fclose(log) && !rc)
		rc = bdl_fail_sys(err, "write the log");
	for (int i = 0; i < WORKERS; i++)
		bdl_journal_close(j[i]);
	return rc;
}

/* --- people who write --- */

static int write_once(struct bdl_store *s, struct bdl_stmt *st, struct bdl_err *err)
{
	int rc = bdl_store_begin(s, err);

	if (!rc)
		rc = bdl_stmt_run(s, st, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* A child of its own: a small transaction every few milliseconds, each synced, until it is ended. */
BDL_NORETURN static void people_write(const char *store, struct samples *samples)
{
	struct bdl_store *s;
	struct bdl_err err = { 0 };
	struct bdl_stmt *st;

	pin(1);
	int rc = bdl_store_open(store, BDL_STORE_WRITE, &s, &err);
	if (!rc)
		rc = bdl_stmt_get(s,
		    "INSERT INTO written (text) VALUES ('a report of two hundred bytes')", &st,
		    &err);
	while (!rc) {
		int64_t begin_us = bdl_tick_us();
		rc = write_once(s, st, &err);
		sample(samples, bdl_tick_us() - begin_us);
		(void)usleep(PAUSE_US); /* a little sooner does not matter */
	}
	fprintf(stderr, "bench_scribe: the writer: %s\n", err.text);
	_exit(1);
}

/* --- the scribe --- */

static int bring(struct bench *b, struct bdl_store *s, struct bdl_err *err)
{
	char path[PATH_MAX];
	struct bdl_scribe_round round;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/journal", b->folder);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = bdl_scribe_new(s, path);
	(void)snprintf(path, sizeof(path), "%s/bytes", b->folder);
	bdl_scribe_bytes(scribe, path);
	do {
		int64_t begun_us = bdl_tick_us();
		rc = bdl_scribe_round(scribe, 0, &round, err);
		if (!rc && round.journal.code) {
			*err = round.journal;
			rc = round.journal.code;
		}
		if (!rc && round.took_us)
			sample(b->took, round.took_us);
		b->got.acts += round.stored;
		b->got.lines += round.lines;
		*(round.lines ? &b->got.lines_us : &b->got.acts_us) += bdl_tick_us() - begun_us;
	} while (!rc && round.stored + round.lines);
	return rc;
}

static int sizes_get(struct bdl_store *s, double ret[KINDS], struct bdl_err *err)
{
	static const char sql[] = "SELECT CASE WHEN m.tbl_name IN ('visit', 'site_day') THEN 0"
				  " WHEN m.tbl_name IN ('page_load', 'page_text') THEN 1"
				  " WHEN m.tbl_name IN ('act', 'violation') THEN 2"
				  " WHEN m.tbl_name IN ('client', 'site', 'basis') THEN 3"
				  " ELSE 4 END AS kind, sum(d.pgsize)"
				  " FROM dbstat d LEFT JOIN sqlite_schema m ON m.name = d.name"
				  " WHERE d.aggregate = 1 AND d.name <> 'written' GROUP BY kind";
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	while ((rc = bdl_stmt_step(s, st, err)) > 0)
		ret[bdl_col_int(st, 0)] = (double)bdl_col_int(st, 1);
	return rc;
}

/* Each doubling of the acts multiplies it by what the last one did. */
static double after_doublings(double half, double whole, double times)
{
	double each = whole / half;

	for (; times >= 2; times /= 2)
		whole *= each;
	return whole * (1 + (times - 1) * (each - 1));
}

static void print_week(const struct brought *got)
{
	double times = (double)SCHOOL_DAY_REQUESTS * SCHOOL_WEEK_DAYS / (double)got->acts, all = 0;

	printf("\"mb_a_week\": {");
	for (int i = 0; i < KINDS; i++) {
		double half = got->bytes[0][i], whole = got->bytes[1][i];
		double week = i == NAMES ? after_doublings(half, whole, times)
		    : i == OTHER         ? whole + (times - 1) * 2 * (whole - half)
					 : whole * times;
		printf("\"%s\": %.1f, ", kind_words[i], week / MB);
		all += week;
	}
	printf("\"all\": %.1f}, ", all / MB);
}

static int64_t number(struct bdl_store *s, const char *sql)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	if (bdl_stmt_get(s, sql, &st, NULL) || bdl_stmt_step(s, st, NULL) <= 0)
		return -1;
	return bdl_col_int(st, 0);
}

static double cpu_seconds(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u); /* cannot fail for oneself */
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* A half of the acts, while people write. */
static int measure_half(struct bench *b, int half, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	bool synced;

	int rc = journals_write(b, half + 1, err);
	if (rc)
		return rc;
	pid_t people = fork(); /* no connection of SQLite's outlives a fork: there is none */
	if (people == 0)
		people_write(b->store, b->people);
	pin(0);
	rc = bdl_store_open(b->store, BDL_STORE_WRITE, &s, err);
	double cpu = cpu_seconds();
	if (!rc)
		rc = bring(b, s, err);
	b->got.cpu += cpu_seconds() - cpu;
	if (people > 0 && !kill(people, SIGKILL))
		(void)waitpid(people, NULL, 0); /* a child of ours */
	if (!rc)
		rc = bdl_store_sync(s, &synced, err);
	return !rc && b->is_file ? sizes_get(s, b->got.bytes[half], err) : rc;
}

static int print_rows(const struct bench *b, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;

	int rc = bdl_store_open(b->store, BDL_STORE_WRITE, &s, err);
	if (rc)
		return rc;
	printf(
	    "\"rows\": {\"visits\": %lld, \"page loads\": %lld, \"acts\": %lld, \"violations\": %lld, "
	    "\"hosts\": %lld}}\n",
	    (long long)number(s, "SELECT count(*) FROM visit"),
	    (long long)number(s, "SELECT count(*) FROM page_load"),
	    (long long)number(s, "SELECT count(*) FROM act"),
	    (long long)number(s, "SELECT count(*) FROM violation"),
	    (long long)number(s, "SELECT count(*) FROM site"));
	return 0;
}

static int measure(struct bench *b, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	const struct brought *got = &b->got;

	int rc = bdl_file_mkdirs(b->folder, err);
	if (!rc)
		rc = bdl_store_open(b->store, BDL_STORE_WRITE, &s, err);
	if (rc)
		return rc;
	(void)number(s, "CREATE TABLE written (text TEXT)");
	bdl_store_close(bdl_steal(&s));
	for (int half = 0; !rc && half < 2; half++)
		rc = measure_half(b, half, err);
	if (rc)
		return rc;
	printf("{\"acts\": %zu, \"acts_a_second\": %.0f, \"cpu_us_an_act\": %.2f, ", got->acts,
	    (double)got->acts * 1e6 / (double)got->acts_us, got->cpu * 1e6 / (double)got->acts);
	if (got->lines)
		printf("\"lines\": %zu, \"lines_a_second\": %.0f, ", got->lines,
		    (double)got->lines * 1e6 / (double)got->lines_us);
	print_samples("transaction", b->took);
	print_samples("people", b->people);
	if (b->is_file)
		print_week(got);
	return print_rows(b, err);
}

int main(int argc, char **argv)
{
	struct bdl_err err = { 0 };
	uint64_t requests = REQUESTS;
	char store[PATH_MAX];

	bool with_bytes = argc > 1 && !strcmp(argv[1], "--bytes");
	int at = with_bytes ? 2 : 1;
	const char *url = argc > at + 1 && !strcmp(argv[at], "--store") ? argv[at + 1] : NULL;
	at += url ? 2 : 0;

	if (argc < at + 1 || argc > at + 2 ||
	    (argc == at + 2 && !bdl_view_uint(bdl_view_of(argv[at + 1]), 1000000000, &requests)) ||
	    requests < 2) {
		fprintf(stderr, "usage: bench_scribe [--bytes] [--store URL] FOLDER [REQUESTS]\n");
		return 2;
	}
	struct samples *shared = mmap(
	    NULL, 2 * sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	(void)snprintf(store, sizeof(store), url ? "%s" : "%s/store.db", url ? url : argv[at]);
	struct bench b = {
		.folder = argv[at],
		.store = store,
		.with_bytes = with_bytes,
		.is_file = !url,
		.requests = requests,
		.day = school_day_new(SEED),
		.took = &shared[0],
		.people = &shared[1],
	};
	int rc = measure(&b, &err);
	school_day_free(b.day);
	if (rc)
		fprintf(stderr, "bench_scribe: %s\n", err.text);
	return rc != 0;
}
