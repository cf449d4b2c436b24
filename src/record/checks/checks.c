#include "record/checks/checks.h"
#include "record/checks/checks_int.h"
#include "record/ledger/ledger.h"
#include <inttypes.h>

#define DAY_MS     INT64_C(86400000)
#define FACTS_MAX  8192 /* of an entry of the ledger: texts of checks are shorter */
#define KEPT_WORD  64   /* of a word in what a door keeps: "probe=" and an id */
#define SWEEP_SIZE (64 * 1024)

const char *bdl_check_outcome_word(enum bdl_check_outcome o)
{
	static const char *const words[] = { "", "passed", "failed", "could not run" };

	return (unsigned)o < BDL_ARRAY_LEN(words) ? words[o] : "";
}

int bdl_check_row_read(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_check_row *ret = row;

	*ret = (struct bdl_check_row){
		.id = bdl_col_int(st, 0),
		.key = { bdl_col_text(st, 1, region), bdl_col_text(st, 2, region),
		    bdl_col_text(st, 3, region), bdl_col_text(st, 4, region) },
		.who = bdl_col_text(st, 5, region),
		.place = bdl_col_text(st, 6, region),
		.outcome = (enum bdl_check_outcome)bdl_col_int(st, 7),
		.is_news = bdl_col_int(st, 8) != 0,
		.began_ms = bdl_col_int(st, 9),
		.took_ms = bdl_col_int(st, 10),
		.asked = bdl_col_int(st, 11),
		.said = bdl_col_text(st, 12, region),
		.mend = bdl_col_text(st, 13, region),
		.tell = bdl_col_text(st, 14, region),
	};
	if (ret->outcome < BDL_CHECK_PASSED || ret->outcome > BDL_CHECK_NOT_RUN)
		return bdl_fail(err, BDL_E_STORE, "store: a check came to nothing that there is");
	return 0;
}

/* --- keeping --- */

static void bind_key(struct bdl_stmt *st, const struct bdl_check_key *key)
{
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, key->host);
	bdl_bind_text(st, 3, key->policy);
	bdl_bind_text(st, 4, key->clause);
	bdl_bind_text(st, 5, key->name);
}

/* What it came to for these people there the time before; 0: there was none. */
static int former(
    struct bdl_store *s, const struct bdl_check_row *row, int64_t *ret_outcome, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT outcome FROM check_result WHERE school = ?1 AND host = ?2 AND policy = ?3"
	    " AND clause = ?4 AND name = ?5 AND who = ?6 AND place = ?7 AND is_last = 1"
	    " ORDER BY id DESC LIMIT 1",
	    &st, err);
	if (rc)
		return rc;
	bind_key(st, &row->key);
	bdl_bind_text(st, 6, row->who);
	bdl_bind_text(st, 7, row->place);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret_outcome = rc > 0 ? bdl_col_int(st, 0) : 0;
	return 0;
}

static int forget_last(
    struct bdl_store *s, const struct bdl_check_key *key, int64_t up_to, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "UPDATE check_result SET is_last = 0 WHERE school = ?1 AND host = ?2 AND policy = ?3"
	    " AND clause = ?4 AND name = ?5 AND is_last = 1 AND id <= ?6",
	    &st, err);
	if (rc)
		return rc;
	bind_key(st, key);
	bdl_bind_int(st, 6, up_to);
	return bdl_stmt_run(s, st, err);
}

static int newest(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(
	    s, "SELECT coalesce(max(id), 0) FROM check_result WHERE school = ?1", &st, err);
	if (rc > 0)
		*ret = bdl_col_int(st, 0);
	return rc < 0 ? rc : 0;
}

/*
 * Whether another run, of the clerk's or somebody's, was begun after this one and put down before it. One
 * that was begun in a time to come was not: a clock was put right.
 */
