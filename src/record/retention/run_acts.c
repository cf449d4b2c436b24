/*
 * Violations with their acts, and acts that belong to none. Acts are gone through once a run, in the
 * order of their time, so that those which stay for longer are not read again for each hundred that
 * go.
 */
#include "record/retention/run_int.h"
#include "record/store/numbers_int.h"
#include "record/store/store_int.h"

/* A hold keeps a row of `r`, which has a person and a clause. */
#define HELD                                                                              \
	"EXISTS (SELECT 1 FROM legal_hold h WHERE h.school = r.school AND h.ended_ms = 0" \
	" AND (h.person = '' OR h.person = r.person) AND (h.clause = '' OR h.clause = r.clause))"

struct row {
	int64_t id, at_ms;
	bool goes;
};

struct rows {
	struct row at[BDL_RETENTION_ROWS];
	size_t n, go;
};

/*
 * Where the next look begins, after one of `rows`: at the moment of the last. A full look of one moment
 * of which none goes is passed over; what else is of that moment stays for a day.
 */
static int rows_next(struct bdl_retention_run *r, const struct rows *rows)
{
	if (rows->n < BDL_RETENTION_ROWS)
		return 0;
	int64_t last_ms = rows->at[rows->n - 1].at_ms;
	r->from_ms = last_ms + (!rows->go && last_ms == r->from_ms);
	return 1;
}

/* --- violations, and their acts first --- */

static int64_t violations_before(const struct bdl_retention *plan, struct bdl_view policy)
{
	for (size_t i = 0; i < plan->n; i++)
		if (bdl_view_eq(plan->policies[i].policy, policy))
			return plan->policies[i].violations_before_ms;
	return plan->violations_before_ms;
}

static int64_t violations_latest(const struct bdl_retention *plan)
{
	int64_t ms = plan->violations_before_ms;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->policies[i].violations_before_ms > ms)
			ms = plan->policies[i].violations_before_ms;
	return ms;
}

static int violations_look(
    struct bdl_store *s, const struct bdl_retention_run *r, struct rows *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int rc = bdl_stmt_get(s,
	    "SELECT r.id, r.last_ms, r.policy, CASE WHEN " HELD
	    " THEN 1 ELSE 0 END FROM violation r"
	    " WHERE r.school = ?1 AND r.last_ms >= ?2 AND r.last_ms < ?3"
	    " ORDER BY r.last_ms LIMIT ?4",
	    &st, err);

	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, r->from_ms);
	bdl_bind_int(st, 3, violations_latest(&r->plan));
	bdl_bind_int(st, 4, BDL_RETENTION_ROWS);
	ret->n = ret->go = 0;
	while (ret->n < BDL_RETENTION_ROWS && (rc = bdl_stmt_step(s, st, err)) > 0) {
		struct row *row = &ret->at[ret->n++];
		row->id = bdl_col_int(st, 0);
		row->at_ms = bdl_col_int(st, 1);
		row->goes = !bdl_col_int(st, 3) &&
		    row->at_ms < violations_before(&r->plan, bdl_col_view(st, 2));
		ret->go += row->goes;
	}
	return rc < 0 ? rc : 0;
}

/* One violation, unless it has more acts than *room: then some of these. 1: it is gone. */
static int violation_delete(struct bdl_store *s, struct bdl_retention_run *r, int64_t id,
    int64_t *room, struct bdl_err *err)
{
	int64_t n = 0;
	int rc = bdl_retention_delete(s,
	    "DELETE FROM act WHERE school = ?1 AND id IN (SELECT id FROM act WHERE school = ?1"
	    " AND violation = ?2 LIMIT ?3)",
	    id, *room, &n, err);

	if (rc)
		return rc;
	r->gone.acts += n;
	*room -= n;
	if (*room <= 0)
		return 0;
	rc = bdl_retention_delete(
	    s, "DELETE FROM violation WHERE school = ?1 AND id = ?2", id, 0, &n, err);
	if (rc)
		return rc;
	r->gone.violations += n;
	--*room;
	return 1;
}

int bdl_retention_violations(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	struct rows rows;
	int64_t room = BDL_RETENTION_ROWS;

	int rc = violations_look(s, r, &rows, err);
	if (!rc && rows.go)
		rc = bdl_retention_enter(s, r, err);
	if (!rc && rows.go)
		rc = bdl_number_keep(s, BDL_NUMBERED_VIOLATION, err);
	if (!rc && rows.go)
		rc = bdl_number_keep(s, BDL_NUMBERED_ACT, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < rows.n; i++) {
		if (!rows.at[i].goes)
			continue;
		rc = room > 0 ? violation_delete(s, r, rows.at[i].id, &room, err) : 0;
		if (rc < 0)
			return rc;
		if (!rc) {
			r->from_ms = rows.at[i].at_ms;
			return 1;
		}
	}
	return rows_next(r, &rows);
}

/* --- acts that belong to no violation --- */

static int acts_look(
    struct bdl_store *s, const struct bdl_retention_run *r, struct rows *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int rc = bdl_stmt_get(s,
	    "SELECT r.id, r.at_ms, CASE WHEN r.violation IS NULL AND NOT " HELD
	    " THEN 1 ELSE 0 END FROM act r"
	    " WHERE r.school = ?1 AND r.at_ms >= ?2 AND r.at_ms < ?3 ORDER BY r.at_ms LIMIT ?4",
	    &st, err);

	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, r->from_ms);
	bdl_bind_int(st, 3, r->plan.visits_before_ms);
	bdl_bind_int(st, 4, BDL_RETENTION_ROWS);
	ret->n = ret->go = 0;
	while (ret->n < BDL_RETENTION_ROWS && (rc = bdl_stmt_step(s, st, err)) > 0) {
		struct row *row = &ret->at[ret->n++];
		*row =
		    (struct row){ bdl_col_int(st, 0), bdl_col_int(st, 1), bdl_col_int(st, 2) != 0 };
		ret->go += row->goes;
	}
	return rc < 0 ? rc : 0;
}

int bdl_retention_acts(struct bdl_store *s, struct bdl_retention_run *r, struct bdl_err *err)
{
	struct rows rows;
	int64_t n;

	int rc = acts_look(s, r, &rows, err);
	if (!rc && rows.go)
		rc = bdl_retention_enter(s, r, err);
	if (!rc && rows.go)
		rc = bdl_number_keep(s, BDL_NUMBERED_ACT, err);
	for (size_t i = 0; !rc && i < rows.n; i++)
		if (rows.at[i].goes) {
			rc =
			    bdl_retention_delete(s, "DELETE FROM act WHERE school = ?1 AND id = ?2",
				rows.at[i].id, 0, &n, err);
			r->gone.acts++;
		}
	return rc ? rc : rows_next(r, &rows);
}
