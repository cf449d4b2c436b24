/*
 * beadle run: the supervisor. It makes sure that nothing is in the way, opens the sockets, gives
 * root away, and then starts its children and keeps them alive. It serves nobody itself, so a
 * fault in what parses strangers' bytes never takes it along.
 */
#include "base/clock.h"
#include "lists/lists.h"
#include "main/command.h"
#include "main/data.h"
#include "main/ports.h"
#include "main/proxy/squid.h"
#include "record/policies/force.h"
#include "record/policies/versions.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define GRACE_MS    5000  /* from SIGTERM to SIGKILL for a child */
#define LOOK_MS     50    /* between two looks whether all is up */
#define CALM_MS     250   /* the same, once all was up: Squid may have been started again */
#define TURN_MS     1000  /* between two looks whether Squid's log of bytes is to be turned over */
#define SETTLED_MS  10000 /* before that Squid may not know yet what the signal for it means */
#define PATIENCE_MS 15000 /* until one says that something is not */

struct run {
	struct bdl_conf conf;
	struct bdl_squid squid;
	int lock;
	struct bdl_ports ports;
	struct bdl_board *board;
	struct bdl_loop loop;
	struct bdl_supervisor *supervisor;
	uv_timer_t look;
	int64_t looked_ms;    /* since the start */
	int64_t turn_tick_ms; /* when Squid's log is looked at again */
};

static void run_done(struct run *r)
{
	bdl_supervisor_free(r->supervisor);
	bdl_board_close(r->board);
	bdl_close_auto(&r->lock);
	bdl_ports_done(&r->ports);
}

/* --- the children --- */

static int add_role(struct run *r, const char *name, int listener, struct bdl_err *err)
{
	struct bdl_child_spec spec = {
		.name = name,
		.args = { "role", name, "--data", r->conf.dir },
		.fds = { listener },
		.n_fds = listener >= 0,
	};
	return bdl_supervisor_add(r->supervisor, &spec, err);
}

static bool hears_who(const struct run *r)
{
	return r->ports.radius >= 0 || r->ports.logon >= 0;
}

/* It tells its two sockets apart by what they are. */
static int add_who(struct run *r, struct bdl_err *err)
{
	struct bdl_child_spec spec = {
		.name = "who",
		.args = { "role", "who", "--data", r->conf.dir },
	};
	if (r->ports.radius >= 0)
		spec.fds[spec.n_fds++] = r->ports.radius;
	if (r->ports.logon >= 0)
		spec.fds[spec.n_fds++] = r->ports.logon;
	return bdl_supervisor_add(r->supervisor, &spec, err);
}

static int add_squid(struct run *r, struct bdl_err *err)
{
	struct bdl_child_spec spec = {
		.name = "squid",
		.program = r->conf.squid_program,
		.args = { "-N", "-n", r->squid.service, "-f", r->squid.conf_path },
	};
	return bdl_supervisor_add(r->supervisor, &spec, err);
}

static void web_name(unsigned i, char out[16])
{
	snprintf(out, 16, "web-%u", i);
}

/* All places first: a board that shows only who was started yet would look complete. */
static void make_places(struct run *r)
{
	char name[16];
	(void)bdl_board_slot(r->board, "scribe"); /* there are more places than we ever take */
	for (unsigned i = 0; i < r->conf.web_workers; i++) {
		web_name(i, name);
		(void)bdl_board_slot(r->board, name);
	}
	(void)bdl_board_slot(r->board, "portal");
	(void)bdl_board_slot(r->board, "clerk");
	if (hears_who(r))
		(void)bdl_board_slot(r->board, "who");
	if (r->conf.run_proxy)
		(void)bdl_board_slot(r->board, "squid");
}

static int add_children(struct run *r, struct bdl_err *err)
{
	char name[16];
	int rc = add_role(r, "scribe", -1, err);
	for (unsigned i = 0; rc == 0 && i < r->conf.web_workers; i++) {
		web_name(i, name);
		rc = add_role(r, name, r->ports.web[i], err);
	}
	if (rc == 0)
		rc = add_role(r, "portal", r->ports.portal, err);
	if (rc == 0)
		rc = add_role(r, "clerk", -1, err);
	if (rc == 0 && hears_who(r))
		rc = add_who(r, err);
	if (rc == 0 && r->conf.run_proxy)
		rc = add_squid(r, err);
	return rc;
}

static void on_child_end(void *arg, const char *name, const char *how, int64_t pause_ms)
{
	const struct run *r = arg;
	if (r->loop.stopping)
		return; /* as it should */
	if (pause_ms < 0)
		bdl_log(BDL_LOG_ERR, "child-ended", "%s %s and is not started again", name, how);
	else
		bdl_log(BDL_LOG_WARN, "child-ended", "%s %s; it is started again in %lld ms", name,
		    how, (long long)pause_ms);
}

