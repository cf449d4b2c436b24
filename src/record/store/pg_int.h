/* What the files of the store on PostgreSQL share. */
#ifndef BDL_RECORD_STORE_PG_INT_H
#define BDL_RECORD_STORE_PG_INT_H

#include "base/buf.h"
#include "record/store/back.h"

/* PGconn and PGresult of libpq-fe.h, which the files include that speak to it. */
struct pg_conn;
struct pg_result;

#define BDL_PG_PARAMS_MAX 96
#define BDL_PG_NAME_ROOM  24
#define BDL_PG_SQL_MAX    65536
#define BDL_PG_TEXT_MAX   (256 * 1024 * 1024) /* of one value with its escapes */

/*
 * A transaction that writes is in pipeline mode: what gives no rows is sent and not waited for, so
 * that its failure shows with a later call, at the latest with the commit.
 */
struct bdl_pg_store {
	struct bdl_store base;
	struct pg_conn *conn;
	unsigned generation;        /* of prepared statements: those of an older one are gone */
	unsigned n_named;           /* statements that were given a name */
	size_t pending;             /* commands sent, their results not read yet */
	bool is_open;               /* a transaction */
	bool has_failed;            /* a command of this transaction */
	bool is_relaxed, is_heard;  /* see bdl_store_relax; it listens for the commits of others */
	int64_t hurry_ms;           /* of each statement; 0: as long as it takes */
	int64_t changes;            /* commits of others heard of */
	char *claim;                /* see bdl_store_claim; NULL: none */
	int64_t partitions_tick_ms; /* when it looks again whether next month's are there */
};

/* Types by their numbers in pg_type.dat, which never change. */
#define BDL_PG_INT8 20
#define BDL_PG_TEXT 25

struct bdl_pg_value {
	unsigned type;
	int64_t number; /* in network byte order */
	const char *p;  /* NULL: none */
	size_t n;
	struct bdl_buf own; /* where the text could not be sent as it came, or does not last */
};

struct bdl_pg_stmt {
	struct bdl_stmt base;
	char *text;
	char name[BDL_PG_NAME_ROOM], each_name[BDL_PG_NAME_ROOM];
	unsigned generation, each_generation; /* in which it was prepared; 0: not yet */
	int n_params;
	struct bdl_pg_value *values;
	unsigned *types;        /* with which it was prepared */
	struct bdl_buf *arrays; /* of many items' values, one for each parameter; NULL: not yet */
	struct pg_result *rows;
	int row;
	struct bdl_buf *columns; /* texts that came with escapes, as they are without */
	int n_columns;
};

static inline struct bdl_pg_stmt *bdl_pg_mine(struct bdl_stmt *st)
{
	return (struct bdl_pg_stmt *)st; /* its first member */
}

/* --- pg_sql.c: our SQL as PostgreSQL has it --- */

/*
 * ?1 becomes $1; a plus right before a name, by which SQLite's planner is told not to use an index,
 * is left out, as is WITHOUT ROWID; instr is strpos; TEXT compares byte by byte, as in SQLite. What
 * is quoted or a comment stays as it is. Returns the highest number of a parameter.
 */
int bdl_pg_sql(const char *sql, struct bdl_buf *out);

/*
 * The same for many items at once (bdl_stmt_each): ?1 becomes k.p1, a column of the rows that
 * unnest makes of arrays. Of an INSERT the VALUES are selected from these, an UPDATE has them as
 * its FROM, and a SELECT is asked for each, with the item's number from 1 behind its columns.
 * BDL_E_LIMIT.
 */
int bdl_pg_sql_each(const char *sql, struct bdl_buf *out) BDL_MUST_USE;

/*
 * PostgreSQL takes no byte 0 in a text and nothing that is no UTF-8: each such byte is written as
 * byte 1 and two hexadecimal digits, and so is byte 1 itself. bdl_pg_is_plain: it needs none of that.
 */
bool bdl_pg_is_plain(struct bdl_view text);
void bdl_pg_escape(struct bdl_view text, struct bdl_buf *out);
void bdl_pg_unescape(struct bdl_view text, struct bdl_buf *out);

/* --- pg.c: the connection --- */

static inline struct bdl_pg_store *bdl_pg_of(struct bdl_store *s)
{
	return (struct bdl_pg_store *)s; /* its first member */
}

/* An error for a result that is none; NULL: the connection's own. Takes the result. */
int bdl_pg_fail(struct bdl_pg_store *s, struct pg_result *r, const char *what, struct bdl_err *err);

/* Run commands without parameters and wait for them, outside the pipeline. */
int bdl_pg_exec(struct bdl_pg_store *s, const char *sql, struct bdl_err *err);

/* Connect again where the connection is lost and no transaction open. */
int bdl_pg_mend(struct bdl_pg_store *s, struct bdl_err *err) BDL_MUST_USE;

/* The results of all that was sent but the last `left`; of failures the first is told. */
int bdl_pg_drain(struct bdl_pg_store *s, size_t left, struct bdl_err *err) BDL_MUST_USE;

/* Tell the other connections of a commit. */
#define BDL_PG_NOTIFY "NOTIFY beadle"

/* --- pg_stmt.c: statements, as in back.h --- */

int bdl_pg_prepare(struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
    BDL_MUST_USE;
void bdl_pg_finish(struct bdl_stmt *st);
void bdl_pg_name(struct bdl_pg_store *s, char out[BDL_PG_NAME_ROOM]); /* one that is new */

/* The result of what was sent last, with its rows, after those of all before it. */
int bdl_pg_take_rows(struct bdl_pg_stmt *st, struct bdl_err *err) BDL_MUST_USE;
void bdl_pg_columns_free(struct bdl_pg_stmt *st); /* what a row's columns were made to */
void bdl_pg_rest(struct bdl_stmt *st);
bool bdl_pg_is_busy(const struct bdl_stmt *st);
int bdl_pg_step(struct bdl_stmt *st, struct bdl_err *err) BDL_MUST_USE;
int bdl_pg_run(struct bdl_stmt *st, struct bdl_err *err) BDL_MUST_USE;
int64_t bdl_pg_changed(const struct bdl_stmt *st);
void bdl_pg_bind_int(struct bdl_stmt *st, int i, int64_t v);
void bdl_pg_bind_null(struct bdl_stmt *st, int i);
void bdl_pg_bind_text(struct bdl_stmt *st, int i, struct bdl_view v, bool is_copied);
int64_t bdl_pg_col_int(struct bdl_stmt *st, int i);
struct bdl_view bdl_pg_col_view(struct bdl_stmt *st, int i);

/* --- pg_claim.c --- */

int bdl_pg_claim(struct bdl_store *s, const char *name, struct bdl_err *err) BDL_MUST_USE;

/* What it claims, on a connection that was made again. */
int bdl_pg_claim_again(struct bdl_pg_store *s, struct bdl_err *err) BDL_MUST_USE;

/* --- pg_months.c --- */

int bdl_pg_drop_month(struct bdl_store *s, int64_t before_hour, char ret_month[BDL_MONTH_ROOM],
    int64_t *ret_rows, struct bdl_err *err) BDL_MUST_USE;

/* --- pg_each.c --- */

int bdl_pg_each(struct bdl_stmt *st, size_t n, bdl_item_bind_fn *bind, bdl_item_row_fn *row,
    void *arg, struct bdl_err *err) BDL_MUST_USE;

#endif
