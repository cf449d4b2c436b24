#include "policy/ruleset.h"
#include "base/alloc.h"
#include "policy/judge_int.h"
#include "policy/law.h"

#define REGION_MAX (32 * 1024 * 1024)

void bdl_ruleset_free(struct bdl_ruleset *r)
{
	if (!r)
		return;
	for (size_t i = 0; i <= r->n_policies; i++) /* with the law */
		bdl_document_free(r->policies[i].document);
	bdl_region_free(r->region);
	free(r);
}

static int no_room(struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_LIMIT, "the policies need more memory than a ruleset may");
}

/* Reading the documents. */

/* The first error, in the words of a careful colleague. */
static int refuse(
    const struct bdl_source *source, const struct bdl_findings *findings, struct bdl_err *err)
{
	const struct bdl_finding *first = NULL;

	for (size_t i = 0; i < findings->n; i++) {
		const struct bdl_finding *f = &findings->items[i];

		if (f->severity == BDL_ERROR && (!first || f->line < first->line))
			first = f;
	}
	if (!first)
		return bdl_fail(
		    err, BDL_E_INVALID, "%.*s: the document has errors", BDL_FMT(source->name));
	return bdl_fail(err, BDL_E_INVALID, "%.*s:%u:%u: %s%s%s", BDL_FMT(source->name),
	    first->line, first->column, first->what, first->expected ? "; expected " : "",
	    first->expected ? first->expected : "");
}

static int read_document(
    const struct bdl_source *source, struct bdl_document **ret, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int rc = bdl_document_parse(source->bytes, findings, &d, err);
	if (rc < 0)
		return bdl_fail_in(err, rc, "%.*s", BDL_FMT(source->name));
	bdl_document_check(d, NULL, findings);
	if (findings->n_errors)
		return refuse(source, findings, err);
	*ret = bdl_steal(&d);
	return 0;
}

/* The sources in order of name: put the next where it belongs. */
static int add_policy(struct bdl_ruleset *r, const struct bdl_source *source, struct bdl_err *err)
{
	struct bdl_document *document = NULL;
	size_t at = r->n_policies;
	int rc;

	if (bdl_is_law(source->name))
		return bdl_fail(err, BDL_E_INVALID,
		    "no policy is named '" BDL_LAW_NAME "': it is the document that is built in");
	while (at > 0 && bdl_view_cmp(source->name, r->policies[at - 1].name) < 0)
		at--;
	if (at > 0 && bdl_view_eq(source->name, r->policies[at - 1].name))
		return bdl_fail(
		    err, BDL_E_INVALID, "two policies are named '%.*s'", BDL_FMT(source->name));
	if ((rc = read_document(source, &document, err)) < 0)
		return rc;
	memmove(
	    &r->policies[at + 1], &r->policies[at], (r->n_policies - at) * sizeof(r->policies[0]));
	r->policies[at] = (struct bdl_policy){
		.name = bdl_region_view(r->region, source->name),
		.document = document,
	};
	r->n_policies++;
	return 0;
}

/* Behind the policies, whose number and order it does not change. */
static int add_law(struct bdl_ruleset *r, struct bdl_err *err)
{
	const struct bdl_source source = { bdl_view_of(BDL_LAW_NAME), bdl_law_bytes() };
	struct bdl_policy *law = &r->policies[r->n_policies];

	law->name = source.name;
	return read_document(&source, &law->document, err);
}

static int by_name(const void *a, const void *b)
{
	const struct bdl_ruleset_part *x = a, *y = b;

	return bdl_view_cmp(x->name, y->name);
}

/* Each name with its NUL and its document's digest, one after the other. */
int bdl_ruleset_version_of(
    struct bdl_ruleset_part *parts, size_t n, struct bdl_digest *ret, struct bdl_err *err)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(REGION_MAX);

	if (n > 1)
		qsort(parts, n, sizeof(*parts), by_name);
	for (size_t i = 0; i < n; i++) {
		(void)bdl_buf_add_view(&bytes, parts[i].name);
		(void)bdl_buf_add_char(&bytes, '\0');
		(void)bdl_buf_add(&bytes, parts[i].digest.b, sizeof(parts[i].digest.b));
	}
	if (bdl_buf_broken(&bytes))
		return no_room(err); /* a digest of half of it would name other policies */
	*ret = bdl_digest_of(bytes.p, bytes.n);
	return 0;
}

static int make_version(struct bdl_ruleset *r, struct bdl_err *err)
{
	struct bdl_ruleset_part parts[BDL_POLICIES_MAX];

	for (size_t i = 0; i < r->n_policies; i++)
		parts[i] = (struct bdl_ruleset_part){ r->policies[i].name,
			r->policies[i].document->digest };
	return bdl_ruleset_version_of(parts, r->n_policies, &r->version, err);
}

static int make(const struct bdl_source *sources, size_t n, bool whole, struct bdl_ruleset **ret,
    struct bdl_err *err)
{
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	int rc;

