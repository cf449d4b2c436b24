#include "record/policies/drafts.h"
#include "record/policies/imports.h"
#include "record/policies/replays.h"
#include "record/policies/versions_int.h"
#include "record/store/store_int.h"

#define NAME_ROOM 4096 /* bytes; a name has BDL_POLICY_NAME_MAX */

static int draft_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_draft_row *ret = row;

	ret->name = bdl_col_text(st, 0, region);
	ret->title = bdl_col_text(st, 1, region);
	ret->by = bdl_col_text(st, 3, region);
	ret->kept_ms = bdl_col_int(st, 4);
	return bdl_col_digest(st, 2, &ret->digest, err);
}

int bdl_drafts_list(struct bdl_store *s, struct bdl_region *region, struct bdl_draft_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT name, title, digest, kept_by, kept_ms FROM policy_draft WHERE school = ?1"
	    " ORDER BY name",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_rows_read(
	    s, st, region, sizeof(struct bdl_draft_row), draft_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

static int former_find(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_draft_row *ret, struct bdl_err *err)
{
	struct bdl_draft_row *rows;
	size_t n;

	int rc = bdl_drafts_list(s, region, &rows, &n, err);
	if (rc)
		return rc;
	*ret = (struct bdl_draft_row){ 0 };
	for (size_t i = 0; i < n; i++)
		if (bdl_view_eq(rows[i].name, name))
			*ret = rows[i];
	return 0;
}

static int draft_put(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    struct bdl_view by, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO policy_draft (school, name, digest, title, kept_by, kept_ms, bytes)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	    " ON CONFLICT (school, name) DO UPDATE SET digest = excluded.digest,"
	    " title = excluded.title, kept_by = excluded.kept_by, kept_ms = excluded.kept_ms,"
	    " bytes = excluded.bytes",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, &d->digest);
	bdl_bind_text(st, 4, d->front.title);
	bdl_bind_text(st, 5, by);
	bdl_bind_int(st, 6, now_ms);
	bdl_bind_text(st, 7, d->bytes);
	return bdl_stmt_run(s, st, err);
}

static int draft_enter(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    struct bdl_view by, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_buf record BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_LEDGER_RECORD_MAX);

	(void)bdl_buf_printf(&record, "policy/%.*s/draft", BDL_FMT(name)); /* a name fits */
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_DRAFT,
		.at_ms = now_ms,
		.actor = by,
		.record = bdl_buf_view(&record),
		.content = d->bytes,
	};
	return bdl_ledger_add(s, &e, err);
}

int bdl_drafts_keep(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    struct bdl_view by, int64_t now_ms, struct bdl_draft_row *ret_former, struct bdl_region *region,
    struct bdl_err *err)
{
	struct bdl_draft_row former;

	int rc = bdl_policy_name_check(name, err);
	if (!rc)
		rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = former_find(s, name, region, &former, err);
	if (!rc)
		rc = draft_put(s, name, d, by, now_ms, err);
	if (!rc)
		rc = draft_enter(s, name, d, by, now_ms, err);
	if (!rc)
		rc = bdl_replays_forget(s, name, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	if (!rc)
		*ret_former = former;
	return rc;
}

int bdl_drafts_check(
    struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT 1 FROM policy_draft WHERE school = ?1 AND name = ?2 AND digest = ?3", name, &st,
	    err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, digest);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	return rc ? 0
		  : bdl_fail(err, BDL_E_CONFLICT, "no draft '%.*s' has this digest", BDL_FMT(name));
}

int bdl_drafts_document(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_view *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_of(
	    s, "SELECT bytes FROM policy_draft WHERE school = ?1 AND name = ?2", name, &st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(
		    err, BDL_E_MISSING, "no draft of a policy '%.*s' is kept", BDL_FMT(name));
	*ret = bdl_col_text(st, 0, region);
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the draft does not fit into memory");
	return 0;
}

/* --- what lies idle --- */

/* Any, empty where there is none. What stands beside a draft that is gone counts as one. */
static int idle_find(struct bdl_store *s, int64_t before_ms, struct bdl_region *region,
    struct bdl_view *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_by(s,
	    "SELECT t.name FROM (SELECT name, kept_ms AS at_ms FROM policy_draft WHERE school = ?1"
	    " UNION ALL SELECT name, kept_ms FROM policy_import WHERE school = ?1"
	    " UNION ALL SELECT name, until_ms FROM replay WHERE school = ?1) t"
	    " GROUP BY t.name HAVING max(t.at_ms) < ?2 ORDER BY t.name LIMIT 1",
	    before_ms, &st, err);
	*ret = rc > 0 ? bdl_col_text(st, 0, region) : (struct bdl_view){ 0 };
	return rc < 0 ? rc : 0;
}

int bdl_drafts_delete(struct bdl_store *s, int64_t before_ms, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(NAME_ROOM);
	struct bdl_view name;

	int rc = idle_find(s, before_ms, region, &name, err);
	if (rc || name.n == 0)
		return rc;
	rc = bdl_imports_forget(s, name, err);
	if (!rc)
		rc = bdl_replays_forget(s, name, err);
	if (!rc)
		rc = bdl_stmt_run_of(
		    s, "DELETE FROM policy_draft WHERE school = ?1 AND name = ?2", name, err);
	return rc ? rc : 1;
}
