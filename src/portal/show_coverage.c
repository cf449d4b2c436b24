/* What of the policies in force is carried out, and what no door sees: policy/coverage.h, as a page. */
#include "coverage.tmpl.h"
#include "policy/coverage.h"
#include "policy/format.h"
#include "policy/law.h"
#include "record/checks/checks.h"
#include "state_int.h"
#include <unistd.h>

struct sums {
	struct bdl_coverage all;
	size_t waiting;
	struct bdl_check_row *checks; /* the last results, those that did not pass first */
	size_t n_checks;
};

static const char *area_title(enum bdl_area area)
{
	static const char *const titles[BDL_AREAS] = { "Web door", "Mail door", "Screen door",
		"DNS door", "Logs", "Signing", "Permissions", "Reports", "Registers", "Help desk",
		"Cases", "Checks", "Approval", "Showing", "Seeing", "Keeping" };

	return titles[area];
}

/* What a rule `check` came to last: the worst of its results. "" for other rules, and for none yet. */
static const char *tried(const struct bdl_request *r, struct bdl_view policy,
    const struct bdl_clause *c, const struct bdl_rule *rule, const struct sums *sums)
{
	for (size_t i = 0; rule->kind == BDL_RULE_CHECK && i < sums->n_checks; i++) {
		const struct bdl_check_key *key = &sums->checks[i].key;
		if (bdl_view_eq(key->policy, policy) && bdl_view_eq(key->clause, c->id) &&
		    bdl_view_eq(key->name, rule->head.lists[0].words[0].text))
			return bdl_region_printf(r->region, "%s, %s",
			    bdl_check_outcome_word(sums->checks[i].outcome),
			    bdl_when(r, sums->checks[i].began_ms));
	}
	return "";
}

static struct bdl_page_coverage_rule rule_row(const struct bdl_request *r, struct bdl_view policy,
    const struct bdl_clause *c, const struct bdl_rule *rule, const struct bdl_coverage_here *here,
    struct sums *sums)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	struct bdl_buf waits BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);
	bool carried = bdl_rule_carried_out(rule);

	bdl_rule_on_one_line(rule->text, &line);
	if (carried)
		bdl_coverage_waits(rule, here, &waits);
	sums->waiting += waits.n > 0;
	return (struct bdl_page_coverage_rule){
		.text = bdl_region_str(r->region, bdl_buf_view(&line)),
		.area = area_title(bdl_rule_area(rule)),
		.carried = carried,
		.waits = bdl_region_str(r->region, bdl_buf_view(&waits)),
		.missing = bdl_region_str(r->region, bdl_rule_beyond(rule)),
		.tried = tried(r, policy, c, rule, sums),
	};
}

static struct bdl_page_coverage_clause clause_row(const struct bdl_request *r,
    struct bdl_view policy, const struct bdl_clause *c, const struct bdl_coverage_here *here,
    struct sums *sums)
{
	struct bdl_page_coverage_rule *rules =
	    bdl_region_array(r->region, c->n_rules, sizeof(*rules));

	for (size_t i = 0; rules && i < c->n_rules; i++)
		rules[i] = rule_row(r, policy, c, &c->rules[i], here, sums);
	return (struct bdl_page_coverage_clause){
		.id = c->id,
		.heading = bdl_clause_heading(r, c),
		.policy = policy,
		.bare = c->n_rules == 0,
		.rules = rules,
		.n_rules = rules ? c->n_rules : 0,
	};
}

