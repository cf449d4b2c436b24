/*
 * The restore drill: what somebody would do on the day the disk is gone, done to a copy beside the
 * backup. A finding is a line that begins with FAILED.
 */
#include "base/alloc.h"
#include "record/backup/backup_int.h"
#include "record/ledger/verify.h"
#include "record/store/store.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

struct drill {
	const char *file;
	char copy[PATH_MAX];
	struct bdl_buf *said;
	struct bdl_digest digest;
	bool failed;
};

static void tell(struct drill *d, const char *what, const char *finding)
{
	d->failed = d->failed || finding != NULL;
	(void)bdl_buf_printf(d->said, "%s%s%s%s\n", finding ? "FAILED " : "ok     ", what,
	    finding ? ": " : "", finding ? finding : "");
}

static int copy_file(struct drill *d, struct bdl_err *err)
{
	BDL_AUTO_FD int from = open(d->file, O_RDONLY | O_CLOEXEC);

	if (from < 0)
		return errno == ENOENT
		    ? bdl_fail(err, BDL_E_MISSING, "there is no backup '%s'", d->file)
		    : bdl_fail_sys(err, "open '%s'", d->file);
	int rc = bdl_file_beside(d->file, d->copy, err);
	if (rc < 0)
		return rc;
	BDL_AUTO_FD int to = open(d->copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (to < 0)
		return bdl_fail_sys(err, "make '%s'", d->copy);
	rc = bdl_backup_bytes(from, to, &d->digest, err);
	return rc < 0 ? bdl_fail_in(err, rc, "'%s'", d->file) : 0;
}

/* The rows that a check gives; the one row of good news is `fine`, or NULL for none at all. */
static void check(struct drill *d, sqlite3 *db, const char *what, const char *sql, const char *fine)
{
	sqlite3_stmt *st = NULL;
	char finding[200] = "";
	size_t rows = 0, bad = 0;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);
		rows++;
		if (fine && text && strcmp(text, fine) == 0)
			continue;
		if (bad++ == 0)
			(void)snprintf(finding, sizeof(finding), "%s", text ? text : "NULL");
	}
	rc = sqlite3_finalize(st);
	if (rc != SQLITE_OK || (fine && rows == 0))
		(void)snprintf(finding, sizeof(finding), "%s", sqlite3_errmsg(db));
	tell(d, what, rc != SQLITE_OK || bad > 0 || (fine && rows == 0) ? finding : NULL);
}

/* The first line in which the two differ, for people. */
static void differ(struct bdl_view want, struct bdl_view got, struct bdl_buf *out)
{
	struct bdl_view w = { 0 }, g = { 0 };

	do {
		if (!bdl_view_cut(&want, '\n', &w))
			w = BDL_LIT("nothing");
		if (!bdl_view_cut(&got, '\n', &g))
			g = BDL_LIT("nothing");
	} while (bdl_view_eq(w, g) && (want.n > 0 || got.n > 0));
	(void)bdl_buf_printf(out, "its sum says '%.*s', it has '%.*s'", (int)(w.n > 80 ? 80 : w.n),
	    w.p, (int)(g.n > 80 ? 80 : g.n), g.p); /* room was left for it */
}

static int compare_sum(struct drill *d, sqlite3 *db, struct bdl_err *err)
{
	BDL_AUTO_FREE char *path = bdl_xprintf("%s" BDL_BACKUP_SUM, d->file);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf want = BDL_BUF(BDL_BACKUP_SUM_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf got = BDL_BUF(BDL_BACKUP_SUM_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf finding = BDL_BUF(256);
	struct bdl_err why;
	const char *what = "the digest and the numbers of rows are those of its sum";

	int rc = bdl_file_read(path, &want, err);
	if (rc == BDL_E_MISSING) {
		(void)bdl_buf_printf(&finding, "there is no '%.150s'", path); /* fits */
		tell(d, what, bdl_buf_str(&finding));
		return 0;
	}
	if (rc < 0)
		return rc;
	if (bdl_backup_sum(db, &d->digest, &got, &why) < 0) {
		tell(d, what, why.text);
		return 0;
	}
	bool same = bdl_view_eq(bdl_buf_view(&want), bdl_buf_view(&got));
	if (!same)
		differ(bdl_buf_view(&want), bdl_buf_view(&got), &finding);
	tell(d, what, same ? NULL : bdl_buf_str(&finding));
	if (same)
		(void)bdl_buf_add_view(d->said, bdl_buf_view(&got));
	return 0;
}

static int look(struct drill *d, struct bdl_err *err)
{
	sqlite3 *db BDL_AUTO(bdl_backup_close) = NULL;
	struct bdl_err why;

	if (bdl_backup_open(d->copy, &db, &why) < 0) {
		tell(d, "it opens", why.text);
		return 0;
	}
	check(
	    d, db, "every page, row and index is as it should be", "PRAGMA integrity_check", "ok");
	check(d, db, "every row that another refers to is there", "PRAGMA foreign_key_check", NULL);
	return compare_sum(d, db, err);
}

/* Without the heads that were exported: newer ones know more than the backup, and are no fault of it. */
static void verify(struct drill *d, struct bdl_store *s)
{
	struct bdl_ledger_found found;
	struct bdl_head none = { 0 };
	struct bdl_err why;
	char what[sizeof(found.what) + 64];

	int rc = bdl_ledger_verify(s, &none, 0, &found, &why);
	if (rc == 0 && found.broken)
		(void)snprintf(what, sizeof(what), "it breaks at entry %lld: %s",
		    (long long)found.broken, found.what); /* fits */
	tell(d, "the ledger verifies", rc < 0 ? why.text : found.broken ? what : NULL);
}

/* As `beadle run` would open it. */
static void bring_up(struct drill *d)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_err why;
	int rc = bdl_store_open(d->copy, BDL_STORE_WRITE, &s, &why);

	tell(d, "this program opens it and brings it up to date", rc < 0 ? why.text : NULL);
	if (rc == 0)
		verify(d, s);
}

static void remove_copy(const struct drill *d)
{
	static const char *const beside[] = { "", "-wal", "-shm", "-journal" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(beside); i++) {
		BDL_AUTO_FREE char *path = bdl_xprintf("%s%s", d->copy, beside[i]);
		(void)unlink(path); /* not all of them are there */
	}
}

int bdl_backup_drill(const char *file, struct bdl_buf *said, bool *ret_passed, struct bdl_err *err)
{
	struct drill d = { .file = file, .said = said };

	int rc = copy_file(&d, err);
	if (rc == 0)
		rc = look(&d, err);
	if (rc == 0)
		bring_up(&d);
	if (d.copy[0])
		remove_copy(&d);
	if (rc == 0 && bdl_buf_broken(said))
		rc = bdl_fail(err, BDL_E_LIMIT, "there is more to say than fits");
	if (rc == 0)
		*ret_passed = !d.failed;
	return rc;
}
