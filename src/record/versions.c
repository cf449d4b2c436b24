#include "record/versions.h"
#include "record/store_int.h"

#define NAME_MAX_BYTES 48

static bool is_name(struct bdl_view v)
{
	if (!v.n || v.n > NAME_MAX_BYTES || v.p[0] == '-')
		return false;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

static int source_row(sqlite3_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_source *source = row;

	(void)err; /* any text will do */
	source->name = bdl_col_text(st, 0, region);
	source->bytes = bdl_col_text(st, 1, region);
	return 0;
}

/* Name and bytes of each row, in the region. */
static int sources_read(struct bdl_store *s, sqlite3_stmt *st, struct bdl_region *region,
    struct bdl_source **ret, size_t *ret_n, struct bdl_err *err)
{
	void *rows;

	int rc =
	    bdl_rows_read(s, st, region, sizeof(struct bdl_source), source_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_versions_in_force(struct bdl_store *s, struct bdl_region *region, struct bdl_source **ret,
    size_t *ret_n, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT v.name, d.bytes FROM policy_version v"
	    " JOIN policy_document d ON d.school = v.school AND d.digest = v.digest"
	    " WHERE v.school = ?1 AND v.in_force = 1 ORDER BY v.name",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	return sources_read(s, st, region, ret, ret_n, err);
}

int bdl_versions_of_ruleset(struct bdl_store *s, const struct bdl_digest *version,
    struct bdl_region *region, struct bdl_source **ret, size_t *ret_n, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_source *sources;
	size_t n;

	int rc = bdl_stmt_get(s,
	    "SELECT p.name, d.bytes FROM ruleset r"
	    " JOIN ruleset_policy p ON p.school = r.school AND p.ruleset = r.id"
	    " JOIN policy_document d ON d.school = p.school AND d.digest = p.digest"
	    " WHERE r.school = ?1 AND r.digest = ?2 ORDER BY p.name",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_digest(st, 2, version);
	rc = sources_read(s, st, region, &sources, &n, err);
	if (rc)
		return rc;
	if (!n)
		return bdl_fail(err, BDL_E_MISSING, "the store does not know this ruleset");
	*ret = sources;
	*ret_n = n;
	return 0;
}

/* --- publishing --- */

/* The number of the next issue; BDL_E_CONFLICT where these bytes are in force under this name. */
static int issue_next(struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest,
    int64_t *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT max(issue), sum(CASE WHEN in_force = 1 AND digest = ?3 THEN 1 ELSE 0 END)"
	    " FROM policy_version WHERE school = ?1 AND name = ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, name);
	bdl_bind_digest(st, 3, digest);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (bdl_col_int(st, 1))
		return bdl_fail(err, BDL_E_CONFLICT,
		    "this version of policy '%.*s' is in force already", BDL_FMT(name));
	*ret = bdl_col_int(st, 0) + 1;
	return 0;
}

static int document_keep(struct bdl_store *s, const struct bdl_document *d, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO policy_document (school, digest, bytes) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT DO NOTHING",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_digest(st, 2, &d->digest);
	bdl_bind_text(st, 3, d->bytes);
	return bdl_stmt_run(s, st, err);
}

static int former_end(struct bdl_store *s, struct bdl_view name, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "UPDATE policy_version SET in_force = 0 WHERE school = ?1 AND name = ?2 AND in_force = 1",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, name);
	return bdl_stmt_run(s, st, err);
}

static int version_add(struct bdl_store *s, const struct bdl_version_row *v, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO policy_version (school, name, issue, digest, title, minute_ref, published_by,"
	    " published_ms, in_force) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, v->name);
	bdl_bind_int(st, 3, v->issue);
	bdl_bind_digest(st, 4, &v->digest);
	bdl_bind_text(st, 5, v->title);
	bdl_bind_text(st, 6, v->minute);
	bdl_bind_text(st, 7, v->by);
	bdl_bind_int(st, 8, v->published_ms);
	return bdl_stmt_run(s, st, err);
}

/* Which documents make the ruleset of this number: those in force now. */
static int ruleset_note(struct bdl_store *s, int64_t id, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO ruleset_policy (school, ruleset, name, digest)"
	    " SELECT school, ?2, name, digest FROM policy_version WHERE school = ?1 AND in_force = 1"
	    " ON CONFLICT DO NOTHING",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	return bdl_stmt_run(s, st, err);
}

/*
 * The ruleset of what is now in force, compiled as the doors will compile it: what they could not
 * enforce is not published, and the number they will record is the one kept here.
 */
static int ruleset_keep(struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) =
	    bdl_region_new((size_t)(BDL_POLICIES_MAX + 2) * (BDL_DOCUMENT_MAX + 4096));
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_source *sources;
	size_t n;
	int64_t id;

	int rc = bdl_versions_in_force(s, region, &sources, &n, err);
	if (!rc)
		rc = bdl_ruleset_new(sources, n, &ruleset, err);
	if (!rc)
		rc = bdl_ruleset_id(s, bdl_ruleset_version(ruleset), &id, err);
	return rc ? rc : ruleset_note(s, id, err);
}

static int publish(struct bdl_store *s, struct bdl_version_row *v, const struct bdl_document *d,
    struct bdl_err *err)
{
	int rc = issue_next(s, v->name, &v->digest, &v->issue, err);

	if (!rc)
		rc = document_keep(s, d, err);
	if (!rc)
		rc = former_end(s, v->name, err);
	if (!rc)
		rc = version_add(s, v, err);
	return rc ? rc : ruleset_keep(s, err);
}

int bdl_versions_publish(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err)
{
	if (!is_name(name))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no name of a policy: lower-case letters, digits and hyphens, at most %d",
		    BDL_FMT(name), NAME_MAX_BYTES);
	if (!bdl_view_trim(approval->minute).n)
		return bdl_fail(
		    err, BDL_E_INVALID, "the reference of the minute that approved it is missing");
	struct bdl_version_row v = {
		.name = bdl_region_view(region, name),
		.digest = d->digest,
		.title = bdl_region_view(region, d->front.title),
		.minute = bdl_region_view(region, bdl_view_trim(approval->minute)),
		.by = bdl_region_view(region, approval->by),
		.published_ms = now_ms,
		.in_force = true,
	};
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the version does not fit into memory");
	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = publish(s, &v, d, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	if (!rc)
		*ret = v;
	return rc;
}

static int version_row(sqlite3_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_version_row *ret = row;

	ret->name = bdl_col_text(st, 0, region);
	ret->issue = bdl_col_int(st, 1);
	ret->title = bdl_col_text(st, 3, region);
	ret->minute = bdl_col_text(st, 4, region);
	ret->by = bdl_col_text(st, 5, region);
	ret->published_ms = bdl_col_int(st, 6);
	ret->in_force = bdl_col_int(st, 7);
	return bdl_col_digest(st, 2, &ret->digest, err);
}

int bdl_versions_list(struct bdl_store *s, struct bdl_region *region, struct bdl_version_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT name, issue, digest, title, minute_ref, published_by, published_ms, in_force"
	    " FROM policy_version WHERE school = ?1 ORDER BY name, issue DESC",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	rc = bdl_rows_read(
	    s, st, region, sizeof(struct bdl_version_row), version_row, &rows, ret_n, err);
	if (!rc)
		*ret = rows;
	return rc;
}

int bdl_versions_document(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_region *region, struct bdl_view *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT d.bytes FROM policy_version v"
	    " JOIN policy_document d ON d.school = v.school AND d.digest = v.digest"
	    " WHERE v.school = ?1 AND v.name = ?2 AND v.issue = ?3",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, name);
	bdl_bind_int(st, 3, issue);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(err, BDL_E_MISSING, "there is no such issue of this policy");
	*ret = bdl_col_text(st, 0, region);
	return 0;
}

int bdl_versions_issue(struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest,
    int64_t *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT max(issue) FROM policy_version WHERE school = ?1 AND name = ?2 AND digest = ?3",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, name);
	bdl_bind_digest(st, 3, digest);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}
