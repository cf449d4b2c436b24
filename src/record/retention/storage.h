/*
 * What the store holds, by kind: rows, bytes, the oldest. Counting reads whole tables, so the clerk
 * does it once a day and keeps the figures, a year of them; pages read those.
 *
 * Bytes are those of tables with their indices: of SQLite's pages (dbstat), or as PostgreSQL has them
 * (pg_total_relation_size). They do not shrink at once when rows go, for their room is used again.
 */
#ifndef BDL_RECORD_RETENTION_STORAGE_H
#define BDL_RECORD_RETENTION_STORAGE_H

#include "base/region.h"
#include "record/retention/retention.h"
#include "record/store/store.h"

#define BDL_STORAGE_DAYS 366 /* that figures are kept for */

/* Count all kinds and keep the figures of this day. Reads for long, writes in a moment. */
int bdl_storage_count(struct bdl_store *s, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

enum bdl_storage_kind {
	BDL_STORAGE_ACTS,
	BDL_STORAGE_VIOLATIONS,
	BDL_STORAGE_VISITS,
	BDL_STORAGE_LOADS, /* page loads, with their texts */
	BDL_STORAGE_NAMES, /* of people, sites and versions, as visits have them */
	BDL_STORAGE_LEDGER,
	BDL_STORAGE_REFUSED,
	BDL_STORAGE_CHECKS,   /* what checks came to */
	BDL_STORAGE_POLICIES, /* with their drafts, and the roll */
	BDL_STORAGE_OTHER,    /* all else; its rows are not counted */
	BDL_STORAGE_KINDS
};

struct bdl_storage_row {
	int64_t rows;
	int64_t bytes;     /* -1: not known */
	int64_t oldest_ms; /* 0: there is none, or it has no time */
	/* By how much it grew a day, since the first count of the last four weeks. */
	int64_t bytes_a_day;
	bool has_growth; /* false while there is one count alone */
};

/* The figures counted last. *ret_counted_ms: when; 0: never, and all rows are zeroed. */
int bdl_storage_read(struct bdl_store *s, struct bdl_storage_row ret[BDL_STORAGE_KINDS],
    int64_t *ret_counted_ms, struct bdl_err *err) BDL_MUST_USE;

/* --- what went --- */

struct bdl_deletion {
	int64_t ended_ms;
	struct bdl_retention_sum gone; /* on that day */
};

/*
 * Keep that a run by this moment was made, and that so much went in it, in a transaction of its own. Of
 * runs in which nothing went a day's first is kept.
 */
int bdl_deletion_keep(struct bdl_store *s, const struct bdl_retention_sum *gone, int64_t now_ms,
    struct bdl_err *err) BDL_MUST_USE;

/* The last day on which something went; *ret is zeroed where nothing ever did. */
int bdl_deletion_last(struct bdl_store *s, struct bdl_deletion *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* The latest moment by which a run was made that is kept, whether anything went or not; 0: there was none. */
int bdl_deletion_ran(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err) BDL_MUST_USE;

#endif
