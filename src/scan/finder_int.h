/* The finder's tables (libhs) of disguised spellings, made of literals. */
#ifndef BDL_SCAN_FINDER_INT_H
#define BDL_SCAN_FINDER_INT_H

#include "base/err.h"
#include "scan/format_int.h"
#include <hs/hs.h>

/* Of n literals, one at least; ids are their numbers. */
int bdl_finder_make(const struct bdl_phrases_literal *literals, size_t n, const char *strings,
    hs_database_t **ret, struct bdl_err *err) BDL_MUST_USE;

#endif
