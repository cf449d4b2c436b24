#include "doors/web/spool.h"
#include "sys/file.h"
#include <fcntl.h>
#include <unistd.h>

bool bdl_spool_add(struct bdl_spool *s, const char *folder, struct bdl_view bytes)
{
	bool was_empty = bdl_spool_is_empty(s);
	uint64_t end = s->end;

	if (bytes.n == 0 || bytes.n > BDL_SPOOL_MAX - end)
		return bytes.n == 0;
	if (was_empty)
		s->fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (s->fd < 0)
		return false;
	bool fits = bdl_file_has_room(s->fd, BDL_SPOOL_SPARE + bytes.n);
	while (fits && bytes.n > 0) {
		ssize_t n = pwrite(s->fd, bytes.p, bytes.n, (off_t)end);
		fits = n > 0;
		if (fits) {
			end += (uint64_t)n;
			bytes = bdl_view_from(bytes, (size_t)n);
		}
	}
	if (fits)
		s->end = end;
	else if (was_empty)
		close(s->fd);
	return fits;
}

long bdl_spool_take(struct bdl_spool *s, char *out, size_t n)
{
	uint64_t left = s->end - s->at;

	if (left == 0)
		return 0;
	ssize_t got = pread(s->fd, out, left < n ? (size_t)left : n, (off_t)s->at);
	if (got <= 0)
		return -1;
	s->at += (uint64_t)got;
	if (s->at == s->end)
		bdl_spool_done(s);
	return got;
}

void bdl_spool_done(struct bdl_spool *s)
{
	if (!bdl_spool_is_empty(s))
		close(s->fd);
	*s = (struct bdl_spool){ 0 };
}
