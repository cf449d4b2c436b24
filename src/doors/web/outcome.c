/* What becomes of a request or an answer: it goes on, is changed, waits for its body, or is refused. */
#include "doors/web/exchange_int.h"
#include "record/visits/mark.h"

/* The door, with what the proxy's logs shall say of this request. */
static struct bdl_icap_service service_for(
    const struct bdl_conn *c, enum bdl_icap_method method, const struct bdl_decision *d)
{
	struct bdl_icap_service s = bdl_exchange_service(c, method);

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
	struct bdl_icap_service s = bdl_exchange_service(c, method);
	if (bdl_buf_broken(head) || bdl_buf_broken(body))
		c->answer.broken = true;
	else
		(void)bdl_icap_write_response(&c->answer, &s, bdl_buf_view(head),
		    bdl_buf_view(body), c->last); /* exchange_int.h */
}

/* It goes on as it came: said in a word where the peer allows it, else handed back. */
static void pass(struct bdl_conn *c, const struct bdl_icap_request *r, struct bdl_view heads,
    const struct bdl_decision *d)
{
	struct bdl_icap_service s = service_for(c, r->method, d);
	/* A long body the proxy cannot be trusted with: it is taken from it, and handed back (spool.h). */
	if ((r->allow_204 || r->has_preview) && !c->spools) {
		(void)bdl_icap_write_plain(&c->answer, &s, 204, c->last); /* exchange_int.h */
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
	(void)bdl_icap_write_echo(&c->answer, &s, &r->parts, heads, c->last); /* exchange_int.h */
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

/* Whether it announces a body of more bytes than that. */
static bool is_longer(const struct bdl_http_head *http, uint64_t than)
{
	uint64_t n = 0;

	return bdl_view_uint(bdl_http_field(http, "Content-Length"), UINT64_MAX, &n) && n > than;
}

/* Who asks whether to send it at all is told at once that they need not. */
static bool is_read_first(const struct bdl_conn *c, const struct bdl_http_head *http)
{
	return c->has_body && !bdl_http_has_token(http, "Expect", "100-continue") &&
	    !is_longer(http, BDL_WEB_REFUSED_MAX);
}

void bdl_outcome_await_rest(struct bdl_conn *c)
{
	c->refused = 0;
	c->refused_ms = (int64_t)uv_now(&c->web->loop.uv);
	bdl_exchange_enter(c, BDL_STAGE_REFUSED);
}

void bdl_outcome_refuse_now(struct bdl_conn *c)
{
	c->is_midway = true;
	bdl_exchange_deliver(c);
}

void bdl_outcome_request(struct bdl_conn *c, const struct bdl_icap_request *r,
    struct bdl_view icap_head, struct bdl_view heads, const struct bdl_http_head *http)
{
	struct bdl_buf *head = &c->web->head, *body = &c->web->body;

	empty(head, BDL_WEB_HEAD_MAX);
	empty(body, BDL_ANSWER_BODY_MAX);
	struct bdl_decision d = bdl_web_decide(c->web, r, http, bdl_view_of(c->peer), head, body);
	c->strict = d.strict;
	c->spools = c->has_body && is_longer(http, BDL_WEB_BODY_LONG);
	c->is_read_first = is_read_first(c, http);
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
		c->is_refused = c->is_read_first;
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

bool bdl_outcome_parse(
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
		(void)bdl_chunk_write(&c->answer, bdl_buf_view(&c->form)); /* exchange_int.h */
	(void)bdl_chunk_write_end(&c->answer);
	c->is_echo = false;
}

void bdl_outcome_form(struct bdl_conn *c)
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
	BDL_BUG_IF(!bdl_outcome_parse(&r, heads, &http));
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
	bdl_exchange_deliver(c);
}

/* The answer to a request, by its head. */
void bdl_outcome_response(struct bdl_conn *c, const struct bdl_icap_request *r,
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

bool bdl_outcome_is_held(const struct bdl_conn *c)
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

void bdl_outcome_text(struct bdl_conn *c)
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
	} else { /* exchange_int.h */
		(void)bdl_chunk_write(&c->answer, bdl_buf_view(&c->text->held));
		(void)bdl_chunk_write_end(&c->answer);
	}
	bdl_reading_end(c);
	bdl_exchange_deliver(c);
}

void bdl_outcome_release(struct bdl_conn *c, struct bdl_view more)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf head = BDL_BUF(BDL_ANSWER_HEAD_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf body = BDL_BUF(BDL_ANSWER_BODY_MAX);
	struct bdl_icap_request r;
	struct bdl_decision d = bdl_reading_judge(c, false, &r, &head, &body);

	c->is_midway = true;
	if (d.outcome == BDL_OUTCOME_ANSWER) {
		refuse_text(c, &r, &d, &head, &body);
		if (c->is_read_first) {
			bdl_outcome_await_rest(c);
			return;
		}
	} else { /* exchange_int.h */
		(void)bdl_chunk_write(&c->answer, bdl_buf_view(&c->text->held));
		(void)bdl_chunk_write(&c->answer, more);
		bdl_buf_done(&c->text->held);
		c->text->is_held = false;
		if (bdl_reading_is_over(c))
			bdl_reading_end(c);
	}
	bdl_exchange_deliver(c);
}