	if (n > BDL_POLICIES_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "%zu policies, more than %d", n, BDL_POLICIES_MAX);
	r = bdl_xalloc(sizeof(*r));
	r->region = bdl_region_new(REGION_MAX);
	for (size_t i = 0; i < n; i++)
		if ((rc = add_policy(r, &sources[i], err)) < 0)
			return rc;
	if ((rc = add_law(r, err)) < 0 || (rc = make_version(r, err)) < 0 ||
	    (rc = bdl_ruleset_compile(r, whole, err)) < 0)
		return rc;
	*ret = bdl_steal(&r);
	return 0;
}

int bdl_ruleset_new(
    const struct bdl_source *sources, size_t n, struct bdl_ruleset **ret, struct bdl_err *err)
{
	return make(sources, n, false, ret, err);
}

int bdl_ruleset_new_whole(
    const struct bdl_source *sources, size_t n, struct bdl_ruleset **ret, struct bdl_err *err)
{
	return make(sources, n, true, ret, err);
}

/* What others ask of it. */

const struct bdl_digest *bdl_ruleset_version(const struct bdl_ruleset *r)
{
	return &r->version;
}

size_t bdl_ruleset_policies(const struct bdl_ruleset *r)
{
	return r->n_policies;
}

struct bdl_view bdl_ruleset_policy_name(const struct bdl_ruleset *r, size_t i)
{
	BDL_BUG_IF(i > r->n_policies);
	return r->policies[i].name;
}

const struct bdl_document *bdl_ruleset_document(const struct bdl_ruleset *r, size_t i)
{
	BDL_BUG_IF(i > r->n_policies);
	return r->policies[i].document;
}

size_t bdl_ruleset_categories(const struct bdl_ruleset *r)
{
	return r->n_categories;
}

const char *bdl_ruleset_category(const struct bdl_ruleset *r, unsigned i)
{
	BDL_BUG_IF(i >= r->n_categories);
	return r->categories[i];
}

int bdl_ruleset_category_find(const struct bdl_ruleset *r, struct bdl_view name)
{
	for (size_t i = 0; i < r->n_categories; i++)
		if (r->categories[i] && bdl_view_is(name, r->categories[i]))
			return (int)i;
	return -1;
}

uint64_t bdl_ruleset_group(const struct bdl_ruleset *r, struct bdl_view name)
{
	for (size_t i = 0; i < r->n_groups; i++)
		if (bdl_view_eq(r->groups[i], name))
			return 1ULL << i;
	return 0;
}

size_t bdl_ruleset_atoms(const struct bdl_ruleset *r)
{
	return r->n_atoms;
}

int bdl_ruleset_atom(const struct bdl_ruleset *r, enum bdl_phrase_form form, struct bdl_view name,
    enum bdl_manner manner)
{
	for (size_t i = 0; i < r->n_atoms; i++) {
		const struct bdl_atom *atom = &r->atoms[i];

		if (atom->form == form && atom->manner == manner && bdl_view_eq(atom->name, name))
			return (int)i;
	}
	return -1;
}

int bdl_ruleset_amount(const struct bdl_ruleset *r, struct bdl_view permission)
{
	for (size_t i = 0; i < r->n_amounts; i++)
		if (bdl_view_eq(r->amounts[i], permission))
			return (int)i;
	return -1;
}

uint64_t bdl_ruleset_asked(const struct bdl_ruleset *r)
{
	return r->asked;
}

size_t bdl_ruleset_counters(const struct bdl_ruleset *r)
{
	return r->n_counters;
}

const struct bdl_act_counter *bdl_ruleset_counter(const struct bdl_ruleset *r, size_t i)
{
	BDL_BUG_IF(i >= r->n_counters);
	return &r->counters[i];
}

size_t bdl_ruleset_rules(const struct bdl_ruleset *r)
{
	return r->n_rules;
}

struct bdl_rule_ref bdl_ruleset_rule(const struct bdl_ruleset *r, uint16_t i)
{
	BDL_BUG_IF(i >= r->n_rules);
	return r->refs[i];
}

void bdl_catmap_make(
    const struct bdl_lists *lists, const struct bdl_ruleset *r, struct bdl_catmap *ret)
{
	unsigned n = bdl_lists_categories(lists);

	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX; i++) {
		ret->to[i] = -1;
		if (i < n)
			ret->to[i] = (int16_t)bdl_ruleset_category_find(
			    r, bdl_view_of(bdl_lists_category(lists, i)));
	}
}

void bdl_catmap_apply(
    const struct bdl_catmap *m, const struct bdl_catset *from, struct bdl_catset *ret)
{
	*ret = (struct bdl_catset){ 0 };
	for (unsigned word = 0; word < BDL_ARRAY_LEN(from->w); word++) {
		for (uint64_t bits = from->w[word]; bits; bits &= bits - 1) {
			int to = m->to[word * 64 + (unsigned)__builtin_ctzll(bits)];

			if (to >= 0)
				bdl_catset_add(ret, (unsigned)to);
		}
	}
}
