/*
 * Text or not, by its first bytes, as browsers tell it of what is sent unpacked and without a type, or as
 * text/plain and nothing more (WHATWG MIME Sniffing, sections 7 and 8: they save such a thing, and show
 * none of it). Bytes that no text has make it binary, unless it begins with a byte order mark, or as a page
 * does: a '<', blanks before it or none, and behind it a letter, '!' or '?'.
 *
 * Browsers differ. What one of them shows is text here, as no browser may show what nobody has read: so
 * it is 512 bytes, where they look at 512 to 1,445, and the vertical tab and UTF-32's mark are text's, as
 * Firefox has it.
 */
#ifndef BDL_SCAN_BINARY_INT_H
#define BDL_SCAN_BINARY_INT_H

#include "base/view.h"

#define BDL_BINARY_HEAD 512

/* Of a text that is unpacked, its first BDL_BINARY_HEAD bytes or more; or all of it, where it is shorter. */
bool bdl_is_binary(struct bdl_view head);

#endif
