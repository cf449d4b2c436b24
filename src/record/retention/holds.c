#include "record/retention/holds.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "base/person.h"
#include "base/utf8.h"
#include "record/ledger/ledger.h"
#include "record/store/numbers_int.h"
#include "record/store/store_int.h"
#include <stdio.h>

#define TEXT_MAX   1024
#define FACTS_MAX  (16 * TEXT_MAX)
#define HOLD_BYTES (8 * TEXT_MAX) /* a person and a clause */

static int word_check(const struct bdl_hold_word *w, struct bdl_err *err)
{
	if (!bdl_person_ok(w->by) || !bdl_person_ok(w->second) || w->by.n > TEXT_MAX ||
	    w->second.n > TEXT_MAX)
		return bdl_fail(
		    err, BDL_E_INVALID, "two people answer for a hold: say who they are");
	if (bdl_person_same(w->by, w->second))
		return bdl_fail(err, BDL_E_INVALID,
		    "two people answer for a hold, and '%.*s' is one", BDL_FMT(w->by));
	if (!bdl_view_trim(w->reason).n || w->reason.n > TEXT_MAX || !bdl_utf8_printable(w->reason))
		return bdl_fail(err, BDL_E_INVALID, "the reason is missing, or no plain text");
	return 0;
}

static int review_check(struct bdl_view on, int64_t now_ms, struct bdl_err *err)
{
	int64_t at_ms = 0;

	if (!bdl_day_parse(on, &at_ms))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%.*s' is no day such as 2027-11-12", BDL_FMT(on));
	if (at_ms <= now_ms)
		return bdl_fail(
		    err, BDL_E_INVALID, "the review, on %.*s, is not to come", BDL_FMT(on));
	return 0;
}

static int hold_enter(struct bdl_store *s, enum bdl_ledger_kind kind, int64_t id,
    struct bdl_view person, struct bdl_view clause, const struct bdl_hold_word *w, int64_t now_ms,
    struct bdl_err *err)
{
	struct bdl_buf facts BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(FACTS_MAX);
	char record[32];

	bdl_ledger_field(&facts, person);
	bdl_ledger_field(&facts, clause);
	bdl_ledger_field(&facts, w->by);
	bdl_ledger_field(&facts, w->second);
	bdl_ledger_field(&facts, w->reason);
	BDL_BUG_IF(bdl_buf_broken(&facts));                                 /* each was measured */
	(void)snprintf(record, sizeof(record), "hold/%lld", (long long)id); /* fits */
	const struct bdl_ledger_entry e = {
		.kind = kind,
		.at_ms = now_ms,
		.actor = w->by,
		.subject = person,
		.record = bdl_view_of(record),
		.content = bdl_buf_view(&facts),
	};
	return bdl_ledger_add(s, &e, err);
}

/* --- adding --- */

static int hold_put(struct bdl_store *s, const struct bdl_hold_row *h, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO legal_hold (school, id, person, clause, added_by, second_person, reason,"
	    " review_on, added_ms, ended_ms, ended_by, ended_second, ended_why)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, '', '', '')",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, h->id);
	bdl_bind_text(st, 3, h->person);
	bdl_bind_text(st, 4, h->clause);
	bdl_bind_text(st, 5, h->by);
	bdl_bind_text(st, 6, h->second);
	bdl_bind_text(st, 7, h->reason);
	bdl_bind_text(st, 8, h->review_on);
	bdl_bind_int(st, 9, h->added_ms);
	return bdl_stmt_run(s, st, err);
}

/* As the acts have a login: a hold of "Anna" that kept nothing of anna's would be found out too late. */
static struct bdl_view login_of(struct bdl_view person, char out[BDL_LEDGER_PERSON_MAX])
{
	for (size_t i = 0; i < person.n; i++)
		out[i] = bdl_lower(person.p[i]);
	return bdl_view_at(out, person.n);
}

int bdl_holds_add(struct bdl_store *s, struct bdl_view person, struct bdl_view clause,
    struct bdl_view review_on, const struct bdl_hold_word *word, int64_t now_ms, int64_t *ret_id,
    struct bdl_err *err)
{
	struct bdl_hold_row h = { .added_ms = now_ms,
		.clause = clause,
		.by = word->by,
		.second = word->second,
		.reason = word->reason,
		.review_on = review_on };
	char login[BDL_LEDGER_PERSON_MAX];

