/* Another program, run to its end: openssl, certgen. No shell is involved. */
#ifndef BDL_MAIN_TOOL_H
#define BDL_MAIN_TOOL_H

#include "base/err.h"

/*
 * Run argv[0] (searched in PATH) with these arguments, ended by NULL, and wait for it. 0 where it
 * exits with 0; else an error with the end of what it said. BDL_E_MISSING where there is no such
 * program.
 */
int bdl_tool_run(const char *const argv[], struct bdl_err *err) BDL_MUST_USE;

#endif
