/*
 * What was released too: bytes that really went through, told by the proxy when it is over. With an
 * answer that counts the door hands it a note (X-Beadle-Count), which the proxy writes into a line of
 * its log, and the log goes to the door by UDP. So nobody has to be found again: the note names the
 * entry, the step, and what was counted of it when only its announced size was known.
 *
 *   NOTE  = ENTRY "-" STEP "-" COUNTED "-" WAY        hexadecimal; WAY is 1 or 3
 *   LINE  = NOTE *("," NOTE) SP BYTES-TO-CLIENT SP BYTES-FROM-CLIENT
 *
 * Pure. Whoever may send to the door can at most change counts whose entries it can name, which
 * nobody can without the door's key.
 */
#ifndef BDL_DOORS_WEB_RELEASED_H
#define BDL_DOORS_WEB_RELEASED_H

#include "base/buf.h"
#include "base/view.h"

#define BDL_RELEASED_TEXT_MAX 1024 /* the notes of one answer; more are left out */

enum bdl_released_way {
	BDL_RELEASED_DOWN = 1, /* what came to the client counts */
	BDL_RELEASED_BOTH = 3, /* both ways: a tunnel's */
};

struct bdl_released {
	uint64_t entry;
	uint32_t step;
	uint64_t counted; /* bytes */
	enum bdl_released_way way;
};

/* Append a note to the others; one that does not fit is left out whole. */
void bdl_released_write(const struct bdl_released *note, struct bdl_buf *out);

/*
 * The next note of a line, with the bytes that passed of it. `line` goes behind it; false at the end
 * and at the first thing that is no note.
 */
bool bdl_released_next(struct bdl_view *line, struct bdl_released *ret, uint64_t *ret_passed);

#endif
