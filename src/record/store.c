#include "base/alloc.h"
#include "base/clock.h"
#include "record/store_int.h"
#include <errno.h>
#include <stdio.h>
#include <time.h>

#define STATEMENTS_MAX 64
#define BUSY_MS        5000 /* that a transaction waits for another's end */
#define BUSY_NAP_US    250  /* between two looks */
#define CACHE_KIB      "32768"
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

struct bdl_store {
	sqlite3 *db;
	enum bdl_store_mode mode;
	/* Kept prepared, in the order of their last use. */
	sqlite3_stmt *statements[STATEMENTS_MAX];
	size_t n_statements;
	int64_t busy_since_ms, busy_ms; /* of waiting for others */
	int log_pages, log_synced;      /* pages of the write-ahead log; kept where relaxed */
};

static int fail_sql(struct bdl_store *s, int rc, const char *what, struct bdl_err *err)
{
	enum bdl_code code = BDL_E_STORE;

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
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

static int exec(struct bdl_store *s, const char *sql, struct bdl_err *err)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc ? fail_sql(s, rc, "run", err) : 0;
}

/* --- statements --- */

void bdl_stmt_rest(sqlite3_stmt *st)
{
	if (!st)
		return;
	(void)sqlite3_reset(st); /* repeats the code of the last step, which was looked at */
	(void)sqlite3_clear_bindings(st);
}

/* The statement of that text, taken out of those that are kept; NULL where it is not among them. */
static sqlite3_stmt *statement_take(struct bdl_store *s, const char *sql)
{
	for (size_t i = s->n_statements; i-- > 0;) {
		sqlite3_stmt *st = s->statements[i];
		if (strcmp(sqlite3_sql(st), sql) != 0)
			continue;
		s->n_statements--;
		memmove(s->statements + i, s->statements + i + 1,
		    (s->n_statements - i) * sizeof(sqlite3_stmt *));
		return st;
	}
	return NULL;
}

int bdl_stmt_get(struct bdl_store *s, const char *sql, sqlite3_stmt **ret, struct bdl_err *err)
{
	sqlite3_stmt *st = statement_take(s, sql);

	if (!st) {
		int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
		if (rc)
			return fail_sql(s, rc, "prepare", err);
	}
	BDL_BUG_IF(sqlite3_stmt_busy(st));
	if (s->n_statements == STATEMENTS_MAX) {
		/* The one whose last use is longest ago; no more than a handful are in use at once. */
		sqlite3_stmt *oldest = statement_take(s, sqlite3_sql(s->statements[0]));
		BDL_BUG_IF(sqlite3_stmt_busy(oldest));
		(void)sqlite3_finalize(oldest); /* at rest, so nothing fails */
	}
	s->statements[s->n_statements++] = st;
	*ret = st;
	return 0;
}

int bdl_stmt_step(struct bdl_store *s, sqlite3_stmt *st, struct bdl_err *err)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : fail_sql(s, rc, "step", err);
}

int bdl_stmt_run(struct bdl_store *s, sqlite3_stmt *st, struct bdl_err *err)
{
	int rc = bdl_stmt_step(s, st, err);

	BDL_BUG_IF(rc > 0);
	bdl_stmt_rest(st);
	return rc;
}

int64_t bdl_store_changed(const struct bdl_store *s)
{
	return sqlite3_changes64(s->db);
}

/* Binding fails for a wrong number (our bug) or without memory for a few bytes. */
void bdl_bind_int(sqlite3_stmt *st, int i, int64_t v)
{
	BDL_BUG_IF(sqlite3_bind_int64(st, i, v));
}

void bdl_bind_null(sqlite3_stmt *st, int i)
{
	BDL_BUG_IF(sqlite3_bind_null(st, i));
}