/* --- is all of it up? --- */

static bool slot_is(struct run *r, const char *name, enum bdl_state state)
{
	const struct bdl_slot *s = bdl_board_slot(r->board, name);
	return s && atomic_load(&s->state) == state;
}

static bool answers(const struct bdl_addr *a)
{
	int fd BDL_AUTO_FD = socket(a->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && connect(fd, (const struct sockaddr *)(const void *)&a->sa, a->len) == 0;
}

/* Squid says nothing to the board; that its port answers says it is there. */
static void watch_squid(struct run *r)
{
	if (!r->conf.run_proxy)
		return; /* to ask for its place would make one */
	struct bdl_slot *s = bdl_board_slot(r->board, "squid");
	if (s && atomic_load(&s->state) == BDL_STATE_STARTING && answers(&r->conf.proxy))
		atomic_store(&s->state, BDL_STATE_UP);
}

static void turn_squid_log(struct run *r)
{
	struct bdl_err err;
	if (!r->conf.run_proxy || bdl_tick_ms() < r->turn_tick_ms)
		return;
	const struct bdl_slot *s = bdl_board_slot(r->board, "squid");
	r->turn_tick_ms = bdl_tick_ms() + TURN_MS;
	if (!s || atomic_load(&s->state) != BDL_STATE_UP ||
	    bdl_now_ms() - atomic_load(&s->started_ms) < SETTLED_MS)
		return;
	int rc = bdl_squid_log_turn(&r->squid, &err);
	if (rc < 0) {
		bdl_log_err(BDL_LOG_WARN, "bytes-not-turned", &err);
		r->turn_tick_ms += PATIENCE_MS;
	} else if (rc > 0) {
		(void)bdl_supervisor_signal(r->supervisor, "squid", SIGUSR1); /* else tried again */
	}
}

/* The first child that is not up, or NULL. */
static const char *missing(struct run *r)
{
	for (size_t i = 0;; i++) {
		const struct bdl_slot *s = bdl_board_at(r->board, i);
		if (!s || !slot_is(r, s->name, BDL_STATE_UP))
			return s ? s->name : NULL;
	}
}

/* Whether there is something to try the proxy with: the demonstration's list. */
static bool lists_casino(const struct bdl_conf *conf)
{
	char path[BDL_PATH_MAX];
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct bdl_catset on = { 0 };
	bdl_conf_path(conf, path, sizeof(path), "lists/lists.map");
	if (bdl_lists_open(path, &lists, NULL) < 0)
		return false;
	bdl_lists_host(lists, BDL_LIT("casino.example"), &on);
	int gambling = bdl_lists_category_find(lists, BDL_LIT("gambling"));
	return gambling >= 0 && bdl_catset_has(&on, (unsigned)gambling);
}

static void greet(const struct run *r)
{
	char proxy[BDL_ADDR_TEXT];
	bdl_addr_text(&r->conf.proxy, proxy);
	printf("\nBeadle is up. Open the portal:\n\n    %s\n", r->conf.portal_url);
	if (r->conf.run_proxy)
		printf("\nA browser uses the proxy %s and trusts %s/squid/ca.crt.\n", proxy,
		    r->conf.dir);
	if (r->conf.run_proxy && lists_casino(&r->conf))
		printf("\nTry it (casino.example is on the demonstration school's list):\n\n"
		       "    curl -x http://%s --cacert %s/squid/ca.crt https://casino.example/\n",
		    proxy, r->conf.dir);
	/* Called as this was: from a checkout it is on no path. */
	printf("\nHow it stands:\n\n    %s status --data %s\n\nCtrl-C ends it.\n\n",
	    program_invocation_name, r->conf.dir);
	fflush(stdout);
}

static void on_look(uv_timer_t *timer)
{
	struct run *r = timer->data;
	if (bdl_board_mend(r->board))
		bdl_log(BDL_LOG_WARN, "board-mended", "run/board was damaged and is as it was");
	watch_squid(r);
	turn_squid_log(r);
	if (r->looked_ms < 0)
		return;
	const char *name = missing(r);
	r->looked_ms += LOOK_MS;
	if (!name) {
		greet(r);
		r->looked_ms = -1;
		uv_timer_set_repeat(timer, CALM_MS);
	} else if (r->looked_ms == PATIENCE_MS) {
		bdl_log(BDL_LOG_WARN, "slow-start", "%s is not up after %d seconds", name,
		    PATIENCE_MS / 1000);
	}
}

/* --- the end --- */

static void on_gone(void *arg)
{
	struct run *r = arg;
	uv_close((uv_handle_t *)&r->look, NULL);
}

static void on_stop(void *arg)
{
	struct run *r = arg;
	(void)uv_timer_stop(&r->look); /* never fails */
	bdl_supervisor_stop(r->supervisor, GRACE_MS, on_gone, r);
}

/* --- the beginning --- */

static int make_folders(const struct run *r, struct bdl_err *err)
{
	static const char *const names[] = { "run", "journal", "force", "lists" };
	char path[BDL_PATH_MAX];
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < BDL_ARRAY_LEN(names); i++) {
		bdl_conf_path(&r->conf, path, sizeof(path), "%s", names[i]);
		rc = bdl_file_mkdirs(path, err);
	}
	return rc;
}

