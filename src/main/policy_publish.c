/*
 * beadle policy draft FILE [--name NAME]
 * beadle policy publish FILE|--draft NAME --minute REFERENCE [--name NAME] [--digest DIGEST] ...
 * beadle policy confirm NAME [--issue N] --and PERSON [--digest DIGEST]
 * beadle policy withdraw NAME --issue N --by PERSON --reason TEXT
 */
#include "base/clock.h"
#include "main/policy_verbs.h"
#include "main/text.h"
#include "main/together.h"
#include "record/drafts.h"

#include <stdio.h>

#define BYTES_MAX  (2 * BDL_DOCUMENT_MAX)
#define DIGEST_MIN 8 /* digits of a digest that tell one document from another */

/* What these commands work on. */
struct office {
	struct bdl_conf conf;
	struct bdl_known_lists known;
	struct bdl_store *store;
	struct bdl_region *region;
	char by[BDL_OPERATOR_MAX]; /* who gives the command */
};

static void office_done(struct office *o)
{
	bdl_store_close(o->store);
	bdl_known_lists_done(&o->known);
	bdl_region_free(o->region);
}

/* Files of the operator's are read before this. */
static int office_open(struct office *o, const char *data, struct bdl_err *err)
{
	bdl_operator(o->by);
	o->region = bdl_region_new(BDL_VERSIONS_MAX + BYTES_MAX);
	int r = bdl_data_open(data, false, &o->conf, err);
	if (r == 0)
		r = bdl_known_lists_open(&o->conf, &o->known, err);
	if (r == 0)
		r = bdl_data_become_owner(&o->conf, err);
	return r == 0 ? bdl_data_store(&o->conf, &o->store, err) : r;
}

/* The digest begins as the operator said it does; NULL: nothing was said. */
static int digest_check(
    const char *want, const struct bdl_digest *digest, const char *what, struct bdl_err *err)
{
	char hex[BDL_DIGEST_HEX];
	struct bdl_view begins = bdl_view_of(want);

	bdl_digest_hex(digest, hex);
	if (!want)
		return 0;
	if (begins.n < DIGEST_MIN)
		return bdl_fail(err, BDL_E_INVALID,
		    "--digest takes the first %d digits at least, and all 64 at best", DIGEST_MIN);
	if (bdl_view_starts(bdl_view_of(hex), begins))
		return 0;
	return bdl_fail(err, BDL_E_CONFLICT,
	    "%s is not the document that was meant: its digest is %s, not %s", what, hex, want);
}

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

