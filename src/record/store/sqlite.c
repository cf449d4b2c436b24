/* The store in a file of SQLite's. */
#include "base/alloc.h"
#include "base/clock.h"
#include "record/store/back.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#define HURRY_STEPS \
	50000 /* of SQLite's machine, about a millisecond: between two looks at the clock */
#define BUSY_NAP_US 250 /* between two looks */
#define CACHE_KIB   "32768"
/*
 * Pages of the write-ahead log. The scribe tidies it (bdl_store_sync) whenever so many are new, while
 * others go on writing; what they add meanwhile keeps the log from beginning anew, so past the second
 * number they wait until it can. The third, at which SQLite does the same within somebody's commit,
 * is for a store that no scribe looks after.
 */
#define LOG_LONG        3000
#define LOG_TOO_LONG    12000
#define LOG_PAGES       "20000"
#define LOG_KEPT        "67108864" /* bytes of it that stay when it begins anew */
#define LOG_PATIENCE_MS 50         /* for others to end what they are reading */

struct sqlite_store {
	struct bdl_store base;
	sqlite3 *db;
	int64_t busy_since_ms;     /* of waiting for others */
	int64_t hurry_tick_ms;     /* when statements are broken off; 0: never */
	int log_pages, log_synced; /* pages of the write-ahead log; kept where relaxed */
};

struct sqlite_stmt {
	struct bdl_stmt base;
	sqlite3_stmt *st;
};

/* The store's and the statement's first member is what the others see of them. */
static struct sqlite_store *mine(struct bdl_store *s)
{
	return (struct sqlite_store *)s;
}

static sqlite3_stmt *of(const struct bdl_stmt *st)
{
	return ((const struct sqlite_stmt *)st)->st;
}

static int fail_sql(struct sqlite_store *s, int rc, const char *what, struct bdl_err *err)
{
	enum bdl_code code = BDL_E_STORE;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_INTERRUPT: /* by is_late */
		code = BDL_E_BUSY;
		break;
	case SQLITE_FULL:
	case SQLITE_IOERR:
		code = BDL_E_IO;
		break;
	default:
		break;
	}
	bdl_fail(err, code, "store: %s: %s", what, s->db ? sqlite3_errmsg(s->db) : "no memory");
	if (err && code == BDL_E_IO)
		err->sys = (rc & 0xff) == SQLITE_FULL ? ENOSPC : sqlite3_system_errno(s->db);
	return code;
}

static int exec(struct sqlite_store *s, const char *sql, struct bdl_err *err)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc ? fail_sql(s, rc, "run", err) : 0;
}

/* --- statements --- */

static void sqlite_rest(struct bdl_stmt *st)
{
	(void)sqlite3_reset(of(st)); /* repeats the code of the last step, which was looked at */
	(void)sqlite3_clear_bindings(of(st));
}

