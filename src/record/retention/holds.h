/*
 * Legal holds: what they name is kept past its time (record/retention/retention.h), since the
 * school may have to answer for it. Two people add one, with a reason and a day on which it is
 * looked at again, and two people end it. It does not end by itself.
 */
#ifndef BDL_RECORD_RETENTION_HOLDS_H
#define BDL_RECORD_RETENTION_HOLDS_H

#include "base/region.h"
#include "record/store/store.h"

/* What two people say who add a hold, or end it. */
struct bdl_hold_word {
	struct bdl_view by, second, reason;
};

/*
 * Keep all acts, violations and visits of this person, login in either case of letters, or of this
 * clause, or of this person against this clause; one of them may be empty. BDL_E_INVALID where both
 * are, where the second person is the first or nobody, without a reason, and for a review that is
 * no day to come.
 */
int bdl_holds_add(struct bdl_store *s, struct bdl_view person, struct bdl_view clause,
    struct bdl_view review_on, const struct bdl_hold_word *word, int64_t now_ms, int64_t *ret_id,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Whether anything recorded until now may be what such a hold keeps: false is certain, and most often
 * a name that is spelt otherwise.
 */
int bdl_holds_any(struct bdl_store *s, struct bdl_view person, struct bdl_view clause, bool *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* BDL_E_MISSING where no hold of this number holds. What it kept goes with the next deletion. */
int bdl_holds_end(struct bdl_store *s, int64_t id, const struct bdl_hold_word *word, int64_t now_ms,
    struct bdl_err *err) BDL_MUST_USE;

/* How many of those that hold are to be looked at again by now, in the local day of now_ms. */
int bdl_holds_due(struct bdl_store *s, int64_t now_ms, size_t *ret, struct bdl_err *err)
    BDL_MUST_USE;

struct bdl_hold_row {
	int64_t id, added_ms;
	struct bdl_view person, clause, by, second, reason, review_on;
};

/* Those that hold, the oldest first. Texts in the region. */
int bdl_holds_list(struct bdl_store *s, struct bdl_region *region, struct bdl_hold_row **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

#endif
