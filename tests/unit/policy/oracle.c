#include "oracle.h"
#include <string.h>

enum tri { IS_NOT, IS_SO, UNTOLD };

static bool says(struct bdl_view v, const char *text)
{
	return v.n == strlen(text) && memcmp(v.p, text, v.n) == 0;
}

static bool person_in(const struct situation *s, struct bdl_view group)
{
	for (unsigned i = 0; i < 4; i++)
		if ((s->groups >> i & 1) && says(group, named_groups[i]))
			return true;
	return false;
}

static bool policy_binds_by_name(const struct bdl_document *d, const struct situation *s)
{
	for (size_t i = 0; i < d->front.n_binds; i++)
		if (person_in(s, d->front.binds[i]))
			return true;
	return false;
}

struct oracle oracle_of(const struct bdl_ruleset *r, const struct situation *s)
{
	struct oracle o = { s, r, true };

	for (size_t i = 0; s->known && i < bdl_ruleset_policies(r); i++)
		if (policy_binds_by_name(bdl_ruleset_document(r, i), s))
			o.stranger = false;
	return o;
}

static int weight(enum bdl_manner manner)
{
	if (manner == BDL_MANNER_CERTAIN)
		return 2;
	return manner == BDL_MANNER_NONE ? 0 : 1;
}

/* Whether a thing that is so makes what the rule names so. */
static bool thing_means(
    const struct thing *thing, const struct bdl_phrase *p, const struct bdl_word *word)
{
	const char *slash = strchr(thing->name, '/');

	if (thing->form != p->form || weight(thing->manner) < weight(p->manner))
		return false;
	if (!word || says(word->text, thing->name))
		return true;
	if ((p->form == BDL_PHRASE_FILES || p->form == BDL_PHRASE_LINKS) && says(word->text, "any"))
		return true;
	return p->form == BDL_PHRASE_TYPES && word->text.p[word->text.n - 1] == '*' && slash &&
	    (size_t)(slash - thing->name) + 2 == word->text.n &&
	    memcmp(word->text.p, thing->name, word->text.n - 1) == 0;
}

static bool any_thing(const struct situation *s, const struct bdl_phrase *p)
{
	for (size_t t = 0; t < THINGS; t++) {
		if (!(s->things >> t & 1))
			continue;
		if (p->lists[0].n == 0 && thing_means(&some_things[t], p, NULL))
			return true;
		for (size_t i = 0; i < p->lists[0].n; i++)
			if (thing_means(&some_things[t], p, &p->lists[0].words[i]))
				return true;
	}
	return false;
}

static bool minute_in(const struct situation *s, const struct bdl_phrase *p)
{
	for (size_t i = 0; i < p->n_periods; i++) {
		const struct bdl_period *period = &p->periods[i];

		/* Walk the period minute by minute from its start on each of its days. */
		for (unsigned day = 0; day < 7; day++) {
			unsigned length = (period->to + 1440u - period->from) % 1440u;
			unsigned now = s->weekday * 1440u + s->minute;
			unsigned since =
			    (now + 7 * 1440u - (day * 1440u + period->from)) % (7 * 1440u);

			if (length == 0)
				length = 1440;
			if ((period->days >> day & 1) && since < length)
				return true;
		}
	}
	return false;
}

static bool host_is(const char *host, struct bdl_view name)
{
	size_t n = strlen(host);

	return n >= name.n && memcmp(host + n - name.n, name.p, name.n) == 0 &&
	    (n == name.n || host[n - name.n - 1] == '.');
}

static bool path_is(const char *path, struct bdl_view name)
{
	return strncmp(path, name.p, name.n) == 0 && memchr("/?", path[name.n], 3) != NULL;
}

/* Texts of situations are folded already, and the words of the rules are plain. */
static bool text_has(const char *text, struct bdl_view words)
{
	char padded[128], wanted[64];

	(void)snprintf(padded, sizeof(padded), " %s ", text);
	(void)snprintf(wanted, sizeof(wanted), " %.*s ", BDL_FMT(words));
	return strstr(padded, wanted) != NULL;
}

static bool category_is(const struct situation *s, struct bdl_view name)
{
	for (unsigned i = 0; i < 4; i++)
		if ((s->categories >> i & 1) && says(name, named_categories[i]))
			return true;
	return false;
}

static bool any_word(const struct situation *s, const struct bdl_phrase *p)
{
	for (size_t i = 0; i < p->lists[0].n; i++) {
		struct bdl_view word = p->lists[0].words[i].text;

		if ((p->form == BDL_PHRASE_CATEGORY && category_is(s, word)) ||
		    (p->form == BDL_PHRASE_HOST && host_is(s->host, word)) ||
		    (p->form == BDL_PHRASE_PATH && path_is(s->path, word)) ||
		    (p->form == BDL_PHRASE_WORDS && text_has(s->text, word)))
			return true;
	}
	return false;
}

