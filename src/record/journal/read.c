#include "base/alloc.h"
#include "record/journal/journal_int.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* From a damaged entry on: as far as the next one can begin, and whole. */
#define WINDOW     (2 * BDL_ENTRY_MAX)
#define SCAN_LOOKS 64 /* looks at a damaged tail for each search behind it, which takes a while */

_Static_assert(WINDOW % 8 == 0, "entries begin at multiples of 8");

struct bdl_journal_reader {
	char *path;
	int folder; /* -1: not there yet */
	uint64_t number;
	size_t at;
	int fd;               /* of the segment; -1: reading waits for the next */
	size_t file_size;     /* when it was opened */
	size_t size;          /* as its head says; 0: blank */
	bool damaged, passed; /* its head is; all that is left of it is passed over */
	size_t told;          /* damage at this byte was told of; 0: none */
	unsigned looks;       /* at that byte since */
	/*
	 * Copied and not mapped: whoever may write the file may also cut it short, and to touch a
	 * page that is gone would end the scribe.
	 */
	char *window;
	size_t window_at, window_n;
};

static void segment_leave(struct bdl_journal_reader *r)
{
	if (r->fd >= 0)
		(void)close(r->fd); /* it was only read */
	r->fd = -1;
	r->damaged = r->passed = false;
	r->size = r->file_size = r->told = r->window_n = 0;
	r->looks = 0;
}

void bdl_journal_reader_close(struct bdl_journal_reader *r)
{
	if (!r)
		return;
	segment_leave(r);
	if (r->folder >= 0)
		(void)close(r->folder); /* it was only read */
	free(r->window);
	free(r->path);
	free(r);
}

/* Open the folder where that has not worked yet: 1 when it is open, 0 when it is not there. */
static int folder_open(struct bdl_journal_reader *r, struct bdl_err *err)
{
	if (r->folder >= 0)
		return 1;
	r->folder = open(r->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->folder >= 0)
		return 1;
	return errno == ENOENT ? 0 : bdl_fail_sys(err, "open journal '%s'", r->path);
}

/* As many bytes as there are, up to n; negative: errno. */
static ssize_t read_at(int fd, char *into, size_t n, size_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k = pread(fd, into + got, n - got, (off_t)(at + got));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		got += (size_t)k;
	}
	return (ssize_t)got;
}

static int read_fail(const struct bdl_journal_reader *r, uint64_t number, struct bdl_err *err)
{
	char name[BDL_SEGMENT_NAME];

	bdl_segment_name(number, ".seg", name);
	return bdl_fail_sys(err, "read journal segment '%s/%s'", r->path, name);
}

static int segment_enter(
    struct bdl_journal_reader *r, uint64_t number, size_t at, struct bdl_err *err)
{
	char name[BDL_SEGMENT_NAME], head[BDL_SEGMENT_HEAD];
	struct stat st;
	ssize_t n = 0;

	bdl_segment_name(number, ".seg", name);
	int fd BDL_AUTO_FD =
	    openat(r->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "no journal segment '%s/%s'", r->path, name);
	if (fd < 0 || fsync(fd) || fsync(r->folder) || fstat(fd, &st) ||
	    (n = read_at(fd, head, sizeof(head), 0)) < 0)
		return read_fail(r, number, err);
	segment_leave(r);
	r->number = number;
	r->at = at < BDL_SEGMENT_HEAD ? BDL_SEGMENT_HEAD : at;
	r->fd = bdl_steal_fd(&fd);
	r->file_size = st.st_size > BDL_SEGMENT_MAX ? BDL_SEGMENT_MAX : (size_t)st.st_size;
	r->damaged = bdl_segment_head_get(bdl_view_at(head, (size_t)n), number, &r->size) ==
	    BDL_SEGMENT_DAMAGED;
	return 0;
}

