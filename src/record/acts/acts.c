#include "record/acts/acts.h"
#include "base/buf.h"
#include "record/acts/figures_int.h"
#include "record/store/numbers_int.h"
#include "record/store/store_int.h"

#define TELL_MAX 1024 /* roles of a violation, as text */

/* 1: found; 0: there is none. */
static int ruleset_find(
    struct bdl_store *s, const struct bdl_digest *version, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc =
	    bdl_stmt_get(s, "SELECT id FROM ruleset WHERE school = ?1 AND digest = ?2", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_digest(st, 2, version);
	rc = bdl_stmt_step(s, st, err);
	if (rc > 0)
		*ret = bdl_col_int(st, 0);
	return rc;
}

int bdl_ruleset_id(
    struct bdl_store *s, const struct bdl_digest *version, int64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t id;

	int rc = ruleset_find(s, version, ret, err);
	if (!rc && !bdl_store_has_joined(s)) {
		rc = bdl_store_join(s, err);
		if (!rc) /* who publishes may have added it until now */
			rc = ruleset_find(s, version, ret, err);
	}
	if (rc)
		return rc < 0 ? rc : 0;
	rc = bdl_number_next(s, BDL_NUMBERED_RULESET, &id, err);
	if (!rc)
		rc = bdl_stmt_get(
		    s, "INSERT INTO ruleset (school, id, digest) VALUES (?1, ?2, ?3)", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	bdl_bind_digest(st, 3, version);
	rc = bdl_stmt_run(s, st, err);
	if (!rc)
		*ret = id;
	return rc;
}

/* --- violations --- */

static bool has_role(struct bdl_view roles, struct bdl_view role)
{
	struct bdl_view one;

	while (bdl_view_cut(&roles, ' ', &one))
		if (bdl_view_eq(one, role))
			return true;
	return false;
}

/*
 * The roles of both, each once: nobody who is to be told is left out by folding. Past the maximum,
 * which no true list of roles comes near, the rest is left out.
 */
static void join_roles(struct bdl_buf *out, struct bdl_view a, struct bdl_view b)
{
	struct bdl_view role;

	(void)bdl_buf_add_view(out, a); /* full: left out */
	while (bdl_view_cut(&b, ' ', &role)) {
		if (!role.n || has_role(bdl_buf_view(out), role))
			continue;
		if (out->n)
			(void)bdl_buf_add_char(out, ' ');
		(void)bdl_buf_add_view(out, role);
	}
}

void bdl_violation_bind(struct bdl_stmt *st, const struct bdl_act *a)
{
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, a->person);
	bdl_bind_text(st, 3, a->host);
	bdl_bind_text(st, 4, a->clause);
	bdl_bind_text(st, 5, a->policy);
	bdl_bind_text(st, 6, a->address);
	bdl_bind_int(st, 7, a->at_ms - BDL_VIOLATION_FOLD_MS);
	bdl_bind_int(st, 8, a->at_ms + BDL_VIOLATION_FOLD_MS);
}

/*
 * The violation that an act folds into, and who is to be told of it. Sources are read one after
 * the other, so acts may come out of their order: what counts is that first and last act stay
 * within the time. Someone unknown is told from others by the address.
 */
static int violation_find(struct bdl_store *s, const struct bdl_act *a, int64_t *ret_id,
    struct bdl_buf *tell, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, BDL_VIOLATION_FIND, &st, err);
	if (rc)
		return rc;
	bdl_violation_bind(st, a);
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret_id = rc ? bdl_col_int(st, 0) : 0;
	join_roles(tell, rc ? bdl_col_view(st, 1) : bdl_view_at(NULL, 0), a->tell);
	return 0;
}