/* `likely` is what is supposed of people of whom nothing is known for certain. */
static bool is_for(const struct oracle *o, const struct bdl_phrase *p, bool likely)
{
	for (size_t i = 0; i < p->lists[0].n; i++) {
		struct bdl_view name = p->lists[0].words[i].text;
		bool unknown = says(name, "unknown");

		if (o->stranger && likely && (!unknown || !o->s->known))
			return true;
		if (!o->stranger && person_in(o->s, name))
			return true;
	}
	return false;
}

/* The number that a condition compares, for `up to amount` too. */
static uint64_t number_for(const struct situation *s, const struct bdl_phrase *p)
{
	switch ((int)p->form) {
	case BDL_PHRASE_SIZE:
		return p->span.n ? s->counts[BDL_COUNTER_BYTES] : s->numbers[BDL_NUMBER_SIZE];
	case BDL_PHRASE_RECIPIENT_COUNT:
		return s->numbers[BDL_NUMBER_RECIPIENTS];
	case BDL_PHRASE_FORWARDED:
		return s->numbers[BDL_NUMBER_FORWARDED];
	case BDL_PHRASE_DATA:
		return s->numbers[BDL_NUMBER_PEOPLE];
	case BDL_PHRASE_COUNT:
		return s->counts[BDL_COUNTER_TIMES];
	case BDL_PHRASE_USING_COUNT:
		return s->counts[BDL_COUNTER_DEVICES];
	default:
		return UINT64_MAX;
	}
}

static const struct bdl_phrase *measured_by(const struct bdl_rule *rule)
{
	for (size_t i = 0; i < rule->n_conds; i++) {
		int form = (int)rule->conds[i].form;

		if (form == BDL_PHRASE_SIZE || form == BDL_PHRASE_RECIPIENT_COUNT ||
		    form == BDL_PHRASE_FORWARDED || form == BDL_PHRASE_COUNT ||
		    form == BDL_PHRASE_USING_COUNT ||
		    (form == BDL_PHRASE_DATA && rule->conds[i].number))
			return &rule->conds[i];
	}
	return NULL;
}

static bool is_granted(
    const struct oracle *o, const struct bdl_rule *rule, const struct bdl_phrase *p)
{
	const struct bdl_phrase *measure = measured_by(rule);
	uint64_t value = measure ? number_for(o->s, measure) : o->s->numbers[BDL_NUMBER_SIZE];

	if (!says(p->lists[0].words[0].text, "large"))
		return any_thing(o->s, p);
	return o->s->large && (p->lists[1].n == 0 || value <= o->s->amount);
}

static bool is_so(
    const struct oracle *o, const struct bdl_rule *rule, const struct bdl_phrase *p, bool likely)
{
	switch ((int)p->form) {
	case BDL_PHRASE_CATEGORY:
	case BDL_PHRASE_HOST:
	case BDL_PHRASE_PATH:
	case BDL_PHRASE_WORDS:
		return any_word(o->s, p);
	case BDL_PHRASE_BY:
		return is_for(o, p, likely);
	case BDL_PHRASE_TIME:
		return minute_in(o->s, p);
	case BDL_PHRASE_SIZE:
	case BDL_PHRASE_RECIPIENT_COUNT:
	case BDL_PHRASE_FORWARDED:
		return number_for(o->s, p) > p->number;
	case BDL_PHRASE_COUNT:
	case BDL_PHRASE_USING_COUNT:
		return number_for(o->s, p) >= p->number;
	case BDL_PHRASE_DATA:
		return any_thing(o->s, p) && (!p->number || number_for(o->s, p) > p->number);
	case BDL_PHRASE_GRANTED:
		return is_granted(o, rule, p);
	default:
		return any_thing(o->s, p);
	}
}

static bool was_told(const struct situation *s, enum bdl_fact fact)
{
	return s->told >> fact & 1;
}

static enum tri ask(
    const struct oracle *o, const struct bdl_rule *rule, const struct bdl_phrase *p, bool likely)
{
	const struct bdl_phrase *measure = measured_by(rule);
	bool told = was_told(o->s, bdl_fact_of(p));

	if (p->form == BDL_PHRASE_GRANTED && p->lists[1].n)
		told &= was_told(o->s, measure ? bdl_fact_of(measure) : BDL_FACT_SIZE);
	if (!told)
		return UNTOLD;
	return is_so(o, rule, p, likely) ? IS_SO : IS_NOT;
}

static enum tri ask_deed(const struct situation *s, const struct bdl_rule *rule)
{
	bool told = true, is = rule->deeds == 0;

	for (unsigned i = 0; i < BDL_DEEDS; i++)
		if (rule->deeds >> i & 1) {
			told &= was_told(s, bdl_fact_of_deed((enum bdl_deed)i));
			is |= s->deeds >> i & 1;
		}
	return !told ? UNTOLD : is ? IS_SO : IS_NOT;
}

