/* What differs between two issues of a policy, clause by clause. */
#include "changes.tmpl.h"
#include "clause_changes_int.h"
#include "issues_int.h"

#define FRONT_KEYS 7

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
	bdl_clause_changes(r, &d, v->name, v->from, v->to, &v->clauses);
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
