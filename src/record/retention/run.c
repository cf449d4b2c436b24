/* Deleting, in small transactions: what a run goes by, and its stages one after the other. */
#include "base/alloc.h"
#include "base/clock.h"
#include "record/ledger/ledger.h"
#include "record/policies/drafts.h"
#include "record/policies/versions.h"
#include "record/retention/run_int.h"
#include "record/store/numbers_int.h"
#include "record/store/store_int.h"
#include <stdio.h>

#define SOURCES_MAX ((size_t)BDL_POLICIES_MAX * (BDL_DOCUMENT_MAX + 4096))

/* --- a run --- */

void bdl_retention_end(struct bdl_retention_run *r)
{
	if (!r)
		return;
	bdl_region_free(r->region);
	free(r);
}

static void documents_free(struct bdl_document **documents, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bdl_document_free(documents[i]);
}

static int documents_read(const struct bdl_source *sources, size_t n,
    struct bdl_document *documents[BDL_POLICIES_MAX], struct bdl_err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
		int rc = bdl_document_parse(sources[i].bytes, findings, &documents[i], err);
		if (rc)
			return bdl_fail_in(err, rc, "policy '%.*s'", BDL_FMT(sources[i].name));
	}
	return 0;
}

static int plan_make(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	struct bdl_document *documents[BDL_POLICIES_MAX] = { NULL };
	struct bdl_source *sources;
	size_t n;

	int rc = bdl_versions_in_force(s, r->region, &sources, &n, err);
	if (!rc && n > BDL_POLICIES_MAX)
		rc = bdl_fail(err, BDL_E_LIMIT, "more policies are in force than are read");
	if (rc)
		return rc;
	rc = documents_read(sources, n, documents, err);
	if (!rc)
		bdl_retention_of(
		    sources, (const struct bdl_document *const *)documents, n, r->now_ms, &r->plan);
	documents_free(documents, n);
	return rc;
}

/* How many holds there are, and when the last ended. */
static int holds_look(struct bdl_store *s, int64_t ret[2], struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find(
	    s, "SELECT count(*), max(ended_ms) FROM legal_hold WHERE school = ?1", &st, err);
	if (rc < 0)
		return rc;
	ret[0] = bdl_col_int(st, 0);
	ret[1] = bdl_col_int(st, 1);
	return 0;
}

static int basis_make(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	const struct bdl_retention *plan = &r->plan;
	const struct bdl_civil c = bdl_civil_local(r->now_ms);
	int64_t numbers[] = { plan->visits_before_ms, plan->violations_before_ms, c.year, c.month,
		c.day, 0, 0 };

	int rc = holds_look(s, numbers + 5, err);
	if (rc)
		return rc;
	uint64_t basis = bdl_hash64(numbers, sizeof(numbers), 0);
	for (size_t i = 0; i < plan->n; i++) {
		int64_t ms = plan->policies[i].violations_before_ms;
		struct bdl_view policy = plan->policies[i].policy;
		basis = bdl_hash64(&ms, sizeof(ms), bdl_hash64(policy.p, policy.n, basis));
	}
	r->basis = basis ? basis : 1;
	return 0;
}

uint64_t bdl_retention_basis(const struct bdl_retention_run *r)
{
	return r->basis;
}

int bdl_retention_begin(
    struct bdl_store *s, int64_t now_ms, struct bdl_retention_run **ret, struct bdl_err *err)
{
	struct bdl_retention_run *r BDL_AUTO(bdl_retention_end) = bdl_xalloc(sizeof(*r));

	r->region = bdl_region_new(SOURCES_MAX);
	r->now_ms = now_ms;
	int rc = plan_make(s, r, err);
	if (!rc)
		rc = basis_make(s, r, err);
	/* An hour is kept until all of it is past. */
	if (!rc && r->plan.visits_before_ms > 0)
		r->visits.before_hour = r->plan.visits_before_ms / BDL_HOUR_MS;
	if (!rc)
		*ret = bdl_steal(&r);
	return rc;
}

struct bdl_retention_sum bdl_retention_gone(const struct bdl_retention_run *r)
{
	return r->gone;
}

static int gone_enter(
    struct bdl_store *s, const struct bdl_retention_run *r, const char *record, struct bdl_err *err)
{
	char content[64];

	(void)snprintf(content, sizeof(content), "%lld %lld", (long long)r->plan.visits_before_ms,
	    (long long)r->plan.violations_before_ms); /* fits */
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_DELETED,
		.at_ms = r->now_ms,
		.actor = BDL_LIT(BDL_ACTOR_CLOCK),
		.record = bdl_view_of(record),
		.content = bdl_view_of(content),
	};
	return bdl_ledger_add(s, &e, err);
}

int bdl_retention_enter(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	static const char *const records[BDL_STAGES] = {
		[BDL_STAGE_VIOLATIONS] = "violations",
		[BDL_STAGE_ACTS] = "acts",
		[BDL_STAGE_VISITS] = "visits",
		[BDL_STAGE_REFUSED] = "refused",
		[BDL_STAGE_DRAFTS] = "drafts",
	};

	if (r->entered[r->stage])
		return 0;
	int rc = gone_enter(s, r, records[r->stage], err);
	if (!rc)
		r->entered[r->stage] = true;
	return rc;
}

/* --- rows --- */

