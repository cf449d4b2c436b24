#include "record/retention/deletion_clock.h"
#include "base/clock.h"

/* How far it is ahead of where it should be: of `was_ms`, which it said at `was_tick_ms`. */
static int64_t ahead(int64_t was_ms, int64_t was_tick_ms, int64_t now_ms, int64_t tick_ms)
{
	return now_ms - was_ms - (tick_ms - was_tick_ms);
}

static bool fits(const struct bdl_deletion_clock *c, int64_t now_ms, int64_t tick_ms)
{
	if (c->tick_ms)
		return ahead(c->believed_ms, c->tick_ms, now_ms, tick_ms) <= BDL_CLOCK_AHEAD_MS;
	return !c->believed_ms || now_ms - c->believed_ms <= BDL_CLOCK_REST_DAYS * BDL_DAY_MS;
}

/* For how long it has gone on evenly since it was doubted, one that jumps again being doubted anew. */
static int64_t doubted_for(struct bdl_deletion_clock *c, int64_t now_ms, int64_t tick_ms)
{
	int64_t off_ms = c->doubted_tick_ms
	    ? ahead(c->doubted_ms, c->doubted_tick_ms, now_ms, tick_ms)
	    : INT64_MAX;

	if (off_ms > BDL_CLOCK_AHEAD_MS || off_ms < -BDL_CLOCK_AHEAD_MS) {
		c->doubted_ms = now_ms;
		c->doubted_tick_ms = tick_ms;
	}
	return tick_ms - c->doubted_tick_ms;
}

bool bdl_deletion_clock_is_believed(struct bdl_deletion_clock *c, int64_t now_ms, int64_t tick_ms)
{
	if (!fits(c, now_ms, tick_ms) && doubted_for(c, now_ms, tick_ms) < BDL_CLOCK_DOUBT_MS)
		return false;
	*c = (struct bdl_deletion_clock){ .believed_ms = now_ms, .tick_ms = tick_ms };
	return true;
}
