/*
 * One act, explained: its facts as they were recorded, each rule of the policies of that day, and
 * whether the judge still comes to the recorded verdict.
 */
#include "act.tmpl.h"
#include "base/clock.h"
#include "filter_int.h"
#include "found_int.h"
#include "keeping_int.h"
#include "pages_int.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "record/acts/act_facts.h"
#include "record/acts/acts.h"
#include "record/ledger/ledger.h"
#include "record/policies/versions.h"

/* What the page is about. */
struct found {
	struct bdl_act act;
	const char *label;
	int64_t issue; /* of the policy that decided; 0: none did, or it is not known */
	enum bdl_kept kept;
	int64_t last_ms; /* of what goes together with it */
};

/*
 * Several rules may come to the same verdict, and a reason given for one of them lifts only that
 * one; so the recorded clause need not be the judge's first, but must be one that says the same.
 */
static bool agrees(
    const struct bdl_act *a, const struct bdl_ruleset *rs, const struct bdl_verdict *v)
{
	if (v->action != a->action || v->critical != a->critical)
		return false;
	if (v->rule == BDL_NO_RULE)
		return a->clause.n == 0;
	for (size_t i = 0; i < bdl_ruleset_rules(rs); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(rs, (uint16_t)i);
		if (bdl_verdict_matched(v, (uint16_t)i) && ref.rule->action == v->action &&
		    bdl_view_eq(ref.policy_name, a->policy) &&
		    bdl_view_eq(ref.clause->id, a->clause))
			return true;
	}
	return false;
}

static const char *in_english(const struct bdl_request *r, const struct bdl_rule *rule)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(16 * 1024);
	bdl_explain_rule(rule, &text);
	return bdl_region_str(r->region, bdl_buf_view(&text));
}

static const char *step_title(enum bdl_step_kind kind)
{
	static const char *const titles[] = { "Applied", "Does not bind this person",
		"Did not apply", "Lifted by an exception", "Cannot be told" };
	return titles[kind];
}

/* Of a policy of the ruleset; 0 where that is not known: a link then leads to what is in force. */
static int64_t issue_of(const struct bdl_request *r, const struct bdl_ruleset *rs, size_t policy)
{
	int64_t issue;

	if (bdl_versions_issue(r->store, bdl_ruleset_policy_name(rs, policy),
		&bdl_ruleset_document(rs, policy)->digest, &issue, NULL) < 0)
		return 0;
	return issue;
}

/* The steps in two lists: those that had a say, and the others. */
static void add_steps(const struct bdl_request *r, const struct bdl_ruleset *rs,
    const struct bdl_facts *facts, struct bdl_page_act *v)
{
	int64_t issues[BDL_POLICIES_MAX + 1] = { 0 }; /* the law has none */
	for (size_t i = 0; i < bdl_ruleset_policies(rs); i++)
		issues[i] = issue_of(r, rs, i);
	size_t n, had_a_say = 0, others = 0;
	const struct bdl_step *steps = bdl_explain_act(rs, facts, r->region, &n);
	struct bdl_page_act_step *out = bdl_region_array(r->region, n, sizeof(*out));
	struct bdl_page_act_other *rest = bdl_region_array(r->region, n, sizeof(*rest));

	for (size_t i = 0; steps && out && rest && i < n; i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(rs, steps[i].rule);
		struct bdl_view policy = bdl_region_view(r->region, ref.policy_name);
		struct bdl_view clause = bdl_region_view(r->region, ref.clause->id);
		int64_t issue = issues[ref.policy];
		const char *title = bdl_clause_heading(r, ref.clause);
		if (steps[i].kind == BDL_STEP_APPLIED || steps[i].kind == BDL_STEP_LIFTED)
			out[had_a_say++] = (struct bdl_page_act_step){
				.policy = policy,
				.issue = issue,
				.clause = clause,
				.title = title,
				.outcome = step_title(steps[i].kind),
				.applied = steps[i].kind == BDL_STEP_APPLIED,
				.decided = steps[i].decided,
				.why = steps[i].why,
				.english = in_english(r, ref.rule),
				.rule = bdl_region_view(r->region, ref.rule->text),
			};
		else
			rest[others++] = (struct bdl_page_act_other){
				.policy = policy,
				.issue = issue,
				.clause = clause,
				.title = title,
				.outcome = step_title(steps[i].kind),
				.why = steps[i].why,
			};
	}
	v->steps = out;
	v->n_steps = had_a_say;
	v->others = rest;
	v->n_others = others;
	v->count_others = (int64_t)others;
}

