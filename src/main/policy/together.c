#include "main/policy/together.h"

#include "base/alloc.h"
#include "main/text.h"

/* The other policies, and the one of this name that the new one takes the place of. */
struct together {
	const struct bdl_known_lists *known;
	struct bdl_view names[BDL_POLICIES_MAX];
	struct bdl_document *others[BDL_POLICIES_MAX];
	size_t n;
	struct bdl_document *former; /* NULL: there is none */
	const char *approved_on;     /* the new one; NULL: it was not said */
};

static void together_done(struct together *t)
{
	for (size_t i = 0; i < t->n; i++)
		bdl_document_free(t->others[i]);
	bdl_document_free(t->former);
}

/* As today's program reads it; what an older one took may have mistakes now. */
static int add(
    struct together *t, const struct bdl_source *source, struct bdl_view name, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d = NULL;

	int rc = bdl_document_parse(source->bytes, findings, &d, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "policy '%.*s'", BDL_FMT(source->name));
	if (bdl_view_eq(source->name, name)) {
		t->former = d;
		return 0;
	}
	if (t->n == BDL_POLICIES_MAX) {
		bdl_document_free(d);
		return bdl_fail(
		    err, BDL_E_LIMIT, "there are more than %d other policies", BDL_POLICIES_MAX);
	}
	t->names[t->n] = source->name;
	t->others[t->n++] = d;
	return 0;
}

/* Check the document with those of the others that are not it, and with `also`. */
static void check(const struct together *t, const struct bdl_document *d,
    const struct bdl_document *also, struct bdl_findings *findings)
{
	const struct bdl_document *others[BDL_POLICIES_MAX + 1];
	struct bdl_check_context context = t->known->context;

	context.others = others;
	context.n_others = 0;
	context.approved_on = also ? NULL : t->approved_on;
	for (size_t i = 0; i < t->n; i++)
		if (t->others[i] != d)
			others[context.n_others++] = t->others[i];
	if (also)
		others[context.n_others++] = also;
	bdl_document_check(d, &context, findings);
}

/*
 * Whether the others are as well off as before. A policy of no others is read with itself: where
 * nothing else is there, what it does not describe is only a warning, which would be no measure.
 */
static int others_check(const struct together *t, const struct bdl_document *d, struct bdl_err *err)
{
	for (size_t i = 0; i < t->n; i++) {
		struct bdl_findings *before BDL_AUTO(bdl_findings_free) = bdl_findings_new();
		struct bdl_findings *after BDL_AUTO(bdl_findings_free) = bdl_findings_new();
		char *where BDL_AUTO_FREE = bdl_text_where(t->names[i]);

		check(t, t->others[i], t->former ? t->former : t->others[i], before);
		check(t, t->others[i], d, after);
		if (after->n_errors <= before->n_errors)
			continue;
		bdl_text_say(where, after);
		return bdl_fail(err, BDL_E_INVALID,
		    "policy '%.*s' could not be read together with it", BDL_FMT(t->names[i]));
	}
	return 0;
}

int bdl_together_check(struct bdl_store *store, const struct bdl_known_lists *known,
    struct bdl_view name, const struct bdl_document *d, struct bdl_view approved_on, int64_t at_ms,
    struct bdl_findings *findings, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(BDL_SOURCES_MAX);
	struct together t BDL_AUTO_IN(together_done) = { .known = known };
	struct bdl_source *sources;
	size_t n;

	int rc = bdl_versions_then(store, at_ms, region, &sources, &n, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add(&t, &sources[i], name, err);
	if (rc < 0)
		return rc;
	t.approved_on = approved_on.n ? bdl_region_str(region, approved_on) : NULL;
	check(&t, d, NULL, findings);
	if (findings->n_errors > 0)
		return bdl_fail(err, BDL_E_INVALID, "it cannot be put in force: %zu %s to mend",
		    findings->n_errors, findings->n_errors == 1 ? "error" : "errors");
	return others_check(&t, d, err);
}
