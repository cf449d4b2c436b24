/* beadle policy check FILE...: documents read together, each with what is wrong in it. */
#include "base/alloc.h"
#include "main/policy/verbs.h"
#include "main/publish.h"
#include "main/text.h"
#include "policy/law.h"

#include <stdio.h>
#include <stdlib.h>

struct reading {
	const char *path;
	struct bdl_findings *findings;
	struct bdl_document *document; /* NULL: it could not be read at all */
};

struct readings {
	struct reading *of;
	size_t n;
	const struct bdl_document **others; /* room for all */
	bool whole;                         /* every one of them was read */
};

static void readings_done(struct readings *r)
{
	for (size_t i = 0; i < r->n; i++) {
		bdl_findings_free(r->of[i].findings);
		bdl_document_free(r->of[i].document);
	}
	free(r->of);
	free(r->others);
}

static void read_all(struct readings *r, char *const *paths, size_t n)
{
	r->of = bdl_xalloc(n * sizeof(*r->of));
	r->others = bdl_xalloc(n * sizeof(*r->others));
	r->n = n;
	r->whole = true;
	for (size_t i = 0; i < n; i++) {
		struct reading *one = &r->of[i];
		struct bdl_err err;

		one->path = paths[i];
		one->findings = bdl_findings_new();
		if (bdl_is_law(bdl_text_policy_name(one->path)))
			bdl_find(one->findings, BDL_ERROR, 1, 1, "another name for the file", NULL,
			    "no policy is named '" BDL_LAW_NAME
			    "': it is the document that is built in");
		if (bdl_text_parse(one->path, one->findings, &one->document, &err) < 0) {
			(void)bdl_complain(&err); /* the status comes of the missing document */
			r->whole = false;
		}
	}
}

/*
 * Where one of them could not be read, what it describes is not known: then each is read as if it
 * were alone, and what it does not describe is no error.
 */
static void check_one(
    const struct readings *r, const struct reading *one, struct bdl_check_context context)
{
	context.others = r->others;
	context.n_others = 0;
	for (size_t i = 0; r->whole && i < r->n; i++)
		if (&r->of[i] != one)
			r->others[context.n_others++] = r->of[i].document;
	bdl_document_check(one->document, &context, one->findings);
}

static void say_fine(const struct reading *one)
{
	const struct bdl_document *d = one->document;
	size_t rules = 0, carried_out = 0;

	for (size_t c = 0; c < d->n_clauses; c++)
		for (size_t k = 0; k < d->clauses[c].n_rules; k++, rules++)
			carried_out += bdl_rule_carried_out(&d->clauses[c].rules[k]);
	printf("%s: fine; %zu %s, %zu %s", one->path, d->n_clauses,
	    d->n_clauses == 1 ? "clause" : "clauses", rules, rules == 1 ? "rule" : "rules");
	if (carried_out < rules)
		printf(", of which this build carries out %zu", carried_out);
	putchar('\n');
}

static void say_found(const struct reading *one)
{
	size_t n = one->findings->n + one->findings->n_left_out, errors = one->findings->n_errors;

	bdl_text_say(one->path, one->findings);
	if (errors > 0)
		fprintf(stderr, "%s: it cannot be put in force: %zu %s to mend\n", one->path,
		    errors, errors == 1 ? "error" : "errors");
	else
		fprintf(stderr, "%s: it can be put in force, but has %zu %s\n", one->path, n,
		    n == 1 ? "warning" : "warnings");
}

int bdl_policy_check(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	struct readings r BDL_AUTO_IN(readings_done) = { 0 };
	int status = BDL_EXIT_FINE;

	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (bdl_known_lists_of(a->data, &known, &err) < 0)
		return bdl_complain(&err);
	read_all(&r, a->words + 1, a->n - 1);
	for (size_t i = 0; i < r.n; i++) {
		const struct reading *one = &r.of[i];

		if (!one->document) {
			status = BDL_EXIT_FAILED;
			continue;
		}
		check_one(&r, one, known.context);
		if (one->findings->n == 0) {
			say_fine(one);
			continue;
		}
		say_found(one);
		status = BDL_EXIT_FAILED;
	}
	return status;
}
