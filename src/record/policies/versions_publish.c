/* Versions are approved here, by one person or two. */
#include "base/clock.h"
#include "base/person.h"
#include "base/utf8.h"
#include "record/policies/imports.h"
#include "record/policies/replays.h"
#include "record/policies/versions_int.h"
#include "record/store/store_int.h"

/*
 * The number of the next issue; BDL_E_CONFLICT where these bytes are in force under this name, or
 * wait for the same moment or for a second person.
 */
static int issue_next(
    struct bdl_store *s, const struct bdl_version_row *v, int64_t *ret, struct bdl_err *err)
{
	static const char *const already[] = { "", "is in force already",
		"waits for its day already", "waits for a second person to confirm it" };
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "SELECT max(issue), max(CASE WHEN digest <> ?3 THEN 0 WHEN in_force = 1 THEN 1"
	    " WHEN waits = 1 AND from_ms = ?4 THEN 2 WHEN approved = 1 THEN 3 ELSE 0 END)"
	    " FROM policy_version WHERE school = ?1 AND name = ?2",
	    v->name, &st, err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, &v->digest);
	bdl_bind_int(st, 4, v->from_ms);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (bdl_col_int(st, 1))
		return bdl_fail(err, BDL_E_CONFLICT, "this version of policy '%.*s' %s",
		    BDL_FMT(v->name), already[bdl_col_int(st, 1)]);
	*ret = bdl_col_int(st, 0) + 1;
	return 0;
}

static int document_keep(struct bdl_store *s, const struct bdl_document *d, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

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

/* The draft has become a version; one of other bytes stays, with what a replay found of it and an import made. */
static int draft_drop(struct bdl_store *s, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t n = 0; /* the analyser cannot see it set */

	int rc = bdl_stmt_get_of(s,
	    "DELETE FROM policy_draft WHERE school = ?1 AND name = ?2 AND digest = ?3", v->name,
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, &v->digest);
	rc = bdl_stmt_change(s, st, &n, err);
	if (rc || n == 0)
		return rc;
	rc = bdl_replays_forget(s, v->name, err);
	return rc ? rc : bdl_imports_forget(s, v->name, err);
}

static int version_add(struct bdl_store *s, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO policy_version (school, name, issue, digest, title, minute_ref, published_by,"
	    " published_ms, in_force, body, approved_on, first_person, second_person, from_ms, waits,"
	    " approved)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
	    v->name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, v->issue);
	bdl_bind_digest(st, 4, &v->digest);
	bdl_bind_text(st, 5, v->title);
	bdl_bind_text(st, 6, v->minute);
	bdl_bind_text(st, 7, v->by);
	bdl_bind_int(st, 8, v->published_ms);
	bdl_bind_int(st, 9, v->state == BDL_VERSION_IN_FORCE);
	bdl_bind_text(st, 10, v->body);
	bdl_bind_text(st, 11, v->on);
	bdl_bind_text(st, 12, v->first);
	bdl_bind_text(st, 13, v->second);
	bdl_bind_int(st, 14, v->from_ms);
	bdl_bind_int(st, 15, v->state == BDL_VERSION_WAITS);
	bdl_bind_int(st, 16, v->state == BDL_VERSION_APPROVED);
	return bdl_stmt_run(s, st, err);
}

/* Each of the two people, and that it is in force, are entries of their own. */
static int enter(struct bdl_store *s, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_view none = { 0 };
	int64_t at_ms = v->published_ms;

	int rc = bdl_version_enter(s, BDL_LEDGER_APPROVED, v, v->first, none, at_ms, err);
	if (!rc && v->second.n)
		rc = bdl_version_enter(s, BDL_LEDGER_CONFIRMED, v, v->second, none, at_ms, err);
	if (!rc && v->state == BDL_VERSION_IN_FORCE)
		rc = bdl_version_enter(s, BDL_LEDGER_IN_FORCE, v, v->by, none, at_ms, err);
	return rc;
}

static int publish(struct bdl_store *s, struct bdl_version_row *v, const struct bdl_document *d,
    struct bdl_err *err)
{
	int rc = issue_next(s, v, &v->issue, err);

	if (!rc)
		rc = document_keep(s, d, err);
	if (!rc)
		rc = draft_drop(s, v, err);
	if (!rc && v->state == BDL_VERSION_IN_FORCE)
		rc = bdl_version_former_end(s, v->name, err);
	if (!rc)
		rc = version_add(s, v, err);
	if (!rc)
		rc = enter(s, v, err);
	if (rc)
		return rc;
	return v->state == BDL_VERSION_IN_FORCE ? bdl_version_ruleset_keep(s, err)
						: bdl_version_try(s, v->name, d->bytes, err);
}

/* The day of the approval: one that there is, and not a day to come. */
static int day_check(struct bdl_view on, int64_t now_ms, struct bdl_err *err)
{
	int64_t at_ms = 0;

	if (!on.n)
		return 0;
	if (!bdl_day_parse(on, &at_ms))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%.*s' is no day such as 2026-11-12", BDL_FMT(on));
	if (at_ms > now_ms)
		return bdl_fail(
		    err, BDL_E_INVALID, "it cannot be approved on %.*s already", BDL_FMT(on));
	return 0;
}

static int approval_check(const struct bdl_version_row *v, struct bdl_err *err)
{
	int rc = bdl_policy_name_check(v->name, err);

	if (rc)
		return rc;
	if (!bdl_utf8_printable(v->minute) || !bdl_utf8_printable(v->body))
		return bdl_fail(err, BDL_E_INVALID, "a fact of the approval is no plain text");
	if (!bdl_person_ok(v->first) || (v->second.n && !bdl_person_ok(v->second)))
		return bdl_fail(err, BDL_E_INVALID, "who answers for the version is no name");
	if (!v->minute.n)
		return bdl_fail(
		    err, BDL_E_INVALID, "the reference of the minute that approved it is missing");
	if (v->second.n && bdl_person_same(v->first, v->second))
		return bdl_fail(err, BDL_E_INVALID,
		    "two people answer for a version, and '%.*s' is one", BDL_FMT(v->first));
	return day_check(v->on, v->published_ms, err);
}

static struct bdl_view kept(struct bdl_region *region, struct bdl_view v)
{
	return bdl_region_view(region, bdl_view_trim(v));
}

/* What becomes of the version: in force, or what it waits for, and from when. */
static void settle(struct bdl_version_row *v, int64_t from_ms, int64_t now_ms)
{
	bool later = from_ms > now_ms;

	if (!v->second.n)
		v->state = BDL_VERSION_APPROVED;
	else
		v->state = later ? BDL_VERSION_WAITS : BDL_VERSION_IN_FORCE;
	v->from_ms = later ? from_ms : v->second.n ? now_ms : 0;
}

int bdl_versions_publish(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err)
{
	const struct bdl_approval *a = approval;
	struct bdl_version_row v = {
		.name = bdl_region_view(region, name),
		.digest = d->digest,
		.title = bdl_region_view(region, d->front.title),
		.minute = kept(region, a->minute),
		.by = bdl_region_view(region, a->by),
		.body = kept(region, bdl_view_trim(a->body).n ? a->body : d->front.approver),
		.on = kept(region, a->on),
		.first = kept(region, bdl_view_trim(a->first).n ? a->first : a->by),
		.second = kept(region, a->second),
		.published_ms = now_ms,
	};
	settle(&v, a->from_ms, now_ms);
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the version does not fit into memory");
	int rc = approval_check(&v, err);
	if (!rc)
		rc = bdl_store_begin(s, err);
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
