#include "doors/web/web_int.h"
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
		.portal_url = portal_for(web, a),
		.reference = reference(web, a->at_ms),
	};
}

/* What the judge says, with passes taken into account. */
static struct bdl_verdict judge(struct bdl_web *web, const struct bdl_ask *a,
    const struct bdl_http_head *http, bool *ret_passed)
{
	struct bdl_verdict v = { .action = BDL_ALLOW, .rule = BDL_NO_RULE };
	*ret_passed = false;
	bdl_judge(web->now->ruleset, &a->facts, &v);
	if (v.action == BDL_COACH)
		*ret_passed = bdl_coach_lifted(web, a, http, &v);
	return v;
}

static void refuse(struct bdl_web *web, const struct bdl_ask *a, const struct bdl_verdict *v,
    struct bdl_buf *head, struct bdl_buf *body)
{
	struct bdl_rule_ref ref = bdl_ruleset_rule(web->now->ruleset, v->rule);
	struct bdl_answer answer = bdl_web_answer(web, a, v->action, &ref);
	if (a->kind != BDL_KIND_PART) /* parts are counted, never told */
		answer.told = v->tell;
	if (v->action == BDL_COACH && a->taste == BDL_TASTE_PAGE && a->kind != BDL_KIND_PART)
		answer.token = bdl_coach_token(web, a, &ref);
	bdl_answer_write(&answer, head, body);
}

struct bdl_decision bdl_web_decide(struct bdl_web *web, const struct bdl_icap_request *icap,
    const struct bdl_http_head *http, struct bdl_view peer, struct bdl_buf *head,
    struct bdl_buf *body)
{
	struct bdl_decision d = { .outcome = BDL_OUTCOME_PASS };
	struct bdl_err err = { 0 };
	struct bdl_ask a;
	bool passed;

	/* A tunnel is no act: browsers cannot show a page in its place; what is asked inside is judged. */
	if (bdl_view_is(http->start[0], "CONNECT"))
		return d;
	bdl_region_reset(web->scratch);
	if (bdl_ask_read(web, icap, http, peer, &a, &err) < 0) {
		bdl_log(BDL_LOG_INFO, "address-refused", "an address that cannot be read");
		bdl_answer_plain(
		    400, "Bad Request", "The address of this request cannot be read.", head, body);
		d.outcome = BDL_OUTCOME_ANSWER;
		return d;
	}
	if (bdl_coach_is_form(&a)) {
		d.outcome = BDL_OUTCOME_FORM;
		return d;
	}
	struct bdl_verdict v = judge(web, &a, http, &passed);
	bool refused = v.action > BDL_NOTE && !passed;
	struct bdl_act act = bdl_ask_act(web, &a, &v);
	act.passed = passed;
	if (!refused && a.kind == BDL_KIND_PART)
		act.path = (struct bdl_view){ 0 };
	bdl_recorder_add(web->recorder, &act);
	bdl_count(web->role->slot, BDL_COUNT_ACTS, 1);
	if (!refused)
		return d;
	bdl_count(web->role->slot, BDL_COUNT_STRICT, 1);
	refuse(web, &a, &v, head, body);
	return (struct bdl_decision){ .outcome = BDL_OUTCOME_ANSWER, .strict = true };
}
