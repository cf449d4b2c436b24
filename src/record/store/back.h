/*
 * What a database has to do for the store, and what every store keeps: store.c is written against
 * this alone, sqlite.c and the files pg*.c fill it. A connection is its backend's struct
 * with a struct bdl_store in front; a statement likewise.
 */
#ifndef BDL_RECORD_STORE_BACK_H
#define BDL_RECORD_STORE_BACK_H

#include "record/store/store_int.h"

#define BDL_STORE_BUSY_MS        5000 /* that a transaction waits for another's end */
#define BDL_STORE_STATEMENTS_MAX 64

struct bdl_stmt {
	struct bdl_store *store;
	char *sql; /* as it was asked for */
};

/*
 * The calls of store.h and store_int.h, without what is the same for all: those that take a
 * statement get one of their own. `prepare` makes one that is at rest and sets `store`; store.c sets
 * `sql`. `finish` frees what the backend made, and the statement. `script` runs statements without
 * parameters, one after the other. `has_schema`: 1 where the table schema_version is there, 0 where
 * it is not. `migrated` comes within the transaction of a migration and after it.
 */
struct bdl_backend {
	void (*close)(struct bdl_store *s);
	int (*prepare)(
	    struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err);
	void (*finish)(struct bdl_stmt *st);
	void (*rest)(struct bdl_stmt *st);
	bool (*is_busy)(const struct bdl_stmt *st);
	int (*step)(struct bdl_stmt *st, struct bdl_err *err);
	int (*run)(struct bdl_stmt *st, struct bdl_err *err);
	int (*each)(struct bdl_stmt *st, size_t n, bdl_item_bind_fn *bind, bdl_item_row_fn *row,
	    void *arg, struct bdl_err *err);
	int64_t (*changed)(const struct bdl_stmt *st); /* rows, by its last step */
	void (*bind_int)(struct bdl_stmt *st, int i, int64_t v);
	void (*bind_null)(struct bdl_stmt *st, int i);
	void (*bind_text)(struct bdl_stmt *st, int i, struct bdl_view v, bool is_copied);
	int64_t (*col_int)(struct bdl_stmt *st, int i);
	struct bdl_view (*col_view)(struct bdl_stmt *st, int i);
	bool (*is_open)(const struct bdl_store *s); /* a transaction */
	/* Of volume, but where has_joined. */
	int (*begin)(struct bdl_store *s, struct bdl_err *err);
	int (*join)(struct bdl_store *s, struct bdl_err *err);
	int (*commit)(struct bdl_store *s, struct bdl_err *err);
	void (*rollback)(struct bdl_store *s);
	void (*relax)(struct bdl_store *s);
	int (*hurry)(struct bdl_store *s, int64_t for_ms, struct bdl_err *err);
	/* NULL where nobody else can bring what this host brings. */
	int (*claim)(struct bdl_store *s, const char *name, struct bdl_err *err);
	bool (*is_long)(const struct bdl_store *s);
	int (*sync)(struct bdl_store *s, bool *ret_synced, struct bdl_err *err);
	int (*change)(struct bdl_store *s, int64_t *ret, struct bdl_err *err);
	int (*now)(struct bdl_store *s, int64_t *ret, struct bdl_err *err);
	int (*optimise)(struct bdl_store *s, struct bdl_err *err);
	int (*script)(struct bdl_store *s, const char *sql, struct bdl_err *err);
	int (*drop_month)(struct bdl_store *s, int64_t before_hour, char ret_month[BDL_MONTH_ROOM],
	    int64_t *ret_rows, struct bdl_err *err);
	int (*has_schema)(struct bdl_store *s, struct bdl_err *err);
	int (*migrated)(struct bdl_store *s, int64_t version, struct bdl_err *err);
	bool is_shared; /* by several hosts */
};

struct bdl_store {
	const struct bdl_backend *back;
	enum bdl_store_mode mode;
	int64_t busy_ms; /* BDL_STORE_BUSY_MS */
	bool has_joined; /* the transaction: see bdl_store_join */
	/* Kept prepared, in the order of their last use. */
	struct bdl_stmt *statements[BDL_STORE_STATEMENTS_MAX];
	size_t n_statements;
};

/* Connected and settled, its schema not looked at yet. */
int bdl_sqlite_open(const char *path, enum bdl_store_mode mode, struct bdl_store **ret,
    struct bdl_err *err) BDL_MUST_USE;
bool bdl_pg_is_url(const char *where); /* postgresql://... */
int bdl_pg_open(const char *url, enum bdl_store_mode mode, struct bdl_store **ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
