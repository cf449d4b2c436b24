/* Acts and violations in the store. */
#ifndef BDL_RECORD_ACTS_ACTS_H
#define BDL_RECORD_ACTS_ACTS_H

#include "base/region.h"
#include "record/acts/act.h"
#include "record/store/store.h"

#define BDL_VIOLATION_FOLD_MS (10 * 60 * 1000) /* person, clause and host: one in ten minutes */
#define BDL_PAGE_ROWS_MAX     200
#define BDL_FILTER_VALUES_MAX 16

/*
 * Add one act inside an open transaction. A strict page load, search, upload or download opens a
 * violation or is folded into one (person, else address; clause; host; ten minutes from its first
 * act); a strict part is counted on the violation it belongs to, if there is one, and opens none.
 */
int bdl_acts_add(struct bdl_store *s, const struct bdl_act *a, struct bdl_err *err) BDL_MUST_USE;

/*
 * What is rolled up and no row here (record/visits/visits.h), inside an open transaction: so many
 * strict parts, of which `a` is the first, for their violation.
 */
int bdl_violation_parts(
    struct bdl_store *s, const struct bdl_act *a, int64_t parts, struct bdl_err *err) BDL_MUST_USE;

struct bdl_act_row {
	int64_t id;
	struct bdl_act act; /* texts in the caller's region */
	int64_t issue;      /* of act.policy, that it was judged by; 0: not known */
	int64_t violation;  /* that it belongs to; 0: none */
};

struct bdl_violation_row {
	int64_t id;
	int64_t first_ms, last_ms;
	int64_t acts, parts; /* page loads, and embedded parts counted with them */
	enum bdl_action action;
	bool critical;
	struct bdl_view person, address, host, policy, clause, tell;
	int64_t first_act; /* id */
	int64_t issue;     /* of the policy, that the first act was judged by; 0: not known */
};

/* What to list; empty views and -1 mean any. Newest first; violations by their last act. */
struct bdl_acts_filter {
	struct bdl_view person, host, clause;
	/* Any of these, at most BDL_FILTER_VALUES_MAX; none: any. */
	const struct bdl_view *persons, *hosts;
	size_t n_persons, n_hosts;
	int action;                 /* enum bdl_action or -1 */
	int kind;                   /* enum bdl_act_kind or -1 */
	bool no_probes;             /* without what Beadle tried of itself; violations have none */
	int64_t violation;          /* only the acts of this one, or 0 */
	int64_t from_ms, before_ms; /* in this time only, violations by their last act; 0: any */
	/* Paging: rows behind this id, of violations behind this last act and id; 0 for the newest. */
	int64_t before_id, behind_ms;
	size_t n_moments; /* acts of one of these moments only; 0: any. Violations ignore it */
	int64_t moments_ms[BDL_REFERENCE_MOMENTS];
	size_t limit; /* at most BDL_PAGE_ROWS_MAX */
};

int bdl_acts_list(struct bdl_store *s, const struct bdl_acts_filter *f, struct bdl_region *region,
    struct bdl_act_row **ret, size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

int bdl_acts_get(struct bdl_store *s, int64_t id, struct bdl_region *region,
    struct bdl_act_row *ret, struct bdl_err *err) BDL_MUST_USE; /* BDL_E_MISSING */

int bdl_violations_list(struct bdl_store *s, const struct bdl_acts_filter *f,
    struct bdl_region *region, struct bdl_violation_row **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

struct bdl_acts_totals {
	int64_t acts, blocked, coached, noted, violations;
};

/*
 * Of the school's day that the moment lies in, by its figures (record/acts/figures.h): this costs
 * the same however many acts there were.
 */
int bdl_acts_totals(struct bdl_store *s, int64_t at_ms, struct bdl_acts_totals *ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