static int sqlite_prepare(
    struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
{
	sqlite3_stmt *made;

	int rc = sqlite3_prepare_v3(mine(s)->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL);
	if (rc)
		return fail_sql(mine(s), rc, "prepare", err);
	struct sqlite_stmt *st = bdl_xalloc(sizeof(*st));
	st->base.store = s;
	st->st = made;
	*ret = &st->base;
	return 0;
}

static void sqlite_finish(struct bdl_stmt *st)
{
	(void)sqlite3_finalize(of(st)); /* repeats codes that were looked at */
	free(st);
}

static bool sqlite_is_busy(const struct bdl_stmt *st)
{
	return sqlite3_stmt_busy(of(st));
}

static int sqlite_step(struct bdl_stmt *st, struct bdl_err *err)
{
	int rc = sqlite3_step(of(st));

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : fail_sql(mine(st->store), rc, "step", err);
}

static int sqlite_run(struct bdl_stmt *st, struct bdl_err *err)
{
	int rc = sqlite_step(st, err);

	BDL_BUG_IF(rc > 0);
	return rc;
}

static int sqlite_each(struct bdl_stmt *st, size_t n, bdl_item_bind_fn *bind, bdl_item_row_fn *row,
    void *arg, struct bdl_err *err)
{
	int rc = 0;

	for (size_t i = 0; rc >= 0 && i < n; i++) {
		bind(st, i, arg);
		rc = sqlite_step(st, err);
		BDL_BUG_IF(rc > 0 && !row);
		if (rc > 0)
			row(st, i, arg);
		(void)sqlite3_reset(of(st)); /* repeats the code of the step */
	}
	return rc < 0 ? rc : 0;
}

static int64_t sqlite_changed(const struct bdl_stmt *st)
{
	return sqlite3_changes64(mine(st->store)->db);
}

/* Binding fails for a wrong number (our bug) or without memory for a few bytes. */
static void bound(int rc, size_t n)
{
	if (rc == SQLITE_NOMEM)
		bdl_no_memory(n);
	BDL_BUG_IF(rc);
}

static void sqlite_bind_int(struct bdl_stmt *st, int i, int64_t v)
{
	bound(sqlite3_bind_int64(of(st), i, v), sizeof(v));
}

static void sqlite_bind_null(struct bdl_stmt *st, int i)
{
	bound(sqlite3_bind_null(of(st), i), 0);
}

static void sqlite_bind_text(struct bdl_stmt *st, int i, struct bdl_view v, bool is_copied)
{
	bound(sqlite3_bind_text64(of(st), i, v.p ? v.p : "", v.n,
		  is_copied ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8),
	    v.n);
}

static int64_t sqlite_col_int(struct bdl_stmt *st, int i)
{
	return sqlite3_column_int64(of(st), i);
}

static struct bdl_view sqlite_col_view(struct bdl_stmt *st, int i)
{
	const char *p = (const char *)sqlite3_column_text(of(st), i);
	int n = sqlite3_column_bytes(of(st), i);

	/* A long text without memory for it must not pass for an empty one: of the roll, say. */
	if (!p && sqlite3_errcode(mine(st->store)->db) == SQLITE_NOMEM)
		bdl_no_memory(1);
	return bdl_view_at(p, p && n > 0 ? (size_t)n : 0);
}

/* --- transactions --- */

static int sqlite_script(struct bdl_store *s, const char *sql, struct bdl_err *err)
{
	return exec(mine(s), sql, err);
}

static bool sqlite_is_open(const struct bdl_store *s)
{
	return !sqlite3_get_autocommit(((const struct sqlite_store *)s)->db);
}

static int sqlite_begin(struct bdl_store *s, struct bdl_err *err)
{
	return exec(mine(s), "BEGIN IMMEDIATE", err);
}

static int sqlite_join(struct bdl_store *s, struct bdl_err *err)
{
	(void)s; /* in a file there is one turn for all */
	(void)err;
	return 0;
}

static int sqlite_commit(struct bdl_store *s, struct bdl_err *err)
{
	return exec(mine(s), "COMMIT", err);
}

static void sqlite_rollback(struct bdl_store *s)
{
	(void)exec(mine(s), "ROLLBACK", NULL); /* fails where SQLite has done it by itself */
}

/* In the place of SQLite's own, which would tidy the log. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct sqlite_store *s = arg;

	(void)db; /* a store has one connection and one file */
	(void)name;
	if (pages < s->log_pages)
		s->log_synced = 0; /* it began anew */
	s->log_pages = pages;
	return SQLITE_OK;
}

static void sqlite_relax(struct bdl_store *base)
{
	struct sqlite_store *s = mine(base);

	(void)exec(s, "PRAGMA synchronous = NORMAL", NULL); /* else they wait, which is right too */
	(void)sqlite3_wal_hook(s->db, on_commit, s);        /* returns the former hook's argument */
}

static bool sqlite_is_long(const struct bdl_store *base)
{
	const struct sqlite_store *s = (const struct sqlite_store *)base;

	return s->log_pages - s->log_synced >= LOG_LONG;
}

static int sqlite_sync(struct bdl_store *base, bool *ret_synced, struct bdl_err *err)
{
	struct sqlite_store *s = mine(base);
	int mode = s->log_pages < LOG_TOO_LONG ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_FULL;
	int in_log = 0, in_file = 0;

	s->base.busy_ms = LOG_PATIENCE_MS;
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &in_log, &in_file);
	s->base.busy_ms = BDL_STORE_BUSY_MS;
	if (rc && (rc & 0xff) != SQLITE_BUSY)
		return fail_sql(s, rc, "sync", err);
	*ret_synced = !rc && in_log == in_file;
	s->log_synced = s->log_pages; /* what could not be synced is tried again as it grows */
	return 0;
}

static int sqlite_change(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	return bdl_stmt_number(s, "PRAGMA data_version", ret, err);
}

static int sqlite_now(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	(void)s; /* whoever has this file open runs on this host */
	(void)err;
	*ret = bdl_now_ms();
	return 0;
}

static int sqlite_optimise(struct bdl_store *s, struct bdl_err *err)
{
	return exec(mine(s),
	    "PRAGMA analysis_limit = 1000; PRAGMA optimize; PRAGMA wal_checkpoint(PASSIVE)", err);
}

static int sqlite_drop_month(struct bdl_store *s, int64_t before_hour,
    char ret_month[BDL_MONTH_ROOM], int64_t *ret_rows, struct bdl_err *err)
{
	(void)s; /* a file does not keep months apart */
	(void)before_hour;
	(void)ret_rows;
	(void)err;
	ret_month[0] = '\0';
	return 0;
}

