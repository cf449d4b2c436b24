#include "record/policies/imports.h"
#include "record/policies/drafts.h"
#include "record/store/store_int.h"

/* --- in --- */

int bdl_imports_forget(struct bdl_store *s, struct bdl_view name, struct bdl_err *err)
{
	int rc = bdl_stmt_run_of(
	    s, "DELETE FROM policy_import_part WHERE school = ?1 AND name = ?2", name, err);

	return rc ? rc
		  : bdl_stmt_run_of(
			s, "DELETE FROM policy_import WHERE school = ?1 AND name = ?2", name, err);
}

static int put_head(
    struct bdl_store *s, struct bdl_view name, const struct bdl_kept_import *k, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO policy_import (school, name, digest, file, words, kept_ms)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, &k->draft);
	bdl_bind_text(st, 4, k->file);
	bdl_bind_text(st, 5, k->words);
	bdl_bind_int(st, 6, k->kept_ms);
	return bdl_stmt_run(s, st, err);
}

static int put_part(struct bdl_store *s, struct bdl_view name, size_t place,
    const struct bdl_kept_part *p, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO policy_import_part (school, name, place, state, again, clause, title,"
	    " from_byte, to_byte, means) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, (int64_t)place);
	bdl_bind_int(st, 4, (int64_t)p->state);
	bdl_bind_int(st, 5, p->again);
	bdl_bind_text(st, 6, p->clause);
	bdl_bind_text(st, 7, p->title);
	bdl_bind_int(st, 8, (int64_t)p->from);
	bdl_bind_int(st, 9, (int64_t)p->to);
	bdl_bind_text(st, 10, p->means);
	return bdl_stmt_run(s, st, err);
}

int bdl_imports_keep(
    struct bdl_store *s, struct bdl_view name, const struct bdl_kept_import *k, struct bdl_err *err)
{
	if (k->words.n > BDL_KEPT_WORDS_MAX || k->n_parts > BDL_KEPT_PARTS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "the import is more than is kept of one");
	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = bdl_drafts_check(s, name, &k->draft, err);
	if (!rc)
		rc = bdl_imports_forget(s, name, err);
	if (!rc)
		rc = put_head(s, name, k, err);
	for (size_t i = 0; !rc && i < k->n_parts; i++)
		rc = put_part(s, name, i, &k->parts[i], err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* --- out --- */

static int part_row(struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	int64_t state = bdl_col_int(st, 0), from = bdl_col_int(st, 4), to = bdl_col_int(st, 5);
	struct bdl_kept_part *ret = row;

	if (state < 0 || state >= BDL_PART_STATES || from < 0 || to < from ||
	    to > BDL_KEPT_WORDS_MAX)
		return bdl_fail(
		    err, BDL_E_STORE, "the store holds a part of an import that is none");
	*ret = (struct bdl_kept_part){
		.state = (enum bdl_kept_state)state,
		.again = bdl_col_int(st, 1) != 0,
		.clause = bdl_col_text(st, 2, region),
		.title = bdl_col_text(st, 3, region),
		.from = (size_t)from,
		.to = (size_t)to,
		.means = bdl_col_text(st, 6, region),
	};
	return 0;
}

static int get_head(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_kept_import *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_of(s,
	    "SELECT digest, file, words, kept_ms FROM policy_import WHERE school = ?1 AND name = ?2",
	    name, &st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(
		    err, BDL_E_MISSING, "no import of a policy '%.*s' is kept", BDL_FMT(name));
	ret->file = bdl_col_text(st, 1, region);
	ret->words = bdl_col_text(st, 2, region);
	ret->kept_ms = bdl_col_int(st, 3);
	return bdl_col_digest(st, 0, &ret->draft, err);
}

static int get_parts(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_kept_import *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get_of(s,
	    "SELECT state, again, clause, title, from_byte, to_byte, means FROM policy_import_part"
	    " WHERE school = ?1 AND name = ?2 ORDER BY place",
	    name, &st, err);
	if (rc)
		return rc;
	rc = bdl_rows_read(
	    s, st, region, sizeof(struct bdl_kept_part), part_row, &rows, &ret->n_parts, err);
	if (!rc)
		ret->parts = rows;
	return rc;
}

int bdl_imports_get(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_kept_import *ret, struct bdl_err *err)
{
	struct bdl_kept_import k = { 0 };

	int rc = get_head(s, name, region, &k, err);
	if (!rc)
		rc = get_parts(s, name, region, &k, err);
	if (rc)
		return rc;
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the import does not fit into memory");
	for (size_t i = 0; i < k.n_parts; i++)
		if (k.parts[i].to > k.words.n)
			return bdl_fail(
			    err, BDL_E_STORE, "the store holds a part of an import that is none");
	*ret = k;
	return 0;
}

int bdl_imports_has(struct bdl_store *s, struct bdl_view name, bool *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_of(
	    s, "SELECT 1 FROM policy_import WHERE school = ?1 AND name = ?2", name, &st, err);
	if (rc < 0)
		return rc;
	*ret = rc > 0;
	return 0;
}
