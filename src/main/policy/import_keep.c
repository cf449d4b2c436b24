#include "main/policy/import_keep.h"

#include "base/clock.h"
#include "main/policy/office.h"
#include "record/policies/imports.h"

#define MEANS_MAX (64 * 1024) /* bytes of what one clause may mean */

static struct bdl_view means_of(const struct bdl_import_clause *c,
    const struct bdl_concepts *concepts, struct bdl_region *region)
{
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(MEANS_MAX);

	for (size_t i = 0; i < c->means.n; i++) {
		const struct bdl_meaning *m = &c->means.items[i];

		(void)bdl_buf_add_view(&out, bdl_concepts_id(concepts, m->kind));
		(void)bdl_buf_printf(&out, "\t%u\t", m->sure);
		(void)bdl_buf_add_view(&out, m->read);
		(void)bdl_buf_add_char(&out, '\t');
		for (size_t k = 0; k < m->why.n; k++)
			(void)bdl_buf_add_char(
			    &out, strchr("\t\n", m->why.p[k]) ? ' ' : m->why.p[k]);
		(void)bdl_buf_add_char(&out, '\n'); /* what does not fit is left out at its end */
	}
	if (c->left_out.n > 0)
		(void)bdl_buf_printf(&out, "\t\t\t%.*s\n", BDL_FMT(c->left_out));
	return bdl_region_view(region, bdl_buf_view(&out));
}

static struct bdl_kept_part *parts_of(const struct bdl_import *m,
    const struct bdl_concepts *concepts, struct bdl_region *region, size_t *ret_n)
{
	static const enum bdl_kept_state states[] = {
		[BDL_IMPORT_MATCHED] = BDL_PART_MATCHED,
		[BDL_IMPORT_UNSURE] = BDL_PART_UNSURE,
		[BDL_IMPORT_UNMATCHED] = BDL_PART_UNMATCHED,
	};
	struct bdl_kept_part *parts =
	    bdl_region_array(region, m->n_clauses + m->n_lacks, sizeof(*parts));
	size_t n = 0;

	for (size_t i = 0; parts && i < m->n_clauses; i++) {
		const struct bdl_import_clause *c = &m->clauses[i];

		parts[n++] = (struct bdl_kept_part){
			.state = states[c->state],
			.again = c->again,
			.clause = c->id,
			.title = c->title,
			.from = c->from,
			.to = c->to,
			.means = means_of(c, concepts, region),
		};
	}
	for (size_t i = 0; parts && i < m->n_lacks; i++)
		parts[n++] = (struct bdl_kept_part){
			.state = BDL_PART_LACKING,
			.clause = m->lacks[i].id,
			.title = m->lacks[i].title,
		};
	*ret_n = n;
	return parts;
}

int bdl_import_keep(const char *data, const char *file, struct bdl_view name,
    const struct bdl_digest *draft, const struct bdl_import *m, const struct bdl_concepts *concepts,
    struct bdl_err *err)
{
	struct bdl_office o BDL_AUTO_IN(bdl_office_done) = { 0 };
	const char *slash = strrchr(file, '/');
	struct bdl_kept_import k = {
		.draft = *draft,
		.file = bdl_view_of(slash ? slash + 1 : file),
		.words = m->text,
		.kept_ms = bdl_now_ms(),
	};

	int rc = bdl_office_open(&o, data, err);
	if (rc < 0)
		return rc;
	k.parts = parts_of(m, concepts, o.region, &k.n_parts);
	if (bdl_region_broken(o.region))
		return bdl_fail(err, BDL_E_LIMIT, "the import needs more memory than it may");
	return bdl_imports_keep(o.store, name, &k, err);
}
