/*
 * Statements on PostgreSQL. One is prepared when it is first run, since its parameters' types are
 * those of the values it was given: what PostgreSQL would make of an expression around a parameter
 * differs from place to place.
 */
#include "base/alloc.h"
#include "record/store/pg_int.h"
#include <endian.h>
#include <libpq-fe.h>
#include <limits.h>
#include <stdio.h>

/* None: what the place asks for. */
#define TYPE_NONE 0

#define PENDING_MAX 128 /* results that may wait: they fit what the sockets hold */

int bdl_pg_prepare(struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_PG_SQL_MAX);

	int params = bdl_pg_sql(sql, &text);
	if (bdl_buf_broken(&text) || params > BDL_PG_PARAMS_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "store: a statement is too long");
	struct bdl_pg_stmt *st = bdl_xalloc(sizeof(*st));
	st->base.store = s;
	st->text = bdl_xstrdup(bdl_buf_str(&text));
	st->n_params = params;
	st->values = bdl_xcalloc((size_t)params + 1, sizeof(*st->values));
	st->types = bdl_xcalloc((size_t)params + 1, sizeof(*st->types));
	for (int i = 0; i < params; i++)
		st->values[i].own = BDL_BUF(BDL_PG_TEXT_MAX);
	bdl_pg_rest(&st->base);
	*ret = &st->base;
	return 0;
}

void bdl_pg_columns_free(struct bdl_pg_stmt *st)
{
	for (int i = 0; i < st->n_columns; i++)
		bdl_buf_done(&st->columns[i]);
	free(st->columns);
	st->columns = NULL;
	st->n_columns = 0;
}

void bdl_pg_rest(struct bdl_stmt *base)
{
	struct bdl_pg_stmt *st = bdl_pg_mine(base);

	PQclear(st->rows);
	st->rows = NULL;
	bdl_pg_columns_free(st);
	for (int i = 0; i < st->n_params; i++) {
		st->values[i].type =
		    BDL_PG_TEXT; /* as a type is asked for, also where none is used */
		st->values[i].p = NULL;
	}
}

bool bdl_pg_is_busy(const struct bdl_stmt *base)
{
	const struct bdl_pg_stmt *st = (const struct bdl_pg_stmt *)base;

	return st->rows && st->row < PQntuples(st->rows);
}

/* --- values --- */

static struct bdl_pg_value *value_at(struct bdl_stmt *st, int i)
{
	BDL_BUG_IF(i < 1);
	return i <= bdl_pg_mine(st)->n_params ? &bdl_pg_mine(st)->values[i - 1] : NULL;
}

void bdl_pg_bind_int(struct bdl_stmt *st, int i, int64_t number)
{
	struct bdl_pg_value *v = value_at(st, i);

	BDL_BUG_IF(!v);
	v->type = BDL_PG_INT8;
	v->number = (int64_t)htobe64((uint64_t)number);
	v->p = (const char *)&v->number;
	v->n = sizeof(v->number);
}

void bdl_pg_bind_null(struct bdl_stmt *st, int i)
{
	struct bdl_pg_value *v = value_at(st, i);

	BDL_BUG_IF(!v);
	v->type = TYPE_NONE;
	v->p = NULL;
	v->n = 0;
}

void bdl_pg_bind_text(struct bdl_stmt *st, int i, struct bdl_view text, bool is_copied)
{
	struct bdl_pg_value *v = value_at(st, i);

	BDL_BUG_IF(!v);
	v->type = BDL_PG_TEXT;
	v->p = text.p ? text.p : "";
	v->n = text.n;
	bool is_plain = bdl_pg_is_plain(text);
	if (is_plain && !is_copied)
		return;
	bdl_buf_clear(&v->own);
	if (is_plain)
		(void)bdl_buf_add_view(&v->own, text); /* looked at by `broken` */
	else
		bdl_pg_escape(text, &v->own);
	v->p = bdl_buf_str(&v->own);
	v->n = v->own.n;
}

/* A value that did not fit, or is longer than the protocol can say. */
static bool broken(const struct bdl_pg_stmt *st)
{
	for (int i = 0; i < st->n_params; i++)
		if (bdl_buf_broken(&st->values[i].own) || st->values[i].n > INT_MAX)
			return true;
	return false;
}

/* --- running --- */

void bdl_pg_name(struct bdl_pg_store *s, char out[BDL_PG_NAME_ROOM])
{
	(void)snprintf(out, BDL_PG_NAME_ROOM, "b%u", ++s->n_named); /* fits */
}

