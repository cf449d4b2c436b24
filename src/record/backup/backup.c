#include "base/alloc.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "record/backup/backup_int.h"
#include "record/store/back.h"
#include "sys/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS     5000
#define PIECE_BYTES (256 * 1024)
#define TABLE_MAX   128   /* bytes of a table's name */
#define LEFT_S      86400 /* what is half made and was not written to for so long is nobody's */

/* --- names --- */

/* "2026-11-21T11:40:01.234Z" without what a file's name had better not have. */
void bdl_backup_name(int64_t at_ms, char out[BDL_BACKUP_NAME])
{
	char iso[BDL_ISO_LEN];

	bdl_time_iso(at_ms, iso);
	(void)snprintf(
	    out, BDL_BACKUP_NAME, "%.13s%.2s%.2sZ.db", iso, iso + 14, iso + 17); /* fits */
}

static bool is_name(const char *name)
{
	const char *shape = "0000-00-00T000000Z.db";

	if (strlen(name) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == '0' ? !bdl_is_digit(name[i]) : name[i] != shape[i])
			return false;
	return true;
}

/* A name of bdl_file_beside for one of these, or of SQLite's files beside that. */
static bool is_half_made(const char *name)
{
	size_t n = BDL_BACKUP_NAME - 1;
	char whole[BDL_BACKUP_NAME];

	if (strlen(name) <= n)
		return false;
	memcpy(whole, name, n);
	whole[n] = '\0';
	struct bdl_view tail = bdl_view_of(name + n), digits = { 0 };
	return is_name(whole) && bdl_view_cut(&tail, '.', &digits) && !digits.n &&
	    bdl_view_cut(&tail, '.', &digits) && digits.n == 16 &&
	    bdl_view_starts(tail, BDL_LIT("new"));
}

/* --- connections --- */

void bdl_backup_close(sqlite3 *db)
{
	(void)sqlite3_close_v2(db); /* takes NULL; nothing was left open on it */
}

int bdl_backup_fail(sqlite3 *db, const char *what, struct bdl_err *err)
{
	int rc = db ? sqlite3_errcode(db) & 0xff : SQLITE_NOMEM;
	bool is_system = rc == SQLITE_FULL || rc == SQLITE_IOERR;

	return bdl_fail(err, is_system ? BDL_E_IO : BDL_E_STORE, "%s: %s", what,
	    db ? sqlite3_errmsg(db) : "no memory");
}

int bdl_backup_open(const char *path, sqlite3 **ret, struct bdl_err *err)
{
	sqlite3 *db BDL_AUTO(bdl_backup_close) = NULL;
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;

	if (sqlite3_open_v2(path, &db, flags, NULL) ||
	    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) ||
	    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL))
		return bdl_backup_fail(db, path, err);
	(void)sqlite3_busy_timeout(db, BUSY_MS); /* cannot fail on an open connection */
	*ret = bdl_steal(&db);
	return 0;
}

/* --- the sum --- */

