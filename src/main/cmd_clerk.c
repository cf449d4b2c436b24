/*
 * beadle clerk list        the jobs: when each is due, and how it went the last time
 * beadle clerk run NAME    do one now
 */
#include "base/clock.h"
#include "main/clerk/clerk.h"
#include "main/command.h"
#include "main/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_US    50000
#define ROWS_BYTES 65536

static const struct bdl_job_row *row_of(const char *name, const struct bdl_job_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_is(rows[i].name, name))
			return &rows[i];
	return NULL;
}

/* "in hand of ...", "never", or the moment. */
static void print_next(const struct bdl_job_row *row, int64_t now_ms)
{
	char moment[BDL_LONG_LEN];

	if (row->holder.n > 0 && row->until_ms > now_ms) {
		printf("  being done by %.*s\n", BDL_FMT(row->holder));
		return;
	}
	if (row->next_ms == INT64_MAX) {
		puts("  due      never");
		return;
	}
	bdl_time_long(row->next_ms, moment);
	printf("  due      %s\n", row->next_ms <= now_ms ? "now" : moment);
}

static void print_last(const struct bdl_job_row *row)
{
	char moment[BDL_LONG_LEN];

	if (row->failures > 0)
		printf(
		    "  FAILED   %" PRId64 " in a row: %.*s\n", row->failures, BDL_FMT(row->result));
	if (row->ended_ms == 0)
		return;
	bdl_time_long(row->ended_ms, moment);
	printf("  last run %s, in %" PRId64 " ms", moment, row->took_ms);
	if (row->failures == 0)
		printf(": %.*s", BDL_FMT(row->result));
	putchar('\n');
}

/* False where its last run failed. */
static bool print_job(const struct bdl_conf *conf, const struct bdl_job *job,
    const struct bdl_job_row *row, int64_t now_ms)
{
	char text[BDL_SCHEDULE_TEXT];
	struct bdl_schedule schedule;

	job->schedule(conf, &schedule);
	bdl_schedule_write(&schedule, text);
	printf("%s (%s): %s\n", job->name, text, job->help);
	if (!row) {
		puts("  due      from the next start of beadle run");
		return true;
	}
	print_next(row, now_ms);
	print_last(row);
	return row->failures == 0;
}

static int list(const struct bdl_conf *conf, bool *ret_fine, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_BYTES);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_job_row *rows;
	char names[BDL_JOBS_MAX][BDL_JOB_NAME];
	int64_t now_ms = 0; /* the analyser cannot see it set */
	bool fine = true;
	size_t n;

	int rc = bdl_data_store_read(conf, &store, err);
	if (rc < 0)
		return rc;
	rc = bdl_jobs_list(store, region, &rows, &n, err);
	if (rc == 0)
		rc = bdl_job_names(conf, names, err);
	if (rc == 0)
		rc = bdl_store_now(store, &now_ms, err);
	if (rc < 0)
		return rc;
	for (const struct bdl_job *job = bdl_jobs; job->name; job++)
		fine = print_job(conf, job, row_of(names[job - bdl_jobs], rows, n), now_ms) && fine;
	*ret_fine = fine;
	return 0;
}

static int run(
    const struct bdl_conf *conf, const struct bdl_job *job, bool *ret_fine, struct bdl_err *err)
{
	struct bdl_clerk c;
	const struct bdl_clerk_run *of = &c.runs[job - bdl_jobs];
	size_t running = 0;

	int rc = bdl_job_refuse(conf, job, err);
	if (rc < 0)
		return rc;
	bdl_clerk_init(&c, conf, false);
	rc = bdl_clerk_begin(&c, job, err);
	while (rc == 0 && (rc = bdl_clerk_look(&c, &running, err)) == 0 && running > 0)
		(void)usleep(LOOK_US); /* a signal ends the process, or only the nap */
	bdl_clerk_done(&c);
	if (rc < 0)
		return rc;
	if (!of->end.went_well)
		return bdl_fail(err, BDL_E_IO, "%s: %s", job->name, of->text);
	printf("%s: %s\n", job->name, of->text);
	*ret_fine = true;
	return 0;
}

static const struct bdl_job *job_asked_for(const char *name)
{
	const struct bdl_job *job = bdl_job_named(bdl_view_of(name));

	if (job)
		return job;
	fprintf(stderr, "beadle clerk: there is no job '%s'; there are", name);
	for (job = bdl_jobs; job->name; job++)
		fprintf(stderr, " %s", job->name);
	fputc('\n', stderr);
	return NULL;
}

int bdl_cmd_clerk(struct bdl_args *a)
{
	bool is_run = a->n > 0 && strcmp(a->words[0], "run") == 0;
	const struct bdl_job *job = NULL;
	struct bdl_conf conf;
	struct bdl_err err;
	bool fine = false;

	if (!is_run && (a->n == 0 || strcmp(a->words[0], "list") != 0)) {
		fprintf(stderr, "beadle clerk: say list or run\nuse: beadle %s\n", a->use);
		return BDL_EXIT_USAGE;
	}
	if (!bdl_args_fit(a, is_run ? 2 : 1, is_run ? 2 : 1))
		return BDL_EXIT_USAGE;
	if (is_run && !(job = job_asked_for(a->words[1])))
		return BDL_EXIT_USAGE;
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = is_run ? run(&conf, job, &fine, &err) : list(&conf, &fine, &err);
	if (rc < 0)
		return bdl_complain(&err);
	return fine ? BDL_EXIT_FINE : BDL_EXIT_FAILED;
}