static int is_outrun(
    struct bdl_store *s, const struct bdl_check_row *rows, size_t n, bool *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	*ret = false;
	if (n == 0)
		return 0;
	int rc = bdl_stmt_get(s,
	    "SELECT coalesce(min(began_ms), 0) FROM check_result WHERE school = ?1 AND host = ?2"
	    " AND policy = ?3 AND clause = ?4 AND name = ?5 AND is_last = 1",
	    &st, err);
	if (rc)
		return rc;
	bind_key(st, &rows[0].key);
	rc = bdl_stmt_step(s, st, err);
	int64_t began_ms = rc > 0 ? bdl_col_int(st, 0) : 0;
	*ret =
	    began_ms > rows[0].began_ms && began_ms <= rows[n - 1].began_ms + rows[n - 1].took_ms;
	return rc < 0 ? rc : 0;
}

static int enter_news(
    struct bdl_store *s, const struct bdl_check_row *row, int64_t id, struct bdl_err *err)
{
	struct bdl_buf facts BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(FACTS_MAX);
	struct bdl_buf record BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_LEDGER_RECORD_MAX);
	const struct bdl_view fields[] = { row->key.host, row->key.policy, row->key.clause,
		row->key.name, row->who, row->place,
		bdl_view_of(bdl_check_outcome_word(row->outcome)), row->said };

	for (size_t i = 0; i < BDL_ARRAY_LEN(fields); i++)
		bdl_ledger_field(&facts, fields[i]);
	(void)bdl_buf_printf(
	    &record, "checks/%.*s/%" PRId64, BDL_FMT(row->key.name), id); /* looked at below */
	if (bdl_buf_broken(&facts) || bdl_buf_broken(&record))
		return bdl_fail(err, BDL_E_LIMIT, "no check has so long a name");
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_CHECKED,
		.at_ms = row->began_ms,
		.actor = BDL_LIT(BDL_ACTOR_CHECKS),
		.record = bdl_buf_view(&record),
		.content = bdl_buf_view(&facts),
	};
	return bdl_ledger_add(s, &e, err);
}

static int insert(struct bdl_store *s, const struct bdl_check_row *row, int64_t id, bool is_last,
    struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t before;

	int rc = former(s, row, &before, err);
	if (!rc)
		rc = bdl_stmt_get(s,
		    "INSERT INTO check_result (school, host, policy, clause, name, who, place, outcome,"
		    " is_last, is_news, began_ms, took_ms, asked, said, mend, tell, id)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?17, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
		    &st, err);
	if (rc)
		return rc;
	bind_key(st, &row->key);
	bdl_bind_text(st, 6, row->who);
	bdl_bind_text(st, 7, row->place);
	bdl_bind_int(st, 8, row->outcome);
	bool is_news = is_last && row->outcome != (before ? before : BDL_CHECK_PASSED);
	bdl_bind_int(st, 9, is_news);
	bdl_bind_int(st, 10, row->began_ms);
	bdl_bind_int(st, 11, row->took_ms);
	bdl_bind_int(st, 12, row->asked);
	bdl_bind_text(st, 13, row->said);
	bdl_bind_text(st, 14, row->mend);
	bdl_bind_text(st, 15, row->tell);
	bdl_bind_int(st, 16, id);
	bdl_bind_int(st, 17, is_last);
	rc = bdl_stmt_run(s, st, err);
	return rc || !is_news ? rc : enter_news(s, row, id, err);
}

int bdl_checks_keep(struct bdl_store *s, const struct bdl_check_key *key,
    const struct bdl_check_row *rows, size_t n, struct bdl_err *err)
{
	int64_t last = 0;
	bool outrun = false;

	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = newest(s, &last, err);
	if (!rc)
		rc = is_outrun(s, rows, n, &outrun, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = insert(s, &rows[i], last + (int64_t)i + 1, !outrun, err);
	if (!rc && !outrun)
		rc = forget_last(s, key, last, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	if (rc)
		bdl_store_rollback(s);
	return rc;
}

/* --- what is in force no more, and what is past its time --- */

static bool is_among(const struct bdl_check_key *key, const struct bdl_check_key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_eq(key->policy, keys[i].policy) &&
		    bdl_view_eq(key->clause, keys[i].clause) &&
		    bdl_view_eq(key->name, keys[i].name))
			return true;
	return false;
}

static int delete_old(struct bdl_store *s, int64_t before_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "DELETE FROM check_result WHERE school = ?1 AND began_ms < ?2 AND is_last = 0", &st,
	    err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, before_ms);
	rc = bdl_stmt_run(s, st, err);
	return rc ? rc : bdl_ledger_salts_drop(s, BDL_LEDGER_CHECKED, before_ms, err);
}