int bdl_backup_bytes(int from, int to, struct bdl_digest *ret, struct bdl_err *err)
{
	BDL_AUTO_FREE char *piece = bdl_xalloc(PIECE_BYTES);
	struct bdl_digesting digesting;
	ssize_t n;

	bdl_digest_begin(&digesting);
	while ((n = read(from, piece, PIECE_BYTES)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return bdl_fail_sys(err, "read it");
		bdl_digest_add(&digesting, piece, (size_t)n);
		if (to >= 0 && !bdl_file_put(to, piece, (size_t)n))
			return bdl_fail_sys(err, "write the copy");
	}
	*ret = bdl_digest_end(&digesting);
	return 0;
}

static int count_rows(
    sqlite3 *db, const unsigned char *table, struct bdl_buf *into, struct bdl_err *err)
{
	sqlite3_stmt *st = NULL;
	char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", table);
	int rc = sql ? sqlite3_prepare_v2(db, sql, -1, &st, NULL) : SQLITE_NOMEM;

	if (rc == 0)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		(void)bdl_buf_printf(into, "rows %.*s %" PRId64 "\n", TABLE_MAX,
		    (const char *)table, (int64_t)sqlite3_column_int64(st, 0));
	(void)sqlite3_finalize(st); /* repeats what the step said */
	sqlite3_free(sql);
	return rc == SQLITE_ROW ? 0 : bdl_backup_fail(db, "count rows", err);
}

int bdl_backup_sum(
    sqlite3 *db, const struct bdl_digest *digest, struct bdl_buf *into, struct bdl_err *err)
{
	sqlite3_stmt *st = NULL;
	char hex[BDL_DIGEST_HEX];
	int rc = 0, step = SQLITE_DONE;

	bdl_digest_hex(digest, hex);
	(void)bdl_buf_printf(into, "beadle backup 1\nsha256 %s\n", hex);
	if (sqlite3_prepare_v2(db,
		"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
		" ORDER BY name",
		-1, &st, NULL))
		return bdl_backup_fail(db, "list the tables", err);
	while (rc == 0 && (step = sqlite3_step(st)) == SQLITE_ROW)
		rc = count_rows(db, sqlite3_column_text(st, 0), into, err);
	if (rc == 0 && step != SQLITE_DONE)
		rc = bdl_backup_fail(db, "list the tables", err);
	(void)sqlite3_finalize(st); /* the same */
	if (rc == 0 && bdl_buf_broken(into))
		rc = bdl_fail(err, BDL_E_LIMIT, "it has more tables than fit into its sum");
	return rc;
}

/* --- making one --- */

/* All pages of one moment: a reader of the write-ahead log keeps nobody waiting. */
static int copy_pages(sqlite3 *from, sqlite3 *to, struct bdl_err *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");

	if (!b)
		return bdl_backup_fail(to, "copy the store", err);
	(void)sqlite3_backup_step(b, -1); /* finish repeats what it says */
	if (sqlite3_backup_finish(b) != SQLITE_OK)
		return bdl_backup_fail(to, "copy the store", err);
	/* The copy has the store's mode in its head; a backup is one file, without a log beside it. */
	if (sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL))
		return bdl_backup_fail(to, "close the copy", err);
	return 0;
}

/* On the disk, with its digest. */
static int settle(const char *path, struct bdl_digest *ret, int64_t *ret_bytes, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fchmod(fd, 0640) < 0 || fsync(fd) < 0 || fstat(fd, &st) < 0)
		return bdl_fail_sys(err, "sync '%s'", path);
	int rc = bdl_backup_bytes(fd, -1, ret, err);
	if (rc == 0)
		*ret_bytes = st.st_size;
	return rc;
}

/* An empty file is an empty database, and nobody else may look into it meanwhile. */
static int begin(const char *path, sqlite3 **ret, struct bdl_err *err)
{
	BDL_AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? bdl_fail_sys(err, "make '%s'", path) : bdl_backup_open(path, ret, err);
}

static int make_beside(const char *store_path, const char *beside, const char *sum_path,
    int64_t *ret_bytes, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf sum = BDL_BUF(BDL_BACKUP_SUM_MAX);
	sqlite3 *from BDL_AUTO(bdl_backup_close) = NULL;
	sqlite3 *to BDL_AUTO(bdl_backup_close) = NULL;
	struct bdl_digest digest;

	int rc = bdl_backup_open(store_path, &from, err);
	if (rc == 0)
		rc = begin(beside, &to, err);
	if (rc == 0)
		rc = copy_pages(from, to, err);
	if (rc == 0)
		rc = settle(beside, &digest, ret_bytes, err);
	if (rc == 0)
		rc = bdl_backup_sum(to, &digest, &sum, err);
	return rc == 0 ? bdl_file_replace(sum_path, sum.p, sum.n, 0640, err) : rc;
}

