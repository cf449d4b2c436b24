/* What is said on a connection: RFC 3507, one request after another. */
#include "doors/web/exchange_int.h"

#define HEADS_MAX ((size_t)2 * BDL_HTTP_HEAD_MAX) /* the two HTTP heads of one request */

static struct bdl_view rest(const struct bdl_conn *c)
{
	return bdl_view_at(bdl_buf_str(&c->in) + c->at, c->in.n - c->at);
}

/* 0, or the status that refuses a request of this method to this service. */
static int refusal(const struct bdl_icap_request *r)
{
	bool request = bdl_view_is(r->service, "request");
	if (!request && !bdl_view_is(r->service, "response"))
		return 404;
	if (r->method == BDL_ICAP_OPTIONS)
		return 0;
	return r->method == (request ? BDL_ICAP_REQMOD : BDL_ICAP_RESPMOD) ? 0 : 405;
}

static void answer_options(struct bdl_conn *c, const struct bdl_icap_request *r)
{
	bool request = bdl_view_is(r->service, "request");
	struct bdl_icap_service s =
	    bdl_exchange_service(c, request ? BDL_ICAP_REQMOD : BDL_ICAP_RESPMOD);
	(void)bdl_icap_write_options(&c->answer, &s); /* exchange_int.h */
}

/* A whole request, but for its body. */
static void take_request(struct bdl_conn *c, const struct bdl_icap_request *r,
    struct bdl_view icap_head, struct bdl_view heads)
{
	struct bdl_http_head http BDL_UNSET;
	int status = refusal(r);

	c->strict = c->is_form = c->is_echo = c->is_midway = c->spools = false;
	c->is_read_first = c->is_refused = false;
	c->last = r->close || c->web->stopping;
	c->has_body = r->parts.has_body;
	/* What comes after the head of an unknown method nobody can tell. */
	if (status != 0 && (c->has_body || r->method == BDL_ICAP_OTHER)) {
		bdl_exchange_end(c, status);
		return;
	}
	if (status != 0) {
		struct bdl_icap_service s = bdl_exchange_service(c, BDL_ICAP_OTHER);
		(void)bdl_icap_write_plain(&c->answer, &s, status, c->last);
	} else if (r->method == BDL_ICAP_OPTIONS) {
		answer_options(c, r);
	} else if (r->method == BDL_ICAP_RESPMOD) {
		bdl_outcome_response(c, r, icap_head, heads);
	} else if (bdl_outcome_parse(r, heads, &http)) {
		bdl_outcome_request(c, r, icap_head, heads, &http);
	} else {
		bdl_exchange_end(c, 400);
		return;
	}
	bdl_chunks_init(&c->chunks);
	if (c->has_body && r->has_preview)
		bdl_exchange_enter(c, BDL_STAGE_PREVIEW);
	else if (c->is_form && c->has_body)
		bdl_exchange_enter(c, BDL_STAGE_FORM);
	else if (bdl_outcome_is_held(c))
		bdl_exchange_enter(c, BDL_STAGE_READ);
	else if (c->is_form)
		bdl_outcome_form(c);
	else if (c->is_refused)
		bdl_outcome_await_rest(c);
	else
		bdl_exchange_deliver(c);
}

static bool take_heads(struct bdl_conn *c)
{
	struct bdl_icap_request r BDL_UNSET;
	struct bdl_view v = rest(c);
	int status = 400;

	if (v.n == 0 || v.n < c->need)
		return false;
	long n = bdl_http_head_length(v, &c->searched);
	if (n == 0)
		return false;
	if (n < 0 || bdl_icap_parse(bdl_view_at(v.p, (size_t)n), &r, &status, NULL) < 0) {
		bdl_exchange_end(c, status);
		return false;
	}
	size_t head_n = (size_t)n, heads_n = r.parts.body_at;
	if (heads_n > HEADS_MAX) {
		bdl_exchange_end(c, 400);
		return false;
	}
	if (v.n - head_n < heads_n) {
		c->need = head_n + heads_n;
		c->searched = 0;
		return false;
	}
	c->at += head_n + heads_n;
	c->need = c->searched = 0;
	take_request(c, &r, bdl_view_at(v.p, head_n), bdl_view_at(v.p + head_n, heads_n));
	return true;
}

/* More of the body can be taken now. */
static bool is_body(const struct bdl_conn *c)
{
	return !c->closing && c->stage != BDL_STAGE_SYNC && c->stage != BDL_STAGE_OVER &&
	    !bdl_reading_is_behind(c);
}

/* A piece of a body; where it is cut the connection ends. */
static void take_data(struct bdl_conn *c, struct bdl_view data)
{
	if (bdl_outcome_is_held(c)) {
		bool is_kept = bdl_reading_hold(c, data);

		if (!is_kept && c->stage == BDL_STAGE_PREVIEW)
			c->answer.broken = true; /* no preview was asked for: exchange_int.h */
		else if (!is_kept)
			bdl_outcome_release(c, data);
		return;
	}
	if (c->stage == BDL_STAGE_REFUSED) {
		c->refused += data.n;
		if (c->refused > BDL_WEB_REFUSED_MAX)
			bdl_outcome_refuse_now(c);
		return;
	}
	if (c->text && !bdl_reading_watch(c)) {
		bdl_conn_close(c);
		return;
	}
	if (c->text && bdl_reading_is_over(c))
		bdl_reading_end(c);
	if (c->stage == BDL_STAGE_ECHO)
		(void)bdl_chunk_write(&c->out, data); /* room was left for it */
	else if (c->is_form)
		(void)bdl_buf_add_view(&c->form, data); /* broken: bdl_outcome_form looks */
	else if (c->is_echo && c->stage == BDL_STAGE_PREVIEW)
		(void)bdl_chunk_write(&c->answer, data); /* exchange_int.h */
}

