/* A run of deletion: its stages, in two files. Acts and violations are run_acts.c. */
#ifndef BDL_RECORD_RETENTION_RUN_INT_H
#define BDL_RECORD_RETENTION_RUN_INT_H

#include "record/retention/retention.h"
#include "record/visits/visits.h"

/* In the order in which they are done: acts of violations go with these. */
enum bdl_retention_stage {
	BDL_STAGE_VIOLATIONS,
	BDL_STAGE_ACTS,
	BDL_STAGE_MONTHS,
	BDL_STAGE_VISITS,
	BDL_STAGE_REFUSED,
	BDL_STAGE_DRAFTS,
	BDL_STAGE_SALTS,
	BDL_STAGES
};

struct bdl_retention_run {
	struct bdl_retention plan;
	struct bdl_region *region; /* has the names of the policies */
	int64_t now_ms;
	uint64_t basis; /* bdl_retention_basis */
	enum bdl_retention_stage stage;
	bool entered[BDL_STAGES];
	int64_t from_ms; /* acts before this were looked at */
	struct bdl_visits_deletion visits;
	struct bdl_retention_sum gone;
};

/* In the transaction in which the first of a stage's kind goes: the run is entered in the ledger. */
int bdl_retention_enter(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
    BDL_MUST_USE;

/* Deletes the rows that `sql` finds by ?1, ?2 and, where it is not 0, ?3; how many they are. */
int bdl_retention_delete(struct bdl_store *s, const char *sql, int64_t by, int64_t limit,
    int64_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/* A step of a stage, as bdl_retention_step: 1 where there may be more, 0 where it is done. */
int bdl_retention_violations(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
    BDL_MUST_USE;
int bdl_retention_acts(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
    BDL_MUST_USE;

#endif