int bdl_backup_make(const char *store_path, const char *to, int64_t *ret_bytes, struct bdl_err *err)
{
	BDL_AUTO_FREE char *sum_path = bdl_xprintf("%s" BDL_BACKUP_SUM, to);
	char beside[PATH_MAX];
	struct stat st;
	int64_t bytes = 0;

	if (bdl_pg_is_url(store_path))
		return bdl_fail(err, BDL_E_INVALID,
		    "the store is in PostgreSQL, which has its own means: pg_dump, as the operator's "
		    "guide says under Backups");
	if (stat(store_path, &st) < 0 && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "there is no store '%s'", store_path);
	if (lstat(to, &st) == 0)
		return bdl_fail(err, BDL_E_CONFLICT, "'%s' is there already", to);
	int rc = bdl_file_beside(to, beside, err);
	if (rc == 0)
		rc = make_beside(store_path, beside, sum_path, &bytes, err);
	if (rc == 0)
		rc = bdl_file_rename(beside, to, err);
	if (rc < 0) {
		(void)unlink(beside); /* there may be none */
		return bdl_fail_in(err, rc, "back up to '%s'", to);
	}
	*ret_bytes = bytes;
	return 0;
}

/* --- keeping a few --- */

static int is_backup(const struct dirent *e)
{
	return is_name(e->d_name);
}

/*
 * All of them in the order of their names, for the caller to free. *ret_n is the number of those
 * that are not called after a day to come, which stand first; negative where the folder cannot be
 * read.
 */
static int list(const char *folder, int64_t now_ms, struct dirent ***ret, int *ret_n)
{
	char last[BDL_BACKUP_NAME];
	int all = scandir(folder, ret, is_backup, alphasort), n = all;

	bdl_backup_name(now_ms + BDL_DAY_MS, last);
	while (n > 0 && strcmp((*ret)[n - 1]->d_name, last) > 0)
		n--;
	*ret_n = n;
	return all;
}

int bdl_backup_newest(
    const char *folder, int64_t now_ms, char ret[BDL_BACKUP_NAME], struct bdl_err *err)
{
	struct dirent **found = NULL;
	int n, all = list(folder, now_ms, &found, &n);

	if (all < 0 && errno != ENOENT)
		return bdl_fail_sys(err, "look into '%s'", folder);
	if (n > 0)
		memcpy(ret, found[n - 1]->d_name, BDL_BACKUP_NAME); /* all names are so long */
	for (int i = 0; i < all; i++)
		free(found[i]);
	free(found);
	return n > 0 ? 0 : bdl_fail(err, BDL_E_MISSING, "there is no backup in '%s'", folder);
}

int bdl_backup_prune(
    const char *folder, size_t keep, int64_t now_ms, size_t *ret_removed, struct bdl_err *err)
{
	struct dirent **found = NULL;
	int n, all = list(folder, now_ms, &found, &n);
	size_t removed = 0;
	int rc = all < 0 ? bdl_fail_sys(err, "look into '%s'", folder) : 0;

	for (int i = 0; i < all; i++) {
		if (rc == 0 && i < n && (size_t)(n - i) > keep) {
			BDL_AUTO_FREE char *path = bdl_xprintf("%s/%s", folder, found[i]->d_name);
			BDL_AUTO_FREE char *sum = bdl_xprintf("%s" BDL_BACKUP_SUM, path);
			if (unlink(path) < 0)
				rc = bdl_fail_sys(err, "remove '%s'", path);
			else
				removed++;
			(void)unlink(sum); /* somebody may have taken it away */
		}
		free(found[i]);
	}
	free(found);
	if (rc == 0)
		*ret_removed = removed;
	return rc;
}

int bdl_backup_sweep(const char *folder, int64_t now_ms, size_t *ret_removed, struct bdl_err *err)
{
	DIR *d = opendir(folder);
	size_t removed = 0;
	struct stat st;

	if (!d)
		return bdl_fail_sys(err, "look into '%s'", folder);
	for (struct dirent *e; (e = readdir(d));)
		if (is_half_made(e->d_name) &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && now_ms / 1000 - st.st_mtime > LEFT_S)
			removed += unlinkat(dirfd(d), e->d_name, 0) == 0; /* else the next time */
	(void)closedir(d);                                                /* it was only read */
	*ret_removed = removed;
	return 0;
}
