/* A temporary folder for a test, removed with all that is in it. */
#ifndef BDL_TESTS_RECORD_FOLDER_H
#define BDL_TESTS_RECORD_FOLDER_H

#include "base/defs.h"
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder {
	char path[64];
};

/* A path below it, in a buffer of the caller's. */
#define FOLDER_PATH 160
static inline const char *folder_path(
    const struct folder *f, const char *below, char out[FOLDER_PATH])
{
	int n = snprintf(out, FOLDER_PATH, "%s/%s", f->path, below);

	BDL_BUG_IF(n < 0 || n >= FOLDER_PATH);
	return out;
}

static inline struct folder folder_make(void)
{
	struct folder f = { "/tmp/beadle-test-XXXXXX" };

	BDL_BUG_IF(!mkdtemp(f.path));
	return f;
}

static inline int folder_entry_remove(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void folder_done(struct folder *f)
{
	if (f->path[0])
		(void)nftw(f->path, folder_entry_remove, 8,
		    FTW_DEPTH | FTW_PHYS); /* /tmp is emptied anyway */
	f->path[0] = '\0';
}

#endif
