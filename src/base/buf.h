/*
 * A growing buffer with a maximum from birth. Past the maximum an append returns BDL_E_LIMIT, adds
 * nothing and marks the buffer `broken`, so that a writer of many pieces may ignore each result
 * and look once at the end (bdl_buf_broken). Without memory it does the same with BDL_E_NOMEM: the
 * size may be a peer's doing, which must not end a process.
 *
 * The bytes are always followed by a NUL that is not counted, so text may be read as a string.
 */
#ifndef BDL_BASE_BUF_H
#define BDL_BASE_BUF_H

#include "base/defs.h"
#include "base/view.h"

struct bdl_buf {
	char *p;    /* NULL until the first byte */
	size_t n;   /* bytes held */
	size_t cap; /* allocated, with the NUL */
	size_t max; /* n never passes it */
	bool broken;
};

#define BDL_BUF(maximum) ((struct bdl_buf){ .max = (maximum) })

void bdl_buf_done(struct bdl_buf *b);  /* frees; takes a zeroed buffer */
void bdl_buf_clear(struct bdl_buf *b); /* n = 0, not broken, memory kept */

int bdl_buf_add(struct bdl_buf *b, const void *p, size_t n);
int bdl_buf_add_view(struct bdl_buf *b, struct bdl_view v);
int bdl_buf_add_str(struct bdl_buf *b, const char *s);
int bdl_buf_add_char(struct bdl_buf *b, char c);
int bdl_buf_printf(struct bdl_buf *b, const char *fmt, ...) BDL_PRINTF(2, 3);

/*
 * Room to write up to n more bytes, which do not count before bdl_buf_commit says how many were
 * written. NULL past the maximum.
 */
char *bdl_buf_room(struct bdl_buf *b, size_t n);
void bdl_buf_commit(struct bdl_buf *b, size_t got);

/* Drop n bytes from the front (memmove). */
void bdl_buf_eat(struct bdl_buf *b, size_t n);

/* The bytes, owned by the buffer, good until its next change. Never NULL. */
const char *bdl_buf_str(const struct bdl_buf *b);
static inline struct bdl_view bdl_buf_view(const struct bdl_buf *b)
{
	return bdl_view_at(b->p, b->n);
}
static inline bool bdl_buf_broken(const struct bdl_buf *b)
{
	return b->broken;
}

/* Hand the bytes over (malloc'd, NUL-ended); the buffer is empty after. */
char *bdl_buf_take(struct bdl_buf *b);

#endif
