/*
 * Work on strangers' bytes in a process of its own, which has no files, no network, a limit of time
 * and of memory, and ends with it: what goes wrong there goes wrong there alone.
 *
 * To be called while the process has one thread. Where root asks, the work is done as `nobody`. A
 * kernel without Landlock leaves the files to what that user may read; nothing of them gets out but
 * through the result.
 */
#ifndef BDL_SYS_APART_H
#define BDL_SYS_APART_H

#include "base/buf.h"
#include "base/err.h"

struct bdl_apart_limits {
	unsigned cpu_s;   /* of work */
	unsigned wall_ms; /* until it is ended */
	size_t memory; /* bytes of address space; 0, and in builds with a sanitizer: not limited */
};

/* Appends to `out`, whose maximum is that of the caller's. */
typedef int bdl_apart_work_fn(struct bdl_view in, struct bdl_buf *out, struct bdl_err *err);

/* Do the work there and append what it wrote. Its errors are given as they are; BDL_E_LIMIT past time. */
int bdl_apart_do(bdl_apart_work_fn *work, struct bdl_view in, const struct bdl_apart_limits *limits,
    struct bdl_buf *out, struct bdl_err *err) BDL_MUST_USE;

/*
 * The same by another program, which must be below /usr and reads its own libraries, fonts and data
 * only: argv[0] is its path, `in` its standard input, its standard output is appended. It starts no
 * program and makes no process. BDL_E_MISSING where it is not installed, BDL_E_INVALID where it
 * exits with another status than 0, as a reader does that cannot make anything of its input.
 */
int bdl_apart_run(const char *const argv[], struct bdl_view in,
    const struct bdl_apart_limits *limits, struct bdl_buf *out, struct bdl_err *err) BDL_MUST_USE;

#endif
