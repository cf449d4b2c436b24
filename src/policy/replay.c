#include "policy/replay.h"
#include "base/alloc.h"
#include "policy/diff_int.h"
#include "policy/judge_int.h"

#define WORDS (BDL_RULESET_RULES_MAX / 64)

struct bdl_replay {
	const struct bdl_ruleset *r[BDL_REPLAY_SIDES];
	/* The same rule in the other ruleset, or BDL_NO_RULE. */
	uint16_t same[BDL_REPLAY_SIDES][BDL_RULESET_RULES_MAX];
	uint64_t counting[BDL_REPLAY_SIDES][WORDS]; /* rules with a counter among their tests */
};

/*
 * What a ruleset makes of an act: its verdict by what is known, the rules that are in doubt, and the
 * verdict where the record has settled doubts.
 */
struct opinion {
	struct bdl_verdict v;
	uint64_t doubt[WORDS];
	uint64_t allows; /* rules `allow` in doubt, by their bits in `lifters` */
	bool any;
	enum bdl_action action;
	uint16_t rule;
};

static bool has(const uint64_t *set, size_t i)
{
	return set[i / 64] >> (i % 64) & 1;
}

static void put(uint64_t *set, size_t i)
{
	set[i / 64] |= 1ULL << (i % 64);
}

static const struct bdl_test *test_at(const struct bdl_judged_rule *rule, size_t i)
{
	return &rule->tests[i];
}

static size_t tests_of(const struct bdl_judged_rule *rule)
{
	return (size_t)rule->n_conds + rule->n_unless;
}

/* --- the two rulesets --- */

static bool counts(const struct bdl_judged_rule *rule)
{
	for (size_t i = 0; i < tests_of(rule); i++)
		if (test_at(rule, i)->measure == BDL_MEASURE_COUNTER)
			return true;
	return false;
}

static bool is_same(const struct bdl_rule_ref *a, const struct bdl_rule_ref *b)
{
	return bdl_view_eq(a->policy_name, b->policy_name) &&
	    bdl_view_eq(a->clause->id, b->clause->id) && bdl_rule_same(a->rule, b->rule);
}

/* Of a rule that stands twice in a clause the first has the first for its like. */
static void pair(struct bdl_replay *p)
{
	const struct bdl_ruleset *now = p->r[BDL_REPLAY_NOW], *then = p->r[BDL_REPLAY_THEN];

	for (size_t i = 0; i < BDL_RULESET_RULES_MAX; i++)
		p->same[BDL_REPLAY_NOW][i] = p->same[BDL_REPLAY_THEN][i] = BDL_NO_RULE;
	for (size_t i = 0; i < now->n_rules; i++)
		for (size_t j = 0; j < then->n_rules; j++) {
			if (p->same[BDL_REPLAY_THEN][j] != BDL_NO_RULE ||
			    !is_same(&now->refs[i], &then->refs[j]))
				continue;
			p->same[BDL_REPLAY_NOW][i] = (uint16_t)j;
			p->same[BDL_REPLAY_THEN][j] = (uint16_t)i;
			break;
		}
}

struct bdl_replay *bdl_replay_new(const struct bdl_ruleset *now, const struct bdl_ruleset *then)
{
	struct bdl_replay *p = bdl_xalloc(sizeof(*p));

	p->r[BDL_REPLAY_NOW] = now;
	p->r[BDL_REPLAY_THEN] = then;
	for (int side = 0; side < BDL_REPLAY_SIDES; side++)
		for (size_t i = 0; i < p->r[side]->n_rules; i++)
			if (counts(&p->r[side]->rules[i]))
				put(p->counting[side], i);
	pair(p);
	return p;
}

void bdl_replay_free(struct bdl_replay *p)
{
	free(p);
}

const struct bdl_ruleset *bdl_replay_ruleset(const struct bdl_replay *p, enum bdl_replay_side side)
{
	return p->r[side];
}

