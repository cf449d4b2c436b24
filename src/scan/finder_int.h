/* The finder's tables (libhs), made of literals: one for each kind of text. */
#ifndef BDL_SCAN_FINDER_INT_H
#define BDL_SCAN_FINDER_INT_H

#include "base/err.h"
#include "scan/format_int.h"
#include <hs/hs.h>

/*
 * How many literals the finder gets: of plain ones, in text that comes in streams, those that words go on
 * at within one word, as others are found without it (words_int.h, spans_int.h); of disguised ones, in windows, all.
 */
size_t bdl_finder_count(
    const struct bdl_phrases_literal *literals, size_t n, const char *strings, bool streams);

/* Not where the count is 0; ids are the literals' numbers. */
int bdl_finder_make(const struct bdl_phrases_literal *literals, size_t n, const char *strings,
    bool streams, hs_database_t **ret, struct bdl_err *err) BDL_MUST_USE;

#endif
