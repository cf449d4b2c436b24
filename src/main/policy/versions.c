/* beadle policy versions [NAME]: the table of versions, made from what the store has. */
#include "base/clock.h"
#include "main/policy/verbs.h"
#include "main/publish.h"
#include "policy/diff.h"
#include "record/policies/drafts.h"

#include <stdio.h>

struct table {
	struct bdl_store *store;
	struct bdl_version_row *rows;
	size_t n;
	struct bdl_draft_row *drafts;
	size_t n_drafts;
};

/* --- what changed --- */

/* The document of a version, read by today's program: what an older one took may not read now. */
static struct bdl_document *document_of(struct bdl_store *store, const struct bdl_version_row *v)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(2 * BDL_DOCUMENT_MAX);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d = NULL;
	struct bdl_view bytes;
	if (bdl_versions_document(store, v->name, v->issue, region, &bytes, NULL) < 0 ||
	    bdl_document_parse(bytes, findings, &d, NULL) < 0)
		return NULL;
	return d;
}

/* "2 clauses changed since issue 3"; `former` NULL: the first. */
static void put_changes(struct bdl_store *store, const struct bdl_version_row *v,
    const struct bdl_version_row *former, struct bdl_buf *out)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = NULL;
	struct bdl_document *now BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_document *old BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_diff diff;

	if (!former) {
		(void)bdl_buf_add_str(out, "the first"); /* a line has room, here and below */
		return;
	}
	region = bdl_region_new(BDL_DIFF_MAX);
	now = document_of(store, v);
	old = document_of(store, former);
	if (now && old && bdl_diff_make(old, now, region, &diff, NULL) == 0)
		bdl_diff_summary(&diff, out);
	else
		(void)bdl_buf_add_str(out, "what changed cannot be read any more");
	(void)bdl_buf_printf(out, " since issue %lld", (long long)former->issue);
}

/* --- a version --- */

/* Of a version that waits for its second person and was given no day there is no moment yet. */
static const char *from_when(const struct bdl_version_row *v, char out[BDL_SHORT_LEN])
{
	if (v->state == BDL_VERSION_WITHDRAWN)
		return "never"; /* also where a day was set: it was taken back before */
	return v->from_ms ? bdl_time_short(v->from_ms, out) : "once confirmed";
}

static void print_people(const struct bdl_version_row *v)
{
	printf("       answered for by: %.*s", BDL_FMT(v->first));
	if (v->second.n)
		printf(" and %.*s\n", BDL_FMT(v->second));
	else
		puts(v->state == BDL_VERSION_WITHDRAWN ? " alone"
						       : " alone; THE SECOND PERSON IS MISSING");
	if (v->state == BDL_VERSION_APPROVED || (v->state == BDL_VERSION_IN_FORCE && v->alone))
		printf(
		    "       to confirm it: beadle policy confirm %.*s --issue %lld --and PERSON\n",
		    BDL_FMT(v->name), (long long)v->issue);
}

static void print_approval(const struct bdl_version_row *v)
{
	printf("       approved by: %.*s", BDL_FMT(v->body.n ? v->body : BDL_LIT("not said")));
	if (v->on.n)
		printf(", on %.*s", BDL_FMT(v->on));
	else
		printf(", on a day that was not said");
	printf("; %.*s\n", BDL_FMT(v->minute));
}

static void print_version(const struct table *t, size_t i)
{
	struct bdl_buf changes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(512);
	const struct bdl_version_row *v = &t->rows[i];
	char digest[BDL_DIGEST_HEX], when[BDL_SHORT_LEN];

	put_changes(t->store, v, bdl_version_former(t->rows, t->n, i), &changes);
	bdl_digest_hex(&v->digest, digest);
	printf("%5lld  %-16s  %.*s  %s\n", (long long)v->issue, from_when(v, when),
	    BDL_DIGEST_SHOWN, digest, bdl_version_state_word(v->state));
	print_approval(v);
	print_people(v);
	if (v->state == BDL_VERSION_WITHDRAWN)
		printf("       withdrawn by: %.*s, on %s: %.*s\n", BDL_FMT(v->withdrawn_by),
		    bdl_time_short(v->withdrawn_ms, when), BDL_FMT(v->withdrawn_why));
	printf("       changes: %s\n", bdl_buf_str(&changes));
}

