/* What is not a page: the health of the process, and the assets. */
#include "pages_int.h"
#include "portal/assets.h"
#include "record/status/metrics.h"
#include "state_int.h"

/* For whoever watches from outside: the same as the page /status, in a line. */
int bdl_show_health(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_status *s = bdl_status_here(r);

	if (!s)
		return bdl_fail(err, BDL_E_LIMIT, "the status does not fit into memory");
	reply->type = "text/plain; charset=utf-8";
	if (s->n_failing == 0) {
		reply->fixed = BDL_LIT("ok\n");
		return 0;
	}
	reply->status = 503;
	for (size_t i = 0; i < s->n_failing; i++)
		(void)bdl_buf_printf(&reply->body, "%s\n", s->troubles[i].what);
	return 0;
}

/* Digests are compared, so that the time taken says nothing of the token. */
static bool may_read_metrics(const struct bdl_request *r)
{
	struct bdl_view given = r->authorization, want = bdl_view_of(r->site->metrics_token);

	if (!bdl_view_istarts(given, BDL_LIT("Bearer ")))
		return false;
	given = bdl_view_trim(bdl_view_from(given, strlen("Bearer ")));
	struct bdl_digest a = bdl_digest_of(given.p, given.n), b = bdl_digest_of(want.p, want.n);
	return bdl_digest_eq(&a, &b);
}

/* For Prometheus alone; where no token is set there is no such page. */
int bdl_show_metrics(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	if (!bdl_view_of(r->site->metrics_token).n)
		return bdl_fail(err, BDL_E_MISSING, "no metrics token is set");
	reply->type = "text/plain; charset=utf-8";
	if (!may_read_metrics(r)) {
		reply->status = 401;
		reply->fixed = BDL_LIT("the token is missing or wrong\n");
		return 0;
	}
	const struct bdl_status *s = bdl_status_here(r);
	if (!s)
		return bdl_fail(err, BDL_E_LIMIT, "the status does not fit into memory");
	reply->type = BDL_METRICS_TYPE;
	bdl_status_metrics(s, &reply->body);
	return 0;
}

static const char *type_of(const char *name)
{
	struct bdl_view v = bdl_view_of(name);
	if (bdl_view_ends(v, BDL_LIT(".css")))
		return "text/css; charset=utf-8";
	return bdl_view_ends(v, BDL_LIT(".svg")) ? "image/svg+xml"
						 : "text/javascript; charset=utf-8";
}

int bdl_show_asset(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_asset *a = bdl_asset_find(r->args[0], r->args[1]);
	if (!a)
		return bdl_fail(err, BDL_E_MISSING, "no asset has this digest and name");
	reply->type = type_of(a->name);
	reply->keeping = BDL_KEEP_FOR_EVER;
	reply->fixed = bdl_view_at((const char *)a->bytes, a->n);
	return 0;
}

/* For browsers that ask without having read a page. */
int bdl_show_favicon(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	r->args[0] = bdl_view_of(bdl_asset_digest("icon.svg"));
	r->args[1] = BDL_LIT("icon.svg");
	int rc = bdl_show_asset(r, reply, err);
	reply->keeping = BDL_KEEP_NOT; /* its path does not change with it */
	return rc;
}
