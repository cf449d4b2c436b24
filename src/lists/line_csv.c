/* "casino.example,gambling": a line names its entry and its category, or several with ';' or '|'. */
#include "lists/source_int.h"

static struct bdl_view unquoted(struct bdl_view v)
{
	v = bdl_view_trim(v);
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return bdl_view_trim(bdl_view_at(v.p + 1, v.n - 2));
	return v;
}

static bool is_heading(struct bdl_view entry)
{
	return bdl_view_iis(entry, "domain") || bdl_view_iis(entry, "host") ||
	    bdl_view_iis(entry, "url");
}

/* Whether it was put into that category, which may be one that is left out. */
static int put_into(
    struct bdl_reading *r, struct bdl_view entry, struct bdl_view theirs, struct bdl_err *err)
{
	char name[BDL_CATEGORY_NAME_MAX + 1];
	int rc = bdl_list_name(r->source->names, theirs, name, err);

	if (rc < 0)
		return rc;
	if (name[0] == '\0')
		return BDL_LINE_PASSED;
	rc = bdl_list_category(r->build, bdl_view_of(name), &r->category, err);
	if (rc == 0)
		rc = bdl_reading_put(r, entry, false, err);
	return rc < 0 ? rc : BDL_LINE_TAKEN;
}

int bdl_line_csv(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err)
{
	struct bdl_view v = bdl_list_bare(line), entry, theirs, one;
	int said = BDL_LINE_PASSED;

	if (v.n == 0)
		return BDL_LINE_EMPTY;
	(void)bdl_view_cut(&v, ',', &entry); /* it is not empty */
	entry = unquoted(entry);
	if (r->has_category) {
		int rc = is_heading(entry) ? 0 : bdl_reading_put(r, entry, false, err);
		return rc < 0 ? rc : is_heading(entry) ? BDL_LINE_EMPTY : BDL_LINE_TAKEN;
	}
	if (is_heading(entry))
		return BDL_LINE_EMPTY;
	if (!bdl_view_cut(&v, ',', &theirs) || unquoted(theirs).n == 0)
		return bdl_fail(err, BDL_E_INVALID, "'domain,category' is expected");
	theirs = unquoted(theirs);
	char between = bdl_view_find(theirs, '|') < theirs.n ? '|' : ';';
	while (bdl_view_cut(&theirs, between, &one)) {
		int rc = put_into(r, entry, bdl_view_trim(one), err);
		if (rc < 0)
			return rc;
		said = rc == BDL_LINE_TAKEN ? rc : said;
	}
	return said;
}
