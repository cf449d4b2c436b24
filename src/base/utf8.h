/* UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef BDL_BASE_UTF8_H
#define BDL_BASE_UTF8_H

#include "base/view.h"

#define BDL_UTF8_BAD 0xFFFD /* what stands for bytes that are none */

/*
 * The first character of a view that is not empty: its bytes are counted as the result (1 to 4),
 * *ret_bad says whether they are no character, as many then as could have begun one ("maximal
 * subpart", what browsers replace by one U+FFFD).
 */
size_t bdl_utf8_next(struct bdl_view v, uint32_t *ret_char, bool *ret_bad);

/* Valid, and without control characters (C0, DEL, C1). */
bool bdl_utf8_printable(struct bdl_view v);

#endif
