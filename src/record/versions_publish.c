/* Versions from their approval on: published, waiting for their day, brought into force. */
#include "base/clock.h"
#include "base/utf8.h"
#include "record/store_int.h"
#include "record/versions.h"

#define NAME_MAX_BYTES 48
#define DAY_LEN        10 /* "2026-11-12" */
#define SOURCES_MAX    ((size_t)(BDL_POLICIES_MAX + 2) * (BDL_DOCUMENT_MAX + 4096))

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

/*
 * The number of the next issue; BDL_E_CONFLICT where these bytes are in force under this name, or
 * wait for the same moment.
 */
static int issue_next(
    struct bdl_store *s, const struct bdl_version_row *v, int64_t *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT max(issue), max(CASE WHEN digest <> ?3 THEN 0 WHEN in_force = 1 THEN 1"
	    " WHEN waits = 1 AND from_ms = ?4 THEN 2 ELSE 0 END)"
	    " FROM policy_version WHERE school = ?1 AND name = ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, v->name);
	bdl_bind_digest(st, 3, &v->digest);
	bdl_bind_int(st, 4, v->from_ms);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	if (bdl_col_int(st, 1))
		return bdl_fail(err, BDL_E_CONFLICT, "this version of policy '%.*s' %s already",
		    BDL_FMT(v->name),
		    bdl_col_int(st, 1) == 1 ? "is in force" : "waits for its day");
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
	    " published_ms, in_force, body, approved_on, first_person, second_person, from_ms, waits)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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
	bdl_bind_int(st, 9, v->in_force);
	bdl_bind_text(st, 10, v->body);
	bdl_bind_text(st, 11, v->on);
	bdl_bind_text(st, 12, v->first);
	bdl_bind_text(st, 13, v->second);
	bdl_bind_int(st, 14, v->from_ms);
	bdl_bind_int(st, 15, v->waits);
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
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(SOURCES_MAX);
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

/*
 * A version that waits is compiled with what is in force now, so that its author hears today what
 * the doors could not enforce then.
 */
static int waiting_check(struct bdl_store *s, const struct bdl_version_row *v,
    const struct bdl_document *d, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(SOURCES_MAX);
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
	while (at < n && !bdl_view_eq(then[at].name, v->name))
		at++;
	then[at] = (struct bdl_source){ v->name, d->bytes };
	return bdl_ruleset_new(then, at < n ? n : n + 1, &ruleset, err);
}

static int publish(struct bdl_store *s, struct bdl_version_row *v, const struct bdl_document *d,
    struct bdl_err *err)
{
	int rc = issue_next(s, v, &v->issue, err);

	if (!rc)
		rc = document_keep(s, d, err);
	if (!rc && v->in_force)
		rc = former_end(s, v->name, err);
	if (!rc)
		rc = version_add(s, v, err);
	if (rc)
		return rc;
	return v->in_force ? ruleset_keep(s, err) : waiting_check(s, v, d, err);
}

/* The day of the approval: one that there is, and not a day to come. */
static int day_check(struct bdl_view on, int64_t now_ms, struct bdl_err *err)
{
	static const char midnight[] = "T00:00";
	char text[DAY_LEN + sizeof(midnight)];
	int64_t at_ms = 0;
	bool fits = on.n == DAY_LEN;

	if (!on.n)
		return 0;
	if (fits) {
		memcpy(text, on.p, DAY_LEN);
		memcpy(text + DAY_LEN, midnight, sizeof(midnight));
	}
	if (!fits || !bdl_time_parse(bdl_view_of(text), &at_ms))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%.*s' is no day such as 2026-11-12", BDL_FMT(on));
	if (at_ms > now_ms)
		return bdl_fail(
		    err, BDL_E_INVALID, "it cannot be approved on %.*s already", BDL_FMT(on));
	return 0;
}

static int approval_check(
    struct bdl_view name, const struct bdl_version_row *v, struct bdl_err *err)
{
	if (!is_name(name))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%.*s' is no name of a policy: lower-case letters, digits and hyphens, at most %d",
		    BDL_FMT(name), NAME_MAX_BYTES);
	if (!bdl_utf8_printable(v->minute) || !bdl_utf8_printable(v->body) ||
	    !bdl_utf8_printable(v->first) || !bdl_utf8_printable(v->second))
		return bdl_fail(err, BDL_E_INVALID, "a fact of the approval is no plain text");
	if (!v->minute.n)
		return bdl_fail(
		    err, BDL_E_INVALID, "the reference of the minute that approved it is missing");
	if (v->second.n && bdl_view_ieq(v->first, v->second))
		return bdl_fail(err, BDL_E_INVALID,
		    "two people answer for a version, and '%.*s' is one", BDL_FMT(v->first));
	return day_check(v->on, v->published_ms, err);
}

static struct bdl_view kept(struct bdl_region *region, struct bdl_view v)
{
	return bdl_region_view(region, bdl_view_trim(v));
}

int bdl_versions_publish(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err)
{
	const struct bdl_approval *a = approval;
	bool waits = a->from_ms > now_ms;
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
		.from_ms = waits ? a->from_ms : now_ms,
		.waits = waits,
		.in_force = !waits,
	};
	if (bdl_region_broken(region))
		return bdl_fail(err, BDL_E_LIMIT, "the version does not fit into memory");
	int rc = approval_check(name, &v, err);
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

/* --- coming into force --- */

/* A version whose moment has come. */
struct due {
	char name[NAME_MAX_BYTES + 1];
	int64_t issue;
	bool overtaken; /* what is in force was published for a later moment */
};

/* The first that is due, earlier moments and issues first. 1: there is one; 0: there is none. */
static int due_find(struct bdl_store *s, int64_t now_ms, struct due *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "SELECT w.name, w.issue, CASE WHEN f.from_ms > w.from_ms THEN 1 ELSE 0 END FROM policy_version w"
	    " LEFT JOIN policy_version f ON f.school = w.school AND f.name = w.name"
	    " AND f.in_force = 1"
	    " WHERE w.school = ?1 AND w.waits = 1 AND w.from_ms <= ?2"
	    " ORDER BY w.from_ms, w.issue LIMIT 1",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, now_ms);
	rc = bdl_stmt_step(s, st, err);
	if (rc <= 0)
		return rc;
	struct bdl_view name = bdl_col_view(st, 0);
	if (!is_name(name))
		return bdl_fail(err, BDL_E_STORE, "store: a policy's name is not one");
	memcpy(ret->name, name.p, name.n);
	ret->name[name.n] = '\0';
	ret->issue = bdl_col_int(st, 1);
	ret->overtaken = bdl_col_int(st, 2);
	return 1;
}

static int due_bring(struct bdl_store *s, const struct due *due, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_view name = bdl_view_of(due->name);

	int rc = due->overtaken ? 0 : former_end(s, name, err);
	if (!rc)
		rc = bdl_stmt_get(s,
		    "UPDATE policy_version SET waits = 0, in_force = ?4"
		    " WHERE school = ?1 AND name = ?2 AND issue = ?3",
		    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, name);
	bdl_bind_int(st, 3, due->issue);
	bdl_bind_int(st, 4, !due->overtaken);
	return bdl_stmt_run(s, st, err);
}

static int bring(struct bdl_store *s, int64_t now_ms, size_t *ret_n, struct bdl_err *err)
{
	struct due due;
	size_t n = 0;
	int rc;

	while ((rc = due_find(s, now_ms, &due, err)) > 0) {
		rc = due_bring(s, &due, err);
		if (rc)
			return rc;
		n += !due.overtaken;
	}
	if (!rc && n)
		rc = ruleset_keep(s, err);
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
