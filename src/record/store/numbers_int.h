/*
 * Numbers of records: each is the highest that was ever given and one, also where retention has deleted
 * what had the highest. The ledger names records by them ("acts/17"), and so do links.
 */
#ifndef BDL_RECORD_STORE_NUMBERS_INT_H
#define BDL_RECORD_STORE_NUMBERS_INT_H

#include "record/store/store.h"

enum bdl_numbered {
	BDL_NUMBERED_ACT,
	BDL_NUMBERED_VIOLATION,
	BDL_NUMBERED_REFUSED,
	BDL_NUMBERED_RULESET,
	BDL_NUMBERED_HOLD,
	BDL_NUMBERED_REVIEW, /* of checks */
	BDL_NUMBERED_KINDS
};

/* The number of the next record of that kind, which the same transaction adds. */
int bdl_number_next(struct bdl_store *s, enum bdl_numbered kind, int64_t *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* To be called before any record of that kind is deleted, in the same transaction. */
int bdl_number_keep(struct bdl_store *s, enum bdl_numbered kind, struct bdl_err *err) BDL_MUST_USE;

#endif
