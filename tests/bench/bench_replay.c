/*
 * How many acts a second a replay judges: so many requests of a school of 1,700 in a store, replayed
 * under these documents and those, from the first row to the report, on one core. Prints one
 * object of JSON.
 *
 *	bench_replay FOLDER REQUESTS NOW.md... -- THEN.md...
 *
 * FOLDER is made where it is not there, else what is in it is used.
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "record/acts/acts.h"
#include "record/replay/replay.h"
#include "record/store/store_int.h"
#include "record/visits/visits_int.h"
#include "school_day.h"
#include "sys/file.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#define SEED   20261121
#define MADE   4000 /* acts of one transaction */
#define ROUNDS 3

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

static int make(const char *path, size_t requests, struct bdl_err *err)
{
	struct bdl_rollup *r BDL_AUTO(bdl_rollup_free) = bdl_rollup_new();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct school_day *day = school_day_new(SEED);

	int rc = bdl_store_open(path, BDL_STORE_WRITE, &s, err);
	if (!rc)
		bdl_store_relax(s);
	while (!rc && requests)
		rc = store_some(s, r, day, &requests, err);
	school_day_free(day);
	return rc;
}

static int ruleset_of(char *const *paths, int n, struct bdl_ruleset **ret, struct bdl_err *err)
{
	struct bdl_source sources[BDL_POLICIES_MAX] = { 0 };
	struct bdl_buf texts[BDL_POLICIES_MAX];
	int rc = 0;

	for (int i = 0; i < n; i++)
		texts[i] = BDL_BUF(BDL_DOCUMENT_MAX);
	for (int i = 0; rc == 0 && i < n; i++) {
		const char *slash = strrchr(paths[i], '/');
		struct bdl_view name = bdl_view_of(slash ? slash + 1 : paths[i]);

		rc = bdl_file_read(paths[i], &texts[i], err);
		if (bdl_view_ends(name, BDL_LIT(".md")))
			name.n -= 3;
		sources[i] = (struct bdl_source){ name, bdl_buf_view(&texts[i]) };
	}
	if (rc == 0)
		rc = bdl_ruleset_new(sources, (size_t)n, ret, err);
	for (int i = 0; i < n; i++)
		bdl_buf_done(&texts[i]);
	return rc;
}

static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* What the store has to be read for. */
static int count_rows(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT (SELECT count(*) FROM visit WHERE parts > 0)"
	    " + (SELECT count(*) FROM page_load) + (SELECT count(*) FROM act)",
	    &st, err);
	if (rc == 0)
		rc = bdl_stmt_step(s, st, err);
	*ret = rc > 0 ? bdl_col_int(st, 0) : 0;
	return rc < 0 ? rc : 0;
}

static int measure(const char *path, const struct bdl_replay *p, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_REPLAY_REPORT_MAX);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_replay_report r = { 0 };
	double cpu[ROUNDS];
	int64_t rows;

	int rc = bdl_store_open(path, BDL_STORE_READ, &s, err);
	if (rc == 0)
		rc = count_rows(s, &rows, err);
	for (int i = 0; rc == 0 && i < ROUNDS; i++) {
		double from = cpu_s();

		rc = bdl_replay_run(s, p, 0, INT64_MAX, region, &r, err);
		cpu[i] = cpu_s() - from;
	}
	if (rc < 0)
		return rc;
	qsort(cpu, ROUNDS, sizeof(*cpu), by_size);
	printf("{\"acts\": %" PRId64 ", \"parts\": %" PRId64 ", \"changed\": %" PRId64
	       ", \"unknown\": %" PRId64 ", \"core_seconds\": %.2f, \"acts_a_second\": %.0f,"
	       " \"rows\": %" PRId64 ", \"rows_a_second\": %.0f}\n",
	    r.all.acts, r.all.parts, r.changed.acts + r.changed.parts,
	    r.unknown.acts + r.unknown.parts, cpu[ROUNDS / 2],
	    (double)(r.all.acts + r.all.parts) / cpu[ROUNDS / 2], rows,
	    (double)rows / cpu[ROUNDS / 2]);
	return 0;
}

int main(int argc, char **argv)
{
	struct bdl_ruleset *now BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_ruleset *then BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_replay *p BDL_AUTO(bdl_replay_free) = NULL;
	struct bdl_err err = { 0 };
	int apart = 3, rc = 0;

	while (apart < argc && strcmp(argv[apart], "--") != 0)
		apart++;
	if (apart + 1 >= argc || argc > 2 * BDL_POLICIES_MAX) {
		fputs("use: bench_replay FOLDER REQUESTS NOW.md... -- THEN.md...\n", stderr);
		return 2;
	}
	char *path BDL_AUTO_FREE = bdl_xprintf("%s/store.db", argv[1]);
	if (mkdir(argv[1], 0755) == 0)
		rc = make(path, (size_t)strtoull(argv[2], NULL, 10), &err);
	if (rc == 0)
		rc = ruleset_of(argv + 3, apart - 3, &now, &err);
	if (rc == 0)
		rc = ruleset_of(argv + apart + 1, argc - apart - 1, &then, &err);
	if (rc == 0) {
		p = bdl_replay_new(now, then);
		rc = measure(path, p, &err);
	}
	if (rc < 0)
		fprintf(stderr, "%s\n", err.text);
	return rc < 0;
}
