/*
 * How long records are kept: by the `keep` rules of the policies in force, else by the manual's
 * defaults. docs/decisions/0012-retention.md says why which rule holds.
 *
 *	visits		 those of record/visits/visits.h, page loads and names with them, and acts that belong to
 *			 no violation: the shortest time that any policy says
 *	violations	 with their acts: what the policy says whose clause was broken
 *	refused		 what a journal held and could not be read: as visits
 *	drafts		 of policies, with what stands beside them (record/policies/drafts.h): twelve months after
 *			 somebody touched them last; no rule speaks of them, and no hold
 *
 * A policy that is not in force any more says nothing. What a legal hold names
 * (record/retention/holds.h) stays.
 */
#ifndef BDL_RECORD_RETENTION_RETENTION_H
#define BDL_RECORD_RETENTION_RETENTION_H

#include "policy/ruleset.h"
#include "record/store/store.h"

#define BDL_KEEP_VISITS_DAYS      90
#define BDL_KEEP_VIOLATIONS_YEARS 1
#define BDL_KEEP_DRAFTS_MONTHS    12
#define BDL_KEPT_EVER             INT64_MIN

enum bdl_kept { BDL_KEPT_VISITS, BDL_KEPT_VIOLATIONS };

/* What is older than an instant goes; BDL_KEPT_EVER: nothing does. */
struct bdl_retention {
	int64_t visits_before_ms;
	/* Of policies that say nothing, or are not in force any more. */
	int64_t violations_before_ms;
	struct {
		struct bdl_view policy; /* in the source's memory */
		int64_t violations_before_ms;
	} policies[BDL_POLICIES_MAX];
	size_t n; /* of those that say something */
};

/*
 * The instant before which a span reaches back, counted from the beginning of the local day, so that
 * it moves once a day; spans of hours and minutes from now. A month or year goes back to the same day
 * of the month, or its last; a term, of which there is no calendar, counts as four months.
 */
int64_t bdl_span_before(struct bdl_span span, int64_t now_ms);

/* The other way about: the first moment from which a record of `at_ms` is past that time; BDL_KEPT_EVER: none. */
int64_t bdl_span_past(struct bdl_span span, int64_t at_ms);

/*
 * What a document says of this kind of record: of its rules the one with the shortest time. false
 * where it says nothing. What is returned is the document's.
 */
struct bdl_retention_rule {
	int64_t before_ms; /* what is older goes; BDL_KEPT_EVER */
	const struct bdl_clause *clause;
	const struct bdl_rule *rule;
};
bool bdl_retention_says(const struct bdl_document *d, enum bdl_kept kept, int64_t now_ms,
    struct bdl_retention_rule *ret);

/* What holds where these documents are in force. Pure but for the local time zone. */
void bdl_retention_of(const struct bdl_source *sources, const struct bdl_document *const *documents,
    size_t n, int64_t now_ms, struct bdl_retention *ret);

/* One run: made once, then called until it is done; a few milliseconds each. */
struct bdl_retention_run;

/*
 * By the policies in force. BDL_E_INVALID where one of them cannot be read by this program: then
 * nothing is deleted.
 */
int bdl_retention_begin(struct bdl_store *s, int64_t now_ms, struct bdl_retention_run **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_retention_end(struct bdl_retention_run *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_retention_run, bdl_retention_end);

/*
 * One transaction of BDL_RETENTION_ROWS rows; the last may bring its own with it
 * (record/visits/visits.h). Where the database keeps months apart and nothing is held, a whole
 * month of visits goes at once. 1: there may be more; 0: the run is done. The first transaction in
 * which a kind of record goes enters the run into the ledger, and so does each that drops a month;
 * where all that came in the journals' segments of a time is gone, so are their salts.
 */
#define BDL_RETENTION_ROWS 100
int bdl_retention_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * A number of what the run goes by: the local day, the times and the holds; never 0. After a whole
 * run another one with the same number finds only what was brought late, and still looks at every
 * site: that can wait for the next day.
 */
uint64_t bdl_retention_basis(const struct bdl_retention_run *r);

/* Rows of each kind that went in this run so far; drafts are few, and not counted. */
struct bdl_retention_sum {
	int64_t acts, violations;
	/* With page loads, their texts, and names that nothing is left of; about, of whole months. */
	int64_t visits;
	int64_t refused;
};
struct bdl_retention_sum bdl_retention_gone(const struct bdl_retention_run *r);

#endif
