#include "base/alloc.h"
#include "record/journal_int.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct bdl_journal_reader {
	char *path;
	int folder; /* -1: not there yet */
	uint64_t number;
	size_t at;
	bool open; /* a segment of that number was there; else reading waits for the next */
	struct bdl_view file; /* mapped; empty for a blank one */
	size_t size;          /* as its head says */
	bool damaged, passed; /* its head is; all that is left of it is passed over */
};

static void segment_leave(struct bdl_journal_reader *r)
{
	if (r->file.n)
		(void)munmap((void *)(uintptr_t)r->file.p, r->file.n); /* an address of ours */
	r->file = bdl_view_at(NULL, 0);
	r->open = r->damaged = r->passed = false;
	r->size = 0;
}

void bdl_journal_reader_close(struct bdl_journal_reader *r)
{
	if (!r)
		return;
	segment_leave(r);
	if (r->folder >= 0)
		(void)close(r->folder); /* it was only read */
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

static int file_map(int fd, struct bdl_view *ret)
{
	struct stat st;

	if (fstat(fd, &st))
		return -1;
	if (st.st_size < BDL_SEGMENT_HEAD) {
		*ret = bdl_view_at(NULL, 0);
		return 0;
	}
	size_t n = st.st_size > BDL_SEGMENT_MAX ? BDL_SEGMENT_MAX : (size_t)st.st_size;
	void *p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -1;
	*ret = bdl_view_at(p, n);
	return 0;
}

static int segment_enter(
    struct bdl_journal_reader *r, uint64_t number, size_t at, struct bdl_err *err)
{
	char name[BDL_SEGMENT_NAME];
	struct bdl_view file;

	bdl_segment_name(number, ".seg", name);
	int fd BDL_AUTO_FD = openat(r->folder, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "no journal segment '%s/%s'", r->path, name);
	if (fd < 0 || fsync(fd) || fsync(r->folder) || file_map(fd, &file))
		return bdl_fail_sys(err, "read journal segment '%s/%s'", r->path, name);
	segment_leave(r);
	r->number = number;
	r->at = at < BDL_SEGMENT_HEAD ? BDL_SEGMENT_HEAD : at;
	r->open = true;
	r->file = file;
	r->damaged = bdl_segment_head_get(file, number, &r->size) == BDL_SEGMENT_DAMAGED;
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
	r->folder = -1;
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

/* 1, 0 or -1 as bdl_entry_get. */
static int entry_take(struct bdl_journal_reader *r, struct bdl_journal_entry *ret)
{
	if (!r->open || r->passed || !r->file.n)
		return 0;
	if (r->damaged)
		return r->at > BDL_SEGMENT_HEAD ? 0 : -1; /* a place behind the head: said before */
	if (!r->size)
		return 0;
	int got = bdl_entry_get(r->file, r->size, r->number, r->at, ret);
	if (got > 0)
		r->at = (size_t)ret->after.offset;
	return got;
}

static int segment_pass(struct bdl_journal_reader *r, struct bdl_err *err)
{
	char name[BDL_SEGMENT_NAME], aside[BDL_SEGMENT_NAME];
	size_t at = r->at, end = r->size > r->file.n ? r->size : r->file.n;

	bdl_segment_name(r->number, ".seg", name);
	bdl_segment_name(r->number, ".damaged", aside);
	bool kept = !linkat(r->folder, name, r->folder, aside, 0) || errno == EEXIST;
	r->passed = true;
	r->at = end < BDL_SEGMENT_MIN ? BDL_SEGMENT_MIN : (end + 7) & ~(size_t)7;
	return bdl_fail(err, BDL_E_INVALID,
	    "journal segment '%s/%s' is damaged at byte %zu; what follows in it is passed over%s",
	    r->path, name, at, kept ? ", a copy is kept as .damaged" : "");
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
		int got = entry_take(r, ret);
		if (got > 0)
			return 1;
		rc = segment_newer(r, &newer, err);
		if (rc || !newer)
			return rc;
		/*
		 * The writer may have appended between the look and the listing. Now that a newer
		 * segment is there it is done with this one, so a second look is final.
		 */
		got = entry_take(r, ret);
		if (got > 0)
			return 1;
		if (got < 0)
			return segment_pass(r, err);
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
