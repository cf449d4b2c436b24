#include "policy/ruleset.h"
#include "base/alloc.h"
#include "policy/judge_int.h"

#define REGION_MAX (32 * 1024 * 1024)

void bdl_ruleset_free(struct bdl_ruleset *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n_policies; i++)
		bdl_document_free(r->policies[i].document);
	bdl_region_free(r->region);
	free(r);
}

static int limit(struct bdl_err *err, const char *what, size_t max)
{
	return bdl_fail(err, BDL_E_LIMIT, "the policies name more than %zu %s", max, what);
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

/* Each name with its NUL and its document's digest, one after the other. */
static int make_version(struct bdl_ruleset *r, struct bdl_err *err)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(REGION_MAX);

	for (size_t i = 0; i < r->n_policies; i++) {
		const struct bdl_policy *p = &r->policies[i];

		(void)bdl_buf_add_view(&bytes, p->name);
		(void)bdl_buf_add_char(&bytes, '\0');
		(void)bdl_buf_add(&bytes, p->document->digest.b, sizeof(p->document->digest.b));
	}
	if (bdl_buf_broken(&bytes))
		return no_room(err); /* a digest of half of it would name other policies */
	r->version = bdl_digest_of(bytes.p, bytes.n);
	return 0;
}

/* Resolving words. Each adds what is new, and fails only at a limit. */

static int add_group(
    struct bdl_ruleset *r, struct bdl_view name, uint64_t *mask, struct bdl_err *err)
{
	uint64_t bit = bdl_ruleset_group(r, name);

	if (!bit && r->n_groups == BDL_GROUPS_MAX)
		return limit(err, "groups", BDL_GROUPS_MAX);
	if (!bit) {
		bit = 1ULL << r->n_groups;
		r->groups[r->n_groups++] = name;
	}
	*mask |= bit;
	return 0;
}

static int add_category(
    struct bdl_ruleset *r, struct bdl_view name, struct bdl_catset *set, struct bdl_err *err)
{
	int i = bdl_ruleset_category_find(r, name);

	if (i < 0 && r->n_categories == BDL_RULESET_CATEGORIES_MAX)
		return limit(err, "categories", BDL_RULESET_CATEGORIES_MAX);
	if (i < 0) {
		i = (int)r->n_categories;
		r->categories[r->n_categories++] = bdl_region_str(r->region, name);
	}
	bdl_catset_add(set, (unsigned)i);
	return 0;
}

static int compile_hosts(
    struct bdl_ruleset *r, const struct bdl_phrase *c, struct bdl_test *t, struct bdl_err *err)
{
	const struct bdl_list *names = &c->lists[0];
	struct bdl_view *hosts = bdl_region_array(r->region, names->n, sizeof(*hosts));
	char host[BDL_HOST_MAX + 1];
	bool is_ip;

	if (!hosts)
		return no_room(err);
	for (size_t i = 0; i < names->n; i++) {
		int rc = bdl_host_normalise(names->words[i].text, host, &is_ip, err);
		if (rc < 0)
			return rc;
		hosts[i] = bdl_region_view(r->region, bdl_view_of(host));
	}
	t->hosts = hosts;
	t->n_hosts = names->n;
	return 0;
}

/* The condition's words as the judge compares them. */
static int compile_words(
    struct bdl_ruleset *r, const struct bdl_phrase *c, struct bdl_test *t, struct bdl_err *err)
{
	const struct bdl_list *names = &c->lists[0];
	int rc = 0;

	if (t->kind == BDL_TEST_HOST)
		return compile_hosts(r, c, t, err);
	for (size_t i = 0; i < names->n && rc == 0; i++) {
		if (t->kind == BDL_TEST_CATEGORY)
			rc = add_category(r, names->words[i].text, &t->categories, err);
		else if (t->kind == BDL_TEST_GROUP)
			rc = add_group(r, names->words[i].text, &t->groups, err);
	}
	return rc;
}

static enum bdl_test_kind test_of(enum bdl_phrase_form form)
{
	if (form == BDL_PHRASE_CATEGORY)
		return BDL_TEST_CATEGORY;
	if (form == BDL_PHRASE_HOST)
		return BDL_TEST_HOST;
	if (form == BDL_PHRASE_BY)
		return BDL_TEST_GROUP;
	BDL_BUG_IF(form != BDL_PHRASE_TIME); /* only rules that are carried out are compiled */
	return BDL_TEST_TIME;
}

