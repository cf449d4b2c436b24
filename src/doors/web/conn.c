/* The socket of one connection: reading, writing, closing, and the memory that it holds. */
#include "doors/web/conn_int.h"
#include "sys/log.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEPT_MAX (64 * 1024) /* memory that one buffer of an idle connection may keep */

/* --- memory --- */

static void weigh(struct bdl_conn *c)
{
	size_t now = c->in.cap + c->answer.cap + c->heads.cap + c->form.cap + c->out.cap +
	    c->flight.cap + (c->text ? c->text->held.cap : 0);
	c->web->held = c->web->held - c->held + now;
	c->held = now;
}

/* Whether it would hold more than its share with n bytes more, while there is no more to share. */
static bool is_greedy(const struct bdl_conn *c, size_t n)
{
	const struct bdl_web *web = c->web;
	size_t holds = c->in.n + c->heads.n + c->form.n + c->out.n + c->flight.n + n +
	    (c->text ? c->text->held.n : 0);
	return web->held > BDL_WEB_HELD_MAX && holds > BDL_WEB_HELD_MAX / web->n_conns;
}

static void done_spool(struct bdl_conn *c)
{
	c->web->spooled -= c->spool.end;
	bdl_spool_done(&c->spool);
}

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
	bdl_reading_end(c);
	done_spool(c);
	*c->here = c->next;
	if (c->next)
		c->next->here = c->here;
	c->web->n_conns--;
	c->web->held -= c->held;
	bdl_count(c->web->role->slot, BDL_COUNT_PEERS, UINT64_MAX); /* one less */
	uv_close((uv_handle_t *)&c->poll, on_closed);
	(void)close(c->fd); /* the loop looks at it no more, and what was not sent is lost */
}

/* --- writing --- */

/* What waits to be sent goes to the disk. false: it may not, or cannot. */
static bool spill(struct bdl_conn *c)
{
	struct bdl_web *web = c->web;

	if (!c->spools || web->spooled + c->out.n > BDL_WEB_SPOOL_MAX ||
	    !bdl_spool_add(&c->spool, web->spools, bdl_buf_view(&c->out)))
		return false;
	web->spooled += c->out.n;
	bdl_buf_clear(&c->out);
	return true;
}

static void take_spooled(struct bdl_conn *c)
{
	uint64_t size = c->spool.end;
	char *room = bdl_buf_room(&c->flight, BDL_CONN_OUT_FULL);
	long n = room ? bdl_spool_take(&c->spool, room, BDL_CONN_OUT_FULL) : -1;

	if (n < 0) { /* no memory, or the disk failed: the rest cannot be sent */
		bdl_conn_close(c);
		return;
	}
	bdl_buf_commit(&c->flight, (size_t)n);
	if (bdl_spool_is_empty(&c->spool))
		c->web->spooled -= size;
}

/* As much of what is in flight as the peer takes now; the rest goes when it takes more. */
static void send_flight(struct bdl_conn *c)
{
	ssize_t n =
	    send(c->fd, c->flight.p + c->sent, c->flight.n - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS) {
		bdl_conn_close(c);
		return;
	}
	c->sent += n > 0 ? (size_t)n : 0;
	c->writing = c->sent < c->flight.n;
	if (c->writing)
		return;
	bdl_buf_clear(&c->flight);
	c->sent = 0;
}

static void send_out(struct bdl_conn *c)
{
	struct bdl_buf swap = c->flight;

	c->flight = c->out;
	c->out = swap;
	send_flight(c);
}

static void flush(struct bdl_conn *c)
{
	/* Without memory for all of an answer the peer must not take a part of it for the whole. */
	if (!c->closing && bdl_buf_broken(&c->out))
		bdl_conn_close(c);
	if (c->writing || c->closing || !bdl_conn_is_sending(c))
		return;
	if (bdl_spool_is_empty(&c->spool)) {
		send_out(c);
		return;
	}
	/* What is on the disk was said before what waits in memory. Others have their turn between. */
	take_spooled(c);
	c->writing = !c->closing;
}

/* --- reading --- */

/* What cannot be taken in ends the connection: in words only where no answer has begun. */
static void take_in(struct bdl_conn *c, const char *bytes, size_t n)
{
	bool is_answered =
	    c->stage == BDL_STAGE_SYNC || c->stage == BDL_STAGE_DRAIN || c->stage == BDL_STAGE_ECHO;
	int status = 0;

	if (is_greedy(c, n)) {
		bdl_log(BDL_LOG_WARN, "crowded", "%s holds more than its share of memory", c->peer);
		status = 503;
	} else if (bdl_buf_add(&c->in, bytes, n) <
	    0) { /* beyond every limit of a head, or no memory */
		status = 400;
	}
	if (status && is_answered)
		bdl_conn_close(c);
	else if (status)
		bdl_exchange_end(c, status);
}

/* The peer says no more, though it may still read. At once, so that its place is free for the next. */
static void take_end(struct bdl_conn *c)
{
	c->eof = true;
	bdl_conn_advance(c);
}

