#include "lists/offer.h"

/* What a text holds, read as a source. */
static int read_text(const struct bdl_list_source *source, struct bdl_view text,
    struct bdl_list_report *ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	size_t n = 0;
	int rc = bdl_list_build_text(b, source, text, 0, err);

	if (rc == 0)
		*ret = *bdl_list_build_reports(b, &n);
	return rc;
}

static int check_type(const struct bdl_list_offer *o, struct bdl_err *err)
{
	struct bdl_view type = bdl_view_of(o->content_type);

	type.n = bdl_view_find(type, ';');
	type = bdl_view_trim(type);
	if (bdl_view_iis(type, "text/html") || bdl_view_iis(type, "application/xhtml+xml"))
		return bdl_fail(
		    err, BDL_E_INVALID, "%s: the server sent a page, not a list", o->source.path);
	return 0;
}

int bdl_list_offer_check(
    const struct bdl_list_offer *o, struct bdl_list_report *ret_report, struct bdl_err *err)
{
	struct bdl_list_report fresh, former = { 0 };
	int rc;

	if (o->declared >= 0 && (uint64_t)o->declared != o->text.n)
		return bdl_fail(err, BDL_E_CONFLICT, "%s: %zu of %lld bytes came", o->source.path,
		    o->text.n, (long long)o->declared);
	rc = check_type(o, err);
	if (rc == 0)
		rc = read_text(&o->source, o->text, &fresh, err);
	if (rc < 0)
		return rc;
	if (fresh.taken == 0)
		return bdl_fail(err, BDL_E_INVALID, "%s: what came has no entries", o->source.path);
	/* A former list that cannot be read is no measure. */
	if (o->former.n > 0 && read_text(&o->source, o->former, &former, NULL) < 0)
		former = (struct bdl_list_report){ 0 };
	if (former.taken >= BDL_OFFER_SMALL &&
	    fresh.taken * 100 < former.taken * BDL_OFFER_LEAST_PERCENT)
		return bdl_fail(err, BDL_E_CONFLICT,
		    "%s: %zu entries came, and the list that is there has %zu: under %d %% of it",
		    o->source.path, fresh.taken, former.taken, BDL_OFFER_LEAST_PERCENT);
	if (ret_report != NULL)
		*ret_report = fresh;
	return 0;
}
