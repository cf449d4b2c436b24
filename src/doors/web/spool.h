/*
 * What waits behind what is being sent, in a file without a name: nobody else can open it, and it is gone
 * with its descriptor.
 *
 * It is for what people send. Squid up to 6.10 takes a client that sends faster than its body is taken for
 * one that has gone (its bug 5405), so the door takes a long body as fast as it comes, and hands it back as
 * fast as the site takes it. What lies between is kept here.
 */
#ifndef BDL_DOORS_WEB_SPOOL_H
#define BDL_DOORS_WEB_SPOOL_H

#include "base/view.h"

#define BDL_SPOOL_MAX   ((uint64_t)1 << 30) /* bytes of one */
#define BDL_SPOOL_SPARE ((uint64_t)1 << 30) /* bytes that stay free where it lies */

/* Zeroed it is empty. */
struct bdl_spool {
	int fd;       /* while it is not empty */
	uint64_t at;  /* what was taken */
	uint64_t end; /* what was added: its size on the disk; 0: it is empty */
};

static inline bool bdl_spool_is_empty(const struct bdl_spool *s)
{
	return s->end == 0;
}

/* Keep these bytes, in a file in `folder` or on its disk. false: there is no room, none of them is kept. */
bool bdl_spool_add(struct bdl_spool *s, const char *folder, struct bdl_view bytes) BDL_MUST_USE;

/*
 * The next n bytes at most, to `out`: how many. Taking the last of them empties it. -1 where they cannot be
 * read: what is left is lost.
 */
long bdl_spool_take(struct bdl_spool *s, char *out, size_t n);

void bdl_spool_done(struct bdl_spool *s); /* empties it */

#endif
