#include "main/scribe/work.h"

#include "base/clock.h"
#include "sys/log.h"

#define AGAIN_MS  60000 /* before the same is said of a journal again */
#define BEHIND_MS 10000 /* of unread acts past which they are read at once all the same */

/* A journal that cannot be read is no fault of the store's, and is tried again by the reader. */
static void tell_journal(struct bdl_scribe_work *s, const struct bdl_err *err)
{
	if (!err->code)
		return;
	s->noted_tick_ms = bdl_tick_ms();
	if (!s->is_noted)
		bdl_slot_note(s->role->slot, "A JOURNAL IS DAMAGED or unreadable: see the log");
	s->is_noted = true;
	if (!strcmp(err->text, s->told) && bdl_tick_ms() - s->told_tick_ms < AGAIN_MS)
		return;
	bdl_log_err(BDL_LOG_ERR, "journal-unreadable", err);
	memcpy(s->told, err->text, sizeof(s->told));
	s->told_tick_ms = bdl_tick_ms();
}

/*
 * Bring what is in the journal to the store, for at most `for_ms`, but what may wait a while. 1: there
 * may be more.
 */
int bdl_work_journal(
    struct bdl_scribe_work *s, int64_t for_ms, int64_t hold_ms, struct bdl_err *err)
{
	int64_t until_ms = bdl_tick_ms() + for_ms;
	struct bdl_scribe_round round;
	do {
		int rc = bdl_scribe_round(s->reader, hold_ms, &round, err);
		bdl_count(s->role->slot, BDL_COUNT_STORED, round.stored);
		if (round.stored > 0)
			bdl_slot_put(s->role->slot, BDL_COUNT_LAST_MS, (uint64_t)bdl_now_ms());
		tell_journal(s, &round.journal);
		if (round.refused > 0)
			bdl_log(BDL_LOG_ERR, "entry-refused",
			    "%zu journal entries could not be read and are kept aside in the store",
			    round.refused);
		if (rc < 0)
			return rc;
	} while (round.stored + round.lines > 0 && bdl_tick_ms() < until_ms);
	return round.stored + round.lines > 0;
}

/*
 * Doors that have all they can do answer people, and every turn that the scribe takes on their core is a
 * wait for somebody: it then reads little at a time, unless what it has not read is older than it may be.
 */
bool bdl_work_gives_way(struct bdl_scribe_work *s)
{
	return bdl_pace_is_busy(&s->pace, s->role->board) &&
	    bdl_tick_ms() - s->read_tick_ms < BEHIND_MS;
}