int bdl_journal_reader_open(const char *folder, struct bdl_journal_place from,
    struct bdl_journal_reader **ret, struct bdl_err *err)
{
	if (from.segment > INT64_MAX || from.offset > BDL_SEGMENT_MAX + 8 || from.offset % 8)
		return bdl_fail(err, BDL_E_INVALID,
		    "no place of a journal: segment %ju, offset %ju", (uintmax_t)from.segment,
		    (uintmax_t)from.offset);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) = bdl_xalloc(sizeof(*r));
	r->path = bdl_xstrdup(folder);
	r->window = bdl_xalloc(WINDOW);
	r->folder = r->fd = -1;
	r->number = from.segment;
	r->at = (size_t)from.offset;
	int rc = folder_open(r, err);
	if (rc < 0)
		return rc;
	if (rc && from.segment) {
		rc = segment_enter(r, from.segment, r->at, err);
		if (rc && rc != BDL_E_MISSING)
			return rc;
	}
	*ret = bdl_steal(&r);
	return 0;
}

struct bdl_journal_place bdl_journal_reader_place(const struct bdl_journal_reader *r)
{
	return (struct bdl_journal_place){ r->number, r->at };
}

/* What the window holds at `at`; 1, 0 or -1 as bdl_entry_get. */
static int entry_in_window(
    const struct bdl_journal_reader *r, size_t at, struct bdl_journal_entry *ret)
{
	struct bdl_view piece = bdl_view_at(r->window, r->window_n);

	if (at < r->window_at || at - r->window_at > r->window_n)
		return -1;
	return bdl_entry_get(piece, r->window_at, r->size, r->number, at, ret);
}

/*
 * Read the window anew from r->at on. The writer writes a length last, so it is read first and by
 * itself: what is read after it is whole. 0 where nothing is written there, 1 where something is.
 */
static int window_read(struct bdl_journal_reader *r, struct bdl_err *err)
{
	uint32_t length = 0;

	r->window_n = 0;
	r->window_at = r->at;
	ssize_t n = read_at(r->fd, (char *)&length, sizeof(length), r->at);
	if (n == (ssize_t)sizeof(length) && !length)
		return 0;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (n >= 0)
		n = read_at(r->fd, r->window, WINDOW, r->at);
	if (n < 0)
		return read_fail(r, r->number, err);
	r->window_n = (size_t)n;
	return 1;
}

/* 1: an entry; 0: none is written; BDL_E_INVALID: damage, not told of yet; else it cannot be read. */
static int entry_take(
    struct bdl_journal_reader *r, struct bdl_journal_entry *ret, struct bdl_err *err)
{
	if (r->fd < 0 || r->passed)
		return 0;
	if (r->damaged)
		return r->at > BDL_SEGMENT_HEAD ? 0 : BDL_E_INVALID; /* behind it: told before */
	if (!r->size || r->at > r->size || r->size - r->at < BDL_ENTRY_HEAD)
		return 0;
	int got = entry_in_window(r, r->at, ret);
	if (got <= 0) {
		int rc = window_read(r, err);
		if (rc <= 0)
			return rc;
		got = entry_in_window(r, r->at, ret);
	}
	if (got > 0)
		r->at = (size_t)ret->after.offset;
	return got < 0 ? BDL_E_INVALID : got;
}

/* --- damage --- */

/*
 * Where the next whole entry begins behind the damaged one at r->at, which the window begins with;
 * 0: none is found. Its own length leads there, unless that is what is damaged: then every place is
 * tried, for a checksum holds in its own place only.
 */
static size_t entry_behind(struct bdl_journal_reader *r, bool search)
{
	struct bdl_journal_entry e;
	uint32_t length = 0;

	if (r->damaged || r->window_n < sizeof(length))
		return 0;
	memcpy(&length, r->window, sizeof(length));
	if (length >= BDL_ENTRY_HEAD && length <= BDL_ENTRY_MAX) {
		size_t at = r->at + bdl_entry_room(length - BDL_ENTRY_HEAD);
		if (entry_in_window(r, at, &e) > 0)
			return at;
	}
	for (size_t at = r->at + 8; search && at <= r->at + BDL_ENTRY_MAX; at += 8)
		if (entry_in_window(r, at, &e) > 0)
			return at;
	return 0;
}

