/* What differs between two issues of a policy, clause by clause. */
#include "changes.tmpl.h"
#include "issues_int.h"
#include "pages_int.h"
#include "policy/diff.h"
#include "policy/explain.h"

#define SENTENCE_MAX (64 * 1024)
#define FRONT_KEYS   7

/* --- the front matter --- */

static struct bdl_view joined(const struct bdl_request *r, const struct bdl_view *list, size_t n)
{
	return bdl_view_of(bdl_joined(r, list, n));
}

static void add_fronts(
    const struct bdl_request *r, const struct bdl_diff *d, struct bdl_page_changes *v)
{
	const struct bdl_front *old = &d->old->front, *now = &d->now->front;
	const struct bdl_page_changes_front keys[FRONT_KEYS] = {
		{ "Title", old->title, now->title },
		{ "School", old->school, now->school },
		{ "Owner", old->owner, now->owner },
		{ "Approver", old->approver, now->approver },
		{ "Review", old->review, now->review },
		{ "Binds", joined(r, old->binds, old->n_binds),
		    joined(r, now->binds, now->n_binds) },
		{ "Companions", joined(r, old->companions, old->n_companions),
		    joined(r, now->companions, now->n_companions) },
	};
	struct bdl_page_changes_front *out = bdl_region_array(r->region, FRONT_KEYS, sizeof(*out));

	for (size_t i = 0; out && i < FRONT_KEYS; i++)
		if (!bdl_view_eq(keys[i].before, keys[i].now))
			out[v->n_fronts++] = keys[i];
	v->fronts = out;
}

/* --- clauses --- */

static struct bdl_view explained(const struct bdl_request *r, const struct bdl_rule *rule)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SENTENCE_MAX);

	bdl_explain_rule(rule, &text);
	return bdl_region_view(r->region, bdl_buf_view(&text));
}

static void add_gones(
    const struct bdl_request *r, const struct bdl_clause_diff *c, struct bdl_page_changes_clause *v)
{
	size_t n = c->old ? c->old->n_rules : 0;
	struct bdl_page_changes_gone *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; out && i < n; i++)
		if (bdl_diff_rule_is_new(c->old, i, c->now))
			out[v->n_gones++].says = explained(r, &c->old->rules[i]);
	v->gones = out;
}

static void add_cames(
    const struct bdl_request *r, const struct bdl_clause_diff *c, struct bdl_page_changes_clause *v)
{
	size_t n = c->now ? c->now->n_rules : 0;
	struct bdl_page_changes_came *out = bdl_region_array(r->region, n, sizeof(*out));

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

static struct bdl_page_changes_clause clause_view(
    const struct bdl_request *r, const struct bdl_clause_diff *c, const struct bdl_page_changes *v)
{
	const struct bdl_clause *shown = c->now ? c->now : c->old;
	bool differs = c->title || c->sentence || c->rules || c->text;
	struct bdl_page_changes_clause out = {
		.name = v->name,
		.issue = c->now ? v->to : v->from,
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

/* Texts are views into the documents: the page is written before others are looked at. */
static int fill(const struct bdl_request *r, const struct bdl_document *old,
    const struct bdl_document *now, struct bdl_page_changes *v, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_DIFF_MAX);
	struct bdl_buf summary BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(512);
	struct bdl_diff d;

	int rc = bdl_diff_make(old, now, region, &d, err);
	if (rc < 0)
		return rc;
	bdl_diff_summary(&d, &summary);
	v->summary = bdl_region_str(r->region, bdl_buf_view(&summary));
	v->title = now->front.title;
	v->binds = bdl_joined(r, now->front.binds, now->front.n_binds);
	v->outside = d.outside;
	add_fronts(r, &d, v);
	struct bdl_page_changes_clause *out = bdl_region_array(r->region, d.n, sizeof(*out));
	for (size_t i = 0; out && i < d.n; i++)
		out[v->n_clauses++] = clause_view(r, &d.clauses[i], v);
	v->clauses = out;
	return 0;
}

int bdl_show_changes(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_document *old, *now;
	struct bdl_page_changes v = {
		.name = r->args[0],
		.from = bdl_request_number(r, "from"),
		.to = bdl_request_number(r, "to"),
	};

	if (v.from == 0 || v.to == 0) {
		r->fault = "Say which issues to compare: ?from=1&to=2";
		return bdl_fail(err, BDL_E_INVALID, "%s", r->fault);
	}
	if (!bdl_issues_pair(r->issues, r->store, v.name, v.from, v.to, &old, &now))
		return bdl_fail(err, BDL_E_MISSING, "there are no such issues of this policy");
	int rc = fill(r, old, now, &v, err);
	if (rc < 0)
		return rc;
	v.portal = bdl_frame(r, BDL_LIT("What changes"), BDL_AT_POLICIES);
	if (!bdl_region_broken(r->region))
		bdl_page_changes(&reply->body, &v);
	return 0;
}