/* What one fact would have changed. Where the rule that decided falls away, nobody else's clause is named. */
static void add_nearby(const struct bdl_request *r, const struct bdl_ruleset *rs,
    const struct bdl_facts *facts, struct bdl_page_act *v)
{
	size_t n = 0;
	const struct bdl_near *near = bdl_explain_near(rs, facts, r->region, &n);
	struct bdl_page_act_near *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; near && out && i < n; i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(rs, near[i].rule);
		out[i] = (struct bdl_page_act_near){
			.policy = bdl_region_view(r->region, ref.policy_name),
			.clause = bdl_region_view(r->region, ref.clause->id),
			.issue = issue_of(r, rs, ref.policy),
			.title = bdl_clause_heading(r, ref.clause),
			.then = bdl_action_title(near[i].then),
			.word = bdl_action_word(near[i].then),
			.falls = near[i].then != ref.rule->action,
			.fact = near[i].fact,
		};
	}
	v->nearby = out;
	v->n_nearby = out ? n : 0;
}

/* On the roll, and bound by no policy by name: then every policy binds (policy/judge.h). */
static bool is_stranger(const struct bdl_ruleset *rs, uint64_t groups)
{
	for (size_t i = 0; i < bdl_ruleset_policies(rs); i++) {
		const struct bdl_front *front = &bdl_ruleset_document(rs, i)->front;
		for (size_t k = 0; k < front->n_binds; k++)
			if (groups & bdl_ruleset_group(rs, front->binds[k]))
				return false;
	}
	return true;
}

static const char *again_clause(
    const struct bdl_request *r, const struct bdl_ruleset *rs, const struct bdl_verdict *verdict)
{
	if (verdict->rule == BDL_NO_RULE)
		return "";
	struct bdl_rule_ref ref = bdl_ruleset_rule(rs, verdict->rule);
	return bdl_region_printf(
	    r->region, "%.*s#%.*s", BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id));
}

/* The clause as it stood: what its act was judged by, whatever the policy says today. */
static void add_clause(const struct bdl_request *r, const struct bdl_ruleset *rs,
    const struct bdl_act *a, struct bdl_page_act *v)
{
	const struct bdl_clause *c = bdl_clause_find(rs, a->policy, a->clause);

	if (!c)
		return;
	v->clause_title = bdl_clause_heading(r, c);
	v->clause_text = bdl_region_view(r->region, c->text);
}

/* The documents of its day; none where no policy was in force, and the law stood alone. */
static int sources_of(const struct bdl_request *r, const struct bdl_act *a, struct bdl_source **ret,
    size_t *ret_n, struct bdl_err *err)
{
	static const struct bdl_digest none;

	if (!bdl_digest_eq(&a->version, &none))
		return bdl_versions_of_ruleset(r->store, &a->version, r->region, ret, ret_n, err);
	*ret = NULL;
	*ret_n = 0;
	return 0;
}

/* Judge it again by the documents of its day. What that needs may be gone: then nobody can tell. */
static int judge_again(const struct bdl_request *r, const struct bdl_act *a, struct bdl_page_act *v,
    struct bdl_err *err)
{
	struct bdl_ruleset *rs BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_source *sources;
	size_t n;
	struct bdl_facts facts;
	struct bdl_verdict verdict;

