/* The sockets of the door: accepting, reading, writing, time limits, closing. */
#include "base/alloc.h"
#include "doors/web/conn_int.h"
#include "sys/log.h"
#include "sys/net.h"
#include <arpa/inet.h>

#define OVER_MS          2000 /* for the peer to take the last answer and close */
#define STOP_MS          3000 /* for answers under way while the process stops */
#define REFUSALS_AT_ONCE 64   /* connections past the limit that are still told so */

/* A head of each kind, and what one read adds. */
#define IN_MAX (3 * BDL_HTTP_HEAD_MAX + 128 * 1024)
/* What is unsent when reading stops, and the largest answers that may then still be added. */
#define OUT_MAX  (BDL_CONN_OUT_FULL + 4 * BDL_HTTP_HEAD_MAX)
#define KEPT_MAX (64 * 1024) /* memory that one buffer of an idle connection may keep */

void bdl_conn_free(struct bdl_conn *c)
{
	bdl_buf_done(&c->in);
	bdl_buf_done(&c->answer);
	bdl_buf_done(&c->heads);
	bdl_buf_done(&c->form);
	bdl_buf_done(&c->out);
	bdl_buf_done(&c->flight);
	free(c);
}

static void on_closed(uv_handle_t *h)
{
	struct bdl_conn *c = h->data;
	c->closed = true;
	if (!c->waiting) /* else the recorder still points here */
		bdl_conn_free(c);
}

void bdl_conn_close(struct bdl_conn *c)
{
	if (c->closing)
		return;
	c->closing = true;
	*c->here = c->next;
	if (c->next)
		c->next->here = c->here;
	c->web->n_conns--;
	bdl_count(c->web->role->slot, BDL_COUNT_PEERS, UINT64_MAX); /* one less */
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* --- writing --- */

static void on_written(uv_write_t *w, int status)
{
	struct bdl_conn *c = w->data;
	c->writing = false;
	if (c->closing)
		return;
	if (status < 0) {
		bdl_conn_close(c);
		return;
	}
	bdl_buf_clear(&c->flight);
	c->since_ms = (int64_t)uv_now(&c->web->loop.uv);
	bdl_conn_advance(c);
}

static void flush(struct bdl_conn *c)
{
	if (c->writing || c->closing || c->out.n == 0)
		return;
	struct bdl_buf swap = c->flight;
	c->flight = c->out;
	c->out = swap;
	uv_buf_t b = uv_buf_init(c->flight.p, (unsigned)c->flight.n);
	int n = uv_try_write((uv_stream_t *)&c->tcp, &b, 1);
	if (n < 0 && n != UV_EAGAIN) {
		bdl_conn_close(c);
		return;
	}
	size_t sent = n < 0 ? 0 : (size_t)n;
	if (sent == c->flight.n) {
		bdl_buf_clear(&c->flight);
		return;
	}
	b = uv_buf_init(c->flight.p + sent, (unsigned)(c->flight.n - sent));
	c->write.data = c;
	if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &b, 1, on_written) < 0)
		bdl_conn_close(c);
	else
		c->writing = true;
}

/* --- reading --- */

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *ret)
{
	(void)suggested;
	struct bdl_conn *c = h->data;
	*ret = uv_buf_init(c->web->input, sizeof(c->web->input));
}

static void on_read(uv_stream_t *s, ssize_t n, const uv_buf_t *b)
{
	struct bdl_conn *c = s->data;
	if (n == 0)
		return;
	if (n < 0) {
		c->eof = true;
		if (n != UV_EOF || c->stage == BDL_STAGE_OVER) {
			bdl_conn_close(c);
			return;
		}
	} else if (c->stage == BDL_STAGE_OVER) {
		return; /* taken so that the peer reads our last answer before a reset */
	} else {
		bool begins = c->stage == BDL_STAGE_HEADS && c->in.n == 0;
		if (begins || c->stage == BDL_STAGE_DRAIN || c->stage == BDL_STAGE_ECHO)
			c->since_ms = (int64_t)uv_now(&c->web->loop.uv);
		if (bdl_buf_add(&c->in, b->base, (size_t)n) < 0) /* beyond every limit of a head */
			bdl_exchange_end(c, 400);
	}
	bdl_conn_advance(c);
}

static void set_reading(struct bdl_conn *c)
{
	bool want = !c->closing && !c->eof && c->stage != BDL_STAGE_SYNC &&
	    (c->stage == BDL_STAGE_OVER || c->out.n + c->flight.n <= BDL_CONN_OUT_FULL);
	if (c->closing || want == c->reading)
		return;
	c->reading = want;
	if (!want)
		(void)uv_read_stop((uv_stream_t *)&c->tcp); /* always succeeds */
	else if (uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) < 0)
		bdl_conn_close(c);
}

static void on_shutdown(uv_shutdown_t *s, int status)
{
	(void)s;
	(void)status; /* the peer closes, or the sweep does */
}

