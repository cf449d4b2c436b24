/* Who looked through what checks came to, and what they say of it. */
#include "record/checks/checks_int.h"
#include "record/ledger/ledger.h"
#include "record/store/numbers_int.h"
#include <inttypes.h>
#include <stdio.h>

#define FACTS_MAX (BDL_LEDGER_PERSON_MAX + BDL_CHECK_NOTE_MAX + 256)

static int word_check(const struct bdl_check_review *r, struct bdl_err *err)
{
	if (!r->person.n || r->person.n > BDL_LEDGER_PERSON_MAX || !bdl_view_trim(r->person).n)
		return bdl_fail(err, BDL_E_INVALID, "say who reviewed them");
	if (!bdl_view_trim(r->note).n)
		return bdl_fail(err, BDL_E_INVALID, "say what was found: --note TEXT");
	if (r->note.n > BDL_CHECK_NOTE_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "a note has %d bytes at most", BDL_CHECK_NOTE_MAX);
	return 0;
}

/* What the last results came to, as whoever reviews them has them before their eyes. */
static int count_last(struct bdl_store *s, struct bdl_check_review *r, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s,
	    "SELECT coalesce(sum(CASE WHEN outcome = 1 THEN 1 ELSE 0 END), 0),"
	    " coalesce(sum(CASE WHEN outcome = 2 THEN 1 ELSE 0 END), 0),"
	    " coalesce(sum(CASE WHEN outcome = 3 THEN 1 ELSE 0 END), 0)"
	    " FROM check_result WHERE school = ?1 AND is_last = 1",
	    &st, err);
	if (rc < 0)
		return rc;
	r->passed = bdl_col_int(st, 0);
	r->failed = bdl_col_int(st, 1);
	r->not_run = bdl_col_int(st, 2);
	if (r->passed + r->failed + r->not_run == 0)
		return bdl_fail(err, BDL_E_MISSING,
		    "nothing was checked yet, so there is nothing to review; beadle check --now does "
		    "it now");
	return 0;
}

static int put(struct bdl_store *s, const struct bdl_check_review *r, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO check_review (school, id, at_ms, person, note, passed, failed, not_run)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, r->id);
	bdl_bind_int(st, 3, r->at_ms);
	bdl_bind_text(st, 4, r->person);
	bdl_bind_text(st, 5, r->note);
	bdl_bind_int(st, 6, r->passed);
	bdl_bind_int(st, 7, r->failed);
	bdl_bind_int(st, 8, r->not_run);
	return bdl_stmt_run(s, st, err);
}

static int enter(struct bdl_store *s, const struct bdl_check_review *r, struct bdl_err *err)
{
	struct bdl_buf facts BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(FACTS_MAX);
	char record[48], counts[96];

	(void)snprintf(counts, sizeof(counts), "%" PRId64 " %" PRId64 " %" PRId64, r->passed,
	    r->failed, r->not_run); /* fits */
	bdl_ledger_field(&facts, r->person);
	bdl_ledger_field(&facts, r->note);
	bdl_ledger_field(&facts, bdl_view_of(counts));
	BDL_BUG_IF(bdl_buf_broken(&facts)); /* each was measured */
	(void)snprintf(record, sizeof(record), "checks/review/%" PRId64, r->id); /* fits */
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_REVIEWED,
		.at_ms = r->at_ms,
		.actor = r->person,
		.record = bdl_view_of(record),
		.content = bdl_buf_view(&facts),
	};
	return bdl_ledger_add(s, &e, err);
}

int bdl_checks_review(struct bdl_store *s, struct bdl_check_review *r, struct bdl_err *err)
{
	int rc = word_check(r, err);

	if (!rc)
		rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = count_last(s, r, err);
	if (!rc)
		rc = bdl_number_next(s, BDL_NUMBERED_REVIEW, &r->id, err);
	if (!rc)
		rc = put(s, r, err);
	if (!rc)
		rc = enter(s, r, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	if (rc)
		bdl_store_rollback(s);
	return rc;
}

/* --- reading --- */

static int review_row(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_check_review *ret = row;
	(void)err; /* what is not text or a number reads as one all the same */

	*ret = (struct bdl_check_review){
		.id = bdl_col_int(st, 0),
		.at_ms = bdl_col_int(st, 1),
		.person = bdl_col_text(st, 2, region),
		.note = bdl_col_text(st, 3, region),
		.passed = bdl_col_int(st, 4),
		.failed = bdl_col_int(st, 5),
		.not_run = bdl_col_int(st, 6),
	};
	return 0;
}

int bdl_checks_reviews(struct bdl_store *s, int64_t from_ms, int64_t before_ms,
    struct bdl_region *region, struct bdl_check_review **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT id, at_ms, person, note, passed, failed, not_run FROM check_review"
	    " WHERE school = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms DESC, id DESC LIMIT ?4",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, from_ms);
	bdl_bind_int(st, 3, before_ms);
	bdl_bind_int(st, 4, BDL_CHECK_ROWS_MAX);
	rc = bdl_rows_read(s, st, region, sizeof(**ret), review_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

/* --- what is past its time --- */

int bdl_checks_reviews_drop(struct bdl_store *s, int64_t before_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_number_keep(s, BDL_NUMBERED_REVIEW, err);
	if (!rc)
		rc = bdl_stmt_get(
		    s, "DELETE FROM check_review WHERE school = ?1 AND at_ms < ?2", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, before_ms);
	rc = bdl_stmt_run(s, st, err);
	return rc ? rc : bdl_ledger_salts_drop(s, BDL_LEDGER_REVIEWED, before_ms, err);
}
