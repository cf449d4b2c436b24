/*
 * When timed work is due, as a school writes it:
 *
 *	every 1 day	every 6 hours	every 30 minutes	every 2 weeks
 *	at 02:30	once a day, by the clock on the wall
 *	never
 *
 * All of it is computed from the moment that the caller hands in, never from a clock of its own. A
 * time of day is local. Where the clocks go forward over it the work is done an hour later, and
 * where they go back once, not twice.
 */
#ifndef BDL_BASE_SCHEDULE_H
#define BDL_BASE_SCHEDULE_H

#include "base/clock.h"

#define BDL_SCHEDULE_TEXT       32
#define BDL_SCHEDULE_LEAST_MS   BDL_MINUTE_MS
#define BDL_SCHEDULE_LONGEST_MS (366 * BDL_DAY_MS)

/* Zeroed: never. */
struct bdl_schedule {
	enum { BDL_SCHEDULE_NEVER, BDL_SCHEDULE_EVERY, BDL_SCHEDULE_AT } kind;
	int64_t every_ms; /* EVERY: from the least to the longest */
	int minute;       /* AT: of the day, 0..1439 */
};

/* false for anything else than the above; words stand with one or more blanks between them. */
bool bdl_schedule_parse(struct bdl_view text, struct bdl_schedule *ret);

/* As above, in the largest unit that fits. */
void bdl_schedule_write(const struct bdl_schedule *s, char out[BDL_SCHEDULE_TEXT]);

/* The first moment after `now_ms`, for what was done at it; INT64_MAX for never. */
int64_t bdl_schedule_after(const struct bdl_schedule *s, int64_t now_ms);

/* The same for what was never done: a period begins at once, a time of day is waited for. */
int64_t bdl_schedule_first(const struct bdl_schedule *s, int64_t now_ms);

/*
 * For what has failed `failures` times in a row: a quarter of an hour later, then after twice as
 * long each time up to four hours, and never later than it would be due anyway.
 */
int64_t bdl_schedule_retry(const struct bdl_schedule *s, int64_t now_ms, int64_t failures);

/*
 * A moment that was put down when the clock was wrong, or by another schedule, may lie years ahead:
 * what is later than the schedule would have it from now is brought back to that.
 */
int64_t bdl_schedule_mend(const struct bdl_schedule *s, int64_t next_ms, int64_t now_ms);

#endif