	if ((!person.n && !clause.n) || person.n > sizeof(login) || clause.n > TEXT_MAX)
		return bdl_fail(
		    err, BDL_E_INVALID, "say whose records are to be kept, or of which clause");
	h.person = login_of(person, login);
	int rc = word_check(word, err);
	if (!rc)
		rc = review_check(review_on, now_ms, err);
	if (!rc)
		rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = bdl_number_next(s, BDL_NUMBERED_HOLD, &h.id, err);
	if (!rc)
		rc = hold_put(s, &h, err);
	if (!rc)
		rc = hold_enter(s, BDL_LEDGER_HOLD, h.id, h.person, clause, word, now_ms, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	if (!rc)
		*ret_id = h.id;
	return rc;
}

#define BY_PERSON     "person = ?2 AND person <> ''"
#define BY_CLAUSE     "clause = ?3 AND clause <> ''"
#define IN(table, by) "EXISTS (SELECT 1 FROM " table " WHERE school = ?1 AND " by ")"

/* Of visits the names alone are looked at, which are few: they go with the last visit. */
int bdl_holds_any(struct bdl_store *s, struct bdl_view person, struct bdl_view clause, bool *ret,
    struct bdl_err *err)
{
	static const char of_person[] = "SELECT " IN("act", BY_PERSON) " OR " IN(
	    "violation", BY_PERSON) " OR " IN("client", BY_PERSON);
	static const char of_clause[] = "SELECT " IN("act", BY_CLAUSE) " OR " IN(
	    "violation", BY_CLAUSE) " OR " IN("basis", BY_CLAUSE);
	static const char of_both[] = "SELECT " IN("act", BY_PERSON " AND " BY_CLAUSE) " OR " IN(
	    "violation", BY_PERSON " AND " BY_CLAUSE) " OR (" IN("client",
	    BY_PERSON) " AND " IN("basis", BY_CLAUSE) ")";
	const char *sql = !clause.n ? of_person : person.n ? of_both : of_clause;
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	char login[BDL_LEDGER_PERSON_MAX];

	if (person.n > sizeof(login))
		return bdl_fail(err, BDL_E_INVALID, "nobody has so long a name");
	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, login_of(person, login));
	if (clause.n)
		bdl_bind_text(st, 3, clause);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0) != 0;
	return 0;
}

/* --- ending --- */

/* What the hold kept, in the region; BDL_E_MISSING where none of that number holds. */
static int hold_end(struct bdl_store *s, int64_t id, const struct bdl_hold_word *w, int64_t now_ms,
    struct bdl_region *region, struct bdl_hold_row *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "UPDATE legal_hold SET ended_ms = ?3, ended_by = ?4, ended_second = ?5, ended_why = ?6"
	    " WHERE school = ?1 AND id = ?2 AND ended_ms = 0 RETURNING person, clause",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	bdl_bind_int(st, 3, now_ms);
	bdl_bind_text(st, 4, w->by);
	bdl_bind_text(st, 5, w->second);
	bdl_bind_text(st, 6, w->reason);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(
		    err, BDL_E_MISSING, "no hold of the number %lld holds", (long long)id);
	*ret = (struct bdl_hold_row){
		.id = id,
		.person = bdl_col_text(st, 0, region),
		.clause = bdl_col_text(st, 1, region),
	};
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the hold does not fit into memory");
	return bdl_stmt_step(s, st, err); /* to its end, or nothing is committed */
}

int bdl_holds_end(struct bdl_store *s, int64_t id, const struct bdl_hold_word *word, int64_t now_ms,
    struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(HOLD_BYTES);
	struct bdl_hold_row h;

	int rc = word_check(word, err);
	if (!rc)
		rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = hold_end(s, id, word, now_ms, region, &h, err);
	if (!rc)
		rc =
		    hold_enter(s, BDL_LEDGER_HOLD_ENDED, id, h.person, h.clause, word, now_ms, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* --- listing --- */

static int hold_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_hold_row *ret = row;

	(void)err;
	*ret = (struct bdl_hold_row){
		.id = bdl_col_int(st, 0),
		.added_ms = bdl_col_int(st, 1),
		.person = bdl_col_text(st, 2, region),
		.clause = bdl_col_text(st, 3, region),
		.by = bdl_col_text(st, 4, region),
		.second = bdl_col_text(st, 5, region),
		.reason = bdl_col_text(st, 6, region),
		.review_on = bdl_col_text(st, 7, region),
	};
	return 0;
}

int bdl_holds_list(struct bdl_store *s, struct bdl_region *region, struct bdl_hold_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT id, added_ms, person, clause, added_by, second_person, reason, review_on"
	    " FROM legal_hold WHERE school = ?1 AND ended_ms = 0 ORDER BY id",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_rows_read(s, st, region, sizeof(struct bdl_hold_row), hold_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_holds_due(struct bdl_store *s, int64_t now_ms, size_t *ret, struct bdl_err *err)
{
	struct bdl_civil day = bdl_civil_local(now_ms);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	char today[40];

	(void)snprintf(
	    today, sizeof(today), "%04d-%02d-%02d", day.year, day.month, day.day); /* fits */
	int rc = bdl_stmt_get(s,
	    "SELECT count(*) FROM legal_hold WHERE school = ?1 AND ended_ms = 0"
	    " AND review_on <= ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_view_of(today));
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = rc ? (size_t)bdl_col_int(st, 0) : 0;
	return 0;
}
