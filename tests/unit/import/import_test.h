/* What the tests of an import share. */
#ifndef BDL_TESTS_IMPORT_TEST_H
#define BDL_TESTS_IMPORT_TEST_H

#include "../check.h"
#include "import/import.h"
#include "sys/file.h"

struct shipped {
	struct bdl_concepts *concepts;
	struct bdl_document *models[2];
};

static inline struct bdl_document *shipped_model(const char *path)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_document *d = NULL;
	struct bdl_err err;

	if (bdl_file_read(path, &text, &err) < 0 ||
	    bdl_document_parse(bdl_buf_view(&text), findings, &d, &err) < 0)
		fail_msg("%s", err.text);
	return d;
}

static inline void shipped_add(struct shipped *s, const char *path)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_CONCEPTS_BYTES_MAX);
	struct bdl_err err;

	if (bdl_file_read(path, &text, &err) < 0 ||
	    bdl_concepts_add(s->concepts, bdl_buf_view(&text), path, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void shipped_open(struct shipped *s)
{
	s->concepts = bdl_concepts_new();
	shipped_add(s, SOURCE_ROOT "/policy/import/concepts.txt");
	shipped_add(s, SOURCE_ROOT "/policy/import/examples.txt");
	s->models[0] = shipped_model(SOURCE_ROOT "/policy/model/staff.md");
	s->models[1] = shipped_model(SOURCE_ROOT "/policy/model/pupils.md");
}

static inline void shipped_done(struct shipped *s)
{
	bdl_concepts_free(s->concepts);
	bdl_document_free(s->models[0]);
	bdl_document_free(s->models[1]);
}

#endif
