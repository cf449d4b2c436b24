/* Whether what the document says makes sense: the second reading, after the grammar's. */
#include "policy/check_int.h"

void bdl_check_word(const struct bdl_checker *c, enum bdl_severity severity,
    const struct bdl_word *at, const char *expected, const char *suggestion, const char *what)
{
	struct bdl_view shown = bdl_text_cut(at->text, BDL_QUOTE_MAX);

	bdl_find(c->findings, severity, at->line, at->column, expected, suggestion, "%s '%.*s'",
	    what, BDL_FMT(shown));
}

static void check_front(const struct bdl_checker *c)
{
	const struct bdl_front *front = &c->d->front;
	const struct {
		const char *key;
		bool given;
	} keys[] = {
		{ "title", front->title.n > 0 },
		{ "school", front->school.n > 0 },
		{ "owner", front->owner.n > 0 },
		{ "approver", front->approver.n > 0 },
		{ "review", front->review.n > 0 },
		{ "binds", front->n_binds > 0 },
	};

	if (!front->whole)
		return; /* what is wrong with it was said already */
	for (size_t i = 0; i < BDL_ARRAY_LEN(keys); i++)
		if (!keys[i].given)
			bdl_find(c->findings, BDL_ERROR, 1, 1, "a line with this key", NULL,
			    "the front matter does not say '%s'", keys[i].key);
}

static void check_ids(const struct bdl_checker *c)
{
	const struct bdl_clause *clauses = c->d->clauses;

	for (size_t i = 0; i < c->d->n_clauses; i++) {
		size_t j = 0;

		while (j < i && !bdl_view_eq(clauses[i].id, clauses[j].id))
			j++;
		if (j < i)
			bdl_find(c->findings, BDL_ERROR, clauses[i].line, 1, "an id of its own",
			    NULL, "the id '%.*s' is that of the clause on line %u",
			    BDL_FMT(clauses[i].id), clauses[j].line);
	}
}

bool bdl_document_describes(
    const struct bdl_document *d, enum bdl_rule_kind kind, struct bdl_view name)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++) {
			const struct bdl_rule *rule = &d->clauses[i].rules[j];

			if (rule->kind == kind && rule->head.lists[0].n &&
			    bdl_view_eq(rule->head.lists[0].words[0].text, name))
				return true;
		}
	return false;
}

const struct bdl_clause *bdl_document_clause(const struct bdl_document *d, struct bdl_view id)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		if (bdl_view_eq(d->clauses[i].id, id))
			return &d->clauses[i];
	return NULL;
}

struct bdl_view bdl_policy_title(const struct bdl_document *d)
{
	return bdl_text_cut(d->front.title, BDL_QUOTE_MAX);
}

static void check_clause(const struct bdl_checker *c, const struct bdl_clause *clause)
{
	if (clause->n_rules && !clause->text.n)
		bdl_find(c->findings, BDL_ERROR, clause->line, 1,
		    "a first paragraph, which the block page shows", NULL,
		    "the clause '%.*s' has rules but no sentence",
		    BDL_FMT(bdl_text_cut(clause->id, BDL_QUOTE_MAX)));
	for (size_t i = 0; i < clause->n_rules; i++) {
		bdl_check_names(c, &clause->rules[i]);
		if (!clause->rules[i].broken) /* only some of its phrases may have been read */
			bdl_check_sense(c, &clause->rules[i]);
	}
}

void bdl_document_check(const struct bdl_document *d, const struct bdl_check_context *context,
    struct bdl_findings *findings)
{
	struct bdl_checker c = { d, context, findings };

	check_front(&c);
	check_ids(&c);
	bdl_check_review(&c);
	for (size_t i = 0; i < d->n_clauses; i++)
		check_clause(&c, &d->clauses[i]);
	bdl_check_together(&c);
}
