#include "base/clock.h"
#include "base/hash.h"
#include "doors/web/form.h"
#include "doors/web/web_int.h"

/* The path of the form, whatever query stands behind it. */
bool bdl_coach_is_form(const struct bdl_ask *a)
{
	struct bdl_view rest = a->url.path, path = { 0 };
	(void)bdl_view_cut(&rest, '?', &path); /* an empty path is none */
	return bdl_view_is(a->method, "POST") && bdl_view_is(path, BDL_COACH_PATH);
}

static bool holds(struct bdl_web *web, const struct bdl_ask *a, const struct bdl_rule_ref *ref,
    struct bdl_view host)
{
	struct bdl_pass pass = { a->who, ref->policy_name, ref->clause->id, host };
	return host.n > 0 && bdl_passes_holds(web->passes, &pass, a->at_ms);
}

/*
 * The host of the page that a part belongs to. A page one may see is made of parts from other
 * hosts, which have no page of their own to give a reason on.
 */
static struct bdl_view page_host(
    const struct bdl_ask *a, const struct bdl_http_head *http, struct bdl_url *page)
{
	struct bdl_view referer = bdl_http_field(http, "Referer"), none = { 0 };
	if (a->kind != BDL_KIND_PART || referer.n == 0)
		return none;
	if (bdl_url_parse(referer, none, BDL_SCHEME_HTTP, page, NULL) < 0)
		return none;
	return bdl_view_of(page->host);
}

bool bdl_coach_lifted(struct bdl_web *web, const struct bdl_ask *a,
    const struct bdl_http_head *http, struct bdl_verdict *v)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	struct bdl_url page;
	struct bdl_view by_page = page_host(a, http, &page);
	for (size_t i = 0; i < bdl_ruleset_rules(r); i++) {
		struct bdl_rule_ref ref;
		if (!bdl_verdict_matched(v, (uint16_t)i))
			continue;
		ref = bdl_ruleset_rule(r, (uint16_t)i);
		if (ref.rule->action != BDL_COACH || holds(web, a, &ref, a->facts.host) ||
		    holds(web, a, &ref, by_page))
			continue;
		v->rule = (uint16_t)i;
		return false;
	}
	return true;
}

struct bdl_view bdl_coach_token(
    struct bdl_web *web, const struct bdl_ask *a, const struct bdl_rule_ref *ref)
{
	struct bdl_ask front = *a;
	struct bdl_token t = {
		.until_ms = a->at_ms + BDL_TOKEN_MS,
		.policy = ref->policy_name,
		.clause = ref->clause->id,
		.url = bdl_view_of(bdl_ask_url(web, a)),
	};
	if (t.url.n == 0 || t.url.n > BDL_TOKEN_URL_MAX) {
		front.url.path = BDL_LIT("/");
		t.url = bdl_view_of(bdl_ask_url(web, &front));
	}
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_TOKEN_TEXT_MAX);
	bdl_random(t.id, sizeof(t.id));
	if (bdl_token_write(web->key, a->who, &t, &text) < 0)
		return (struct bdl_view){ 0 };
	return bdl_region_view(web->scratch, bdl_buf_view(&text));
}

/* The first rule of a clause that is in force; false where the clause no longer is. */
static bool find_clause(const struct bdl_ruleset *r, const struct bdl_token *t, uint16_t *ret_rule)
{
	for (size_t i = 0; i < bdl_ruleset_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);
		if (ref.rule->action == BDL_COACH && bdl_view_eq(ref.policy_name, t->policy) &&
		    bdl_view_eq(ref.clause->id, t->clause)) {
			*ret_rule = (uint16_t)i;
			return true;
		}
	}
	return false;
}

/* Browsers say where a form was sent from and how; a script or another site is refused. */
static bool sent_by_a_person(const struct bdl_http_head *http)
{
	struct bdl_view site = bdl_http_field(http, "Sec-Fetch-Site");
	struct bdl_view mode = bdl_http_field(http, "Sec-Fetch-Mode");
	return (site.n == 0 || bdl_view_iis(site, "same-origin")) &&
	    (mode.n == 0 || bdl_view_iis(mode, "navigate"));
}

/* What was posted, once it is known to be ours. */
struct posted {
	struct bdl_token token;
	struct bdl_ask page; /* the ask that was coached, taken from the token's address */
	struct bdl_view token_text, reason;
	size_t characters;
};

