/* The second person: a version that one has approved is confirmed, or withdrawn. */
#include "base/person.h"
#include "base/utf8.h"
#include "record/policies/versions_int.h"
#include "record/store/store_int.h"

static bool is_unconfirmed(const struct bdl_version_row *v)
{
	return v->state == BDL_VERSION_APPROVED || (v->state == BDL_VERSION_IN_FORCE && v->alone);
}

/* The one of that issue; NULL where there is none. */
static const struct bdl_version_row *issue_find(
    const struct bdl_version_row *rows, size_t n, struct bdl_view name, int64_t issue)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].issue == issue && bdl_view_eq(rows[i].name, name))
			return &rows[i];
	return NULL;
}

static int issue_missing(struct bdl_view name, int64_t issue, struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_MISSING, "there is no issue %lld of a policy '%.*s'",
	    (long long)issue, BDL_FMT(name));
}

/* The newest that waits for a second person, else the one in force that lacks one; *ret_n waits. */
static const struct bdl_version_row *unconfirmed_find(
    const struct bdl_version_row *rows, size_t n, struct bdl_view name, size_t *ret_n)
{
	const struct bdl_version_row *approved = NULL, *alone = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (!bdl_view_eq(rows[i].name, name) || !is_unconfirmed(&rows[i]))
			continue;
		if (rows[i].state == BDL_VERSION_IN_FORCE) {
			alone = &rows[i];
			continue;
		}
		if (!approved)
			approved = &rows[i];
		++*ret_n;
	}
	return approved ? approved : alone;
}

int bdl_versions_unconfirmed(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_region *region, struct bdl_version_row *ret, struct bdl_err *err)
{
	struct bdl_version_row *rows;
	const struct bdl_version_row *v;
	size_t n, n_waiting = 0;

	int rc = bdl_versions_list(s, region, &rows, &n, err);
	if (rc)
		return rc;
	v = issue ? issue_find(rows, n, name, issue) : unconfirmed_find(rows, n, name, &n_waiting);
	if (!v && issue)
		return issue_missing(name, issue, err);
	if (!v)
		return bdl_fail(err, BDL_E_MISSING,
		    "no version of a policy '%.*s' waits for a second person", BDL_FMT(name));
	if (n_waiting > 1)
		return bdl_fail(err, BDL_E_CONFLICT,
		    "%zu issues of policy '%.*s' wait for a second person; say which", n_waiting,
		    BDL_FMT(name));
	if (!is_unconfirmed(v))
		return bdl_fail(err, BDL_E_CONFLICT,
		    "issue %lld of policy '%.*s' does not wait for a second person: it is %s",
		    (long long)v->issue, BDL_FMT(name),
		    v->state == BDL_VERSION_WAITS ? "confirmed, and waits for its day"
						  : bdl_version_state_word(v->state));
	*ret = *v;
	return 0;
}

/* --- confirming --- */

static int second_check(
    const struct bdl_version_row *v, struct bdl_view second, struct bdl_err *err)
{
	if (!bdl_person_ok(second))
		return bdl_fail(err, BDL_E_INVALID, "the second person's name is missing");
	if (bdl_person_same(v->first, second))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' has approved it; somebody else is to confirm it", BDL_FMT(v->first));
	return 0;
}

/* An approval that later events have passed by is no order to go back. */
static int overtaken_check(
    struct bdl_store *s, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT issue FROM policy_version WHERE school = ?1 AND name = ?2 AND in_force = 1"
	    " AND issue > ?3",
	    v->name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, v->issue);
	rc = bdl_stmt_step(s, st, err);
	if (rc <= 0)
		return rc;
	return bdl_fail(err, BDL_E_CONFLICT,
	    "issue %lld of policy '%.*s' has come into force since issue %lld was approved: publish "
	    "that again if it is wanted still, else withdraw it",
	    (long long)bdl_col_int(st, 0), BDL_FMT(v->name), (long long)v->issue);
}

static int second_keep(struct bdl_store *s, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "UPDATE policy_version SET second_person = ?4, confirmed_by = ?5, confirmed_ms = ?6,"
	    " from_ms = ?7, waits = ?8, in_force = ?9, approved = 0, alone = 0"
	    " WHERE school = ?1 AND name = ?2 AND issue = ?3",
	    v->name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, v->issue);
	bdl_bind_text(st, 4, v->second);
	bdl_bind_text(st, 5, v->confirmed_by);
	bdl_bind_int(st, 6, v->confirmed_ms);
	bdl_bind_int(st, 7, v->from_ms);
	bdl_bind_int(st, 8, v->state == BDL_VERSION_WAITS);
	bdl_bind_int(st, 9, v->state == BDL_VERSION_IN_FORCE);
	return bdl_stmt_run(s, st, err);
}

