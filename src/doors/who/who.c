#include "doors/who/who.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "doors/who/sessions.h"
#include "doors/who/who_int.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/sandbox.h"
#include <fcntl.h>

#define TICK_MS     1000
#define SWEEP_TICKS 5
#define RECEIVE     (1 << 20) /* bytes the kernel keeps while we are started again */

void bdl_who_taken(struct bdl_who *who)
{
	bdl_count(who->role->slot, BDL_COUNT_ACTS, 1);
	if (who->books.pushed_out == 0)
		return;
	who->books.pushed_out = 0;
	bdl_log(BDL_LOG_WARN, "addresses-full",
	    "the table of addresses is full: what would have ended first gave way");
}

void bdl_who_refused(struct bdl_who *who, const char *ev, const struct bdl_err *err)
{
	bdl_count(who->role->slot, BDL_COUNT_REFUSED, 1);
	bdl_log_err(BDL_LOG_WARN, ev, err);
}

/* --- RADIUS --- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret)
{
	struct bdl_who *who = handle->data;
	(void)suggested;
	*ret = uv_buf_init(who->input, sizeof(who->input));
}

static void on_datagram(
    uv_udp_t *udp, ssize_t n, const uv_buf_t *buf, const struct sockaddr *peer, unsigned flags)
{
	struct bdl_who *who = udp->data;
	uint8_t from[BDL_IP_SIZE], out[BDL_RADIUS_MAX];
	struct bdl_err err;

	/* Nothing more to read, a port that is unreachable, or more than a packet may have. */
	if (n < 0 || !peer || (flags & UV_UDP_PARTIAL) || !bdl_ip_of(peer, from))
		return;
	int length = bdl_accounting_take(
	    &who->books, from, bdl_view_at(buf->base, (size_t)n), bdl_now_ms(), out, &err);
	if (length < 0) {
		bdl_who_refused(who, "packet-refused", &err);
		return;
	}
	bdl_who_taken(who);
	uv_buf_t answer = uv_buf_init((char *)out, (unsigned)length);
	/* One that cannot be sent is asked for again: RADIUS repeats itself. */
	(void)uv_udp_try_send(udp, &answer, 1, peer);
}

static int receive(struct bdl_who *who, struct bdl_err *err)
{
	int size = RECEIVE;

	BDL_BUG_IF(uv_udp_init(&who->loop.uv, &who->udp) != 0); /* makes no socket yet */
	who->udp.data = who;
	who->receiving = true;
	int rc = uv_udp_open(&who->udp, who->role->datagrams);
	if (rc == 0)
		rc = uv_udp_recv_start(&who->udp, on_alloc, on_datagram);
	if (rc < 0)
		return bdl_fail(err, BDL_E_IO, "receive RADIUS: %s", uv_strerror(rc));
	(void)uv_recv_buffer_size((uv_handle_t *)&who->udp, &size); /* a smaller one does too */
	return 0;
}

/* --- keys --- */

static void who_path(const struct bdl_who *who, char out[1024], const char *name)
{
	bdl_conf_path(who->role->conf, out, 1024, "who%s%s", name[0] ? "/" : "", name);
}

static int read_keys(struct bdl_who *who, struct bdl_err *err)
{
	struct bdl_keys *keys = NULL;
	char folder[1024];

	who_path(who, folder, "");
	int rc = bdl_keys_read(folder, &keys, err);
	if (rc < 0)
		return rc;
	bdl_keys_free(who->keys);
	who->keys = keys;
	who->books.keys = keys;
	bdl_log(BDL_LOG_NOTICE, "keys", "%zu RADIUS clients, %zu senders of log-on events",
	    bdl_keys_clients(keys), bdl_keys_senders(keys));
	return 0;
}

/* What cannot be read leaves those before it. */
static void on_keys_changed(void *arg)
{
	struct bdl_err err;

	if (read_keys(arg, &err) < 0)
		bdl_log_err(BDL_LOG_ERR, "keys-unreadable", &err);
}

static void watch_keys(struct bdl_who *who)
{
	static const char *const names[2] = { "clients.csv", "senders.csv" };
	char path[1024];

	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		who_path(who, path, names[i]);
		who->watches[i] = bdl_watch_new(&who->loop, path, on_keys_changed, who);
	}
}

/* --- the process --- */

