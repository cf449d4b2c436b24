/*
 * CSV (RFC 4180) as people keep it: fields between commas, rows by line, LF or CRLF or CR. A field
 * in quotation marks may hold commas, lines and doubled quotation marks; spaces and tabs around one
 * that is not are no part of it. Text is UTF-8, with or without a byte order mark. Pure.
 */
#ifndef BDL_PROTO_CSV_H
#define BDL_PROTO_CSV_H

#include "base/err.h"
#include "base/view.h"

#define BDL_CSV_FIELDS_MAX 16

/* A text being read. Quoted fields are undone in place, so it is the caller's to change. */
struct bdl_csv {
	char *p, *end;
	unsigned line;     /* of what is read next; the first is 1 */
	const char *where; /* for errors: the file's name */
};

/* The reader keeps neither a copy of `text` nor of `where`; its views lie in `text`. */
void bdl_csv_init(struct bdl_csv *c, char *text, size_t n, const char *where);

/*
 * The next row that is not blank, of exactly `n` fields, each plain text without control characters.
 * 1, or 0 at the end. *ret_line is where it begins. Errors are "WHERE:LINE: ...", with the fields'
 * `names`, as in "login,name,groups", where their number is wrong.
 */
int bdl_csv_row(struct bdl_csv *c, size_t n, const char *names, struct bdl_view *ret,
    unsigned *ret_line, struct bdl_err *err) BDL_MUST_USE;

/*
 * The heading: the first line must be these names, in either case. An empty text has none, and is
 * fine.
 */
int bdl_csv_heading(struct bdl_csv *c, size_t n, const char *names, struct bdl_err *err)
    BDL_MUST_USE;

/* Say what is wrong with a row that was read. */
int bdl_csv_fail(const struct bdl_csv *c, unsigned line, struct bdl_err *err, const char *fmt, ...)
    BDL_PRINTF(4, 5);

#endif