int bdl_checks_sweep(struct bdl_store *s, struct bdl_view host, const struct bdl_check_key *keys,
    size_t n, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(SWEEP_SIZE * 64);
	struct bdl_check_row *rows;
	size_t n_rows;

	int rc = bdl_checks_last(s, region, &rows, &n_rows, err);
	if (!rc)
		rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n_rows; i++)
		if (bdl_view_eq(rows[i].key.host, host) && !is_among(&rows[i].key, keys, n))
			rc = forget_last(s, &rows[i].key, INT64_MAX, err);
	if (!rc)
		rc = delete_old(s, now_ms - BDL_CHECKS_KEPT_DAYS * DAY_MS, err);
	if (!rc)
		rc = bdl_checks_reviews_drop(s, now_ms - BDL_CHECKS_KEPT_DAYS * DAY_MS, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	if (rc)
		bdl_store_rollback(s);
	return rc;
}

/* --- reading --- */

static int rows_read(struct bdl_store *s, struct bdl_stmt *st, struct bdl_region *region,
    struct bdl_check_row **ret, size_t *ret_n, struct bdl_err *err)
{
	void *rows;
	int rc = bdl_rows_read(
	    s, st, region, sizeof(struct bdl_check_row), bdl_check_row_read, &rows, ret_n, err);

	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_checks_last(struct bdl_store *s, struct bdl_region *region, struct bdl_check_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT " BDL_CHECK_COLUMNS " FROM check_result WHERE school = ?1 AND is_last = 1"
	    " ORDER BY CASE outcome WHEN 2 THEN 0 WHEN 3 THEN 1 ELSE 2 END, name, policy, clause,"
	    " who, place, host LIMIT ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, BDL_CHECK_ROWS_MAX);
	return rows_read(s, st, region, ret, ret_n, err);
}

int bdl_checks_news(struct bdl_store *s, int64_t after, struct bdl_region *region,
    struct bdl_check_row **ret, size_t *ret_n, int64_t *ret_newest, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t last = 0;

	*ret_n = 0;
	int rc = newest(s, &last, err);
	if (rc)
		return rc;
	*ret_newest = last;
	if (after < 0 || last <= after)
		return 0;
	rc = bdl_stmt_get(s,
	    "SELECT " BDL_CHECK_COLUMNS " FROM check_result WHERE school = ?1 AND is_news = 1"
	    " AND id > ?2 AND id <= ?3 ORDER BY id LIMIT ?4",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, after);
	bdl_bind_int(st, 3, last);
	bdl_bind_int(st, 4, BDL_CHECK_ROWS_MAX);
	return rows_read(s, st, region, ret, ret_n, err);
}

int bdl_checks_arrived(
    struct bdl_store *s, struct bdl_view probe, int64_t since_ms, bool *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf word = BDL_BUF(KEPT_WORD);

	(void)bdl_buf_printf(&word, "probe=%.*s", BDL_FMT(probe)); /* looked at below */
	if (bdl_buf_broken(&word))
		return bdl_fail(err, BDL_E_LIMIT, "no probe has so long a name");
	int rc = bdl_stmt_get(s,
	    "SELECT 1 FROM act WHERE school = ?1 AND at_ms >= ?2 AND source = 'probe'"
	    " AND instr(kept, ?3) > 0 LIMIT 1",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, since_ms);
	bdl_bind_text(st, 3, bdl_buf_view(&word));
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = rc > 0;
	return 0;
}
