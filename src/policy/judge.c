#include "policy/judge.h"
#include "policy/judge_int.h"

/* --- what the tests ask --- */

static uint64_t folded(const struct bdl_facts *f)
{
	uint64_t key = BDL_KEY_NONE;

	for (size_t i = 0; i < BDL_ARRAY_LEN(f->categories.w); i++)
		key |= f->categories.w[i];
	for (size_t i = 0; i < BDL_ARRAY_LEN(f->atoms.w); i++)
		key |= f->atoms.w[i];
	return key;
}

struct bdl_subject bdl_subject_of(const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	struct bdl_subject s = { .policies = 1u << r->n_policies, .key = folded(f) };

	s.stranger = !f->known || !(f->groups & r->bound);
	for (size_t i = 0; i < r->n_policies; i++)
		if (s.stranger || (f->groups & r->policies[i].binds))
			s.policies |= 1u << i;
	return s;
}

static bool any_category(const struct bdl_test *t, const struct bdl_facts *f)
{
	for (size_t i = 0; i < t->n; i++)
		if (bdl_catset_has(&f->categories, t->numbers[i]))
			return true;
	return false;
}

static bool any_atom(const struct bdl_test *t, const struct bdl_facts *f)
{
	for (size_t i = 0; i < t->n; i++)
		if (bdl_atomset_has(&f->atoms, t->numbers[i]))
			return true;
	return false;
}

static bool any_host(const struct bdl_test *t, const struct bdl_facts *f)
{
	for (size_t i = 0; i < t->n; i++)
		if (bdl_host_below(f->host, t->texts[i]))
			return true;
	return false;
}

/* By whole segments: "/live" is "/live" and "/live/a", and not "/lively". */
static bool any_path(const struct bdl_test *t, const struct bdl_facts *f)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t n = t->texts[i].n;

		if (bdl_view_starts(f->path, t->texts[i]) &&
		    (f->path.n == n || f->path.p[n] == '/' || f->path.p[n] == '?'))
			return true;
	}
	return false;
}

static bool any_words(const struct bdl_test *t, const struct bdl_facts *f)
{
	for (size_t i = 0; i < t->n; i++)
		if (bdl_text_has_words(f->text, t->texts[i]))
			return true;
	return false;
}

static bool period_holds(const struct bdl_period *p, unsigned minute, unsigned weekday)
{
	bool today = p->days >> weekday & 1, yesterday = p->days >> ((weekday + 6) % 7) & 1;

	if (p->from < p->to)
		return today && minute >= p->from && minute < p->to;
	return (today && minute >= p->from) || (yesterday && minute < p->to);
}

static bool any_period(const struct bdl_test *t, const struct bdl_facts *f)
{
	for (size_t i = 0; i < t->n; i++)
		if (period_holds(&t->periods[i], f->minute, f->weekday))
			return true;
	return false;
}

/* Of a stranger no group is known for certain; only that one is unknown can be. */
static bool any_group(const struct bdl_test *t, const struct bdl_hearing *h, bool doubt)
{
	if (!h->s.stranger)
		return (t->groups & h->f->groups) != 0;
	return doubt && ((t->unknown && !h->f->known) || t->groups != 0);
}

static uint64_t measured(const struct bdl_test *t, const struct bdl_facts *f)
{
	if (t->measure != BDL_MEASURE_COUNTER)
		return f->numbers[t->measure];
	return f->counts ? f->counts[t->counter] : 0;
}

bool bdl_test_holds(const struct bdl_test *t, const struct bdl_hearing *h, bool doubt)
{
	const struct bdl_facts *f = h->f;

	switch ((enum bdl_test_kind)t->kind) {
	case BDL_TEST_CATEGORY:
		return any_category(t, f);
	case BDL_TEST_ATOM:
		return any_atom(t, f) && (!t->number || measured(t, f) > t->number);
	case BDL_TEST_GROUP:
		return any_group(t, h, doubt);
	case BDL_TEST_HOST:
		return any_host(t, f);
	case BDL_TEST_PATH:
		return any_path(t, f);
	case BDL_TEST_WORDS:
		return any_words(t, f);
	case BDL_TEST_TIME:
		return any_period(t, f);
	case BDL_TEST_MORE:
		return measured(t, f) > t->number;
	case BDL_TEST_COUNT:
		return measured(t, f) >= t->number;
	case BDL_TEST_GRANT:
		return any_atom(t, f) && measured(t, f) <= f->amounts[t->amount];
	}
	return false;
}

static bool is_told(const struct bdl_facts *f, unsigned fact)
{
	return fact == BDL_FACTS || (f->told >> fact & 1);
}