void bdl_replay_counted(const struct bdl_ruleset *r, struct bdl_view kept,
    struct bdl_region *region, struct bdl_counterset *ret)
{
	struct bdl_view name, value;
	uint64_t id, n;

	*ret = (struct bdl_counterset){ 0 };
	while (r->n_counters && bdl_kept_next(&kept, region, &name, &value)) {
		if (!bdl_view_is(name, "count") || !bdl_kept_count(value, &id, &n))
			continue;
		for (unsigned i = 0; i < r->n_counters; i++)
			if (r->counters[i].id == id)
				bdl_counterset_add(ret, i);
	}
}

/* --- doubt --- */

static bool is_known(const struct bdl_test *t, const struct bdl_replay_facts *f)
{
	return bdl_test_told(t, &f->facts) &&
	    (t->measure != BDL_MEASURE_COUNTER || bdl_counterset_has(&f->counted, t->counter));
}

/* The kinds of fact that the rule asks for and nobody knows of this act. */
static uint64_t untold_of(
    const struct bdl_judged_rule *rule, bool counting, const struct bdl_replay_facts *f)
{
	uint64_t untold = rule->needs & ~f->facts.told;

	for (size_t i = 0; counting && i < tests_of(rule); i++)
		if (!is_known(test_at(rule, i), f))
			untold |= rule->needs &
			    (1ULL << test_at(rule, i)->fact | 1ULL << test_at(rule, i)->measured);
	return untold;
}

/* Whether what is known keeps the rule from applying, whatever the rest may be. */
static bool is_settled(const struct bdl_judged_rule *rule, const struct bdl_hearing *h,
    const struct bdl_replay_facts *f)
{
	if (bdl_rule_of_others(rule, &f->facts))
		return true;
	for (size_t i = 0; i < rule->n_conds; i++)
		if (is_known(test_at(rule, i), f) && !bdl_condition_holds(rule, i, h))
			return true;
	for (size_t i = 0; i < rule->n_unless; i++)
		if (is_known(test_at(rule, rule->n_conds + i), f) &&
		    bdl_exception_holds(rule, i, h))
			return true;
	return false;
}

static bool may_apply(const struct bdl_judged_rule *rule, const struct bdl_hearing *h)
{
	return (h->s.policies >> rule->policy & 1) && !bdl_rule_past(rule, h->f);
}

/* The rules `allow` that are in doubt, by their bits in `lifters`. */
static uint64_t allows_in_doubt(const struct bdl_ruleset *r, const uint64_t *counting,
    const struct bdl_hearing *h, const struct bdl_replay_facts *f)
{
	struct bdl_stretch own = r->stretches[f->facts.door][BDL_RULE_VERDICT];
	uint64_t doubt = 0;

	for (size_t i = 0; i < r->n_allows; i++) {
		size_t at = r->allows[i];
		const struct bdl_judged_rule *rule = &r->rules[at];

		if (at >= own.from && at < own.to && may_apply(rule, h) &&
		    untold_of(rule, has(counting, at), f) && !is_settled(rule, h, f))
			doubt |= 1ULL << i;
	}
	return doubt;
}

static void form_opinion(const struct bdl_replay *p, enum bdl_replay_side side,
    const struct bdl_replay_facts *f, struct opinion *ret)
{
	const struct bdl_ruleset *r = p->r[side];
	const struct bdl_hearing h = { .f = &f->facts, .s = bdl_subject_of(r, &f->facts) };
	struct bdl_stretch own = r->stretches[f->facts.door][BDL_RULE_VERDICT];
	uint64_t allows = r->n_allows ? bdl_allows_of(r, &h) : 0;
	uint64_t maybe = r->n_allows ? allows_in_doubt(r, p->counting[side], &h, f) : 0;

	*ret = (struct opinion){ .allows = maybe };
	bdl_judge(r, &f->facts, &ret->v);
	for (size_t i = own.from; i < own.to; i++) {
		const struct bdl_judged_rule *rule = &r->rules[i];
		uint64_t untold = untold_of(rule, has(p->counting[side], i), f);
		bool applied = bdl_verdict_matched(&ret->v, (uint16_t)i);

		if (rule->action == BDL_ALLOW || !may_apply(rule, &h) || (rule->lifters & allows))
			continue;
		if (applied ? untold || (rule->lifters & maybe)
			    : untold && !is_settled(rule, &h, f)) {
			put(ret->doubt, i);
			ret->any = true;
		}
	}
}

