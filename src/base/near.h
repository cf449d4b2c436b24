/* Near misses: what somebody may have meant by a word that is none, for suggestions. */
#ifndef BDL_BASE_NEAR_H
#define BDL_BASE_NEAR_H

#include "base/view.h"

/*
 * The closest of `n` words within two slips of the pen (one for words of up to four letters, and
 * never all that was written), in either case, or NULL. Among equals one with the same first letter
 * comes first, and then the first.
 */
const char *bdl_near_miss(struct bdl_view v, const char *const *words, size_t n);

#endif
