#include "main/role_scribe.h"

#include "base/clock.h"
#include "main/data.h"
#include "main/squid.h"
#include "record/ledger/head.h"
#include "record/ledger/lists.h"
#include "record/policies/force.h"
#include "record/policies/versions.h"
#include "record/retention/deletion_clock.h"
#include "record/retention/holds.h"
#include "record/retention/retention.h"
#include "record/retention/storage.h"
#include "record/scribe/scribe.h"
#include "record/status/hosts.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/pace.h"
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
#define AGAIN_MS     60000  /* before the same is said of a journal again */
#define NOTED_MS     600000 /* how long the board shows what was wrong with a journal */
#define FORCE_MS     2000   /* between two looks at whether force/ is still as it was written */
#define REFUSED_MS   60000  /* before a version that could not come into force is tried again */
#define LAST_TURN_MS 2000
#define HOLD_MS      500      /* how long visits wait for more of their kind */
#define HEADS_MS     60000    /* between two looks at whether the head of the day is exported */
#define REVIEWS_MS   86400000 /* between two reminders of holds that are to be looked at again */
#define DELETE_MS    600000   /* between two looks for records whose time has come */
#define DELETE_TURN  20       /* milliseconds of deleting before the journal is read again */
#define SWEEP_S      3600     /* what is half written for so long is nobody's any more */
#define NICENESS     5
#define PACE_MS      1000  /* between two rounds of reading while the doors are busy */
#define BEHIND_MS    10000 /* of unread acts past which they are read at once all the same */

struct scribe {
	struct bdl_role *role;
	struct bdl_loop loop;
	uv_timer_t timer;
	char journal_path[BDL_PATH_MAX], force_path[BDL_PATH_MAX];
	char keys_path[BDL_PATH_MAX], heads_path[BDL_PATH_MAX];
	char bytes_path[BDL_PATH_MAX];
	char lists_path[BDL_PATH_MAX];
	char host[BDL_DATA_HOST_MAX]; /* this host's name in a store that several write to */
	struct bdl_store *store;      /* NULL while it is away */
	struct bdl_scribe *reader;
	struct bdl_lists_watch *lists;
	int64_t seen;  /* bdl_store_change at the last look */
	bool has_seen; /* false: the force folder has not been compared with this store yet */
	struct bdl_digest manifest; /* of what it said then */
	int64_t force_tick_ms;      /* when it was compared last */
	int64_t next_ms;         /* when a version that waits comes into force, or is tried again */
	int64_t heads_tick_ms;   /* when it is looked again for the head of the day */
	int64_t reviews_tick_ms; /* when it is looked for reviews that are due */
	int64_t host_tick_ms;    /* when it is said again what this host's doors use */
	struct bdl_host_row said;           /* of them the last time */
	struct bdl_retention_run *deletion; /* NULL: none is under way */
	int64_t deletion_tick_ms;           /* when the next begins */
	uint64_t deleted_by; /* bdl_retention_basis of the last whole run; 0: there was none */
	struct bdl_deletion_clock clock;
	bool has_clock, is_doubted; /* the clock: asked of the store, and not believed */
	struct bdl_pace pace;
	int64_t read_tick_ms; /* when all that stood in the journals was last read */
	bool in_trouble;
	bool is_taken;                                     /* this host's name, by another */
	char told[sizeof(((struct bdl_err *)NULL)->text)]; /* what was said of a journal last */
	int64_t told_tick_ms;
	bool is_noted; /* the board shows it */
	int64_t noted_tick_ms;
};

/* While nothing else is wrong. */
static void note(struct scribe *s)
{
	bdl_slot_note(s->role->slot, "%s",
	    s->is_doubted ? "IS THE CLOCK RIGHT? It jumped ahead; nothing is deleted for an hour"
			  : "the store is written");
}

static void store_close(struct scribe *s)
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
static void trouble(struct scribe *s, const char *ev, const struct bdl_err *err)
{
	bdl_log_err(BDL_LOG_ERR, ev, err);
	bdl_slot_note(s->role->slot, "the store cannot be written: %.60s", err->text);
	bdl_slot_put(s->role->slot, BDL_COUNT_FAILING, 1);
	s->in_trouble = true;
	store_close(s);
}

static int store_open(struct scribe *s, struct bdl_err *err)
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
	return 0;
}