/* --- the table of a policy --- */

static void print_head(struct bdl_view name, struct bdl_view title, bool first)
{
	printf("%s%.*s: %.*s\n%5s  %-16s  %-*s  %s\n", first ? "" : "\n", BDL_FMT(name),
	    BDL_FMT(title), "ISSUE", "IN FORCE FROM", BDL_DIGEST_SHOWN, "DIGEST", "STATE");
}

static void print_draft(const struct bdl_draft_row *d)
{
	char digest[BDL_DIGEST_HEX], when[BDL_SHORT_LEN];

	bdl_digest_hex(&d->digest, digest);
	printf("%5s  %-16s  %.*s  draft\n       kept by: %.*s, on %s\n", "-", "-", BDL_DIGEST_SHOWN,
	    digest, BDL_FMT(d->by), bdl_time_short(d->kept_ms, when));
}

static const struct bdl_draft_row *draft_of(const struct table *t, struct bdl_view name)
{
	for (size_t i = 0; i < t->n_drafts; i++)
		if (bdl_view_eq(t->drafts[i].name, name))
			return &t->drafts[i];
	return NULL;
}

/* Rows are by name, newest first; its draft is newer than any. */
static size_t print_versions(const struct table *t, const char *name)
{
	size_t printed = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct bdl_version_row *v = &t->rows[i];
		bool begins = i == 0 || !bdl_view_eq(t->rows[i - 1].name, v->name);
		const struct bdl_draft_row *draft = draft_of(t, v->name);

		if (name && !bdl_view_is(v->name, name))
			continue;
		if (begins)
			print_head(v->name, v->title, printed == 0);
		if (begins && draft)
			print_draft(draft);
		print_version(t, i);
		printed++;
	}
	return printed;
}

static bool is_published(const struct table *t, struct bdl_view name)
{
	for (size_t i = 0; i < t->n; i++)
		if (bdl_view_eq(t->rows[i].name, name))
			return true;
	return false;
}

/* Drafts of policies that have no version yet. */
static size_t print_new_drafts(const struct table *t, const char *name, size_t printed)
{
	for (size_t i = 0; i < t->n_drafts; i++) {
		const struct bdl_draft_row *d = &t->drafts[i];

		if ((name && !bdl_view_is(d->name, name)) || is_published(t, d->name))
			continue;
		print_head(d->name, d->title, printed == 0);
		print_draft(d);
		printed++;
	}
	return printed;
}

static int versions(const char *data, const char *name, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_VERSIONS_MAX);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct table t = { 0 };
	struct bdl_conf conf;

	int rc = bdl_data_store_of(data, BDL_STORE_READ, &conf, &store, err);
	if (rc == 0)
		rc = bdl_versions_list(store, region, &t.rows, &t.n, err);
	if (rc == 0)
		rc = bdl_drafts_list(store, region, &t.drafts, &t.n_drafts, err);
	if (rc < 0)
		return rc;
	t.store = store;
	size_t printed = print_versions(&t, name);
	if (print_new_drafts(&t, name, printed) > 0)
		return 0;
	return name ? bdl_fail(err, BDL_E_MISSING, "no policy '%s' was ever published", name)
		    : bdl_fail(err, BDL_E_MISSING, "no policy was ever published");
}

int bdl_policy_versions(struct bdl_args *a)
{
	struct bdl_err err;
	if (!bdl_args_fit(a, 1, 2))
		return BDL_EXIT_USAGE;
	return versions(a->data, a->n > 1 ? a->words[1] : NULL, &err) < 0 ? bdl_complain(&err)
									  : BDL_EXIT_FINE;
}
