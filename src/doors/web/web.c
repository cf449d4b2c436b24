#include "doors/web/web.h"
#include "base/alloc.h"
#include "doors/web/fence.h"
#include "doors/web/web_int.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include <malloc.h>
#include <sys/resource.h>

#define TICK_MS          1000
#define TICK_STOPPING_MS 50
#define DESCRIPTORS_KEPT 128 /* for the journal, the lists, the pool: not for connections */
#define SCRATCH_MAX      (512 * 1024)
#define FREE_KEPT        (BDL_WEB_HELD_MAX / 4) /* bytes of memory that are not given back */

/* As many connections as there are descriptors for; the soft limit is raised as far as it goes. */
static size_t connections(void)
{
	struct rlimit limit = { 0 };
	const rlim_t want = BDL_WEB_CONNECTIONS_MAX + DESCRIPTORS_KEPT;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 256;
	if (limit.rlim_cur < want) {
		limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
		(void)setrlimit(RLIMIT_NOFILE, &limit); /* what we have is asked for below */
		if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
			return 256;
	}
	if (limit.rlim_cur >= want)
		return BDL_WEB_CONNECTIONS_MAX;
	size_t n = (size_t)limit.rlim_cur;
	return n > 2 * DESCRIPTORS_KEPT ? n - DESCRIPTORS_KEPT : n / 2;
}

static int make_folders(const struct bdl_web *web, struct bdl_err *err)
{
	/* Those we only read are made too: the sandbox can open no path that is absent now. */
	static const char *const names[] = { "force", "lists", "networks", "phrases", "run",
		"journal" };
	char path[1024];
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		bdl_conf_path(web->role->conf, path, sizeof(path), "%s", names[i]);
		int rc = bdl_file_mkdirs(path, err);
		if (rc < 0)
			return rc;
	}
	bdl_conf_path(web->role->conf, path, sizeof(path), "journal/%s", web->role->name);
	return bdl_file_mkdirs(path, err);
}