/* Keep the segment beside, and say what is damaged and what becomes of it. */
static int tell_damage(struct bdl_journal_reader *r, const char *what, struct bdl_err *err)
{
	char name[BDL_SEGMENT_NAME], aside[BDL_SEGMENT_NAME];

	bdl_segment_name(r->number, ".seg", name);
	bdl_segment_name(r->number, ".damaged", aside);
	bool kept = !linkat(r->folder, name, r->folder, aside, 0) || errno == EEXIST;
	return bdl_fail(err, BDL_E_INVALID, "journal segment '%s/%s' is damaged at byte %zu; %s%s",
	    r->path, name, r->at, what, kept ? ", a copy is kept as .damaged" : "");
}

/*
 * At damage: pass over the entry alone, or over the rest of the segment where the writer `is_done`
 * with it, or else wait there. 0: it waits, and that was told before.
 */
static int damage_pass(struct bdl_journal_reader *r, bool is_done, struct bdl_err *err)
{
	size_t end = r->size > r->file_size ? r->size : r->file_size;
	size_t next = entry_behind(r, is_done || r->looks++ % SCAN_LOOKS == 0);
	int rc;

	if (next) {
		rc = tell_damage(r, "the entry is passed over", err);
		r->at = next;
		r->told = r->looks = 0;
		return rc;
	}
	if (!is_done && r->told == r->at)
		return 0;
	if (!is_done) {
		r->told = r->at;
		return tell_damage(r, "nothing behind it can be read for now", err);
	}
	rc = tell_damage(r, "what follows in it is passed over", err);
	r->passed = true;
	r->at = end < BDL_SEGMENT_MIN ? BDL_SEGMENT_MIN : (end + 7) & ~(size_t)7;
	return rc;
}

/* The number of the segment after this one; 0 where there is none yet. */
static int segment_newer(struct bdl_journal_reader *r, uint64_t *ret, struct bdl_err *err)
{
	struct bdl_segment_list list;

	int rc = bdl_segment_list(r->folder, r->number, &list, err);
	if (rc)
		return bdl_fail_in(err, rc, "journal '%s'", r->path);
	if (list.newest && list.newest < r->number)
		return bdl_fail(err, BDL_E_CONFLICT,
		    "journal '%s' ends with segment %ju, but %ju was read before: it is another one",
		    r->path, (uintmax_t)list.newest, (uintmax_t)r->number);
	*ret = list.next;
	return 0;
}

int bdl_journal_next(
    struct bdl_journal_reader *r, struct bdl_journal_entry *ret, struct bdl_err *err)
{
	int rc = folder_open(r, err);
	if (rc <= 0)
		return rc;
	for (;;) {
		uint64_t newer = 0;
		int got = entry_take(r, ret, err);
		if (got > 0 || (got < 0 && got != BDL_E_INVALID))
			return got;
		rc = segment_newer(r, &newer, err);
		if (rc)
			return rc;
		/*
		 * The writer may have appended between the look and the listing. Where a newer
		 * segment is there it is done with this one, so a second look is final.
		 */
		if (newer)
			got = entry_take(r, ret, err);
		if (got == BDL_E_INVALID)
			return damage_pass(r, newer != 0, err);
		if (got || !newer)
			return got;
		rc = segment_enter(r, newer, BDL_SEGMENT_HEAD, err);
		if (rc)
			return rc;
	}
}

int bdl_journal_forget(const char *folder, struct bdl_journal_place place, struct bdl_err *err)
{
	struct bdl_segment_list list;
	char name[BDL_SEGMENT_NAME];

	int fd BDL_AUTO_FD = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : bdl_fail_sys(err, "open journal '%s'", folder);
	for (;;) {
		int rc = bdl_segment_list(fd, 0, &list, err);
		if (rc)
			return bdl_fail_in(err, rc, "journal '%s'", folder);
		if (!list.oldest || list.oldest >= place.segment || list.oldest == list.newest)
			return 0;
		bdl_segment_name(list.oldest, ".seg", name);
		if (unlinkat(fd, name, 0) && errno != ENOENT)
			return bdl_fail_sys(err, "delete journal segment '%s/%s'", folder, name);
	}
}
