#include "main/policy/import_report.h"

#include "main/json.h"

#include <stdio.h>

#define QUOTE_MAX 90 /* bytes of their words in a line of the report */

/* --- text --- */

static struct bdl_view quote(const struct bdl_import *m, const struct bdl_import_clause *c)
{
	struct bdl_view words = m->statements.items[c->first].words;
	size_t n = words.n;

	if (n > QUOTE_MAX) {
		n = QUOTE_MAX;
		while (n > 0 && words.p[n] != ' ')
			n--;
	}
	return bdl_view_at(words.p, n);
}

static size_t count(const struct bdl_import *m, enum bdl_import_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n_clauses; i++)
		n += m->clauses[i].state == state;
	return n;
}

static void say_facts(const struct bdl_import *m)
{
	puts("What the policy says of itself:");
	for (enum bdl_fact i = 0; i < BDL_FACTS; i++) {
		const struct bdl_import_fact *f = &m->facts[i];

		if (f->value.n > 0)
			printf("  %-12s %.*s%s\n", bdl_fact_word(i), BDL_FMT(f->value),
			    f->found ? "" : "   (NOT FOUND: put in by us, to be mended)");
	}
}

static void say_clause(const struct bdl_import *m, const struct bdl_concepts *concepts,
    const struct bdl_import_clause *c)
{
	struct bdl_view words = quote(m, c);

	printf("  line %u: \"%.*s%s\"\n", c->line, BDL_FMT(words),
	    words.n < m->statements.items[c->first].words.n || c->last > c->first ? " ..." : "");
	for (size_t i = 0; i < c->means.n && (c->state != BDL_IMPORT_MATCHED || i == 0); i++) {
		const struct bdl_meaning *means = &c->means.items[i];
		struct bdl_view id = bdl_concepts_id(concepts, means->kind);

		printf("    %s%.*s, %u%% sure: %.*s%s%.*s%s\n",
		    c->state == BDL_IMPORT_MATCHED ? "" : "perhaps ", BDL_FMT(id), means->sure,
		    BDL_FMT(means->why), means->read.n > 0 ? "; read from it: " : "",
		    BDL_FMT(means->read),
		    c->state != BDL_IMPORT_MATCHED ? ""
			: c->again                 ? "; once more, without rules"
			: c->rules.n == 0          ? "; people sign it"
						   : "");
	}
	if (c->left_out.n > 0)
		printf("    rules left out, since no list has: %.*s\n", BDL_FMT(c->left_out));
}

static void say_clauses(
    const struct bdl_import *m, const struct bdl_concepts *concepts, enum bdl_import_state state)
{
	for (size_t i = 0; i < m->n_clauses; i++)
		if (m->clauses[i].state == state)
			say_clause(m, concepts, &m->clauses[i]);
}

static void say_lacks(const struct bdl_import *m)
{
	printf("\nWhat the model policies have and this one lacks (%zu):\n", m->n_lacks);
	for (size_t i = 0; i < m->n_lacks; i++)
		printf("  %-22.*s %.*s\n", BDL_FMT(m->lacks[i].id), BDL_FMT(m->lacks[i].title));
}

int bdl_import_report(const struct bdl_import *m, const struct bdl_concepts *concepts,
    const char *to, struct bdl_err *err)
{
	say_facts(m);
	printf("\nMatched (%zu): the clause, how sure that is, and the words that decided.\n",
	    count(m, BDL_IMPORT_MATCHED));
	say_clauses(m, concepts, BDL_IMPORT_MATCHED);
	printf("\nUnsure (%zu): kept as clauses that people sign; please choose.\n",
	    count(m, BDL_IMPORT_UNSURE));
	say_clauses(m, concepts, BDL_IMPORT_UNSURE);
	printf("\nUnmatched (%zu): kept as clauses that people sign.\n",
	    count(m, BDL_IMPORT_UNMATCHED));
	say_clauses(m, concepts, BDL_IMPORT_UNMATCHED);
	say_lacks(m);
	if (to)
		printf("\nThe draft is in %s: beadle policy check %s\n", to, to);
	if (fflush(stdout) != 0)
		return bdl_fail_sys(err, "write the report");
	return 0;
}

/* --- JSON --- */

static json_t *span(size_t from, size_t to)
{
	return json_pack("[I,I]", (json_int_t)from, (json_int_t)to);
}

static json_t *facts_of(const struct bdl_import *m)
{
	json_t *all = json_object();

	for (enum bdl_fact i = 0; i < BDL_FACTS; i++) {
		const struct bdl_import_fact *f = &m->facts[i];
		json_t *one;

		if (f->value.n == 0)
			continue;
		one = json_pack("{s:o, s:b, s:o}", "value", bdl_json_text(f->value), "found",
		    f->found, "span", span(f->from, f->to));
		if (json_object_set_new(all, bdl_fact_word(i), one) < 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

static json_t *means_of(const struct bdl_import_clause *c, const struct bdl_concepts *concepts)
{
	json_t *all = json_array();

	for (size_t i = 0; i < c->means.n; i++) {
		const struct bdl_meaning *means = &c->means.items[i];

		bdl_json_add(&all,
		    json_pack("{s:o, s:i, s:o, s:o}", "id",
			bdl_json_text(bdl_concepts_id(concepts, means->kind)), "sure", means->sure,
			"why", bdl_json_text(means->why), "read", bdl_json_text(means->read)));
	}
	return all;
}

static json_t *clauses_of(const struct bdl_import *m, const struct bdl_concepts *concepts)
{
	json_t *all = json_array();

	for (size_t i = 0; i < m->n_clauses; i++) {
		const struct bdl_import_clause *c = &m->clauses[i];

		bdl_json_add(&all,
		    json_pack("{s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:b}", "state",
			bdl_import_state_word(c->state), "id", bdl_json_text(c->id), "title",
			bdl_json_text(c->title), "span", span(c->from, c->to), "line",
			(json_int_t)c->line, "means", means_of(c, concepts), "rules",
			bdl_json_text(c->rules), "left_out", bdl_json_text(c->left_out), "again",
			c->again));
	}
	return all;
}

static json_t *lacks_of(const struct bdl_import *m)
{
	json_t *all = json_array();

	for (size_t i = 0; i < m->n_lacks; i++)
		bdl_json_add(&all,
		    json_pack("{s:o, s:o}", "id", bdl_json_text(m->lacks[i].id), "title",
			bdl_json_text(m->lacks[i].title)));
	return all;
}

int bdl_import_report_json(
    const struct bdl_import *m, const struct bdl_concepts *concepts, struct bdl_err *err)
{
	return bdl_json_print(json_pack("{s:o, s:o, s:o, s:o, s:o}", "facts", facts_of(m),
				  "clauses", clauses_of(m, concepts), "lacks", lacks_of(m), "text",
				  bdl_json_text(m->text), "draft", bdl_json_text(m->draft)),
	    JSON_INDENT(2), err);
}