/* A grant for this host lifts the rules of the clause `base`, where it stands over it. */
static bool is_opened(const struct oracle *o, const struct bdl_rule_ref *ref)
{
	bool open = false;

	for (size_t t = 0; t < THINGS; t++)
		open |= (o->s->things >> t & 1) && some_things[t].form == BDL_PHRASE_GRANTED &&
		    strcmp(some_things[t].name, "page") == 0;
	return open && ref->rule->kind == BDL_RULE_VERDICT && ref->rule->action != BDL_ALLOW &&
	    says(ref->clause->id, "base") && !bdl_rule_phrase(ref->rule, BDL_PHRASE_ALWAYS);
}

enum bdl_step_kind oracle_step(const struct oracle *o, const struct bdl_rule_ref *ref)
{
	const struct bdl_rule *rule = ref->rule;
	bool milder = rule->kind == BDL_RULE_SPLICE ||
	    (rule->kind == BDL_RULE_VERDICT && rule->action == BDL_ALLOW);
	enum tri deed = ask_deed(o->s, rule);
	bool untold = deed == UNTOLD;

	if (!o->stranger && !policy_binds_by_name(bdl_ruleset_document(o->r, ref->policy), o->s))
		return BDL_STEP_NOT_BOUND;
	if (deed == IS_NOT)
		return BDL_STEP_NOT_MET;
	for (size_t i = 0; i < rule->n_conds; i++) {
		enum tri t = ask(o, rule, &rule->conds[i], !milder);

		if (t == IS_NOT)
			return BDL_STEP_NOT_MET;
		untold |= t == UNTOLD;
	}
	for (size_t i = 0; i < rule->n_unless; i++) {
		enum tri t = ask(o, rule, &rule->unless[i], milder);

		if (t == IS_SO)
			return BDL_STEP_LIFTED;
		untold |= t == UNTOLD;
	}
	if (is_opened(o, ref))
		return BDL_STEP_LIFTED;
	return untold ? BDL_STEP_CANNOT_TELL : BDL_STEP_APPLIED;
}

bool is_of_door(const struct bdl_rule_ref *ref, enum bdl_rule_kind kind, const struct situation *s)
{
	return ref->rule->kind == kind && ref->rule->door == s->door;
}

bool is_allowed_over(const struct oracle *o, const struct bdl_rule_ref *ref)
{
	if (ref->rule->action == BDL_ALLOW || !says(ref->clause->id, "base") ||
	    bdl_rule_phrase(ref->rule, BDL_PHRASE_ALWAYS))
		return false;
	for (size_t i = 0; i < school_rules(o->r); i++) {
		struct bdl_rule_ref allow = bdl_ruleset_rule(o->r, (uint16_t)i);

		if (is_of_door(&allow, BDL_RULE_VERDICT, o->s) && allow.rule->action == BDL_ALLOW &&
		    allow.policy == ref->policy && oracle_step(o, &allow) == BDL_STEP_APPLIED)
			return true;
	}
	return false;
}

enum bdl_step_kind oracle_last_step(
    const struct oracle *o, const struct bdl_rule_ref *ref, bool *ret_allowed)
{
	enum bdl_step_kind step = oracle_step(o, ref);

	*ret_allowed =
	    (step == BDL_STEP_APPLIED || step == BDL_STEP_CANNOT_TELL) && is_allowed_over(o, ref);
	return *ret_allowed ? BDL_STEP_LIFTED : step;
}

static void oracle_tell(
    const struct situation *s, const struct bdl_rule *rule, struct bdl_verdict *v)
{
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *p = &rule->phrases[i];

		if (p->form != BDL_PHRASE_TELL ||
		    (p->number && s->counts[BDL_COUNTER_TIMES] < p->number))
			continue;
		for (size_t j = 0; j < p->lists[0].n; j++)
			v->tell |= 1u << bdl_role_find(p->lists[0].words[j].text);
		v->critical |= p->manner == BDL_MANNER_CRITICAL;
	}
}

void oracle_judge(const struct bdl_ruleset *r, const struct situation *s, struct bdl_verdict *ret)
{
	struct oracle o = oracle_of(r, s);
	int first_allow = -1;
	bool lifted = false;

	*ret = (struct bdl_verdict){ .action = BDL_ALLOW, .rule = BDL_NO_RULE };
	for (size_t i = 0; i < school_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);
		bool allowed;

		if (!is_of_door(&ref, BDL_RULE_VERDICT, s))
			continue;
		if (oracle_last_step(&o, &ref, &allowed) != BDL_STEP_APPLIED) {
			lifted |= allowed && oracle_step(&o, &ref) == BDL_STEP_APPLIED;
			continue;
		}
		ret->matched[i / 64] |= 1ULL << (i % 64);
		oracle_tell(s, ref.rule, ret);
		if (ref.rule->action == BDL_ALLOW) {
			first_allow = first_allow < 0 ? (int)i : first_allow;
		} else if (ret->rule == BDL_NO_RULE || ref.rule->action > ret->action) {
			ret->action = ref.rule->action;
			ret->rule = (uint16_t)i;
		}
	}
	if (ret->rule == BDL_NO_RULE && lifted)
		ret->rule = (uint16_t)first_allow;
}