bool bdl_test_told(const struct bdl_test *t, const struct bdl_facts *f)
{
	return is_told(f, t->fact) && is_told(f, t->measured);
}

uint64_t bdl_allows_of(const struct bdl_ruleset *r, const struct bdl_hearing *h)
{
	struct bdl_stretch own = r->stretches[h->f->door][BDL_RULE_VERDICT];
	uint64_t allows = 0;

	for (size_t i = 0; i < r->n_allows; i++)
		if (r->allows[i] >= own.from && r->allows[i] < own.to &&
		    bdl_rule_applies(&r->rules[r->allows[i]], h))
			allows |= 1ULL << i;
	return allows;
}

/* --- the verdict --- */

static void add_tellings(
    const struct bdl_judged_rule *rule, const struct bdl_facts *f, struct bdl_verdict *v)
{
	for (size_t i = 0; i < rule->n_tellings; i++) {
		const struct bdl_telling *t = &rule->tellings[i];

		if (!f->counts || f->counts[t->counter] < t->number)
			continue;
		v->tell |= t->roles;
		v->critical |= t->critical;
	}
}

static void add_rule(
    const struct bdl_ruleset *r, size_t i, const struct bdl_facts *f, struct bdl_verdict *v)
{
	const struct bdl_judged_rule *rule = &r->rules[i];

	v->matched[i / 64] |= 1ULL << (i % 64);
	v->tell |= rule->tell;
	v->critical |= rule->critical;
	add_tellings(rule, f, v);
}

/* The rules `allow` are recorded; the first that lifted something decides where none else does. */
static void add_allows(const struct bdl_ruleset *r, const struct bdl_facts *f, uint64_t allows,
    uint64_t used, struct bdl_verdict *v)
{
	for (uint64_t rest = allows; rest; rest &= rest - 1)
		add_rule(r, r->allows[__builtin_ctzll(rest)], f, v);
	if (used && v->rule == BDL_NO_RULE)
		v->rule = r->allows[__builtin_ctzll(used)];
}

static void add_strictest(
    const struct bdl_ruleset *r, size_t i, const struct bdl_facts *f, struct bdl_verdict *v)
{
	add_rule(r, i, f, v);
	if (v->rule == BDL_NO_RULE || r->rules[i].action > v->action) {
		v->action = (enum bdl_action)r->rules[i].action;
		v->rule = (uint16_t)i;
	}
}

/* After all else, and nothing lifts it. */
static void add_law(const struct bdl_ruleset *r, const struct bdl_hearing *h, struct bdl_verdict *v)
{
	struct bdl_stretch law = bdl_law_of(r, h->f);

	for (size_t i = law.from; i < law.to; i++)
		if (bdl_rule_applies(&r->rules[i], h))
			add_strictest(r, i, h->f, v);
}

void bdl_judge(const struct bdl_ruleset *r, const struct bdl_facts *f, struct bdl_verdict *ret)
{
	struct bdl_hearing h = { .f = f, .s = bdl_subject_of(r, f) };
	struct bdl_stretch rules = r->stretches[f->door][BDL_RULE_VERDICT];
	uint64_t allows = r->n_allows ? bdl_allows_of(r, &h) : 0, used = 0;

	*ret = (struct bdl_verdict){ .action = BDL_ALLOW, .rule = BDL_NO_RULE };
	for (size_t i = rules.from; i < rules.to; i++) {
		const struct bdl_judged_rule *rule = &r->rules[i];

		if (!bdl_rule_concerned(rule, &h) || bdl_rule_past(rule, f) ||
		    rule->action == BDL_ALLOW || !bdl_rule_applies(rule, &h))
			continue;
		if (rule->lifters & allows) {
			used |= rule->lifters & allows;
			continue;
		}
		add_strictest(r, i, f, ret);
	}
	add_law(r, &h, ret);
	if (allows)
		add_allows(r, f, allows, used, ret);
}

/* --- counters --- */

#define COUNTED (BDL_TOLD(TIMES) | BDL_TOLD(DEVICES) | BDL_TOLD(VOLUME))

static bool asks_counter(const struct bdl_test *t)
{
	return t->measure == BDL_MEASURE_COUNTER;
}

/* It asks for one of these kinds of fact, or measures by one. */
static bool asks_any(const struct bdl_test *t, uint64_t kinds)
{
	return (t->fact != BDL_FACTS && (kinds >> t->fact & 1)) ||
	    (t->measured != BDL_FACTS && (kinds >> t->measured & 1));
}

