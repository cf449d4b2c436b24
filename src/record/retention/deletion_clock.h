/*
 * Whether the clock may be believed where records are deleted by it. One that jumps ahead, by a
 * fault or by somebody's hand, would have all of them go at once. So what it says has to fit what
 * it said before and the time that passed since on the ticking clock; else it has to go on saying
 * so for an hour, in which people see that it is doubted. A clock that goes back only keeps records
 * for longer. Pure.
 */
#ifndef BDL_RECORD_RETENTION_DELETION_CLOCK_H
#define BDL_RECORD_RETENTION_DELETION_CLOCK_H

#include "base/defs.h"

#define BDL_CLOCK_REST_DAYS 21 /* that a school may have been switched off for */
#define BDL_CLOCK_AHEAD_MS  86400000
#define BDL_CLOCK_DOUBT_MS  3600000

/* Begun with the moment of the last deletion that was made, by an earlier process; 0: there was none. */
struct bdl_deletion_clock {
	int64_t believed_ms,
	    tick_ms; /* what was believed last, and when; tick_ms 0: not by this process */
	int64_t doubted_ms,
	    doubted_tick_ms; /* what it said first that was not; tick 0: it is not doubted */
};

/* `tick_ms` is above 0. */
bool bdl_deletion_clock_is_believed(struct bdl_deletion_clock *c, int64_t now_ms, int64_t tick_ms);

#endif
