/* The finder's tables (libhs), made of literals: one for each kind of text. */
#ifndef BDL_SCAN_FINDER_INT_H
#define BDL_SCAN_FINDER_INT_H

#include "base/err.h"
#include "scan/format_int.h"
#include <hs/hs.h>

/* Plain text comes in streams, disguised words stand in windows. `n` is not 0; ids are the numbers. */
int bdl_finder_make(const struct bdl_phrases_literal *literals, size_t n, const char *strings,
    bool streams, hs_database_t **ret, struct bdl_err *err) BDL_MUST_USE;

#endif
