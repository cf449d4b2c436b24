#include "main/policy/office.h"

#define BYTES_MAX  (2 * BDL_DOCUMENT_MAX)
#define DIGEST_MIN 8 /* digits of a digest that tell one document from another */

void bdl_office_done(struct bdl_office *o)
{
	bdl_store_close(o->store);
	bdl_known_lists_done(&o->known);
	bdl_region_free(o->region);
}

int bdl_office_open(struct bdl_office *o, const char *data, struct bdl_err *err)
{
	bdl_operator(o->by);
	o->region = bdl_region_new(BDL_VERSIONS_MAX + BYTES_MAX);
	int rc = bdl_data_open(data, false, &o->conf, err);
	if (rc == 0)
		rc = bdl_known_lists_open(&o->conf, &o->known, err);
	if (rc == 0)
		rc = bdl_data_become_owner(&o->conf, err);
	return rc == 0 ? bdl_data_store(&o->conf, &o->store, err) : rc;
}

int bdl_office_digest_check(
    const char *want, const struct bdl_digest *digest, const char *what, struct bdl_err *err)
{
	char hex[BDL_DIGEST_HEX];
	struct bdl_view begins = bdl_view_of(want);

	bdl_digest_hex(digest, hex);
	if (!want)
		return 0;
	if (begins.n < DIGEST_MIN)
		return bdl_fail(err, BDL_E_INVALID,
		    "--digest takes the first %d digits at least, and all 64 at best", DIGEST_MIN);
	if (bdl_view_starts(bdl_view_of(hex), begins))
		return 0;
	return bdl_fail(err, BDL_E_CONFLICT,
	    "%s is not the document that was meant: its digest is %s, not %s", what, hex, want);
}
