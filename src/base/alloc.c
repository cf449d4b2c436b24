#include "base/alloc.h"
#include <stdarg.h>
#include <stdio.h>

BDL_NORETURN static void no_memory(size_t n, size_t size)
{
	(void)fprintf(stderr, "beadle: no memory for %zu x %zu bytes\n", n, size);
	abort();
}

void bdl_no_memory(size_t n)
{
	no_memory(n, 1);
}

void *bdl_xalloc(size_t n)
{
	return bdl_xcalloc(n, 1);
}

void *bdl_xcalloc(size_t n, size_t size)
{
	/* Never 0 bytes, for which the library may return NULL without an error. */
	void *p = n && size ? calloc(n, size) : calloc(1, 1);

	if (!p)
		no_memory(n, size);
	return p;
}

char *bdl_xstrdup(const char *s)
{
	return bdl_xview_dup(bdl_view_of(s));
}

char *bdl_xview_dup(struct bdl_view v)
{
	BDL_BUG_IF(v.n == SIZE_MAX);
	char *s = bdl_xalloc(v.n + 1);

	if (v.n)
		memcpy(s, v.p, v.n);
	return s;
}

char *bdl_xprintf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0 || !s)
		no_memory(strlen(fmt), 1);
	return s;
}

void *bdl_xgrow(void *items, size_t n, size_t *cap, size_t size)
{
	if (items && n < *cap)
		return items;
	BDL_BUG_IF(n > *cap || *cap > SIZE_MAX / 2);
	*cap = *cap ? *cap * 2 : 8;
	void *more = reallocarray(items, *cap, size);
	if (!more)
		no_memory(*cap, size);
	return more;
}