int bdl_retention_delete(struct bdl_store *s, const char *sql, int64_t by, int64_t limit,
    int64_t *ret_n, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, by);
	if (limit)
		bdl_bind_int(st, 3, limit);
	return bdl_stmt_change(s, st, ret_n, err);
}

/* --- visits --- */

/* Whether anything is held: what exactly, only a look at each row would tell. */
static int is_held(struct bdl_store *s, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	return bdl_stmt_find(
	    s, "SELECT 1 FROM legal_hold WHERE school = ?1 AND ended_ms = 0 LIMIT 1", &st, err);
}

/*
 * A month at once, where all of it is past and the database keeps months apart; each is an entry of its
 * own. While anything is held, rows go one by one.
 */
static int months_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	char month[BDL_MONTH_ROOM], record[32];
	int64_t rows = 0;

	int rc = r->visits.before_hour ? is_held(s, err) : 1;
	if (rc)
		return rc < 0 ? rc : 0;
	rc = bdl_store_drop_month(s, r->visits.before_hour, month, &rows, err);
	if (rc || !*month)
		return rc;
	(void)snprintf(record, sizeof(record), "visits/%.4s-%s", month, month + 4); /* fits */
	rc = rows ? gone_enter(s, r, record, err) : 0;
	r->gone.visits += rows;
	return rc ? rc : 1;
}

static int visits_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	size_t n = 0;

	if (!r->visits.before_hour)
		return 0;
	int more = bdl_visits_delete(s, &r->visits, BDL_RETENTION_ROWS, &n, err);
	if (more < 0)
		return more;
	int rc = n ? bdl_retention_enter(s, r, err) : 0;
	r->gone.visits += (int64_t)n;
	return rc ? rc : more;
}

/* --- what was refused, drafts, and salts --- */

static int refused_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	int64_t n = 0;
	int rc = bdl_number_keep(s, BDL_NUMBERED_REFUSED, err);

	if (!rc)
		rc = bdl_retention_delete(s,
		    "DELETE FROM refused WHERE school = ?1 AND id IN (SELECT id FROM refused"
		    " WHERE school = ?1 AND refused_ms < ?2 LIMIT ?3)",
		    r->plan.visits_before_ms, BDL_RETENTION_ROWS, &n, err);

	if (!rc && n)
		rc = bdl_retention_enter(s, r, err);
	if (rc)
		return rc;
	r->gone.refused += n;
	return n == BDL_RETENTION_ROWS;
}

/* One at a time: an import has thousands of parts. */
static int drafts_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	const struct bdl_span idle = { BDL_KEEP_DRAFTS_MONTHS, BDL_UNIT_MONTH };

	int more = bdl_drafts_delete(s, bdl_span_before(idle, r->now_ms), err);
	int rc = more > 0 ? bdl_retention_enter(s, r, err) : 0;
	return rc ? rc : more;
}

/*
 * Salts of segments all of whose acts and visits are gone, and of what was refused. What is held
 * keeps no salt: the digest of a segment is of many people's acts. All old entries are read for it,
 * so it is done where records went, which is once a day.
 */
static int salts_step(struct bdl_store *s, const struct bdl_retention_run *r, struct bdl_err *err)
{
	int64_t before_ms = r->plan.violations_before_ms;

	if (!r->gone.acts && !r->gone.violations && !r->gone.visits && !r->gone.refused)
		return 0;
	for (size_t i = 0; i < r->plan.n; i++)
		if (r->plan.policies[i].violations_before_ms < before_ms)
			before_ms = r->plan.policies[i].violations_before_ms;
	if (r->plan.visits_before_ms < before_ms)
		before_ms = r->plan.visits_before_ms;
	int rc = bdl_ledger_salts_drop(s, BDL_LEDGER_SEGMENT, before_ms, err);
	return rc ? rc
		  : bdl_ledger_salts_drop(s, BDL_LEDGER_REFUSED, r->plan.visits_before_ms, err);
}

/* --- a step --- */

static int stage_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	switch (r->stage) {
	case BDL_STAGE_VIOLATIONS:
		return bdl_retention_violations(s, r, err);
	case BDL_STAGE_ACTS:
		return bdl_retention_acts(s, r, err);
	case BDL_STAGE_MONTHS:
		return months_step(s, r, err);
	case BDL_STAGE_VISITS:
		return visits_step(s, r, err);
	case BDL_STAGE_REFUSED:
		return refused_step(s, r, err);
	case BDL_STAGE_DRAFTS:
		return drafts_step(s, r, err);
	case BDL_STAGE_SALTS:
		return salts_step(s, r, err);
	case BDL_STAGES:
		break;
	}
	return 0;
}

int bdl_retention_step(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	struct bdl_retention_run was = *r;

	if (r->stage == BDL_STAGES)
		return 0;
	int more = 0, rc = bdl_store_begin_volume(s, err);
	if (rc)
		return rc;
	rc = bdl_store_join(s, err);
	if (!rc)
		more = stage_step(s, r, err);
	if (!rc)
		rc = more < 0 ? more : bdl_store_commit(s, err);
	bdl_store_rollback(s);
	if (rc) {
		*r = was; /* none of it happened */
		/* Of a month that somebody was reading the rows go one by one. */
		if (rc != BDL_E_BUSY || r->stage != BDL_STAGE_MONTHS)
			return rc;
		more = 0;
	}
	if (!more) {
		r->stage++;
		r->from_ms = 0;
	}
	return r->stage < BDL_STAGES;
}