static int sqlite_has_schema(struct bdl_store *s, struct bdl_err *err)
{
	int64_t there = 0;

	int rc = bdl_stmt_number(
	    s, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'", &there, err);
	return rc ? rc : there > 0;
}

static int sqlite_migrated(struct bdl_store *s, int64_t version, struct bdl_err *err)
{
	(void)s; /* all that SQLite needs is in the migrations themselves */
	(void)version;
	(void)err;
	return 0;
}

/* --- opening --- */

/*
 * SQLite's own handler naps longer each time, up to a tenth of a second, in which transactions of two
 * milliseconds come and go: who waits would wait for luck.
 */
static int is_late(void *arg)
{
	const struct sqlite_store *s = arg;

	return bdl_tick_ms() >= s->hurry_tick_ms;
}

static int sqlite_hurry(struct bdl_store *base, int64_t for_ms, struct bdl_err *err)
{
	struct sqlite_store *s = mine(base);

	(void)err; /* nothing here fails */
	s->hurry_tick_ms = bdl_tick_ms() + for_ms;
	sqlite3_progress_handler(s->db, HURRY_STEPS, is_late, s);
	return 0;
}

static int on_busy(void *arg, int looks)
{
	struct sqlite_store *s = arg;
	struct timespec nap = { .tv_nsec = BUSY_NAP_US * 1000 };

	if (looks == 0)
		s->busy_since_ms = bdl_tick_ms();
	if (bdl_tick_ms() - s->busy_since_ms >= s->base.busy_ms)
		return 0;
	(void)nanosleep(&nap, NULL); /* woken early it looks early */
	return 1;
}

/*
 * Nothing in the file may run code of its own (triggers and views that call functions) or reach
 * the file's inner tables; identifiers in double quotes are never taken for texts.
 */
static int settle(struct sqlite_store *s, struct bdl_err *err)
{
	int persist = 1;
	static const int switches[][2] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(switches); i++) {
		int rc = sqlite3_db_config(s->db, switches[i][0], switches[i][1], NULL);
		if (rc)
			return fail_sql(s, rc, "configure", err);
	}
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0); /* returns the former limit */
	(void)sqlite3_extended_result_codes(s->db, 1); /* cannot fail on an open connection */
	(void)sqlite3_busy_handler(s->db, on_busy, s); /* the same */
	int rc = sqlite3_file_control(s->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	if (rc)
		return fail_sql(s, rc, "keep the write-ahead log", err);
	if (s->base.mode == BDL_STORE_READ)
		return exec(s, "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY", err);
	return exec(s,
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
	    "PRAGMA cell_size_check = ON; PRAGMA cache_size = -" CACHE_KIB ";"
	    "PRAGMA wal_autocheckpoint = " LOG_PAGES "; PRAGMA journal_size_limit = " LOG_KEPT,
	    err);
}

static void sqlite_close(struct bdl_store *s)
{
	int rc = sqlite3_close(mine(s)->db);

	BDL_BUG_IF(rc != SQLITE_OK);
	free(s);
}

static const struct bdl_backend sqlite = {
	.close = sqlite_close,
	.prepare = sqlite_prepare,
	.finish = sqlite_finish,
	.rest = sqlite_rest,
	.is_busy = sqlite_is_busy,
	.step = sqlite_step,
	.run = sqlite_run,
	.each = sqlite_each,
	.changed = sqlite_changed,
	.bind_int = sqlite_bind_int,
	.bind_null = sqlite_bind_null,
	.bind_text = sqlite_bind_text,
	.col_int = sqlite_col_int,
	.col_view = sqlite_col_view,
	.is_open = sqlite_is_open,
	.begin = sqlite_begin,
	.join = sqlite_join,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.relax = sqlite_relax,
	.hurry = sqlite_hurry,
	.is_long = sqlite_is_long,
	.sync = sqlite_sync,
	.change = sqlite_change,
	.now = sqlite_now,
	.optimise = sqlite_optimise,
	.script = sqlite_script,
	.drop_month = sqlite_drop_month,
	.has_schema = sqlite_has_schema,
	.migrated = sqlite_migrated,
};

int bdl_sqlite_open(
    const char *path, enum bdl_store_mode mode, struct bdl_store **ret, struct bdl_err *err)
{
	struct bdl_store *base BDL_AUTO(bdl_store_close) = bdl_xalloc(sizeof(struct sqlite_store));
	struct sqlite_store *s = mine(base);
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

	base->back = &sqlite;
	base->mode = mode;
	base->busy_ms = BDL_STORE_BUSY_MS;
	flags |= mode == BDL_STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
					 : SQLITE_OPEN_READONLY;
	int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
	if (rc && mode == BDL_STORE_READ && sqlite3_system_errno(s->db) == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "no store '%s'", path);
	rc = rc ? fail_sql(s, rc, "open", err) : settle(s, err);
	if (rc)
		return bdl_fail_in(err, rc, "'%s'", path);
	*ret = bdl_steal(&base);
	return 0;
}
