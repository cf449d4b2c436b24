/* Timed work for the record itself, for the table of jobs.c; see struct bdl_job. */
#ifndef BDL_MAIN_CLERK_KEEP_H
#define BDL_MAIN_CLERK_KEEP_H

#include "main/clerk/clerk.h"

/* Count what the store holds (record/retention/storage.h). */
int bdl_job_storage(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
    BDL_MUST_USE;

/* Verify the ledger against its heads: one that breaks is a job that failed. */
int bdl_job_ledger(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
    BDL_MUST_USE;

/* Restore the newest backup beside itself and look whether it is whole. */
int bdl_job_drill(const struct bdl_clerk *c, char result[BDL_JOB_RESULT], struct bdl_err *err)
    BDL_MUST_USE;

#endif
