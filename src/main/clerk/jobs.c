/*
 * What the clerk does. A new kind of timed work is one row of the table at the end, and a function
 * that closes its sandbox first.
 */
#include "base/clock.h"
#include "doors/dns/zone.h"
#include "main/clerk/clerk.h"
#include "main/clerk/keep.h"
#include "main/data.h"
#include "main/lists/verbs.h"
#include "main/publish.h"
#include "main/shipped.h"
#include "record/backup/backup.h"
#include "sys/file.h"
#include "sys/sandbox.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS INT64_C(86400000)

void bdl_backup_folder(const struct bdl_conf *conf, char *out, size_t size)
{
	if (conf->backup_folder[0])
		(void)snprintf(out, size, "%s", conf->backup_folder);
	else
		bdl_conf_path(conf, out, size, "backup");
}

int bdl_job_fence(const struct bdl_conf *conf, unsigned rights, struct bdl_err *err)
{
	char lists[BDL_PATH_MAX], backup[BDL_PATH_MAX], shipped[BDL_PATH_MAX];
	const struct bdl_path_right connect[] = { BDL_CONNECT_RIGHTS };
	struct bdl_path_right paths[4 + BDL_ARRAY_LEN(connect)];
	unsigned calls = BDL_CALLS_FILES | BDL_CALLS_LOCKS;
	bool landlock = false; /* the clerk has said where there is none */
	size_t n = 0;

	bdl_conf_path(conf, lists, sizeof(lists), "lists");
	bdl_backup_folder(conf, backup, sizeof(backup));
	if (rights & BDL_JOB_STORE)
		paths[n++] = (struct bdl_path_right){ conf->dir, BDL_MAY_WRITE };
	if (rights & BDL_JOB_LISTS)
		paths[n++] = (struct bdl_path_right){ lists, BDL_MAY_WRITE };
	if (rights & BDL_JOB_BACKUP)
		paths[n++] = (struct bdl_path_right){ backup, BDL_MAY_WRITE };
	if ((rights & BDL_JOB_LISTS) &&
	    bdl_shipped_find("", "lists", shipped, sizeof(shipped), NULL) == 0)
		paths[n++] = (struct bdl_path_right){ shipped, BDL_MAY_READ };
	if ((rights & BDL_JOB_STORE) && conf->store[0]) {
		calls |= BDL_CALLS_CONNECT | BDL_CALLS_LOCAL;
		for (size_t i = 0; i < BDL_ARRAY_LEN(connect); i++)
			paths[n++] = connect[i];
	}
	int rc = bdl_sandbox_files(paths, n, &landlock, err);
	return rc < 0 ? rc : bdl_sandbox_calls(calls, err);
}

/* --- lists --- */

static void lists_path(const struct bdl_conf *conf, char out[BDL_PATH_MAX])
{
	bdl_conf_path(conf, out, BDL_PATH_MAX, "lists/lists.conf");
}

/* One that cannot be read is tried once a day, which says what is wrong. */
static void lists_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret)
{
	BDL_AUTO(bdl_plan_free) struct bdl_plan *plan = NULL;
	char path[BDL_PATH_MAX];

	lists_path(conf, path);
	*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = DAY_MS };
	if (bdl_lists_plan_read(path, &plan, NULL) == 0)
		*ret = plan->schedule;
}

static int lists_say(
    const struct bdl_lists_brought *sum, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	size_t all = sum->fetched + sum->unchanged + sum->failed;

	if (sum->failed > 0)
		return bdl_fail(err, BDL_E_IO, "%zu of %zu could not be fetched: %s", sum->failed,
		    all, sum->first.text);
	(void)snprintf(result, BDL_JOB_RESULT, "%zu fetched, %zu unchanged", sum->fetched,
	    sum->unchanged); /* fits */
	return 0;
}

static int lists_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	BDL_AUTO(bdl_plan_free) struct bdl_plan *plan = NULL;
	BDL_AUTO(bdl_fetcher_end) struct bdl_fetcher *fetcher = NULL;
	struct bdl_list_build *build BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();
	struct bdl_lists_brought sum;
	char path[BDL_PATH_MAX];

	lists_path(conf, path);
	/* Started first, for what is left of this process does without the network. */
	int rc = bdl_fetcher_start(NULL, &fetcher, err);
	if (rc == 0)
		rc = bdl_job_fence(conf, BDL_JOB_LISTS, err);
	if (rc == 0)
		rc = bdl_lists_plan_read(path, &plan, err);
	if (rc == BDL_E_MISSING) {
		(void)snprintf(
		    result, BDL_JOB_RESULT, "there is no lists/lists.conf, so nothing is fetched");
		return 0;
	}
	if (rc == 0)
		rc = bdl_lists_bring(plan, fetcher, conf->dir, build, &sum, err);
	if (rc == 0)
		rc = bdl_publish_lists(
		    conf, build, NULL, err); /* the fence keeps it from the store */
	return rc < 0 ? rc : lists_say(&sum, result, err);
}

