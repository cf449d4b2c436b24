/* How an answer goes out: once it may, whole, and what comes on the connection behind it. */
#include "doors/web/exchange_int.h"
#include "sys/log.h"

void bdl_exchange_enter(struct bdl_conn *c, enum bdl_stage stage)
{
	c->stage = stage;
	c->since_ms = (int64_t)uv_now(&c->web->loop.uv);
}

struct bdl_icap_service bdl_exchange_service(const struct bdl_conn *c, enum bdl_icap_method method)
{
	return (struct bdl_icap_service){
		.istag = c->web->now->istag,
		.server = "Beadle/" BDL_VERSION,
		.method = method,
		.max_connections = (unsigned)c->web->max_conns,
		.options_ttl_s = BDL_WEB_OPTIONS_TTL_S,
	};
}

void bdl_exchange_end(struct bdl_conn *c, int status)
{
	struct bdl_icap_service s = bdl_exchange_service(c, BDL_ICAP_OTHER);
	(void)bdl_icap_write_plain(&c->out, &s, status, true); /* room was left for it */
	bdl_reading_end(c);
	bdl_exchange_enter(c, BDL_STAGE_OVER);
}

/* Behind what is to be sent already, mostly nothing: then it takes its place, and no byte is copied. */
static int add_answer(struct bdl_conn *c)
{
	struct bdl_buf empty = c->out;

	if (c->out.n > 0 || bdl_buf_broken(&c->out) || c->answer.n > c->out.max)
		return bdl_buf_add_view(&c->out, bdl_buf_view(&c->answer));
	c->out = c->answer;
	c->out.max = empty.max;
	empty.max = c->answer.max;
	c->answer = empty;
	return 0;
}

/* The answer goes out; what is left of the request's body decides what comes next. */
static void send_answer(struct bdl_conn *c)
{
	if (bdl_buf_broken(&c->answer) || add_answer(c) < 0) {
		bdl_log(BDL_LOG_ERR, "answer-too-large", "an answer does not fit its buffer");
		bdl_exchange_end(c, 500);
		return;
	}
	bdl_buf_clear(&c->answer);
	if (c->has_body) {
		if (!c->is_midway)
			bdl_chunks_init(&c->chunks);
		bdl_exchange_enter(c, c->is_echo ? BDL_STAGE_ECHO : BDL_STAGE_DRAIN);
	} else {
		bdl_exchange_enter(c, c->last ? BDL_STAGE_OVER : BDL_STAGE_HEADS);
	}
}

static void on_synced(struct bdl_waiter *w)
{
	struct bdl_conn *c = BDL_CONTAINER(w, struct bdl_conn, waiter);
	c->waiting = false;
	if (c->closing) {
		if (c->closed)
			bdl_conn_free(c); /* only this kept it */
		return;
	}
	send_answer(c);
	bdl_round_go_on(c);
}

void bdl_exchange_deliver(struct bdl_conn *c)
{
	c->waiter.done = on_synced;
	if (c->strict && bdl_recorder_wait(c->web->recorder, &c->waiter)) {
		c->waiting = true;
		bdl_exchange_enter(c, BDL_STAGE_SYNC);
		return;
	}
	send_answer(c);
}