/* Whether it has to be prepared: first of all, and where a value is of another type than before. */
static bool is_stale(const struct bdl_pg_stmt *st, const struct bdl_pg_store *s)
{
	if (st->generation != s->generation)
		return true;
	for (int i = 0; i < st->n_params; i++)
		if (st->values[i].p && st->values[i].type != st->types[i] && st->types[i])
			return true;
	return false;
}

/* The command that prepares it; in a pipeline it is sent only. */
static int settle(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	if (!is_stale(st, s))
		return 0;
	for (int i = 0; i < st->n_params; i++)
		st->types[i] = st->values[i].type;
	bdl_pg_name(s, st->name);
	st->generation = s->generation;
	if (s->is_open) {
		s->pending++;
		if (PQsendPrepare(s->conn, st->name, st->text, st->n_params, st->types))
			return 0;
		s->pending--;
		return bdl_pg_fail(s, NULL, "prepare", err);
	}
	PGresult *r = PQprepare(s->conn, st->name, st->text, st->n_params, st->types);
	if (PQresultStatus(r) != PGRES_COMMAND_OK) {
		st->generation = 0;
		return bdl_pg_fail(s, r, "prepare", err);
	}
	PQclear(r);
	return 0;
}

struct args {
	const char *p[BDL_PG_PARAMS_MAX];
	int n[BDL_PG_PARAMS_MAX], format[BDL_PG_PARAMS_MAX];
};

static void args_make(const struct bdl_pg_stmt *st, struct args *a)
{
	for (int i = 0; i < st->n_params; i++) {
		a->p[i] = st->values[i].p;
		a->n[i] = (int)st->values[i].n;
		a->format[i] = 1; /* as bytes, which need no end and no copy */
	}
}

static int send(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	struct args a;

	args_make(st, &a);
	if (!PQsendQueryPrepared(s->conn, st->name, st->n_params, a.p, a.n, a.format, 0))
		return bdl_pg_fail(s, NULL, "send", err);
	return 0;
}

int bdl_pg_take_rows(struct bdl_pg_stmt *st, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(st->base.store);

	if (!PQsendFlushRequest(s->conn))
		return bdl_pg_fail(s, NULL, "send", err);
	int rc = bdl_pg_drain(s, 1, err); /* the last is ours */
	if (rc)
		return rc;
	PGresult *r = PQgetResult(s->conn);
	s->pending--;
	if (r)
		PQclear(PQgetResult(s->conn)); /* NULL: the end of that command's results */
	ExecStatusType status = PQresultStatus(r);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
		s->has_failed = true;
		return bdl_pg_fail(s, r, "step", err);
	}
	st->rows = r;
	return 0;
}

/* In a transaction, after all that was sent before it. */
static int ask_piped(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	int rc = settle(st, s, err);

	if (!rc)
		rc = send(st, s, err);
	if (rc)
		return rc;
	s->pending++;
	return bdl_pg_take_rows(st, err);
}

static int ask_alone(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	struct args a;

	int rc = settle(st, s, err);
	if (rc)
		return rc;
	args_make(st, &a);
	PGresult *r = PQexecPrepared(s->conn, st->name, st->n_params, a.p, a.n, a.format, 0);
	ExecStatusType status = PQresultStatus(r);
	if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
		return bdl_pg_fail(s, r, "step", err);
	st->rows = r;
	return 0;
}

/* A reader whose connection was lost asks once more on a new one: nothing can happen twice. */
static int ask(struct bdl_pg_stmt *st, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(st->base.store);

	if (broken(st))
		return bdl_fail(err, BDL_E_LIMIT, "store: a value is too long");
	st->row = -1;
	if (s->is_open)
		return ask_piped(st, s, err);
	int rc = bdl_pg_mend(s, err);
	if (!rc)
		rc = ask_alone(st, s, err);
	if (!rc || s->base.mode != BDL_STORE_READ || PQstatus(s->conn) == CONNECTION_OK)
		return rc;
	rc = bdl_pg_mend(s, err);
	return rc ? rc : ask_alone(st, s, err);
}

/* A statement outside a transaction is one by itself, and others hear of it too. */
static int tell(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	struct bdl_view tag = bdl_view_of(PQcmdStatus(st->rows));

	if (s->is_open || s->base.mode == BDL_STORE_READ || bdl_view_starts(tag, BDL_LIT("SELECT")))
		return 0;
	return bdl_pg_exec(s, BDL_PG_NOTIFY, err);
}

