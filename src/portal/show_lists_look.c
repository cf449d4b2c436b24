/* One site looked up: its categories, the entries that give them, the rules that name it. */
#include "lists_int.h"
#include "policy/format.h"
#include "proto/url.h"

#define HITS_MAX  32
#define RULES_MAX 100

/* "gambling, betting", with a word before them where there are any; else what is there already. */
static const char *set_text(const struct bdl_request *r, const struct bdl_lists *l,
    const struct bdl_catset *set, const char *text, const char *before)
{
	bool is_first = true;

	for (unsigned i = 0; text && i < bdl_lists_categories(l); i++) {
		if (!bdl_catset_has(set, i))
			continue;
		text = bdl_region_printf(
		    r->region, "%s%s%s", text, is_first ? before : ", ", bdl_lists_category(l, i));
		is_first = false;
	}
	return text;
}

/* The sources of these categories; which of them an entry is from is not kept. */
static const char *sources_text(
    const struct bdl_request *r, const struct bdl_lists *l, const struct bdl_catset *set)
{
	struct bdl_view rest = bdl_lists_notes(l);
	struct bdl_lists_note note;
	const char *text = "";

	while (text && bdl_lists_note_next(&rest, &note)) {
		int i = bdl_lists_category_find(l, note.category);
		if (i >= 0 && bdl_catset_has(set, (unsigned)i))
			text = bdl_region_printf(
			    r->region, "%s%s%.*s", text, text[0] ? ", " : "", BDL_FMT(note.source));
	}
	return text;
}

static struct bdl_page_lists_hit hit_row(
    const struct bdl_request *r, const struct bdl_lists *l, const struct bdl_lists_hit *hit)
{
	static const char *const kinds[] = {
		[BDL_LISTS_DOMAIN] = "the domain",
		[BDL_LISTS_PREFIX] = "all that begins with",
		[BDL_LISTS_EXACT] = "the page",
		[BDL_LISTS_NET] = "the network",
	};
	struct bdl_catset all = hit->gives;

	if (hit->sealed)
		return (struct bdl_page_lists_hit){ "an entry of the signed list",
			BDL_CATEGORY_ILLEGAL, "the signed list of illegal material" };
	bdl_catset_join(&all, &hit->excepts);
	return (struct bdl_page_lists_hit){
		.what = bdl_region_printf(r->region, "%s %s", kinds[hit->kind], hit->entry),
		.gives = set_text(r, l, &hit->excepts, set_text(r, l, &hit->gives, "", ""),
		    hit->gives.w[0] | hit->gives.w[1] | hit->gives.w[2] | hit->gives.w[3] ? "; not "
											  : "not "),
		.sources = sources_text(r, l, &all),
	};
}

static void add_hits(const struct bdl_request *r, const struct bdl_lists *l,
    const struct bdl_url *u, struct bdl_page_lists *v)
{
	struct bdl_lists_hit *hits = bdl_region_array(r->region, HITS_MAX, sizeof(*hits));
	struct bdl_page_lists_hit *out = bdl_region_array(r->region, HITS_MAX, sizeof(*out));

	if (!hits || !out)
		return; /* the region is broken, which fails the page */
	v->n_hits = bdl_lists_explain(l, bdl_view_of(u->host), u->path, hits, HITS_MAX);
	for (size_t i = 0; i < v->n_hits; i++)
		out[i] = hit_row(r, l, &hits[i]);
	v->hits = out;
}

/* --- rules --- */

static bool names_category(const struct bdl_phrase *phrases, size_t n, struct bdl_view category)
{
	for (size_t i = 0; i < n; i++) {
		const struct bdl_list *list = &phrases[i].lists[0];
		for (size_t k = 0; phrases[i].form == BDL_PHRASE_CATEGORY && k < list->n; k++)
			if (bdl_view_eq(list->words[k].text, category))
				return true;
	}
	return false;
}

