/* What a draft would change: its text, and what the last replay of it found (record/policies/replays.h). */
#include "clause_changes_int.h"
#include "pages_int.h"
#include "record/policies/drafts.h"
#include "record/policies/imports.h"
#include "record/policies/replays.h"
#include "replay.tmpl.h"

/* --- the text --- */

/* As today's program reads it. */
static int read_document(struct bdl_view bytes, struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();

	return bdl_document_parse(bytes, findings, ret, err);
}

/* Of what is in force; NULL: no policy of this name is. */
static const struct bdl_document *in_force(const struct bdl_request *r, struct bdl_view name)
{
	for (size_t i = 0; i < bdl_ruleset_policies(r->ruleset); i++)
		if (bdl_view_eq(bdl_ruleset_policy_name(r->ruleset, i), name))
			return bdl_ruleset_document(r->ruleset, i);
	return NULL;
}

static int add_text(const struct bdl_request *r, const struct bdl_document *draft,
    struct bdl_region *region, struct bdl_page_replay *v, struct bdl_err *err)
{
	struct bdl_buf summary BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(512);
	const struct bdl_document *old = in_force(r, v->name);
	struct bdl_diff d;

	v->title = draft->front.title;
	v->first = !old;
	if (!old)
		return 0;
	int rc = bdl_diff_make(old, draft, region, &d, err);
	if (rc < 0)
		return rc;
	bdl_diff_summary(&d, &summary);
	v->summary = bdl_region_str(r->region, bdl_buf_view(&summary));
	v->outside = d.outside;
	bdl_clause_changes(r, &d, v->name, 0, 0, &v->clauses);
	return 0;
}

/* --- what it would have done --- */

static const char *number(const struct bdl_request *r, int64_t n)
{
	return bdl_count_text(r, (uint64_t)n, false);
}

/* "1 act", "12 acts" */
static const char *counted(
    const struct bdl_request *r, int64_t n, const char *one, const char *many)
{
	return bdl_region_printf(r->region, "%s %s", number(r, n), n == 1 ? one : many);
}

static const char *looked_at(const struct bdl_request *r, const struct bdl_replay_count *n)
{
	return bdl_region_printf(r->region, "%s and %s, of %s and %s that nobody knew, at %s",
	    counted(r, n->acts, "act", "acts"),
	    counted(r, n->parts, "part of a page", "parts of pages"),
	    counted(r, n->people, "person", "people"),
	    counted(r, n->addresses, "address", "addresses"),
	    counted(r, n->hosts, "host", "hosts"));
}

/* "61", "61 and 2 unknown": those whom nobody knew are addresses. */
static const char *people(const struct bdl_request *r, const struct bdl_replay_count *n)
{
	if (!n->addresses)
		return number(r, n->people);
	return bdl_region_printf(
	    r->region, "%s and %s unknown", number(r, n->people), number(r, n->addresses));
}

static struct bdl_page_replay_change change_row(
    const struct bdl_request *r, const struct bdl_replay_change *c)
{
	struct bdl_page_replay_example *examples =
	    bdl_region_array(r->region, BDL_REPLAY_EXAMPLES, sizeof(*examples));
	struct bdl_page_replay_change row = {
		.from_word = bdl_action_word(c->from),
		.from_title = bdl_action_title(c->from),
		.from_policy = c->from_policy,
		.from_clause = c->from_clause,
		.to_word = bdl_action_word(c->to),
		.to_title = bdl_action_title(c->to),
		.to_policy = c->to_policy,
		.to_clause = c->to_clause,
		.acts = number(r, c->n.acts),
		.parts = number(r, c->n.parts),
		.people = people(r, &c->n),
		.hosts = number(r, c->n.hosts),
		.examples = examples,
	};

	for (size_t i = 0; examples && i < c->n_examples; i++)
		examples[row.n_examples++] = (struct bdl_page_replay_example){
			.when = bdl_when(r, c->examples[i].at_ms),
			.iso = bdl_when_iso(r, c->examples[i].at_ms),
			.host = c->examples[i].host,
		};
	return row;
}

