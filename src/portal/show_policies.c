/* The policies: which there are, and each as people read it, with its versions. */
#include "issues_int.h"
#include "pages_int.h"
#include "policies.tmpl.h"
#include "policy.tmpl.h"
#include "record/versions.h"

int bdl_show_policies(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_version_row *rows;
	size_t n;

	int e = bdl_versions_list(r->store, r->region, &rows, &n, err);
	if (e < 0)
		return e;
	struct bdl_page_policies_row *out = bdl_region_array(r->region, n, sizeof(*out));
	struct bdl_page_policies v = {
		.portal = bdl_frame(r, BDL_LIT("Policies"), BDL_AT_POLICIES),
		.rows = out,
	};
	for (size_t i = 0; out && i < n; i++)
		if (rows[i].state == BDL_VERSION_IN_FORCE)
			out[v.n_rows++] = (struct bdl_page_policies_row){
				.name = rows[i].name,
				.title = rows[i].title,
				.issue = rows[i].issue,
				.since = bdl_when(r, rows[i].from_ms),
				.minute = rows[i].minute,
			};
	if (!bdl_region_broken(r->region))
		bdl_page_policies(&reply->body, &v);
	return 0;
}

static int add_versions(const struct bdl_request *r, struct bdl_view name,
    struct bdl_page_policy *v, struct bdl_err *err)
{
	struct bdl_version_row *rows;
	size_t n;

	int e = bdl_versions_list(r->store, r->region, &rows, &n, err);
	if (e < 0)
		return e;
	struct bdl_page_policy_version *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		if (!bdl_view_eq(rows[i].name, name))
			continue;
		if (rows[i].issue == v->number) {
			v->in_force = rows[i].state == BDL_VERSION_IN_FORCE;
			v->since = bdl_when(r, rows[i].published_ms);
		}
		out[v->n_versions++] = (struct bdl_page_policy_version){
			.name = rows[i].name,
			.issue = rows[i].issue,
			.since = bdl_when(r, rows[i].from_ms),
			.iso = bdl_when_iso(r, rows[i].from_ms),
			.minute = rows[i].minute,
			.by = rows[i].by,
			.digest = bdl_digest_short(r, &rows[i].digest),
			.in_force = rows[i].state == BDL_VERSION_IN_FORCE,
		};
	}
	v->versions = out;
	return 0;
}

static const struct bdl_document *document_find(const struct bdl_ruleset *rs, struct bdl_view name)
{
	for (size_t i = 0; rs && i < bdl_ruleset_policies(rs); i++)
		if (bdl_view_eq(bdl_ruleset_policy_name(rs, i), name))
			return bdl_ruleset_document(rs, i);
	return NULL;
}

/* "staff, volunteers" */
static const char *binds(const struct bdl_request *r, const struct bdl_document *d)
{
	const char *text = "";
	for (size_t i = 0; text && i < d->front.n_binds; i++)
		text = bdl_region_printf(
		    r->region, "%s%s%.*s", text, i > 0 ? ", " : "", BDL_FMT(d->front.binds[i]));
	return text;
}

/* One issue of the policy r->args[0], whole. */
static int show_document(struct bdl_request *r, const struct bdl_document *d, int64_t issue,
    struct bdl_reply *reply, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf html = BDL_BUF(BDL_REPLY_MAX / 2);

	int e = bdl_document_html(d, &html);
	if (e < 0)
		return bdl_fail(err, (enum bdl_code)e, "the policy could not be written as HTML");
	struct bdl_page_policy v = {
		.portal = bdl_frame(r, d->front.title, BDL_AT_POLICIES),
		.title = d->front.title,
		.name = r->args[0],
		.number = issue,
		.since = "",
		.html = bdl_buf_view(&html),
		.owner = d->front.owner,
		.approver = d->front.approver,
		.review = d->front.review,
		.binds = binds(r, d),
	};
	e = add_versions(r, r->args[0], &v, err);
	if (e == 0 && !bdl_region_broken(r->region))
		bdl_page_policy(&reply->body, &v);
	return e;
}

int bdl_show_policy(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	const struct bdl_document *d = document_find(r->ruleset, r->args[0]);
	int64_t issue = 0;

	if (!d)
		return bdl_fail(err, BDL_E_MISSING, "no policy of this name is in force");
	int e = bdl_versions_issue(r->store, r->args[0], &d->digest, &issue, err);
	return e < 0 ? e : show_document(r, d, issue, reply, err);
}

int bdl_show_issue(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	uint64_t issue = 0;
	const struct bdl_document *d = NULL;

	if (bdl_view_uint(r->args[1], INT64_MAX, &issue))
		d = bdl_issues_find(r->issues, r->store, r->args[0], (int64_t)issue);
	if (!d)
		return bdl_fail(err, BDL_E_MISSING, "there is no such issue of this policy");
	return show_document(r, d, (int64_t)issue, reply, err);
}
