/*
 * What Beadle's checks of itself came to (policy/own_checks.h), in the store: each run's results,
 * by the clause that asks for it, by group and place. They are the record that a school shows who
 * asks whether its filter is tried out, so they are kept for BDL_CHECKS_KEPT_DAYS.
 */
#ifndef BDL_RECORD_CHECKS_CHECKS_H
#define BDL_RECORD_CHECKS_CHECKS_H

#include "base/buf.h"
#include "base/region.h"
#include "record/store/store.h"

#define BDL_CHECKS_KEPT_DAYS 853 /* seven terms of four months, as records of visits count them */
#define BDL_CHECK_ROWS_MAX   2000

/* What could not be tried has neither passed nor failed. */
enum bdl_check_outcome {
	BDL_CHECK_PASSED = 1,
	BDL_CHECK_FAILED = 2,
	BDL_CHECK_NOT_RUN = 3,
};
const char *bdl_check_outcome_word(
    enum bdl_check_outcome o); /* "passed", "failed", "could not run" */

/* Which check it is: of this host, by this clause. */
struct bdl_check_key {
	struct bdl_view host; /* empty where the store is one host's alone */
	struct bdl_view policy, clause, name;
};

struct bdl_check_row {
	int64_t id; /* given by the store */
	struct bdl_check_key key;
	struct bdl_view who, place;
	enum bdl_check_outcome outcome;
	bool is_news; /* given by the store: it came to something else than the time before */
	int64_t began_ms, took_ms;
	int64_t asked;
	struct bdl_view said, mend, tell;
};

/*
 * Keep one run, whose rows have this key, in place of the one before as the last, in a transaction
 * of its own. What was news is known by its group and place: a first result is news where it did
 * not pass. Of two runs at a time that is the last which was begun later; the other is on record, and
 * no news. What is news is entered into the ledger, so that no failure can be taken out unseen.
 */
int bdl_checks_keep(struct bdl_store *s, const struct bdl_check_key *key,
    const struct bdl_check_row *rows, size_t n, struct bdl_err *err) BDL_MUST_USE;

/*
 * What is not among these keys is in force no more: its results stay, and are nobody's last. And
 * what is older than it is kept goes. In a transaction of its own.
 */
int bdl_checks_sweep(struct bdl_store *s, struct bdl_view host, const struct bdl_check_key *keys,
    size_t n, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

/* The last results of all checks in force: those that did not pass first. Texts in the region. */
int bdl_checks_last(struct bdl_store *s, struct bdl_region *region, struct bdl_check_row **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/*
 * What came to something else since the result `after`, oldest first; -1: only *ret_newest is told.
 */
int bdl_checks_news(struct bdl_store *s, int64_t after, struct bdl_region *region,
    struct bdl_check_row **ret, size_t *ret_n, int64_t *ret_newest, struct bdl_err *err)
    BDL_MUST_USE;

/* Whether an act of this probe, made since then, has reached the store. */
int bdl_checks_arrived(struct bdl_store *s, struct bdl_view probe, int64_t since_ms, bool *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* --- history.c: for the record --- */

/* Of a time: one check, group and place. */
struct bdl_check_sum {
	struct bdl_check_key key;
	struct bdl_view who, place;
	int64_t passed, failed, not_run;
	int64_t first_ms, last_ms;
};
int bdl_checks_sums(struct bdl_store *s, int64_t from_ms, int64_t before_ms,
    struct bdl_region *region, struct bdl_check_sum **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * What came to something else in that time, oldest first: when it broke, and when it worked again.
 */
int bdl_checks_changes(struct bdl_store *s, int64_t from_ms, int64_t before_ms,
    struct bdl_region *region, struct bdl_check_row **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

/* When the first that is kept was made; 0: there is none. */
int bdl_checks_oldest(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err) BDL_MUST_USE;

/* --- reviews.c: who looked through them --- */

#define BDL_CHECK_NOTE_MAX 2000 /* bytes */

struct bdl_check_review {
	int64_t id; /* given by the store */
	int64_t at_ms;
	struct bdl_view person, note;
	int64_t passed, failed,
	    not_run; /* of the last results at that moment; given by the store */
};

/*
 * Keep that this person reviewed what the checks came to, with what they say of it; in the ledger, too.
 * One transaction. BDL_E_INVALID without a name or a note, BDL_E_LIMIT, BDL_E_MISSING where nothing was
 * checked yet. Kept as long as results are.
 */
int bdl_checks_review(struct bdl_store *s, struct bdl_check_review *r, struct bdl_err *err)
    BDL_MUST_USE;

/* Of a time, newest first. */
int bdl_checks_reviews(struct bdl_store *s, int64_t from_ms, int64_t before_ms,
    struct bdl_region *region, struct bdl_check_review **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

#endif
