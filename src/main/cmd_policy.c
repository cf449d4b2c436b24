/*
 * beadle policy check FILE...
 * beadle policy publish FILE --minute REFERENCE [--name NAME]
 * beadle policy explain FILE|URL|HOST [--person LOGIN] [--at TIME]
 */
#include "base/alloc.h"
#include "main/ask.h"
#include "main/command.h"
#include "main/publish.h"
#include "main/text.h"
#include "policy/explain.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Documents are checked against the lists of the data folder, where there are any. */
static int known_lists(const char *dir, struct bdl_known_lists *ret, struct bdl_err *err)
{
	struct bdl_conf conf;
	int r = bdl_data_open(dir, false, &conf, err);
	if (r == BDL_E_MISSING)
		return 0;
	return r < 0 ? r : bdl_known_lists_open(&conf, ret, err);
}

static int check(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (known_lists(a->data, &known, &err) < 0)
		return bdl_complain(&err);

	int status = BDL_EXIT_FINE;
	for (size_t i = 1; i < a->n; i++) {
		struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
		if (bdl_text_document(a->words[i], known.lists ? &known.context : NULL, &d, &err) <
		    0) {
			status = bdl_complain(&err);
			continue;
		}
		size_t rules = 0, carried_out = 0;
		for (size_t c = 0; c < d->n_clauses; c++)
			for (size_t k = 0; k < d->clauses[c].n_rules; k++, rules++)
				carried_out += bdl_rule_carried_out(&d->clauses[c].rules[k]);
		printf("%s: fine; %zu %s, %zu %s", a->words[i], d->n_clauses,
		    d->n_clauses == 1 ? "clause" : "clauses", rules, rules == 1 ? "rule" : "rules");
		if (carried_out < rules)
			printf(", of which this build carries out %zu", carried_out);
		putchar('\n');
	}
	return status;
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

static int publish(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	const char *minute = bdl_args_option(a, "--minute");
	const char *name = bdl_args_option(a, "--name");

	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (!minute || !*minute) {
		fputs(
		    "beadle policy publish: say which minute approved it: --minute \"Governors, 12 May "
		    "2026, item 7\"\n",
		    stderr);
		return BDL_EXIT_USAGE;
	}
	const char *file = a->words[1];
	char by[BDL_OPERATOR_MAX];
	bdl_operator(by);
	const struct bdl_approval approval = { bdl_view_of(minute), bdl_view_of(by) };
	int r = bdl_data_open(a->data, false, &conf, &err);
	if (r == 0)
		r = bdl_known_lists_open(&conf, &known, &err);
	if (r == 0)
		r = bdl_text_document(file, known.lists ? &known.context : NULL, &d, &err);
	if (r == 0)
		r = bdl_data_become_owner(&conf, &err);
	if (r == 0)
		r = bdl_publish_policy(&conf, name ? bdl_view_of(name) : bdl_text_policy_name(file),
		    d, &approval, &err);
	if (r == 0)
		say_what_is_left_out(file, d);
	return r == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}

/* A document in plain English: each clause that has rules, and what they do. */
static int explain_file(const char *file, const char *data)
{
	struct bdl_err err;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	if (known_lists(data, &known, &err) < 0 ||
	    bdl_text_document(file, known.lists ? &known.context : NULL, &d, &err) < 0)
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
	int r = bdl_data_open(a->data, false, &conf, &err);
	if (r == 0)
		r = bdl_data_become_owner(
		    &conf, &err); /* even a reader touches the store's locks */
	if (r == 0)
		r = bdl_ask(&conf, url, person, at, &answer, &err);
	if (r < 0)
		return bdl_complain(&err);
	fputs(bdl_buf_str(&answer), stdout);
	return BDL_EXIT_FINE;
}

static const struct verb {
	const char *name, *use;
	int (*run)(struct bdl_args *a);
} verbs[] = {
	{ "check", "policy check FILE...", check },
	{ "publish", "policy publish FILE --minute REFERENCE [--name NAME]", publish },
	{ "explain", "policy explain FILE|URL|HOST [--person LOGIN] [--at TIME]", explain },
};

int bdl_cmd_policy(struct bdl_args *a)
{
	for (size_t i = 0; a->n > 0 && i < BDL_ARRAY_LEN(verbs); i++) {
		if (strcmp(a->words[0], verbs[i].name) == 0) {
			a->use = verbs[i].use;
			return verbs[i].run(a);
		}
	}
	fprintf(stderr, "beadle policy: say what to do with it:\n");
	for (size_t i = 0; i < BDL_ARRAY_LEN(verbs); i++)
		fprintf(stderr, "  beadle %s\n", verbs[i].use);
	return BDL_EXIT_USAGE;
}

int bdl_help_policy(const char *verb)
{
	bool found = false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(verbs); i++) {
		if (verb && strcmp(verb, verbs[i].name) != 0)
			continue;
		printf("use: beadle %s\n", verbs[i].use);
		found = true;
	}
	if (!found)
		fprintf(stderr, "beadle policy: it has no '%s'\n", verb);
	return found ? BDL_EXIT_FINE : BDL_EXIT_USAGE;
}
