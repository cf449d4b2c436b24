/*
 * Checks of itself: the rules `check` of the policies in force that name what this build can try
 * out (policy/own_checks.h), for each group and place, and each by the whole way that an act takes:
 * through the proxy and the door to the store. Results go to the store (record/checks/checks.h).
 *
 * What is expected is judged here from the documents in force and the lists; what happens is what
 * the proxy answers. So a list that is gone, a proxy that asks no door and a door that judges by
 * something else are all found, and a rule that was withdrawn where a check names what it did.
 *
 * What changes meanwhile is no failure: a run begins once all doors hold what is in force, and what
 * does not pass is made again, until nothing changed while it was made and nothing stands in its way
 * that goes by (a proxy that starts, a job in hand). For all that a run has half a minute.
 */
#ifndef BDL_MAIN_CHECKS_CHECKS_H
#define BDL_MAIN_CHECKS_CHECKS_H

#include "record/checks/checks.h"
#include "sys/conf.h"

#define BDL_CHECKS_JOB_MS      (15 * 60 * 1000) /* between two looks at what is due */
#define BDL_CHECKS_PATIENCE_MS 30000            /* that a run waits in all */

struct bdl_checks_wanted {
	const char *name;  /* NULL: all */
	bool is_asked_for; /* whether they are due or not */
	int listener;      /* bdl_asker_listen, or -1: no stream can be tried */
	/* Closes a sandbox once the asker is there; NULL: none. */
	int (*fence)(const struct bdl_conf *conf, struct bdl_err *err);
};

struct bdl_checks_done {
	size_t run, passed, failed, not_run; /* results by group and place */
};

/* BDL_E_MISSING where no rule in force names what is wanted, or no policy is in force. */
int bdl_checks_run(const struct bdl_conf *conf, const struct bdl_checks_wanted *wanted,
    struct bdl_checks_done *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
