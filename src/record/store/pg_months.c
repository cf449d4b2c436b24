/* Whole months at once: what lies in a partition goes with it, however many rows that are. */
#include "record/store/pg_int.h"
#include <stdio.h>

#define PARTS    " pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
#define ENDS     "(to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month')"
#define SQL_ROOM 160
/* A page that reads holds it up; meanwhile others wait behind it, so it gives up soon. */
#define PATIENCE "SET LOCAL lock_timeout = 200"

_Static_assert(BDL_SCHOOL == 1, "partitions are named by their school");

static const char *const tables[] = { "visit", "page_load", "page_text" };

/* The oldest month that ended before that hour, as 202608, and has a partition; empty: there is none. */
static int oldest_find(
    struct bdl_store *s, int64_t before_hour, char ret[BDL_MONTH_ROOM], struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT coalesce(min(right(c.relname, 6)), '') FROM" PARTS
	    " WHERE i.inhparent IN ('visit'::regclass, 'page_load'::regclass,"
	    " 'page_text'::regclass) AND c.relname ~ '_1_[0-9]{6}$'"
	    " AND extract(epoch FROM " ENDS ")::bigint / 3600 <= ?1",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, before_hour);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	struct bdl_view month = bdl_col_view(st, 0);
	BDL_BUG_IF(month.n >= BDL_MONTH_ROOM);
	memcpy(ret, month.p, month.n);
	ret[month.n] = '\0';
	return 0;
}

static int run(struct bdl_store *s, const char *sql, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	return rc ? rc : bdl_stmt_run(s, st, err);
}

/* What PostgreSQL thinks, which is near enough for what is large; what is small it may not know. */
static int rows_count(struct bdl_store *s, const char *part, int64_t *ret, struct bdl_err *err)
{
	char sql[SQL_ROOM];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('%s')",
	    part); /* fits */
	int rc = bdl_stmt_number(s, sql, ret, err);
	if (rc || *ret > 0)
		return rc;
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", part); /* fits */
	return bdl_stmt_number(s, sql, ret, err);
}

static int part_drop(
    struct bdl_store *s, const char *table, const char *month, int64_t *rows, struct bdl_err *err)
{
	char part[48], sql[SQL_ROOM];
	int64_t is_there = 0, n = 0;

	(void)snprintf(part, sizeof(part), "%s_1_%s", table, month);                    /* fits */
	(void)snprintf(sql, sizeof(sql), "SELECT to_regclass('%s') IS NOT NULL", part); /* fits */
	int rc = bdl_stmt_number(s, sql, &is_there, err);
	if (!rc && is_there)
		rc = rows_count(s, part, &n, err);
	if (rc || !is_there)
		return rc;
	*rows += n;
	(void)snprintf(sql, sizeof(sql), "DROP TABLE %s", part); /* fits */
	return run(s, sql, err);
}

int bdl_pg_drop_month(struct bdl_store *s, int64_t before_hour, char ret_month[BDL_MONTH_ROOM],
    int64_t *ret_rows, struct bdl_err *err)
{
	int64_t rows = 0;

	int rc = oldest_find(s, before_hour, ret_month, err);
	if (rc || !*ret_month)
		return rc;
	rc = run(s, PATIENCE, err);
	for (size_t i = 0; !rc && i < BDL_ARRAY_LEN(tables); i++)
		rc = part_drop(s, tables[i], ret_month, &rows, err);
	if (!rc)
		*ret_rows = rows;
	return rc;
}
