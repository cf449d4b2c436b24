#include "main/scribe/role.h"

#include "base/clock.h"
#include "main/proxy/squid.h"
#include "main/scribe/work.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/sandbox.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define TICK_MS      100   /* between two looks at the journal and the store when all is read */
#define TROUBLE_MS   1000  /* before a store that failed is tried again */
#define TAKEN_MS     15000 /* the same where another has this host's name, who is not to be outrun */
#define TURN_MS      50    /* of reading before the loop looks at its signals again */
#define NOTED_MS     600000 /* how long the board shows what was wrong with a journal */
#define AGAIN_MS     10000 /* before a deletion that failed begins anew while nobody may see records */
#define LAST_TURN_MS 2000
#define HOLD_MS      500  /* how long visits wait for more of their kind */
#define SWEEP_S      3600 /* what is half written for so long is nobody's any more */
#define NICENESS     5
#define PACE_MS      1000 /* between two rounds of reading while the doors are busy */

void bdl_work_note(struct bdl_scribe_work *s)
{
	const char *note = "the store is written";
	if (s->is_doubted)
		note = "IS THE CLOCK RIGHT? It jumped ahead; nothing is deleted for an hour";
	else if (!bdl_board_is_clean(s->role->board))
		note = "deletes what is past its time, before anybody sees it";
	bdl_slot_note(s->role->slot, "%s", note);
}

static void store_close(struct bdl_scribe_work *s)
{
	bdl_retention_end(bdl_steal(&s->deletion));
	bdl_scribe_free(bdl_steal(&s->reader));
	bdl_lists_watch_free(bdl_steal(&s->lists));
	bdl_store_close(bdl_steal(&s->store));
}

/*
 * Nothing is lost while the store is away: the journal keeps what the doors write. It is closed
 * and opened anew, since a file that was replaced or a disk that came back needs that anyway.
 */
static void trouble(struct bdl_scribe_work *s, const char *ev, const struct bdl_err *err)
{
	bdl_log_err(BDL_LOG_ERR, ev, err);
	bdl_slot_note(s->role->slot, "the store cannot be written: %.60s", err->text);
	bdl_slot_put(s->role->slot, BDL_COUNT_FAILING, 1);
	s->in_trouble = true;
	store_close(s);
}

static int store_open(struct bdl_scribe_work *s, struct bdl_err *err)
{
	int rc = bdl_data_store(s->role->conf, &s->store, err);
	if (rc < 0)
		return rc;
	rc = bdl_store_claim(s->store, s->host, err);
	s->is_taken = rc == BDL_E_BUSY;
	if (rc < 0)
		return rc;
	s->reader = bdl_scribe_new(s->store, s->journal_path);
	if (bdl_store_is_shared(s->store))
		bdl_scribe_of_host(s->reader, s->host);
	bdl_scribe_bytes(s->reader, s->bytes_path);
	s->lists = bdl_lists_watch_new(s->lists_path, s->host);
	s->has_seen = false;
	s->deleted_by = 0; /* it may be another one, that was restored */
	if (!bdl_board_is_clean(
		s->role->board)) /* people wait for it, yet no damaged table may keep it at it */
		s->deletion_tick_ms = bdl_tick_ms() + (s->in_trouble ? AGAIN_MS : 0);
	return 0;
}

static int work(struct bdl_scribe_work *s, int64_t for_ms, int64_t hold_ms, struct bdl_err *err)
{
	int rc = s->store ? 0 : store_open(s, err);
	if (rc == 0)
		rc = bdl_work_force(s, err);
	if (rc == 0)
		rc = bdl_work_journal(s, for_ms, hold_ms, err);
	if (rc < 0)
		return rc;
	int other = bdl_work_deletion(s, err); /* the portal waits for it */
	bdl_work_head(s);
	if (other >= 0)
		other = bdl_work_reviews(s, err);
	if (other >= 0)
		other = bdl_work_lists(s, err);
	if (other >= 0)
		other = bdl_work_host(s, err);
	return other < 0 ? other : rc;
}

/*
 * The doors are busy: what people changed is in force as soon as ever all the same, and all else has a
 * turn a second.
 */
static int work_briefly(struct bdl_scribe_work *s, struct bdl_err *err)
{
	int64_t now_ms = bdl_tick_ms();

	if (s->store && now_ms - s->brief_tick_ms < PACE_MS) {
		int rc = bdl_work_force(s, err);
		return rc < 0 ? rc : 1;
	}
	s->brief_tick_ms = now_ms;
	return work(s, 0, HOLD_MS, err);
}

static void recovered(struct bdl_scribe_work *s)
{
	if (s->in_trouble)
		bdl_log(BDL_LOG_NOTICE, "store-back", "the store can be written again");
	s->in_trouble = s->is_noted = false;
	bdl_slot_put(s->role->slot, BDL_COUNT_FAILING, 0);
	bdl_work_note(s);
	atomic_store(&s->role->slot->state, BDL_STATE_UP);
}