/* Where nobody hears any more who is where, what was heard last must not stay. */
static int forget_addresses(const struct run *r, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	bdl_conf_path(&r->conf, path, sizeof(path), "run/addresses");
	if (hears_who(r) || unlink(path) == 0 || errno == ENOENT)
		return 0;
	return bdl_fail_sys(err, "delete '%s'", path);
}

static int begin(struct run *r, const char *data, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	int rc = bdl_data_open(data, true, &r->conf, err);
	if (rc == 0)
		rc = bdl_data_unlocked(&r->conf, err); /* before the ports, whose names say less */
	if (rc == 0)
		rc = bdl_ports_open(&r->ports, &r->conf, err);
	if (rc == 0)
		rc = bdl_data_become_owner(&r->conf, err);
	if (rc == 0)
		rc = make_folders(r, err);
	if (rc == 0)
		rc = bdl_data_lock(&r->conf, &r->lock, err);
	if (rc == 0)
		rc = forget_addresses(r, err);
	if (rc == 0 && r->conf.run_proxy)
		rc = bdl_squid_prepare(&r->conf, &r->squid, err);
	bdl_conf_path(&r->conf, path, sizeof(path), "run/board");
	if (rc == 0)
		rc = bdl_board_create(path, &r->board, err);
	if (rc == 0)
		rc = bdl_loop_init(&r->loop, on_stop, r, err);
	return rc;
}

/*
 * Bring the force folder up to the store before the first door opens, so that no request is judged
 * by what was in force when Beadle last ran. A store that cannot be read does not keep the doors
 * shut: they go on with what they had, and the scribe says why.
 */
static void bring_into_force(const struct run *r)
{
	struct bdl_err err;
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	char folder[BDL_PATH_MAX];
	struct bdl_force_written force;
	size_t n;
	bdl_conf_path(&r->conf, folder, sizeof(folder), "force");
	int rc = bdl_data_store(&r->conf, &store, &err);
	/* What cannot come into force leaves the version before it, and the scribe tries again. */
	if (rc == 0 && bdl_versions_bring(store, bdl_now_ms(), &n, &err) < 0)
		bdl_log_err(BDL_LOG_ERR, "version-refused", &err);
	if (rc == 0)
		rc = bdl_force_write(store, folder, &force, &err);
	if (rc < 0)
		bdl_log_err(BDL_LOG_ERR, "store-failed", &err);
}

static int serve(struct run *r, struct bdl_err *err)
{
	make_places(r);
	bring_into_force(r);
	r->supervisor = bdl_supervisor_new(&r->loop, r->board);
	bdl_supervisor_on_end(r->supervisor, on_child_end, r);
	int rc = add_children(r, err);
	(void)uv_timer_init(&r->loop.uv, &r->look); /* neither can fail */
	r->look.data = r;
	(void)uv_timer_start(&r->look, on_look, LOOK_MS, LOOK_MS);
	if (rc < 0)
		bdl_loop_stop(&r->loop);
	bdl_loop_run(&r->loop);
	bdl_squid_done(&r->squid);
	return rc;
}

int bdl_cmd_run(struct bdl_args *a)
{
	struct bdl_err err;
	if (!bdl_args_fit(a, 0, 0))
		return BDL_EXIT_USAGE;
	struct run r BDL_AUTO_IN(run_done) = { .lock = -1 };
	bdl_ports_init(&r.ports);
	bdl_log_init("run", BDL_LOG_INFO);
	if (begin(&r, a->data, &err) < 0)
		return bdl_complain(&err);
	bdl_log_init("run", (enum bdl_level)r.conf.log_level);
	if (geteuid() == 0)
		bdl_log(BDL_LOG_WARN, "still-root",
		    "running as root, as the data folder is root's; give it to a user of its own");
	if (serve(&r, &err) < 0)
		return bdl_complain(&err);
	puts("Beadle has ended.");
	return BDL_EXIT_FINE;
}
