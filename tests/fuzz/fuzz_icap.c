/* ICAP request heads: the parts of a message that is taken lie side by side, within the limits. */
#include "fuzz.h"
#include "proto/icap.h"

static void check_parts(const struct bdl_icap_parts *p)
{
	size_t at = 0;

	if (p->has_req) {
		MUST(p->req_at == at && p->req_n > 0 && p->req_n <= BDL_HTTP_HEAD_MAX);
		at += p->req_n;
	}
	if (p->has_res) {
		MUST(p->res_at == at && p->res_n > 0 && p->res_n <= BDL_HTTP_HEAD_MAX);
		at += p->res_n;
	}
	MUST(p->body_at == at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bdl_view v = fuzz_view(data, size);
	struct bdl_icap_request q;
	int status = 0;

	if (bdl_icap_parse(v, &q, &status, NULL) < 0) {
		MUST(status == 400 || status == 505);
		return 0;
	}
	MUST(status == 0);
	check_parts(&q.parts);
	MUST(fuzz_within(q.uri, v) && fuzz_within(q.service, v));
	MUST(fuzz_within(q.user, v) && fuzz_within(q.client, v));
	MUST(bdl_view_find(q.service, '?') == q.service.n);
	return 0;
}
