/*
 * SQL for the files of src/record: statements, values in, values out. Statements are kept prepared
 * under their text; a parameter is ?1, ?2, ...; texts and blobs are bound by address, so they live
 * until the statement is done.
 *
 *	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
 *	int rc = bdl_stmt_get(s, "SELECT ...", &st, err);
 *	bdl_bind_int(st, 1, BDL_SCHOOL);
 *	while ((rc = bdl_stmt_step(s, st, err)) > 0)
 *		... bdl_col_int(st, 0) ...
 */
#ifndef BDL_RECORD_STORE_STORE_INT_H
#define BDL_RECORD_STORE_STORE_INT_H

#include "base/hash.h"
#include "base/region.h"
#include "record/store/store.h"

struct bdl_stmt;

/* The numbered files of migrations/, compiled in by tools/embed.py; ends with a zeroed entry. */
struct bdl_migration {
	const char *name;         /* "0001_acts.sql" */
	const unsigned char *sql; /* followed by a NUL */
	size_t n;
};
extern const struct bdl_migration bdl_migrations[];
extern const struct bdl_migration bdl_pg_migrations[]; /* see pg.c */

/* Whether a transaction that writes is open: what is to be part of one looks. */
bool bdl_store_is_writing(const struct bdl_store *s);

/* And whether it may write what people write. */
bool bdl_store_has_joined(const struct bdl_store *s);

/* Prepared, with no values bound. Good until its next get: one user of a text at a time. */
int bdl_stmt_get(struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Prepared, with ?1 the school and ?2 this name, which lives until it is done. */
int bdl_stmt_get_of(struct bdl_store *s, const char *sql, struct bdl_view name,
    struct bdl_stmt **ret, struct bdl_err *err) BDL_MUST_USE;

/* Let it rest: no row, no lock, no values. Takes NULL. */
void bdl_stmt_rest(struct bdl_stmt *st);
BDL_DEFINE_AUTO(struct bdl_stmt, bdl_stmt_rest);

/* 1: a row; 0: no more; BDL_E_BUSY: another connection writes; else BDL_E_STORE or BDL_E_IO. */
int bdl_stmt_step(struct bdl_store *s, struct bdl_stmt *st, struct bdl_err *err) BDL_MUST_USE;

/*
 * Step a statement that gives no rows, and let it rest. Within a transaction on PostgreSQL it is sent
 * only: what is wrong with it is said by a later call, at the latest by the commit.
 */
int bdl_stmt_run(struct bdl_store *s, struct bdl_stmt *st, struct bdl_err *err) BDL_MUST_USE;

/*
 * The first row of what has no parameter but ?1, the school: prepared, bound and stepped. *ret is then
 * to be put to rest, whatever it came to. 1: it stands there; 0: there is none.
 */
int bdl_stmt_find(struct bdl_store *s, const char *sql, struct bdl_stmt **ret, struct bdl_err *err)
    BDL_MUST_USE;

/* The same of what has ?2 besides, this number. */
int bdl_stmt_find_by(struct bdl_store *s, const char *sql, int64_t number, struct bdl_stmt **ret,
    struct bdl_err *err) BDL_MUST_USE;

/* Or this name. */
int bdl_stmt_find_of(struct bdl_store *s, const char *sql, struct bdl_view name,
    struct bdl_stmt **ret, struct bdl_err *err) BDL_MUST_USE;

/* Run one that has the school and this name only. */
int bdl_stmt_run_of(struct bdl_store *s, const char *sql, struct bdl_view name, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * In a transaction: drop visits, page loads and their texts of the oldest whole month (of UTC)
 * before that hour, where the database keeps months apart. *ret_month is which, as 202608, and
 * empty where there is none; *ret_rows about how many rows that were. BDL_E_BUSY, here or at the
 * commit, where somebody was reading there.
 */
#define BDL_MONTH_ROOM 8
int bdl_store_drop_month(struct bdl_store *s, int64_t before_hour, char ret_month[BDL_MONTH_ROOM],
    int64_t *ret_rows, struct bdl_err *err) BDL_MUST_USE;

/*
 * A statement for each of `n` items, in a transaction: `bind` gives all its parameters the values
 * of an item, none of them absent and each of the same type for all, and `row` (NULL: it gives
 * none) reads the row that it gave for an item, of which there is one at most. A file runs them one
 * after the other; PostgreSQL takes them all at once, so none may depend on what another does, nor
 * two change the same row. INSERT ... VALUES (...), UPDATE ... WHERE with no sub-select before it,
 * or SELECT.
 */
typedef void bdl_item_bind_fn(struct bdl_stmt *st, size_t i, void *arg);
typedef void bdl_item_row_fn(struct bdl_stmt *st, size_t i, void *arg);
int bdl_stmt_each(struct bdl_store *s, const char *sql, size_t n, bdl_item_bind_fn *bind,
    bdl_item_row_fn *row, void *arg, struct bdl_err *err) BDL_MUST_USE;

/* The number that a statement without parameters gives; 0 where that is NULL, or no row. */
int bdl_stmt_number(struct bdl_store *s, const char *sql, int64_t *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Run one, and wait for it; *ret_n is how many rows it added, changed or deleted. */
int bdl_stmt_change(struct bdl_store *s, struct bdl_stmt *st, int64_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

void bdl_bind_int(struct bdl_stmt *st, int i, int64_t v);
void bdl_bind_null(struct bdl_stmt *st, int i);
void bdl_bind_text(struct bdl_stmt *st, int i, struct bdl_view v);

/* As hexadecimal; copied. */
void bdl_bind_digest(struct bdl_stmt *st, int i, const struct bdl_digest *d);

int64_t bdl_col_int(struct bdl_stmt *st, int i);          /* NULL reads as 0 */
struct bdl_view bdl_col_view(struct bdl_stmt *st, int i); /* good until the next step */
struct bdl_view bdl_col_text(struct bdl_stmt *st, int i, struct bdl_region *region);
int bdl_col_digest(struct bdl_stmt *st, int i, struct bdl_digest *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Read the row where the statement stands into `row`; texts go to the region. */
typedef int bdl_row_fn(
    struct bdl_stmt *st, struct bdl_region *region, void *row, struct bdl_err *err);

/* All rows of a statement, as an array in the region of items of `size`. */
int bdl_rows_read(struct bdl_store *s, struct bdl_stmt *st, struct bdl_region *region, size_t size,
    bdl_row_fn *read, void **ret, size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/* Finds the violation that an act folds into: its id and who is to be told. */
struct bdl_act;
#define BDL_VIOLATION_FIND                                                               \
	"SELECT id, tell FROM violation WHERE school = ?1 AND person = ?2 AND host = ?3" \
	" AND clause = ?4 AND policy = ?5 AND (?2 <> '' OR address = ?6)"                \
	" AND first_ms > ?7 AND first_ms < ?8 AND last_ms < ?8 ORDER BY first_ms LIMIT 1"
void bdl_violation_bind(struct bdl_stmt *st, const struct bdl_act *a);

/* The number of the ruleset with this digest, made where there is none. In a transaction. */
int bdl_ruleset_id(struct bdl_store *s, const struct bdl_digest *version, int64_t *ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
