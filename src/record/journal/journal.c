#include "base/alloc.h"
#include "record/journal/journal_int.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define UNDER_WAY "new" /* a segment being made; no reader looks at it */

struct segment {
	int fd;
	char *map;
	uint64_t number;
	size_t at;     /* where the next entry goes */
	size_t synced; /* what lies before it is on the disk */
	bool given_up; /* a sync failed: what the kernel then calls clean may never be written */
};

struct bdl_journal_sync {
	int folder; /* -1: its names are on the disk already */
	uint64_t made;
	struct {
		int fd;
		uint64_t number;
		size_t upto;
	} items[BDL_JOURNAL_UNSYNCED_MAX];
	size_t n;
	bool ok;
};

struct bdl_journal {
	int folder, lock;
	size_t segment_size;
	uint64_t newest;                                   /* number */
	struct segment segments[BDL_JOURNAL_UNSYNCED_MAX]; /* the last is written to */
	size_t n;
	uint64_t made, made_synced; /* segments whose names are in the folder, and on the disk */
	bool syncing;
	struct bdl_journal_sync sync; /* the one that is under way */
	struct bdl_journal_spare spare;
};

static int lock_take(int folder, int *ret, struct bdl_err *err)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd BDL_AUTO_FD = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);

	if (fd < 0)
		return bdl_fail_sys(err, "open a journal's lock");
	/* A lock of the open file, not of the process: it goes with the last descriptor of it. */
	if (fcntl(fd, F_OFD_SETLK, &whole)) {
		if (errno == EAGAIN || errno == EACCES)
			return bdl_fail(err, BDL_E_BUSY, "another process writes this journal");
		return bdl_fail_sys(err, "lock a journal");
	}
	*ret = bdl_steal_fd(&fd);
	return 0;
}

int bdl_journal_open(
    const char *folder, size_t segment_size, struct bdl_journal **ret, struct bdl_err *err)
{
	int fd BDL_AUTO_FD = -1, lock BDL_AUTO_FD = -1;
	struct bdl_segment_list list;

	BDL_BUG_IF(
	    segment_size % BDL_SEGMENT_MIN || segment_size > BDL_SEGMENT_MAX || !segment_size);
	int rc = bdl_file_mkdirs(folder, err);
	if (rc)
		return rc;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return bdl_fail_sys(err, "open journal '%s'", folder);
	rc = lock_take(fd, &lock, err);
	if (!rc)
		rc = bdl_segment_list(fd, 0, &list, err);
	if (rc)
		return bdl_fail_in(err, rc, "journal '%s'", folder);
	(void)signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is an error, like a full disk */
	struct bdl_journal *j = bdl_xalloc(sizeof(*j));
	j->folder = bdl_steal_fd(&fd);
	j->lock = bdl_steal_fd(&lock);
	j->segment_size = segment_size;
	j->newest = list.newest;
	j->spare =
	    (struct bdl_journal_spare){ .folder = j->folder, .size = segment_size, .fd = -1 };
	*ret = j;
	return 0;
}

/* Make the segment's file under another name, whole, so that no reader sees it half made. */
static int segment_map(struct bdl_journal *j, struct segment *s, struct bdl_err *err)
{
	int rc;

	s->fd = openat(j->folder, UNDER_WAY, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (s->fd < 0)
		return bdl_fail_sys(err, "make a journal segment");
	do {
		rc = posix_fallocate(s->fd, 0, (off_t)j->segment_size);
	} while (rc == EINTR);
	if (rc) {
		errno = rc;
		return bdl_fail_sys(err, "room for a journal segment");
	}
	s->map = mmap(NULL, j->segment_size, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (s->map == MAP_FAILED) {
		s->map = NULL;
		return bdl_fail_sys(err, "map a journal segment");
	}
	return 0;
}

static void segment_close(struct bdl_journal *j, struct segment *s)
{
	if (s->map)
		(void)munmap(s->map, j->segment_size); /* fails only for what is not ours */
	if (s->fd >= 0)
		(void)close(s->fd); /* what had to reach the disk was synced */
}

/* The spare one, where it is ready, else one that is made now. *ret_made is what its file is called. */
static int segment_take(
    struct bdl_journal *j, struct segment *s, const char **ret_made, struct bdl_err *err)
{
	*ret_made = UNDER_WAY;
	/* A thread that is making it writes all else of it first, and says so to the loop, not here. */
	if (j->spare.is_making || !j->spare.is_ready)
		return segment_map(j, s, err);
	s->fd = bdl_steal_fd(&j->spare.fd);
	s->map = bdl_steal(&j->spare.map);
	j->spare.is_ready = false;
	*ret_made = BDL_SPARE_NAME;
	return 0;
}

static int segment_begin(struct bdl_journal *j, struct bdl_err *err)
{
	struct segment s = { .fd = -1,
		.number = j->newest + 1,
		.at = BDL_SEGMENT_HEAD,
		.synced = BDL_SEGMENT_HEAD }; /* a head alone is not worth a sync */
	char name[BDL_SEGMENT_NAME];

	if (s.number > BDL_SEGMENT_NUMBER_MAX)
		return bdl_fail(err, BDL_E_LIMIT,
		    "the journal has a segment of the last number, which nobody but a hand gave it");
	bdl_segment_name(s.number, ".seg", name);
	const char *made;
	int rc = segment_take(j, &s, &made, err);
	if (!rc) {
		bdl_segment_head_put(s.map, s.number, j->segment_size);
		if (renameat(j->folder, made, j->folder, name))
			rc = bdl_fail_sys(err, "name journal segment '%s'", name);
	}
	if (rc) {
		(void)unlinkat(j->folder, made, 0); /* the next one is made over it anyway */
		segment_close(j, &s);
		return rc;
	}
	j->segments[j->n++] = s;
	j->newest = s.number;
	j->made++;
	return 0;
}

/* Let go of the segments that need nothing more: all but the last, which is written to. */
static void let_go(struct bdl_journal *j)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->n; i++) {
		struct segment *s = &j->segments[i];
		if (i + 1 < j->n && (s->given_up || s->synced == s->at))
			segment_close(j, s);
		else
			j->segments[kept++] = *s;
	}
	j->n = kept;
}