/* --- the comparison --- */

struct comparison {
	const struct bdl_replay *p;
	const struct bdl_replay_facts *f;
	const struct bdl_replay_given *given;
	struct opinion of[BDL_REPLAY_SIDES];
};

static bool names_clause(struct bdl_view clauses, const struct bdl_rule_ref *ref)
{
	struct bdl_view word, policy;

	while (bdl_view_cut(&clauses, ' ', &word))
		if (bdl_view_cut(&word, '#', &policy) && bdl_view_eq(policy, ref->policy_name) &&
		    bdl_view_eq(word, ref->clause->id))
			return true;
	return false;
}

/* Whether each rule `allow` in doubt that may lift the rule here does so there as well. */
static bool may_lift_there(
    const struct comparison *c, enum bdl_replay_side side, size_t i, size_t like)
{
	const struct bdl_ruleset *here = c->p->r[side], *there = c->p->r[!side];

	for (uint64_t rest = here->rules[i].lifters & c->of[side].allows; rest; rest &= rest - 1) {
		uint16_t allow = c->p->same[side][here->allows[__builtin_ctzll(rest)]];

		if (allow == BDL_NO_RULE ||
		    !(there->rules[like].lifters & c->of[!side].allows &
			1ULL << there->rules[allow].allow))
			return false;
	}
	return true;
}

/* Whether both are in doubt of it alike: then the record may tell, and what it says is so for both. */
static bool is_shared(const struct comparison *c, enum bdl_replay_side side, size_t i)
{
	uint16_t like = c->p->same[side][i];

	return has(c->of[side].doubt, i) && like != BDL_NO_RULE && has(c->of[!side].doubt, like) &&
	    may_lift_there(c, side, i, like) && may_lift_there(c, !side, like, i);
}

/* The clause may be named among those that matched for the sake of another rule of it. */
static bool is_one_of_several(const struct comparison *c, const struct bdl_rule_ref *ref)
{
	const struct bdl_ruleset *now = c->p->r[BDL_REPLAY_NOW];
	const struct opinion *o = &c->of[BDL_REPLAY_NOW];
	size_t n = 0;

	for (size_t i = 0; i < now->n_rules; i++)
		n += (bdl_verdict_matched(&o->v, (uint16_t)i) || has(o->doubt, i)) &&
		    bdl_view_eq(now->refs[i].policy_name, ref->policy_name) &&
		    bdl_view_eq(now->refs[i].clause->id, ref->clause->id);
	return n > 1;
}

/* What the record says of a rule that both are in doubt of. */
enum said { SAID_NO, SAID_YES, SAID_PERHAPS };

static enum said said_of(const struct comparison *c, enum bdl_replay_side side, size_t i)
{
	const struct bdl_ruleset *r = c->p->r[side];

	if (r->rules[i].action > c->given->action || !names_clause(c->given->clauses, &r->refs[i]))
		return SAID_NO;
	return is_one_of_several(c, &r->refs[i]) ? SAID_PERHAPS : SAID_YES;
}

/* By what is known, and of a doubt that both have by the record. */
static bool has_applied(const struct comparison *c, enum bdl_replay_side side, size_t i)
{
	if (is_shared(c, side, i))
		return said_of(c, side, i) == SAID_YES;
	return bdl_verdict_matched(&c->of[side].v, (uint16_t)i);
}

