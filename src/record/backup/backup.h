/*
 * Copies of the store, made while others read and write it, and the proof that one can be restored.
 *
 * A backup is one file, a whole SQLite database of one moment with no write-ahead log, and beside it
 * FILE.sum: its SHA-256 and how many rows each table has, as text. Neither is there by its own name
 * before it is whole and on the disk.
 */
#ifndef BDL_RECORD_BACKUP_BACKUP_H
#define BDL_RECORD_BACKUP_BACKUP_H

#include "base/buf.h"
#include "base/err.h"

#define BDL_BACKUP_SUM     ".sum"
#define BDL_BACKUP_SUM_MAX 16384 /* bytes of that file */

/* What a store's backup of this moment is called: "2026-11-21T114001Z.db". In UTC, so they sort. */
#define BDL_BACKUP_NAME 22
void bdl_backup_name(int64_t at_ms, char out[BDL_BACKUP_NAME]);

/*
 * Copy the store at `store_path` to `to`; one in PostgreSQL is refused (BDL_E_INVALID), for pg_dump
 * is the way there. BDL_E_CONFLICT where something is there already,
 * BDL_E_MISSING where there is no store. *ret_bytes is the size of the copy.
 */
int bdl_backup_make(const char *store_path, const char *to, int64_t *ret_bytes, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Remove all but the newest `keep` of the files in the folder that have a name of bdl_backup_name,
 * and their sums. Other files are left alone, and so is what is called after a day to come, made
 * while the clock was wrong or put there by a hand: were it counted, each new backup would go at once.
 */
int bdl_backup_prune(const char *folder, size_t keep, int64_t now_ms, size_t *ret_removed,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Remove what a backup or a drill that was killed has left in the folder: files of the store's size
 * that are half made and were not written to for a day.
 */
int bdl_backup_sweep(const char *folder, int64_t now_ms, size_t *ret_removed, struct bdl_err *err)
    BDL_MUST_USE;

/* The newest of those that are counted; BDL_E_MISSING where there is none. */
int bdl_backup_newest(const char *folder, int64_t now_ms, char ret[BDL_BACKUP_NAME],
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Restore the backup beside itself and look whether it is whole: the digest and the numbers of rows
 * are those of FILE.sum, SQLite finds nothing wrong, this program's migrations bring it up to date,
 * and its ledger verifies. The backup is only read; the copy, which takes as much room again, is
 * removed. `said` gets a line for each thing looked at. *ret_passed: nothing was wrong. Errors are
 * for what kept it from looking: no such file, no room for the copy.
 */
int bdl_backup_drill(const char *file, struct bdl_buf *said, bool *ret_passed, struct bdl_err *err)
    BDL_MUST_USE;

#endif