static int open_shared(struct bdl_web *web, struct bdl_err *err)
{
	char path[1024];
	bdl_conf_path(web->role->conf, path, sizeof(path), "run/coach.key");
	int rc = bdl_token_key(path, web->key, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(web->role->conf, path, sizeof(path), BDL_PROBE_KEY_FILE);
	rc = bdl_token_key(path, web->probe_key, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(web->role->conf, path, sizeof(path), "run/passes");
	rc = bdl_passes_open(path, web->key, &web->passes, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(web->role->conf, path, sizeof(path), "run/addresses");
	rc = bdl_addresses_open(path, false, &web->addresses, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(web->role->conf, path, sizeof(path), "run/late");
	rc = bdl_late_open(path, web->key, &web->late, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(web->role->conf, path, sizeof(path), "run/counters");
	return bdl_counters_open(path, web->key, &web->counters, err);
}

/* What is done before there is a loop. */
static int prepare(struct bdl_web *web, struct bdl_err *err)
{
	bool still_root = false;
	int rc = bdl_sandbox_drop(web->role->conf->user, web->role->conf->dir, &still_root, err);
	if (rc < 0)
		return rc;
	if (still_root)
		bdl_log(BDL_LOG_WARN, "root", "runs as root, as the data folder is root's");
	web->max_conns = connections();
	rc = make_folders(web, err);
	if (rc == 0)
		rc = open_shared(web, err);
	if (rc == 0)
		rc = bdl_fence_files(web->role->conf, web->role->name, err);
	return rc;
}

/* Nobody is left to be answered: let go of what keeps the loop alive. */
static void finish_stop(struct bdl_web *web)
{
	if (web->n_conns > 0 || !web->ticking)
		return;
	uv_close((uv_handle_t *)&web->tick, NULL);
	uv_close((uv_handle_t *)&web->stuck, NULL);
	bdl_round_end(web);
	web->ticking = false;
	if (web->recorder)
		bdl_recorder_stop(web->recorder);
}

/* A count that gave way begins anew, so a rule that counts may hold later than it says. */
static void say_evicted(struct bdl_web *web)
{
	uint64_t evicted = bdl_counters_evicted(web->counters);
	if (evicted == web->evicted)
		return;
	bdl_log(BDL_LOG_WARN, "counters-full", "%llu counts of people gave way to others so far",
	    (unsigned long long)evicted);
	web->evicted = evicted;
}

static void on_tick(uv_timer_t *timer)
{
	struct bdl_web *web = timer->data;
	bdl_conns_sweep(web);
	say_evicted(web);
	if (web->stopping) {
		finish_stop(web);
		return;
	}
	bdl_conns_resume(web);
	bdl_current_tick(web);
}

static void on_stop(void *arg)
{
	struct bdl_web *web = arg;
	web->stopping = true;
	web->stop_tick_ms = (int64_t)uv_now(&web->loop.uv);
	bdl_log_socket_close(web);
	bdl_conns_refuse(web);
	bdl_watch_close(web->watch_force);
	bdl_watch_close(web->watch_lists);
	bdl_watch_close(web->watch_networks);
	bdl_watch_close(web->watch_phrases);
	bdl_conns_sweep(web);
	if (web->ticking && web->n_conns > 0) /* cannot fail with a callback given */
		(void)uv_timer_start(&web->tick, on_tick, TICK_STOPPING_MS, TICK_STOPPING_MS);
	finish_stop(web);
}

/* With a loop: begin to serve, and close the sandbox. What was begun is ended by on_stop. */
static int begin(struct bdl_web *web, struct bdl_err *err)
{
	char path[1024];
	bdl_conf_path(web->role->conf, path, sizeof(path), "journal/%s", web->role->name);
	web->recorder = bdl_recorder_new(&web->loop.uv, path, web->role->slot);
	(void)snprintf(web->spools, sizeof(web->spools), "%s", path);
	web->scratch = bdl_region_new(SCRATCH_MAX);
	web->marks = bdl_marks_new();
	BDL_BUG_IF(uv_timer_init(&web->loop.uv, &web->tick) != 0);              /* cannot fail */
	BDL_BUG_IF(uv_timer_start(&web->tick, on_tick, TICK_MS, TICK_MS) != 0); /* nor this */
	BDL_BUG_IF(uv_timer_init(&web->loop.uv, &web->stuck) != 0);             /* nor this */
	bdl_round_begin(web);
	web->tick.data = web->stuck.data = web;
	web->ticking = true;
	int rc = bdl_current_begin(web, err);
	if (rc < 0)
		return rc;
	bdl_current_tick(web);
	rc = bdl_conns_listen(web, err);
	if (rc < 0)
		return rc;
	bdl_log_socket_open(web);
	web->evicted = bdl_counters_evicted(web->counters);
	bdl_loop_warm_pool(&web->loop);
	return bdl_fence_calls(err);
}

static void web_free(struct bdl_web *web)
{
	bdl_recorder_free(web->recorder);
	bdl_snapshot_free(web->now);
	bdl_passes_close(web->passes);
	bdl_addresses_close(web->addresses);
	bdl_counters_close(web->counters);
	bdl_late_close(web->late);
	bdl_region_free(web->scratch);
	bdl_marks_free(web->marks);
	bdl_buf_done(&web->head);
	bdl_buf_done(&web->body);
	explicit_bzero(web->key, sizeof(web->key));
	explicit_bzero(web->probe_key, sizeof(web->probe_key));
	free(web);
}
BDL_DEFINE_AUTO(struct bdl_web, web_free);

static int fail(struct bdl_web *web, const struct bdl_err *err)
{
	bdl_log_err(BDL_LOG_ERR, "start-failed", err);
	bdl_slot_failed(web->role->slot, err);
	return 1;
}

/*
 * What bodies are held in comes and goes all the time. To give it back each time, and have every page of
 * it cleared and put in again, would cost more than to copy what it holds.
 */
static void keep_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, FREE_KEPT); /* each is a wish */
	(void)mallopt(M_TRIM_THRESHOLD, FREE_KEPT);
}

int bdl_web_run(struct bdl_role *role)
{
	struct bdl_err err = { 0 };
	BDL_AUTO(web_free) struct bdl_web *web = bdl_xalloc(sizeof(*web));
	web->role = role;
	web->log_fd = -1;
	keep_memory();
	bdl_slot_reset(role->slot);
	if (prepare(web, &err) < 0 || bdl_loop_init(&web->loop, on_stop, web, &err) < 0)
		return fail(web, &err);
	int rc = begin(web, &err);
	if (rc < 0) {
		bdl_loop_stop(&web->loop);
	} else {
		atomic_store(&role->slot->state, BDL_STATE_UP);
		bdl_log(
		    BDL_LOG_NOTICE, "up", "serves ICAP, %zu connections at most", web->max_conns);
	}
	bdl_loop_run(&web->loop);
	if (rc < 0)
		return fail(web, &err);
	bdl_log(BDL_LOG_NOTICE, "stopped", "has answered all that was asked");
	return 0;
}
