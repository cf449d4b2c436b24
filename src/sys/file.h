/* Files as a whole: read with a limit, replaced atomically and durably, mapped read-only. */
#ifndef BDL_SYS_FILE_H
#define BDL_SYS_FILE_H

#include "base/buf.h"
#include "base/err.h"

/* Write all of it, also where a signal comes between; false with errno. */
bool bdl_file_put(int fd, const void *p, size_t n);

/* Whether so many bytes are free where this file lies, for who is not root too. */
bool bdl_file_has_room(int fd, uint64_t n);

/* Append the file's bytes; BDL_E_MISSING where there is none, BDL_E_LIMIT past into->max. */
int bdl_file_read(const char *path, struct bdl_buf *into, struct bdl_err *err) BDL_MUST_USE;

/*
 * Replace the file by these bytes: written beside it, synced, renamed, the folder synced. A reader
 * sees the old bytes or the new, after a power cut too. `mode` as in open(2).
 */
int bdl_file_replace(const char *path, const void *p, size_t n, unsigned mode, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Make the file with these bytes where there is none: whole and synced, or not at all. BDL_E_CONFLICT
 * where one is there, which stays as it was.
 */
int bdl_file_make(const char *path, const void *p, size_t n, unsigned mode, struct bdl_err *err)
    BDL_MUST_USE;

/* Rename over what may be there, and sync the folder. */
int bdl_file_rename(const char *from, const char *to, struct bdl_err *err) BDL_MUST_USE;

/*
 * A path beside `path` that nobody else makes, for what is renamed over it once it is whole: two
 * writers at once leave one whole file, not a mixture. `out` has PATH_MAX bytes.
 */
int bdl_file_beside(const char *path, char *out, struct bdl_err *err) BDL_MUST_USE;

/* Make the folder and those above it (0750), each synced into the one that holds it; fine where it exists. */
int bdl_file_mkdirs(const char *path, struct bdl_err *err) BDL_MUST_USE;

/* A file mapped read-only. `p` is NULL for an empty file. */
struct bdl_map {
	const unsigned char *p;
	size_t n;
};
int bdl_file_map(const char *path, struct bdl_map *ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_file_unmap(struct bdl_map *map); /* takes a zeroed map */

/* What tells one version of a file from the next without reading it. */
struct bdl_file_id {
	uint64_t dev, ino, size;
	int64_t mtime_ns;
};
/* false where there is no such file (*ret is zeroed). */
bool bdl_file_id(const char *path, struct bdl_file_id *ret);
bool bdl_file_id_eq(const struct bdl_file_id *a, const struct bdl_file_id *b);

#endif