/* The strictest of what has applied; where none is in doubt that is the verdict as it stands. */
static void settle(const struct comparison *c, enum bdl_replay_side side, struct opinion *o)
{
	const struct bdl_ruleset *r = c->p->r[side];

	o->action = o->v.action;
	o->rule = o->v.rule;
	if (!o->any)
		return;
	if (o->v.action != BDL_ALLOW) {
		o->action = BDL_ALLOW;
		o->rule = BDL_NO_RULE;
	}
	for (size_t i = 0; i < r->n_rules; i++) {
		enum bdl_action action = (enum bdl_action)r->rules[i].action;

		if (action > o->action && has_applied(c, side, i)) {
			o->action = action;
			o->rule = (uint16_t)i;
		}
	}
}

/*
 * Whether a rule in doubt on this side alone leaves it open what the draft would do: it makes the
 * verdict what it is, or could make it stricter. Of what the draft does not have any more the record
 * may tell: a rule of a clause that did not match did not apply.
 */
static bool is_open(const struct comparison *c, enum bdl_replay_side side, size_t i)
{
	const struct bdl_ruleset *r = c->p->r[side];
	const struct opinion *o = &c->of[side];

	if (!has(o->doubt, i) || is_shared(c, side, i))
		return false;
	if (o->rule == i)
		return true;
	if (side == BDL_REPLAY_THEN) /* what is stricter for certain is so, however much it is */
		return o->action <= c->of[BDL_REPLAY_NOW].action && r->rules[i].action > o->action;
	return r->rules[i].action > o->action && said_of(c, side, i) != SAID_NO;
}

/* Nor what both have, where the record does not say which rule it was: it would make both alike. */
static bool is_covered(const struct comparison *c, enum bdl_replay_side side, size_t i)
{
	enum bdl_action from = c->of[BDL_REPLAY_NOW].action, to = c->of[BDL_REPLAY_THEN].action;
	enum bdl_action milder = from < to ? from : to;

	return from != to && is_shared(c, side, i) && c->p->r[side]->rules[i].action > milder &&
	    said_of(c, side, i) == SAID_PERHAPS;
}

static bool find_doubt(const struct comparison *c, enum bdl_replay_side side, uint16_t *ret)
{
	const struct bdl_ruleset *r = c->p->r[side];
	struct bdl_stretch own = r->stretches[c->f[side].facts.door][BDL_RULE_VERDICT];

	for (size_t i = own.from; c->of[side].any && i < own.to; i++)
		if (is_open(c, side, i) || is_covered(c, side, i)) {
			*ret = (uint16_t)i;
			return true;
		}
	return false;
}

static bool same_clause(const struct comparison *c)
{
	uint16_t from = c->of[BDL_REPLAY_NOW].rule, to = c->of[BDL_REPLAY_THEN].rule;

	if (from == BDL_NO_RULE || to == BDL_NO_RULE)
		return from == to;
	const struct bdl_rule_ref *a = &c->p->r[BDL_REPLAY_NOW]->refs[from];
	const struct bdl_rule_ref *b = &c->p->r[BDL_REPLAY_THEN]->refs[to];
	return bdl_view_eq(a->policy_name, b->policy_name) &&
	    bdl_view_eq(a->clause->id, b->clause->id);
}

static void set_doubt(const struct comparison *c, enum bdl_replay_side side, uint16_t rule,
    struct bdl_replay_outcome *ret)
{
	ret->kind = BDL_REPLAY_UNKNOWN;
	ret->doubt_side = side;
	ret->doubt_rule = rule;
	ret->untold =
	    untold_of(&c->p->r[side]->rules[rule], has(c->p->counting[side], rule), &c->f[side]);
}

void bdl_replay_judge(const struct bdl_replay *p,
    const struct bdl_replay_facts facts[BDL_REPLAY_SIDES], const struct bdl_replay_given *given,
    struct bdl_replay_outcome *ret)
{
	struct comparison c = { .p = p, .f = facts, .given = given };
	struct opinion *from = &c.of[BDL_REPLAY_NOW], *to = &c.of[BDL_REPLAY_THEN];
	uint16_t rule;

