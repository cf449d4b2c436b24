#include "doors/web/recorder.h"
#include "base/alloc.h"
#include "record/journal/journal.h"
#include "sys/log.h"

#define SYNC_MS  1000    /* what is not strict waits at most this long for the disk */
#define APART_NS 1500000 /* between the beginnings of two syncs, while many are served */
#define MANY     4       /* acts in one turn of the loop */

/* What keeps acts from the record, each mended by its own success. */
enum trouble { CANNOT_APPEND = 1, CANNOT_SYNC = 2 };

struct bdl_recorder {
	uv_loop_t *loop;
	uv_timer_t timer;
	uv_prepare_t before; /* the loop waits for peers */
	uv_timer_t due;      /* wakes it for a sync that was put off */
	struct bdl_slot *slot;
	char *folder;
	struct bdl_journal *journal; /* NULL until it could be opened */
	struct bdl_buf bytes;        /* of the act being encoded */
	unsigned failing;            /* enum trouble */
	bool stopping;
	bool is_unsynced; /* something was added that no sync was begun for */

	/* The next segment, being made. */
	uv_work_t making;
	struct bdl_journal_spare *spare; /* NULL: none is being made */
	int spare_code;                  /* what came of it; the thread's until that has ended */
	bool spare_failed;               /* the last: the next waits for the timer */

	/* The one sync in flight, those who wait for it, and those who wait for the next. */
	uv_work_t work;
	struct bdl_journal_sync *sync;
	struct bdl_err sync_err;
	int sync_code;
	struct bdl_waiter *syncing, *waiting;
	struct bdl_waiter **last; /* where the next who waits is put: first come, first served */
	uint64_t begun_ns;        /* when the last was */
	size_t n_added;           /* acts in this turn of the loop */
};

static void fail(struct bdl_recorder *r, enum trouble what, const struct bdl_err *err)
{
	if (!r->failing)
		bdl_log(BDL_LOG_ERR, "recording-stopped",
		    "acts are judged and answered but not recorded: %s", err->text);
	r->failing |= (unsigned)what;
}

static void recover(struct bdl_recorder *r, enum trouble what)
{
	unsigned before = r->failing;
	r->failing &= ~(unsigned)what;
	if (before && !r->failing)
		bdl_log(BDL_LOG_NOTICE, "recording-resumed", "acts are recorded again");
}

/* Open the journal, where that was not done yet, with room in it for any act. */
static void get_ready(struct bdl_recorder *r)
{
	struct bdl_err err = { 0 };
	int rc =
	    r->journal ? 0 : bdl_journal_open(r->folder, BDL_JOURNAL_SEGMENT, &r->journal, &err);
	if (rc == 0)
		rc = bdl_journal_ready(r->journal, BDL_ACT_BYTES_MAX, &err);
	if (rc < 0)
		fail(r, CANNOT_APPEND, &err);
	else
		recover(r, CANNOT_APPEND);
}

static void wake(struct bdl_waiter *w)
{
	while (w) {
		struct bdl_waiter *next = w->next; /* `done` may free w */
		w->next = NULL;
		w->done(w);
		w = next;
	}
}

static void on_making(uv_work_t *work)
{
	struct bdl_recorder *r = work->data;
	struct bdl_err err;

	/* Who appends when there is none makes one, or says why not. */
	r->spare_code = bdl_journal_spare_run(r->spare, &err);
}

static void on_made(uv_work_t *work, int status)
{
	struct bdl_recorder *r = work->data;

	(void)status; /* nobody cancels it */
	bdl_journal_spare_end(r->journal);
	r->spare = NULL;
	r->spare_failed = r->spare_code < 0;
}

/* See to it that the next segment is there before it is needed. */
static void make_spare(struct bdl_recorder *r)
{
	if (r->stopping || r->spare || !r->journal || r->failing)
		return;
	r->spare = bdl_journal_spare_begin(r->journal);
	if (!r->spare)
		return;
	r->making.data = r;
	/* Fails only without a function to call. */
	BDL_BUG_IF(uv_queue_work(r->loop, &r->making, on_making, on_made) != 0);
}

static void on_pool(uv_work_t *work)
{
	struct bdl_recorder *r = work->data;
	r->sync_code = bdl_journal_sync_run(r->sync, &r->sync_err);
}

static void on_synced(uv_work_t *work, int status);

static struct bdl_waiter *take_waiting(struct bdl_recorder *r)
{
	struct bdl_waiter *all = r->waiting;

	r->waiting = NULL;
	r->last = &r->waiting;
	return all;
}

/* Bring what is unsynced to the disk, for those who wait now. false where nothing is unsynced. */
static bool start_sync(struct bdl_recorder *r)
{
	r->sync = r->journal ? bdl_journal_sync_begin(r->journal) : NULL;
	r->is_unsynced = false;
	r->begun_ns = uv_hrtime();
	if (!r->sync)
		return false;
	r->syncing = take_waiting(r);
	r->work.data = r;
	/* Fails only without a function to call. */
	BDL_BUG_IF(uv_queue_work(r->loop, &r->work, on_pool, on_synced) != 0);
	return true;
}