void bdl_bind_text(sqlite3_stmt *st, int i, struct bdl_view v)
{
	BDL_BUG_IF(sqlite3_bind_text64(st, i, v.p ? v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void bdl_bind_digest(sqlite3_stmt *st, int i, const struct bdl_digest *d)
{
	char hex[BDL_DIGEST_HEX];

	bdl_digest_hex(d, hex);
	BDL_BUG_IF(sqlite3_bind_text(st, i, hex, BDL_DIGEST_HEX - 1, SQLITE_TRANSIENT));
}

int64_t bdl_col_int(sqlite3_stmt *st, int i)
{
	return sqlite3_column_int64(st, i);
}

struct bdl_view bdl_col_view(sqlite3_stmt *st, int i)
{
	const char *p = (const char *)sqlite3_column_text(st, i);
	int n = sqlite3_column_bytes(st, i);

	return bdl_view_at(p, p && n > 0 ? (size_t)n : 0);
}

struct bdl_view bdl_col_text(sqlite3_stmt *st, int i, struct bdl_region *region)
{
	return bdl_region_view(region, bdl_col_view(st, i));
}

int bdl_col_digest(sqlite3_stmt *st, int i, struct bdl_digest *ret, struct bdl_err *err)
{
	if (!bdl_digest_parse(bdl_col_view(st, i), ret))
		return bdl_fail(err, BDL_E_STORE, "store: a digest is not one");
	return 0;
}

/* Room for one more row, or BDL_E_LIMIT. */
static int rows_grow(
    struct bdl_region *region, void **rows, size_t n, size_t *cap, size_t size, struct bdl_err *err)
{
	if (n < *cap)
		return 0;
	size_t more = *cap ? *cap * 2 : 16;
	void *p = bdl_region_array(region, more, size);
	if (!p)
		return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into %zu bytes",
		    bdl_region_used(region));
	if (n)
		memcpy(p, *rows, n * size);
	*rows = p;
	*cap = more;
	return 0;
}

int bdl_rows_read(struct bdl_store *s, sqlite3_stmt *st, struct bdl_region *region, size_t size,
    bdl_row_fn *read, void **ret, size_t *ret_n, struct bdl_err *err)
{
	void *rows = NULL;
	size_t n = 0, cap = 0;
	int rc;

	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		rc = rows_grow(region, &rows, n, &cap, size, err);
		if (!rc)
			rc = read(st, region, (char *)rows + n * size, err);
		if (rc)
			return rc;
		if (bdl_region_broken(region))
			return bdl_fail(err, BDL_E_LIMIT, "the rows do not fit into memory");
		n++;
	}
	if (rc)
		return rc;
	*ret = rows;
	*ret_n = n;
	return 0;
}

/* The number that a statement without parameters gives. */
static int number_get(struct bdl_store *s, const char *sql, int64_t *ret, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s, sql, &st, err);
	if (rc)
		return rc;
	rc = bdl_stmt_step(s, st, err);
	if (rc < 0)
		return rc;
	*ret = bdl_col_int(st, 0);
	return 0;
}

/* --- transactions --- */

int bdl_store_begin(struct bdl_store *s, struct bdl_err *err)
{
	BDL_BUG_IF(s->mode != BDL_STORE_WRITE || !sqlite3_get_autocommit(s->db));
	return exec(s, "BEGIN IMMEDIATE", err);
}

bool bdl_store_is_writing(const struct bdl_store *s)
{
	return s->mode == BDL_STORE_WRITE && !sqlite3_get_autocommit(s->db);
}

int bdl_store_commit(struct bdl_store *s, struct bdl_err *err)
{
	return exec(s, "COMMIT", err);
}

void bdl_store_rollback(struct bdl_store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		(void)exec(s, "ROLLBACK", NULL); /* fails where SQLite has done it by itself */
}

/* In the place of SQLite's own, which would tidy the log. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct bdl_store *s = arg;

	(void)db; /* a store has one connection and one file */
	(void)name;
	if (pages < s->log_pages)
		s->log_synced = 0; /* it began anew */
	s->log_pages = pages;
	return SQLITE_OK;
}

void bdl_store_relax(struct bdl_store *s)
{
	(void)exec(s, "PRAGMA synchronous = NORMAL", NULL); /* else they wait, which is right too */
	(void)sqlite3_wal_hook(s->db, on_commit, s);        /* returns the former hook's argument */
}

bool bdl_store_is_long(const struct bdl_store *s)
{
	return s->log_pages - s->log_synced >= LOG_LONG;
}

int bdl_store_sync(struct bdl_store *s, bool *ret_synced, struct bdl_err *err)
{
	int mode = s->log_pages < LOG_TOO_LONG ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_FULL;
	int in_log = 0, in_file = 0;

	s->busy_ms = LOG_PATIENCE_MS;
	int rc = sqlite3_wal_checkpoint_v2(s->db, NULL, mode, &in_log, &in_file);
	s->busy_ms = BUSY_MS;
	if (rc && (rc & 0xff) != SQLITE_BUSY)
		return fail_sql(s, rc, "sync", err);
	*ret_synced = !rc && in_log == in_file;
	s->log_synced = s->log_pages; /* what could not be synced is tried again as it grows */
	return 0;
}

int bdl_store_change(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	return number_get(s, "PRAGMA data_version", ret, err);
}

int bdl_store_optimise(struct bdl_store *s, struct bdl_err *err)
{
	return exec(s,
	    "PRAGMA analysis_limit = 1000; PRAGMA optimize; PRAGMA wal_checkpoint(PASSIVE)", err);
}

/* --- the schema --- */

static int schema_version(struct bdl_store *s, int64_t *ret, struct bdl_err *err)
{
	return number_get(s, "SELECT max(version) FROM schema_version", ret, err);
}

