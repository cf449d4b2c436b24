#include "doors/web/force.h"
#include "doors/web/form.h"
#include "doors/web/web_int.h"
#include "proto/search.h"
#include "record/visits/mark.h"
#include "record/visits/visits.h"
#include "sys/log.h"

static struct bdl_view reference(struct bdl_web *web, int64_t at_ms)
{
	char text[BDL_REFERENCE_LEN];
	bdl_reference_write(at_ms, text);
	return bdl_region_view(web->scratch, bdl_view_of(text));
}

/* A link that leads the asker to their own machine is worse than none. */
static struct bdl_view portal_for(const struct bdl_web *web, const struct bdl_ask *a)
{
	const struct bdl_conf *conf = web->role->conf;
	bool here = bdl_view_starts(a->address, BDL_LIT("127.")) || bdl_view_is(a->address, "::1");
	return bdl_view_of(conf->portal_is_here && !here ? "" : conf->portal_url);
}

struct bdl_answer bdl_web_answer(struct bdl_web *web, const struct bdl_ask *a,
    enum bdl_action action, const struct bdl_rule_ref *ref)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	const struct bdl_front *front = &bdl_ruleset_document(r, ref->policy)->front;
	/* The law has no school of its own: its clause, too, is shown by the one whose door this is. */
	const struct bdl_front *home =
	    web->now->in_force ? &bdl_ruleset_document(r, 0)->front : front;
	bool is_law = ref->policy == bdl_ruleset_policies(r);
	return (struct bdl_answer){
		.taste = a->taste,
		.head_only = bdl_view_is(a->method, "HEAD"),
		.action = action,
		.school = is_law ? home->school : front->school,
		.policy = ref->policy_name,
		.policy_title = front->title,
		.clause = ref->clause->id,
		.number = ref->clause->number,
		.title = ref->clause->title,
		.sentence = ref->clause->text,
		.host = bdl_view_of(a->url.host),
		.kind = a->kind,
		.portal_url = portal_for(web, a),
		.reference = reference(web, a->at_ms),
	};
}

static uint32_t roles_of(const struct bdl_phrase *tell)
{
	uint32_t roles = 0;

	for (size_t i = 0; i < tell->lists[0].n; i++) {
		int role = bdl_role_find(tell->lists[0].words[i].text);

		if (role >= 0)
			roles |= 1u << role;
	}
	return roles;
}

/* Who hears of it in one message a day, and not at once by another phrase: for those who send it. */
static void keep_daily(struct bdl_web *web, const struct bdl_verdict *v, struct bdl_ask *a)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	uint32_t daily = 0, at_once = 0;

	size_t i = v->tell ? bdl_verdict_next(v, 0) : BDL_RULESET_RULES_MAX;
	for (; i < bdl_ruleset_rules(r); i = bdl_verdict_next(v, i + 1)) {
		const struct bdl_rule *rule = bdl_ruleset_rule(r, (uint16_t)i).rule;

		for (size_t j = 0; j < rule->n_phrases; j++) {
			const struct bdl_phrase *p = &rule->phrases[j];

			if (p->form == BDL_PHRASE_TELL && p->manner == BDL_MANNER_DAILY)
				daily |= roles_of(p);
			else if (p->form == BDL_PHRASE_TELL && !p->number)
				at_once |= roles_of(p);
		}
	}
	daily &= v->tell & ~at_once;
	if (daily)
		bdl_kept_add(&a->kept, "daily", bdl_ask_roles(web, daily));
}

/* What the judge says, with passes taken into account. */
struct bdl_judgement bdl_web_judge(
    struct bdl_web *web, struct bdl_ask *a, const struct bdl_http_head *http)
{
	struct bdl_judgement j = { .v = { .action = BDL_ALLOW, .rule = BDL_NO_RULE } };

	if (!a->is_probe)
		bdl_web_count(web, a);
	bdl_judge(web->now->ruleset, &a->facts, &j.v);
	keep_daily(web, &j.v, a);
	if (j.v.action == BDL_COACH)
		j.passed = bdl_coach_lifted(web, a, http, &j.v);
	j.refused = j.v.action > BDL_NOTE && !j.passed;
	return j;
}

