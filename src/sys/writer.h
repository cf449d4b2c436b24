/*
 * A file that is written piece by piece and takes its name when it is whole: a reader of the path
 * sees the old bytes or the new, after a power cut too. For files that are too large to be made in
 * memory; others are written by bdl_file_replace.
 */
#ifndef BDL_SYS_WRITER_H
#define BDL_SYS_WRITER_H

#include "base/err.h"
#include "base/view.h"
#include <limits.h>

#define BDL_WRITER_BYTES 65536 /* gathered before they are written */

struct bdl_writer {
	int fd;
	char path[PATH_MAX], beside[PATH_MAX];
	char bytes[BDL_WRITER_BYTES];
	size_t n;
	uint64_t written; /* bytes given so far */
	int failed;       /* errno of the first write that failed; what follows it is dropped */
};

/* A writer of its own, which will replace `path`. `mode` as in open(2). */
int bdl_writer_open(const char *path, unsigned mode, struct bdl_writer **ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Take what is not committed back, and free it. Takes NULL. */
void bdl_writer_close(struct bdl_writer *w);
BDL_DEFINE_AUTO(struct bdl_writer, bdl_writer_close);

/* Append. What goes wrong is told by bdl_writer_finish and bdl_writer_commit. */
void bdl_writer_add(struct bdl_writer *w, const void *p, size_t n);
void bdl_writer_add_view(struct bdl_writer *w, struct bdl_view v);
void bdl_writer_add_str(struct bdl_writer *w, const char *s);

/* All of it is in w->beside, which another may read, but not yet in `path`. */
int bdl_writer_finish(struct bdl_writer *w, struct bdl_err *err) BDL_MUST_USE;

/* Finish, sync, and take the place of `path`. */
int bdl_writer_commit(struct bdl_writer *w, struct bdl_err *err) BDL_MUST_USE;

#endif
