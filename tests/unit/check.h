/* Comparisons for tables of cases: they print the case's name with what was got and wanted. */
#ifndef BDL_TESTS_CHECK_H
#define BDL_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/view.h"

static inline void check_view(const char *name, struct bdl_view got, const char *want)
{
	if (!bdl_view_is(got, want))
		fail_msg("%s: got '%.*s', want '%s'", name, BDL_FMT(got), want);
}

static inline void check_long(const char *name, long long got, long long want)
{
	if (got != want)
		fail_msg("%s: got %lld, want %lld", name, got, want);
}

/* An error that says what was wrong: tests that only count failures would pass for any reason. */
static inline void check_refused(const char *name, int got, const char *text, const char *want)
{
	if (got >= 0)
		fail_msg("%s: was taken, want '%s'", name, want);
	if (strstr(text, want) == NULL)
		fail_msg("%s: got '%s', want '%s'", name, text, want);
}

#endif
