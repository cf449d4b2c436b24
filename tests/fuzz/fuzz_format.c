/* The layout of rules: a second time changes nothing, and what the rules say stays. */
#include "fuzz.h"
#include "policy/explain.h"
#include "policy/format.h"

static struct bdl_document *parse(struct bdl_view in)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO(bdl_document_free) struct bdl_document *d = NULL;

	if (bdl_document_parse(in, findings, &d, NULL) < 0 || findings->n_errors)
		return NULL;
	return bdl_steal(&d);
}

static void explain(const struct bdl_document *d, struct bdl_buf *out)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++)
			bdl_explain_rule(&d->clauses[i].rules[j], out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BDL_AUTO(bdl_document_free) struct bdl_document *d = parse(fuzz_view(data, size));
	BDL_AUTO(bdl_document_free) struct bdl_document *again = NULL;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf once = BDL_BUF(BDL_DOCUMENT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf twice = BDL_BUF(BDL_DOCUMENT_MAX);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(8 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said_again = BDL_BUF(8 << 20);
	int rc;

	if (!d)
		return 0;
	rc = bdl_document_format(d, &once, NULL);
	MUST(rc == 0 || ((rc == BDL_E_CONFLICT || rc == BDL_E_LIMIT) && once.n == 0));
	if (rc)
		return 0;
	again = parse(bdl_buf_view(&once));
	MUST(again && bdl_document_format(again, &twice, NULL) == 0);
	MUST(bdl_view_eq(bdl_buf_view(&once), bdl_buf_view(&twice)));
	explain(d, &said);
	explain(again, &said_again);
	MUST(bdl_view_eq(bdl_buf_view(&said), bdl_buf_view(&said_again)));
	return 0;
}
