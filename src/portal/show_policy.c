/* One issue of a policy as people read it, with the table of all its versions. */
#include "issues_int.h"
#include "pages_int.h"
#include "policy.tmpl.h"
#include "policy/diff.h"
#include "policy/law.h"
#include "record/policies/drafts.h"

#define COMPARED 12 /* of the newest versions it is said what they changed; the others link to it */

/* The versions of one policy, newest first, and its draft, if there is one. */
struct history {
	const struct bdl_version_row *rows;
	size_t n;
	const struct bdl_draft_row *draft; /* NULL: there is none */
};

static int history_read(
    const struct bdl_request *r, struct bdl_view name, struct history *ret, struct bdl_err *err)
{
	struct bdl_version_row *rows;
	struct bdl_draft_row *drafts;
	size_t n, n_drafts, from = 0, to;

	int rc = bdl_versions_list(r->store, r->region, &rows, &n, err);
	if (rc == 0)
		rc = bdl_drafts_list(r->store, r->region, &drafts, &n_drafts, err);
	if (rc < 0)
		return rc;
	while (from < n && !bdl_view_eq(rows[from].name, name))
		from++;
	for (to = from; to < n && bdl_view_eq(rows[to].name, name);)
		to++;
	*ret = (struct history){ 0 };
	if (to > from) {
		ret->rows = rows + from;
		ret->n = to - from;
	}
	for (size_t i = 0; i < n_drafts; i++)
		if (bdl_view_eq(drafts[i].name, name))
			ret->draft = &drafts[i];
	return 0;
}

static const struct bdl_version_row *history_find(const struct history *h, int64_t issue)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->rows[i].issue == issue)
			return &h->rows[i];
	return NULL;
}

static const struct bdl_version_row *history_in_force(const struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->rows[i].state == BDL_VERSION_IN_FORCE)
			return &h->rows[i];
	return NULL;
}

/* --- the table --- */

/* "2 clauses changed" */
static const char *changes(const struct bdl_request *r, const struct bdl_version_row *v,
    const struct bdl_version_row *former)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(512);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_DIFF_MAX);
	const struct bdl_document *old, *now;
	struct bdl_diff diff;

	if (!bdl_issues_pair(r->issues, r->store, v->name, former->issue, v->issue, &old, &now) ||
	    bdl_diff_make(old, now, region, &diff, NULL) < 0)
		return "cannot be read any more";
	bdl_diff_summary(&diff, &text);
	return bdl_region_str(r->region, bdl_buf_view(&text));
}

static const char *from_when(const struct bdl_request *r, const struct bdl_version_row *v)
{
	if (v->state == BDL_VERSION_WITHDRAWN)
		return "never"; /* also where a day was set: it was taken back before */
	return v->from_ms > 0 ? bdl_when(r, v->from_ms) : "as soon as it is confirmed";
}

static const char *withdrawn(const struct bdl_request *r, const struct bdl_version_row *v)
{
	if (v->state != BDL_VERSION_WITHDRAWN)
		return "";
	return bdl_region_printf(r->region, "withdrawn by %.*s, %s: %.*s", BDL_FMT(v->withdrawn_by),
	    bdl_when(r, v->withdrawn_ms), BDL_FMT(v->withdrawn_why));
}

static struct bdl_page_policy_version version_row(
    const struct bdl_request *r, const struct history *h, size_t i)
{
	const struct bdl_version_row *v = &h->rows[i];
	const struct bdl_version_row *former = bdl_version_former(h->rows, h->n, i);

	return (struct bdl_page_policy_version){
		.name = v->name,
		.issue = v->issue,
		.state = bdl_version_title(v->state),
		.shade = bdl_version_shade(v->state),
		.when = from_when(r, v),
		.iso = v->from_ms > 0 && v->state != BDL_VERSION_WITHDRAWN
		    ? bdl_when_iso(r, v->from_ms)
		    : "",
		.body = v->body,
		.on = v->on,
		.minute = v->minute,
		.first = v->first,
		.second = v->second,
		.missing = v->second.n == 0 && v->state != BDL_VERSION_WITHDRAWN,
		.digest = bdl_digest_short(r, &v->digest),
		.former = former ? former->issue : 0,
		.changes = !former ? "The first"
		    : i < COMPARED ? changes(r, v, former)
				   : "Compare",
		.withdrawn = withdrawn(r, v),
	};
}

static void add_versions(
    const struct bdl_request *r, const struct history *h, struct bdl_page_policy *v)
{
	struct bdl_page_policy_version *out = bdl_region_array(r->region, h->n + 1, sizeof(*out));

	if (!out)
		return; /* the region is broken, which fails the page */
	if (h->draft)
		out[v->n_versions++] = (struct bdl_page_policy_version){
			.name = h->draft->name,
			.state = "Draft",
			.shade = "none",
			.when =
			    bdl_region_printf(r->region, "kept %s", bdl_when(r, h->draft->kept_ms)),
			.first = h->draft->by,
			.changes = "–",
			.digest = bdl_digest_short(r, &h->draft->digest),
		};
	for (size_t i = 0; i < h->n; i++)
		out[v->n_versions++] = version_row(r, h, i);
	v->versions = out;
}

