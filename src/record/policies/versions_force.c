/* Versions coming into force: what is compiled then, and what takes whose place. */
#include "record/policies/versions_int.h"
#include "record/store/store_int.h"

int bdl_version_former_end(struct bdl_store *s, struct bdl_view name, struct bdl_err *err)
{
	return bdl_stmt_run_of(s,
	    "UPDATE policy_version SET in_force = 0 WHERE school = ?1 AND name = ?2 AND in_force = 1",
	    name, err);
}

/* Which documents make the ruleset of this number: those in force now. */
static int ruleset_note(struct bdl_store *s, int64_t id, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

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

int bdl_version_ruleset_keep(struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_SOURCES_MAX);
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

int bdl_version_try(
    struct bdl_store *s, struct bdl_view name, struct bdl_view bytes, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_SOURCES_MAX);
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_source *now;
	size_t n, at = 0;

	int rc = bdl_versions_in_force(s, region, &now, &n, err);
	if (rc)
		return rc;
	struct bdl_source *then = bdl_region_array(region, n + 1, sizeof(*then));
	if (!then)
		return bdl_fail(err, BDL_E_LIMIT, "the policies do not fit into memory");
	if (n)
		memcpy(then, now, n * sizeof(*then));
	while (at < n && !bdl_view_eq(then[at].name, name))
		at++;
	then[at] = (struct bdl_source){ name, bytes };
	return bdl_ruleset_new(then, at < n ? n : n + 1, &ruleset, err);
}

/* A version whose moment has come. */
struct due {
	char name[BDL_POLICY_NAME_MAX + 1];
	int64_t issue;
	struct bdl_digest digest;
	bool overtaken; /* what is in force was published for a later moment */
};

/* The first that is due, earlier moments and issues first. 1: there is one; 0: there is none. */
static int due_find(struct bdl_store *s, int64_t now_ms, struct due *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_by(s,
	    "SELECT w.name, w.issue, CASE WHEN f.from_ms > w.from_ms THEN 1 ELSE 0 END,"
	    " w.digest FROM policy_version w"
	    " LEFT JOIN policy_version f ON f.school = w.school AND f.name = w.name"
	    " AND f.in_force = 1"
	    " WHERE w.school = ?1 AND w.waits = 1 AND w.from_ms <= ?2"
	    " ORDER BY w.from_ms, w.issue LIMIT 1",
	    now_ms, &st, err);
	if (rc <= 0)
		return rc;
	struct bdl_view name = bdl_col_view(st, 0);
	if (!bdl_policy_name_ok(name))
		return bdl_fail(err, BDL_E_STORE, "store: a policy's name is not one");
	memcpy(ret->name, name.p, name.n);
	ret->name[name.n] = '\0';
	ret->issue = bdl_col_int(st, 1);
	ret->overtaken = bdl_col_int(st, 2);
	rc = bdl_col_digest(st, 3, &ret->digest, err);
	return rc ? rc : 1;
}

static int due_bring(
    struct bdl_store *s, const struct due *due, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_view name = bdl_view_of(due->name);

	int rc = due->overtaken ? 0 : bdl_version_former_end(s, name, err);
	if (!rc)
		rc = bdl_stmt_get_of(s,
		    "UPDATE policy_version SET waits = 0, in_force = ?4"
		    " WHERE school = ?1 AND name = ?2 AND issue = ?3",
		    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, due->issue);
	bdl_bind_int(st, 4, !due->overtaken);
	rc = bdl_stmt_run(s, st, err);
	if (rc)
		return rc;
	const struct bdl_version_row v = {
		.name = name, .issue = due->issue, .digest = due->digest
	};
	return bdl_version_enter(s, due->overtaken ? BDL_LEDGER_OVERTAKEN : BDL_LEDGER_IN_FORCE, &v,
	    BDL_LIT(BDL_ACTOR_CLOCK), BDL_LIT("its moment had come"), now_ms, err);
}

static int bring(struct bdl_store *s, int64_t now_ms, size_t *ret_n, struct bdl_err *err)
{
	struct due due;
	size_t n = 0;
	int rc;

	while ((rc = due_find(s, now_ms, &due, err)) > 0) {
		rc = due_bring(s, &due, now_ms, err);
		if (rc)
			return rc;
		n += !due.overtaken;
	}
	if (!rc && n)
		rc = bdl_version_ruleset_keep(s, err);
	if (!rc)
		*ret_n = n;
	return rc;
}

int bdl_versions_bring(struct bdl_store *s, int64_t now_ms, size_t *ret_n, struct bdl_err *err)
{
	int64_t next_ms;
	size_t n = 0;

	int rc = bdl_versions_next(s, &next_ms, err);
	if (!rc && next_ms <= now_ms) {
		rc = bdl_store_begin(s, err);
		if (rc)
			return rc;
		rc = bring(s, now_ms, &n, err);
		if (!rc)
			rc = bdl_store_commit(s, err);
		bdl_store_rollback(s);
	}
	if (!rc)
		*ret_n = n;
	return rc;
}
