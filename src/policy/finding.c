#include "policy/finding.h"
#include "base/alloc.h"
#include "base/utf8.h"
#include "policy/text_int.h"
#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX   480
#define REGION_MAX (BDL_FINDINGS_MAX * 3 * (TEXT_MAX + 32))

struct bdl_findings *bdl_findings_new(void)
{
	struct bdl_findings *f = bdl_xalloc(sizeof(*f));

	f->region = bdl_region_new(REGION_MAX);
	return f;
}

void bdl_findings_free(struct bdl_findings *f)
{
	if (!f)
		return;
	bdl_region_free(f->region);
	free(f);
}

/* A copy that a terminal and a page can show: no control characters, nothing but UTF-8. */
static const char *keep(struct bdl_findings *f, const char *text)
{
	struct bdl_view v = bdl_text_cut(bdl_view_of(text), TEXT_MAX);
	char *copy = bdl_region_str(f->region, v);
	size_t i = 0;

	if (!copy)
		return "(no room)";
	while (i < v.n) {
		uint32_t ch;
		bool bad;
		size_t len = bdl_utf8_next(bdl_view_from(v, i), &ch, &bad);

		if (bad || bdl_utf8_is_steering(ch))
			memset(copy + i, '?', len);
		i += len;
	}
	return copy;
}

void bdl_find(struct bdl_findings *f, enum bdl_severity severity, unsigned line, unsigned column,
    const char *expected, const char *suggestion, const char *what_fmt, ...)
{
	char what[TEXT_MAX + 1];
	va_list ap;

	if (severity == BDL_ERROR)
		f->n_errors++;
	if (f->n == BDL_FINDINGS_MAX) {
		f->n_left_out++;
		return;
	}
	va_start(ap, what_fmt);
	(void)vsnprintf(what, sizeof(what), what_fmt, ap); /* cut where it is longer */
	va_end(ap);
	f->items[f->n++] = (struct bdl_finding){
		.severity = severity,
		.line = line,
		.column = column,
		.what = keep(f, what),
		.expected = expected ? keep(f, expected) : NULL,
		.suggestion = suggestion ? keep(f, suggestion) : NULL,
	};
}

static bool comes_before(const struct bdl_finding *a, const struct bdl_finding *b)
{
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* By insertion: they are few and nearly in order, and equals keep theirs. */
static void sort(struct bdl_finding *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct bdl_finding item = items[i];
		size_t at = i;

		for (; at > 0 && comes_before(&item, &items[at - 1]); at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

void bdl_findings_write(struct bdl_findings *f, const char *file, struct bdl_buf *out)
{
	sort(f->items, f->n);
	for (size_t i = 0; i < f->n; i++) {
		const struct bdl_finding *item = &f->items[i];

		/* The writer of a page looks once whether the buffer broke. */
		(void)bdl_buf_printf(out, "%s:%u:%u: %s: %s", file, item->line, item->column,
		    item->severity == BDL_ERROR ? "error" : "warning", item->what);
		if (item->expected)
			(void)bdl_buf_printf(out, "; expected %s", item->expected);
		if (item->suggestion)
			(void)bdl_buf_printf(out, " (did you mean '%s'?)", item->suggestion);
		(void)bdl_buf_add_char(out, '\n');
	}
	if (f->n_left_out)
		(void)bdl_buf_printf(out, "%s: and %zu more\n", file, f->n_left_out);
}
