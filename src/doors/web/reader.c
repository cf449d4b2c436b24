#include "doors/web/reader.h"
#include "base/alloc.h"

int bdl_reader_open(const char *path, struct bdl_reader **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_reader_drop) struct bdl_reader *r = bdl_xalloc(sizeof(*r));

	r->holders = 1;
	int rc = bdl_phrases_open(path, &r->phrases, err);
	if (rc == 0)
		rc = bdl_scanner_new(r->phrases, &r->scanner, err);
	if (rc < 0)
		return rc;
	r->mark = bdl_phrases_mark(r->phrases);
	*ret = bdl_steal(&r);
	return 0;
}

struct bdl_reader *bdl_reader_hold(struct bdl_reader *r)
{
	r->holders++;
	return r;
}

void bdl_reader_drop(struct bdl_reader *r)
{
	if (!r || --r->holders > 0)
		return;
	bdl_scanner_free(r->scanner);
	bdl_phrases_close(r->phrases);
	free(r);
}
