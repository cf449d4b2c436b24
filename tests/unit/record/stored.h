/* A store in a temporary folder, and acts to put into it. */
#ifndef BDL_TESTS_RECORD_STORED_H
#define BDL_TESTS_RECORD_STORED_H

#include "base/alloc.h"
#include "base/buf.h"
#include "folder.h"
#include "record/acts/act.h"
#include "record/store/back.h"
#include <libpq-fe.h>
#include <sqlite3.h>

/* Whether the stores of this run are in PostgreSQL: see tests/postgres.py. */
static inline bool store_is_pg(void)
{
	return getenv("BEADLE_TEST_STORE") != NULL;
}

/* Connected behind Beadle's back. */
static inline PGconn *store_pg(void)
{
	PGconn *conn = PQconnectdb(getenv("BEADLE_TEST_STORE"));

	BDL_BUG_IF(PQstatus(conn) != CONNECTION_OK);
	(void)PQclear(PQexec(conn, "SET client_min_messages = warning"));
	return conn;
}

/*
 * Where the folder's store is, as bdl_store_open takes it: a file in it, or a schema with its name,
 * which is made.
 */
#define STORE_WHERE 256
static inline const char *store_where(const struct folder *f, char out[STORE_WHERE])
{
	if (!store_is_pg()) {
		(void)snprintf(out, STORE_WHERE, "%s/store.db", f->path);
		return out;
	}
	const char *name = strrchr(f->path, '/') + 1;
	PGconn *conn = store_pg();
	(void)snprintf(out, STORE_WHERE, "CREATE SCHEMA IF NOT EXISTS \"%s\"", name);
	PGresult *r = PQexec(conn, out);
	BDL_BUG_IF(PQresultStatus(r) != PGRES_COMMAND_OK);
	PQclear(r);
	PQfinish(conn);
	(void)snprintf(out, STORE_WHERE, "%s?options=-csearch_path%%3D%%22%s%%22",
	    getenv("BEADLE_TEST_STORE"), name);
	return out;
}

static inline struct bdl_store *store_make(const struct folder *f)
{
	char path[STORE_WHERE];
	struct bdl_store *s;
	struct bdl_err err = { 0 };

	if (bdl_store_open(store_where(f, path), BDL_STORE_WRITE, &s, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return s;
}

/* The first number of a query's first row; -1 where there is no row. */
static inline int64_t store_number(struct bdl_store *s, const char *sql)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	int rc = bdl_stmt_step(s, st, NULL);
	BDL_BUG_IF(rc < 0);
	return rc ? bdl_col_int(st, 0) : -1;
}

/* All acts with an address: rows of their own, and page loads. */
#define ACTS_STORED                                                                   \
	"(SELECT path, at_ms FROM act UNION ALL SELECT coalesce(p.text, l.own_path)," \
	" l.hour * 3600000 + l.hour_ms FROM page_load l LEFT JOIN page_text p"        \
	" ON p.school = l.school AND p.day = l.hour / 24 AND p.id = l.path) n"

/* And how many acts were counted. */
#define ACTS_COUNTED "SELECT coalesce(sum(acts), 0) FROM figure WHERE kind = 0"

static inline void store_run(struct bdl_store *s, const char *sql)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	BDL_BUG_IF(bdl_stmt_run(s, st, NULL));
}

static inline int store_raw_pg(const char *where, const char *sql)
{
	PGconn *conn = PQconnectdb(where);
	PGresult *r = PQexec(conn, "SET beadle.school = '1'");
	PQclear(r);
	r = PQexec(conn, sql);
	ExecStatusType status = PQresultStatus(r);
	PQclear(r);
	PQfinish(conn);
	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? 0 : -1;
}

/* Run SQL behind Beadle's back; 0, or -1 where the database refuses it. */
static inline int store_raw(const struct folder *f, const char *sql)
{
	char where[STORE_WHERE];
	sqlite3 *db;

	store_where(f, where);
	if (store_is_pg())
		return store_raw_pg(where, sql);
	BDL_BUG_IF(sqlite3_open(where, &db));
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	BDL_BUG_IF(sqlite3_close(db));
	return rc ? -1 : 0;
}

/* How SQLite's planner would run a statement, as one line. */
static inline void store_plan(struct bdl_store *s, const char *sql, struct bdl_buf *out)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(10000);
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int rc;

	BDL_BUG_IF(bdl_buf_printf(&text, "EXPLAIN QUERY PLAN %s", sql));
	BDL_BUG_IF(bdl_stmt_get(s, bdl_buf_str(&text), &st, NULL));
	while ((rc = bdl_stmt_step(s, st, NULL)) > 0)
		BDL_BUG_IF(bdl_buf_printf(out, "%.*s; ", BDL_FMT(bdl_col_view(st, 3))));
	BDL_BUG_IF(rc);
}

/* The texts of all statements that the store keeps prepared; the caller frees each. */
static inline size_t store_texts(const struct bdl_store *s, char *out[BDL_STORE_STATEMENTS_MAX])
{
	for (size_t i = 0; i < s->n_statements; i++)
		out[i] = bdl_xstrdup(s->statements[i]->sql);
	return s->n_statements;
}

/* Run one migration by itself, on the store of the folder. */
static inline void store_migrate(const struct folder *f, const char *name)
{
	const struct bdl_migration *m = bdl_migrations;
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(f);

	while (m->name && strcmp(m->name, name) != 0)
		m++;
	BDL_BUG_IF(!m->name);
	BDL_BUG_IF(s->back->script(s, (const char *)m->sql, NULL));
}

static inline struct bdl_act page_blocked(int64_t at_ms)
{
	return (struct bdl_act){
		.at_ms = at_ms,
		.action = BDL_BLOCK,
		.known = true,
		.minute = 600,
		.weekday = 2,
		.person = BDL_LIT("adebayo"),
		.groups = BDL_LIT("staff"),
		.address = BDL_LIT("10.1.2.3"),
		.method = BDL_LIT("GET"),
		.scheme = BDL_LIT("https"),
		.host = BDL_LIT("bets.example"),
		.path = BDL_LIT("/odds?race=3"),
		.categories = BDL_LIT("gambling"),
		.policy = BDL_LIT("staff"),
		.clause = BDL_LIT("web.gambling"),
		.clauses = BDL_LIT("staff#web.gambling"),
		.tell = BDL_LIT("technicians"),
	};
}

#endif
