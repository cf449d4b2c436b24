/*
 * beadle policy import FILE: a school's existing policy as a draft, and a report to the person who
 * goes through it.
 */
#include "import/import.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "import/read.h"
#include "main/data.h"
#include "main/policy/import_keep.h"
#include "main/policy/import_report.h"
#include "main/policy/verbs.h"
#include "main/publish.h"
#include "main/shipped.h"
#include "main/text.h"
#include "sys/file.h"

#include <stdio.h>

#define MODELS    2
#define FILES_MAX 16 /* of concepts */

struct order {
	const char *file, *from, *to, *draft, *data, *values[BDL_FACT_REVIEW + 3];
	const char *concepts[FILES_MAX];
	size_t n_concepts;
	bool json, replace;
};

struct bench {
	struct bdl_concepts *concepts;
	struct bdl_document *models[MODELS];
	struct bdl_findings *findings;
};

static void bench_done(struct bench *b)
{
	for (size_t i = 0; i < MODELS; i++)
		bdl_document_free(b->models[i]);
	bdl_findings_free(b->findings);
	bdl_concepts_free(b->concepts);
}

static int add_concepts(struct bench *b, const char *path, struct bdl_err *err)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_CONCEPTS_BYTES_MAX);
	int rc = bdl_file_read(path, &text, err);
	return rc < 0 ? rc : bdl_concepts_add(b->concepts, bdl_buf_view(&text), path, err);
}

/* What ships, and what the school adds. */
static int bench_open(struct bench *b, const struct order *o, struct bdl_err *err)
{
	static const char *const names[MODELS] = { "model/staff.md", "model/pupils.md" };
	/* As if it were a policy of that folder: what ships is looked for beside it first. */
	char beside[BDL_PATH_MAX] = "", path[BDL_PATH_MAX];

	if (o->from)
		(void)snprintf(beside, sizeof(beside), "%s/-", o->from); /* cut, it is not found */
	b->concepts = bdl_concepts_new();
	b->findings = bdl_findings_new();
	static const char *const files[] = { "import/concepts.txt", "import/examples.txt" };
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < BDL_ARRAY_LEN(files); i++) {
		rc = bdl_shipped_find(beside, files[i], path, sizeof(path), err);
		if (rc == 0)
			rc = add_concepts(b, path, err);
	}
	for (size_t i = 0; rc == 0 && i < o->n_concepts; i++)
		rc = add_concepts(b, o->concepts[i], err);
	for (size_t i = 0; rc == 0 && i < MODELS; i++) {
		rc = bdl_shipped_find(beside, names[i], path, sizeof(path), err);
		if (rc == 0)
			rc = bdl_text_parse(path, b->findings, &b->models[i], err);
	}
	return rc;
}

static void today(char out[11])
{
	struct bdl_civil t = bdl_civil_local(bdl_now_ms());
	(void)snprintf(out, 11, "%04u-%02u-%02u", (unsigned)t.year % 10000, (unsigned)t.month % 100,
	    (unsigned)t.day % 100);
}

/* "policies/ICT use.docx" is "ICT use". */
static struct bdl_view name_of(const char *file)
{
	struct bdl_view v = bdl_view_of(file);
	const char *slash = strrchr(file, '/'), *dot;

	if (slash)
		v = bdl_view_of(slash + 1);
	dot = v.n > 0 ? memrchr(v.p, '.', v.n) : NULL;
	return dot && dot > v.p ? bdl_view_at(v.p, (size_t)(dot - v.p)) : v;
}

/* To the file, and to the drafts, as the order says. */
static int put_away(const struct bdl_import *m, const struct bdl_concepts *concepts,
    const struct order *o, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_conf conf;
	int rc = 0;

	if (o->to)
		rc = o->replace ? bdl_file_replace(o->to, m->draft.p, m->draft.n, 0644, err)
				: bdl_file_make(o->to, m->draft.p, m->draft.n, 0644, err);
	if (rc < 0 || !o->draft)
		return rc;
	rc = bdl_document_parse(m->draft, findings, &d, err);
	if (rc == 0)
		rc = bdl_policy_keep_draft(
		    o->data, o->file, bdl_view_of(o->draft), d, findings, err);
	if (rc == 0)
		rc = bdl_import_keep(
		    o->data, o->file, bdl_view_of(o->draft), &d->digest, m, concepts, err);
	if (rc == 0)
		rc = bdl_conf_load(o->data, &conf, err);
	if (rc == 0)
		printf("the portal shows it beside your text: %s/import?draft=%s\n",
		    conf.portal_url, o->draft);
	return rc;
}

static int import(const struct order *o, struct bdl_err *err)
{
	struct bench b BDL_AUTO_IN(bench_done) = { 0 };
	struct bdl_buf file BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_IMPORT_FILE_MAX);
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_IMPORT_TEXT_MAX);
	struct bdl_import *m BDL_AUTO(bdl_import_free) = NULL;
	struct bdl_known_lists known BDL_AUTO_IN(bdl_known_lists_done) = { 0 };
	char day[11];

	int rc = bench_open(&b, o, err);
	if (rc == 0)
		rc = bdl_known_lists_of(o->data, &known, err);
	if (rc == 0)
		rc = bdl_file_read(o->file, &file, err);
	if (rc < 0)
		return rc;
	rc = bdl_import_read(bdl_buf_view(&file), bdl_view_of(o->file), &text, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "%s", o->file);
	today(day);
	const struct bdl_document *models[MODELS] = { b.models[0], b.models[1] };
	struct bdl_import_terms terms = {
		.concepts = b.concepts,
		.models = models,
		.n_models = MODELS,
		.name = name_of(o->file),
		.categories = known.context.categories,
		.n_categories = known.context.n_categories,
		.today = day,
	};
	for (size_t i = 0; i < BDL_ARRAY_LEN(terms.values); i++)
		terms.values[i] = bdl_view_of(o->values[i]);
	rc = bdl_import_make(bdl_buf_view(&text), &terms, &m, err);
	if (rc == 0)
		rc = put_away(m, b.concepts, o, err);
	if (rc == 0)
		rc = o->json ? bdl_import_report_json(m, b.concepts, err)
			     : bdl_import_report(m, b.concepts, o->to, err);
	return rc;
}

int bdl_policy_import(struct bdl_args *a)
{
	struct bdl_err err;
	struct order o = {
		.from = bdl_args_option(a, "--from"),
		.draft = bdl_args_option(a, "--draft"),
		.data = a->data,
		.to = bdl_args_option(a, "--to"),
		.json = bdl_args_flag(a, "--json"),
		.replace = bdl_args_flag(a, "--replace"),
	};
	const char *more;

	o.values[BDL_FACT_TITLE] = bdl_args_option(a, "--title");
	o.values[BDL_FACT_SCHOOL] = bdl_args_option(a, "--school");
	o.values[BDL_FACT_OWNER] = bdl_args_option(a, "--owner");
	o.values[BDL_FACT_APPROVER] = bdl_args_option(a, "--approver");
	o.values[BDL_FACT_BINDS] = bdl_args_option(a, "--binds");
	while (o.n_concepts < FILES_MAX && (more = bdl_args_next(a, "--concepts")))
		o.concepts[o.n_concepts++] = more;
	if (!bdl_args_fit(a, 2, 2))
		return BDL_EXIT_USAGE;
	if (o.json && o.draft)
		return bdl_complain_usage(&(struct bdl_err){
		    .text =
			"'--json' is for a program, which finds the draft in it: no '--draft'" });
	o.file = a->words[1];
	return import(&o, &err) < 0 ? bdl_complain(&err) : BDL_EXIT_FINE;
}
