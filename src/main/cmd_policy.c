/*
 * beadle policy explain FILE|URL|HOST [--person LOGIN] [--at TIME], and the table of the other verbs,
 * which have files of their own (main/policy/verbs.h).
 */
#include "base/alloc.h"
#include "main/policy/ask.h"
#include "main/policy/verbs.h"
#include "main/publish.h"
#include "main/text.h"
#include "policy/explain.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A document in plain English: each clause that has rules, and what they do. */
static int explain_file(const char *file, const char *data)
{
	struct bdl_err err;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	if (bdl_known_lists_of(data, &known, &err) < 0 ||
	    bdl_text_document(file, &known.context, &d, &err) < 0)
		return bdl_complain(&err);
	for (size_t i = 0; i < d->n_clauses; i++) {
		const struct bdl_clause *c = &d->clauses[i];
		if (c->n_rules == 0)
			continue;
		printf("%.*s%s%.*s (%.*s)\n", BDL_FMT(c->number), c->number.n > 0 ? " " : "",
		    BDL_FMT(c->title), BDL_FMT(c->id));
		for (size_t k = 0; k < c->n_rules; k++) {
			struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64 * 1024);
			bdl_explain_rule(&c->rules[k], &text);
			printf("  %s%s\n", bdl_buf_str(&text),
			    bdl_rule_carried_out(&c->rules[k])
				? ""
				: " (This version does not carry it out.)");
		}
	}
	return BDL_EXIT_FINE;
}

/* A document, be it there or not: anything else is an address, "casino.example" too. */
static bool is_file(const char *what)
{
	struct bdl_view v = bdl_view_of(what);
	return !strstr(what, "://") &&
	    (access(what, F_OK) == 0 || bdl_view_ends(v, BDL_LIT(".md")) || what[0] == '/' ||
		what[0] == '.');
}

static int explain(struct bdl_args *a)
{
	const char *person = bdl_args_option(a, "--person");
	const char *at = bdl_args_option(a, "--at");
	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	const char *what = a->words[1];
	if (is_file(what))
		return explain_file(what, a->data);

	struct bdl_err err;
	struct bdl_conf conf;
	char *url BDL_AUTO_FREE = bdl_xprintf("%s%s", strstr(what, "://") ? "" : "http://", what);
	struct bdl_buf answer BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(256 * 1024);
	int rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(
		    &conf, &err); /* even a reader touches the store's locks */
	if (rc == 0)
		rc = bdl_ask(&conf, url, person, at, &answer, &err);
	if (rc < 0)
		return bdl_complain(&err);
	fputs(bdl_buf_str(&answer), stdout);
	return BDL_EXIT_FINE;
}

static const struct bdl_verb verbs[] = {
	{ "check", "policy check FILE...", bdl_policy_check },
	{ "coverage", "policy coverage FILE... [--json]", bdl_policy_coverage },
	{ "import",
	    "policy import FILE [--to FILE.md [--replace]] [--draft NAME] [--json] [--school NAME] ...",
	    bdl_policy_import },
	{ "draft", "policy draft FILE [--name NAME]", bdl_policy_draft },
	{ "publish",
	    "policy publish FILE|--draft NAME --minute REFERENCE [--name NAME] [--digest DIGEST]\n"
	    "           [--body BODY] [--approved DAY] [--by PERSON] [--and PERSON] [--from DAY|TIME]",
	    bdl_policy_publish },
	{ "confirm", "policy confirm NAME [--issue N] --and PERSON [--digest DIGEST]",
	    bdl_policy_confirm },
	{ "withdraw", "policy withdraw NAME --issue N --by PERSON --reason TEXT",
	    bdl_policy_withdraw },
	{ "versions", "policy versions [NAME]", bdl_policy_versions },
	{ "replay", "policy replay FILE|--draft NAME [--name NAME] [--since DAY|TIME] [--json]",
	    bdl_policy_replay },
	{ "explain", "policy explain FILE|URL|HOST [--person LOGIN] [--at TIME]", explain },
	{ "diff", "policy diff OLD NEW", bdl_policy_diff },
	{ "format", "policy format FILE... [--check]", bdl_policy_format },
};

int bdl_cmd_policy(struct bdl_args *a)
{
	return bdl_verbs_run(verbs, BDL_ARRAY_LEN(verbs), a);
}

int bdl_help_policy(const char *verb)
{
	return bdl_verbs_help("policy", verbs, BDL_ARRAY_LEN(verbs), verb);
}