	int rc = sources_of(r, a, &sources, &n, err);
	if (rc == BDL_E_MISSING) {
		v->why_not = "no policy with the digest that was recorded is in the store";
		return 0;
	}
	if (rc < 0)
		return rc;
	if (bdl_ruleset_new(sources, n, &rs, NULL) < 0) {
		v->why_not = "this version of Beadle reads the policies of that day differently";
		return 0;
	}
	if (!bdl_act_facts(a, rs, r->region, &facts)) {
		v->why_not = "the policy keeps nothing of this act but that it happened";
		return 0;
	}
	bdl_judge(rs, &facts, &verdict);
	v->can_tell = true;
	v->agrees = agrees(a, rs, &verdict);
	v->again = bdl_action_title(verdict.action);
	v->again_clause = again_clause(r, rs, &verdict);
	add_clause(r, rs, a, v);
	if (a->known && is_stranger(rs, facts.groups))
		v->stranger = a->groups;
	add_steps(r, rs, &facts, v);
	add_nearby(r, rs, &facts, v);
	return 0;
}

static const char *local_time(const struct bdl_request *r, const struct bdl_act *a)
{
	static const char *const days[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
		"Saturday", "Sunday" };
	return bdl_region_printf(r->region, "%s, %02u:%02u",
	    a->weekday < BDL_ARRAY_LEN(days) ? days[a->weekday] : "unknown day", a->minute / 60u,
	    a->minute % 60u);
}

