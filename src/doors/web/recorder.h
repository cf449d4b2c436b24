/*
 * Recording: every act is appended to the journal before it is answered; a strict one is also on
 * the disk before. Answers that wait share one sync (group commit), which runs on libuv's pool and is
 * begun once the loop has dealt with all that had come; where that was much, a millisecond and a half
 * after the last at the soonest. So as many as can share it.
 *
 * A full or failing disk stops recording loudly, not answering: what could not be recorded is
 * counted, logged and shown. Each append tries again, and a timer every second. Room is taken at the
 * start, so that a disk that fills up later does not stop a worker that has recorded nothing yet.
 */
#ifndef BDL_DOORS_WEB_RECORDER_H
#define BDL_DOORS_WEB_RECORDER_H

#include "record/acts/act.h"
#include "sys/board.h"
#include <uv.h>

struct bdl_recorder;

/* Lies in whatever waits. `done` is called once, on the loop. */
struct bdl_waiter {
	void (*done)(struct bdl_waiter *w);
	struct bdl_waiter *next;
};

/* `folder` is DIR/journal/SOURCE. One that cannot be opened now is tried again every second. */
struct bdl_recorder *bdl_recorder_new(uv_loop_t *loop, const char *folder, struct bdl_slot *slot);

/* Begin to end: its handles are closed; a sync in flight still ends, and its waiters are called. */
void bdl_recorder_stop(struct bdl_recorder *r);
void bdl_recorder_free(struct bdl_recorder *r); /* after the loop has ended; takes NULL */

void bdl_recorder_add(struct bdl_recorder *r, const struct bdl_act *act);

/*
 * Call `w->done` when all that was added so far is on the disk, or cannot be brought there. false
 * where there is nothing to wait for; `done` is not called then.
 */
bool bdl_recorder_wait(struct bdl_recorder *r, struct bdl_waiter *w) BDL_MUST_USE;

/* Whether the last attempt to record failed. */
bool bdl_recorder_failing(const struct bdl_recorder *r);

#endif
