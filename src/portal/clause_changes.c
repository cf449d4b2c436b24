/* What differs between two documents, clause by clause: of two issues, or of a draft. */
#include "clause_changes_int.h"
#include "policy/explain.h"

#define SENTENCE_MAX (64 * 1024)

static struct bdl_view explained(const struct bdl_request *r, const struct bdl_rule *rule)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	bdl_explain_rule(rule, &text);
	return bdl_region_view(r->region, bdl_buf_view(&text));
}

static void add_gones(const struct bdl_request *r, const struct bdl_clause_diff *c,
    struct bdl_part_clause_changes_row *v)
{
	size_t n = c->old ? c->old->n_rules : 0;
	struct bdl_part_clause_changes_gone *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; out && i < n; i++)
		if (bdl_diff_rule_is_new(c->old, i, c->now))
			out[v->n_gones++].says = explained(r, &c->old->rules[i]);
	v->gones = out;
}

static void add_cames(const struct bdl_request *r, const struct bdl_clause_diff *c,
    struct bdl_part_clause_changes_row *v)
{
	size_t n = c->now ? c->now->n_rules : 0;
	struct bdl_part_clause_changes_came *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; out && i < n; i++)
		if (bdl_diff_rule_is_new(c->now, i, c->old))
			out[v->n_cames++].says = explained(r, &c->now->rules[i]);
	v->cames = out;
}

/* "It was number 3.2. Its title was Games." */
static const char *notes(const struct bdl_request *r, const struct bdl_clause_diff *c)
{
	const char *moved = "", *title = "";

	if (!c->old || !c->now)
		return "";
	if (c->moved && !bdl_view_eq(c->old->number, c->now->number))
		moved =
		    bdl_region_printf(r->region, "It was number %.*s. ", BDL_FMT(c->old->number));
	else if (c->moved)
		moved = "It stands at another place. ";
	if (c->title)
		title = bdl_region_printf(
		    r->region, "Its title was \"%.*s\". ", BDL_FMT(c->old->title));
	return bdl_region_printf(r->region, "%s%s%s", moved ? moved : "", title ? title : "",
	    c->text ? "Text below its first paragraph has changed." : "");
}

static struct bdl_part_clause_changes_row clause_view(
    const struct bdl_request *r, const struct bdl_clause_diff *c)
{
	const struct bdl_clause *shown = c->now ? c->now : c->old;
	bool differs = c->title || c->sentence || c->rules || c->text;
	struct bdl_part_clause_changes_row out = {
		.id = shown->id,
		.heading = bdl_clause_heading(r, shown),
		.what = !c->old ? "Added"
		    : !c->now   ? "Removed"
		    : differs   ? "Changed"
				: "Moved",
		.shade = !c->old ? "up"
		    : !c->now    ? "block"
		    : differs    ? "note"
				 : "none",
		.notes = notes(r, c),
		.both = c->old && c->now && c->sentence,
	};
	if (out.both) {
		out.was = c->old->text;
		out.is = c->now->text;
	}
	if (!c->old || !c->now)
		out.text = shown->text;
	add_gones(r, c, &out);
	add_cames(r, c, &out);
	return out;
}

void bdl_clause_changes(const struct bdl_request *r, const struct bdl_diff *d, struct bdl_view name,
    int64_t from, int64_t to, struct bdl_part_clause_changes *ret)
{
	struct bdl_part_clause_changes_row *out = bdl_region_array(r->region, d->n, sizeof(*out));

	for (size_t i = 0; out && i < d->n; i++) {
		struct bdl_part_clause_changes_row row = clause_view(r, &d->clauses[i]);

		row.name = name;
		row.issue = d->clauses[i].now ? to : from;
		out[ret->n_rows++] = row;
	}
	ret->rows = out;
}