/* BDL_E_DENIED where the token is not ours, not this person's, or of another host. */
static int read_posted(
    struct bdl_web *web, const struct bdl_ask *a, struct bdl_view bytes, struct posted *ret)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf plain = BDL_BUF(BDL_FORM_MAX * 3);
	struct bdl_form form;
	struct bdl_url url;

	if (bdl_form_parse(bytes, web->scratch, &form, NULL) < 0)
		return BDL_E_INVALID;
	ret->token_text = bdl_form_get(&form, "token");
	if (bdl_token_read(web->key, a->who, ret->token_text, web->scratch, &ret->token, NULL) < 0)
		return BDL_E_DENIED;
	struct bdl_view none = { 0 };
	if (bdl_url_parse(ret->token.url, none, BDL_SCHEME_HTTP, &url, NULL) < 0 ||
	    strcmp(url.host, a->url.host) != 0)
		return BDL_E_DENIED;
	ret->characters = bdl_form_plain(bdl_form_get(&form, "reason"), &plain);
	ret->reason = bdl_region_view(web->scratch, bdl_buf_view(&plain));
	ret->page = *a;
	ret->page.url = url;
	ret->page.kind = BDL_KIND_PAGE;
	ret->page.taste = BDL_TASTE_PAGE;
	return 0;
}

/* The coach page again, with what was typed and what is wrong with it. */
static void ask_again(struct bdl_web *web, const struct posted *p, uint16_t rule,
    struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_rule_ref ref = bdl_ruleset_rule(web->now->ruleset, rule);
	struct bdl_ask first = p->page;
	/* This asking is not recorded: the reference stays that of the act which led to the page. */
	first.at_ms = p->token.until_ms - BDL_TOKEN_MS;
	struct bdl_answer answer = bdl_web_answer(web, &first, BDL_COACH, &ref);
	answer.token = p->token_text;
	answer.typed = p->reason;
	answer.problem = p->characters == 0 ? BDL_LIT("Say in a few words what you need this for.")
					    : BDL_LIT("Keep it to 500 characters.");
	bdl_answer_write(&answer, head, body);
}

static void record(struct bdl_web *web, struct posted *p, uint16_t rule)
{
	struct bdl_verdict v = { .action = BDL_COACH, .rule = rule };
	v.matched[rule / 64] |= 1ULL << (rule % 64);
	struct bdl_act act = bdl_ask_act(web, &p->page, &v);
	act.passed = true;
	if (act.address.n) /* else the clause keeps nothing of who it was, nor why */
		act.reason = p->reason;
	bdl_recorder_add(web->recorder, &act);
	bdl_count(web->role->slot, BDL_COUNT_ACTS, 1);
	bdl_count(web->role->slot, BDL_COUNT_STRICT, 1);
}

struct bdl_decision bdl_coach_go_on(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_view form,
    struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_decision d = { .outcome = BDL_OUTCOME_ANSWER };
	struct bdl_err err = { 0 };
	struct posted p;
	struct bdl_ask a;
	uint16_t rule;

	bdl_region_reset(web->scratch);
	if (!sent_by_a_person(http) || bdl_ask_read(web, icap, http, peer, &a, &err) < 0) {
		bdl_answer_plain(403, "Forbidden",
		    "Going on is for the person in front of the screen.", head, body);
		return d;
	}
	int rc = read_posted(web, &a, form, &p);
	if (rc < 0) { /* whatever was asked for is judged anew, from the front of the site */
		bdl_answer_redirect(BDL_LIT("/"), head);
		return d;
	}
	/* One that ends too late was made before the clock was set back. */
	bool in_time = p.token.until_ms > a.at_ms && p.token.until_ms - a.at_ms <= BDL_TOKEN_MS;
	if (in_time && find_clause(web->now->ruleset, &p.token, &rule)) {
		if (p.characters == 0 || p.characters > BDL_COACH_REASON_MAX) {
			ask_again(web, &p, rule, head, body);
			return d;
		}
		if (bdl_passes_once(web->passes, p.token.id, a.at_ms, p.token.until_ms)) {
			struct bdl_pass pass = { a.who, p.token.policy, p.token.clause,
				p.page.facts.host };
			record(web, &p, rule);
			bdl_passes_add(web->passes, &pass, a.at_ms, a.at_ms + BDL_PASS_MS);
			d.strict = true;
		}
	}
	/* Too late, used already, or no longer a clause: the page says so itself. */
	bdl_answer_redirect(p.token.url, head);
	return d;
}
