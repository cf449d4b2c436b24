/* Text as lines and characters, for findings that name a place. Private to policy/. */
#ifndef BDL_POLICY_TEXT_INT_H
#define BDL_POLICY_TEXT_INT_H

#include "base/region.h"

/* The offset of the first byte that is no UTF-8 (or is a NUL), or v.n where all is well. */
size_t bdl_text_bad_byte(struct bdl_view v);

/*
 * The offset of the first character that is not seen and changes how others are shown: a control but
 * for the tab, or one that turns the direction of what follows. v.n, and nothing at ret, where there
 * is none. Of valid UTF-8.
 */
size_t bdl_text_steering(struct bdl_view v, uint32_t *ret);

/* Characters in valid UTF-8. */
unsigned bdl_text_chars(struct bdl_view v);

#define BDL_QUOTE_MAX 48 /* bytes of a document's words in a message */

/* At most `max` bytes of it, not cut inside a character: for quoting in a message. */
struct bdl_view bdl_text_cut(struct bdl_view v, size_t max);

/* Lines end as in CommonMark: \n, \r\n or \r. The text must stay where it is. */
struct bdl_lines {
	struct bdl_view text;
	uint32_t *starts;
	unsigned n;
};

/* false past the region's maximum. Texts of 4 GiB and more are a bug. */
bool bdl_lines_make(struct bdl_view text, struct bdl_region *region, struct bdl_lines *ret);

/* Line `i` from 1, without its end; empty past the last. */
struct bdl_view bdl_lines_get(const struct bdl_lines *l, unsigned i);

/* Lines `from` to `to`, both included, with their ends; empty where from > to. */
struct bdl_view bdl_lines_range(const struct bdl_lines *l, unsigned from, unsigned to);

#endif
