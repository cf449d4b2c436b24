/* The answer of `beadle judge`. */
#include "main/json.h"
#include "main/judge_bench.h"

static json_t *clause_name(struct bdl_rule_ref ref)
{
	return json_sprintf("%.*s#%.*s", BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id));
}

/* Each clause once: the rules of one clause stand together. */
struct clauses {
	json_t *list;
	const struct bdl_clause *last;
};

static void add_clause(struct clauses *c, struct bdl_rule_ref ref)
{
	if (ref.clause != c->last)
		bdl_json_add(&c->list, clause_name(ref));
	c->last = ref.clause;
}

static json_t *clauses_json(const struct bdl_ruleset *r, const struct bdl_verdict *v)
{
	struct clauses c = { .list = json_array() };

	for (size_t i = 0; i < bdl_ruleset_rules(r); i++)
		if (bdl_verdict_matched(v, (uint16_t)i))
			add_clause(&c, bdl_ruleset_rule(r, (uint16_t)i));
	return c.list;
}

/*
 * By the language: the clauses of which nobody can tell, or those that apply and that this build
 * does not carry out.
 */
static json_t *steps_json(
    struct bdl_bench *b, const struct bdl_question *q, enum bdl_step_kind kind, bool carried)
{
	struct clauses c = { .list = json_array() };
	const struct bdl_step *steps;
	struct bdl_told told;
	size_t n = 0;

	bdl_bench_tell(b, q, b->whole, &told);
	steps = bdl_explain_act(b->whole, &told.facts, b->region, &n);
	for (size_t i = 0; steps && i < n; i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(b->whole, steps[i].rule);

		if (steps[i].kind == kind && (carried || !bdl_rule_carried_out(ref.rule)))
			add_clause(&c, ref);
	}
	if (steps)
		return c.list;
	json_decref(c.list);
	return NULL;
}

static json_t *tell_json(uint32_t tell)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < BDL_ROLES; i++)
		if (tell >> i & 1)
			bdl_json_add(&list, json_string(bdl_role_word((enum bdl_role_word)i)));
	return list;
}

/* Of what asks for more than was told nobody can say that it does not speak of the act. */
static json_t *reason_json(const struct bdl_rule_ref *ref, const json_t *cannot_tell)
{
	if (!ref)
		return json_string(json_array_size(cannot_tell)
			? "no clause is known to speak of it; see cannot_tell"
			: "no clause speaks of it");
	return json_sprintf("%.*s%s%.*s", BDL_FMT(ref->clause->number),
	    ref->clause->number.n ? " " : "", BDL_FMT(ref->clause->text));
}

/* --- facts --- */

static json_t *groups_json(const struct bdl_bench *b)
{
	json_t *groups = json_array();
	struct bdl_view group;

	for (struct bdl_view rest = b->groups; bdl_bench_group_next(&rest, &group);)
		bdl_json_add(&groups, bdl_json_text(group));
	return groups;
}

static json_t *categories_json(const struct bdl_bench *b)
{
	json_t *categories = json_array();

	for (unsigned i = 0; i < bdl_lists_categories(b->lists); i++)
		if (bdl_catset_has(&b->listed, i))
			bdl_json_add(&categories, json_string(bdl_lists_category(b->lists, i)));
	return categories;
}

static json_t *deeds_json(uint32_t deeds)
{
	json_t *list = json_array();

	for (uint32_t rest = deeds; rest; rest &= rest - 1) {
		enum bdl_deed deed = (enum bdl_deed)__builtin_ctz(rest);
		bdl_json_add(&list, json_string(bdl_deed_info(deed)->word));
	}
	return list;
}

static json_t *grants_json(const struct bdl_question *q)
{
	json_t *list = json_array();

	for (size_t i = 0; i < q->n_grants; i++)
		bdl_json_add(&list, bdl_json_text(q->grants[i].name));
	return list;
}

static json_t *facts_json(
    const struct bdl_bench *b, const struct bdl_question *q, const struct bdl_facts *f)
{
	static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
	bool host = f->told >> BDL_FACT_HOST & 1;

	return json_pack(
	    "{s:s, s:s?, s:b, s:o, s:o, s:o, s:s?, s:o, s:i, s:s, s:s?, s:s?, s:o, s:o}", "door",
	    bdl_door_word(f->door), "person", q->person, "known", (int)f->known, "groups",
	    groups_json(b), "grants", grants_json(q), "deeds", deeds_json(f->deeds), "host",
	    host ? q->parts.host : NULL, "categories", categories_json(b), "minute", (int)f->minute,
	    "weekday", days[f->weekday], "place", q->from, "given", q->given, "path",
	    host ? bdl_json_text(q->parts.path) : json_null(), "words",
	    f->text.n ? bdl_json_text(f->text) : json_null());
}

static json_t *answer_json(struct bdl_bench *b, const struct bdl_question *q)
{
	const struct bdl_ruleset *r = q->whole ? b->whole : b->carried_out;
	char version[BDL_DIGEST_HEX];
	struct bdl_rule_ref ref = { 0 };
	struct bdl_told whole, told;
	struct bdl_verdict v;

	bdl_bench_tell(b, q, r, &told);
	bdl_bench_tell(
	    b, q, b->whole, &whole); /* whose rules ask for more, so that more is shown */
	bdl_judge(r, &told.facts, &v);
	bool decided = v.rule != BDL_NO_RULE;
	if (decided)
		ref = bdl_ruleset_rule(r, v.rule);
	json_t *cannot_tell = steps_json(b, q, BDL_STEP_CANNOT_TELL, true);
	bdl_digest_hex(bdl_ruleset_version(r), version);
	json_t *answer = json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:s, s:o, s:o}", "verdict",
	    bdl_action_word(v.action), "clause", decided ? clause_name(ref) : json_null(),
	    "clauses", clauses_json(r, &v), "reason",
	    reason_json(decided ? &ref : NULL, cannot_tell), "tell", tell_json(v.tell), "critical",
	    (int)v.critical, "version", version, "facts", facts_json(b, q, &whole.facts),
	    "cannot_tell", cannot_tell);
	if (answer && !q->whole &&
	    json_object_set_new(
		answer, "not_carried_out", steps_json(b, q, BDL_STEP_APPLIED, false)) < 0) {
		json_decref(answer);
		return NULL;
	}
	return answer;
}

int bdl_bench_answer(struct bdl_bench *b, const struct bdl_question *q, struct bdl_err *err)
{
	return bdl_json_print(answer_json(b, q), JSON_SORT_KEYS, err);
}