/* The same, where it is read: it goes on when all that it unpacks to was. */
static void read_data(struct bdl_conn *c, struct bdl_view data)
{
	if (!c->text || bdl_reading_read(c, data)) {
		take_data(c, data);
		return;
	}
	bdl_chunks_give_back(&c->chunks, data.n);
	c->at -= data.n;
}

/* Decode what has come of a body: 1 at its end, 0 before, negative where it is none. */
static int take_body(struct bdl_conn *c)
{
	if (bdl_reading_is_behind(c) && c->web->text_left > 0)
		bdl_reading_go_on(c);
	while (c->out.n <= BDL_CONN_OUT_FULL && is_body(c)) {
		struct bdl_view v = rest(c), data = { 0 };
		size_t before = v.n;
		int event = bdl_chunks_feed(&c->chunks, &v, &data, NULL);
		c->at += before - v.n;
		if (event < 0)
			return event;
		if (event != BDL_CHUNK_DATA)
			return event == BDL_CHUNK_END;
		read_data(c, data);
	}
	return 0;
}

/* After a preview the peer waits: it has sent all, or sends the rest only when asked to. */
static void end_preview(struct bdl_conn *c)
{
	if (bdl_outcome_is_held(c) && c->chunks.ieof) {
		bdl_outcome_text(c);
	} else if (bdl_outcome_is_held(c)) {
		(void)bdl_icap_write_continue(&c->out); /* room was left for it */
		bdl_chunks_init(&c->chunks);
		bdl_exchange_enter(c, BDL_STAGE_READ);
	} else if (c->is_refused && !c->chunks.ieof) {
		(void)bdl_icap_write_continue(&c->out); /* as above */
		bdl_chunks_init(&c->chunks);
		bdl_outcome_await_rest(c);
	} else if (c->is_echo) {
		/* What was previewed stands in the answer already; the rest goes back as it comes. */
		c->has_body = !c->chunks.ieof;
		if (c->has_body)
			(void)bdl_icap_write_continue(&c->out); /* room was left for it */
		else
			(void)bdl_chunk_write_end(&c->answer); /* exchange_int.h */
		bdl_exchange_deliver(c);
	} else if (!c->is_form) {
		c->has_body = false;
		bdl_exchange_deliver(c);
	} else if (c->chunks.ieof) {
		bdl_outcome_form(c);
	} else {
		(void)bdl_icap_write_continue(&c->out); /* room was left for it */
		bdl_chunks_init(&c->chunks);
		bdl_exchange_enter(c, BDL_STAGE_FORM);
	}
}

static bool step_body(struct bdl_conn *c)
{
	int rc = take_body(c);
	if (rc < 0) {
		/* After an answer has begun there is nothing left to say. */
		if (c->stage == BDL_STAGE_PREVIEW || c->stage == BDL_STAGE_FORM ||
		    c->stage == BDL_STAGE_READ || c->stage == BDL_STAGE_REFUSED)
			bdl_exchange_end(c, 400);
		else
			bdl_conn_close(c);
		return false;
	}
	if (rc == 0)
		return false;
	if (c->stage == BDL_STAGE_PREVIEW) {
		end_preview(c);
	} else if (c->stage == BDL_STAGE_FORM) {
		bdl_outcome_form(c);
	} else if (c->stage == BDL_STAGE_READ) {
		bdl_outcome_text(c);
	} else if (c->stage == BDL_STAGE_REFUSED) {
		c->has_body = false;
		bdl_exchange_deliver(c);
	} else if (c->text && !bdl_reading_passes(c)) {
		bdl_conn_close(c);
		return false;
	} else {
		bdl_reading_end(c);
		if (c->stage == BDL_STAGE_ECHO)
			(void)bdl_chunk_write_end(&c->out); /* room was left for it */
		bdl_exchange_enter(c, c->last ? BDL_STAGE_OVER : BDL_STAGE_HEADS);
	}
	return true;
}

bool bdl_exchange_step(struct bdl_conn *c)
{
	switch (c->stage) {
	case BDL_STAGE_HEADS:
		return take_heads(c);
	case BDL_STAGE_PREVIEW:
	case BDL_STAGE_FORM:
	case BDL_STAGE_READ:
	case BDL_STAGE_REFUSED:
	case BDL_STAGE_DRAIN:
	case BDL_STAGE_ECHO:
		return step_body(c);
	case BDL_STAGE_SYNC:
	case BDL_STAGE_OVER:
		break;
	}
	return false;
}

bool bdl_exchange_is_slow(const struct bdl_conn *c, int64_t now_ms)
{
	if (c->stage == BDL_STAGE_REFUSED)
		return now_ms - c->since_ms > BDL_WEB_REFUSED_MS ||
		    now_ms - c->refused_ms > BDL_WEB_REFUSED_ALL_MS;
	return bdl_reading_is_slow(c, now_ms);
}

void bdl_exchange_release(struct bdl_conn *c)
{
	if (c->stage == BDL_STAGE_REFUSED)
		bdl_outcome_refuse_now(c);
	else
		bdl_outcome_release(c, (struct bdl_view){ 0 });
}