/* The last answer is on its way: say so, and wait a moment for the peer to close. */
static void finish(struct bdl_conn *c)
{
	if (c->closing || c->stage != BDL_STAGE_OVER || c->writing || c->out.n > 0)
		return;
	if (c->eof)
		bdl_conn_close(c);
	else if (!c->shut && uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shutdown) < 0)
		bdl_conn_close(c);
	c->shut = true;
}

/* The peer has said its last: what it left incomplete stays unanswered. */
static void check_eof(struct bdl_conn *c)
{
	if (c->closing || !c->eof || c->stage == BDL_STAGE_SYNC || c->stage == BDL_STAGE_OVER ||
	    c->out.n > BDL_CONN_OUT_FULL)
		return;
	c->stage = BDL_STAGE_OVER;
}

static void slim(struct bdl_buf *b)
{
	if (b->n == 0 && b->cap > KEPT_MAX)
		bdl_buf_done(b);
}

/* What has been dealt with goes, and so does the memory that one large request took. */
static void forget(struct bdl_conn *c)
{
	bdl_buf_eat(&c->in, c->at);
	c->at = 0;
	if (c->stage != BDL_STAGE_HEADS)
		return;
	slim(&c->in);
	slim(&c->answer);
	slim(&c->heads);
	slim(&c->out);
	if (!c->writing)
		slim(&c->flight);
}

void bdl_conn_advance(struct bdl_conn *c)
{
	bool was_full;
	do { /* what stopped for want of room goes on where all of it could be sent at once */
		while (!c->closing && c->out.n <= BDL_CONN_OUT_FULL && bdl_exchange_step(c))
			;
		if (c->closing)
			return;
		was_full = c->out.n > BDL_CONN_OUT_FULL;
		flush(c);
	} while (was_full && !c->closing && !c->writing);
	check_eof(c);
	flush(c);
	forget(c);
	finish(c);
	set_reading(c);
}

/* --- accepting --- */

static bool is_trusted(const struct bdl_web *web, const struct sockaddr *sa)
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

static struct bdl_conn *conn_new(struct bdl_web *web)
{
	struct bdl_conn *c = bdl_xalloc(sizeof(*c));
	c->web = web;
	c->in = BDL_BUF(IN_MAX);
	c->answer = BDL_BUF(2 * BDL_HTTP_HEAD_MAX + 4096);
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
	BDL_BUG_IF(uv_tcp_init(&web->loop.uv, &c->tcp) != 0); /* makes no socket yet */
	c->tcp.data = c;
	return c;
}

void bdl_conn_accept(struct bdl_web *web)
{
	struct bdl_conn *c = conn_new(web);
	struct sockaddr_storage sa = { 0 };
	int n = sizeof(sa);

	if (uv_accept((uv_stream_t *)&web->listener, (uv_stream_t *)&c->tcp) < 0 ||
	    uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&sa, &n) < 0) {
		bdl_conn_close(c);
		return;
	}
	address_text(&sa, c->peer, sizeof(c->peer));
	if (!is_trusted(web, (struct sockaddr *)&sa)) {
		bdl_count(web->role->slot, BDL_COUNT_REFUSED, 1);
		bdl_log(BDL_LOG_WARN, "peer-refused", "%s is not among the trusted peers", c->peer);
		bdl_conn_close(c);
		return;
	}
	(void)uv_tcp_nodelay(&c->tcp, 1); /* slower without, not wrong */
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

/* --- time limits --- */

static int64_t limit_ms(const struct bdl_conn *c)
{
	switch (c->stage) {
	case BDL_STAGE_HEADS:
		if (c->writing || c->out.n > 0)
			return BDL_WEB_STALL_MS;
		return c->in.n > 0 ? BDL_WEB_HEAD_MS : BDL_WEB_IDLE_MS;
	case BDL_STAGE_PREVIEW:
	case BDL_STAGE_FORM:
		return BDL_WEB_HEAD_MS;
	case BDL_STAGE_DRAIN:
	case BDL_STAGE_ECHO:
		return BDL_WEB_STALL_MS;
	case BDL_STAGE_OVER:
		return OVER_MS;
	case BDL_STAGE_SYNC:
		break;
	}
	return INT64_MAX; /* the disk answers or fails, and then so do we */
}

static bool is_past(const struct bdl_conn *c, int64_t now_ms)
{
	const struct bdl_web *web = c->web;
	bool is_idle = c->stage == BDL_STAGE_HEADS && c->in.n == 0 && !c->writing && c->out.n == 0;
	if (web->stopping && (is_idle || now_ms - web->stop_tick_ms > STOP_MS))
		return true;
	return now_ms - c->since_ms > limit_ms(c);
}

void bdl_conns_sweep(struct bdl_web *web)
{
	int64_t now_ms = (int64_t)uv_now(&web->loop.uv);
	for (struct bdl_conn *c = web->conns, *next; c; c = next) {
		next = c->next;
		if (is_past(c, now_ms))
			bdl_conn_close(c);
	}
}
