/*
 * beadle policy replay FILE|--draft NAME [--name NAME] [--since DAY|TIME] [--json]: what was recorded,
 * judged again as if this document were in force.
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "main/data.h"
#include "main/policy/replay_report.h"
#include "main/policy/verbs.h"
#include "main/text.h"
#include "record/policies/drafts.h"
#include "record/policies/replays.h"
#include "record/policies/versions.h"

#include <stdio.h>

struct order {
	const char *file, *draft; /* one of them */
	const char *name;
	int64_t since_ms; /* 0: since ever */
	bool json;
};

/* The two rulesets, and what they were made of. */
struct replay {
	struct bdl_region *region;
	struct bdl_conf conf;
	struct bdl_store *store;
	struct bdl_document *document; /* that might be in force */
	struct bdl_view name;
	struct bdl_ruleset *now, *then;
};

static void replay_done(struct replay *r)
{
	bdl_ruleset_free(r->now);
	bdl_ruleset_free(r->then);
	bdl_document_free(r->document);
	bdl_store_close(r->store);
	bdl_region_free(r->region);
}

/* The document of a draft; that of a file was read before the store was opened. */
static int read_draft(struct replay *r, const char *draft, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_view bytes;

	int rc = bdl_drafts_document(r->store, bdl_view_of(draft), r->region, &bytes, err);
	return rc == 0 ? bdl_document_parse(bytes, findings, &r->document, err) : rc;
}

/* What is in force, and the same with the document in the place of the policy of its name. */
static int make_rulesets(struct replay *r, struct bdl_err *err)
{
	struct bdl_source with[BDL_POLICIES_MAX + 1], *sources;
	size_t n, at = 0;

	int rc = bdl_versions_in_force(r->store, r->region, &sources, &n, err);
	if (rc == 0)
		rc = bdl_ruleset_new(sources, n, &r->now, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "what is in force");
	BDL_BUG_IF(n > BDL_POLICIES_MAX); /* it was compiled */
	for (size_t i = 0; i < n; i++)
		with[i] = sources[i];
	while (at < n && !bdl_view_eq(with[at].name, r->name))
		at++;
	with[at] = (struct bdl_source){ r->name, r->document->bytes };
	return bdl_ruleset_new(with, at == n ? n + 1 : n, &r->then, err);
}

/* Where the document is a draft that is kept, the portal shows what was found. */
static int keep(
    struct replay *r, const struct bdl_replay_report *report, bool *ret_kept, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	const struct bdl_kept_replay k = {
		.draft = r->document->digest,
		.compared = *bdl_ruleset_version(r->now),
		.report = *report,
	};

	int rc = bdl_data_store(&r->conf, &store, err);
	if (rc == 0)
		rc = bdl_replays_keep(store, r->name, &k, err);
	*ret_kept = rc == 0;
	return rc == BDL_E_CONFLICT ? 0 : rc;
}

static size_t left_out(const struct bdl_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t k = 0; k < d->clauses[i].n_rules; k++)
			n += !bdl_rule_carried_out(&d->clauses[i].rules[k]);
	return n;
}

static int replay(const char *data, const struct order *o, struct bdl_err *err)
{
	struct bdl_region *answer BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_REPLAY_REPORT_MAX);
	struct bdl_replay *p BDL_AUTO(bdl_replay_free) = NULL;
	struct replay r BDL_AUTO_IN(replay_done) = { 0 };
	struct bdl_replay_report report;
	int64_t began_ms = bdl_tick_ms();
	bool is_kept = false;
	int rc = o->file ? bdl_text_read(o->file, &r.document, err) : 0;

	r.region = bdl_region_new(BDL_SOURCES_MAX + BDL_DOCUMENT_MAX);
	if (rc == 0)
		rc = bdl_data_store_of(data, BDL_STORE_READ, &r.conf, &r.store, err);
	if (rc == 0 && o->draft)
		rc = read_draft(&r, o->draft, err);
	if (rc < 0)
		return rc;
	r.name = o->name ? bdl_view_of(o->name)
	    : o->draft   ? bdl_view_of(o->draft)
			 : bdl_text_policy_name(o->file);
	rc = make_rulesets(&r, err);
	if (rc < 0)
		return rc;
	p = bdl_replay_new(r.now, r.then);
	rc = bdl_replay_run(r.store, p, o->since_ms, bdl_now_ms(), answer, &report, err);
	if (rc < 0)
		return rc;
	const struct bdl_replay_told told = {
		.name = r.name,
		.where = o->file ? o->file : "the draft",
		.left_out = left_out(r.document),
		.took_ms = bdl_tick_ms() - began_ms,
	};
	if (o->json)
		rc = bdl_replay_report_json(&told, &report, err);
	else
		bdl_replay_report_text(&told, &report);
	/* Said before it is kept, as somebody may be writing to the store for long. */
	if (rc == 0 && (rc = keep(&r, &report, &is_kept, err)) < 0)
		return bdl_fail_in(err, rc, "the portal does not show it");
	if (is_kept && !o->json)
		printf("\nThe portal shows it beside the draft: %s/replay?draft=%.*s\n",
		    r.conf.portal_url, BDL_FMT(r.name));
	return rc;
}

int bdl_policy_replay(struct bdl_args *a)
{
	const char *since = bdl_args_option(a, "--since");
	struct order o = {
		.draft = bdl_args_option(a, "--draft"),
		.name = bdl_args_option(a, "--name"),
		.json = bdl_args_flag(a, "--json"),
	};
	size_t words = o.draft ? 1 : 2;
	struct bdl_err err;
	bool day;

	if (!bdl_args_fit(a, words, words))
		return BDL_EXIT_USAGE;
	o.file = o.draft ? NULL : a->words[1];
	if (since && !bdl_text_moment(since, &o.since_ms, &day)) {
		(void)bdl_fail(&err, BDL_E_INVALID,
		    "'%s' is neither a day such as 2026-12-01 nor a time such as 2026-12-01T08:00",
		    since); /* for its text */
		return bdl_complain_usage(&err);
	}
	return replay(a->data, &o, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}