int bdl_pg_step(struct bdl_stmt *base, struct bdl_err *err)
{
	struct bdl_pg_stmt *st = bdl_pg_mine(base);

	if (!st->rows) {
		int rc = ask(st, err);
		if (!rc)
			rc = tell(st, bdl_pg_of(base->store), err);
		if (rc)
			return rc;
	}
	bdl_pg_columns_free(st);
	return ++st->row < PQntuples(st->rows);
}

int bdl_pg_run(struct bdl_stmt *base, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base->store);
	struct bdl_pg_stmt *st = bdl_pg_mine(base);

	if (!s->is_open) {
		int rc = bdl_pg_step(base, err);
		BDL_BUG_IF(rc > 0);
		return rc;
	}
	if (broken(st))
		return bdl_fail(err, BDL_E_LIMIT, "store: a value is too long");
	int rc = settle(st, s, err);
	if (!rc)
		rc = send(st, s, err);
	if (rc)
		return rc;
	s->pending++;
	if (s->pending < PENDING_MAX)
		return 0;
	if (!PQsendFlushRequest(s->conn))
		return bdl_pg_fail(s, NULL, "send", err);
	return bdl_pg_drain(s, 0, err);
}

int64_t bdl_pg_changed(const struct bdl_stmt *base)
{
	const struct bdl_pg_stmt *st = (const struct bdl_pg_stmt *)base;
	uint64_t n = 0;

	(void)bdl_view_uint(bdl_view_of(PQcmdTuples(st->rows)), INT64_MAX, &n); /* else none */
	return (int64_t)n;
}

/* --- rows --- */

struct bdl_view bdl_pg_col_view(struct bdl_stmt *base, int i)
{
	struct bdl_pg_stmt *st = bdl_pg_mine(base);
	int n = PQgetlength(st->rows, st->row, i);
	struct bdl_view v = bdl_view_at(PQgetvalue(st->rows, st->row, i), n > 0 ? (size_t)n : 0);

	if (bdl_view_find(v, 1) == v.n)
		return v;
	if (!st->columns) {
		st->n_columns = PQnfields(st->rows);
		st->columns = bdl_xcalloc((size_t)st->n_columns, sizeof(*st->columns));
		for (int k = 0; k < st->n_columns; k++)
			st->columns[k] = BDL_BUF(BDL_PG_TEXT_MAX);
	}
	struct bdl_buf *plain = &st->columns[i];
	if (!plain->n)
		bdl_pg_unescape(v, plain); /* shorter than what it was made of */
	return bdl_buf_view(plain);
}

/* A number as PostgreSQL writes it, numeric ones without a fraction too; what is true is 1. */
int64_t bdl_pg_col_int(struct bdl_stmt *base, int i)
{
	struct bdl_view v = bdl_pg_col_view(base, i);
	bool is_below = bdl_view_starts(v, BDL_LIT("-"));
	uint64_t n = 0;

	if (bdl_view_is(v, "t"))
		return 1;
	if (!bdl_view_uint(bdl_view_from(v, is_below), INT64_MAX, &n))
		return is_below ? INT64_MIN : 0; /* the one number whose opposite is none; NULL */
	return is_below ? -(int64_t)n : (int64_t)n;
}

/* The session's end frees what is prepared at the latest. */
static void deallocate(struct bdl_pg_store *s, const char *name, unsigned generation)
{
	char sql[BDL_PG_NAME_ROOM + 16];

	if (generation != s->generation || PQstatus(s->conn) != CONNECTION_OK)
		return;
	(void)snprintf(sql, sizeof(sql), "DEALLOCATE %s", name); /* fits */
	if (!s->is_open)
		PQclear(PQexec(s->conn, sql));
	else if (PQsendQueryParams(s->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
		s->pending++;
}

void bdl_pg_finish(struct bdl_stmt *base)
{
	struct bdl_pg_store *s = bdl_pg_of(base->store);
	struct bdl_pg_stmt *st = bdl_pg_mine(base);

	bdl_pg_rest(base);
	deallocate(s, st->name, st->generation);
	deallocate(s, st->each_name, st->each_generation);
	for (int i = 0; i < st->n_params; i++) {
		bdl_buf_done(&st->values[i].own);
		if (st->arrays)
			bdl_buf_done(&st->arrays[i]);
	}
	free(st->arrays);
	free(st->values);
	free(st->types);
	free(st->text);
	free(st);
}