/* All of the rule but what its tests say that ask for these kinds of fact. */
static bool otherwise_applies(
    const struct bdl_judged_rule *rule, const struct bdl_hearing *h, uint64_t kinds)
{
	if ((rule->needs & ~kinds & ~h->f->told) || !(h->s.policies >> rule->policy & 1) ||
	    (rule->deeds && !(rule->deeds & h->f->deeds)))
		return false;
	for (size_t i = 0; i < rule->n_conds; i++)
		if (!asks_any(&rule->tests[i], kinds) && !bdl_condition_holds(rule, i, h))
			return false;
	for (size_t i = 0; i < rule->n_unless; i++)
		if (!asks_any(&rule->tests[rule->n_conds + i], kinds) &&
		    bdl_exception_holds(rule, i, h))
			return false;
	return true;
}

static void add_counters(
    const struct bdl_judged_rule *rule, const struct bdl_hearing *h, struct bdl_counterset *ret)
{
	for (size_t i = 0; i < (size_t)rule->n_conds + rule->n_unless; i++)
		if (asks_counter(&rule->tests[i]))
			bdl_counterset_add(ret, rule->tests[i].counter);
	if (!bdl_rule_applies(rule, h))
		return;
	for (size_t i = 0; i < rule->n_tellings; i++)
		bdl_counterset_add(ret, rule->tellings[i].counter);
}

bool bdl_judge_counters(
    const struct bdl_ruleset *r, const struct bdl_facts *f, struct bdl_counterset *ret)
{
	struct bdl_stretch own = r->stretches[f->door][BDL_RULE_VERDICT];
	struct bdl_hearing h = { .f = f };
	uint64_t allows, any = 0;

	*ret = (struct bdl_counterset){ 0 };
	if (!r->n_counting)
		return false;
	h.s = bdl_subject_of(r, f);
	allows = bdl_allows_of(r, &h);
	for (size_t i = 0; i < r->n_counting; i++) {
		const struct bdl_judged_rule *rule = &r->rules[r->counting[i]];

		if (r->counting[i] >= own.from && r->counting[i] < own.to &&
		    (rule->key & h.s.key) && !bdl_rule_past(rule, f) && !(rule->lifters & allows) &&
		    otherwise_applies(rule, &h, COUNTED))
			add_counters(rule, &h, ret);
	}
	for (size_t i = 0; i < BDL_ARRAY_LEN(ret->w); i++)
		any |= ret->w[i];
	return any != 0;
}

/* --- what a text that is not read yet may come to --- */

enum bdl_action bdl_judge_awaits(const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	const uint64_t open = BDL_TOLD(PHRASES) | COUNTED;
	struct bdl_stretch rules = r->stretches[f->door][BDL_RULE_VERDICT];
	struct bdl_hearing h = { .f = f };
	enum bdl_action strictest = BDL_ALLOW;
	uint64_t allows;

	if (!(r->asked & BDL_TOLD(PHRASES)))
		return BDL_ALLOW;
	h.s = bdl_subject_of(r, f);
	allows = bdl_allows_of(r, &h);
	for (size_t i = rules.from; i < rules.to; i++) {
		const struct bdl_judged_rule *rule = &r->rules[i];

		if ((rule->needs & BDL_TOLD(PHRASES)) && rule->action > strictest &&
		    !(rule->lifters & allows) && otherwise_applies(rule, &h, open))
			strictest = (enum bdl_action)rule->action;
	}
	return strictest;
}

/* --- sealed contents and switches --- */

bool bdl_judge_splice(const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	struct bdl_stretch rules = r->stretches[f->door][BDL_RULE_SPLICE];
	struct bdl_hearing h = { .f = f };
	uint32_t spliced = 0;

	if (rules.from == rules.to || bdl_catset_has(&f->categories, r->illegal))
		return false;
	h.s = bdl_subject_of(r, f);
	for (size_t i = rules.from; i < rules.to; i++)
		if (bdl_rule_applies(&r->rules[i], &h))
			spliced |= 1u << r->rules[i].policy;
	return spliced && !(h.s.policies & r->spoken[f->door] & ~spliced);
}

uint32_t bdl_judge_force(const struct bdl_ruleset *r, const struct bdl_facts *f)
{
	struct bdl_stretch rules = r->stretches[f->door][BDL_RULE_FORCE];
	struct bdl_hearing h = { .f = f };
	uint32_t switches = 0;

	if (rules.from == rules.to)
		return 0;
	h.s = bdl_subject_of(r, f);
	for (size_t i = rules.from; i < rules.to; i++)
		if (bdl_rule_applies(&r->rules[i], &h))
			switches |= r->rules[i].switches;
	return switches;
}