/* It was approved by one: now it comes into force, or waits for its day. */
static int go_on(struct bdl_store *s, struct bdl_version_row *v, int64_t now_ms,
    struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_view bytes;
	int rc;

	if (v->from_ms > now_ms) {
		v->state = BDL_VERSION_WAITS;
		rc = bdl_versions_document(s, v->name, v->issue, region, &bytes, err);
		if (!rc)
			rc = bdl_version_try(s, v->name, bytes, err);
		return rc ? rc : second_keep(s, v, err);
	}
	v->state = BDL_VERSION_IN_FORCE;
	v->from_ms = now_ms;
	rc = overtaken_check(s, v, err);
	if (!rc)
		rc = bdl_version_former_end(s, v->name, err);
	if (!rc)
		rc = second_keep(s, v, err);
	return rc ? rc : bdl_version_ruleset_keep(s, err);
}

static int enter(struct bdl_store *s, const struct bdl_version_row *v, enum bdl_version_state was,
    struct bdl_err *err)
{
	struct bdl_view none = { 0 };
	int64_t at_ms = v->confirmed_ms;

	int rc = bdl_version_enter(s, BDL_LEDGER_CONFIRMED, v, v->second, none, at_ms, err);
	if (!rc && v->state == BDL_VERSION_IN_FORCE && was != BDL_VERSION_IN_FORCE)
		rc =
		    bdl_version_enter(s, BDL_LEDGER_IN_FORCE, v, v->confirmed_by, none, at_ms, err);
	return rc;
}

int bdl_versions_confirm(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_view second, struct bdl_view by, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err)
{
	enum bdl_version_state was = BDL_VERSION_APPROVED;
	struct bdl_version_row v;

	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = bdl_versions_unconfirmed(s, name, issue, region, &v, err);
	if (!rc)
		rc = second_check(&v, bdl_view_trim(second), err);
	if (!rc) {
		was = v.state;
		v.second = bdl_region_view(region, bdl_view_trim(second));
		v.confirmed_by = bdl_region_view(region, by);
		v.confirmed_ms = now_ms;
		v.alone = false;
		rc = v.state == BDL_VERSION_APPROVED ? go_on(s, &v, now_ms, region, err)
						     : second_keep(s, &v, err);
		if (!rc)
			rc = enter(s, &v, was, err);
	}
	if (!rc && bdl_region_broken(region))
		rc = bdl_fail(err, BDL_E_LIMIT, "the version does not fit into memory");
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	if (!rc)
		*ret = v;
	return rc;
}

/* --- withdrawing --- */

static int withdrawal_keep(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_view by, struct bdl_view why, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "UPDATE policy_version SET withdrawn_by = ?4, withdrawn_why = ?5, withdrawn_ms = ?6,"
	    " waits = 0, approved = 0 WHERE school = ?1 AND name = ?2 AND issue = ?3",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, issue);
	bdl_bind_text(st, 4, by);
	bdl_bind_text(st, 5, why);
	bdl_bind_int(st, 6, now_ms);
	return bdl_stmt_run(s, st, err);
}

/* In a transaction. */
static int withdraw(struct bdl_store *s, struct bdl_view name, int64_t issue, struct bdl_view by,
    struct bdl_view why, int64_t now_ms, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_VERSIONS_MAX);
	struct bdl_version_row *rows;
	size_t n;

	int rc = bdl_versions_list(s, region, &rows, &n, err);
	if (rc)
		return rc;
	const struct bdl_version_row *v = issue_find(rows, n, name, issue);
	if (!v)
		return issue_missing(name, issue, err);
	if (v->state == BDL_VERSION_APPROVED || v->state == BDL_VERSION_WAITS) {
		rc = withdrawal_keep(s, name, issue, by, why, now_ms, err);
		return rc ? rc
			  : bdl_version_enter(s, BDL_LEDGER_WITHDRAWN, v, by, why, now_ms, err);
	}
	return bdl_fail(err, BDL_E_CONFLICT,
	    "issue %lld of policy '%.*s' is %s; only what has not come into force is withdrawn",
	    (long long)issue, BDL_FMT(name), bdl_version_state_word(v->state));
}

int bdl_versions_withdraw(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_view by, struct bdl_view why, int64_t now_ms, struct bdl_err *err)
{
	by = bdl_view_trim(by);
	why = bdl_view_trim(why);
	if (!bdl_person_ok(by))
		return bdl_fail(err, BDL_E_INVALID, "who withdraws it is missing");
	if (!why.n || !bdl_utf8_printable(why))
		return bdl_fail(err, BDL_E_INVALID, "the reason is missing, or no plain text");
	int rc = bdl_store_begin(s, err);
	if (rc)
		return rc;
	rc = withdraw(s, name, issue, by, why, now_ms, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}
