#include "doors/web/web_int.h"
#include "sys/log.h"

/* What only an answer tells. Where no rule asks for it, answers pass unread. */
#define ASKED \
	(BDL_TOLD(DOWNLOAD) | BDL_TOLD(TYPES) | BDL_TOLD(FILES) | BDL_TOLD(SIZE) | BDL_TOLD(VOLUME))

/* Only what has contents: not errors, redirections, heads alone, or a change to WebSocket. */
static bool has_contents(const struct bdl_http_head *request, const struct bdl_http_head *response)
{
	struct bdl_view status = response->start[1];

	return status.n == 3 && status.p[0] == '2' && !bdl_view_is(status, "204") &&
	    !bdl_view_is(request->start[0], "HEAD") && !bdl_view_is(request->start[0], "CONNECT");
}

static bool parse(const struct bdl_icap_parts *parts, struct bdl_view heads,
    struct bdl_http_head *request, struct bdl_http_head *response)
{
	struct bdl_view req = bdl_view_at(heads.p + parts->req_at, parts->req_n);
	struct bdl_view res = bdl_view_at(heads.p + parts->res_at, parts->res_n);

	return bdl_http_parse_request(req, request, NULL) == 0 &&
	    bdl_http_parse_response(res, response, NULL) == 0;
}

/* What is shown: errors too, and no redirections. */
static bool has_text(const struct bdl_http_head *request, const struct bdl_http_head *response)
{
	struct bdl_view status = response->start[1];

	return status.n == 3 && strchr("245", status.p[0]) && !bdl_view_is(status, "204") &&
	    !bdl_view_is(request->start[0], "HEAD") && !bdl_view_is(request->start[0], "CONNECT");
}

struct bdl_decision bdl_web_refuse_unread(
    const char *why, struct bdl_buf *head, struct bdl_buf *body)
{
	bdl_log(BDL_LOG_INFO, "answer-refused", "%s", why);
	bdl_answer_plain(502, "Bad Gateway", why, head, body);
	return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER };
}

/* Else a site could hide what it sends behind a line that a browser takes and we do not. */
static struct bdl_decision refuse_answer(struct bdl_buf *head, struct bdl_buf *body)
{
	return bdl_web_refuse_unread("The answer of this site cannot be read.", head, body);
}

/* Several pieces of a text look like none; what they are no head tells. */
static bool can_read(
    const struct bdl_web *web, const struct bdl_http_head *response, struct bdl_scan_options *ret)
{
	bool is_text = bdl_web_is_text(web, response, true, ret);

	if (!is_text && web->now->reader && bdl_media_is_pieces(response)) {
		ret->coding = BDL_SCAN_UNKNOWN;
		return true;
	}
	return is_text;
}

/* Judge it by its head; false where it is refused by that. */
static bool judge_head(struct bdl_web *web, struct bdl_ask *a, const struct bdl_http_head *request,
    struct bdl_decision *d, struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_judgement j = bdl_web_judge(web, a, request);

	/* The request is on record already; its answer is where a rule speaks of it. */
	if (j.v.rule != BDL_NO_RULE)
		bdl_web_record(web, a, &j);
	if (j.refused)
		*d = bdl_web_refuse(web, a, &j, head, body);
	else
		d->count = bdl_web_count_bytes(web, a, BDL_RELEASED_DOWN);
	return !j.refused;
}

struct bdl_decision bdl_web_decide_response(struct bdl_web *web,
    const struct bdl_icap_request *icap, struct bdl_view heads, struct bdl_view peer,
    struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_decision d = { .outcome = BDL_OUTCOME_PASS };
	const struct bdl_ruleset *r = web->now->ruleset;
	struct bdl_http_head request, response;
	struct bdl_ask a;

	uint64_t asked = bdl_ruleset_asked(r);

	if (!(asked & (ASKED | BDL_TOLD(PHRASES))) || !icap->parts.has_req || !icap->parts.has_res)
		return d;
	if (!parse(&icap->parts, heads, &request, &response))
		return refuse_answer(head, body);
	bool by_head = (asked & ASKED) && has_contents(&request, &response);
	bool by_text = (asked & BDL_TOLD(PHRASES)) && icap->parts.has_body &&
	    has_text(&request, &response) && can_read(web, &response, &d.how);
	if (!by_head && !by_text)
		return d;
	bdl_region_reset(web->scratch);
	/* What could not be read was refused when it was asked for. */
	if (bdl_ask_read(web, icap, &request, peer, &a, NULL) < 0)
		return d;
	bdl_learn_response(web, &request, &response, &a);
	if (by_head && !judge_head(web, &a, &request, &d, head, body))
		return d;
	if (by_text)
		bdl_web_await(web, &a, true, &d);
	/* Squid asks for codings that can be read, so what comes in another has something to hide. */
	if (d.awaits > BDL_NOTE && d.how.coding == BDL_SCAN_UNKNOWN)
		return refuse_answer(head, body);
	if (d.awaits == BDL_NOTE && d.how.coding == BDL_SCAN_UNKNOWN) {
		d.awaits = BDL_ALLOW;
		bdl_web_unread(web);
	}
	return d;
}
