/*
 * Tunnels. A CONNECT is let through unjudged where its contents are opened: what is asked inside is
 * judged, and can be answered with a page. Where a rule `splice` keeps them sealed it is the host that
 * is judged, here and once; the proxy is told by a header of the request that goes back to it
 * (docs/decisions/0009-splice-by-a-header.md). No browser shows a page in answer to a CONNECT, so a
 * refusal is a line of plain text.
 */
#include "doors/web/web_int.h"

static bool is_seal(const struct bdl_field *f)
{
	return bdl_view_iis(f->name, BDL_WEB_SEALED_HEADER);
}

/* The request as it came but for that header, which only we may set. */
static void write_request(const struct bdl_http_head *http, bool sealed, struct bdl_buf *head)
{
	(void)bdl_buf_printf(head, "%.*s %.*s %.*s\r\n", BDL_FMT(http->start[0]),
	    BDL_FMT(http->start[1]), BDL_FMT(http->start[2]));
	for (size_t i = 0; i < http->n_fields; i++)
		if (!is_seal(&http->fields[i]))
			(void)bdl_buf_printf(head, "%.*s: %.*s\r\n", BDL_FMT(http->fields[i].name),
			    BDL_FMT(http->fields[i].value));
	(void)bdl_buf_add_str(head, sealed ? BDL_WEB_SEALED_HEADER ": 1\r\n\r\n" : "\r\n");
}

static struct bdl_decision open_tunnel(const struct bdl_http_head *http, struct bdl_buf *head)
{
	struct bdl_decision d = { .outcome = BDL_OUTCOME_PASS };

	for (size_t i = 0; i < http->n_fields && d.outcome == BDL_OUTCOME_PASS; i++)
		if (is_seal(&http->fields[i]))
			d.outcome = BDL_OUTCOME_CHANGE;
	if (d.outcome == BDL_OUTCOME_CHANGE)
		write_request(http, false, head);
	return d;
}

struct bdl_decision bdl_web_decide_connect(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_buf *head,
    struct bdl_buf *body)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	struct bdl_ask a;

	bdl_region_reset(web->scratch);
	if (bdl_ask_read(web, icap, http, peer, &a, NULL) < 0)
		return open_tunnel(http, head);
	bdl_learn_connect(web, &a);
	if (!bdl_judge_splice(r, &a.facts))
		return open_tunnel(http, head);
	struct bdl_judgement j = bdl_web_judge(web, &a, http);
	bdl_web_record(web, &a, &j);
	if (j.refused)
		return bdl_web_refuse(web, &a, &j, head, body);
	write_request(http, true, head);
	return (struct bdl_decision){
		.outcome = BDL_OUTCOME_CHANGE,
		.count = bdl_web_count_bytes(web, &a, BDL_RELEASED_BOTH),
		.visit = a.visit,
	};
}