/* Who waits for nothing that is unsynced need not wait; but who is woken may ask for more. */
static void sync_or_wake(struct bdl_recorder *r)
{
	while (!r->sync && r->waiting && !start_sync(r))
		wake(take_waiting(r));
}

static void on_synced(uv_work_t *work, int status)
{
	(void)status; /* nobody cancels it */
	struct bdl_recorder *r = work->data;
	struct bdl_waiter *done = r->syncing;
	bdl_journal_sync_end(r->journal, r->sync);
	r->sync = NULL;
	r->syncing = NULL;
	if (r->sync_code < 0)
		fail(r, CANNOT_SYNC, &r->sync_err);
	else
		recover(r, CANNOT_SYNC);
	if (!r->spare_failed)
		make_spare(r);
	wake(done);
	if (r->stopping) /* else the loop sees to those who came meanwhile, and some more */
		sync_or_wake(r);
}

static void on_timer(uv_timer_t *timer)
{
	struct bdl_recorder *r = timer->data;
	if (!r->journal || (r->failing & CANNOT_APPEND))
		get_ready(r);
	if (!r->sync)
		(void)start_sync(r); /* nothing unsynced is fine */
	make_spare(r);
}

static void on_due(uv_timer_t *t)
{
	(void)t; /* the loop was only to wake up: before it waits again it looks */
}

/*
 * A sync costs the core as much as ten requests do. While many are served they wait for a moment, so
 * that more of them share one; who is served alone waits for nobody.
 */
static bool is_early(const struct bdl_recorder *r)
{
	return r->n_added >= MANY && uv_hrtime() - r->begun_ns < APART_NS;
}

static void before_waiting(uv_prepare_t *h)
{
	struct bdl_recorder *r = h->data;

	if (r->waiting && !r->sync && is_early(r))
		(void)uv_timer_start(&r->due, on_due, 1, 0);
	else
		sync_or_wake(r);
	r->n_added = 0;
}

struct bdl_recorder *bdl_recorder_new(uv_loop_t *loop, const char *folder, struct bdl_slot *slot)
{
	struct bdl_recorder *r = bdl_xalloc(sizeof(*r));
	r->loop = loop;
	r->slot = slot;
	r->folder = bdl_xstrdup(folder);
	r->bytes = BDL_BUF(BDL_ACT_BYTES_MAX);
	r->last = &r->waiting;
	/* Neither fails for a loop and a callback that are there. */
	BDL_BUG_IF(uv_timer_init(loop, &r->timer) != 0);
	BDL_BUG_IF(uv_timer_start(&r->timer, on_timer, SYNC_MS, SYNC_MS) != 0);
	BDL_BUG_IF(uv_prepare_init(loop, &r->before) != 0);
	BDL_BUG_IF(uv_prepare_start(&r->before, before_waiting) != 0);
	BDL_BUG_IF(uv_timer_init(loop, &r->due) != 0);
	r->timer.data = r->before.data = r->due.data = r;
	get_ready(r);
	return r;
}

void bdl_recorder_stop(struct bdl_recorder *r)
{
	if (!r->stopping) {
		uv_close((uv_handle_t *)&r->timer, NULL);
		uv_close((uv_handle_t *)&r->before, NULL);
		uv_close((uv_handle_t *)&r->due, NULL);
	}
	r->stopping = true;
	sync_or_wake(r);
}

void bdl_recorder_free(struct bdl_recorder *r)
{
	if (!r)
		return;
	bdl_journal_close(r->journal);
	bdl_buf_done(&r->bytes);
	free(r->folder);
	free(r);
}

void bdl_recorder_add(struct bdl_recorder *r, const struct bdl_act *act)
{
	struct bdl_err err BDL_UNSET; /* what fails says so in it */
	bdl_buf_clear(&r->bytes);
	int rc = bdl_act_encode(act, &r->bytes);
	if (rc < 0)
		(void)bdl_fail(&err, BDL_E_LIMIT, "an act too large to record");
	else if (!r->journal)
		rc = bdl_fail(&err, BDL_E_IO, "the journal '%s' could not be opened", r->folder);
	else
		rc = bdl_journal_append(r->journal, BDL_ENTRY_ACT, bdl_buf_view(&r->bytes), &err);
	if (rc == 0) {
		r->is_unsynced = true;
		r->n_added++;
		struct bdl_journal_place end = bdl_journal_end(r->journal);
		bdl_slot_put(r->slot, BDL_COUNT_SEGMENT, end.segment);
		bdl_slot_put(r->slot, BDL_COUNT_OFFSET, end.offset);
		recover(r, CANNOT_APPEND);
		return;
	}
	bdl_count(r->slot, BDL_COUNT_UNRECORDED, 1);
	fail(r, CANNOT_APPEND, &err);
}

bool bdl_recorder_wait(struct bdl_recorder *r, struct bdl_waiter *w)
{
	if (!r->is_unsynced && !r->sync)
		return false;
	w->next = NULL;
	*r->last = w;
	r->last = &w->next;
	return true;
}

bool bdl_recorder_failing(const struct bdl_recorder *r)
{
	return r->failing != 0;
}
