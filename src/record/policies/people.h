/* The roll as the store has it: who people are, for the pages. */
#ifndef BDL_RECORD_POLICIES_PEOPLE_H
#define BDL_RECORD_POLICIES_PEOPLE_H

#include "policy/roll.h"
#include "record/store/store.h"

/*
 * Read the roll where it was set at another moment than *set_ms (0: never read), free the one in
 * *roll, and set both. Otherwise nothing changes, at the cost of one row. No roll is NULL.
 */
int bdl_people_refresh(
    struct bdl_store *s, struct bdl_roll **roll, int64_t *set_ms, struct bdl_err *err) BDL_MUST_USE;

#endif
