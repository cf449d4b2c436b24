/* Acts and page loads, by a filter: newest first, a page at a time. */
#include "acts.tmpl.h"
#include "pages_int.h"
#include "together_int.h"

static struct bdl_page_acts acts_view(
    const struct bdl_request *r, const struct bdl_chosen *c, const struct bdl_together *t)
{
	return (struct bdl_page_acts){
		.portal = bdl_frame(r, bdl_view_of(bdl_list_title(r, c, "Acts")), BDL_AT_ACTS),
		.violation = c->f.violation,
		.filters = bdl_filters_view(r, c, "acts"),
		.wrong = c->day_wrong != NULL,
		.filtered = bdl_chosen_any(c),
		.reference = c->reference,
		.after = bdl_request_query(r, "after"),
		.any = t->n > 0,
		.table = { .caption = "Acts, newest first" },
		.until = t->until_ms ? bdl_when(r, t->until_ms) : "",
		.pager = bdl_pager_view(r, c, "acts", t->older ? t->place : "", t->until_ms > 0),
	};
}

int bdl_show_acts(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_chosen c;
	struct bdl_together t = { 0 };

	int rc = bdl_chosen_read(r, &c, err);
	if (rc == 0)
		c.f.n_moments = bdl_reference_read(c.reference, c.f.moments_ms);
	/* What is no reference is no act's. */
	if (rc == 0 && !c.day_wrong && (c.reference.n == 0 || c.f.n_moments > 0))
		rc = bdl_together_list(r, &c, bdl_request_query(r, "after"), &t, err);
	if (rc < 0)
		return rc;
	struct bdl_page_acts v = acts_view(r, &c, &t);
	struct bdl_part_act_table_row *out = bdl_region_array(r->region, t.n, sizeof(*out));
	for (size_t i = 0; out && i < t.n; i++) {
		out[i] = bdl_line_row(r, &t.lines[i]);
		bdl_request_looked(r, t.lines[i].act->person);
	}
	r->asks_for_people = c.person.n || c.reference.n;
	v.table.rows = out;
	v.table.n_rows = out ? t.n : 0;
	reply->status = c.day_wrong ? 400 : 200;
	if (!bdl_region_broken(r->region))
		bdl_page_acts(&reply->body, &v);
	return 0;
}
