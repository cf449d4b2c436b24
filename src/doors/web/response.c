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

/* Else a site could hide what it sends behind a line that a browser takes and we do not. */
static struct bdl_decision refuse_answer(struct bdl_buf *head, struct bdl_buf *body)
{
	bdl_log(BDL_LOG_INFO, "answer-refused", "an answer that cannot be read");
	bdl_answer_plain(502, "Bad Gateway", "The answer of this site cannot be read.", head, body);
	return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER };
}

struct bdl_decision bdl_web_decide_response(struct bdl_web *web,
    const struct bdl_icap_request *icap, struct bdl_view heads, struct bdl_view peer,
    struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_decision d = { .outcome = BDL_OUTCOME_PASS };
	const struct bdl_ruleset *r = web->now->ruleset;
	struct bdl_http_head request, response;
	struct bdl_ask a;

	if (!(bdl_ruleset_asked(r) & ASKED) || !icap->parts.has_req || !icap->parts.has_res)
		return d;
	if (!parse(&icap->parts, heads, &request, &response))
		return refuse_answer(head, body);
	if (!has_contents(&request, &response))
		return d;
	bdl_region_reset(web->scratch);
	/* What could not be read was refused when it was asked for. */
	if (bdl_ask_read(web, icap, &request, peer, &a, NULL) < 0)
		return d;
	bdl_learn_response(web, &request, &response, &a);
	struct bdl_judgement j = bdl_web_judge(web, &a, &request);
	/* The request is on record already; its answer is where a rule speaks of it. */
	if (j.v.rule != BDL_NO_RULE)
		bdl_web_record(web, &a, &j);
	if (j.refused)
		return bdl_web_refuse(web, &a, &j, head, body);
	d.count = bdl_web_count_bytes(web, &a, BDL_RELEASED_DOWN);
	return d;
}