static void take_bytes(struct bdl_conn *c, size_t n)
{
	bool begins = c->stage == BDL_STAGE_HEADS && c->in.n == 0;

	if (c->stage == BDL_STAGE_OVER)
		return; /* taken so that the peer reads our last answer before a reset */
	if (begins || c->stage == BDL_STAGE_REFUSED || c->stage == BDL_STAGE_DRAIN ||
	    c->stage == BDL_STAGE_ECHO)
		c->since_ms = (int64_t)uv_now(&c->web->loop.uv);
	take_in(c, c->web->input, n);
	bdl_round_add(c, n);
}

static void receive(struct bdl_conn *c)
{
	ssize_t n = recv(c->fd, c->web->input, sizeof(c->web->input), MSG_DONTWAIT);

	if (n > 0)
		take_bytes(c, (size_t)n);
	else if (n == 0)
		take_end(c);
	else if (errno != EAGAIN && errno != EINTR)
		bdl_conn_close(c);
}

static void send_more(struct bdl_conn *c)
{
	send_flight(c);
	if (c->closing || c->writing)
		return;
	c->since_ms = (int64_t)uv_now(&c->web->loop.uv);
	bdl_conn_advance(c);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct bdl_conn *c = poll->data;

	if (status < 0) { /* it was reset */
		bdl_conn_close(c);
		return;
	}
	if (c->writing && (events & UV_WRITABLE))
		send_more(c);
	if (!c->closing && c->reading && (events & UV_READABLE))
		receive(c);
}

/* What the loop is to wait for: changed seldom, because each change costs two calls of the kernel. */
static void set_waiting(struct bdl_conn *c)
{
	/* While an answer waits for the disk little comes: to stop listening for it would cost more. */
	size_t unsent = c->out.n + (c->spools ? 0 : c->flight.n); /* what is in flight stays so */
	int events = c->writing ? UV_WRITABLE : 0;

	c->reading = !c->eof && !bdl_reading_is_behind(c) &&
	    (c->stage != BDL_STAGE_SYNC || c->in.n == 0) &&
	    (c->stage == BDL_STAGE_OVER || unsent <= BDL_CONN_OUT_FULL);
	events |= c->reading ? UV_READABLE : 0;
	if (c->closing || events == c->events)
		return;
	c->events = events;
	/* Neither fails for a descriptor that the loop took. */
	if (events)
		BDL_BUG_IF(uv_poll_start(&c->poll, events, on_ready) != 0);
	else
		BDL_BUG_IF(uv_poll_stop(&c->poll) != 0);
}

/* The last answer is on its way: say so, and wait a moment for the peer to close. */
static void finish(struct bdl_conn *c)
{
	if (c->closing || c->stage != BDL_STAGE_OVER || bdl_conn_is_sending(c))
		return;
	if (c->eof)
		bdl_conn_close(c);
	else if (!c->shut && shutdown(c->fd, SHUT_WR) < 0)
		bdl_conn_close(c);
	c->shut = true;
}

/* The peer has said its last: what it left incomplete stays unanswered. */
static void check_eof(struct bdl_conn *c)
{
	if (c->closing || !c->eof || c->stage == BDL_STAGE_SYNC || c->stage == BDL_STAGE_OVER ||
	    c->out.n > BDL_CONN_OUT_FULL || bdl_reading_is_behind(c))
		return;
	c->stage = BDL_STAGE_OVER;
}

static void slim(struct bdl_buf *b, size_t kept)
{
	if (b->n == 0 && b->cap > kept)
		bdl_buf_done(b);
}

/* What has been dealt with goes, and so does the memory that one large request took. */
static void forget(struct bdl_conn *c)
{
	size_t kept = c->web->held > BDL_WEB_HELD_MAX / 2 ? 0 : KEPT_MAX;
	bdl_buf_eat(&c->in, c->at);
	c->at = 0;
	if (c->stage == BDL_STAGE_OVER)
		bdl_buf_done(&c->in);
	/* Bodies that go through may be many and slow, so they keep no room for what may come. */
	if (c->stage == BDL_STAGE_HEADS || c->stage == BDL_STAGE_READ ||
	    c->stage == BDL_STAGE_REFUSED || c->stage == BDL_STAGE_ECHO) {
		slim(&c->in, kept);
		slim(&c->answer, kept);
		slim(&c->heads, kept);
		slim(&c->form, kept);
		slim(&c->out, kept);
		if (!c->writing)
			slim(&c->flight, kept);
	}
	weigh(c);
}

void bdl_conn_step(struct bdl_conn *c)
{
	while (!c->closing && c->out.n <= BDL_CONN_OUT_FULL && bdl_exchange_step(c))
		;
}

void bdl_conn_advance(struct bdl_conn *c)
{
	bool was_full;
	do { /* what stopped for want of room goes on where all of it could be sent at once */
		bdl_conn_step(c);
		if (c->closing)
			return;
		was_full = c->out.n > BDL_CONN_OUT_FULL;
		flush(c);
	} while (was_full && !c->closing && (!c->writing || spill(c)));
	check_eof(c);
	flush(c);
	if (c->closing) /* what it held is counted no more */
		return;
	forget(c);
	finish(c);
	set_waiting(c);
}
