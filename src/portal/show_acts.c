/* Acts and page loads, by a filter: newest first, a page at a time. */
#include "acts.tmpl.h"
#include "pages_int.h"
#include "together_int.h"

static void add_choices(
    const struct bdl_request *r, const struct bdl_acts_filter *f, struct bdl_page_acts *v)
{
	struct bdl_page_acts_verdict *verdicts =
	    bdl_region_array(r->region, BDL_ACTIONS, sizeof(*verdicts));
	struct bdl_page_acts_kind *kinds =
	    bdl_region_array(r->region, BDL_KINDS + 2, sizeof(*kinds));

	if (!verdicts || !kinds)
		return; /* the region is broken, which fails the page */
	for (int i = 0; i < BDL_ACTIONS; i++)
		verdicts[i] = (struct bdl_page_acts_verdict){
			.word = bdl_action_word((enum bdl_action)i),
			.title = bdl_action_title((enum bdl_action)i),
			.chosen = f->action == i,
		};
	kinds[0] = (struct bdl_page_acts_kind){
		.word = BDL_EVERYTHING,
		.title = "Everything",
		.chosen = f->kind < 0,
	};
	for (int i = 0; i < BDL_KINDS; i++)
		kinds[i + 1] = (struct bdl_page_acts_kind){
			.word = bdl_kind_word((enum bdl_act_kind)i),
			.title = bdl_kind_title((enum bdl_act_kind)i),
			.chosen = f->kind == i,
		};
	v->verdicts = verdicts;
	v->n_verdicts = BDL_ACTIONS;
	v->kinds = kinds;
	v->n_kinds = BDL_KINDS + 2;
}

static struct bdl_page_acts acts_view(
    const struct bdl_request *r, const struct bdl_chosen *c, const struct bdl_together *t)
{
	const struct bdl_acts_filter *f = &c->f;
	struct bdl_view reference = bdl_request_query(r, "reference");

	return (struct bdl_page_acts){
		.portal = bdl_frame(r, BDL_LIT("Acts"), BDL_AT_ACTS),
		.person = c->person,
		.host = c->host,
		.clause = f->clause,
		.reference = reference,
		.day = c->day,
		.verdict = f->action >= 0 ? bdl_action_word((enum bdl_action)f->action) : "",
		.kind = f->kind >= 0 ? bdl_kind_word((enum bdl_act_kind)f->kind) : "",
		.violation = f->violation,
		.after = bdl_request_query(r, "after"),
		.filtered = c->person.n || c->host.n || f->clause.n || f->action >= 0 ||
		    f->kind >= 0 || f->violation || reference.n || c->day.n,
		.any = t->n > 0,
		.table = { .caption = "Acts, newest first" },
		.older = t->older,
		.place = t->place,
		.until = t->until_ms ? bdl_when(r, t->until_ms) : "",
	};
}

int bdl_show_acts(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_chosen c;
	struct bdl_view reference = bdl_request_query(r, "reference");
	struct bdl_together t = { 0 };

	int rc = bdl_chosen_read(r, true, &c, err);
	if (rc == 0)
		c.f.n_moments = bdl_reference_read(reference, c.f.moments_ms);
	/* What is no reference is no act's. */
	if (rc == 0 && (reference.n == 0 || c.f.n_moments > 0))
		rc = bdl_together_list(r, &c, bdl_request_query(r, "after"), &t, err);
	if (rc < 0)
		return rc;
	struct bdl_page_acts v = acts_view(r, &c, &t);
	struct bdl_part_act_table_row *out = bdl_region_array(r->region, t.n, sizeof(*out));
	for (size_t i = 0; out && i < t.n; i++) {
		out[i] = bdl_line_row(r, &t.lines[i]);
		if (c.f.n_persons)
			bdl_request_looked(r, t.lines[i].act->person);
	}
	v.table.rows = out;
	v.table.n_rows = out ? t.n : 0;
	add_choices(r, &c.f, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_acts(&reply->body, &v);
	return 0;
}
