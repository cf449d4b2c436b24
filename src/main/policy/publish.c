/*
 * beadle policy draft FILE [--name NAME]
 * beadle policy publish FILE|--draft NAME --minute REFERENCE [--name NAME] [--digest DIGEST] ...
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "main/policy/office.h"
#include "main/policy/together.h"
#include "main/policy/verbs.h"
#include "main/text.h"
#include "record/policies/drafts.h"

#include <stdio.h>

/* --- draft --- */

static void draft_say(
    const struct bdl_document *d, struct bdl_view name, const struct bdl_draft_row *former)
{
	char hex[BDL_DIGEST_HEX], moment[BDL_LONG_LEN];

	bdl_digest_hex(&d->digest, hex);
	printf("draft '%.*s' is kept: %.*s\n  digest %s\n", BDL_FMT(name), BDL_FMT(d->front.title),
	    hex);
	if (!former->name.n)
		return;
	bdl_digest_hex(&former->digest, hex);
	bdl_time_long(former->kept_ms, moment);
	printf("it takes the place of a draft that %.*s kept on %s (%.*s)\n", BDL_FMT(former->by),
	    moment, BDL_DIGEST_SHOWN, hex);
}

int bdl_policy_keep_draft(const char *data, const char *where, struct bdl_view as,
    const struct bdl_document *d, struct bdl_findings *findings, struct bdl_err *err)
{
	struct bdl_office o BDL_AUTO_IN(bdl_office_done) = { 0 };
	struct bdl_draft_row former;

	int rc = bdl_office_open(&o, data, err);
	if (rc < 0)
		return rc;
	/* A draft may have mistakes: they are said, and publishing refuses them. */
	int check_rc = bdl_together_check(
	    o.store, &o.known, as, d, (struct bdl_view){ 0 }, bdl_now_ms(), findings, err);
	bdl_text_say(where, findings);
	if (check_rc < 0 && check_rc != BDL_E_INVALID)
		return check_rc;
	rc = bdl_drafts_keep(
	    o.store, as, d, bdl_view_of(o.by), bdl_now_ms(), &former, o.region, err);
	if (rc == 0)
		draft_say(d, as, &former);
	if (rc == 0 && check_rc < 0)
		puts("it could not be published as it is");
	return rc;
}

static int draft(const char *data, const char *file, const char *name, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_view as = name ? bdl_view_of(name) : bdl_text_policy_name(file);

	int rc = bdl_text_parse(file, findings, &d, err);
	return rc < 0 ? rc : bdl_policy_keep_draft(data, file, as, d, findings, err);
}

int bdl_policy_draft(struct bdl_args *a)
{
	struct bdl_err err;
	const char *name = bdl_args_option(a, "--name");

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	return draft(a->data, a->words[1], name, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}

/* --- publish --- */

struct order {
	const char *file, *draft; /* one of them */
	const char *name, *digest;
	struct bdl_approval approval;
};

static bool same_day(int64_t a_ms, int64_t b_ms)
{
	struct bdl_civil a = bdl_civil_local(a_ms), b = bdl_civil_local(b_ms);
	return a.year == b.year && a.month == b.month && a.day == b.day;
}

/* When it comes into force; 0, at once, for today. No version is in force from a time that is past. */
static int read_from(const char *text, int64_t *ret_ms, struct bdl_err *err)
{
	int64_t now_ms = bdl_now_ms(), from_ms;
	bool day;
	*ret_ms = 0;
	if (!text)
		return 0;
	if (!bdl_text_moment(text, &from_ms, &day))
		return bdl_fail(err, BDL_E_INVALID,
		    "'%s' is neither a day such as 2026-12-01 nor a time such as 2026-12-01T08:00",
		    text);
	if (from_ms > now_ms)
		*ret_ms = from_ms;
	else if (!day || !same_day(from_ms, now_ms))
		return bdl_fail(err, BDL_E_INVALID,
		    "%s is past; a version comes into force now or later", text);
	return 0;
}

static struct bdl_approval take_approval(struct bdl_args *a)
{
	return (struct bdl_approval){
		.minute = bdl_view_of(bdl_args_option(a, "--minute")),
		.body = bdl_view_of(bdl_args_option(a, "--body")),
		.on = bdl_view_of(bdl_args_option(a, "--approved")),
		.first = bdl_view_of(bdl_args_option(a, "--by")),
		.second = bdl_view_of(bdl_args_option(a, "--and")),
	};
}

/* What is in the document and in no ruleset: said, so that nobody takes it for enforced. */
static void say_what_is_left_out(const char *file, const struct bdl_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++) {
			const struct bdl_rule *rule = &d->clauses[i].rules[j];
			struct bdl_view beyond = bdl_rule_beyond(rule);

			if (beyond.n == 0)
				continue;
			n++;
			fprintf(stderr,
			    "%s:%u:%u: note: this build cannot carry out '%.*s': the rule is not in "
			    "force\n",
			    file, rule->line, rule->column, BDL_FMT(beyond));
		}
	if (n)
		fprintf(stderr, "%s: %zu %s in the document only\n", file, n,
		    n == 1 ? "rule stands" : "rules stand");
}

