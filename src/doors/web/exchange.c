/* What is said on a connection: RFC 3507, one request after another. */
#include "doors/web/conn_int.h"
#include "record/visits/mark.h"
#include "sys/log.h"

#define HEADS_MAX ((size_t)2 * BDL_HTTP_HEAD_MAX) /* the two HTTP heads of one request */

static struct bdl_view rest(const struct bdl_conn *c)
{
	return bdl_view_at(bdl_buf_str(&c->in) + c->at, c->in.n - c->at);
}

static void enter(struct bdl_conn *c, enum bdl_stage stage)
{
	c->stage = stage;
	c->since_ms = (int64_t)uv_now(&c->web->loop.uv);
}

static struct bdl_icap_service service(const struct bdl_conn *c, enum bdl_icap_method method)
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
	struct bdl_icap_service s = service(c, BDL_ICAP_OTHER);
	(void)bdl_icap_write_plain(&c->out, &s, status, true); /* room was left for it */
	bdl_reading_end(c);
	enter(c, BDL_STAGE_OVER);
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
		enter(c, c->is_echo ? BDL_STAGE_ECHO : BDL_STAGE_DRAIN);
	} else {
		enter(c, c->last ? BDL_STAGE_OVER : BDL_STAGE_HEADS);
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

static void deliver(struct bdl_conn *c)
{
	c->waiter.done = on_synced;
	if (c->strict && bdl_recorder_wait(c->web->recorder, &c->waiter)) {
		c->waiting = true;
		enter(c, BDL_STAGE_SYNC);
		return;
	}
	send_answer(c);
}

/* As above, with what the proxy's logs shall say of it. */
static struct bdl_icap_service service_for(
    const struct bdl_conn *c, enum bdl_icap_method method, const struct bdl_decision *d)
{
	struct bdl_icap_service s = service(c, method);

	s.count = d->count;
	s.visit = d->visit;
	return s;
}

/* A request goes on with another head, its body as it came. */
static void change(struct bdl_conn *c, const struct bdl_icap_request *r, const struct bdl_buf *head,
    const struct bdl_decision *d)
{
	struct bdl_icap_service s = service_for(c, r->method, d);

	if (bdl_buf_broken(head))
		c->answer.broken = true;
	else
		(void)bdl_icap_write_changed(
		    &c->answer, &s, bdl_buf_view(head), r->parts.has_body, c->last);
	c->is_echo = r->parts.has_body;
}

static void answer_with(struct bdl_conn *c, enum bdl_icap_method method, const struct bdl_buf *head,
    const struct bdl_buf *body)
{
	struct bdl_icap_service s = service(c, method);
	if (bdl_buf_broken(head) || bdl_buf_broken(body))
		c->answer.broken = true;
	else
		(void)bdl_icap_write_response(&c->answer, &s, bdl_buf_view(head),
		    bdl_buf_view(body), c->last); /* send_answer looks */
}

/* It goes on as it came: said in a word where the peer allows it, else handed back. */
static void pass(struct bdl_conn *c, const struct bdl_icap_request *r, struct bdl_view heads,
    const struct bdl_decision *d)
{
	struct bdl_icap_service s = service_for(c, r->method, d);
	/* A long body the proxy cannot be trusted with: it is taken from it, and handed back (spool.h). */
	if ((r->allow_204 || r->has_preview) && !c->spools) {
		(void)bdl_icap_write_plain(&c->answer, &s, 204, c->last); /* send_answer looks */
		return;
	}
	(void)bdl_icap_write_echo(&c->answer, &s, &r->parts, heads, c->last); /* the same */
	c->is_echo = true;
}

/* As above, or by a 200 with its body behind, where that is read first. */
static void go_on(struct bdl_conn *c, const struct bdl_icap_request *r, struct bdl_view icap_head,
    struct bdl_view heads, const struct bdl_decision *d)
{
	struct bdl_icap_service s = service_for(c, r->method, d);

	if (!bdl_reading_begin(c, icap_head, heads, d)) {
		pass(c, r, heads, d);
		return;
	}
	if (c->text->is_held && r->allow_204) /* too large: then it is handed back */
		(void)bdl_icap_write_plain(&c->text->instead, &s, 204, c->last);
	(void)bdl_icap_write_echo(
	    &c->answer, &s, &r->parts, heads, c->last); /* send_answer looks */
	c->is_echo = true;
}

/* Memory that one large answer took is not kept for the next. */
#define KEPT_MAX ((size_t)64 * 1024)

static void empty(struct bdl_buf *b, size_t max)
{
	if (b->cap > KEPT_MAX)
		bdl_buf_done(b);
	b->max = max;
	bdl_buf_clear(b);
}

static bool is_long(const struct bdl_http_head *http)
{
	uint64_t n = 0;

	return bdl_view_uint(bdl_http_field(http, "Content-Length"), UINT64_MAX, &n) &&
	    n > BDL_WEB_BODY_LONG;
}

/* Who asks whether to send it at all is told at once that they need not. */
static bool is_read_first(const struct bdl_conn *c, const struct bdl_http_head *http)
{
	uint64_t n = 0;

	if (!c->has_body || bdl_http_has_token(http, "Expect", "100-continue"))
		return false;
	return !bdl_view_uint(bdl_http_field(http, "Content-Length"), UINT64_MAX, &n) ||
	    n <= BDL_WEB_REFUSED_MAX;
}

static void await_rest(struct bdl_conn *c)
{
	c->refused = 0;
	enter(c, BDL_STAGE_REFUSED);
}

/* It was waited for long enough; what more comes of it is dropped behind the answer. */
static void refuse_now(struct bdl_conn *c)
{
	c->is_midway = true;
	deliver(c);
}

static void judge(struct bdl_conn *c, const struct bdl_icap_request *r, struct bdl_view icap_head,
    struct bdl_view heads, const struct bdl_http_head *http)
{
	struct bdl_buf *head = &c->web->head, *body = &c->web->body;

	empty(head, BDL_WEB_HEAD_MAX);
	empty(body, BDL_ANSWER_BODY_MAX);
	struct bdl_decision d = bdl_web_decide(c->web, r, http, bdl_view_of(c->peer), head, body);
	c->strict = d.strict;
	c->spools = c->has_body && is_long(http);
	switch (d.outcome) {
	case BDL_OUTCOME_PASS:
		go_on(c, r, icap_head, heads, &d);
		break;
	case BDL_OUTCOME_CHANGE:
		change(c, r, head, &d);
		(void)bdl_reading_begin(c, icap_head, heads, &d); /* else it goes on unread */
		break;
	case BDL_OUTCOME_ANSWER:
		answer_with(c, r->method, head, body);
		c->is_read_first = is_read_first(c, http);
		break;
	case BDL_OUTCOME_FORM:
		c->is_form = true;
		bdl_buf_clear(&c->heads);
		bdl_buf_clear(&c->form);
		(void)bdl_buf_add_view(&c->heads, icap_head); /* fits: its limit is theirs */
		(void)bdl_buf_add_view(&c->heads, heads);
		break;
	}
}

/* The HTTP request within; false where there is none that can be read. */
static bool parse_http(
    const struct bdl_icap_request *r, struct bdl_view heads, struct bdl_http_head *ret)
{
	struct bdl_view v = bdl_view_at(heads.p + r->parts.req_at, r->parts.req_n);
	return r->parts.has_req && bdl_http_parse_request(v, ret, NULL) == 0;
}

/* What was read of a form goes on with the request, whole and as it came. */
static void hand_back(struct bdl_conn *c)
{
	if (!c->is_echo || !c->has_body)
		return;
	if (c->form.n)
		(void)bdl_chunk_write(&c->answer, bdl_buf_view(&c->form)); /* send_answer looks */
	(void)bdl_chunk_write_end(&c->answer);
	c->is_echo = false;
}

static void answer_form(struct bdl_conn *c)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf head = BDL_BUF(BDL_WEB_HEAD_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf body = BDL_BUF(BDL_ANSWER_BODY_MAX);
	struct bdl_decision d = { .outcome = BDL_OUTCOME_ANSWER };
	struct bdl_icap_request r;
	struct bdl_http_head http;
	struct bdl_view all = bdl_buf_view(&c->heads);
	size_t from = 0;
	int status;

	if (bdl_buf_broken(&c->heads)) { /* there was no memory to keep them */
		bdl_exchange_end(c, 500);
		return;
	}
	/* These were parsed before, when they came. */
	long n = bdl_http_head_length(all, &from);
	BDL_BUG_IF(n <= 0 || bdl_icap_parse(bdl_view_at(all.p, (size_t)n), &r, &status, NULL) < 0);
	struct bdl_view heads = bdl_view_at(all.p + n, all.n - (size_t)n);
	BDL_BUG_IF(!parse_http(&r, heads, &http));
	if (bdl_buf_broken(&c->form))
		bdl_answer_plain(413, "Content Too Large", "This form is too large.", &head, &body);
	else
		d = bdl_web_decide_form(
		    c->web, &r, &http, bdl_view_of(c->peer), bdl_buf_view(&c->form), &head, &body);
	c->strict = d.strict;
	if (d.outcome == BDL_OUTCOME_ANSWER) {
		answer_with(c, BDL_ICAP_REQMOD, &head, &body);
	} else if (d.outcome == BDL_OUTCOME_CHANGE) {
		change(c, &r, &head, &d);
	} else {
		r.has_preview = false; /* it is over: only who allows it may be told 204 now */
		pass(c, &r, heads, &d);
	}
	hand_back(c);
	c->has_body = false; /* all of it was read */
	bdl_buf_clear(&c->heads);
	bdl_buf_clear(&c->form);
	deliver(c);
}

/* The answer to a request, by its head. */
static void judge_response(struct bdl_conn *c, const struct bdl_icap_request *r,
    struct bdl_view icap_head, struct bdl_view heads)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf head = BDL_BUF(BDL_ANSWER_HEAD_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf body = BDL_BUF(BDL_ANSWER_BODY_MAX);
	struct bdl_decision d =
	    bdl_web_decide_response(c->web, r, heads, bdl_view_of(c->peer), &head, &body);
	struct bdl_mark mark;

	c->strict = d.strict;
	if (bdl_mark_read(r->visit, &mark)) /* the log tells what was answered last */
		d.visit = r->visit;
	if (d.outcome == BDL_OUTCOME_ANSWER)
		answer_with(c, r->method, &head, &body);
	else
		go_on(c, r, icap_head, heads, &d);
}

/* --- a body that is read --- */

static bool is_held(const struct bdl_conn *c)
{
	return c->text && c->text->is_held;
}

/* What was read of it comes to a refusal: that is answered in its place. */
static void refuse_text(struct bdl_conn *c, const struct bdl_icap_request *r,
    const struct bdl_decision *d, const struct bdl_buf *head, const struct bdl_buf *body)
{
	bdl_buf_clear(&c->answer);
	answer_with(c, r->method, head, body);
	c->strict = d->strict;
	c->is_echo = false;
	bdl_reading_end(c);
}

/* All of a body is there that was held. */
static void answer_text(struct bdl_conn *c)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf head = BDL_BUF(BDL_ANSWER_HEAD_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf body = BDL_BUF(BDL_ANSWER_BODY_MAX);
	struct bdl_icap_request r;
	struct bdl_decision d = bdl_reading_judge(c, true, &r, &head, &body);

	c->has_body = c->is_echo = false;
	if (d.outcome == BDL_OUTCOME_ANSWER) {
		refuse_text(c, &r, &d, &head, &body);
	} else if (c->text->instead.n > 0 && !bdl_buf_broken(&c->text->instead)) {
		bdl_buf_clear(&c->answer);
		(void)bdl_buf_add_view(&c->answer, bdl_buf_view(&c->text->instead));
	} else { /* send_answer looks */
		(void)bdl_chunk_write(&c->answer, bdl_buf_view(&c->text->held));
		(void)bdl_chunk_write_end(&c->answer);
	}
	bdl_reading_end(c);
	deliver(c);
}

/* What was held goes on, and `more` behind it, unless what is known by now refuses it. */
static void release(struct bdl_conn *c, struct bdl_view more)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf head = BDL_BUF(BDL_ANSWER_HEAD_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf body = BDL_BUF(BDL_ANSWER_BODY_MAX);
	struct bdl_icap_request r;
	struct bdl_decision d = bdl_reading_judge(c, false, &r, &head, &body);

	c->is_midway = true;
	if (d.outcome == BDL_OUTCOME_ANSWER) {
		refuse_text(c, &r, &d, &head, &body);
		if (r.method == BDL_ICAP_REQMOD) {
			await_rest(c);
			return;
		}
	} else { /* send_answer looks */
		(void)bdl_chunk_write(&c->answer, bdl_buf_view(&c->text->held));
		(void)bdl_chunk_write(&c->answer, more);
		bdl_buf_done(&c->text->held);
		c->text->is_held = false;
		if (bdl_reading_is_over(c))
			bdl_reading_end(c);
	}
	deliver(c);
}

bool bdl_exchange_is_slow(const struct bdl_conn *c, int64_t now_ms)
{
	if (c->stage == BDL_STAGE_REFUSED)
		return now_ms - c->since_ms > BDL_WEB_REFUSED_MS;
	return bdl_reading_is_slow(c, now_ms);
}

void bdl_exchange_release(struct bdl_conn *c)
{
	if (c->stage == BDL_STAGE_REFUSED)
		refuse_now(c);
	else
		release(c, (struct bdl_view){ 0 });
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
	struct bdl_icap_service s = service(c, request ? BDL_ICAP_REQMOD : BDL_ICAP_RESPMOD);
	(void)bdl_icap_write_options(&c->answer, &s); /* send_answer looks */
}

/* A whole request, but for its body. */
static void take_request(struct bdl_conn *c, const struct bdl_icap_request *r,
    struct bdl_view icap_head, struct bdl_view heads)
{
	struct bdl_http_head http BDL_UNSET;
	int status = refusal(r);

	c->strict = c->is_form = c->is_echo = c->is_midway = c->spools = c->is_read_first = false;
	c->last = r->close || c->web->stopping;
	c->has_body = r->parts.has_body;
	/* What comes after the head of an unknown method nobody can tell. */
	if (status != 0 && (c->has_body || r->method == BDL_ICAP_OTHER)) {
		bdl_exchange_end(c, status);
		return;
	}
	if (status != 0) {
		struct bdl_icap_service s = service(c, BDL_ICAP_OTHER);
		(void)bdl_icap_write_plain(&c->answer, &s, status, c->last);
	} else if (r->method == BDL_ICAP_OPTIONS) {
		answer_options(c, r);
	} else if (r->method == BDL_ICAP_RESPMOD) {
		judge_response(c, r, icap_head, heads);
	} else if (parse_http(r, heads, &http)) {
		judge(c, r, icap_head, heads, &http);
	} else {
		bdl_exchange_end(c, 400);
		return;
	}
	bdl_chunks_init(&c->chunks);
	if (c->has_body && r->has_preview)
		enter(c, BDL_STAGE_PREVIEW);
	else if (c->is_form && c->has_body)
		enter(c, BDL_STAGE_FORM);
	else if (is_held(c))
		enter(c, BDL_STAGE_READ);
	else if (c->is_form)
		answer_form(c);
	else if (c->is_read_first)
		await_rest(c);
	else
		deliver(c);
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
	if (is_held(c)) {
		bool is_kept = bdl_reading_hold(c, data);

		if (!is_kept && c->stage == BDL_STAGE_PREVIEW)
			c->answer.broken = true; /* no preview was asked for: send_answer looks */
		else if (!is_kept)
			release(c, data);
		return;
	}
	if (c->stage == BDL_STAGE_REFUSED) {
		c->refused += data.n;
		if (c->refused > BDL_WEB_REFUSED_MAX)
			refuse_now(c);
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
		(void)bdl_buf_add_view(&c->form, data); /* broken: answer_form looks */
	else if (c->is_echo && c->stage == BDL_STAGE_PREVIEW)
		(void)bdl_chunk_write(&c->answer, data); /* send_answer looks */
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
	if (is_held(c) && c->chunks.ieof) {
		answer_text(c);
	} else if (is_held(c)) {
		(void)bdl_icap_write_continue(&c->out); /* room was left for it */
		bdl_chunks_init(&c->chunks);
		enter(c, BDL_STAGE_READ);
	} else if (c->is_read_first && !c->chunks.ieof) {
		(void)bdl_icap_write_continue(&c->out); /* as above */
		bdl_chunks_init(&c->chunks);
		await_rest(c);
	} else if (c->is_echo) {
		/* What was previewed stands in the answer already; the rest goes back as it comes. */
		c->has_body = !c->chunks.ieof;
		if (c->has_body)
			(void)bdl_icap_write_continue(&c->out); /* room was left for it */
		else
			(void)bdl_chunk_write_end(&c->answer); /* send_answer looks */
		deliver(c);
	} else if (!c->is_form) {
		c->has_body = false;
		deliver(c);
	} else if (c->chunks.ieof) {
		answer_form(c);
	} else {
		(void)bdl_icap_write_continue(&c->out); /* room was left for it */
		bdl_chunks_init(&c->chunks);
		enter(c, BDL_STAGE_FORM);
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
		answer_form(c);
	} else if (c->stage == BDL_STAGE_READ) {
		answer_text(c);
	} else if (c->stage == BDL_STAGE_REFUSED) {
		c->has_body = false;
		deliver(c);
	} else if (c->text && !bdl_reading_passes(c)) {
		bdl_conn_close(c);
		return false;
	} else {
		bdl_reading_end(c);
		if (c->stage == BDL_STAGE_ECHO)
			(void)bdl_chunk_write_end(&c->out); /* room was left for it */
		enter(c, c->last ? BDL_STAGE_OVER : BDL_STAGE_HEADS);
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
