/* A folder of a test's own, gone with all that is in it when the scope ends. */
#ifndef BDL_TEST_PLACE_H
#define BDL_TEST_PLACE_H

#include "base/defs.h"
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
	char dir[64];
	pid_t owner; /* a forked child leaves the folder alone */
};

static inline struct place place_new(void)
{
	struct place p = { .dir = "/tmp/beadle-test-XXXXXX", .owner = getpid() };

	if (!mkdtemp(p.dir))
		abort();
	return p;
}

static inline int place_remove_one(
    const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

static inline void place_done(struct place *p)
{
	if (p->owner == getpid())
		(void)nftw(p->dir, place_remove_one, 16, FTW_DEPTH | FTW_PHYS); /* best effort */
}

/* A path in it; good until the eighth call after. */
BDL_PRINTF(2, 3) static inline const char *place_path(const struct place *p, const char *fmt, ...)
{
	static char ring[8][256];
	static unsigned next;
	char *out = ring[next++ % 8], name[128];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	(void)snprintf(out, sizeof(ring[0]), "%s/%s", p->dir, name);
	return out;
}

#define PLACE(name) __attribute__((cleanup(place_done))) struct place name = place_new()

#endif