static struct bdl_page_replay_unknown unknown_row(
    const struct bdl_request *r, const struct bdl_replay_change *c)
{
	return (struct bdl_page_replay_unknown){
		.policy = c->to_policy,
		.clause = c->to_clause,
		.dropped = c->dropped,
		.missing = c->missing.n ? c->missing : BDL_LIT("whether what lifts it applied"),
		.acts = number(r, c->n.acts),
		.parts = number(r, c->n.parts),
		.people = people(r, &c->n),
		.hosts = number(r, c->n.hosts),
	};
}

static void add_rows(
    const struct bdl_request *r, const struct bdl_replay_report *report, struct bdl_page_replay *v)
{
	struct bdl_page_replay_change *changes =
	    bdl_region_array(r->region, report->n_changes, sizeof(*changes));
	struct bdl_page_replay_unknown *unknowns =
	    bdl_region_array(r->region, report->n_changes, sizeof(*unknowns));

	for (size_t i = 0; changes && unknowns && i < report->n_changes; i++) {
		if (report->changes[i].kind == BDL_REPLAY_CHANGED)
			changes[v->n_changes++] = change_row(r, &report->changes[i]);
		else
			unknowns[v->n_unknowns++] = unknown_row(r, &report->changes[i]);
	}
	v->changes = changes;
	v->unknowns = unknowns;
}

/* "3 were", "1 was": the beginning of a sentence; empty for none. */
static const char *were(const struct bdl_request *r, int64_t n)
{
	return n ? counted(r, n, "was", "were") : "";
}

/* None is kept, or of other bytes than the draft's: then nobody has asked yet. */
static int add_replay(const struct bdl_request *r, const struct bdl_document *draft,
    struct bdl_page_replay *v, struct bdl_err *err)
{
	struct bdl_kept_replay k;

	int rc = bdl_replays_get(r->store, v->name, r->region, &k, err);
	if (rc == BDL_E_MISSING || (rc == 0 && !bdl_digest_eq(&k.draft, &draft->digest)))
		return 0;
	if (rc < 0)
		return rc;
	v->ran = bdl_when(r, k.report.until_ms);
	v->since = k.report.since_ms > 0 ? bdl_when(r, k.report.since_ms) : "";
	v->stale = !bdl_digest_eq(&k.compared, bdl_ruleset_version(r->ruleset));
	v->looked = looked_at(r, &k.report.all);
	v->otherwise = were(r, k.report.otherwise);
	v->withheld = were(r, k.report.withheld);
	v->left_out = k.report.n_left_out
	    ? counted(r, (int64_t)k.report.n_left_out, "more difference is", "more differences are")
	    : "";
	add_rows(r, &k.report, v);
	return 0;
}

static int find_draft(const struct bdl_request *r, struct bdl_page_replay *v, struct bdl_err *err)
{
	struct bdl_draft_row *drafts;
	size_t n;

	int rc = bdl_drafts_list(r->store, r->region, &drafts, &n, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		if (!bdl_view_eq(drafts[i].name, v->name))
			continue;
		v->kept = bdl_region_printf(r->region, "kept by %.*s, %s", BDL_FMT(drafts[i].by),
		    bdl_when(r, drafts[i].kept_ms));
		return 0;
	}
	return bdl_fail(err, BDL_E_MISSING, "no draft of a policy of this name is kept");
}

int bdl_show_replay(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) =
	    bdl_region_new(BDL_DIFF_MAX + 2 * BDL_DOCUMENT_MAX);
	struct bdl_document *draft BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_page_replay v = { .name = bdl_request_query(r, "draft") };
	struct bdl_view bytes;

	if (!v.name.n) {
		r->fault = "Say of which draft: ?draft=staff";
		return bdl_fail(err, BDL_E_INVALID, "%s", r->fault);
	}
	int rc = find_draft(r, &v, err);
	if (rc == 0)
		rc = bdl_drafts_document(r->store, v.name, region, &bytes, err);
	if (rc == 0)
		rc = read_document(bytes, &draft, err);
	if (rc == 0)
		rc = add_text(r, draft, region, &v, err);
	if (rc == 0)
		rc = add_replay(r, draft, &v, err);
	if (rc == 0)
		rc = bdl_imports_has(r->store, v.name, &v.imported, err);
	if (rc < 0)
		return rc;
	v.portal = bdl_frame(r, BDL_LIT("What a draft would change"), BDL_AT_POLICIES);
	if (!bdl_region_broken(r->region))
		bdl_page_replay(&reply->body, &v);
	return 0;
}
