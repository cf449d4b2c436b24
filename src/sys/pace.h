/*
 * Whether the doors have all they can do: work that may wait is then left to a calmer minute. Read from
 * the processor time of each door's process, so no door is asked and none counts anything for it.
 */
#ifndef BDL_SYS_PACE_H
#define BDL_SYS_PACE_H

#include "sys/board.h"

/*
 * Of a core: a door that takes more is busy. One that wants a whole core, and shares it with whoever asks
 * here, gets some 0.7 of it: by a limit as high as that, who works would find itself free to go on.
 */
#define BDL_PACE_BUSY 0.5

/* What was seen of the doors at the last look; zeroed before the first. */
struct bdl_pace {
	int64_t tick_us;
	struct {
		int32_t pid; /* 0: none that could be looked at */
		int64_t cpu_us;
	} doors[BDL_BOARD_SLOTS];
	bool busy;
};

/*
 * Since the last look; looks within 50 ms of one another give the same answer, and within a second of one
 * by which they were busy. false at the first, and where a process cannot be looked at.
 */
bool bdl_pace_is_busy(struct bdl_pace *p, struct bdl_board *board);

#endif
