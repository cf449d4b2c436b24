/*
 * One statement for many rows of values: they are sent as an array for each parameter, and the
 * statement takes its values from the rows that unnest makes of them.
 */
#include "base/alloc.h"
#include "record/store/pg_int.h"
#include <endian.h>
#include <libpq-fe.h>
#include <limits.h>

#define ITEMS_MAX 8192              /* that are sent at once */
#define BYTES_MAX (8 * 1024 * 1024) /* likewise, but for the last of them */

/* Of arrays, by their numbers in pg_type.dat. */
#define TYPE_INT8S 1016
#define TYPE_TEXTS 1009

/* An array's head, all in network byte order; each item stands behind its length. */
struct head {
	uint32_t dimensions, has_nulls, type, n, first;
};

static void head_put(struct bdl_buf *array, Oid type, size_t n)
{
	const struct head h = { htobe32(1), 0, htobe32(type), htobe32((uint32_t)n), htobe32(1) };

	if (!array->n)
		(void)bdl_buf_add(array, &h, sizeof(h)); /* the caller looks at the buffer once */
	else
		memcpy(array->p, &h, sizeof(h));
}

static void item_put(struct bdl_buf *array, const struct bdl_pg_value *v)
{
	uint32_t length = htobe32((uint32_t)v->n);

	BDL_BUG_IF(!v->p || v->n > INT_MAX); /* who gives many values gives no absent ones */
	(void)bdl_buf_add(array, &length, sizeof(length)); /* the caller looks */
	(void)bdl_buf_add(array, v->p, v->n);
}

/* The values of some items, from this one on. *ret_n: how many. */
static int arrays_fill(struct bdl_pg_stmt *st, size_t from, size_t n, bdl_item_bind_fn *bind,
    void *arg, size_t *ret_n, struct bdl_err *err)
{
	size_t bytes = 0, i = 0;

	for (int k = 0; k < st->n_params; k++) {
		bdl_buf_clear(&st->arrays[k]);
		head_put(&st->arrays[k], 0, 0);
	}
	for (; i < n && i < ITEMS_MAX && bytes < BYTES_MAX; i++) {
		bind(&st->base, from + i, arg);
		for (int k = 0; k < st->n_params; k++) {
			const struct bdl_pg_value *v = &st->values[k];
			if (bdl_buf_broken(&v->own))
				return bdl_fail(err, BDL_E_LIMIT, "store: a value is too long");
			item_put(&st->arrays[k], v);
			bytes += v->n;
		}
	}
	for (int k = 0; k < st->n_params; k++) {
		if (bdl_buf_broken(&st->arrays[k]))
			return bdl_fail(err, BDL_E_LIMIT, "store: values are too long");
		head_put(&st->arrays[k], st->values[k].type, i);
	}
	*ret_n = i;
	return 0;
}

static void arrays_make(struct bdl_pg_stmt *st)
{
	if (st->arrays)
		return;
	st->arrays = bdl_xcalloc((size_t)st->n_params + 1, sizeof(*st->arrays));
	for (int k = 0; k < st->n_params; k++)
		st->arrays[k] = BDL_BUF(BDL_PG_TEXT_MAX);
}

/* In the pipeline, before it is first sent: the types are those of the values that it has now. */
static int settle(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_PG_SQL_MAX);
	Oid types[BDL_PG_PARAMS_MAX];

	if (st->each_generation == s->generation)
		return 0;
	if (bdl_pg_sql_each(st->base.sql, &text))
		return bdl_fail(err, BDL_E_LIMIT, "store: a statement is too long");
	for (int k = 0; k < st->n_params; k++)
		types[k] = st->values[k].type == BDL_PG_INT8 ? TYPE_INT8S : TYPE_TEXTS;
	bdl_pg_name(s, st->each_name);
	if (!PQsendPrepare(s->conn, st->each_name, bdl_buf_str(&text), st->n_params, types))
		return bdl_pg_fail(s, NULL, "prepare", err);
	s->pending++;
	st->each_generation = s->generation;
	return 0;
}

static int send(struct bdl_pg_stmt *st, struct bdl_pg_store *s, struct bdl_err *err)
{
	const char *p[BDL_PG_PARAMS_MAX];
	int n[BDL_PG_PARAMS_MAX], format[BDL_PG_PARAMS_MAX];

	int rc = settle(st, s, err);
	if (rc)
		return rc;
	for (int k = 0; k < st->n_params; k++) {
		p[k] = bdl_buf_str(&st->arrays[k]);
		n[k] = (int)st->arrays[k].n;
		format[k] = 1;
	}
	if (!PQsendQueryPrepared(s->conn, st->each_name, st->n_params, p, n, format, 0))
		return bdl_pg_fail(s, NULL, "send", err);
	s->pending++;
	return 0;
}

/* The rows that came, each to its item: the last column has its number, from 1. */
static int rows_give(
    struct bdl_pg_stmt *st, size_t from, bdl_item_row_fn *row, void *arg, struct bdl_err *err)
{
	int rc = bdl_pg_take_rows(st, err);

	if (rc)
		return rc;
	int n = PQntuples(st->rows), last = PQnfields(st->rows) - 1;
	for (st->row = 0; st->row < n; st->row++) {
		row(&st->base, from + (size_t)bdl_pg_col_int(&st->base, last) - 1, arg);
		bdl_pg_columns_free(st);
	}
	bdl_pg_rest(&st->base);
	return 0;
}

int bdl_pg_each(struct bdl_stmt *base, size_t n, bdl_item_bind_fn *bind, bdl_item_row_fn *row,
    void *arg, struct bdl_err *err)
{
	struct bdl_pg_store *s = bdl_pg_of(base->store);
	struct bdl_pg_stmt *st = bdl_pg_mine(base);
	int rc = 0;

	BDL_BUG_IF(!s->is_open || !st->n_params);
	arrays_make(st);
	for (size_t at = 0, some = 0; !rc && at < n; at += some) {
		rc = arrays_fill(st, at, n - at, bind, arg, &some, err);
		if (!rc)
			rc = send(st, s, err);
		if (!rc && row)
			rc = rows_give(st, at, row, arg, err);
	}
	return rc;
}
