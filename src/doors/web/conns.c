/* All connections of one process: who may connect, how many, and how long each may take. */
#include "doors/web/conn_int.h"
#include "sys/log.h"
#include "sys/net.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define OVER_MS          2000 /* for the peer to take the last answer and close */
#define STOP_MS          3000 /* for answers under way while the process stops */
#define REFUSALS_AT_ONCE 64   /* connections past the limit that are still told so */
#define ACCEPTED_AT_ONCE 16   /* in one turn of the loop */
#define BACKLOG          1024 /* that wait for it */

/* A head of each kind, and what one read adds. */
#define IN_MAX (3 * BDL_HTTP_HEAD_MAX + 128 * 1024)
/* A head that goes on, with a body that was held and the piece that no room was left for. */
#define ANSWER_MAX (2 * BDL_HTTP_HEAD_MAX + 4096 + BDL_CONF_TEXT_HELD_MAX + 128 * 1024)
/* What is unsent when reading stops, and the largest answers that may then still be added. */
#define OUT_MAX (BDL_CONN_OUT_FULL + ANSWER_MAX + 2 * BDL_HTTP_HEAD_MAX)

/* --- accepting --- */

bool bdl_conns_trust(const struct bdl_web *web, const struct sockaddr *sa)
{
	for (size_t i = 0; i < web->role->conf->n_peers; i++) {
		if (bdl_net_holds(&web->role->conf->peers[i], sa))
			return true;
	}
	return false;
}

static void address_text(const struct sockaddr_storage *sa, char *out, size_t size)
{
	if (uv_ip_name((const struct sockaddr *)sa, out, size) < 0)
		(void)snprintf(out, size, "unknown");
}

/* The connection of this socket, which is its own from now on. 0, or why the loop cannot look at it. */
static int begin(struct bdl_web *web, struct bdl_conn *c, int fd)
{
	int rc = uv_poll_init_socket(&web->loop.uv, &c->poll, fd);

	if (rc < 0)
		return rc;
	c->poll.data = c;
	c->web = web;
	c->fd = fd;
	c->in = BDL_BUF(IN_MAX);
	c->answer = BDL_BUF(ANSWER_MAX);
	c->heads = BDL_BUF(3 * BDL_HTTP_HEAD_MAX);
	c->form = BDL_BUF(BDL_FORM_MAX);
	c->out = BDL_BUF(OUT_MAX);
	c->flight = BDL_BUF(OUT_MAX);
	c->since_ms = (int64_t)uv_now(&web->loop.uv);
	c->next = web->conns;
	c->here = &web->conns;
	if (c->next)
		c->next->here = &c->next;
	web->conns = c;
	web->n_conns++;
	bdl_count(web->role->slot, BDL_COUNT_PEERS, 1);
	return 0;
}

static void welcome(struct bdl_conn *c, const struct sockaddr_storage *sa)
{
	struct bdl_web *web = c->web;
	int one = 1;

	address_text(sa, c->peer, sizeof(c->peer));
	if (!bdl_conns_trust(web, (const struct sockaddr *)sa)) {
		bdl_count(web->role->slot, BDL_COUNT_REFUSED, 1);
		bdl_log(BDL_LOG_WARN, "peer-refused", "%s is not among the trusted peers", c->peer);
		bdl_conn_close(c);
		return;
	}
	/* Slower without, not wrong. */
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (web->n_conns > web->max_conns + REFUSALS_AT_ONCE) {
		bdl_conn_close(c);
		return;
	}
	if (web->n_conns > web->max_conns) {
		bdl_log(BDL_LOG_WARN, "full", "all %zu connections are taken", web->max_conns);
		bdl_exchange_end(c, 503);
	}
	bdl_conn_advance(c);
}

/* What waits at the listener waits on: until there is memory, or whatever else was short. */
static void pause_listening(struct bdl_web *web, const char *why)
{
	BDL_BUG_IF(uv_poll_stop(&web->listener) != 0); /* always succeeds */
	web->paused = true;
	bdl_log(BDL_LOG_WARN, "accept", "connections wait: %s", why);
}

/* Whether the connection failed, and not we: others may stand behind it. */
static bool is_theirs(int code)
{
	return code == ECONNABORTED || code == EINTR || code == EPROTO || code == EPERM;
}

/* Take one: served, told 503 where all are taken, or closed. false where none is taken now. */
static bool accept_one(struct bdl_web *web)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);
	/* How many there are is the peers' doing, so that there is no memory is no reason to abort. */
	struct bdl_conn *c = calloc(1, sizeof(*c));

	if (!c) {
		pause_listening(web, "there is no memory");
		return false;
	}
	int fd =
	    accept4(web->role->listener, (struct sockaddr *)&sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int code = errno;
	if (fd < 0) {
		free(c);
		if (code != EAGAIN && !is_theirs(code))
			pause_listening(web, strerror(code));
		return is_theirs(code);
	}
	int rc = begin(web, c, fd);
	if (rc < 0) {            /* the kernel watches as many as it may, or has no memory to */
		(void)close(fd); /* nothing was said on it */
		free(c);
		pause_listening(web, uv_strerror(rc));
		return false;
	}
	welcome(c, &sa);
	return true;
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct bdl_web *web = poll->data;

	(void)events; /* it is asked for one */
	if (status < 0)
		pause_listening(web, uv_strerror(status));
	for (int i = 0; i < ACCEPTED_AT_ONCE && !web->paused && accept_one(web); i++)
		;
}

