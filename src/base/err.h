/*
 * Errors are values with text. Every function that can fail returns 0 or a negative bdl_code, and
 * takes a `struct bdl_err *` last (NULL where the caller does not want the text). Libraries never
 * log: they fill the error and return; the top of a process logs. Outputs (`ret_` parameters) are
 * written only on success.
 *
 * A refusal that belongs to the subject (a blocked page, a policy with findings) is a result, not
 * an error.
 */
#ifndef BDL_BASE_ERR_H
#define BDL_BASE_ERR_H

#include "base/defs.h"

enum bdl_code {
	BDL_OK = 0,
	BDL_E_NOMEM = -1,    /* no memory for something sized by input */
	BDL_E_INVALID = -2,  /* the input does not fit its format */
	BDL_E_LIMIT = -3,    /* the input is larger than we take */
	BDL_E_MISSING = -4,  /* what was asked for is not there */
	BDL_E_DENIED = -5,   /* the system or a rule of ours refused */
	BDL_E_IO = -6,       /* the system failed: see sys */
	BDL_E_CONFLICT = -7, /* it exists already, or changed meanwhile */
	BDL_E_BUSY = -8,     /* in use by another; may pass */
	BDL_E_STORE = -9,    /* the database failed */
};

struct bdl_err {
	enum bdl_code code;
	int sys; /* errno where the system was the cause, else 0 */
	char text[400];
};

/* Fill *err (may be NULL; text is cut to fit) and return the code: `return bdl_fail(err, ...)`. */
int bdl_fail(struct bdl_err *err, enum bdl_code code, const char *fmt, ...) BDL_PRINTF(3, 4);

/* The same with code BDL_E_IO, errno kept and its meaning appended: "open 'x': No such file". */
int bdl_fail_sys(struct bdl_err *err, const char *fmt, ...) BDL_PRINTF(2, 3);

/* Put context before the text of an error that passes through with this code, which it returns. */
int bdl_fail_in(struct bdl_err *err, int code, const char *fmt, ...) BDL_PRINTF(3, 4);

/* One word for a code ("limit", "missing"), for logs and tests. */
const char *bdl_code_word(enum bdl_code code);

#endif
