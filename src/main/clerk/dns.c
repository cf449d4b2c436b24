/* The clerk's job `dns`: the zone of DIR/dns is kept as the policies in force and the lists want it. */
#include "base/hash.h"
#include "main/clerk/clerk.h"
#include "main/data.h"
#include "main/dns_export.h"
#include "record/policies/force.h"
#include "sys/file.h"
#include "sys/sandbox.h"

#include <inttypes.h>
#include <stdio.h>

#define DAY_MS INT64_C(86400000)

void bdl_dns_job_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret)
{
	(void)
	    conf; /* what it waits for is a cause; by the clock it is tried again where it failed */
	*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = DAY_MS };
}

uint64_t bdl_dns_job_cause(const struct bdl_conf *conf)
{
	char path[BDL_PATH_MAX];
	struct bdl_file_id ids[2];

	bdl_conf_path(conf, path, sizeof(path), "force/manifest");
	if (!bdl_file_id(path, &ids[0]))
		return 0;
	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	(void)bdl_file_id(path, &ids[1]); /* zeroed where there are no lists */
	uint64_t cause = bdl_hash64(ids, sizeof(ids), 0);
	return cause ? cause : 1;
}

/* It reads what is in force, the lists, and whether one of them is missing; it writes the zone. */
static int fence(const struct bdl_conf *conf, const char *dns, struct bdl_err *err)
{
	char force[BDL_PATH_MAX], lists[BDL_PATH_MAX], run[BDL_PATH_MAX];
	const struct bdl_path_right paths[] = {
		{ dns, BDL_MAY_WRITE },
		{ force, BDL_MAY_READ },
		{ lists, BDL_MAY_READ },
		{ run, BDL_MAY_READ },
	};
	bool landlock = false; /* the clerk has said where there is none */

	bdl_conf_path(conf, force, sizeof(force), "force");
	bdl_conf_path(conf, lists, sizeof(lists), "lists");
	bdl_conf_path(conf, run, sizeof(run), "run");
	int rc = bdl_sandbox_files(paths, BDL_ARRAY_LEN(paths), &landlock, err);
	return rc < 0 ? rc : bdl_sandbox_calls(BDL_CALLS_FILES, err);
}

static int make(const struct bdl_conf *conf, struct bdl_dns_exported *done, struct bdl_err *err)
{
	BDL_AUTO(bdl_ruleset_free) struct bdl_ruleset *ruleset = NULL;
	BDL_AUTO(bdl_roll_free) struct bdl_roll *roll = NULL;
	struct bdl_dns_export what = { 0 };
	char path[BDL_PATH_MAX];

	bdl_conf_path(conf, path, sizeof(path), "force");
	int rc = bdl_force_read(path, &ruleset, &roll, err);
	if (rc < 0)
		return rc;
	bdl_dns_zone_path(conf, path);
	what.ruleset = ruleset;
	what.path = path;
	return bdl_dns_export(conf, &what, done, err);
}

int bdl_dns_job_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_conf *conf = c->conf;
	BDL_AUTO_IN(bdl_dns_exported_done) struct bdl_dns_exported done = { 0 };
	char folder[BDL_PATH_MAX];

	bdl_conf_path(conf, folder, sizeof(folder), "dns");
	int rc = bdl_file_mkdirs(folder, err);
	if (rc == 0)
		rc = fence(conf, folder, err);
	if (rc == 0 && bdl_dns_job_cause(conf) == 0) {
		(void)snprintf(result, BDL_JOB_RESULT, "no policy is in force"); /* fits */
		return 0;
	}
	if (rc == 0)
		rc = make(conf, &done, err);
	if (rc < 0)
		return rc;
	if (done.is_fresh)
		(void)snprintf(result, BDL_JOB_RESULT, "fresh, serial %" PRIu32, done.serial);
	else
		(void)snprintf(result, BDL_JOB_RESULT,
		    "serial %" PRIu32 ", %" PRIu64 " new, %" PRIu64 " gone, %" PRIu64 " other",
		    done.serial, done.change.added, done.change.removed, done.change.changed);
	return 0;
}