/* A journal that cannot be read is no fault of the store's, and is tried again by the reader. */
static void tell_journal(struct scribe *s, const struct bdl_err *err)
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
static int read_journal(struct scribe *s, int64_t for_ms, int64_t hold_ms, struct bdl_err *err)
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
 * What waits comes into force when its moment is there. What cannot be enforced is no fault of the
 * store's: the version before it stays, and the log says why.
 */
static int bring_due(struct scribe *s, struct bdl_err *err)
{
	size_t n = 0;
	int64_t now_ms = bdl_now_ms();
	int rc = bdl_versions_bring(s->store, now_ms, &n, err);
	if (rc == BDL_E_INVALID || rc == BDL_E_LIMIT) {
		bdl_log_err(BDL_LOG_ERR, "version-refused", err);
		s->next_ms = now_ms + REFUSED_MS;
		return 0;
	}
	if (n > 0)
		bdl_log(BDL_LOG_NOTICE, "version-in-force", "%zu policies that waited", n);
	return rc < 0 ? rc : bdl_versions_next(s->store, &s->next_ms, err);
}

/*
 * Somebody published a policy or a roll, or a version's day has come: the doors read it from the
 * force folder. And somebody may have laid hands on that folder: it is compared with the store
 * every two seconds and mended.
 */
static int look_at_store(struct scribe *s, struct bdl_err *err)
{
	int64_t now = 0;
	struct bdl_force_written force = { 0 };
	int rc = bdl_store_change(s->store, &now, err);
	bool is_news = !s->has_seen || now != s->seen || bdl_now_ms() >= s->next_ms;
	if (rc < 0 || (!is_news && bdl_tick_ms() - s->force_tick_ms < FORCE_MS))
		return rc;
	if (is_news)
		rc = bring_due(s, err);
	if (rc == 0)
		rc = bdl_force_write(s->store, s->force_path, &force, err);
	if (rc < 0)
		return rc;
	/* News of the store may be of anything: this is the same for the same policies and roll. */
	bool is_mended =
	    s->has_seen && memcmp(&force.manifest, &s->manifest, sizeof(s->manifest)) == 0;
	s->seen = now;
	s->has_seen = true;
	s->manifest = force.manifest;
	s->force_tick_ms = bdl_tick_ms();
	if (force.changed && is_mended)
		bdl_log(BDL_LOG_ERR, "force-mended",
		    "what the doors enforce was not what the store says, and has been put right");
	if (force.changed && !is_mended) {
		bdl_count(s->role->slot, BDL_COUNT_RELOADS, 1);
		bdl_log(
		    BDL_LOG_NOTICE, "force-written", "what the doors enforce has been replaced");
	}
	return 0;
}

/*
 * The head of the ledger, signed, once a day. That it cannot be written is no fault of the store's: it
 * is said, and tried again.
 */
static void keep_head(struct scribe *s)
{
	struct bdl_err err;
	bool made = false;
	if (bdl_tick_ms() < s->heads_tick_ms)
		return;
	s->heads_tick_ms = bdl_tick_ms() + HEADS_MS;
	if (bdl_head_of_day(s->store, s->keys_path, s->heads_path, bdl_now_ms(), &made, &err) < 0)
		bdl_log_err(BDL_LOG_ERR, "head-not-exported", &err);
	else if (made)
		bdl_log(BDL_LOG_NOTICE, "head-exported",
		    "the ledger's head of the day is in heads/; keep a copy elsewhere");
}

/* Once a day and at each start, as the status says it at any time. */
static int remind_of_reviews(struct scribe *s, struct bdl_err *err)
{
	size_t n = 0;
	if (bdl_tick_ms() < s->reviews_tick_ms)
		return 0;
	int rc = bdl_holds_due(s->store, bdl_now_ms(), &n, err);
	if (rc < 0)
		return rc;
	s->reviews_tick_ms = bdl_tick_ms() + REVIEWS_MS;
	if (n > 0)
		bdl_log(BDL_LOG_NOTICE, "review-due",
		    "%zu legal %s to be looked at again: beadle hold list says which", n,
		    n == 1 ? "hold is" : "holds are");
	return 0;
}

