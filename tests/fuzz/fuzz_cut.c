/* Texts: statements stand in order within the text, and the draft of any text is a policy. */
#include "base/utf8.h"
#include "fuzz.h"
#include "import/import.h"

static const char small[] =
    "concept forbid common\n  not, never, must not\nconcept share\n  share, give\n"
    "clause account.secret\n  80 \"password\" and (share or under forbid)\n  40 \"password\"\n"
    "  does\n    note mail in from strangers\n"
    "clause web.gambling\n  90 \"gambling\" and forbid\n  does\n"
    "    block web to category gambling\n"
    "clause policy.scope\n  70 \"staff\"\nclause policy.companions\n  70 \"policy\"\n";

static void check_statements(const struct bdl_import *m)
{
	size_t last = 0;

	MUST(bdl_utf8_without_mark(m->text).n == m->text.n);
	for (size_t i = 0; i < m->statements.n; i++) {
		const struct bdl_statement *s = &m->statements.items[i];

		MUST(s->from >= last && s->from < s->to && s->to <= m->text.n);
		MUST(s->heading == BDL_NO_STATEMENT || s->heading < i);
		MUST(s->lead == BDL_NO_STATEMENT || s->lead < i);
		MUST(s->words.n > 0 && s->line >= 1);
		last = s->from;
	}
}

static void check_clauses(const struct bdl_import *m)
{
	for (size_t i = 0; i < m->n_clauses; i++) {
		const struct bdl_import_clause *c = &m->clauses[i];

		MUST(c->from < c->to && c->to <= m->text.n);
		MUST(c->first <= c->last && c->last < m->statements.n);
		MUST(c->rules.n == 0 || c->state == BDL_IMPORT_MATCHED);
	}
}

static void check_draft(const struct bdl_import *m)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO(bdl_document_free) struct bdl_document *d = NULL;
	struct bdl_err err;
	int rc = bdl_document_parse(m->draft, findings, &d, &err);

	MUST(rc == 0 || rc == BDL_E_LIMIT); /* a paragraph may be longer than a policy's */
	if (rc < 0)
		return;
	bdl_document_check(d, NULL, findings);
	MUST(findings->n_errors == 0);
	MUST(d->n_clauses == m->n_clauses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_concepts_free) struct bdl_concepts *c = bdl_concepts_new();
	BDL_AUTO(bdl_import_free) struct bdl_import *m = NULL;
	const struct bdl_import_terms terms = {
		.concepts = c, .name = BDL_LIT("fuzz"), .today = "2026-11-21"
	};

	MUST(bdl_concepts_add(c, bdl_view_of(small), "small", NULL) == 0);
	if (bdl_import_make(fuzz_view(data, size), &terms, &m, NULL) < 0)
		return 0;
	check_statements(m);
	check_clauses(m);
	check_draft(m);
	return 0;
}
