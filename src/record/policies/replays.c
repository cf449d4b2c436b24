#include "record/policies/replays.h"
#include "record/policies/drafts.h"
#include "record/store/store_int.h"

int bdl_replays_forget(struct bdl_store *s, struct bdl_view name, struct bdl_err *err)
{
	int rc = bdl_stmt_run_of(
	    s, "DELETE FROM replay_change WHERE school = ?1 AND name = ?2", name, err);

	return rc
	    ? rc
	    : bdl_stmt_run_of(s, "DELETE FROM replay WHERE school = ?1 AND name = ?2", name, err);
}

/* --- in --- */

static int bind_count(struct bdl_stmt *st, int at, const struct bdl_replay_count *n)
{
	bdl_bind_int(st, at, n->acts);
	bdl_bind_int(st, at + 1, n->parts);
	bdl_bind_int(st, at + 2, n->people);
	bdl_bind_int(st, at + 3, n->addresses);
	bdl_bind_int(st, at + 4, n->hosts);
	return at + 5;
}

static int put_head(
    struct bdl_store *s, struct bdl_view name, const struct bdl_kept_replay *k, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO replay (school, name, digest, ruleset, since_ms, until_ms, acts, parts,"
	    " people, addresses, hosts, withheld, otherwise, left_out)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_digest(st, 3, &k->draft);
	bdl_bind_digest(st, 4, &k->compared);
	bdl_bind_int(st, 5, k->report.since_ms);
	bdl_bind_int(st, 6, k->report.until_ms);
	int at = bind_count(st, 7, &k->report.all);
	bdl_bind_int(st, at, k->report.withheld);
	bdl_bind_int(st, at + 1, k->report.otherwise);
	bdl_bind_int(st, at + 2, (int64_t)k->report.n_left_out);
	return bdl_stmt_run(s, st, err);
}

static int put_change(struct bdl_store *s, struct bdl_view name, size_t place,
    const struct bdl_replay_change *c, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO replay_change (school, name, place, kind, from_action, from_policy,"
	    " from_clause, to_action, to_policy, to_clause, dropped, missing, acts, parts, people,"
	    " addresses, hosts, first_ms, first_host, second_ms, second_host, third_ms, third_host)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
	    " ?18, ?19, ?20, ?21, ?22, ?23)",
	    name, &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, (int64_t)place);
	bdl_bind_int(st, 4, (int64_t)c->kind);
	bdl_bind_int(st, 5, (int64_t)c->from);
	bdl_bind_text(st, 6, c->from_policy);
	bdl_bind_text(st, 7, c->from_clause);
	bdl_bind_int(st, 8, (int64_t)c->to);
	bdl_bind_text(st, 9, c->to_policy);
	bdl_bind_text(st, 10, c->to_clause);
	bdl_bind_int(st, 11, c->dropped);
	bdl_bind_text(st, 12, c->missing);
	int at = bind_count(st, 13, &c->n);
	for (int i = 0; i < BDL_REPLAY_EXAMPLES; i++, at += 2) {
		bdl_bind_int(st, at, c->examples[i].at_ms);
		bdl_bind_text(st, at + 1, c->examples[i].host);
	}
	return bdl_stmt_run(s, st, err);
}

int bdl_replays_keep(
    struct bdl_store *s, struct bdl_view name, const struct bdl_kept_replay *k, struct bdl_err *err)
{
	int rc = bdl_store_begin(s, err);

	if (rc)
		return rc;
	rc = bdl_drafts_check(s, name, &k->draft, err);
	if (!rc)
		rc = bdl_replays_forget(s, name, err);
	if (!rc)
		rc = put_head(s, name, k, err);
	for (size_t i = 0; !rc && i < k->report.n_changes; i++)
		rc = put_change(s, name, i, &k->report.changes[i], err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/* --- out --- */

static int take_count(struct bdl_stmt *st, int at, struct bdl_replay_count *ret)
{
	ret->acts = bdl_col_int(st, at);
	ret->parts = bdl_col_int(st, at + 1);
	ret->people = bdl_col_int(st, at + 2);
	ret->addresses = bdl_col_int(st, at + 3);
	ret->hosts = bdl_col_int(st, at + 4);
	return at + 5;
}

static int change_row(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err)
{
	struct bdl_replay_change *c = row;

	c->kind = (enum bdl_replay_kind)bdl_col_int(st, 0);
	c->from = (enum bdl_action)bdl_col_int(st, 1);
	c->from_policy = bdl_col_text(st, 2, region);
	c->from_clause = bdl_col_text(st, 3, region);
	c->to = (enum bdl_action)bdl_col_int(st, 4);
	c->to_policy = bdl_col_text(st, 5, region);
	c->to_clause = bdl_col_text(st, 6, region);
	c->dropped = bdl_col_int(st, 7);
	c->missing = bdl_col_text(st, 8, region);
	int at = take_count(st, 9, &c->n);
	for (int i = 0; i < BDL_REPLAY_EXAMPLES; i++, at += 2) {
		c->examples[i].at_ms = bdl_col_int(st, at);
		c->examples[i].host = bdl_col_text(st, at + 1, region);
		c->n_examples += c->examples[i].host.n > 0;
	}
	if (c->kind > BDL_REPLAY_UNKNOWN || c->from >= BDL_ACTIONS || c->to >= BDL_ACTIONS)
		return bdl_fail(err, BDL_E_STORE, "store: a replay has values that are none");
	return 0;
}

static int read_changes(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_replay_report *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	void *rows;

	int rc = bdl_stmt_get_of(s,
	    "SELECT kind, from_action, from_policy, from_clause, to_action, to_policy, to_clause,"
	    " dropped, missing, acts, parts, people, addresses, hosts, first_ms, first_host,"
	    " second_ms, second_host, third_ms, third_host FROM replay_change"
	    " WHERE school = ?1 AND name = ?2 ORDER BY place",
	    name, &st, err);
	if (rc)
		return rc;
	rc = bdl_rows_read(s, st, region, sizeof(struct bdl_replay_change), change_row, &rows,
	    &ret->n_changes, err);
	if (rc)
		return rc;
	ret->changes = rows;
	for (size_t i = 0; i < ret->n_changes; i++) {
		bool known = ret->changes[i].kind == BDL_REPLAY_CHANGED;
		struct bdl_replay_count *sum = known ? &ret->changed : &ret->unknown;
		sum->acts += ret->changes[i].n.acts;
		sum->parts += ret->changes[i].n.parts;
	}
	return 0;
}

int bdl_replays_get(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_kept_replay *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	struct bdl_kept_replay k = { 0 };

	int rc = bdl_stmt_find_of(s,
	    "SELECT digest, ruleset, since_ms, until_ms, acts, parts, people, addresses, hosts,"
	    " withheld, otherwise, left_out FROM replay WHERE school = ?1 AND name = ?2",
	    name, &st, err);
	if (rc < 0)
		return rc;
	if (!rc)
		return bdl_fail(
		    err, BDL_E_MISSING, "no replay of the draft '%.*s' is kept", BDL_FMT(name));
	rc = bdl_col_digest(st, 0, &k.draft, err);
	if (!rc)
		rc = bdl_col_digest(st, 1, &k.compared, err);
	k.report.since_ms = bdl_col_int(st, 2);
	k.report.until_ms = bdl_col_int(st, 3);
	int at = take_count(st, 4, &k.report.all);
	k.report.withheld = bdl_col_int(st, at);
	k.report.otherwise = bdl_col_int(st, at + 1);
	k.report.n_left_out = (size_t)bdl_col_int(st, at + 2);
	if (!rc)
		rc = read_changes(s, name, region, &k.report, err);
	if (!rc)
		*ret = k;
	return rc;
}
