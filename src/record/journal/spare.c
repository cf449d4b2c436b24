/* The segment that comes next, made beside the loop, with its bytes on the disk already. */
#include "record/journal/journal_int.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIECE  ((size_t)1024 * 1024) /* between two syncs, so that others have the disk too */
#define LEAVES 8 /* segments' bytes: the last of a disk are for who cannot do without */

static const char zeros[64 * 1024];

static int write_piece(int fd, size_t from, size_t to, struct bdl_err *err)
{
	while (from < to) {
		size_t n = to - from < sizeof(zeros) ? to - from : sizeof(zeros);
		ssize_t got = pwrite(fd, zeros, n, (off_t)from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return bdl_fail_sys(err, "write a journal segment");
		from += (size_t)got;
	}
	return fdatasync(fd) ? bdl_fail_sys(err, "sync a journal segment") : 0;
}

/*
 * Space alone (posix_fallocate) is not enough: blocks that were never written are marked so, and each
 * first sync of them has to bring that mark to the disk besides, before who waits is answered.
 */
static int fill(struct bdl_journal_spare *s, struct bdl_err *err)
{
	int rc = 0;

	s->fd = openat(s->folder, BDL_SPARE_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (s->fd < 0)
		return bdl_fail_sys(err, "make a journal segment");
	if (!bdl_file_has_room(s->fd, (LEAVES + 1) * (uint64_t)s->size))
		return bdl_fail(err, BDL_E_LIMIT, "too little room for a spare journal segment");
	for (size_t at = 0; at < s->size && rc == 0; at += PIECE)
		rc = write_piece(s->fd, at, at + PIECE < s->size ? at + PIECE : s->size, err);
	if (rc)
		return rc;
	/* Its pages stand in our table from the start, but clean: so only what is appended is written. */
	s->map = mmap(NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, s->fd, 0);
	if (s->map != MAP_FAILED)
		return 0;
	s->map = NULL;
	return bdl_fail_sys(err, "map a journal segment");
}

int bdl_journal_spare_run(struct bdl_journal_spare *s, struct bdl_err *err)
{
	int rc = fill(s, err);

	s->is_ready = rc == 0;
	if (rc)
		bdl_spare_drop(s);
	return rc;
}

void bdl_spare_drop(struct bdl_journal_spare *s)
{
	if (s->map)
		(void)munmap(s->map, s->size); /* fails only for what is not ours */
	if (s->fd >= 0) {
		(void)close(s->fd);                           /* it holds nothing */
		(void)unlinkat(s->folder, BDL_SPARE_NAME, 0); /* the next is made over it anyway */
	}
	s->map = NULL;
	s->fd = -1;
	s->is_ready = false;
}
