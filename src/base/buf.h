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

/* Room for n more bytes and the NUL, where there is none yet: 0, or a code and the buffer marked. */
int bdl_buf_grow(struct bdl_buf *b, size_t n);

/* Most appends find room, and then are a copy: so they are inline, and what grows is a call. */
static inline int bdl_buf_add(struct bdl_buf *b, const void *p, size_t n)
{
	if (!b->p || n > b->max - b->n || n >= b->cap - b->n) {
		int rc = bdl_buf_grow(b, n);

		if (rc < 0)
			return rc;
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
	return 0;
}

static inline int bdl_buf_add_view(struct bdl_buf *b, struct bdl_view v)
{
	return bdl_buf_add(b, v.p, v.n);
}

static inline int bdl_buf_add_str(struct bdl_buf *b, const char *s)
{
	return bdl_buf_add_view(b, bdl_view_of(s));
}

static inline int bdl_buf_add_char(struct bdl_buf *b, char c)
{
	return bdl_buf_add(b, &c, 1);
}

/* Numbers as "%u" and "%x" write them, where many are written. */
int bdl_buf_add_uint(struct bdl_buf *b, uint64_t v);
int bdl_buf_add_hex(struct bdl_buf *b, uint64_t v);
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
