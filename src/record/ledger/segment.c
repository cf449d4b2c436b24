#include "record/ledger/segment.h"
#include "base/clock.h"
#include "record/journal/journal_int.h"
#include "record/ledger/ledger.h"
#include "record/store/store_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define PIECE       (16 * 1024)
#define SOURCE_ROOM 192 /* a host's name and a source's (record/scribe/scribe.h) */

/*
 * Not there, or something else than a door makes: it is gone for good. What else keeps a file from being
 * read (too many open files, a disk that fails) says nothing of the file.
 */
static bool is_gone(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EISDIR ||
	    error == ENXIO;
}

/* 1: the SHA-256 of a whole segment; 0: it is gone; negative: it cannot be read now. */
static int segment_digest(int folder, uint64_t number, struct bdl_digest *ret, struct bdl_err *err)
{
	char name[BDL_SEGMENT_NAME], piece[PIECE];
	struct bdl_digesting h;
	ssize_t n;

	bdl_segment_name(number, ".seg", name);
	/* A door may put what it likes in the place of its segments. */
	int fd BDL_AUTO_FD = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return is_gone(errno) ? 0 : bdl_fail_sys(err, "open '%s' for the ledger", name);
	bdl_digest_begin(&h);
	for (size_t left = BDL_SEGMENT_MAX; left > 0; left -= (size_t)n) {
		n = read(fd, piece, left < sizeof(piece) ? left : sizeof(piece));
		if (n < 0 && errno == EINTR) {
			n = 0;
			continue;
		}
		if (n < 0)
			return is_gone(errno) ? 0
					      : bdl_fail_sys(err, "read '%s' for the ledger", name);
		if (n == 0)
			break;
		bdl_digest_add(&h, piece, (size_t)n);
	}
	*ret = bdl_digest_end(&h);
	return 1;
}

/* The next that is to be entered; 0: none of this source ever was. */
static int next_get(struct bdl_store *s, const char *source, uint64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_find_of(s,
	    "SELECT segment FROM ledger_segment WHERE school = ?1 AND source = ?2",
	    bdl_view_of(source), &st, err);
	if (rc >= 0)
		*ret = rc ? (uint64_t)bdl_col_int(st, 0) : 0;
	return rc < 0 ? rc : 0;
}

static int next_set(struct bdl_store *s, const char *source, uint64_t next, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get_of(s,
	    "INSERT INTO ledger_segment (school, source, segment) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (school, source) DO UPDATE SET segment = excluded.segment",
	    bdl_view_of(source), &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 3, (int64_t)next);
	return bdl_stmt_run(s, st, err);
}

/* Segments that lie in a row. */
struct run {
	uint64_t first, last;
};

/* The names of folders are anybody's; a record has letters of its own. */
static void record_name(const char *source, const struct run *run, char out[BDL_LEDGER_RECORD_MAX])
{
	char name[SOURCE_ROOM];
	size_t n = strnlen(source, sizeof(name) - 1);

	for (size_t i = 0; i < n; i++)
		name[i] = bdl_ledger_record_ok(bdl_view_at(source + i, 1)) ? source[i] : '.';
	name[n] = '\0';
	_Static_assert(SOURCE_ROOM + 52 < BDL_LEDGER_RECORD_MAX, "the record's name fits");
	if (run->first == run->last)
		(void)snprintf(
		    out, BDL_LEDGER_RECORD_MAX, "journal/%s/%ju", name, (uintmax_t)run->first);
	else
		(void)snprintf(out, BDL_LEDGER_RECORD_MAX, "journal/%s/%ju-%ju", name,
		    (uintmax_t)run->first, (uintmax_t)run->last);
}

