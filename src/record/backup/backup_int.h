/* What making a backup and trying one have in common. */
#ifndef BDL_RECORD_BACKUP_BACKUP_INT_H
#define BDL_RECORD_BACKUP_BACKUP_INT_H

#include "base/hash.h"
#include "record/backup/backup.h"
#include <sqlite3.h>

/* A connection of its own, which runs nothing that stands in the file. */
void bdl_backup_close(sqlite3 *db);
BDL_DEFINE_AUTO(sqlite3, bdl_backup_close);
int bdl_backup_open(const char *path, sqlite3 **ret, struct bdl_err *err) BDL_MUST_USE;

/* Copy all bytes from one file to another; `to` may be -1. The digest is of what was read. */
int bdl_backup_bytes(int from, int to, struct bdl_digest *ret, struct bdl_err *err) BDL_MUST_USE;

/* The text of FILE.sum for this database, whose file has this digest. */
int bdl_backup_sum(sqlite3 *db, const struct bdl_digest *digest, struct bdl_buf *into,
    struct bdl_err *err) BDL_MUST_USE;

/* "what: what SQLite says". */
int bdl_backup_fail(sqlite3 *db, const char *what, struct bdl_err *err);

#endif