static int violation_open(struct bdl_store *s, const struct bdl_act *a, struct bdl_view tell,
    int64_t act_id, int64_t *ret_id, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t id;

	int rc = bdl_number_next(s, BDL_NUMBERED_VIOLATION, &id, err);
	if (!rc)
		rc = bdl_stmt_get(s,
		    "INSERT INTO violation (school, id, first_ms, last_ms, acts, parts, action, critical,"
		    " person, address, host, policy, clause, tell, first_act)"
		    " VALUES (?1, ?2, ?3, ?3, 1, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	bdl_bind_int(st, 3, a->at_ms);
	bdl_bind_int(st, 4, a->action);
	bdl_bind_int(st, 5, a->critical);
	bdl_bind_text(st, 6, a->person);
	bdl_bind_text(st, 7, a->address);
	bdl_bind_text(st, 8, a->host);
	bdl_bind_text(st, 9, a->policy);
	bdl_bind_text(st, 10, a->clause);
	bdl_bind_text(st, 11, tell);
	bdl_bind_int(st, 12, act_id);
	rc = bdl_stmt_run(s, st, err);
	if (!rc)
		*ret_id = id;
	return rc;
}

/* `acts` of its kind at once: parts are counted before they come here. */
static int violation_fold(struct bdl_store *s, const struct bdl_act *a, int64_t acts,
    struct bdl_view tell, int64_t id, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	bool part = a->kind == BDL_KIND_PART;

	int rc = bdl_stmt_get(s,
	    "UPDATE violation SET acts = acts + ?3, parts = parts + ?4,"
	    " first_ms = CASE WHEN ?5 < first_ms THEN ?5 ELSE first_ms END,"
	    " last_ms = CASE WHEN ?5 > last_ms THEN ?5 ELSE last_ms END,"
	    " action = CASE WHEN ?6 > action THEN ?6 ELSE action END,"
	    " critical = CASE WHEN ?7 > critical THEN ?7 ELSE critical END, tell = ?8"
	    " WHERE school = ?1 AND id = ?2",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	bdl_bind_int(st, 3, part ? 0 : acts);
	bdl_bind_int(st, 4, part ? acts : 0);
	bdl_bind_int(st, 5, a->at_ms);
	bdl_bind_int(st, 6, a->action);
	bdl_bind_int(st, 7, a->critical);
	bdl_bind_text(st, 8, tell);
	return bdl_stmt_run(s, st, err);
}

/* The violation that the act belongs to, opened (*ret_began) or counted on; 0 for none. */
static int violation_of(struct bdl_store *s, const struct bdl_act *a, int64_t act_id,
    int64_t *ret_id, bool *ret_began, struct bdl_err *err)
{
	struct bdl_buf tell BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(TELL_MAX);
	int64_t id;

	*ret_id = 0;
	*ret_began = false;
	if (a->action < BDL_COACH || bdl_act_is_probe(a))
		return 0;
	int rc = violation_find(s, a, &id, &tell, err);
	if (rc)
		return rc;
	*ret_began = !id && a->kind != BDL_KIND_PART;
	if (id)
		rc = violation_fold(s, a, 1, bdl_buf_view(&tell), id, err);
	else if (a->kind != BDL_KIND_PART)
		rc = violation_open(s, a, bdl_buf_view(&tell), act_id, &id, err);
	if (!rc)
		*ret_id = id;
	return rc;
}

int bdl_violation_parts(
    struct bdl_store *s, const struct bdl_act *a, int64_t parts, struct bdl_err *err)
{
	struct bdl_buf tell BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(TELL_MAX);
	int64_t id;

	int rc = violation_find(s, a, &id, &tell, err);
	if (!rc && id)
		rc = violation_fold(s, a, parts, bdl_buf_view(&tell), id, err);
	return rc;
}

static void bind_act(struct bdl_stmt *st, const struct bdl_act *a)
{
	bdl_bind_int(st, 5, a->at_ms);
	bdl_bind_int(st, 6, a->door);
	bdl_bind_int(st, 7, a->kind);
	bdl_bind_int(st, 8, a->action);
	bdl_bind_int(st, 9, a->critical);
	bdl_bind_int(st, 10, a->known);
	bdl_bind_int(st, 11, a->passed);
	bdl_bind_int(st, 12, a->weekday);
	bdl_bind_int(st, 13, a->minute);
	bdl_bind_text(st, 14, a->person);
	bdl_bind_text(st, 15, a->groups);
	bdl_bind_text(st, 16, a->address);
	bdl_bind_text(st, 17, a->method);
	bdl_bind_text(st, 18, a->scheme);
	bdl_bind_text(st, 19, a->host);
	bdl_bind_text(st, 20, a->path);
	bdl_bind_text(st, 21, a->categories);
	bdl_bind_text(st, 22, a->policy);
	bdl_bind_text(st, 23, a->clause);
	bdl_bind_text(st, 24, a->clauses);
	bdl_bind_text(st, 25, a->tell);
	bdl_bind_text(st, 26, a->reason);
	bdl_bind_text(st, 27, a->source);
	bdl_bind_text(st, 28, a->place);
	bdl_bind_text(st, 29, a->equipment);
	bdl_bind_text(st, 30, a->kept);
}

int bdl_acts_add(struct bdl_store *s, const struct bdl_act *a, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t ruleset, id, violation;
	bool began;

	int rc = bdl_ruleset_id(s, &a->version, &ruleset, err);
	if (!rc)
		rc = bdl_number_next(s, BDL_NUMBERED_ACT, &id, err);
	if (!rc)
		rc = violation_of(s, a, id, &violation, &began, err);
	if (!rc && !bdl_act_is_probe(a))
		rc = bdl_figures_act(s, a, began, err);
	if (!rc)
		rc = bdl_stmt_get(s,
		    "INSERT INTO act (school, id, ruleset, violation, at_ms, door, kind, action, critical,"
		    " known, passed, weekday, minute, person, person_groups, address, method, scheme,"
		    " host, path, categories, policy, clause, clauses, tell, reason,"
		    " source, place, equipment, kept)"
		    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
		    " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)",
		    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_int(st, 2, id);
	bdl_bind_int(st, 3, ruleset);
	if (violation)
		bdl_bind_int(st, 4, violation);
	else
		bdl_bind_null(st, 4);
	bind_act(st, a);
	return bdl_stmt_run(s, st, err);
}
