/*
 * Who and what the records name (record/acts/values.h), for the threads of the portal together:
 * which of them a part of a name may mean.
 */
#ifndef BDL_PORTAL_SEEN_H
#define BDL_PORTAL_SEEN_H

#include "base/region.h"
#include "record/acts/values.h"

struct bdl_seen;

struct bdl_seen *bdl_seen_new(void);
void bdl_seen_free(struct bdl_seen *seen); /* takes NULL; no thread uses it any more */
BDL_DEFINE_AUTO(struct bdl_seen, bdl_seen_free);

/* Read what there is ahead of the first that asks. */
int bdl_seen_warm(struct bdl_seen *seen, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

/*
 * As bdl_values_find, of what the store has now: at most `max` in ret, in the region; *ret_n is how
 * many there are. From any thread.
 */
int bdl_seen_find(struct bdl_seen *seen, struct bdl_store *s, enum bdl_value which,
    struct bdl_view part, struct bdl_region *region, struct bdl_view *ret, size_t max,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

#endif
