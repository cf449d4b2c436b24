#include "main/clerk/role.h"

#include "base/clock.h"
#include "main/checks/asker.h"
#include "main/clerk/clerk.h"
#include "main/data.h"
#include "main/shipped.h"
#include "record/checks/checks.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define BUSY_MS    100   /* between two looks while a job is running */
#define TICK_MS    1000  /* the same while none is */
#define DUE_MS     2000  /* between two looks at what is due */
#define TROUBLE_MS 10000 /* before a store that failed is tried again */
#define ROWS_BYTES 65536
#define NEWS_BYTES ((size_t)4 * 1024 * 1024)
#define NICENESS   10

struct role_clerk {
	struct bdl_role *role;
	int64_t
	    told; /* up to which result of a check the log has been told what changed; -1: none yet */
	struct bdl_loop loop;
	uv_timer_t timer;
	struct bdl_clerk clerk;
	int64_t due_tick_ms;
	bool in_trouble;
};

/* What the store calls so; NULL: a job of another host's own, or of another program. */
static const struct bdl_job *job_of(const struct role_clerk *r, struct bdl_view name)
{
	for (const struct bdl_job *job = bdl_jobs; job->name; job++)
		if (bdl_view_is(name, r->clerk.names[job - bdl_jobs]))
			return job;
	return NULL;
}

/* The board has what the last runs came to: how many jobs fail, and the first of them. */
static int show(struct role_clerk *r, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_BYTES);
	const struct bdl_job *first = NULL;
	struct bdl_job_row *rows;
	uint64_t failing = 0;
	size_t n;

	int rc = bdl_jobs_list(r->clerk.store, region, &rows, &n, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		const struct bdl_job *job = rows[i].failures > 0 ? job_of(r, rows[i].name) : NULL;
		if (!job)
			continue;
		first = first ? first : job;
		failing++;
	}
	atomic_store(&r->role->slot->counters[BDL_COUNT_FAILING], failing);
	if (first)
		bdl_slot_note(r->role->slot, "%s FAILS: beadle clerk list says why", first->name);
	else
		bdl_slot_note(r->role->slot, "timed work is done");
	return 0;
}

/*
 * What came to something else, once each, whoever ran it. It says which check and clause; what was found
 * may name an address, so that is in the store.
 */
static int tell_news(struct role_clerk *r, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(NEWS_BYTES);
	struct bdl_check_row *rows;
	int64_t newest = 0;
	size_t n = 0;
	static const struct {
		enum bdl_level level;
		const char *event;
	} news[] = { [BDL_CHECK_PASSED] = { BDL_LOG_NOTICE, "check-recovered" },
		[BDL_CHECK_FAILED] = { BDL_LOG_ERR, "check-failed" },
		[BDL_CHECK_NOT_RUN] = { BDL_LOG_WARN, "check-not-run" } };

	int rc = bdl_checks_news(r->clerk.store, r->told, region, &rows, &n, &newest, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		const struct bdl_check_row *row = &rows[i];
		bdl_log(news[row->outcome].level, news[row->outcome].event,
		    "%.*s of %.*s#%.*s for '%.*s' at '%.*s': %s", BDL_FMT(row->key.name),
		    BDL_FMT(row->key.policy), BDL_FMT(row->key.clause), BDL_FMT(row->who),
		    BDL_FMT(row->place), bdl_check_outcome_word(row->outcome));
	}
	r->told = newest;
	return 0;
}

static int turn(struct role_clerk *r, size_t *ret_running, struct bdl_err *err)
{
	int rc = bdl_clerk_look(&r->clerk, ret_running, err);
	/* Before the first job begins: what its checks find is news already. */
	if (rc == 0 && r->told < 0)
		rc = bdl_clerk_open(&r->clerk, err);
	if (rc == 0 && r->told < 0)
		rc = tell_news(r, err);
	if (rc < 0 || bdl_tick_ms() - r->due_tick_ms < DUE_MS)
		return rc;
	rc = bdl_clerk_begin_due(&r->clerk, err);
	if (rc < 0 || !r->clerk.store)
		return rc; /* one was begun: the store is closed, and shown at the next turn */
	r->due_tick_ms = bdl_tick_ms();
	rc = tell_news(r, err);
	return rc < 0 ? rc : show(r, err);
}

