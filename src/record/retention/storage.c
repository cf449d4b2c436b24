#include "record/retention/storage.h"
#include "record/store/store_int.h"
#include "record/visits/visits.h"

#define TABLES_MAX  12
#define GROWTH_DAYS 28

/* What a kind is made of. `count` gives rows and the oldest; NULL: they are not counted. */
struct kind {
	const char *word;
	const char *tables[TABLES_MAX]; /* ended by NULL */
	const char *count;
};

static const struct kind kinds[BDL_STORAGE_KINDS] = {
	[BDL_STORAGE_ACTS] = { "acts", { "act", "figure" },
	    "SELECT count(*), min(at_ms) FROM act WHERE school = ?1" },
	[BDL_STORAGE_VIOLATIONS] = { "violations", { "violation" },
	    "SELECT count(*), min(first_ms) FROM violation WHERE school = ?1" },
	[BDL_STORAGE_VISITS] = { "visits", { "visit", "site_day" },
	    "SELECT count(*), min(hour) * 3600000 FROM visit WHERE school = ?1" },
	[BDL_STORAGE_LOADS] = { "loads", { "page_load", "page_text" },
	    "SELECT count(*), min(hour) * 3600000 FROM page_load WHERE school = ?1" },
	[BDL_STORAGE_NAMES] = { "names", { "client", "site", "basis" },
	    "SELECT (SELECT count(*) FROM client WHERE school = ?1)"
	    " + (SELECT count(*) FROM site WHERE school = ?1)"
	    " + (SELECT count(*) FROM basis WHERE school = ?1), 0" },
	[BDL_STORAGE_LEDGER] = { "ledger",
	    { "ledger_entry", "ledger_salt", "ledger_person", "ledger_head", "ledger_segment" },
	    "SELECT count(*), min(at_ms) FROM ledger_entry WHERE school = ?1" },
	[BDL_STORAGE_REFUSED] = { "refused", { "refused" },
	    "SELECT count(*), min(refused_ms) FROM refused WHERE school = ?1" },
	[BDL_STORAGE_CHECKS] = { "checks", { "check_result", "check_review" },
	    "SELECT count(*), min(began_ms) FROM check_result WHERE school = ?1" },
	[BDL_STORAGE_POLICIES] = { "policies",
	    { "policy_version", "policy_document", "policy_draft", "policy_import",
		"policy_import_part", "replay", "replay_change", "ruleset", "ruleset_policy",
		"roll" },
	    "SELECT count(*), min(published_ms) FROM policy_version WHERE school = ?1" },
	[BDL_STORAGE_OTHER] = { "other", { NULL }, NULL },
};

static int64_t day_of(int64_t at_ms)
{
	return at_ms / BDL_DAY_MS;
}

static enum bdl_storage_kind kind_of_table(struct bdl_view table)
{
	for (int i = 0; i < BDL_STORAGE_KINDS; i++)
		for (const char *const *t = kinds[i].tables; *t; t++)
			if (bdl_view_is(table, *t))
				return (enum bdl_storage_kind)i;
	return BDL_STORAGE_OTHER;
}

/* --- counting --- */

/* A table's name and its bytes, of each table. A build of SQLite may have no dbstat: then a failure. */
static int sizes_add(
    struct bdl_store *s, struct bdl_storage_row figures[BDL_STORAGE_KINDS], struct bdl_err *err)
{
	static const char in_file[] =
	    "SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema m ON m.name = d.name"
	    " WHERE d.aggregate = 1 GROUP BY m.tbl_name";
	static const char shared[] =
	    "SELECT coalesce(p.relname, c.relname)::text, sum(pg_total_relation_size(c.oid))::bigint"
	    " FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid"
	    " LEFT JOIN pg_class p ON p.oid = i.inhparent WHERE c.relkind IN ('r', 'p')"
	    " AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
	    " GROUP BY 1";
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, bdl_store_is_shared(s) ? shared : in_file, &st, err);
	while (!rc && (rc = bdl_stmt_step(s, st, err)) > 0) {
		figures[kind_of_table(bdl_col_view(st, 0))].bytes += bdl_col_int(st, 1);
		rc = 0;
	}
	return rc;
}

static int rows_count(
    struct bdl_store *s, const struct kind *kind, struct bdl_storage_row *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	if (!kind->count)
		return 0;
	int rc = bdl_stmt_find(s, kind->count, &st, err);
	if (rc < 0)
		return rc;
	ret->rows = bdl_col_int(st, 0);
	ret->oldest_ms = bdl_col_int(st, 1);
	return 0;
}

static int figure_put(struct bdl_store *s, const struct kind *kind,
    const struct bdl_storage_row *figure, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO storage_figure (school, day, kind, rows_kept, bytes, oldest_ms, counted_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (school, day, kind) DO UPDATE SET"
	    " rows_kept = excluded.rows_kept, bytes = excluded.bytes,"
	    " oldest_ms = excluded.oldest_ms, counted_ms = excluded.counted_ms",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, day_of(now_ms));
	bdl_bind_text(st, 3, bdl_view_of(kind->word));
	bdl_bind_int(st, 4, figure->rows);
	bdl_bind_int(st, 5, figure->bytes);
	bdl_bind_int(st, 6, figure->oldest_ms);
	bdl_bind_int(st, 7, now_ms);
	return bdl_stmt_run(s, st, err);
}

/* In a transaction. */
static int figures_put(struct bdl_store *s, const struct bdl_storage_row figures[BDL_STORAGE_KINDS],
    int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	for (int i = 0; i < BDL_STORAGE_KINDS; i++) {
		int rc = figure_put(s, &kinds[i], &figures[i], now_ms, err);
		if (rc)
			return rc;
	}
	int rc =
	    bdl_stmt_get(s, "DELETE FROM storage_figure WHERE school = ?1 AND day < ?2", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, day_of(now_ms) - BDL_STORAGE_DAYS);
	return bdl_stmt_run(s, st, err);
}