static bool fits(const struct bdl_journal *j, size_t room)
{
	if (!j->n)
		return false;
	const struct segment *s = &j->segments[j->n - 1];
	return !s->given_up && room <= j->segment_size - s->at;
}

/* See to it that so much can be appended. */
static int room_make(struct bdl_journal *j, size_t room, struct bdl_err *err)
{
	if (fits(j, room))
		return 0;
	if (j->n == BDL_JOURNAL_UNSYNCED_MAX)
		return bdl_fail(err, BDL_E_BUSY, "the disk does not keep up with the journal");
	int rc = segment_begin(j, err);
	if (!rc)
		let_go(j);
	return rc;
}

int bdl_journal_ready(struct bdl_journal *j, size_t payload, struct bdl_err *err)
{
	BDL_BUG_IF(bdl_entry_room(payload) > j->segment_size - BDL_SEGMENT_HEAD);
	return room_make(j, bdl_entry_room(payload), err);
}

int bdl_journal_append(
    struct bdl_journal *j, enum bdl_entry_type type, struct bdl_view payload, struct bdl_err *err)
{
	if (payload.n > BDL_JOURNAL_ENTRY_MAX ||
	    bdl_entry_room(payload.n) > j->segment_size - BDL_SEGMENT_HEAD)
		return bdl_fail(err, BDL_E_LIMIT, "a journal entry of %zu bytes", payload.n);
	size_t room = bdl_entry_room(payload.n);
	int rc = room_make(j, room, err);
	if (rc)
		return rc;
	struct segment *s = &j->segments[j->n - 1];
	bdl_entry_put(s->map, s->number, s->at, type, payload);
	s->at += room;
	return 0;
}

struct bdl_journal_place bdl_journal_end(const struct bdl_journal *j)
{
	if (!j->n)
		return (struct bdl_journal_place){ 0 };
	const struct segment *s = &j->segments[j->n - 1];
	return (struct bdl_journal_place){ .segment = s->number, .offset = s->at };
}

struct bdl_journal_sync *bdl_journal_sync_begin(struct bdl_journal *j)
{
	struct bdl_journal_sync s = { .folder = -1, .made = j->made };

	BDL_BUG_IF(j->syncing);
	if (j->made != j->made_synced)
		s.folder = j->folder;
	for (size_t i = 0; i < j->n; i++) {
		const struct segment *g = &j->segments[i];
		if (g->given_up || g->synced == g->at)
			continue;
		s.items[s.n].fd = g->fd;
		s.items[s.n].number = g->number;
		s.items[s.n++].upto = g->at;
	}
	if (!s.n)
		return NULL; /* the name of a segment without entries can wait */
	j->sync = s;
	j->syncing = true;
	return &j->sync;
}

int bdl_journal_sync_run(struct bdl_journal_sync *s, struct bdl_err *err)
{
	for (size_t i = 0; i < s->n; i++)
		if (fdatasync(s->items[i].fd))
			return bdl_fail_sys(
			    err, "sync journal segment %ju", (uintmax_t)s->items[i].number);
	if (s->folder >= 0 && fsync(s->folder))
		return bdl_fail_sys(err, "sync the journal's folder");
	s->ok = true;
	return 0;
}

void bdl_journal_sync_end(struct bdl_journal *j, struct bdl_journal_sync *s)
{
	for (size_t i = 0, k = 0; i < j->n && k < s->n; i++) {
		struct segment *g = &j->segments[i];
		if (g->number != s->items[k].number)
			continue;
		if (s->ok)
			g->synced = s->items[k].upto;
		else
			g->given_up = true;
		k++;
	}
	if (s->ok)
		j->made_synced = s->made;
	let_go(j);
	j->syncing = false;
}

struct bdl_journal_spare *bdl_journal_spare_begin(struct bdl_journal *j)
{
	if (j->spare.is_making || j->spare.is_ready)
		return NULL;
	j->spare.is_making = true;
	return &j->spare;
}

void bdl_journal_spare_end(struct bdl_journal *j)
{
	j->spare.is_making = false;
}

void bdl_journal_close(struct bdl_journal *j)
{
	if (!j)
		return;
	BDL_BUG_IF(j->spare.is_making);
	bdl_spare_drop(&j->spare);
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);
	if (s) {
		int rc = bdl_journal_sync_run(s, NULL);
		(void)rc; /* a closing writer has nobody left to tell */
		bdl_journal_sync_end(j, s);
	}
	for (size_t i = 0; i < j->n; i++)
		segment_close(j, &j->segments[i]);
	(void)close(j->folder); /* it was only read */
	(void)close(j->lock);   /* lets go of the lock; nothing was written */
	free(j);
}