/* For the portals of other hosts, which do not see this one's board. */
static int speak_for_host(struct scribe *s, struct bdl_err *err)
{
	if (!bdl_store_is_shared(s->store))
		return 0;
	struct bdl_host_row now = bdl_host_look(s->role->board);
	bool is_news = now.doors != s->said.doors || now.ruleset != s->said.ruleset ||
	    now.is_mixed != s->said.is_mixed;
	if (!is_news && bdl_tick_ms() < s->host_tick_ms)
		return 0;
	now.host = bdl_view_of(s->host);
	int rc = bdl_hosts_say(s->store, now, err);
	if (rc < 0)
		return rc;
	s->said = now;
	s->host_tick_ms = bdl_tick_ms() + BDL_HOST_SAY_MS;
	return 0;
}

/* The clerk may not touch the store, and a hand asks nobody: what the lists are now is entered here. */
static int look_at_lists(struct scribe *s, struct bdl_err *err)
{
	bool is_news;
	int rc = bdl_lists_look(s->lists, s->store, &is_news, err);
	if (rc == 0 && is_news)
		bdl_log(BDL_LOG_NOTICE, "lists-entered",
		    "the lists are others than the ledger knew: beadle lists changes says which");
	return rc;
}

static int deletion_done(struct scribe *s, struct bdl_err *err)
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
	bdl_board_cleaned(s->role->board);
	return bdl_deletion_keep(s->store, &gone, s->clock.believed_ms, err);
}

/* Begin where the clock is believed; else say so, as the next is tried. 0 also where none is begun. */
static int deletion_begin(struct scribe *s, struct bdl_err *err)
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
		note(s);
	return is_believed ? bdl_retention_begin(s->store, now_ms, &s->deletion, err) : 0;
}

/*
 * Delete what is past its time, a little between two readings of the journal. Policies in force that
 * this program cannot read delete nothing; that is no fault of the store's.
 */
static int keep_times(struct scribe *s, struct bdl_err *err)
{
	int64_t begun_ms = bdl_tick_ms();
	int rc = 0;
	if (!s->deletion && begun_ms < s->deletion_tick_ms)
		return 0;
	if (!s->deletion)
		rc = deletion_begin(s, err);
	if (rc == BDL_E_INVALID || rc == BDL_E_LIMIT) {
		bdl_log_err(BDL_LOG_ERR, "nothing-deleted", err);
		bdl_board_cleaned(s->role->board); /* there is nothing that people would wait for */
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

/*
 * Doors that have all they can do answer people, and every turn that the scribe takes on their core is a
 * wait for somebody: it then reads little at a time, unless what it has not read is older than it may be.
 */
static bool gives_way(struct scribe *s)
{
	return bdl_pace_is_busy(&s->pace, s->role->board) &&
	    bdl_tick_ms() - s->read_tick_ms < BEHIND_MS;
}

static int work(struct scribe *s, int64_t for_ms, int64_t hold_ms, struct bdl_err *err)
{
	int rc = s->store ? 0 : store_open(s, err);
	if (rc == 0)
		rc = look_at_store(s, err);
	if (rc == 0)
		rc = read_journal(s, for_ms, hold_ms, err);
	if (rc < 0)
		return rc;
	keep_head(s);
	int other = keep_times(s, err);
	if (other >= 0)
		other = remind_of_reviews(s, err);
	if (other >= 0)
		other = look_at_lists(s, err);
	if (other >= 0)
		other = speak_for_host(s, err);
	return other < 0 ? other : rc;
}

static void recovered(struct scribe *s)
{
	if (s->in_trouble)
		bdl_log(BDL_LOG_NOTICE, "store-back", "the store can be written again");
	s->in_trouble = s->is_noted = false;
	bdl_slot_put(s->role->slot, BDL_COUNT_FAILING, 0);
	note(s);
	atomic_store(&s->role->slot->state, BDL_STATE_UP);
}

static void on_tick(uv_timer_t *timer)
{
	struct scribe *s = timer->data;
	struct bdl_err err;
	bool is_brief = gives_way(s);
	uint64_t pause = is_brief ? PACE_MS : TICK_MS;
	int rc = work(s, is_brief ? 0 : TURN_MS, HOLD_MS, &err);
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
	struct scribe *s = arg;
	uv_close((uv_handle_t *)&s->timer, NULL);
}

static int confine(const struct scribe *s, struct bdl_err *err)
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

static void paths(struct scribe *s)
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
	struct scribe s = { .role = role };
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
