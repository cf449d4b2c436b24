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

/* The SHA-256 of a whole segment; false where it is gone or cannot be read. */
static bool segment_digest(int folder, uint64_t number, struct bdl_digest *ret)
{
	char name[BDL_SEGMENT_NAME], piece[PIECE];
	struct bdl_digesting h;
	ssize_t n;

	bdl_segment_name(number, ".seg", name);
	/* A door may put what it likes in the place of its segments. */
	int fd BDL_AUTO_FD = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return false;
	bdl_digest_begin(&h);
	for (size_t left = BDL_SEGMENT_MAX; left > 0; left -= (size_t)n) {
		n = read(fd, piece, left < sizeof(piece) ? left : sizeof(piece));
		if (n < 0 && errno == EINTR) {
			n = 0;
			continue;
		}
		if (n < 0)
			return false;
		if (n == 0)
			break;
		bdl_digest_add(&h, piece, (size_t)n);
	}
	*ret = bdl_digest_end(&h);
	return true;
}

/* The next that is to be entered; 0: none of this source ever was. */
static int next_get(struct bdl_store *s, const char *source, uint64_t *ret, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(
	    s, "SELECT segment FROM ledger_segment WHERE school = ?1 AND source = ?2", &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_view_of(source));
	rc = bdl_stmt_step(s, st, err);
	if (rc >= 0)
		*ret = rc ? (uint64_t)bdl_col_int(st, 0) : 0;
	return rc < 0 ? rc : 0;
}

static int next_set(struct bdl_store *s, const char *source, uint64_t next, struct bdl_err *err)
{
	struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

	int rc = bdl_stmt_get(s,
	    "INSERT INTO ledger_segment (school, source, segment) VALUES (?1, ?2, ?3)"
	    " ON CONFLICT (school, source) DO UPDATE SET segment = excluded.segment",
	    &st, err);
	if (rc)
		return rc;
	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_view_of(source));
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
static struct run run_gone(int folder, uint64_t next, uint64_t until)
{
	struct bdl_segment_list list = { 0 };
	struct run run = { next, until - 1 };

	/* Where the folder cannot be listed either, all of them are as good as gone. */
	if (folder >= 0 && bdl_segment_list(folder, next, &list, NULL) == 0 && list.next &&
	    list.next < until)
		run.last = list.next - 1;
	return run;
}

int bdl_ledger_segments(struct bdl_store *s, const char *source, const char *folder, uint64_t until,
    uint64_t *ret_next, struct bdl_err *err)
{
	struct bdl_segment_list list = { 0 };
	struct bdl_digest digest;
	uint64_t was = 0, next;

	int rc = next_get(s, source, &was, err);
	if (rc)
		return rc;
	next = was;
	int fd BDL_AUTO_FD = next < until ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (!next && fd >= 0 && bdl_segment_list(fd, 0, &list, NULL) == 0)
		next = list.oldest;
	if (!next)
		next = until; /* there is nothing of it yet */
	for (int n = 0; next < until && n < BDL_SEGMENTS_TURN; n++) {
		bool there = fd >= 0 && segment_digest(fd, next, &digest);
		const struct run run =
		    there ? (struct run){ next, next } : run_gone(fd, next, until);
		rc = run_enter(s, source, was, &run, there ? &digest : NULL, err);
		if (rc)
			return rc;
		was = next = run.last + 1;
	}
	*ret_next = next < until ? next : until;
	return 0;
}