/* Any two issues can be compared; first the one in force with the newest, else the newest two. */
static void add_choices(
    const struct bdl_request *r, const struct history *h, struct bdl_page_policy *v)
{
	if (h->n < 2)
		return;
	struct bdl_page_policy_older *older = bdl_region_array(r->region, h->n, sizeof(*older));
	struct bdl_page_policy_newer *newer = bdl_region_array(r->region, h->n, sizeof(*newer));
	const struct bdl_version_row *in_force = history_in_force(h);
	size_t from = in_force && in_force != h->rows ? (size_t)(in_force - h->rows) : 1;

	for (size_t i = 0; older && newer && i < h->n; i++) {
		older[i] = (struct bdl_page_policy_older){ h->rows[i].issue, i == from };
		newer[i] = (struct bdl_page_policy_newer){ h->rows[i].issue, i == 0 };
	}
	v->olders = older;
	v->newers = newer;
	v->n_olders = v->n_newers = h->n;
}

/* --- the document --- */

/* What a reader has to know before reading: this is not what is in force, or one person's doing. */
static const char *notice(const struct bdl_request *r, const struct bdl_version_row *v)
{
	struct bdl_region *region = r->region;
	long long issue = (long long)v->issue;

	switch (v->state) {
	case BDL_VERSION_APPROVED:
		return bdl_region_printf(region,
		    "This is issue %lld, which %.*s has approved. It waits for a second person and is "
		    "not in force.",
		    issue, BDL_FMT(v->first));
	case BDL_VERSION_WAITS:
		return bdl_region_printf(region,
		    "This is issue %lld. It comes into force from %s, and is not in force now.",
		    issue, bdl_when(r, v->from_ms));
	case BDL_VERSION_PAST:
		return bdl_region_printf(region,
		    "This is issue %lld, meant to be in force from %s. It is not in force now.",
		    issue, bdl_when(r, v->from_ms));
	case BDL_VERSION_WITHDRAWN:
		return bdl_region_printf(region,
		    "This is issue %lld, which was %s. It never was in force.", issue,
		    withdrawn(r, v));
	case BDL_VERSION_IN_FORCE:
	case BDL_VERSION_STATES:
		break;
	}
	return v->alone ? "One person alone answers for this issue. Somebody else is to confirm it."
			: "";
}

/* Texts are copied: the document goes when others are looked at. */
static int document_view(const struct bdl_request *r, const struct bdl_document *d,
    struct bdl_page_policy *v, struct bdl_err *err)
{
	struct bdl_buf html BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_REPLY_MAX / 2);

	int rc = bdl_document_html(d, &html);
	if (rc < 0)
		return bdl_fail(err, (enum bdl_code)rc, "the policy could not be written as HTML");
	v->title = bdl_region_view(r->region, d->front.title);
	v->html = bdl_region_view(r->region, bdl_buf_view(&html));
	v->owner = bdl_region_view(r->region, d->front.owner);
	v->approver = bdl_region_view(r->region, d->front.approver);
	v->review = bdl_region_view(r->region, d->front.review);
	v->binds = bdl_joined(r, d->front.binds, d->front.n_binds);
	v->portal = bdl_frame(r, v->title, BDL_AT_POLICIES);
	return 0;
}

/* The issue of the policy r->args[0], whole. */
static int show(struct bdl_request *r, const struct history *h, const struct bdl_version_row *row,
    struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_document *d = bdl_issues_find(r->issues, r->store, row->name, row->issue);
	struct bdl_page_policy v = {
		.name = row->name,
		.notice = notice(r, row),
		.elsewhere = row->state != BDL_VERSION_IN_FORCE && history_in_force(h),
	};

	if (!d)
		return bdl_fail(err, BDL_E_MISSING, "this issue of the policy cannot be read");
	int rc = document_view(r, d, &v, err);
	if (rc < 0)
		return rc;
	add_versions(r, h, &v);
	add_choices(r, h, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_policy(&reply->body, &v);
	return 0;
}

/* The law is in no store, and the same in every school. */
static int show_law(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_page_policy v = { .name = r->args[0], .built_in = true };

	int rc = document_view(r, bdl_law_document(r), &v, err);
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_policy(&reply->body, &v);
	return rc;
}

/* The issue in force; of a policy that is not in force yet the newest. */
int bdl_show_policy(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct history h;

	if (bdl_is_law(r->args[0]))
		return show_law(r, reply, err);
	int rc = history_read(r, r->args[0], &h, err);
	if (rc < 0)
		return rc;
	if (h.n == 0)
		return bdl_fail(err, BDL_E_MISSING, "there is no version of such a policy");
	const struct bdl_version_row *in_force = history_in_force(&h);
	return show(r, &h, in_force ? in_force : h.rows, reply, err);
}

int bdl_show_issue(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	uint64_t issue = 0;
	struct history h;

	int rc = history_read(r, r->args[0], &h, err);
	if (rc < 0)
		return rc;
	const struct bdl_version_row *row =
	    bdl_view_uint(r->args[1], INT64_MAX, &issue) ? history_find(&h, (int64_t)issue) : NULL;
	if (!row)
		return bdl_fail(err, BDL_E_MISSING, "there is no such issue of this policy");
	return show(r, &h, row, reply, err);
}