static int compile_conds(struct bdl_ruleset *r, const struct bdl_phrase *conds, size_t n,
    const struct bdl_test **ret, struct bdl_err *err)
{
	struct bdl_test *tests = bdl_region_array(r->region, n, sizeof(*tests));

	if (!tests)
		return no_room(err);
	for (size_t i = 0; i < n; i++) {
		tests[i] = (struct bdl_test){
			.kind = test_of(conds[i].form),
			.periods = conds[i].periods,
			.n_periods = conds[i].n_periods,
			.phrase = &conds[i],
		};
		int rc = compile_words(r, &conds[i], &tests[i], err);
		if (rc < 0)
			return rc;
	}
	*ret = tests;
	return 0;
}

static void compile_tell(const struct bdl_rule *rule, struct bdl_judged_rule *out)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];

		if (phrase->form != BDL_PHRASE_TELL)
			continue;
		out->critical |= phrase->manner == BDL_MANNER_CRITICAL;
		for (size_t j = 0; j < phrase->lists[0].n; j++) {
			int role = bdl_role_find(phrase->lists[0].words[j].text);

			BDL_BUG_IF(role < 0); /* the check refused it */
			out->tell |= 1u << role;
		}
	}
}

static int compile_rule(struct bdl_ruleset *r, uint16_t policy, const struct bdl_clause *clause,
    const struct bdl_rule *rule, struct bdl_err *err)
{
	struct bdl_judged_rule *out = &r->rules[r->n_rules];
	int rc;

	*out = (struct bdl_judged_rule){
		.n_conds = (uint16_t)rule->n_conds,
		.n_unless = (uint16_t)rule->n_unless,
		.policy = policy,
		.action = (uint8_t)rule->action,
		.door = (uint8_t)rule->door,
	};
	compile_tell(rule, out);
	if ((rc = compile_conds(r, rule->conds, rule->n_conds, &out->conds, err)) < 0 ||
	    (rc = compile_conds(r, rule->unless, rule->n_unless, &out->unless, err)) < 0)
		return rc;
	r->refs[r->n_rules++] = (struct bdl_rule_ref){
		.policy = policy,
		.policy_name = r->policies[policy].name,
		.clause = clause,
		.rule = rule,
	};
	return 0;
}

/* What this build cannot carry out is not in the ruleset. */
static size_t count_rules(const struct bdl_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++)
			n += bdl_rule_carried_out(&d->clauses[i].rules[j]);
	return n;
}

static int compile_document(struct bdl_ruleset *r, uint16_t policy, struct bdl_err *err)
{
	const struct bdl_document *d = r->policies[policy].document;
	int rc = 0;

	for (size_t i = 0; i < d->n_clauses && rc == 0; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules && rc == 0; j++)
			if (bdl_rule_carried_out(&d->clauses[i].rules[j]))
				rc = compile_rule(
				    r, policy, &d->clauses[i], &d->clauses[i].rules[j], err);
	return rc;
}

static int compile(struct bdl_ruleset *r, struct bdl_err *err)
{
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < r->n_policies; i++) {
		const struct bdl_front *front = &r->policies[i].document->front;

		n += count_rules(r->policies[i].document);
		for (size_t j = 0; j < front->n_binds; j++)
			if ((rc = add_group(r, front->binds[j], &r->policies[i].binds, err)) < 0)
				return rc;
		r->bound |= r->policies[i].binds;
	}
	if (n > BDL_RULES_MAX)
		return bdl_fail(
		    err, BDL_E_LIMIT, "%zu rules in all policies, more than %d", n, BDL_RULES_MAX);
	r->rules = bdl_region_array(r->region, n, sizeof(*r->rules));
	r->refs = bdl_region_array(r->region, n, sizeof(*r->refs));
	if (!r->rules || !r->refs)
		return no_room(err);
	for (size_t i = 0; i < r->n_policies; i++)
		if ((rc = compile_document(r, (uint16_t)i, err)) < 0)
			return rc;
	return bdl_region_broken(r->region) ? no_room(err) : 0;
}

int bdl_ruleset_new(
    const struct bdl_source *sources, size_t n, struct bdl_ruleset **ret, struct bdl_err *err)
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
	if ((rc = make_version(r, err)) < 0 || (rc = compile(r, err)) < 0)
		return rc;
	*ret = bdl_steal(&r);
	return 0;
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
	BDL_BUG_IF(i >= r->n_policies);
	return r->policies[i].name;
}

const struct bdl_document *bdl_ruleset_document(const struct bdl_ruleset *r, size_t i)
{
	BDL_BUG_IF(i >= r->n_policies);
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
