/* What checks came to in a time: for who looks back. */
#include "record/checks/checks_int.h"

static int sum_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_check_sum *ret = row;
	(void)err; /* what is not text or a number reads as one all the same */

	*ret = (struct bdl_check_sum){
		.key = { bdl_col_text(st, 0, region), bdl_col_text(st, 1, region),
		    bdl_col_text(st, 2, region), bdl_col_text(st, 3, region) },
		.who = bdl_col_text(st, 4, region),
		.place = bdl_col_text(st, 5, region),
		.passed = bdl_col_int(st, 6),
		.failed = bdl_col_int(st, 7),
		.not_run = bdl_col_int(st, 8),
		.first_ms = bdl_col_int(st, 9),
		.last_ms = bdl_col_int(st, 10),
	};
	return 0;
}

static void bind_time(struct bdl_stmt *st, int64_t from_ms, int64_t before_ms)
{
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, from_ms);
	bdl_bind_int(st, 3, before_ms);
	bdl_bind_int(st, 4, BDL_CHECK_ROWS_MAX);
}

int bdl_checks_sums(struct bdl_store *s, int64_t from_ms, int64_t before_ms,
    struct bdl_region *region, struct bdl_check_sum **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT host, policy, clause, name, who, place,"
	    " sum(CASE WHEN outcome = 1 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN outcome = 2 THEN 1 ELSE 0 END),"
	    " sum(CASE WHEN outcome = 3 THEN 1 ELSE 0 END), min(began_ms), max(began_ms)"
	    " FROM check_result WHERE school = ?1 AND began_ms >= ?2 AND began_ms < ?3"
	    " GROUP BY host, policy, clause, name, who, place"
	    " ORDER BY name, policy, clause, who, place, host LIMIT ?4",
	    &st, err);
	if (rc)
		return rc;
	bind_time(st, from_ms, before_ms);
	rc = bdl_rows_read(s, st, region, sizeof(**ret), sum_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_checks_changes(struct bdl_store *s, int64_t from_ms, int64_t before_ms,
    struct bdl_region *region, struct bdl_check_row **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT " BDL_CHECK_COLUMNS " FROM check_result WHERE school = ?1 AND is_news = 1"
	    " AND began_ms >= ?2 AND began_ms < ?3 ORDER BY id LIMIT ?4",
	    &st, err);
	if (rc)
		return rc;
	bind_time(st, from_ms, before_ms);
	rc = bdl_rows_read(s, st, region, sizeof(**ret), bdl_check_row_read, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_checks_oldest(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(
	    s, "SELECT coalesce(min(began_ms), 0) FROM check_result WHERE school = ?1", &st, err);
	if (rc > 0)
		*ret_ms = bdl_col_int(st, 0);
	return rc < 0 ? rc : 0;
}