	form_opinion(p, BDL_REPLAY_NOW, &facts[BDL_REPLAY_NOW], from);
	form_opinion(p, BDL_REPLAY_THEN, &facts[BDL_REPLAY_THEN], to);
	settle(&c, BDL_REPLAY_NOW, from);
	settle(&c, BDL_REPLAY_THEN, to);
	*ret = (struct bdl_replay_outcome){
		.kind = BDL_REPLAY_SAME,
		.otherwise = from->action != given->action,
		.from = from->action,
		.to = to->action,
		.from_rule = from->rule,
		.to_rule = to->rule,
		.doubt_rule = BDL_NO_RULE,
	};
	if (find_doubt(&c, BDL_REPLAY_THEN, &rule))
		set_doubt(&c, BDL_REPLAY_THEN, rule, ret);
	else if (find_doubt(&c, BDL_REPLAY_NOW, &rule))
		set_doubt(&c, BDL_REPLAY_NOW, rule, ret);
	else if (to->action != from->action || !same_clause(&c))
		ret->kind = BDL_REPLAY_CHANGED;
}

/* --- what need not be looked at --- */

/* Joins what was told apart so far with one test: two minutes stay alike where it holds of both. */
static unsigned refine(const struct bdl_test *t, uint16_t minutes[BDL_WEEK_MINUTES], unsigned n)
{
	uint16_t *split BDL_AUTO_FREE = bdl_xcalloc(2 * (size_t)n, sizeof(*split));
	struct bdl_facts f = { .told = BDL_TOLD(TIME) };
	const struct bdl_hearing h = { .f = &f };
	unsigned numbers = 0;

	for (unsigned i = 0; i < BDL_WEEK_MINUTES; i++) {
		f.weekday = (uint8_t)(i / (24 * 60));
		f.minute = (uint16_t)(i % (24 * 60));
		unsigned key = 2u * minutes[i] + bdl_test_holds(t, &h, false);
		if (!split[key])
			split[key] = (uint16_t)++numbers;
		minutes[i] = (uint16_t)(split[key] - 1);
	}
	return numbers;
}

unsigned bdl_replay_times(const struct bdl_replay *p, uint16_t ret[BDL_WEEK_MINUTES])
{
	unsigned n = 1;

	memset(ret, 0, BDL_WEEK_MINUTES * sizeof(*ret));
	for (int side = 0; side < BDL_REPLAY_SIDES; side++)
		for (size_t i = 0; i < p->r[side]->n_rules; i++) {
			const struct bdl_judged_rule *rule = &p->r[side]->rules[i];

			for (size_t k = 0; k < tests_of(rule); k++)
				if (test_at(rule, k)->kind == BDL_TEST_TIME)
					n = refine(test_at(rule, k), ret, n);
		}
	return n;
}

#define BY_PATH (BDL_TOLD(PATH) | BDL_TOLD(SEARCH) | BDL_TOLD(WORDS))

/* Whether the rule asks for the path, and neither host nor categories keep it from applying. */
static bool reads_path(const struct bdl_judged_rule *rule, const struct bdl_hearing *h)
{
	if (!(rule->needs & BY_PATH))
		return false;
	for (size_t i = 0; i < rule->n_conds; i++) {
		bool of_site = rule->tests[i].kind == BDL_TEST_CATEGORY ||
		    rule->tests[i].kind == BDL_TEST_HOST;

		if (of_site && !bdl_condition_holds(rule, i, h))
			return false;
	}
	return true;
}

bool bdl_replay_reads_path(
    const struct bdl_replay *p, const struct bdl_replay_facts facts[BDL_REPLAY_SIDES])
{
	for (int side = 0; side < BDL_REPLAY_SIDES; side++) {
		const struct bdl_ruleset *r = p->r[side];
		const struct bdl_hearing h = { .f = &facts[side].facts };
		struct bdl_stretch own = r->stretches[h.f->door][BDL_RULE_VERDICT];

		for (size_t i = own.from; i < own.to; i++)
			if (reads_path(&r->rules[i], &h))
				return true;
	}
	return false;
}