int bdl_storage_count(struct bdl_store *s, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_storage_row figures[BDL_STORAGE_KINDS] = { 0 };
	struct bdl_err no_sizes;
	int rc = 0;

	for (int i = 0; !rc && i < BDL_STORAGE_KINDS; i++)
		rc = rows_count(s, &kinds[i], &figures[i], err);
	if (rc)
		return rc;
	if (sizes_add(s, figures, &no_sizes))
		for (int i = 0; i < BDL_STORAGE_KINDS; i++)
			figures[i].bytes = -1; /* rows are worth telling without */
	rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = figures_put(s, figures, now_ms, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* --- reading --- */

static int kind_find(struct bdl_view word)
{
	for (int i = 0; i < BDL_STORAGE_KINDS; i++)
		if (bdl_view_is(word, kinds[i].word))
			return i;
	return -1; /* of another version of this program */
}

/* The days that are compared: the last, and the first of the weeks before it. */
static int days_find(
    struct bdl_store *s, int64_t *ret_last, int64_t *ret_first, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_by(s,
	    "SELECT max(day), (SELECT min(f.day) FROM storage_figure f WHERE f.school = ?1"
	    " AND f.day >= (SELECT max(g.day) FROM storage_figure g WHERE g.school = ?1) - ?2)"
	    " FROM storage_figure WHERE school = ?1",
	    GROWTH_DAYS, &st, err);
	if (rc < 0)
		return rc;
	*ret_last = bdl_col_int(st, 0);
	*ret_first = bdl_col_int(st, 1);
	return 0;
}

/* The figures of one day, with the bytes of the first taken as what it grew from. */
static int figures_read(struct bdl_store *s, int64_t day, int64_t days,
    struct bdl_storage_row ret[BDL_STORAGE_KINDS], int64_t *ret_counted_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT f.kind, f.rows_kept, f.bytes, f.oldest_ms, f.counted_ms,"
	    " coalesce(g.bytes, -1)"
	    " FROM storage_figure f LEFT JOIN storage_figure g ON g.school = f.school"
	    " AND g.day = ?3 AND g.kind = f.kind WHERE f.school = ?1 AND f.day = ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, day);
	bdl_bind_int(st, 3, day - days);
	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		int kind = kind_find(bdl_col_view(st, 0));
		int64_t bytes = bdl_col_int(st, 2), before = bdl_col_int(st, 5);
		if (kind < 0)
			continue;
		ret[kind] = (struct bdl_storage_row){
			.rows = bdl_col_int(st, 1),
			.bytes = bytes,
			.oldest_ms = bdl_col_int(st, 3),
			.has_growth = days > 0 && bytes >= 0 && before >= 0,
			.bytes_a_day = days > 0 ? (bytes - before) / days : 0,
		};
		*ret_counted_ms = bdl_col_int(st, 4);
	}
	return rc;
}

int bdl_storage_read(struct bdl_store *s, struct bdl_storage_row ret[BDL_STORAGE_KINDS],
    int64_t *ret_counted_ms, struct bdl_err *err)
{
	int64_t last = 0, first = 0;

	*ret_counted_ms = 0;
	memset(ret, 0, BDL_STORAGE_KINDS * sizeof(*ret));
	int rc = days_find(s, &last, &first, err);
	if (rc || !last)
		return rc;
	return figures_read(s, last, last - first, ret, ret_counted_ms, err);
}

/* --- what went --- */

#define DELETION_PUT                                                                      \
	"INSERT INTO deletion (school, day, ended_ms, acts, violations, visits, refused)" \
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (school, day) DO "

int bdl_deletion_keep(
    struct bdl_store *s, const struct bdl_retention_sum *gone, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	bool any = gone->acts || gone->violations || gone->visits || gone->refused;

	int rc = bdl_stmt_get(s,
	    any ? DELETION_PUT "UPDATE SET ended_ms = excluded.ended_ms,"
			       " acts = deletion.acts + excluded.acts,"
			       " violations = deletion.violations + excluded.violations,"
			       " visits = deletion.visits + excluded.visits,"
			       " refused = deletion.refused + excluded.refused"
		: DELETION_PUT "NOTHING",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, day_of(now_ms));
	bdl_bind_int(st, 3, now_ms);
	bdl_bind_int(st, 4, gone->acts);
	bdl_bind_int(st, 5, gone->violations);
	bdl_bind_int(st, 6, gone->visits);
	bdl_bind_int(st, 7, gone->refused);
	rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = bdl_stmt_run(s, st, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

int bdl_deletion_last(struct bdl_store *s, struct bdl_deletion *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s,
	    "SELECT ended_ms, acts, violations, visits, refused FROM deletion WHERE school = ?1"
	    " AND acts + violations + visits + refused > 0 ORDER BY day DESC LIMIT 1",
	    &st, err);
	if (rc < 0)
		return rc;
	*ret = (struct bdl_deletion){ 0 };
	if (rc > 0)
		*ret = (struct bdl_deletion){
			.ended_ms = bdl_col_int(st, 0),
			.gone = { .acts = bdl_col_int(st, 1),
			    .violations = bdl_col_int(st, 2),
			    .visits = bdl_col_int(st, 3),
			    .refused = bdl_col_int(st, 4) },
		};
	return 0;
}

int bdl_deletion_ran(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(
	    s, "SELECT coalesce(max(ended_ms), 0) FROM deletion WHERE school = ?1", &st, err);
	if (rc > 0)
		*ret_ms = bdl_col_int(st, 0);
	return rc < 0 ? rc : 0;
}
