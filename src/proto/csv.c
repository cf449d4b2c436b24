#include "proto/csv.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>

/* What ended a field. */
enum stop { STOP_FIELD, STOP_ROW };

int bdl_csv_fail(const struct bdl_csv *c, unsigned line, struct bdl_err *err, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap); /* a cut is meant */
	va_end(ap);
	return bdl_fail(err, BDL_E_INVALID, "%s:%u: %s", c->where, line, what);
}

void bdl_csv_init(struct bdl_csv *c, char *text, size_t n, const char *where)
{
	struct bdl_view v = bdl_utf8_without_mark(bdl_view_at(text, n));

	*c = (struct bdl_csv){ .p = text + (n - v.n), .end = text + n, .line = 1, .where = where };
}

/* Past the comma or the line's end on which the reader stands, or the text's. */
static int take_stop(struct bdl_csv *c, enum stop *ret, struct bdl_err *err)
{
	*ret = STOP_ROW;
	if (c->p == c->end)
		return 0;
	if (*c->p == ',') {
		*ret = STOP_FIELD;
		c->p++;
		return 0;
	}
	if (*c->p != '\r' && *c->p != '\n')
		return bdl_csv_fail(c, c->line, err, "text after a closing quotation mark");
	if (*c->p++ == '\r' && c->p < c->end && *c->p == '\n')
		c->p++;
	c->line++;
	return 0;
}

/* From after the opening quotation mark: "" stands for one, and commas and lines for themselves. */
static int take_quoted(
    struct bdl_csv *c, struct bdl_view *ret, enum stop *ret_stop, struct bdl_err *err)
{
	unsigned first_line = c->line;
	char *start = c->p, *to = c->p;

	for (;; c->p++) {
		if (c->p == c->end)
			return bdl_csv_fail(
			    c, first_line, err, "a quotation mark that is never closed");
		if (*c->p == '"' && (++c->p == c->end || *c->p != '"'))
			break;
		c->line += *c->p == '\n';
		*to++ = *c->p;
	}
	*ret = bdl_view_at(start, (size_t)(to - start));
	return take_stop(c, ret_stop, err);
}

static int take_field(
    struct bdl_csv *c, struct bdl_view *ret, enum stop *ret_stop, struct bdl_err *err)
{
	char *start = c->p;

	if (c->p < c->end && *c->p == '"') {
		c->p++;
		return take_quoted(c, ret, ret_stop, err);
	}
	while (c->p < c->end && *c->p != ',' && *c->p != '\n' && *c->p != '\r') {
		if (*c->p == '"')
			return bdl_csv_fail(c, c->line, err,
			    "a quotation mark inside a field; put the whole field in "
			    "quotation marks and double it");
		c->p++;
	}
	*ret = bdl_view_trim(bdl_view_at(start, (size_t)(c->p - start)));
	return take_stop(c, ret_stop, err);
}

/* One line, blank or not; *ret_n says how many fields it has, of which `n` at most are kept. */
static int take_line(
    struct bdl_csv *c, size_t n, struct bdl_view *ret, size_t *ret_n, struct bdl_err *err)
{
	unsigned line = c->line;
	struct bdl_view field;
	enum stop stop;

	*ret_n = 0;
	do {
		int rc = take_field(c, &field, &stop, err);
		if (rc < 0)
			return rc;
		if (!bdl_utf8_printable(field))
			return bdl_csv_fail(c, line, err, "a field that is no plain text in UTF-8");
		if (*ret_n < n)
			ret[*ret_n] = field;
		++*ret_n;
	} while (stop == STOP_FIELD);
	if (*ret_n == 1 && field.n == 0)
		*ret_n = 0;
	return 0;
}

int bdl_csv_row(struct bdl_csv *c, size_t n, const char *names, struct bdl_view *ret,
    unsigned *ret_line, struct bdl_err *err)
{
	struct bdl_view fields[BDL_CSV_FIELDS_MAX];
	size_t got = 0;
	unsigned line = c->line;

	BDL_BUG_IF(n == 0 || n > BDL_CSV_FIELDS_MAX);
	while (c->p < c->end && got == 0) {
		line = c->line;
		int rc = take_line(c, n, fields, &got, err);
		if (rc < 0)
			return rc;
	}
	if (got == 0)
		return 0;
	if (got != n)
		return bdl_csv_fail(c, line, err, "%zu fields, not the %zu of %s", got, n, names);
	memcpy(ret, fields, n * sizeof(*ret));
	*ret_line = line;
	return 1;
}

int bdl_csv_heading(struct bdl_csv *c, size_t n, const char *names, struct bdl_err *err)
{
	struct bdl_view fields[BDL_CSV_FIELDS_MAX], rest = bdl_view_of(names), name;
	unsigned line = c->line;
	size_t got, i = 0;

	BDL_BUG_IF(n == 0 || n > BDL_CSV_FIELDS_MAX);
	if (c->p == c->end)
		return 0;
	int rc = take_line(c, n, fields, &got, err);
	if (rc < 0)
		return rc;
	while (got == n && bdl_view_cut(&rest, ',', &name) && bdl_view_ieq(name, fields[i]))
		i++;
	return i == n ? 0 : bdl_csv_fail(c, line, err, "the first line must be %s", names);
}
