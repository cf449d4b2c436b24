/*
 * What the last replay of a draft found, kept for the portal: a replay takes seconds, a page does not,
 * and the portal writes nothing. One of each name; it goes with its draft.
 */
#ifndef BDL_RECORD_POLICIES_REPLAYS_H
#define BDL_RECORD_POLICIES_REPLAYS_H

#include "record/replay/replay.h"

struct bdl_kept_replay {
	struct bdl_digest draft;    /* of the document's bytes */
	struct bdl_digest compared; /* the version of the ruleset that was in force */
	struct bdl_replay_report report;
};

/*
 * In the place of the one before, inside a transaction of its own. BDL_E_CONFLICT where no draft of
 * this name has that digest (any more).
 */
int bdl_replays_keep(struct bdl_store *s, struct bdl_view name, const struct bdl_kept_replay *k,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Texts in the region. The totals `changed` and `unknown` are of acts and parts alone. BDL_E_MISSING
 * where there is none.
 */
int bdl_replays_get(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_kept_replay *ret, struct bdl_err *err) BDL_MUST_USE;

/* In an open transaction: it is out of date. */
int bdl_replays_forget(struct bdl_store *s, struct bdl_view name, struct bdl_err *err) BDL_MUST_USE;

#endif
