#include "base/buf.h"
#include "base/alloc.h"
#include "base/err.h"
#include <stdarg.h>
#include <stdio.h>

#define FIRST_CAP 64

void bdl_buf_done(struct bdl_buf *b)
{
	if (!b)
		return;
	free(b->p);
	*b = BDL_BUF(b->max);
}

void bdl_buf_clear(struct bdl_buf *b)
{
	b->n = 0;
	b->broken = false;
	if (b->p)
		b->p[0] = '\0';
}

int bdl_buf_grow(struct bdl_buf *b, size_t n)
{
	if (n > b->max - b->n || b->n + n == SIZE_MAX) {
		b->broken = true;
		return BDL_E_LIMIT;
	}
	size_t need = b->n + n + 1;
	if (need <= b->cap)
		return 0;

	size_t cap = b->cap ? b->cap : FIRST_CAP;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap - 1 > b->max)
		cap = b->max + 1; /* still enough: need <= max + 1 */

	/* The size may be a peer's doing, so a failure here is no reason to abort. */
	char *p = realloc(b->p, cap);
	if (!p) {
		b->broken = true;
		return BDL_E_NOMEM;
	}
	b->p = p;
	b->cap = cap;
	b->p[b->n] = '\0';
	return 0;
}

int bdl_buf_add_uint(struct bdl_buf *b, uint64_t v)
{
	char digits[24] BDL_UNSET;
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	return bdl_buf_add(b, digits + at, sizeof(digits) - at);
}

int bdl_buf_add_hex(struct bdl_buf *b, uint64_t v)
{
	char digits[16] BDL_UNSET;
	size_t at = sizeof(digits);

	do
		digits[--at] = "0123456789abcdef"[v & 15];
	while ((v >>= 4) > 0);
	return bdl_buf_add(b, digits + at, sizeof(digits) - at);
}

int bdl_buf_printf(struct bdl_buf *b, const char *fmt, ...)
{
	va_list ap;

	size_t room = b->p ? b->cap - b->n : 0; /* mostly enough: then it is formatted once */
	va_start(ap, fmt);
	int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
	va_end(ap);
	if (room)
		b->p[b->n + ((size_t)n < room ? (size_t)n : 0)] =
		    '\0'; /* what does not fit is undone */
	if (n < 0) {
		b->broken = true;
		return BDL_E_INVALID;
	}
	if ((size_t)n >= room) {
		int rc = bdl_buf_grow(b, (size_t)n);
		if (rc < 0)
			return rc;
		va_start(ap, fmt);
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap); /* measured above */
		va_end(ap);
	}
	b->n += (size_t)n;
	return 0;
}

char *bdl_buf_room(struct bdl_buf *b, size_t n)
{
	if (bdl_buf_grow(b, n) < 0)
		return NULL;
	return b->p + b->n;
}

void bdl_buf_commit(struct bdl_buf *b, size_t got)
{
	BDL_BUG_IF(got >= b->cap - b->n); /* one byte is the NUL's */
	b->n += got;
	b->p[b->n] = '\0';
}

void bdl_buf_eat(struct bdl_buf *b, size_t n)
{
	BDL_BUG_IF(n > b->n);
	if (!b->p || n == 0)
		return;
	b->n -= n;
	memmove(b->p, b->p + n, b->n);
	b->p[b->n] = '\0';
}

const char *bdl_buf_str(const struct bdl_buf *b)
{
	return b->p ? b->p : "";
}

char *bdl_buf_take(struct bdl_buf *b)
{
	char *p = b->p ? b->p : bdl_xstrdup("");

	*b = BDL_BUF(b->max);
	return p;
}
