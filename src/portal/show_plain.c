/* What is not a page: the health of the process, and the assets. */
#include "pages_int.h"
#include "portal/assets.h"

int bdl_show_health(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	(void)r;
	(void)err;
	reply->type = "text/plain; charset=utf-8";
	reply->fixed = BDL_LIT("ok\n");
	return 0;
}

int bdl_show_asset(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_asset *a = bdl_asset_find(r->args[0], r->args[1]);
	if (!a)
		return bdl_fail(err, BDL_E_MISSING, "no asset has this digest and name");
	bool css = bdl_view_ends(r->args[1], BDL_LIT(".css"));
	reply->type = css ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
	reply->keeping = BDL_KEEP_FOR_EVER;
	reply->fixed = bdl_view_at((const char *)a->bytes, a->n);
	return 0;
}
