/*
 * What the reading of a policy says, as text for golden.py to compare: `golden MODE FILE`.
 *   check    the findings on a document
 *   rules    the findings on rules alone, put into a document; lines are those of the rules
 *   explain  each rule in plain English
 *   html     the document as a page
 *   format   the document with its rules laid out
 *   coverage what of the document this build carries out
 *   diff     what changed since the document NAME.old, where FILE is NAME.in
 */
#include "policy/coverage.h"
#include "policy/diff.h"
#include "policy/explain.h"
#include "policy/format.h"
#include "sys/file.h"
#include <stdio.h>

#define OUT_MAX (4 * 1024 * 1024)

/* The demonstration school's. */
static const char *const categories[] = { "bypass", "file-sharing", "gambling", "illegal",
	"leisure", "social-networks" };

static const char head[] =
    "---\ntitle: t\nschool: s\nowner: o\napprover: a\nreview: every 1 month\n"
    "binds: staff, volunteers, governors, supply, visitors, pupils\n---\n"
    "# A {#a}\n\nIts sentence.\n\n```rules\n";
#define HEAD_LINES 13

struct golden {
	struct bdl_buf file, out;
	struct bdl_findings *findings;
	struct bdl_document *document;
};

static int read_all(struct golden *g, struct bdl_err *err)
{
	const struct bdl_check_context context = {
		.categories = categories,
		.n_categories = BDL_ARRAY_LEN(categories),
	};
	int rc = bdl_document_parse(bdl_buf_view(&g->file), g->findings, &g->document, err);

	if (rc == 0)
		bdl_document_check(g->document, &context, g->findings);
	return rc;
}

static int write_findings(struct golden *g, const char *name, unsigned lines_before)
{
	for (size_t i = 0; i < g->findings->n; i++)
		g->findings->items[i].line -= lines_before;
	bdl_findings_write(g->findings, name, &g->out);
	return 0;
}

static int write_rules(struct golden *g)
{
	for (size_t i = 0; i < g->document->n_clauses; i++) {
		const struct bdl_clause *clause = &g->document->clauses[i];

		for (size_t j = 0; j < clause->n_rules; j++) {
			(void)bdl_buf_printf(&g->out, "%.*s: ", BDL_FMT(clause->id));
			bdl_explain_rule(&clause->rules[j], &g->out);
			(void)bdl_buf_add_char(&g->out, '\n');
		}
	}
	return 0;
}

/* The rules between the head of a document and a fence's end. */
static int wrap(const char *path, struct bdl_buf *into, struct bdl_err *err)
{
	int rc;

	(void)bdl_buf_add_str(into, head);
	if ((rc = bdl_file_read(path, into, err)) < 0)
		return rc;
	return bdl_buf_add_str(into, "\n```\n");
}

/* The document that stands beside NAME.in as NAME.old. */
static int read_older(const char *path, struct bdl_buf *into, struct bdl_err *err)
{
	struct bdl_buf older BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);
	struct bdl_view name = bdl_view_of(path);

	if (!bdl_view_ends(name, BDL_LIT(".in")))
		return bdl_fail(err, BDL_E_INVALID, "'%s' is no NAME.in", path);
	(void)bdl_buf_printf(&older, "%.*s.old", (int)name.n - 3, path);
	return bdl_file_read(bdl_buf_str(&older), into, err);
}

static int write_diff(struct golden *g, const char *path, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(64 * 1024 * 1024);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *old BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_diff d;
	int rc = read_older(path, &bytes, err);

	if (rc == 0)
		rc = bdl_document_parse(bdl_buf_view(&bytes), findings, &old, err);
	if (rc == 0)
		rc = bdl_diff_make(old, g->document, region, &d, err);
	if (rc == 0)
		bdl_diff_write(&d, &g->out);
	return rc;
}

static int write_coverage(struct golden *g)
{
	struct bdl_coverage sum = { 0 };

	bdl_coverage_add(&sum, g->document);
	bdl_coverage_write(g->document, NULL, &g->out);
	bdl_coverage_write_totals(&sum, &g->out);
	return 0;
}

static int run(struct golden *g, const char *mode, const char *path, struct bdl_err *err)
{
	bool rules = strcmp(mode, "rules") == 0;
	int rc = rules ? wrap(path, &g->file, err) : bdl_file_read(path, &g->file, err);

	if (rc < 0 || (rc = read_all(g, err)) < 0)
		return rc;
	if (rules)
		return write_findings(g, "rules", HEAD_LINES);
	if (strcmp(mode, "check") == 0)
		return write_findings(g, "policy", 0);
	if (strcmp(mode, "explain") == 0)
		return write_rules(g);
	if (strcmp(mode, "html") == 0)
		return bdl_document_html(g->document, &g->out);
	if (strcmp(mode, "format") == 0)
		return bdl_document_format(g->document, &g->out, err);
	if (strcmp(mode, "coverage") == 0)
		return write_coverage(g);
	if (strcmp(mode, "diff") == 0)
		return write_diff(g, path, err);
	return bdl_fail(err, BDL_E_INVALID, "no such mode: %s", mode);
}

int main(int argc, char **argv)
{
	struct golden g = { .file = BDL_BUF(BDL_DOCUMENT_MAX), .out = BDL_BUF(OUT_MAX) };
	struct bdl_err err = { .text = "the page is too long" };
	int rc;

	if (argc != 3) {
		(void)fputs(
		    "usage: golden check|rules|explain|coverage|html|format|diff FILE\n", stderr);
		return 2;
	}
	g.findings = bdl_findings_new();
	rc = run(&g, argv[1], argv[2], &err);
	if (rc == 0)
		rc = fwrite(bdl_buf_str(&g.out), 1, g.out.n, stdout) == g.out.n ? 0 : -1;
	else
		(void)fprintf(stderr, "golden: %s\n", err.text);
	bdl_document_free(g.document);
	bdl_findings_free(g.findings);
	bdl_buf_done(&g.file);
	bdl_buf_done(&g.out);
	return rc == 0 ? 0 : 1;
}