static void on_tick(uv_timer_t *timer)
{
	struct bdl_scribe_work *s = timer->data;
	struct bdl_err err;
	bool is_brief = bdl_work_gives_way(s);
	uint64_t pause = TICK_MS;
	int rc = is_brief ? work_briefly(s, &err) : work(s, TURN_MS, HOLD_MS, &err);
	if (rc < 0) {
		trouble(s, "store-failed", &err);
		pause = s->is_taken ? TAKEN_MS : TROUBLE_MS;
	} else {
		bool is_past = s->is_noted && bdl_tick_ms() - s->noted_tick_ms >= NOTED_MS;
		if (is_past || s->in_trouble || atomic_load(&s->role->slot->state) != BDL_STATE_UP)
			recovered(s);
		if (rc == 0)
			s->read_tick_ms = bdl_tick_ms();
		else if (!is_brief)
			pause = 0;
	}
	if (!s->loop.stopping)
		(void)uv_timer_start(timer, on_tick, pause, 0); /* fails only without a callback */
}

static void on_stop(void *arg)
{
	struct bdl_scribe_work *s = arg;
	uv_close((uv_handle_t *)&s->timer, NULL);
}

static int confine(const struct bdl_scribe_work *s, struct bdl_err *err)
{
	/*
	 * SQLite makes its -wal and -shm files beside the store, so the whole data folder is open to
	 * the scribe; nothing outside it is, but the log of a Squid that is another user, and what it
	 * takes to find another machine.
	 */
	const struct bdl_path_right rights[] = { { s->role->conf->dir, BDL_MAY_WRITE },
		{ s->bytes_path, BDL_MAY_WRITE }, BDL_CONNECT_RIGHTS };
	bool is_file = !s->role->conf->store[0];
	bool landlock = false;
	int rc = bdl_sandbox_files(rights, is_file ? 2 : BDL_ARRAY_LEN(rights), &landlock, err);
	if (rc == 0 && !landlock)
		bdl_log(
		    BDL_LOG_WARN, "no-landlock", "this kernel cannot confine the scribe's files");
	unsigned calls =
	    BDL_CALLS_FILES | (is_file ? BDL_CALLS_LOCKS : BDL_CALLS_CONNECT | BDL_CALLS_LOCAL);
	return rc < 0 ? rc : bdl_sandbox_calls(calls, err);
}

/*
 * What a crash left half written, under the names of bdl_file_beside; force/ is swept as it is
 * written. What is younger may be somebody's who is still writing.
 */
static void sweep(const struct bdl_conf *conf, const char *below)
{
	char path[BDL_PATH_MAX];
	struct stat st;
	bdl_conf_path(conf, path, sizeof(path), "%s", below);
	DIR *d = opendir(path);
	if (!d)
		return; /* no such folder yet: nothing lies in it */
	for (struct dirent *e; (e = readdir(d));) {
		if (bdl_view_ends(bdl_view_of(e->d_name), BDL_LIT(".new")) &&
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && bdl_now_ms() / 1000 - st.st_mtime > SWEEP_S)
			(void)unlinkat(dirfd(d), e->d_name, 0); /* it only takes room */
	}
	(void)closedir(d); /* it was only read */
}

static void paths(struct bdl_scribe_work *s)
{
	const struct bdl_conf *conf = s->role->conf;
	char state[BDL_SQUID_STATE_MAX];
	bdl_squid_state(conf, state);
	(void)snprintf(s->bytes_path, sizeof(s->bytes_path), "%s/bytes", state); /* fits */
	bdl_conf_path(conf, s->journal_path, sizeof(s->journal_path), "journal");
	bdl_conf_path(conf, s->force_path, sizeof(s->force_path), "force");
	bdl_conf_path(conf, s->keys_path, sizeof(s->keys_path), "keys");
	bdl_conf_path(conf, s->heads_path, sizeof(s->heads_path), "heads");
	bdl_conf_path(conf, s->lists_path, sizeof(s->lists_path), "lists/lists.map");
}

int bdl_scribe_run(struct bdl_role *role)
{
	struct bdl_scribe_work s = { .role = role };
	struct bdl_err err;
	paths(&s);
	/*
	 * The doors answer people, the scribe only has to keep up: where cores are few, what it brings
	 * over after a lesson's rush must not make a page wait. The journal holds what waits.
	 */
	(void)setpriority(PRIO_PROCESS, 0, NICENESS); /* to be nicer is always allowed */
	int rc = bdl_loop_init(&s.loop, on_stop, &s, &err);
	if (rc == 0)
		rc = bdl_file_mkdirs(s.force_path, &err);
	if (rc == 0 && role->conf->store[0])
		rc = bdl_data_host(role->conf, s.host, &err);
	if (rc == 0)
		rc = confine(&s, &err);
	if (rc < 0) {
		bdl_log_err(BDL_LOG_ERR, "start-failed", &err);
		return EXIT_FAILURE;
	}
	sweep(role->conf, "lists");
	sweep(role->conf, "run");
	(void)uv_timer_init(&s.loop.uv, &s.timer); /* neither can fail */
	s.timer.data = &s;
	(void)uv_timer_start(&s.timer, on_tick, 0, 0);
	bdl_loop_run(&s.loop);

	/* The doors are ending too: what they wrote last is brought over now, or at the next start. */
	if (work(&s, LAST_TURN_MS, 0, &err) < 0)
		bdl_log_err(BDL_LOG_WARN, "store-failed", &err);
	store_close(&s);
	atomic_store(&role->slot->state, BDL_STATE_STOPPED);
	return EXIT_SUCCESS;
}
