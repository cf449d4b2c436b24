#include "doors/web/released.h"
#include <inttypes.h>
#include <stdio.h>

void bdl_released_write(const struct bdl_released *note, struct bdl_buf *out)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s%" PRIx64 "-%" PRIx32 "-%" PRIx64 "-%d",
	    out->n ? "," : "", note->entry, note->step, note->counted, (int)note->way);

	if (n > 0 && (size_t)n < sizeof(text) && (size_t)n <= out->max - out->n)
		(void)bdl_buf_add(out, text, (size_t)n); /* no memory: the announced size stands */
}

static bool read_note(struct bdl_view text, struct bdl_released *ret)
{
	struct bdl_view entry = { 0 }, step = { 0 }, counted = { 0 };
	uint64_t step_n, way;

	if (!bdl_view_cut(&text, '-', &entry) || !bdl_view_cut(&text, '-', &step) ||
	    !bdl_view_cut(&text, '-', &counted) || !bdl_view_hex(entry, UINT64_MAX, &ret->entry) ||
	    !bdl_view_hex(step, UINT32_MAX, &step_n) ||
	    !bdl_view_hex(counted, INT64_MAX, &ret->counted) ||
	    !bdl_view_hex(text, BDL_RELEASED_BOTH, &way) ||
	    (way != BDL_RELEASED_DOWN && way != BDL_RELEASED_BOTH))
		return false;
	ret->step = (uint32_t)step_n;
	ret->way = (enum bdl_released_way)way;
	return true;
}

/* "1234 567", behind the notes. */
static bool read_bytes(struct bdl_view text, uint64_t *ret_down, uint64_t *ret_up)
{
	struct bdl_view down = { 0 };

	return bdl_view_cut(&text, ' ', &down) && bdl_view_uint(down, INT64_MAX, ret_down) &&
	    bdl_view_uint(bdl_view_trim(text), INT64_MAX, ret_up);
}

bool bdl_released_next(struct bdl_view *line, struct bdl_released *ret, uint64_t *ret_passed)
{
	size_t blank = bdl_view_find(*line, ' ');
	struct bdl_view notes = bdl_view_at(line->p, blank), note = { 0 };
	uint64_t down, up;

	if (blank == line->n || !bdl_view_cut(&notes, ',', &note) || !read_note(note, ret) ||
	    !read_bytes(bdl_view_from(*line, blank + 1), &down, &up))
		return false;
	*ret_passed = ret->way == BDL_RELEASED_BOTH ? down + up : down;
	*line = bdl_view_from(*line, notes.n ? note.n + 1 : blank);
	return true;
}