void bdl_conns_resume(struct bdl_web *web)
{
	/* Neither this nor the next fails for a descriptor that the loop took. */
	if (web->paused)
		BDL_BUG_IF(uv_poll_start(&web->listener, UV_READABLE, on_connection) != 0);
	web->paused = false;
}

int bdl_conns_listen(struct bdl_web *web, struct bdl_err *err)
{
	if (listen(web->role->listener, BACKLOG) < 0)
		return bdl_fail_sys(err, "listen");
	int rc = uv_poll_init_socket(&web->loop.uv, &web->listener, web->role->listener);
	if (rc < 0)
		return bdl_fail(err, BDL_E_IO, "listen: %s", uv_strerror(rc));
	web->listener.data = web;
	web->listening = web->paused = true;
	bdl_conns_resume(web);
	return 0;
}

void bdl_conns_refuse(struct bdl_web *web)
{
	if (!web->listening)
		return;
	uv_close((uv_handle_t *)&web->listener, NULL);
	(void)close(web->role->listener); /* nothing is written to it; the supervisor has its own */
	web->listening = web->paused = false;
}

/* --- time limits --- */

static int64_t limit_ms(const struct bdl_conn *c)
{
	switch (c->stage) {
	case BDL_STAGE_HEADS:
		if (bdl_conn_is_sending(c))
			return BDL_WEB_STALL_MS;
		return c->in.n > 0 ? BDL_WEB_HEAD_MS : BDL_WEB_IDLE_MS;
	case BDL_STAGE_PREVIEW:
	case BDL_STAGE_FORM:
		return BDL_WEB_HEAD_MS;
	case BDL_STAGE_READ:
	case BDL_STAGE_REFUSED:
	case BDL_STAGE_DRAIN:
	case BDL_STAGE_ECHO:
		return BDL_WEB_STALL_MS;
	case BDL_STAGE_OVER:
		return bdl_conn_is_sending(c) ? BDL_WEB_STALL_MS : OVER_MS;
	case BDL_STAGE_SYNC:
		break;
	}
	return INT64_MAX; /* the disk answers or fails, and then so do we */
}

static bool is_past(const struct bdl_conn *c, int64_t now_ms)
{
	const struct bdl_web *web = c->web;
	bool is_idle = c->stage == BDL_STAGE_HEADS && c->in.n == 0 && !bdl_conn_is_sending(c);
	if (web->stopping && (is_idle || now_ms - web->stop_tick_ms > STOP_MS))
		return true;
	return now_ms - c->since_ms > limit_ms(c);
}

/* A slow peer that takes some of what is in flight moves too. */
static void note_progress(struct bdl_conn *c, int64_t now_ms)
{
	size_t unsent = c->flight.n - c->sent;
	if (unsent < c->unsent)
		c->since_ms = now_ms;
	c->unsent = unsent;
}

static void release_slow(struct bdl_conn *c, int64_t now_ms)
{
	if (!bdl_exchange_is_slow(c, now_ms))
		return;
	bdl_exchange_release(c);
	bdl_conn_advance(c);
}

void bdl_conns_sweep(struct bdl_web *web)
{
	int64_t now_ms = (int64_t)uv_now(&web->loop.uv);
	for (struct bdl_conn *c = web->conns, *next; c; c = next) {
		next = c->next;
		note_progress(c, now_ms);
		release_slow(c, now_ms);
		if (is_past(c, now_ms))
			bdl_conn_close(c);
	}
}

static void on_stuck(uv_timer_t *timer)
{
	struct bdl_web *web = timer->data;
	int64_t now_ms = (int64_t)uv_now(&web->loop.uv);
	bool is_any = false;

	for (struct bdl_conn *c = web->conns, *next; c; c = next) {
		next = c->next;
		release_slow(c, now_ms);
		is_any = is_any || bdl_reading_may_be_stuck(c);
	}
	if (!is_any)
		(void)uv_timer_stop(timer); /* always 0 */
}

void bdl_conns_watch_stuck(struct bdl_web *web)
{
	if (!uv_is_active((uv_handle_t *)&web->stuck)) /* cannot fail with a callback given */
		(void)uv_timer_start(&web->stuck, on_stuck, BDL_WEB_STUCK_MS, BDL_WEB_STUCK_MS / 2);
}
