/*
 * The clerk: timed work. What there is to do is a table (jobs.c), when it is due and who does
 * it stands in the store (record/jobs.h), and each piece is done by a child of the clerk in a
 * sandbox of its own. The role `clerk` does what is due; `beadle clerk run NAME` does one job now,
 * by the same functions.
 *
 * The clerk forks without another program, so it has one thread, and while it forks no connection
 * to the store is open.
 */
#ifndef BDL_MAIN_CLERK_CLERK_H
#define BDL_MAIN_CLERK_CLERK_H

#include "record/jobs.h"
#include "sys/conf.h"
#include <sys/types.h>

/* What of the data folder a job may write; what it may read is in jobs.c. */
enum bdl_job_right {
	BDL_JOB_STORE = 1,  /* the data folder: SQLite makes files beside the store */
	BDL_JOB_LISTS = 2,  /* lists/ */
	BDL_JOB_BACKUP = 4, /* the folder of backups */
};

struct bdl_clerk;

struct bdl_job {
	const char *name, *help;
	unsigned limit_s; /* a run that takes longer is ended */
	void (*schedule)(const struct bdl_conf *conf, struct bdl_schedule *ret);
	/*
	 * A number that changes when there is cause to do it before its time, 0 while there is none:
	 * of files that are only looked at. NULL: by the clock alone.
	 */
	uint64_t (*cause)(const struct bdl_conf *conf);
	/* In the child, which closes its sandbox before it looks at what others wrote. */
	int (*run)(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err);
	bool is_hosts_own; /* it is done on each host that shares the store, not on one of them */
};

#define BDL_JOBS_MAX 16
extern const struct bdl_job bdl_jobs[]; /* ends with a zeroed entry; at most BDL_JOBS_MAX */

/*
 * What the jobs are called in the store, as in bdl_jobs. What is each host's own has the host's name
 * before it where several hosts share the store.
 */
#define BDL_JOB_NAME 128
int bdl_job_names(const struct bdl_conf *conf, char out[BDL_JOBS_MAX][BDL_JOB_NAME],
    struct bdl_err *err) BDL_MUST_USE;

/* NULL: there is none of that name. */
const struct bdl_job *bdl_job_named(struct bdl_view name);

/*
 * BDL_E_INVALID where this store needs none of this work: it is refused before it is begun, as one
 * that is put down as failed and never due again would be told by "Is all well?" for ever.
 */
int bdl_job_refuse(const struct bdl_conf *conf, const struct bdl_job *job, struct bdl_err *err)
    BDL_MUST_USE;

/* The folder of backups; `out` has `size` bytes, which it fits. */
void bdl_backup_folder(const struct bdl_conf *conf, char *out, size_t size);

/*
 * Close the sandbox of a job: no children, of files what `rights` says (enum bdl_job_right), and of the
 * network as much as the store takes, where that is in PostgreSQL.
 */
int bdl_job_fence(const struct bdl_conf *conf, unsigned rights, struct bdl_err *err) BDL_MUST_USE;

/* dns.c: the zone of names. Its cause is a change of what is in force or of the lists. */
void bdl_dns_job_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret);
uint64_t bdl_dns_job_cause(const struct bdl_conf *conf);
int bdl_dns_job_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
    BDL_MUST_USE;

/* checks.c: Beadle tries itself out. Its cause is a change of what is in force. */
void bdl_checks_job_schedule(const struct bdl_conf *conf, struct bdl_schedule *ret);
uint64_t bdl_checks_job_cause(const struct bdl_conf *conf);
int bdl_checks_job_run(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
    BDL_MUST_USE;

/* --- doing it --- */

struct bdl_clerk {
	const struct bdl_conf *conf;
	int listener; /* of what checks serve and ask for (main/checks/asker.h); -1: none */
	bool is_role; /* events go to the log, and what children print to run/job-NAME.log */
	char holder[BDL_JOB_HOLDER];
	char names[BDL_JOBS_MAX]
		  [BDL_JOB_NAME]; /* bdl_job_names; empty until the store was opened */
	struct bdl_store *store;  /* NULL while none is needed */
	int64_t held_tick_ms;     /* when the leases were lengthened last */
	struct bdl_clerk_run {
		pid_t pid; /* 0: not running */
		int from;  /* where the child says how it went */
		int64_t began_tick_ms;
		uint64_t cause; /* what it was when it was begun last */
		bool has_ended; /* `end` waits to be put down in the store */
		struct bdl_job_end end;
		char text[BDL_JOB_RESULT];
	} runs[BDL_JOBS_MAX]; /* as in bdl_jobs */
};

void bdl_clerk_init(struct bdl_clerk *c, const struct bdl_conf *conf, bool is_role);

/* Lets go what is still running, for others to do; the children end with the process. */
void bdl_clerk_done(struct bdl_clerk *c);

/* Begin a job that is asked for. BDL_E_BUSY where it is in somebody's hand. */
int bdl_clerk_begin(struct bdl_clerk *c, const struct bdl_job *job, struct bdl_err *err)
    BDL_MUST_USE;

/* Begin what is due. */
int bdl_clerk_begin_due(struct bdl_clerk *c, struct bdl_err *err) BDL_MUST_USE;

/* See what has ended and put it down; say that the rest goes on. *ret_running: how many do. */
int bdl_clerk_look(struct bdl_clerk *c, size_t *ret_running, struct bdl_err *err) BDL_MUST_USE;

/* Open the store, where it is not open. */
int bdl_clerk_open(struct bdl_clerk *c, struct bdl_err *err) BDL_MUST_USE;

/* Close it; the next call opens it again. */
void bdl_clerk_rest(struct bdl_clerk *c);

#endif
