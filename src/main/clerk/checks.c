/* The clerk's job `checks`: what is due of the checks of itself. */
#include "main/checks/checks.h"
#include "base/hash.h"
#include "main/clerk/clerk.h"
#include "main/data.h"
#include "sys/file.h"

#include <stdio.h>

void bdl_checks_job_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret)
{
	(void)conf; /* each rule says when it is due; this is how often that is looked at */
	*ret = (struct bdl_schedule){ .kind = BDL_SCHEDULE_EVERY, .every_ms = BDL_CHECKS_JOB_MS };
}

/* A policy that came into force may ask for what was never tried. */
uint64_t bdl_checks_job_cause(const struct bdl_conf *conf)
{
	char path[BDL_PATH_MAX];
	struct bdl_file_id id;

	bdl_conf_path(conf, path, sizeof(path), "force/manifest");
	if (!bdl_file_id(path, &id))
		return 0;
	uint64_t cause = bdl_hash64(&id, sizeof(id), 0);
	return cause ? cause : 1;
}

static int fence(const struct bdl_conf *conf, struct bdl_err *err)
{
	return bdl_job_fence(conf, BDL_JOB_STORE, err);
}

int bdl_checks_job_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
{
	const struct bdl_checks_wanted wanted = { .listener = c->listener, .fence = fence };
	struct bdl_checks_done done;

	if (bdl_checks_job_cause(c->conf) == 0) {
		(void)snprintf(result, BDL_JOB_RESULT, "no policy is in force"); /* fits */
		return 0;
	}
	int rc = bdl_checks_run(c->conf, &wanted, &done, err);
	if (rc < 0)
		return rc;
	if (done.run == 0) {
		(void)snprintf(result, BDL_JOB_RESULT, "none was due"); /* fits */
		return 0;
	}
	(void)snprintf(result, BDL_JOB_RESULT,
	    "%zu tried: %zu passed, %zu failed, %zu could not run", done.run, done.passed,
	    done.failed, done.not_run); /* fits */
	return 0;
}
