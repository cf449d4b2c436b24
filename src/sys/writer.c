#include "sys/writer.h"
#include "base/alloc.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int bdl_writer_open(const char *path, unsigned mode, struct bdl_writer **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_writer_close) struct bdl_writer *w = bdl_xalloc(sizeof(*w));
	int rc;

	w->fd = -1;
	if (strlen(path) >= sizeof(w->path))
		return bdl_fail(err, BDL_E_LIMIT, "the path '%.100s...' is too long", path);
	memcpy(w->path, path, strlen(path) + 1);
	rc = bdl_file_beside(path, w->beside, err);
	if (rc < 0)
		return rc;
	w->fd = open(w->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
	if (w->fd < 0)
		return bdl_fail_sys(err, "make '%s'", w->beside);
	*ret = bdl_steal(&w);
	return 0;
}

void bdl_writer_close(struct bdl_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0) {
		(void)close(bdl_steal_fd(&w->fd)); /* it goes in any case */
		(void)unlink(w->beside);           /* half a file helps no one */
	}
	free(w);
}

static void flush(struct bdl_writer *w)
{
	if (!w->failed && !bdl_file_put(w->fd, w->bytes, w->n))
		w->failed = errno;
	w->n = 0;
}

void bdl_writer_add(struct bdl_writer *w, const void *p, size_t n)
{
	const char *from = p;

	w->written += n;
	while (n > 0) {
		size_t room = sizeof(w->bytes) - w->n;
		size_t some = n < room ? n : room;

		memcpy(w->bytes + w->n, from, some);
		w->n += some;
		from += some;
		n -= some;
		if (w->n == sizeof(w->bytes))
			flush(w);
	}
}

void bdl_writer_add_view(struct bdl_writer *w, struct bdl_view v)
{
	if (v.n > 0)
		bdl_writer_add(w, v.p, v.n);
}

void bdl_writer_add_str(struct bdl_writer *w, const char *s)
{
	bdl_writer_add(w, s, strlen(s));
}

int bdl_writer_finish(struct bdl_writer *w, struct bdl_err *err)
{
	flush(w);
	if (!w->failed)
		return 0;
	errno = w->failed;
	return bdl_fail_sys(err, "write '%s'", w->beside);
}

int bdl_writer_commit(struct bdl_writer *w, struct bdl_err *err)
{
	int rc = bdl_writer_finish(w, err);

	if (rc == 0 && fsync(w->fd) < 0)
		rc = bdl_fail_sys(err, "sync '%s'", w->beside);
	if (rc < 0)
		return rc;
	/* Some file systems (NFS) tell of a full disk only here. */
	if (close(bdl_steal_fd(&w->fd)) < 0)
		rc = bdl_fail_sys(err, "close '%s'", w->beside);
	if (rc == 0)
		rc = bdl_file_rename(w->beside, w->path, err);
	if (rc < 0)
		(void)unlink(w->beside); /* half a file helps no one */
	return rc;
}