/* --- the store --- */

/* One in PostgreSQL is backed up by its own means. */
static void backup_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret)
{
	*ret = conf->store[0] ? (struct bdl_schedule){ .kind = BDL_SCHEDULE_NEVER } : conf->backup;
}

static int backup_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	char store[BDL_CONF_STORE_MAX], folder[BDL_PATH_MAX], to[BDL_PATH_MAX + BDL_BACKUP_NAME];
	char name[BDL_BACKUP_NAME];
	size_t removed = 0;
	int64_t bytes = 0;

	bdl_conf_store(conf, store);
	bdl_backup_folder(conf, folder, sizeof(folder));
	bdl_backup_name(bdl_now_ms(), name);
	(void)snprintf(to, sizeof(to), "%s/%s", folder, name); /* fits */
	int rc = bdl_file_mkdirs(folder, err);
	if (rc == 0)
		rc = bdl_job_fence(conf, BDL_JOB_STORE | BDL_JOB_BACKUP, err);
	if (rc == 0) /* first, for there may be no room else */
		rc = bdl_backup_sweep(folder, bdl_now_ms(), &removed, err);
	if (rc == 0)
		rc = bdl_backup_make(store, to, &bytes, err);
	if (rc == 0)
		rc = bdl_backup_prune(folder, conf->backups_kept, bdl_now_ms(), &removed, err);
	if (rc == 0)
		(void)snprintf(result, BDL_JOB_RESULT, "%s, %" PRId64 " kB, %zu older %s removed",
		    name, bytes / 1000, removed, removed == 1 ? "one" : "ones"); /* fits */
	return rc;
}

static void daily(const struct bdl_conf *conf, struct bdl_schedule *ret)
{
	(void)conf; /* nobody has asked for another */
	*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = DAY_MS };
}

/* The first backup is tried at once: it comes with another schedule, which makes the job due. */
static void drill_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret)
{
	char folder[BDL_PATH_MAX], name[BDL_BACKUP_NAME];

	backup_schedule(conf, ret);
	if (ret->kind == BDL_SCHEDULE_NEVER)
		return;
	bdl_backup_folder(conf, folder, sizeof(folder));
	bool is_there = bdl_backup_newest(folder, bdl_now_ms(), name, NULL) != BDL_E_MISSING;
	*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY,
		.every_ms = (is_there ? 7 : 1) * DAY_MS };
}

static int optimise_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;

	int rc = bdl_job_fence(conf, BDL_JOB_STORE, err);
	if (rc == 0)
		rc = bdl_data_store(conf, &store, err);
	if (rc == 0)
		rc = bdl_store_optimise(store, err);
	if (rc == 0)
		(void)snprintf(
		    result, BDL_JOB_RESULT, "the store's indices are looked after"); /* fits */
	return rc;
}

/* --- the table --- */

const struct bdl_job bdl_jobs[] = {
	{ "lists", "fetch the lists of lists/lists.conf and compile them", 4 * 3600, lists_schedule,
	    NULL, lists_run, true },
	{ "backup", "back the store up, and remove the oldest backups", 4 * 3600, backup_schedule,
	    NULL, backup_run, false },
	{ "optimise", "let the database look after its indices and its log", 3600, daily, NULL,
	    optimise_run, false },
	{ "storage", "count what the store holds, for the page that shows it", 2 * 3600, daily,
	    NULL, bdl_job_storage, false },
	{ "ledger", "verify the ledger", 2 * 3600, daily, NULL, bdl_job_ledger, false },
	{ "drill", "restore the newest backup beside itself, and see whether it is whole", 4 * 3600,
	    drill_schedule, NULL, bdl_job_drill, false },
	{ "dns", "write the names that everyone is kept from to dns/" BDL_DNS_ORIGIN, 3600,
	    bdl_dns_job_schedule, bdl_dns_job_cause, bdl_dns_job_run, true },
	{ "checks", "try out what the rules 'check' of the policies in force name", 3600,
	    bdl_checks_job_schedule, bdl_checks_job_cause, bdl_checks_job_run, true },
	{ 0 },
};

const struct bdl_job *bdl_job_named(struct bdl_view name)
{
	for (const struct bdl_job *job = bdl_jobs; job->name; job++)
		if (bdl_view_is(name, job->name))
			return job;
	return NULL;
}

int bdl_job_refuse(const struct bdl_conf *conf, const struct bdl_job *job, struct bdl_err *err)
{
	if (!conf->store[0] ||
	    (job->schedule != backup_schedule && job->schedule != drill_schedule))
		return 0;
	return bdl_fail(err, BDL_E_INVALID,
	    "%s: the store is in PostgreSQL, which has its own means: pg_dump, as the operator's "
	    "guide says under Backups",
	    job->name);
}
