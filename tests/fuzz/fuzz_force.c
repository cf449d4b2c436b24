/* Requests that go on changed: what comes out is a request again, and changing it changes nothing. */
#include "doors/web/force.h"
#include "fuzz.h"
#include "policy/judge.h"

static bool apply(struct bdl_view head, bool whole, struct bdl_buf *out)
{
	struct bdl_http_head h;
	struct bdl_url url;

	if (bdl_http_parse_request(head, &h, NULL) < 0 || h.n_fields == BDL_HTTP_FIELDS_MAX)
		return false; /* with one field more it would be no head that we read */
	if (bdl_url_parse(h.start[1], bdl_http_field(&h, "Host"), BDL_SCHEME_HTTP, &url, NULL) < 0)
		return false;
	return bdl_force_apply(1u << BDL_SWITCH_SAFE_SEARCH, whole, &url, &h, out);
}

static void look(struct bdl_view head, bool whole)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf once = BDL_BUF(BDL_HTTP_HEAD_MAX + 1024);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf twice = BDL_BUF(BDL_HTTP_HEAD_MAX + 1024);
	struct bdl_http_head again;

	if (!apply(head, whole, &once) || bdl_buf_broken(&once))
		return;
	if (bdl_http_parse_request(bdl_buf_view(&once), &again, NULL) == 0)
		MUST(!whole || bdl_http_field(&again, "Range").p == NULL);
	else
		MUST(again.n_fields == BDL_HTTP_FIELDS_MAX);
	if (apply(bdl_buf_view(&once), whole, &twice))
		MUST(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look(fuzz_view(data, size), false);
	look(fuzz_view(data, size), true);
	return 0;
}