/* How the door knew who it is, in words; "" where it did not, or an older one did not say. */
static const char *source_title(struct bdl_view source)
{
	static const struct {
		const char *word, *title;
	} titles[] = {
		{ "proxy", "signed in at the proxy" },
		{ "radius", "the address was this person's, by RADIUS accounting" },
		{ "logon", "the address was this person's, by a log-on event" },
		{ "network", "the device is this person's, by the table of networks" },
		{ "probe", "nobody: Beadle tried itself out, for these groups" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(titles); i++) {
		if (bdl_view_is(source, titles[i].word))
			return titles[i].title;
	}
	return "";
}

static struct bdl_page_act view_of(
    const struct bdl_request *r, const struct bdl_act *a, const char *label, int64_t issue)
{
	char when[BDL_LONG_LEN];
	bdl_time_long(a->at_ms, when);
	const char *title =
	    bdl_region_printf(r->region, "%s: %.*s", bdl_action_title(a->action), BDL_FMT(a->host));
	char reference[BDL_REFERENCE_LEN];
	bdl_reference_write(a->at_ms, reference);
	struct bdl_page_act v = {
		.portal = bdl_frame(r, bdl_view_of(title), BDL_AT_ACTS),
		.label = label,
		.title = title,
		.when = bdl_region_str(r->region, bdl_view_of(when)),
		.iso = bdl_when_iso(r, a->at_ms),
		.reference = bdl_region_str(r->region, bdl_view_of(reference)),
		.person = a->person,
		.name = bdl_person_name(r, a->person),
		.known = a->known,
		.probe = bdl_act_is_probe(a),
		.groups = a->groups,
		.address = a->address,
		.source = source_title(a->source),
		.place = a->place,
		.equipment = a->equipment,
		.method = a->method,
		.scheme = a->scheme,
		.host = a->host,
		.path = a->path,
		.kind = bdl_kind_title(a->kind),
		.categories = a->categories,
		.verdict = bdl_action_word(a->action),
		.verdict_title = bdl_action_title(a->action),
		.critical = a->critical,
		.passed = a->passed,
		.reason = a->reason,
		.policy = a->policy,
		.clause = a->clause,
		.issue = issue,
		.clause_title = bdl_region_str(r->region, a->clause),
		.day = bdl_day_of(r, a->at_ms).word,
		.local = local_time(r, a),
		.tell = bdl_told(r, a->tell),
		.version = bdl_digest_short(r, &a->version),
	};
	bdl_found_out(r, a->kept, &v);
	return v;
}

/* --- until when, and who looked --- */

#define LOOKS_TOLD 100 /* more are not counted */

static int add_keeping(
    const struct bdl_request *r, const struct found *f, struct bdl_page_act *v, struct bdl_err *err)
{
	struct bdl_act a = f->act;
	struct bdl_kept_until until;

	a.at_ms = f->last_ms;
	int rc = bdl_kept_until(r, f->kept, &a, &until, err);
	if (rc < 0)
		return rc;
	v->goes = until.text;
	v->goes_policy = until.policy;
	v->goes_clause = until.clause;
	v->goes_title = until.title;
	v->goes_rule = until.rule;
	v->hold = until.hold;
	return 0;
}

/* By the ledger, which knows by person: of what nobody has signed in for it is not told. */
static int add_looks(const struct bdl_request *r, struct bdl_page_act *v, struct bdl_err *err)
{
	const char *record = bdl_region_printf(r->region, "acts/%.*s", BDL_FMT(r->args[0]));
	struct bdl_ledger_line *lines;
	size_t n;

	if (!v->person.n || !record)
		return 0;
	int rc = bdl_ledger_about(
	    r->store, v->person, bdl_view_of(record), LOOKS_TOLD, r->region, &lines, &n, err);
	if (rc < 0)
		return rc;
	v->looks = n == 0 ? "By nobody before"
			  : bdl_region_printf(r->region, "%zu %s%s before, last %s (%.*s)", n,
				n == 1 ? "time" : "times", n == LOOKS_TOLD ? " or more" : "",
				bdl_when(r, lines[0].at_ms), BDL_FMT(lines[0].actor));
	return 0;
}

/* --- which --- */

/* One of the acts, by its number, or of the page loads, by its place. */
static int find(struct bdl_request *r, struct found *ret, struct bdl_err *err)
{
	struct bdl_load_place place = { 0 };
	struct bdl_act_row row;
	struct bdl_load_row load;
	int64_t parts[3];
	int rc;

	/* The ledger records the address, so there is one for each act, without zeroes before it. */
	if (r->args[0].n > 0 && r->args[0].p[0] == '0')
		return bdl_fail(err, BDL_E_MISSING, "no act has this number");
	if (bdl_numbers_read(r->args[0], parts, 1)) {
		rc = bdl_acts_get(r->store, parts[0], r->region, &row, err);
		if (rc < 0)
			return rc;
		*ret = (struct found){
			.act = row.act,
			.issue = row.issue,
			.label = bdl_region_printf(r->region, "Act %lld", (long long)row.id),
			.kept = row.violation ? BDL_KEPT_VIOLATIONS : BDL_KEPT_VISITS,
			.last_ms = row.act.at_ms,
		};
		return 0;
	}
	if (!bdl_numbers_read(r->args[0], parts, 3))
		return bdl_fail(err, BDL_E_MISSING, "no act has this number");
	place.hour = parts[0];
	place.client = parts[1];
	place.id = parts[2];
	rc = bdl_loads_get(r->store, place, r->region, &load, err);
	if (rc < 0)
		return rc;
	*ret = (struct found){
		.act = load.act,
		.label = bdl_kind_title(load.act.kind),
		.kept = BDL_KEPT_VISITS,
		.last_ms = (place.hour + 1) * BDL_HOUR_MS - 1, /* an hour goes as a whole */
	};
	return 0;
}

int bdl_show_act(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct found f;

	int rc = find(r, &f, err);
	if (rc < 0)
		return rc;
	bdl_request_looked(r, f.act.person);
	struct bdl_page_act v = view_of(r, &f.act, f.label, f.issue);
	rc = add_keeping(r, &f, &v, err);
	if (rc == 0)
		rc = add_looks(r, &v, err);
	if (rc == 0)
		rc = judge_again(r, &f.act, &v, err);
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_act(&reply->body, &v);
	return rc;
}