/* What goes on has bytes, and what is rolled up has a mark by which they find it. */
static struct bdl_view mark_of(struct bdl_web *web, const struct bdl_act *act)
{
	char *room =
	    bdl_visits_take(act) ? bdl_region_get(web->scratch, BDL_MARK_TEXT_MAX + 1) : NULL;
	struct bdl_buf text = { .p = room, .cap = BDL_MARK_TEXT_MAX + 1, .max = BDL_MARK_TEXT_MAX };
	struct bdl_mark m;

	if (!room)
		return bdl_view_of(NULL);
	bdl_marks_of(web->marks, act, &m);
	bdl_mark_write(&m, &text);
	return bdl_buf_view(&text);
}

void bdl_web_record(struct bdl_web *web, struct bdl_ask *a, const struct bdl_judgement *j)
{
	struct bdl_act act = bdl_ask_act(web, a, &j->v);

	act.passed = j->passed;
	if (!j->refused && a->kind == BDL_KIND_PART)
		act.path = (struct bdl_view){ 0 };
	if (!j->refused)
		a->visit = mark_of(web, &act);
	bdl_recorder_add(web->recorder, &act);
	if (a->is_probe)
		return; /* on record, and among no figures of what people did */
	bdl_count(web->role->slot, BDL_COUNT_ACTS, 1);
	if (j->refused)
		bdl_count(web->role->slot, BDL_COUNT_STRICT, 1);
}

/* One more field behind the others of an answer. */
static void add_verdict(struct bdl_web *web, const struct bdl_verdict *v, struct bdl_buf *head)
{
	BDL_BUG_IF(!bdl_view_ends(bdl_buf_view(head), BDL_LIT("\r\n\r\n")));
	head->n -= 2;
	(void)bdl_buf_add_str(head, BDL_PROBE_VERDICT ": "); /* its owner looks whether it broke */
	bdl_probe_verdict(web->now->ruleset, v, head);
	(void)bdl_buf_add_str(head, "\r\n\r\n");
}

struct bdl_decision bdl_web_refuse(struct bdl_web *web, const struct bdl_ask *a,
    const struct bdl_judgement *j, struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_rule_ref ref = bdl_ruleset_rule(web->now->ruleset, j->v.rule);
	struct bdl_answer answer = bdl_web_answer(web, a, j->v.action, &ref);

	if (a->kind != BDL_KIND_PART) /* parts are counted, never told */
		answer.told = j->v.tell;
	if (j->v.action == BDL_COACH && a->taste == BDL_TASTE_PAGE && a->kind != BDL_KIND_PART)
		answer.token = bdl_coach_token(web, a, &ref);
	bdl_answer_write(&answer, head, body);
	if (a->is_probe)
		add_verdict(web, &j->v, head);
	return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER, .strict = true };
}

/* A probe that nothing refuses is told what would go on; nothing does. */
static struct bdl_decision answer_probe(struct bdl_web *web, const struct bdl_ask *a,
    const struct bdl_http_head *http, const struct bdl_verdict *v, struct bdl_buf *head,
    struct bdl_buf *body)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf would = BDL_BUF(BDL_ANSWER_BODY_MAX / 2);
	uint32_t switches = bdl_judge_force(web->now->ruleset, &a->facts);

	if (!bdl_force_apply(switches, false, &a->url, http, &would))
		(void)bdl_buf_printf(&would, "%.*s %.*s\r\n", BDL_FMT(http->start[0]),
		    BDL_FMT(http->start[1])); /* a head fits */
	bdl_answer_plain(200, "OK", bdl_buf_str(&would), head, body);
	add_verdict(web, v, head);
	return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER, .strict = true };
}

