/*
 * beadle policy confirm NAME [--issue N] --and PERSON [--digest DIGEST]
 * beadle policy withdraw NAME --issue N --by PERSON --reason TEXT
 */
#include "base/alloc.h"
#include "base/clock.h"
#include "main/policy/office.h"
#include "main/policy/together.h"
#include "main/policy/verbs.h"
#include "main/text.h"

#include <stdio.h>

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
static int confirm_check(struct bdl_office *o, const struct bdl_version_row *v, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	int64_t now_ms = bdl_now_ms();
	char *where BDL_AUTO_FREE = bdl_text_where(v->name);
	struct bdl_view bytes;

	int rc = bdl_versions_document(o->store, v->name, v->issue, o->region, &bytes, err);
	if (rc == 0)
		rc = bdl_document_parse(bytes, findings, &d, err);
	if (rc == 0)
		rc = bdl_together_check(o->store, &o->known, v->name, d, v->on,
		    v->from_ms > now_ms ? v->from_ms : now_ms, findings, err);
	if (rc == BDL_E_INVALID)
		bdl_text_say(where, findings);
	return rc;
}

/*
 * "The one that waits" may be another by now: the first person can withdraw what the second has read
 * and approve something else.
 */
static int named_check(
    const struct bdl_version_row *v, int64_t issue, const char *digest, struct bdl_err *err)
{
	char hex[BDL_DIGEST_HEX];

	if (v->state != BDL_VERSION_APPROVED || issue || digest)
		return 0;
	bdl_digest_hex(&v->digest, hex);
	return bdl_fail(err, BDL_E_CONFLICT,
	    "issue %lld of policy '%.*s' (%.*s) waits for a second person: if it is what was read, say "
	    "so by --issue %lld or by its --digest",
	    (long long)v->issue, BDL_FMT(v->name), BDL_DIGEST_SHOWN, hex, (long long)v->issue);
}

static int confirm(const char *data, const char *name, int64_t issue, const char *second,
    const char *digest, struct bdl_err *err)
{
	struct bdl_office o BDL_AUTO_IN(bdl_office_done) = { 0 };
	struct bdl_version_row v;
	struct bdl_view policy = bdl_view_of(name);
	char *where BDL_AUTO_FREE = bdl_text_where(policy);

	int rc = bdl_office_open(&o, data, err);
	if (rc == 0)
		rc = bdl_versions_unconfirmed(o.store, policy, issue, o.region, &v, err);
	if (rc == 0)
		rc = named_check(&v, issue, digest, err);
	if (rc == 0)
		rc = bdl_office_digest_check(digest, &v.digest, where, err);
	if (rc == 0 && v.state == BDL_VERSION_APPROVED)
		rc = confirm_check(&o, &v, err);
	if (rc == 0)
		rc = bdl_versions_confirm(o.store, policy, v.issue, bdl_view_of(second),
		    bdl_view_of(o.by), bdl_now_ms(), &v, o.region, err);
	if (rc == 0)
		bdl_publish_say(&o.conf, &v);
	return rc;
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
	if (read_issue(issue, &n, &err) < 0)
		return bdl_complain_usage(&err);
	return confirm(a->data, a->words[1], n, second, digest, &err) < 0 ? bdl_complain(&err)
									  : BDL_EXIT_FINE;
}

static int withdraw(const char *data, const char *name, int64_t issue, const char *by,
    const char *reason, struct bdl_err *err)
{
	struct bdl_office o BDL_AUTO_IN(bdl_office_done) = { 0 };

	int rc = bdl_office_open(&o, data, err);
	if (rc == 0)
		rc = bdl_versions_withdraw(o.store, bdl_view_of(name), issue, bdl_view_of(by),
		    bdl_view_of(reason), bdl_now_ms(), err);
	if (rc == 0)
		printf("policy '%s', issue %lld, is withdrawn; what is in force stays\n", name,
		    (long long)issue);
	return rc;
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
	if (read_issue(issue, &n, &err) < 0)
		return bdl_complain_usage(&err);
	return withdraw(a->data, a->words[1], n, by, reason, &err) < 0 ? bdl_complain(&err)
								       : BDL_EXIT_FINE;
}
