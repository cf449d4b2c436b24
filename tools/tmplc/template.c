/* What all passes use: places, memory, files. */
#include "template.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int template_fail(
    const struct template *t, const char *at, struct bdl_err *err, const char *fmt, ...)
{
	unsigned line = 1, column = 1;
	char text[300];
	va_list ap;

	for (const char *p = t->bytes.p; at && p < at; p++) {
		if (*p == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*p & 0xC0) != 0x80) {
			column++;
		}
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return bdl_fail(err, BDL_E_INVALID, "%s:%u:%u: error: %s", t->file, line, column, text);
}

void *template_get(const struct template *t, size_t n)
{
	void *p = bdl_region_get(t->region, n);
	BDL_BUG_IF(!p); /* the region holds many times what TEMPLATE_MAX can need */
	return p;
}

int template_read(
    struct bdl_region *region, const char *file, struct bdl_view *ret, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf bytes = BDL_BUF(TEMPLATE_MAX);
	char piece[4096];
	size_t got;

	FILE *f = fopen(file, "re");
	if (!f && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "%s: error: there is no such file", file);
	if (!f)
		return bdl_fail_sys(err, "%s: error: cannot be read", file);
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0)
		bdl_buf_add(&bytes, piece, got);
	bool failed = ferror(f) != 0;
	fclose(f);
	if (failed || bdl_buf_broken(&bytes))
		return bdl_fail(err, BDL_E_LIMIT,
		    "%s: error: not readable, or larger than %d bytes", file, TEMPLATE_MAX);
	if (bytes.n == 0)
		return bdl_fail(err, BDL_E_INVALID, "%s:1:1: error: the template is empty", file);
	*ret = bdl_region_view(region, bdl_buf_view(&bytes));
	BDL_BUG_IF(!ret->p);
	return 0;
}