/* What is sent in a coding that nobody here can unpack goes on unread, and its record says so. */
static void await_sent(struct bdl_web *web, struct bdl_ask *a, struct bdl_decision *d)
{
	bdl_web_await(web, a, false, d);
	if (d->awaits == BDL_ALLOW || d->how.coding != BDL_SCAN_UNKNOWN)
		return;
	d->awaits = BDL_ALLOW;
	bdl_web_unread(web);
}

/* Of pieces of a page none is read with what stands before and behind it. */
static bool needs_whole(
    const struct bdl_web *web, const struct bdl_ask *a, const struct bdl_http_head *http)
{
	return bdl_kind_needs_whole(http) && bdl_web_may_refuse_text(web, a);
}

/* A request of which all is known that is needed. */
static struct bdl_decision decide(struct bdl_web *web, const struct bdl_http_head *http,
    bool has_body, struct bdl_view form, struct bdl_ask *a, struct bdl_buf *head,
    struct bdl_buf *body)
{
	const struct bdl_ruleset *r = web->now->ruleset;
	struct bdl_decision d = { .outcome = BDL_OUTCOME_PASS };

	bdl_learn_request(web, http, has_body, form, a);
	struct bdl_judgement j = bdl_web_judge(web, a, http);
	if (!j.refused && has_body && bdl_web_is_text(web, http, false, &d.how))
		await_sent(web, a, &d);
	bdl_web_record(web, a, &j);
	if (j.refused)
		return bdl_web_refuse(web, a, &j, head, body);
	if (a->is_probe && !a->probe.goes_on)
		return answer_probe(web, a, http, &j.v, head, body);
	d.visit = a->visit;
	if (a->media.bytes)
		(void)bdl_web_count_bytes(web, a, BDL_RELEASED_DOWN); /* uploads: as announced */
	if (bdl_force_apply(
		bdl_judge_force(r, &a->facts), needs_whole(web, a, http), &a->url, http, head))
		d.outcome = BDL_OUTCOME_CHANGE;
	return d;
}

/* An address that nobody can read is not sent on. */
static struct bdl_decision refuse_address(struct bdl_buf *head, struct bdl_buf *body)
{
	bdl_log(BDL_LOG_INFO, "address-refused", "an address that cannot be read");
	bdl_answer_plain(
	    400, "Bad Request", "The address of this request cannot be read.", head, body);
	return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER };
}

/*
 * A search that is posted: its terms stand in the body, which is waited for. One that does not say
 * its length may be as small as any, and what is too large for a form of terms is refused.
 */
static bool is_search_form(const struct bdl_ask *a, const struct bdl_http_head *http)
{
	struct bdl_view type = bdl_http_field(http, "Content-Type");

	return bdl_view_is(a->method, "POST") &&
	    bdl_view_istarts(type, BDL_LIT("application/x-www-form-urlencoded")) &&
	    bdl_search_takes_form(bdl_view_of(a->url.host), a->url.path);
}

struct bdl_decision bdl_web_decide(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_buf *head,
    struct bdl_buf *body)
{
	struct bdl_view none = { 0 };
	struct bdl_ask a BDL_UNSET;

	if (bdl_view_is(http->start[0], "CONNECT"))
		return bdl_web_decide_connect(web, icap, http, peer, head, body);
	bdl_region_reset(web->scratch);
	if (bdl_ask_read(web, icap, http, peer, &a, NULL) < 0)
		return refuse_address(head, body);
	if (bdl_coach_is_form(&a) || is_search_form(&a, http))
		return (struct bdl_decision){ .outcome = BDL_OUTCOME_FORM };
	return decide(web, http, icap->parts.has_body, none, &a, head, body);
}

struct bdl_decision bdl_web_decide_form(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_view form,
    struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_ask a BDL_UNSET;

	bdl_region_reset(web->scratch);
	if (bdl_ask_read(web, icap, http, peer, &a, NULL) < 0)
		return refuse_address(head, body);
	if (bdl_coach_is_form(&a))
		return bdl_coach_go_on(web, icap, http, peer, form, head, body);
	return decide(web, http, false, form, &a, head, body);
}
