#include "import/import.h"
#include "base/alloc.h"
#include "import/import_int.h"

#define REGION_MAX (96 * 1024 * 1024)

const char *bdl_import_state_word(enum bdl_import_state state)
{
	static const char *const words[] = { "matched", "unsure", "unmatched" };

	return words[state];
}

static bool is_there(const struct bdl_import *m, struct bdl_view id)
{
	for (size_t i = 0; i < m->n_clauses; i++)
		if (bdl_view_eq(m->clauses[i].id, id))
			return true;
	return false;
}

/* What stands in the models and not in the draft; each id once. */
static bool find_lacks(struct bdl_import *m, const struct bdl_import_terms *terms)
{
	size_t max = 0;

	for (size_t i = 0; i < terms->n_models; i++)
		max += terms->models[i]->n_clauses;
	m->lacks = bdl_region_array(m->region, max, sizeof(*m->lacks));
	for (size_t i = 0; m->lacks && i < terms->n_models; i++)
		for (size_t j = 0; j < terms->models[i]->n_clauses; j++) {
			const struct bdl_clause *c = &terms->models[i]->clauses[j];
			size_t k = 0;

			while (k < m->n_lacks && !bdl_view_eq(m->lacks[k].id, c->id))
				k++;
			if (k == m->n_lacks && !is_there(m, c->id))
				m->lacks[m->n_lacks++] =
				    (struct bdl_import_lack){ c->id, c->title, i };
		}
	return m->lacks != NULL;
}

static int make(struct bdl_import *m, const struct bdl_import_terms *terms, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf draft = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_meanings *meanings;
	int rc = bdl_statements_cut(m->text, m->region, &m->statements, err);

	if (rc == 0 && m->statements.n == 0)
		rc = bdl_fail(err, BDL_E_INVALID, "there is no text in it");
	if (rc == 0)
		rc = bdl_concepts_match(terms->concepts, &m->statements, m->region, &meanings, err);
	if (rc < 0)
		return rc;
	bdl_facts_find(m, terms, meanings);
	if (!bdl_parts_make(m, terms, meanings) || !find_lacks(m, terms))
		return bdl_fail(err, BDL_E_LIMIT, "the text needs more memory than an import may");
	if (m->n_clauses > BDL_CLAUSES_MAX)
		return bdl_fail(err, BDL_E_LIMIT,
		    "%zu clauses are more than a policy may have, 512", m->n_clauses);
	bdl_draft_write(m, &draft);
	m->draft = bdl_region_view(m->region, bdl_buf_view(&draft));
	if (bdl_buf_broken(&draft) || bdl_region_broken(m->region))
		return bdl_fail(err, BDL_E_LIMIT, "the draft would be longer than a policy may be");
	return 0;
}

int bdl_import_make(struct bdl_view text, const struct bdl_import_terms *terms,
    struct bdl_import **ret, struct bdl_err *err)
{
	struct bdl_import *m BDL_AUTO(bdl_import_free) = bdl_xalloc(sizeof(*m));
	int rc;

	m->region = bdl_region_new(REGION_MAX);
	if (text.n > BDL_IMPORT_TEXT_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "the text is longer than 512 KiB");
	m->text = bdl_import_clean(text, m->region);
	rc = make(m, terms, err);
	if (rc < 0)
		return rc;
	*ret = bdl_steal(&m);
	return 0;
}

void bdl_import_free(struct bdl_import *m)
{
	if (!m)
		return;
	bdl_region_free(m->region);
	free(m);
}
