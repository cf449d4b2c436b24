/*
 * The persons and hosts that the records name, in memory: whoever looks for a part of a name does not
 * wait for the database to go through all of them. A reader keeps one from request to request; it is
 * not shared among threads.
 */
#ifndef BDL_RECORD_ACTS_VALUES_H
#define BDL_RECORD_ACTS_VALUES_H

#include "record/store/store.h"

#define BDL_VALUES_BYTES_MAX \
	(64 * 1024 * 1024) /* of names of either; what is past it is not found */

enum bdl_value { BDL_VALUE_PERSON, BDL_VALUE_HOST, BDL_VALUES };

struct bdl_values;

struct bdl_values *bdl_values_new(void);
void bdl_values_free(struct bdl_values *v); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_values, bdl_values_free);

/*
 * What the store has now: what was added since the last call costs a look-up each. Names that are
 * deleted with the last of their visits go when that happens, all of them being read anew.
 */
int bdl_values_refresh(struct bdl_values *v, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

/*
 * Those that hold `part`, which is not empty: the shortest `max` of them, the shortest first, among
 * equals the one that was recorded first. Good until the next refresh. Returns how many hold it, which
 * may be more than `max`.
 */
size_t bdl_values_find(const struct bdl_values *v, enum bdl_value which, struct bdl_view part,
    struct bdl_view *ret, size_t max);

#endif