/* The bytes of the draft, parsed. */
static int draft_read(struct bdl_office *o, const char *name, struct bdl_findings *findings,
    struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_view bytes;

	int rc = bdl_drafts_document(o->store, bdl_view_of(name), o->region, &bytes, err);
	return rc == 0 ? bdl_document_parse(bytes, findings, ret, err) : rc;
}

static int publish(const char *data, struct order *order, struct bdl_err *err)
{
	struct bdl_office o BDL_AUTO_IN(bdl_office_done) = { 0 };
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	char *where BDL_AUTO_FREE = order->file ? bdl_xprintf("%s", order->file)
						: bdl_text_where(bdl_view_of(order->draft));
	struct bdl_view name = bdl_view_of(order->name ? order->name : order->draft);
	int64_t at_ms = order->approval.from_ms ? order->approval.from_ms : bdl_now_ms();

	int rc = order->file ? bdl_text_parse(order->file, findings, &d, err) : 0;
	if (rc == 0)
		rc = bdl_office_open(&o, data, err);
	if (rc == 0 && !d)
		rc = draft_read(&o, order->draft, findings, &d, err);
	if (rc < 0)
		return rc;
	BDL_BUG_IF(!d); /* what was read without an error is a document */
	rc = bdl_office_digest_check(order->digest, &d->digest, where, err);
	if (rc < 0)
		return rc;
	if (!name.n)
		name = bdl_text_policy_name(order->file);
	rc = bdl_together_check(
	    o.store, &o.known, name, d, order->approval.on, at_ms, findings, err);
	bdl_text_say(where, findings);
	if (rc < 0)
		return bdl_fail_in(err, rc, "%s", where);
	order->approval.by = bdl_view_of(o.by);
	rc = bdl_publish_policy(&o.conf, o.store, name, d, &order->approval, err);
	if (rc == 0)
		say_what_is_left_out(where, d);
	return rc;
}

int bdl_policy_publish(struct bdl_args *a)
{
	struct bdl_err err;
	struct order order = {
		.approval = take_approval(a),
		.draft = bdl_args_option(a, "--draft"),
		.name = bdl_args_option(a, "--name"),
		.digest = bdl_args_option(a, "--digest"),
	};
	const char *from = bdl_args_option(a, "--from");
	size_t words = order.draft ? 1 : 2;

	if (!bdl_args_fit(a, words, words))
		return BDL_EXIT_USAGE;
	order.file = order.draft ? NULL : a->words[1];
	if (!order.approval.minute.n) {
		fputs(
		    "beadle policy publish: say which minute approved it: --minute \"Governors, 12 May "
		    "2026, item 7\"\n",
		    stderr);
		return BDL_EXIT_USAGE;
	}
	if (read_from(from, &order.approval.from_ms, &err) < 0)
		return bdl_complain_usage(&err);
	return publish(a->data, &order, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}
