#include "portal/portal.h"
#include "portal/assets.h"
#include "portal/looks.h"
#include "portal/seen.h"
#include "portal/server.h"
#include "record/store/store.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/sandbox.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PATH_ROOM      640 /* the data folder and a name below it */
#define STORE_WAIT_MS  10000
#define STORE_PAUSE_MS 50

struct paths {
	char where[BDL_CONF_STORE_MAX], looks[PATH_ROOM];
	char store[PATH_ROOM], wal[PATH_ROOM], shm[PATH_ROOM], lists[PATH_ROOM], map[PATH_ROOM];
	char certificate[PATH_ROOM];
	char host[PATH_ROOM];       /* which of several hosts this is */
	char postgresql[PATH_ROOM]; /* keys and certificates, where the settings name some */
};

static void find_paths(const struct bdl_conf *conf, struct paths *p)
{
	bdl_conf_store(conf, p->where);
	bdl_conf_path(conf, p->store, sizeof(p->store), "store.db");
	bdl_conf_path(conf, p->postgresql, sizeof(p->postgresql), "postgresql");
	bdl_conf_path(conf, p->wal, sizeof(p->wal), "store.db-wal");
	bdl_conf_path(conf, p->shm, sizeof(p->shm), "store.db-shm");
	bdl_conf_path(conf, p->looks, sizeof(p->looks), "journal/portal");
	bdl_conf_path(conf, p->lists, sizeof(p->lists), "lists");
	bdl_conf_path(conf, p->map, sizeof(p->map), "lists/lists.map");
	bdl_conf_path(conf, p->host, sizeof(p->host), "host");
	bdl_conf_path(conf, p->certificate, sizeof(p->certificate), "squid/ca.crt");
}

/* By the socket itself, whatever the settings say. */
static int check_address(int listener, struct bdl_err *err)
{
	struct bdl_addr a = { .len = sizeof(a.sa) };
	char text[BDL_ADDR_TEXT];

	if (getsockname(listener, (struct sockaddr *)(void *)&a.sa, &a.len) < 0)
		return bdl_fail_sys(err, "the portal has no listening socket");
	if (bdl_addr_is_loopback(&a))
		return 0;
	bdl_addr_text(&a, text);
	return bdl_fail(err, BDL_E_DENIED,
	    "the portal will not answer on %s: sign-in is not built yet, so it serves loopback "
	    "addresses only, such as 127.0.0.1:8080",
	    text);
}

/*
 * A connection that is never used but kept: while one is open SQLite deletes none of the store's
 * files, and the sandbox knows files and not names. At first start the scribe may still be making
 * the store.
 */
static int open_keeper(const char *path, struct bdl_store **ret, struct bdl_err *err)
{
	const struct timespec pause = { .tv_nsec = STORE_PAUSE_MS * 1000000L };
	int rc = 0;

	for (int waited_ms = 0; waited_ms <= STORE_WAIT_MS; waited_ms += STORE_PAUSE_MS) {
		int64_t change;
		rc = bdl_store_open(path, BDL_STORE_READ, ret, err);
		if (rc == 0) /* the first read is what makes SQLite open all files */
			return bdl_store_change(*ret, &change, err);
		(void)nanosleep(&pause, NULL); /* woken early it looks early */
	}
	return rc;
}

static int close_files(const struct paths *p, bool is_shared, struct bdl_err *err)
{
	const struct bdl_path_right file[] = {
		{ p->lists, BDL_MAY_READ }, { p->certificate, BDL_MAY_READ },
		{ p->store, BDL_MAY_READ }, { p->wal, BDL_MAY_READ },
		{ p->looks, BDL_MAY_WRITE }, /* its journal: all that it ever writes */
		{ p->shm, BDL_MAY_WRITE },   /* readers say in it what they read */
	};
	const struct bdl_path_right shared[] = {
		{ p->lists, BDL_MAY_READ },
		{ p->looks, BDL_MAY_WRITE },
		{ p->postgresql, BDL_MAY_READ },
		{ p->certificate, BDL_MAY_READ },
		{ p->host, BDL_MAY_READ },
		BDL_CONNECT_RIGHTS,
	};
	bool landlock;

	int rc = is_shared ? bdl_sandbox_files(shared, BDL_ARRAY_LEN(shared), &landlock, err)
			   : bdl_sandbox_files(file, BDL_ARRAY_LEN(file), &landlock, err);
	if (rc == 0 && !landlock)
		bdl_log(BDL_LOG_WARN, "no-landlock",
		    "this kernel cannot confine the portal to its files");
	return rc;
}

static void on_stop(void *arg)
{
	(void)arg; /* the loop closes its own handles, and there are no others */
}

static int serve(struct bdl_role *role, const struct bdl_site *site, struct bdl_err *err)
{
	struct bdl_server *server = NULL;
	struct bdl_loop loop;

	unsigned calls = BDL_CALLS_SERVE | BDL_CALLS_FILES | BDL_CALLS_THREADS;

	calls |= role->conf->store[0] ? BDL_CALLS_CONNECT | BDL_CALLS_LOCAL : BDL_CALLS_LOCKS;
	int rc = bdl_loop_init(&loop, on_stop, NULL, err);
	if (rc < 0)
		return rc;
	rc = bdl_server_start(role->listener, site, &server, err);
	if (rc == 0)
		rc = bdl_sandbox_calls(calls, err);
	if (rc == 0) {
		atomic_store(&role->slot->state, BDL_STATE_UP);
		bdl_slot_note(role->slot, "answers on this computer only");
	} else {
		bdl_loop_stop(&loop);
	}
	bdl_loop_run(&loop);
	bdl_server_stop(server);
	return rc;
}

int bdl_portal_run(struct bdl_role *role)
{
	struct bdl_store *keeper BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_looks *looks BDL_AUTO(bdl_looks_close) = NULL;
	struct bdl_seen *seen BDL_AUTO(bdl_seen_free) = bdl_seen_new();
	struct bdl_err err;
	struct paths p;

	find_paths(role->conf, &p);
	bdl_assets_init();
	bool is_shared = role->conf->store[0] != '\0'; /* each page then asks by a connection */
	int rc = check_address(role->listener, &err);
	if (rc == 0 && !is_shared)
		rc = open_keeper(p.store, &keeper, &err);
	if (rc == 0 && keeper)
		rc = bdl_seen_warm(seen, keeper, &err);
	if (rc == 0)
		rc = bdl_looks_open(p.looks, &looks, &err);
	if (rc == 0)
		rc = close_files(&p, is_shared, &err);
	const struct bdl_site site = {
		.dir = role->conf->dir,
		.store_path = p.where,
		.seen = seen,
		.lists_path = p.map,
		.metrics_token = role->conf->metrics_token,
		.board = role->board,
		.looks = looks,
	};
	if (rc == 0)
		rc = serve(role, &site, &err);
	if (rc < 0) {
		bdl_log_err(BDL_LOG_ERR, "start-failed", &err);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