static int draft(const char *data, const char *file, const char *name, struct bdl_err *err)
{
	struct office o BDL_AUTO_IN(office_done) = { 0 };
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_view as = name ? bdl_view_of(name) : bdl_text_policy_name(file);
	struct bdl_draft_row former;

	int r = bdl_text_parse(file, findings, &d, err);
	if (r == 0)
		r = office_open(&o, data, err);
	if (r < 0)
		return r;
	/* A draft may have mistakes: they are said, and publishing refuses them. */
	int findings_r = bdl_together_check(
	    o.store, &o.known, as, d, (struct bdl_view){ 0 }, bdl_now_ms(), findings, err);
	bdl_text_say(file, findings);
	if (findings_r < 0 && findings_r != BDL_E_INVALID)
		return findings_r;
	r = bdl_drafts_keep(
	    o.store, as, d, bdl_view_of(o.by), bdl_now_ms(), &former, o.region, err);
	if (r == 0)
		draft_say(d, as, &former);
	if (r == 0 && findings_r < 0)
		puts("it could not be published as it is");
	return r;
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

/* A day, which begins at midnight, or a time. */
static bool parse_moment(const char *text, int64_t *ret_ms, bool *ret_day)
{
	char midnight[32];
	int n = snprintf(midnight, sizeof(midnight), "%sT00:00", text);
	*ret_day =
	    n > 0 && (size_t)n < sizeof(midnight) && bdl_time_parse(bdl_view_of(midnight), ret_ms);
	return *ret_day || bdl_time_parse(bdl_view_of(text), ret_ms);
}

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
	if (!parse_moment(text, &from_ms, &day))
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
static int draft_read(struct office *o, const char *name, struct bdl_findings *findings,
    struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_view bytes;

	int r = bdl_drafts_document(o->store, bdl_view_of(name), o->region, &bytes, err);
	return r == 0 ? bdl_document_parse(bytes, findings, ret, err) : r;
}

static int publish(const char *data, struct order *order, struct bdl_err *err)
{
	struct office o BDL_AUTO_IN(office_done) = { 0 };
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	char draft_where[BDL_POLICY_WHERE];
	const char *where = order->file;
	struct bdl_view name = bdl_view_of(order->name ? order->name : order->draft);
	int64_t at_ms = order->approval.from_ms ? order->approval.from_ms : bdl_now_ms();

	int r = order->file ? bdl_text_parse(order->file, findings, &d, err) : 0;
	if (r == 0)
		r = office_open(&o, data, err);
	if (r == 0 && order->draft) {
		where = bdl_text_where(bdl_view_of(order->draft), draft_where);
		r = draft_read(&o, order->draft, findings, &d, err);
	}
	if (r == 0)
		r = digest_check(order->digest, &d->digest, where, err);
	if (r < 0)
		return r;
	if (!name.n)
		name = bdl_text_policy_name(order->file);
	r = bdl_together_check(
	    o.store, &o.known, name, d, order->approval.on, at_ms, findings, err);
	bdl_text_say(where, findings);
	if (r < 0)
		return bdl_fail_in(err, r, "%s", where);
	order->approval.by = bdl_view_of(o.by);
	r = bdl_publish_policy(&o.conf, o.store, name, d, &order->approval, err);
	if (r == 0)
		say_what_is_left_out(where, d);
	return r;
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
	if (read_from(from, &order.approval.from_ms, &err) < 0) {
		(void)bdl_complain(&err); /* the status is another */
		return BDL_EXIT_USAGE;
	}
	return publish(a->data, &order, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}

/* --- confirm, withdraw --- */

/* "--issue 3"; 0 where it is not given. */
static int read_issue(const char *text, int64_t *ret, struct bdl_err *err)
{
	uint64_t n = 0;

	if (text && (!bdl_view_uint(bdl_view_of(text), INT64_MAX, &n) || n == 0))
		return bdl_fail(
		    err, BDL_E_INVALID, "'%s' is no number of an issue, such as 3", text);
	*ret = (int64_t)n;
	return 0;
}

/* As it is to be read now: the others may have changed since it was approved. */
static int confirm_check(struct office *o, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	int64_t now_ms = bdl_now_ms();
	char where[BDL_POLICY_WHERE];
	struct bdl_view bytes;

	int r = bdl_versions_document(o->store, v->name, v->issue, o->region, &bytes, err);
	if (r == 0)
		r = bdl_document_parse(bytes, findings, &d, err);
	if (r == 0)
		r = bdl_together_check(o->store, &o->known, v->name, d, v->on,
		    v->from_ms > now_ms ? v->from_ms : now_ms, findings, err);
	if (r == BDL_E_INVALID)
		bdl_text_say(bdl_text_where(v->name, where), findings);
	return r;
}

static int confirm(const char *data, const char *name, int64_t issue, const char *second,
    const char *digest, struct bdl_err *err)
{
	struct office o BDL_AUTO_IN(office_done) = { 0 };
	struct bdl_version_row v;
	char where[BDL_POLICY_WHERE];
	struct bdl_view policy = bdl_view_of(name);

	int r = office_open(&o, data, err);
	if (r == 0)
		r = bdl_versions_unconfirmed(o.store, policy, issue, o.region, &v, err);
	if (r == 0)
		r = digest_check(digest, &v.digest, bdl_text_where(policy, where), err);
	if (r == 0 && v.state == BDL_VERSION_APPROVED)
		r = confirm_check(&o, &v, err);
	if (r == 0)
		r = bdl_versions_confirm(o.store, policy, v.issue, bdl_view_of(second),
		    bdl_view_of(o.by), bdl_now_ms(), &v, o.region, err);
	if (r == 0)
		bdl_publish_say(&o.conf, &v);
	return r;
}

int bdl_policy_confirm(struct bdl_args *a)
{
	struct bdl_err err;
	const char *issue = bdl_args_option(a, "--issue");
	const char *second = bdl_args_option(a, "--and");
	const char *digest = bdl_args_option(a, "--digest");
	int64_t n;

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (!second) {
		fputs("beadle policy confirm: say who confirms it: --and PERSON\n", stderr);
		return BDL_EXIT_USAGE;
	}
	if (read_issue(issue, &n, &err) < 0) {
		(void)bdl_complain(&err); /* the status is another */
		return BDL_EXIT_USAGE;
	}
	return confirm(a->data, a->words[1], n, second, digest, &err) < 0 ? bdl_complain(&err)
									  : BDL_EXIT_FINE;
}

static int withdraw(const char *data, const char *name, int64_t issue, const char *by,
    const char *reason, struct bdl_err *err)
{
	struct office o BDL_AUTO_IN(office_done) = { 0 };

	int r = office_open(&o, data, err);
	if (r == 0)
		r = bdl_versions_withdraw(o.store, bdl_view_of(name), issue, bdl_view_of(by),
		    bdl_view_of(reason), bdl_now_ms(), err);
	if (r == 0)
		printf("policy '%s', issue %lld, is withdrawn; what is in force stays\n", name,
		    (long long)issue);
	return r;
}

int bdl_policy_withdraw(struct bdl_args *a)
{
	struct bdl_err err;
	const char *issue = bdl_args_option(a, "--issue");
	const char *by = bdl_args_option(a, "--by");
	const char *reason = bdl_args_option(a, "--reason");
	int64_t n;

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (!issue || !by || !reason) {
		fputs("beadle policy withdraw: say which, who and why: --issue N --by PERSON "
		      "--reason TEXT\n",
		    stderr);
		return BDL_EXIT_USAGE;
	}
	if (read_issue(issue, &n, &err) < 0) {
		(void)bdl_complain(&err); /* the status is another */
		return BDL_EXIT_USAGE;
	}
	return withdraw(a->data, a->words[1], n, by, reason, &err) < 0 ? bdl_complain(&err)
								       : BDL_EXIT_FINE;
}