static void sweep(struct bdl_who *who)
{
	who->holding = bdl_sessions_sweep(who->books.table, bdl_now_ms());
	who->swept = 0;
	bdl_slot_note(who->role->slot, "%u addresses have a person", who->holding);
}

static void on_tick(uv_timer_t *timer)
{
	struct bdl_who *who = timer->data;

	if (++who->swept >= SWEEP_TICKS)
		sweep(who);
}

static void on_stop(void *arg)
{
	struct bdl_who *who = arg;

	if (who->receiving)
		uv_close((uv_handle_t *)&who->udp, NULL);
	if (who->ticking)
		uv_close((uv_handle_t *)&who->tick, NULL);
	bdl_watch_close(who->watches[0]);
	bdl_watch_close(who->watches[1]);
	bdl_http_stop(who->http);
}

/* What is done before there is a loop. */
static int prepare(struct bdl_who *who, struct bdl_err *err)
{
	const struct bdl_conf *conf = who->role->conf;
	char folder[1024], path[1024];
	bool landlock = false;

	who_path(who, folder, "");
	int rc = bdl_file_mkdirs(folder, err);
	bdl_conf_path(conf, path, sizeof(path), "run/addresses");
	if (rc == 0)
		rc = bdl_addresses_open(path, true, &who->books.table, err);
	if (rc < 0)
		return rc;
	who->books.realms = bdl_view_of(conf->realms);
	who->books.limit_ms = conf->address_limit_ms;
	const struct bdl_path_right rights[] = { { folder, BDL_MAY_READ } };
	rc = bdl_sandbox_files(rights, BDL_ARRAY_LEN(rights), &landlock, err);
	if (rc == 0 && !landlock)
		bdl_log(BDL_LOG_WARN, "no-landlock", "this kernel cannot fence files off");
	return rc;
}

/* With a loop: begin to serve, and close the sandbox. What was begun is ended by on_stop. */
static int begin(struct bdl_who *who, struct bdl_err *err)
{
	const struct bdl_role *role = who->role;

	BDL_BUG_IF(uv_timer_init(&who->loop.uv, &who->tick) != 0);              /* cannot fail */
	BDL_BUG_IF(uv_timer_start(&who->tick, on_tick, TICK_MS, TICK_MS) != 0); /* nor this */
	who->tick.data = who;
	who->ticking = true;
	watch_keys(who);
	int rc = read_keys(who, err); /* after the watches have looked, so that no change is lost */
	if (rc == 0 && role->datagrams >= 0)
		rc = receive(who, err);
	if (rc == 0 && role->listener >= 0)
		rc = bdl_http_start(who, role->listener, &who->http, err);
	if (rc == 0)
		rc = bdl_sandbox_calls(BDL_CALLS_SERVE | BDL_CALLS_FILES, err);
	return rc;
}

static void who_free(struct bdl_who *who)
{
	bdl_http_free(who->http);
	bdl_keys_free(who->keys);
	bdl_addresses_close(who->books.table);
	explicit_bzero(who->input, sizeof(who->input));
	free(who);
}
BDL_DEFINE_AUTO(struct bdl_who, who_free);

static int fail(struct bdl_who *who, const struct bdl_err *err)
{
	bdl_log_err(BDL_LOG_ERR, "start-failed", err);
	bdl_slot_failed(who->role->slot, err);
	return 1;
}

int bdl_who_run(struct bdl_role *role)
{
	struct bdl_err err = { 0 };
	BDL_AUTO(who_free) struct bdl_who *who = bdl_xalloc(sizeof(*who));
	who->role = role;
	bdl_slot_reset(role->slot);
	if (prepare(who, &err) < 0 || bdl_loop_init(&who->loop, on_stop, who, &err) < 0)
		return fail(who, &err);
	int rc = begin(who, &err);
	if (rc < 0) {
		bdl_loop_stop(&who->loop);
	} else {
		sweep(who);
		atomic_store(&role->slot->state, BDL_STATE_UP);
		bdl_log(BDL_LOG_NOTICE, "up", "hears who is at which address%s%s",
		    role->datagrams >= 0 ? ", by RADIUS" : "",
		    role->listener >= 0 ? ", by log-on events" : "");
	}
	bdl_loop_run(&who->loop);
	if (rc < 0)
		return fail(who, &err);
	bdl_log(BDL_LOG_NOTICE, "stopped", "has taken all that it was told");
	return 0;
}
