#include "record/policies/versions.h"
#include "record/store/store_int.h"

static int source_row(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_source *source = row;

	(void)err; /* any text will do */
	source->name = bdl_col_text(st, 0, region);
	source->bytes = bdl_col_text(st, 1, region);
	return 0;
}

/* Name and bytes of each row, in the region. */
static int sources_read(struct bdl_store *s, struct bdl_stmt *st, struct bdl_region *region,
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
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

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

int bdl_versions_then(struct bdl_store *s, int64_t at_ms, struct bdl_region *region,
    struct bdl_source **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT v.name, d.bytes FROM policy_version v"
	    " JOIN policy_document d ON d.school = v.school AND d.digest = v.digest"
	    " WHERE v.school = ?1 AND v.issue = (SELECT c.issue FROM policy_version c"
	    " WHERE c.school = v.school AND c.name = v.name AND (c.in_force = 1 OR c.waits = 1)"
	    " ORDER BY CASE WHEN c.waits = 1 AND c.from_ms <= ?2 THEN 0 WHEN c.in_force = 1 THEN 1"
	    " ELSE 2 END, CASE WHEN c.from_ms <= ?2 THEN -c.from_ms ELSE c.from_ms END, c.issue DESC"
	    " LIMIT 1) ORDER BY v.name",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, at_ms);
	return sources_read(s, st, region, ret, ret_n, err);
}

int bdl_versions_of_ruleset(struct bdl_store *s, const struct bdl_digest *version,
    struct bdl_region *region, struct bdl_source **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
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

/* --- rows --- */

const char *bdl_version_state_word(enum bdl_version_state state)
{
	static const char *const words[BDL_VERSION_STATES] = { "waits for a second person",
		"waits for its day", "in force", "past", "withdrawn" };

	return words[state];
}

static enum bdl_version_state state_of(bool in_force, bool waits, bool approved, bool withdrawn)
{
	if (withdrawn)
		return BDL_VERSION_WITHDRAWN;
	if (in_force)
		return BDL_VERSION_IN_FORCE;
	if (waits)
		return BDL_VERSION_WAITS;
	return approved ? BDL_VERSION_APPROVED : BDL_VERSION_PAST;
}

static int version_row(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_version_row *ret = row;

	ret->name = bdl_col_text(st, 0, region);
	ret->issue = bdl_col_int(st, 1);
	ret->title = bdl_col_text(st, 3, region);
	ret->minute = bdl_col_text(st, 4, region);
	ret->by = bdl_col_text(st, 5, region);
	ret->published_ms = bdl_col_int(st, 6);
	ret->body = bdl_col_text(st, 8, region);
	ret->on = bdl_col_text(st, 9, region);
	ret->first = bdl_col_text(st, 10, region);
	ret->second = bdl_col_text(st, 11, region);
	ret->from_ms = bdl_col_int(st, 12);
	ret->alone = bdl_col_int(st, 15);
	ret->confirmed_ms = bdl_col_int(st, 16);
	ret->confirmed_by = bdl_col_text(st, 17, region);
	ret->withdrawn_ms = bdl_col_int(st, 18);
	ret->withdrawn_by = bdl_col_text(st, 19, region);
	ret->withdrawn_why = bdl_col_text(st, 20, region);
	ret->state = state_of(
	    bdl_col_int(st, 7), bdl_col_int(st, 13), bdl_col_int(st, 14), ret->withdrawn_ms > 0);
	return bdl_col_digest(st, 2, &ret->digest, err);
}

int bdl_versions_list(struct bdl_store *s, struct bdl_region *region, struct bdl_version_row **ret,
    size_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get(s,
	    "SELECT name, issue, digest, title, minute_ref, published_by, published_ms, in_force,"
	    " body, approved_on, first_person, second_person, from_ms, waits, approved, alone,"
	    " confirmed_ms, confirmed_by, withdrawn_ms, withdrawn_by, withdrawn_why"
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

const struct bdl_version_row *bdl_version_former(
    const struct bdl_version_row *rows, size_t n, size_t i)
{
	for (size_t k = i + 1; k < n && bdl_view_eq(rows[k].name, rows[i].name); k++)
		if (rows[k].state == BDL_VERSION_IN_FORCE || rows[k].state == BDL_VERSION_PAST)
			return &rows[k];
	return NULL;
}

/* --- what was asked for by name --- */

int bdl_versions_document(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_region *region, struct bdl_view *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT d.bytes FROM policy_version v"
	    " JOIN policy_document d ON d.school = v.school AND d.digest = v.digest"
	    " WHERE v.school = ?1 AND v.name = ?2 AND v.issue = ?3",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, issue);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(err, BDL_E_MISSING, "there is no such issue of this policy");
	*ret = bdl_col_text(st, 0, region);
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the document does not fit into memory");
	return 0;
}

int bdl_versions_issue(struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest,
    int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT max(issue) FROM policy_version WHERE school = ?1 AND name = ?2 AND digest = ?3",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, digest);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}

int bdl_versions_next(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(s,
	    "SELECT from_ms FROM policy_version WHERE school = ?1 AND waits = 1"
	    " ORDER BY from_ms LIMIT 1",
	    &st, err);
	if (rc < 0)
		return rc;
	*ret_ms = rc ? bdl_col_int(st, 0) : INT64_MAX;
	return 0;
}
