/* A store in a temporary folder, and acts to put into it. */
#ifndef BDL_TESTS_RECORD_STORED_H
#define BDL_TESTS_RECORD_STORED_H

#include "folder.h"
#include "record/act.h"
#include "record/store_int.h"

static inline struct bdl_store *store_make(const struct folder *f)
{
	char path[FOLDER_PATH];
	struct bdl_store *s;
	struct bdl_err err = { 0 };

	if (bdl_store_open(folder_path(f, "store.db", path), BDL_STORE_WRITE, &s, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return s;
}

/* The first number of a query's first row; -1 where there is no row. */
static inline int64_t store_number(struct bdl_store *s, const char *sql)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	int rc = bdl_stmt_step(s, st, NULL);
	BDL_BUG_IF(rc < 0);
	return rc ? bdl_col_int(st, 0) : -1;
}

static inline void store_run(struct bdl_store *s, const char *sql)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	BDL_BUG_IF(bdl_stmt_get(s, sql, &st, NULL));
	BDL_BUG_IF(bdl_stmt_run(s, st, NULL));
}

/* Run one migration by itself, on the store of the folder. */
static inline void store_migrate(const struct folder *f, const char *name)
{
	const struct bdl_migration *m = bdl_migrations;
	char path[FOLDER_PATH];
	sqlite3 *db;

	while (m->name && strcmp(m->name, name) != 0)
		m++;
	BDL_BUG_IF(!m->name);
	BDL_BUG_IF(sqlite3_open(folder_path(f, "store.db", path), &db));
	BDL_BUG_IF(sqlite3_exec(db, (const char *)m->sql, NULL, NULL, NULL));
	BDL_BUG_IF(sqlite3_close(db));
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