static int64_t schema_newest(void)
{
	int64_t n = 0;

	while (bdl_migrations[n].name)
		n++;
	return n;
}

static int schema_refuse(int64_t version, struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_CONFLICT, "the store has schema %lld, this program has %lld: %s",
	    (long long)version, (long long)schema_newest(),
	    version > schema_newest() ? "it was made by a newer Beadle"
				      : "it is brought up to date when Beadle starts");
}

/* Inside a transaction: the migration that is due, or none. *ret_more: whether one was run. */
static int migrate_one(struct bdl_store *s, bool *ret_more, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t version;

	int rc = schema_version(s, &version, err);
	if (rc)
		return rc;
	if (version > schema_newest())
		return schema_refuse(version, err);
	*ret_more = version < schema_newest();
	if (!*ret_more)
		return 0;
	const struct bdl_migration *m = &bdl_migrations[version];
	rc = exec(s, (const char *)m->sql, err);
	if (rc)
		return bdl_fail_in(err, rc, "migration %s", m->name);
	rc = bdl_stmt_get(
	    s, "INSERT INTO schema_version (version, applied_ms) VALUES (?1, ?2)", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, version + 1);
	bdl_bind_int(st, 2, bdl_now_ms());
	return bdl_stmt_run(s, st, err);
}

/* Each in its own transaction, which looks again: another process may migrate as well. */
static int migrate(struct bdl_store *s, struct bdl_err *err)
{
	bool more = true;
	int rc = exec(s,
	    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY,"
	    " applied_ms BIGINT NOT NULL)",
	    err);

	while (!rc && more) {
		rc = bdl_store_begin(s, err);
		if (rc)
			return rc;
		rc = migrate_one(s, &more, err);
		if (!rc)
			rc = bdl_store_commit(s, err);
		bdl_store_rollback(s);
	}
	return rc;
}

static int schema_look(struct bdl_store *s, struct bdl_err *err)
{
	sqlite3_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
	int64_t version = 0;

	int rc =
	    bdl_stmt_get(s, "SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'", &st, err);
	if (rc)
		return rc;
	rc = bdl_stmt_step(s, st, err);
	if (rc > 0)
		rc = schema_version(s, &version, err);
	if (rc < 0)
		return rc;
	return version == schema_newest() ? 0 : schema_refuse(version, err);
}

/* --- opening --- */

/*
 * SQLite's own handler naps longer each time, up to a tenth of a second, in which transactions of two
 * milliseconds come and go: who waits would wait for luck.
 */
static int on_busy(void *arg, int looks)
{
	struct bdl_store *s = arg;
	struct timespec nap = { .tv_nsec = BUSY_NAP_US * 1000 };

	if (looks == 0)
		s->busy_since_ms = bdl_tick_ms();
	if (bdl_tick_ms() - s->busy_since_ms >= s->busy_ms)
		return 0;
	(void)nanosleep(&nap, NULL); /* woken early it looks early */
	return 1;
}

/*
 * Nothing in the file may run code of its own (triggers and views that call functions) or reach
 * the file's inner tables; identifiers in double quotes are never taken for texts.
 */
static int settle(struct bdl_store *s, struct bdl_err *err)
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
	if (s->mode == BDL_STORE_READ)
		return exec(s, "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY", err);
	return exec(s,
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
	    "PRAGMA cell_size_check = ON; PRAGMA cache_size = -" CACHE_KIB ";"
	    "PRAGMA wal_autocheckpoint = " LOG_PAGES "; PRAGMA journal_size_limit = " LOG_KEPT,
	    err);
}

void bdl_store_close(struct bdl_store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_statements; i++)
		(void)sqlite3_finalize(s->statements[i]); /* repeats codes that were looked at */
	int rc = sqlite3_close(s->db);
	BDL_BUG_IF(rc != SQLITE_OK);
	free(s);
}

int bdl_store_open(
    const char *path, enum bdl_store_mode mode, struct bdl_store **ret, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = bdl_xalloc(sizeof(*s));
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

	s->mode = mode;
	s->busy_ms = BUSY_MS;
	flags |= mode == BDL_STORE_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
					 : SQLITE_OPEN_READONLY;
	int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
	if (rc && mode == BDL_STORE_READ && sqlite3_system_errno(s->db) == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "no store '%s'", path);
	if (rc) {
		rc = fail_sql(s, rc, "open", err);
		return bdl_fail_in(err, rc, "'%s'", path);
	}
	rc = settle(s, err);
	if (!rc)
		rc = mode == BDL_STORE_WRITE ? migrate(s, err) : schema_look(s, err);
	if (rc)
		return bdl_fail_in(err, rc, "'%s'", path);
	*ret = bdl_steal(&s);
	return 0;
}
