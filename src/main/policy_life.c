/*
 * beadle policy publish FILE --minute REFERENCE [--name NAME] [--body BODY] [--approved DAY]
 *                            [--by PERSON] [--and PERSON] [--from TIME]
 * beadle policy versions [NAME]
 */
#include "base/clock.h"
#include "main/policy_verbs.h"
#include "main/publish.h"
#include "main/text.h"
#include "policy/diff.h"

#include <stdio.h>

#define ROWS_MAX    (16 * 1024 * 1024)
#define CHANGES_MAX (128 * 1024 * 1024) /* of memory, to compare two documents in */
#define SHORT_HEX   12

/* --- publish --- */

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

static struct bdl_approval take_approval(struct bdl_args *a, const char *by)
{
	return (struct bdl_approval){
		.minute = bdl_view_of(bdl_args_option(a, "--minute")),
		.body = bdl_view_of(bdl_args_option(a, "--body")),
		.on = bdl_view_of(bdl_args_option(a, "--approved")),
		.first = bdl_view_of(bdl_args_option(a, "--by")),
		.second = bdl_view_of(bdl_args_option(a, "--and")),
		.by = bdl_view_of(by),
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

static int publish(const char *data, const char *file, const char *name,
    const struct bdl_approval *approval, struct bdl_err *err)
{
	struct bdl_conf conf;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int r = bdl_data_open(data, false, &conf, err);
	if (r == 0)
		r = bdl_known_lists_open(&conf, &known, err);
	if (r == 0)
		r = bdl_text_document(file, known.lists ? &known.context : NULL, &d, err);
	if (r == 0)
		r = bdl_data_become_owner(&conf, err);
	if (r == 0)
		r = bdl_publish_policy(
		    &conf, name ? bdl_view_of(name) : bdl_text_policy_name(file), d, approval, err);
	if (r == 0)
		say_what_is_left_out(file, d);
	return r;
}

int bdl_policy_publish(struct bdl_args *a)
{
	struct bdl_err err;
	char by[BDL_OPERATOR_MAX];
	bdl_operator(by);
	struct bdl_approval approval = take_approval(a, by);
	const char *name = bdl_args_option(a, "--name");
	const char *from = bdl_args_option(a, "--from");

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (!approval.minute.n) {
		fputs(
		    "beadle policy publish: say which minute approved it: --minute \"Governors, 12 May "
		    "2026, item 7\"\n",
		    stderr);
		return BDL_EXIT_USAGE;
	}
	if (read_from(from, &approval.from_ms, &err) < 0) {
		(void)bdl_complain(&err); /* the status is another */
		return BDL_EXIT_USAGE;
	}
	if (publish(a->data, a->words[1], name, &approval, &err) < 0)
		return bdl_complain(&err);
	if (!approval.second.n)
		puts("the second person is missing: --by PERSON --and PERSON names two");
	return BDL_EXIT_FINE;
}

/* --- versions --- */

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

/* What an issue changed, in a line; `former` is the issue before it, NULL for the first. */
static void put_changes(struct bdl_store *store, const struct bdl_version_row *v,
    const struct bdl_version_row *former, struct bdl_buf *out)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = NULL;
	struct bdl_document *now BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_document *old BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_diff diff;

	if (!former) {
		(void)bdl_buf_add_str(out, "first issue"); /* a line has room, here and below */
		return;
	}
	region = bdl_region_new(CHANGES_MAX);
	now = document_of(store, v);
	old = document_of(store, former);
	if (now && old && bdl_diff_make(old, now, region, &diff, NULL) == 0)
		bdl_diff_summary(&diff, out);
	else
		(void)bdl_buf_add_str(out, "what it changed cannot be read any more");
}

static void print_approval(const struct bdl_version_row *v)
{
	printf("       approved by: %.*s", BDL_FMT(v->body.n ? v->body : BDL_LIT("not said")));
	if (v->on.n)
		printf(", on %.*s", BDL_FMT(v->on));
	else
		printf(", on a day that was not said");
	printf("\n       answered for by: %.*s", BDL_FMT(v->first));
	if (v->second.n)
		printf(" and %.*s\n", BDL_FMT(v->second));
	else
		printf(" alone; THE SECOND PERSON IS MISSING\n");
}

static const char *state_word(const struct bdl_version_row *v)
{
	if (v->in_force)
		return "in force";
	return v->waits ? "waits" : "past";
}

static void print_version(
    struct bdl_store *store, const struct bdl_version_row *v, const struct bdl_version_row *former)
{
	struct bdl_buf changes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(512);
	struct bdl_civil from = bdl_civil_local(v->from_ms);
	char digest[BDL_DIGEST_HEX];

	put_changes(store, v, former, &changes);
	bdl_digest_hex(&v->digest, digest);
	printf("%5lld  %04d-%02d-%02d %02d:%02d  %-8s  %.*s  %.*s\n", (long long)v->issue,
	    from.year, from.month, from.day, from.minute / 60, from.minute % 60, state_word(v),
	    SHORT_HEX, digest, BDL_FMT(v->minute));
	print_approval(v);
	printf("       %s\n", bdl_buf_str(&changes));
}

/* Rows are by name, newest first. */
static size_t print_versions(
    struct bdl_store *store, const struct bdl_version_row *rows, size_t n, const char *name)
{
	size_t printed = 0;
	for (size_t i = 0; i < n; i++) {
		bool begins = i == 0 || !bdl_view_eq(rows[i - 1].name, rows[i].name);
		bool ends = i + 1 == n || !bdl_view_eq(rows[i + 1].name, rows[i].name);
		if (name && !bdl_view_is(rows[i].name, name))
			continue;
		if (begins)
			printf("%s%.*s: %.*s\n%5s  %-16s  %-8s  %-*s  %s\n", printed ? "\n" : "",
			    BDL_FMT(rows[i].name), BDL_FMT(rows[i].title), "ISSUE", "IN FORCE FROM",
			    "STATE", SHORT_HEX, "DIGEST", "MINUTE");
		print_version(store, &rows[i], ends ? NULL : &rows[i + 1]);
		printed++;
	}
	return printed;
}

static int open_store(const struct bdl_conf *conf, struct bdl_store **ret, struct bdl_err *err)
{
	char path[BDL_PATH_MAX];
	bdl_conf_path(conf, path, sizeof(path), "store.db");
	return bdl_store_open(path, BDL_STORE_READ, ret, err);
}

static int versions(const char *data, const char *name, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(ROWS_MAX);
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_version_row *rows = NULL;
	struct bdl_conf conf;
	size_t n = 0;

	int r = bdl_data_open(data, false, &conf, err);
	if (r == 0)
		r = bdl_data_become_owner(&conf, err);
	if (r == 0)
		r = open_store(&conf, &store, err);
	if (r == 0)
		r = bdl_versions_list(store, region, &rows, &n, err);
	if (r < 0)
		return r;
	if (print_versions(store, rows, n, name) > 0)
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