/* In a transaction: the entry, and that it was made. */
static int enter(struct bdl_store *s, const char *source, uint64_t was, const struct run *run,
    const struct bdl_digest *digest, struct bdl_err *err)
{
	char record[BDL_LEDGER_RECORD_MAX];
	uint64_t now;

	int rc = next_get(s, source, &now, err);
	if (rc)
		return rc;
	if (now != was)
		return bdl_fail(err, BDL_E_BUSY,
		    "another scribe enters the journal '%s' into the ledger", source);
	record_name(source, run, record);
	const struct bdl_ledger_entry e = {
		.kind = digest ? BDL_LEDGER_SEGMENT : BDL_LEDGER_SEGMENT_GONE,
		.at_ms = bdl_now_ms(),
		.actor = BDL_LIT(BDL_ACTOR_SCRIBE),
		.record = bdl_view_of(record),
		.content = digest ? bdl_view_at((const char *)digest->b, sizeof(digest->b))
				  : bdl_view_at(NULL, 0),
	};
	rc = bdl_ledger_add(s, &e, err);
	return rc ? rc : next_set(s, source, run->last + 1, err);
}

static int run_enter(struct bdl_store *s, const char *source, uint64_t was, const struct run *run,
    const struct bdl_digest *digest, struct bdl_err *err)
{
	int rc = bdl_store_begin(s, err);

	if (rc)
		return rc;
	rc = enter(s, source, was, run, digest, err);
	if (!rc)
		rc = bdl_store_commit(s, err);
	bdl_store_rollback(s);
	return rc;
}

/*
 * Those that are gone from `next` on, up to the next that is there. One entry tells of them all:
 * who may write a journal may begin a segment of any number, and is not to fill the ledger by that.
 */
static int run_gone(int folder, uint64_t next, uint64_t until, struct run *ret, struct bdl_err *err)
{
	struct bdl_segment_list list = { 0 };

	int rc = folder < 0 ? 0 : bdl_segment_list(folder, next, &list, err);
	if (!rc)
		*ret = (struct run){ next,
			list.next && list.next < until ? list.next - 1 : until - 1 };
	return rc;
}

/*
 * What is entered next, from `next` on. 1: one with its digest; 0: they are gone; negative: the journal
 * cannot be read now.
 */
static int run_read(int folder, uint64_t next, uint64_t until, struct run *ret,
    struct bdl_digest *digest, struct bdl_err *err)
{
	int rc = folder < 0 ? 0 : segment_digest(folder, next, digest, err);

	if (!rc)
		return run_gone(folder, next, until, ret, err);
	*ret = (struct run){ next, next };
	return rc;
}

/* The journal's folder, -1 where it is gone, and in *next the oldest of it where that is 0. */
static int folder_open(const char *folder, uint64_t *next, int *ret, struct bdl_err *err)
{
	struct bdl_segment_list list = { 0 };

	int fd BDL_AUTO_FD = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && !is_gone(errno))
		return bdl_fail_sys(err, "open '%s' for the ledger", folder);
	int rc = fd >= 0 && !*next ? bdl_segment_list(fd, 0, &list, err) : 0;
	if (rc)
		return rc;
	if (!*next)
		*next = list.oldest;
	*ret = fd;
	fd = -1;
	return 0;
}

int bdl_ledger_segments(struct bdl_store *s, const char *source, const char *folder, uint64_t until,
    uint64_t *ret_next, struct bdl_err *ret_journal, struct bdl_err *err)
{
	struct bdl_digest digest;
	struct run run = { 0 };
	uint64_t was = 0, next;
	int fd BDL_AUTO_FD = -1;

	int rc = next_get(s, source, &was, err);
	if (rc)
		return rc;
	next = was;
	*ret_journal = (struct bdl_err){ 0 };
	if (next < until && folder_open(folder, &next, &fd, ret_journal))
		return 0;
	if (!next)
		next = until; /* there is nothing of it yet */
	for (int n = 0; next < until && n < BDL_SEGMENTS_TURN; n++) {
		int there = run_read(fd, next, until, &run, &digest, ret_journal);
		if (there < 0)
			break;
		rc = run_enter(s, source, was, &run, there ? &digest : NULL, err);
		if (rc)
			return rc;
		was = next = run.last + 1;
	}
	*ret_next = next < until ? next : until;
	return 0;
}
