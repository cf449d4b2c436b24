/*
 * Timed work, kept in the store so that it survives restarts, and is done once however many clerks
 * share the store: who takes a job in hand holds a lease of it, says now and then that it goes on,
 * and puts down how it went. What was missed is done once. Where a holder falls silent, its lease
 * runs out, another takes the job over, and the broken run counts as a failure.
 *
 * Moments are the store's (bdl_store_now), in milliseconds, so that hosts that share one need not
 * agree on the time; a clock that jumps delays a job by a lease at most.
 */
#ifndef BDL_RECORD_JOBS_H
#define BDL_RECORD_JOBS_H

#include "base/region.h"
#include "base/schedule.h"
#include "record/store/store.h"

#define BDL_JOB_LEASE_MS INT64_C(30000)
#define BDL_JOB_RESULT   200 /* bytes of a result, with a NUL */
#define BDL_JOB_HOLDER   96  /* of a holder's name */

struct bdl_job_row {
	struct bdl_view name, schedule, result;
	struct bdl_view holder; /* empty: nobody has it in hand */
	int64_t next_ms;        /* INT64_MAX: never */
	int64_t until_ms;       /* of the lease */
	int64_t began_ms;
	int64_t ended_ms; /* of the last run; 0: there was none */
	int64_t took_ms;
	int64_t runs, failures; /* failures in a row; 0: the last run went well */
};

/* What it does: its name, without the host's before it where a job is each host's own ("HOST/lists"). */
struct bdl_view bdl_job_word(struct bdl_view name);

/* All, by name; texts in the region. */
int bdl_jobs_list(struct bdl_store *s, struct bdl_region *region, struct bdl_job_row **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/*
 * See that the job is there with this schedule, and that neither its next run nor its lease lies
 * further ahead than it may. Writes only where something has to change. Another schedule than
 * before makes the job due as one that was never done.
 */
int bdl_job_plan(struct bdl_store *s, struct bdl_view name, const struct bdl_schedule *schedule,
    int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

/*
 * Take it in hand where it is due and nobody has it; `is_asked_for` takes it before it is due. No two
 * holders may have the same name. *ret_taken: whether it is ours now.
 */
int bdl_job_take(struct bdl_store *s, struct bdl_view name, struct bdl_view holder,
    bool is_asked_for, int64_t now_ms, bool *ret_taken, struct bdl_err *err) BDL_MUST_USE;

/* Lengthen the lease. *ret_held is false where it is not ours any more. */
int bdl_job_hold(struct bdl_store *s, struct bdl_view name, struct bdl_view holder, int64_t now_ms,
    bool *ret_held, struct bdl_err *err) BDL_MUST_USE;

struct bdl_job_end {
	bool went_well;
	struct bdl_view result; /* a line for people, below BDL_JOB_RESULT bytes */
	int64_t took_ms;
};

/*
 * Put down how it went and let it go; after a failure it is due sooner than its schedule says.
 * *ret_held as above: then nothing was put down.
 */
int bdl_job_end(struct bdl_store *s, struct bdl_view name, struct bdl_view holder,
    const struct bdl_schedule *schedule, const struct bdl_job_end *end, int64_t now_ms,
    bool *ret_held, struct bdl_err *err) BDL_MUST_USE;

/*
 * Let it go undone, so that it is due as it was: whoever had it in hand was told to end. Where this
 * fails the lease runs out.
 */
int bdl_job_drop(
    struct bdl_store *s, struct bdl_view name, struct bdl_view holder, struct bdl_err *err);

#endif
