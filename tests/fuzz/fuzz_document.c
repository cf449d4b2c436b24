/* Documents: whatever is read without an error compiles, and the page of it is made. */
#include "base/utf8.h"
#include "fuzz.h"
#include "policy/diff.h"
#include "policy/explain.h"

static void check_findings(const struct bdl_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		const struct bdl_finding *f = &findings->items[i];

		MUST(f->line >= 1 && f->column >= 1);
		MUST(bdl_utf8_printable(bdl_view_of(f->what)));
		MUST(bdl_utf8_printable(bdl_view_of(f->suggestion)));
	}
}

static void check_clauses(const struct bdl_document *d)
{
	for (size_t i = 0; i < d->n_clauses; i++) {
		const struct bdl_clause *c = &d->clauses[i];

		MUST(fuzz_within(c->id, d->bytes) && c->level >= 1 && c->level <= 6);
		MUST(i == 0 || c->line > d->clauses[i - 1].line);
		for (size_t j = 0; j < c->n_rules; j++)
			MUST(fuzz_within(c->rules[j].text, d->bytes) && c->rules[j].line > c->line);
	}
}

/* The judge and its explanation on one act of a ruleset. */
static void check_act(const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(8 << 20);
	struct bdl_verdict v;
	struct bdl_step *steps;
	size_t n;

	bdl_judge(r, f, &v);
	MUST(v.rule != BDL_NO_RULE || v.action == BDL_ALLOW);
	steps = bdl_explain_act(r, f, region, &n);
	for (size_t i = 0; steps && i < n; i++) {
		MUST(bdl_verdict_matched(&v, steps[i].rule) == (steps[i].kind == BDL_STEP_APPLIED));
		MUST(steps[i].decided == (steps[i].rule == v.rule));
	}
}

static void check_compiled(struct bdl_view bytes)
{
	BDL_AUTO(bdl_ruleset_free) struct bdl_ruleset *r = NULL;
	struct bdl_source source = { BDL_LIT("f"), bytes };
	struct bdl_facts f = {
		.told = UINT64_MAX, .host = BDL_LIT("www.a.example"), .minute = 600, .weekday = 2
	};
	int rc = bdl_ruleset_new(&source, 1, &r, NULL);

	MUST(rc == 0 || rc == BDL_E_LIMIT);
	if (rc)
		return;
	check_act(r, &f);
	f.known = true;
	f.groups = bdl_ruleset_group(r, BDL_LIT("staff"));
	for (unsigned i = 0; i < bdl_ruleset_categories(r); i += 2)
		bdl_catset_add(&f.categories, i);
	check_act(r, &f);
}

/* Read beside itself on some day: what is told of it has its place, and nothing has changed. */
static void check_beside_itself(const struct bdl_document *d)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(64 << 20);
	const char *const words[] = { "gambling", "leisure" };
	const struct bdl_document *others[] = { d };
	const struct bdl_check_context context = {
		.categories = words,
		.n_categories = BDL_ARRAY_LEN(words),
		.others = others,
		.n_others = 1,
		.places = words,
		.n_places = 1,
		.times = words,
		.n_times = 1,
		.today = "2026-11-21",
		.approved_on = "2024-02-29",
	};
	struct bdl_diff diff;

	bdl_document_check(d, &context, findings);
	check_findings(findings);
	if (bdl_diff_make(d, d, region, &diff, NULL) == 0)
		MUST(!bdl_diff_any(&diff));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO(bdl_document_free) struct bdl_document *d = NULL;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(8 << 20);
	struct bdl_view in = fuzz_view(data, size);

	if (bdl_document_parse(in, findings, &d, NULL) < 0)
		return 0;
	bdl_document_check(d, NULL, findings);
	MUST(bdl_view_eq(d->bytes, in));
	check_findings(findings);
	check_clauses(d);
	check_beside_itself(d);
	(void)bdl_document_html(d, &out); /* past the maximum it says so */
	if (findings->n_errors == 0)
		check_compiled(in);
	return 0;
}