static const char *plural(size_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static const char *summary(const struct bdl_request *r, const struct bdl_coverage *sum)
{
	size_t carried = 0, left = 0;

	for (int i = 0; i < BDL_AREAS; i++) {
		carried += sum->carried_out[i];
		left += sum->left[i];
	}
	return bdl_region_printf(r->region,
	    "%zu %s, %zu of them signed only; %zu %s carried out, %zu not yet.", sum->n_clauses,
	    plural(sum->n_clauses, "clause", "clauses"), sum->n_signed_only, carried,
	    plural(carried, "rule", "rules"), left);
}

static struct bdl_page_coverage_policy policy_row(
    const struct bdl_request *r, size_t i, const struct bdl_coverage_here *here, struct sums *sums)
{
	const struct bdl_document *d = bdl_ruleset_document(r->ruleset, i);
	struct bdl_view name = bdl_ruleset_policy_name(r->ruleset, i);
	struct bdl_coverage own = { 0 };
	struct bdl_page_coverage_clause *clauses =
	    bdl_region_array(r->region, d->n_clauses, sizeof(*clauses));

	bdl_coverage_add(&own, d);
	if (!bdl_is_law(name))
		bdl_coverage_add(&sums->all, d);
	for (size_t k = 0; clauses && k < d->n_clauses; k++)
		clauses[k] = clause_row(r, name, &d->clauses[k], here, sums);
	return (struct bdl_page_coverage_policy){
		.name = name,
		.title = d->front.title,
		.built_in = bdl_is_law(name),
		.summary = summary(r, &own),
		.clauses = clauses,
		.n_clauses = clauses ? d->n_clauses : 0,
	};
}

/* With the law, which is behind the policies. */
static void add_policies(const struct bdl_request *r, const struct bdl_coverage_here *here,
    struct sums *sums, struct bdl_page_coverage *v)
{
	size_t n = bdl_ruleset_policies(r->ruleset) + 1;
	struct bdl_page_coverage_policy *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; out && i < n; i++)
		out[i] = policy_row(r, i, here, sums);
	v->policies = out;
	v->n_policies = out ? n : 0;
	v->any = n > 1;
}

static void add_sums(
    const struct bdl_request *r, const struct sums *sums, struct bdl_page_coverage *v)
{
	size_t carried = 0, left = 0;

	for (int i = 0; i < BDL_AREAS; i++) {
		carried += sums->all.carried_out[i];
		left += sums->all.left[i];
	}
	v->clauses = bdl_count_text(r, sums->all.n_clauses, false);
	v->only = bdl_count_text(r, sums->all.n_signed_only, false);
	v->carried = bdl_count_text(r, carried, false);
	v->waiting = bdl_count_text(r, sums->waiting, false);
	v->left = bdl_count_text(r, left, false);
}

/* --- what is not seen --- */

/* What the rules `splice` name, which is what they keep sealed. */
static const char *sealed(const struct bdl_request *r)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);

	for (uint16_t i = 0; i < bdl_ruleset_rules(r->ruleset); i++) {
		const struct bdl_rule *rule = bdl_ruleset_rule(r->ruleset, i).rule;
		if (rule->kind != BDL_RULE_SPLICE)
			continue;
		if (line.n)
			(void)bdl_buf_add_str(&line, "; ");
		bdl_rule_on_one_line(rule->text, &line);
	}
	return bdl_region_str(r->region, bdl_buf_view(&line));
}

static void add_unseen(const struct bdl_request *r, struct bdl_page_coverage *v)
{
	size_t n = 0;

	while (bdl_unseen[n].what)
		n++;
	struct bdl_page_coverage_blind *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] =
		    (struct bdl_page_coverage_blind){ bdl_unseen[i].what, bdl_unseen[i].means };
	v->unseen = out;
	v->n_unseen = out ? n : 0;
	v->sealed = sealed(r);
}

int bdl_show_coverage(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;
	struct bdl_phrases *phrases BDL_AUTO(bdl_phrases_close) = NULL;
	const char *networks =
	    bdl_region_printf(r->region, "%s/networks/networks.csv", r->site->dir);
	const char *words = bdl_region_printf(r->region, "%s/phrases/phrases.map", r->site->dir);
	struct sums sums = { 0 };
	struct bdl_page_coverage v = {
		.portal = bdl_frame(r, BDL_LIT("Coverage"), BDL_AT_STATE),
		.links = bdl_state_links(BDL_STATE_COVERAGE),
	};

	int words_rc = words ? bdl_phrases_open(words, &phrases, NULL) : BDL_E_NOMEM;
	int rc = bdl_lists_open(r->site->lists_path, &lists, err);
	const struct bdl_coverage_here here = {
		.lists = lists,
		.has_lists = rc == 0 || rc == BDL_E_MISSING, /* others cannot be read: not known */
		.asks_networks = true,
		.has_networks = networks && access(networks, F_OK) == 0,
		.phrases = phrases,
		.has_phrases = words_rc == 0 || words_rc == BDL_E_MISSING,
	};
	if (r->store) {
		rc = bdl_checks_last(r->store, r->region, &sums.checks, &sums.n_checks, err);
		if (rc < 0)
			return rc;
	}
	add_policies(r, &here, &sums, &v);
	add_sums(r, &sums, &v);
	add_unseen(r, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_coverage(&reply->body, &v);
	return 0;
}