static void on_tick(uv_timer_t *timer)
{
	struct role_clerk *r = timer->data;
	struct bdl_err err;
	size_t running = 0;
	uint64_t pause = TROUBLE_MS;

	if (turn(r, &running, &err) < 0) {
		/* Opened anew: a file that was replaced or a disk that came back needs that. */
		bdl_log_err(BDL_LOG_ERR, "store-failed", &err);
		bdl_slot_note(r->role->slot, "the store cannot be used: %.60s", err.text);
		bdl_clerk_rest(&r->clerk);
		r->in_trouble = true;
	} else {
		if (r->in_trouble)
			bdl_log(BDL_LOG_NOTICE, "store-back", "the store can be used again");
		r->in_trouble = false;
		atomic_store(&r->role->slot->state, BDL_STATE_UP);
		pause = running > 0 ? BUSY_MS : TICK_MS;
	}
	if (!r->loop.stopping)
		(void)uv_timer_start(timer, on_tick, pause, 0); /* fails only without a callback */
}

static void on_stop(void *arg)
{
	struct role_clerk *r = arg;
	uv_close((uv_handle_t *)&r->timer, NULL);
}

/*
 * The clerk itself speaks to nobody, but its children inherit what it may do: this is all that any
 * of them needs, and each takes on less. /etc as a whole, for what names resolvers there is replaced
 * while we run, and a file's right would stay with the old one.
 */
static int confine(const struct bdl_conf *conf, struct bdl_err *err)
{
	char backup[BDL_PATH_MAX], shipped[BDL_PATH_MAX];
	bool landlock = false;

	bdl_backup_folder(conf, backup, sizeof(backup));
	if (bdl_shipped_find("", "lists", shipped, sizeof(shipped), NULL) < 0)
		(void)snprintf(shipped, sizeof(shipped), "%s", conf->dir); /* fits */
	const struct bdl_path_right rights[] = {
		{ conf->dir, BDL_MAY_WRITE },
		{ backup, BDL_MAY_WRITE },
		{ shipped, BDL_MAY_READ },
		{ "/etc", BDL_MAY_READ },
		{ "/run/systemd/resolve", BDL_MAY_READ },
		{ "/run/NetworkManager", BDL_MAY_READ },
		{ "/run/resolvconf", BDL_MAY_READ },
		{ "/usr/lib/ssl", BDL_MAY_READ },
		{ "/usr/share/ca-certificates", BDL_MAY_READ },
		{ "/usr/local/share/ca-certificates", BDL_MAY_READ },
		{ "/run/postgresql", BDL_MAY_READ },
	};
	unsigned calls = BDL_CALLS_FILES | BDL_CALLS_LOCKS | BDL_CALLS_CONNECT |
	    BDL_CALLS_CHILDREN | BDL_CALLS_SERVE; /* what checks serve and ask for */

	if (conf->store[0])
		calls |= BDL_CALLS_LOCAL;
	int rc = bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, err);
	if (rc == 0 && !landlock)
		bdl_log(
		    BDL_LOG_WARN, "no-landlock", "this kernel cannot confine the clerk's files");
	return rc < 0 ? rc : bdl_sandbox_calls(calls, err);
}

int bdl_clerk_run(struct bdl_role *role)
{
	struct role_clerk r = { .role = role, .told = -1 };
	struct bdl_err err;
	char backup[BDL_PATH_MAX];

	/* Its children inherit this: no page waits because a list of millions is compiled. */
	(void)setpriority(PRIO_PROCESS, 0, NICENESS); /* to be nicer is always allowed */
	bdl_clerk_init(&r.clerk, role->conf, true);
	bdl_backup_folder(role->conf, backup, sizeof(backup));
	/* One that cannot be made is told where it matters: by the job that needs it. */
	if (bdl_file_mkdirs(backup, &err) < 0)
		bdl_log_err(BDL_LOG_ERR, "no-backup-folder", &err);
	/* Without it streams and texts are not tried, which the check says. */
	if (bdl_asker_listen(&r.clerk.listener, &err) < 0)
		bdl_log_err(BDL_LOG_WARN, "no-listener", &err);
	int rc = bdl_loop_init(&r.loop, on_stop, &r, &err);
	if (rc == 0)
		rc = confine(role->conf, &err);
	if (rc < 0) {
		bdl_log_err(BDL_LOG_ERR, "start-failed", &err);
		return EXIT_FAILURE;
	}
	(void)uv_timer_init(&r.loop.uv, &r.timer); /* neither can fail */
	r.timer.data = &r;
	(void)uv_timer_start(&r.timer, on_tick, 0, 0);
	bdl_loop_run(&r.loop);
	bdl_clerk_done(&r.clerk);
	atomic_store(&role->slot->state, BDL_STATE_STOPPED);
	return EXIT_SUCCESS;
}
