#include "main/scribe/work.h"

#include "base/clock.h"
#include "sys/log.h"

#define DELETE_MS   600000 /* between two looks for records whose time has come */
#define DELETE_TURN 20     /* milliseconds of deleting before the journal is read again */

/* The portal may show what there is. */
static void cleaned(struct bdl_scribe_work *s)
{
	bool is_news = !bdl_board_is_clean(s->role->board);
	bdl_board_cleaned(s->role->board);
	if (is_news && !s->in_trouble && !s->is_noted)
		bdl_work_note(s);
}

static int deletion_done(struct bdl_scribe_work *s, struct bdl_err *err)
{
	struct bdl_retention_sum gone = bdl_retention_gone(s->deletion);
	s->deleted_by = bdl_retention_basis(s->deletion);
	if (gone.acts || gone.violations || gone.visits || gone.refused)
		bdl_log(BDL_LOG_NOTICE, "records-deleted",
		    "past their time: %lld acts, %lld violations, %lld rows of visits, %lld refused"
		    " entries",
		    (long long)gone.acts, (long long)gone.violations, (long long)gone.visits,
		    (long long)gone.refused);
	bdl_retention_end(bdl_steal(&s->deletion));
	cleaned(s);
	return bdl_deletion_keep(s->store, &gone, s->clock.believed_ms, err);
}

/* Begin where the clock is believed; else say so, as the next is tried. 0 also where none is begun. */
static int deletion_begin(struct bdl_scribe_work *s, struct bdl_err *err)
{
	int64_t now_ms = bdl_now_ms();
	int rc = 0;
	s->deletion_tick_ms = bdl_tick_ms() + DELETE_MS;
	if (!s->has_clock)
		rc = bdl_deletion_ran(s->store, &s->clock.believed_ms, err);
	if (rc < 0)
		return rc;
	s->has_clock = true;
	bool is_believed = bdl_deletion_clock_is_believed(&s->clock, now_ms, bdl_tick_ms());
	if (!is_believed && !s->is_doubted)
		bdl_log(BDL_LOG_ERR, "clock-doubted",
		    "the clock has jumped ahead, or nothing ran for weeks: nothing is deleted by it "
		    "until it has stayed so for an hour");
	bool is_news = s->is_doubted == is_believed;
	s->is_doubted = !is_believed;
	if (is_news && !s->in_trouble && !s->is_noted)
		bdl_work_note(s);
	return is_believed ? bdl_retention_begin(s->store, now_ms, &s->deletion, err) : 0;
}

/*
 * Delete what is past its time, a little between two readings of the journal. Policies in force that
 * this program cannot read delete nothing; that is no fault of the store's.
 */
int bdl_work_deletion(struct bdl_scribe_work *s, struct bdl_err *err)
{
	int64_t begun_ms = bdl_tick_ms();
	int rc = 0;
	if (!s->deletion && begun_ms < s->deletion_tick_ms)
		return 0;
	if (!s->deletion)
		rc = deletion_begin(s, err);
	if (rc == BDL_E_INVALID || rc == BDL_E_LIMIT) {
		bdl_log_err(BDL_LOG_ERR, "nothing-deleted", err);
		cleaned(s); /* there is nothing that people would wait for */
		return 0;
	}
	if (rc < 0 || !s->deletion)
		return rc;
	if (bdl_retention_basis(s->deletion) == s->deleted_by) {
		bdl_retention_end(bdl_steal(&s->deletion));
		return 0;
	}
	do
		rc = bdl_retention_step(s->store, s->deletion, err);
	while (rc > 0 && bdl_tick_ms() - begun_ms < DELETE_TURN);
	return rc == 0 ? deletion_done(s, err) : rc;
}