bool bdl_rule_names_category(const struct bdl_rule *rule, struct bdl_view category)
{
	return names_category(rule->conds, rule->n_conds, category) ||
	    names_category(rule->unless, rule->n_unless, category);
}

/* The host or a domain above it. */
static bool names_host(const struct bdl_rule *rule, struct bdl_view host)
{
	for (size_t i = 0; i < rule->n_conds; i++) {
		const struct bdl_list *list = &rule->conds[i].lists[0];
		for (size_t k = 0; rule->conds[i].form == BDL_PHRASE_HOST && k < list->n; k++) {
			struct bdl_view name = list->words[k].text;
			size_t above = host.n - name.n;
			if (bdl_view_ends(host, name) && (above == 0 || host.p[above - 1] == '.'))
				return true;
		}
	}
	return false;
}

static bool names_any(const struct bdl_rule *rule, const struct bdl_lists *l,
    const struct bdl_catset *set, struct bdl_view host)
{
	for (unsigned i = 0; l && i < bdl_lists_categories(l); i++)
		if (bdl_catset_has(set, i) &&
		    bdl_rule_names_category(rule, bdl_view_of(bdl_lists_category(l, i))))
			return true;
	return names_host(rule, host);
}

static struct bdl_page_lists_rule rule_row(const struct bdl_request *r, struct bdl_view policy,
    const struct bdl_clause *c, const struct bdl_rule *rule)
{
	struct bdl_buf line BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_BLOCK_MAX);

	bdl_rule_on_one_line(rule->text, &line);
	return (struct bdl_page_lists_rule){
		.policy = policy,
		.clause = c->id,
		.title = bdl_clause_heading(r, c),
		.text = bdl_region_str(r->region, bdl_buf_view(&line)),
		.carried = bdl_rule_carried_out(rule),
	};
}

static void add_rules(const struct bdl_request *r, const struct bdl_lists *l,
    const struct bdl_catset *set, struct bdl_view host, struct bdl_page_lists *v)
{
	struct bdl_page_lists_rule *out = bdl_region_array(r->region, RULES_MAX, sizeof(*out));

	v->rules = out;
	for (size_t p = 0; out && p <= bdl_ruleset_policies(r->ruleset); p++) { /* with the law */
		const struct bdl_document *d = bdl_ruleset_document(r->ruleset, p);
		for (size_t i = 0; i < d->n_clauses; i++)
			for (size_t k = 0; k < d->clauses[i].n_rules; k++) {
				const struct bdl_rule *rule = &d->clauses[i].rules[k];
				if (names_any(rule, l, set, host) && v->n_rules < RULES_MAX)
					out[v->n_rules++] =
					    rule_row(r, bdl_ruleset_policy_name(r->ruleset, p),
						&d->clauses[i], rule);
			}
	}
}

void bdl_lists_look_up(
    struct bdl_request *r, const struct bdl_lists *lists, struct bdl_page_lists *v)
{
	struct bdl_catset set = { 0 };
	struct bdl_err err;
	struct bdl_url *u = bdl_region_get(r->region, sizeof(*u));

	v->asked = bdl_request_query(r, "site");
	if (!v->asked.n || !u)
		return;
	const char *url = bdl_region_str(r->region, v->asked);
	if (url && !strstr(url, "://"))
		url = bdl_region_printf(r->region, "http://%s", url);
	if (bdl_url_parse(bdl_view_of(url), bdl_view_of(NULL), BDL_SCHEME_HTTP, u, &err) < 0) {
		v->asked_fault =
		    bdl_region_printf(r->region, "That is no site or address: %s.", err.text);
		return;
	}
	v->look = true;
	v->host = u->host;
	if (lists) {
		bdl_lists_find(lists, bdl_view_of(u->host), u->path, &set);
		v->within = set_text(r, lists, &set, "", "");
		add_hits(r, lists, u, v);
	}
	add_rules(r, lists, &set, bdl_view_of(u->host), v);
}
