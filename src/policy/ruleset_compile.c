/* From the documents' rules to what the judge compares. */
#include "policy/judge_int.h"

static int limit(struct bdl_err *err, const char *what, size_t max)
{
	return bdl_fail(err, BDL_E_LIMIT, "the policies name more than %zu %s", max, what);
}

static int no_room(struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_LIMIT, "the policies need more memory than a ruleset may");
}

/* What is being compiled, and where it stands. */
struct compiler {
	struct bdl_ruleset *r;
	const struct bdl_document *d;
	const struct bdl_clause *clause;
	const struct bdl_rule *rule;
	struct bdl_judged_rule *out;
	bool whole;
	struct bdl_err *err;
};

static bool takes(const struct compiler *c, const struct bdl_rule *rule)
{
	return c->whole || bdl_rule_carried_out(rule);
}

/* --- names to numbers: each adds what is new, and fails only at a limit --- */

static int add_group(
    struct bdl_ruleset *r, struct bdl_view name, uint64_t *mask, struct bdl_err *err)
{
	uint64_t bit = bdl_ruleset_group(r, name);

	if (!bit && r->n_groups == BDL_GROUPS_MAX)
		return limit(err, "groups", BDL_GROUPS_MAX);
	if (!bit) {
		bit = 1ULL << r->n_groups;
		r->groups[r->n_groups++] = name;
	}
	*mask |= bit;
	return 0;
}

static int add_category(
    struct bdl_ruleset *r, struct bdl_view name, uint16_t *ret, struct bdl_err *err)
{
	int i = bdl_ruleset_category_find(r, name);

	if (i < 0 && r->n_categories == BDL_RULESET_CATEGORIES_MAX)
		return limit(err, "categories", BDL_RULESET_CATEGORIES_MAX);
	if (i < 0) {
		i = (int)r->n_categories;
		r->categories[r->n_categories++] = bdl_region_str(r->region, name);
	}
	*ret = (uint16_t)i;
	return 0;
}

static int add_atom(struct bdl_ruleset *r, enum bdl_phrase_form form, struct bdl_view name,
    enum bdl_manner manner, uint16_t *ret, struct bdl_err *err)
{
	int i = bdl_ruleset_atom(r, form, name, manner);

	if (i < 0 && r->n_atoms == BDL_ATOMS_MAX)
		return limit(err, "things", BDL_ATOMS_MAX);
	if (i < 0) {
		i = (int)r->n_atoms;
		r->atoms[r->n_atoms++] = (struct bdl_atom){ form, manner, name };
	}
	*ret = (uint16_t)i;
	return 0;
}

static int add_amount(
    struct bdl_ruleset *r, struct bdl_view permission, uint8_t *ret, struct bdl_err *err)
{
	int i = bdl_ruleset_amount(r, permission);

	if (i < 0 && r->n_amounts == BDL_AMOUNTS_MAX)
		return limit(err, "permissions up to an amount", BDL_AMOUNTS_MAX);
	if (i < 0) {
		i = (int)r->n_amounts;
		r->amounts[r->n_amounts++] = permission;
	}
	*ret = (uint8_t)i;
	return 0;
}

/* Of the clause's name and the rule's text, so that it outlives a new version of other clauses. */
static uint64_t counter_id(const struct compiler *c, const struct bdl_phrase *phrase)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_view policy = c->r->policies[c->out->policy].name;
	struct bdl_digest digest;
	uint64_t id;

	(void)bdl_buf_printf(&text, "%.*s#%.*s %u:%u\n", BDL_FMT(policy), BDL_FMT(c->clause->id),
	    phrase->line - c->rule->line, phrase->column);
	(void)bdl_buf_add_view(&text, c->rule->text);
	digest = bdl_digest_of(text.p, text.n);
	memcpy(&id, digest.b, sizeof(id));
	return id;
}

static int add_counter(const struct compiler *c, enum bdl_counter_kind kind,
    const struct bdl_phrase *phrase, uint16_t *ret)
{
	struct bdl_ruleset *r = c->r;
	uint64_t id = counter_id(c, phrase);

	for (*ret = 0; *ret < r->n_counters; (*ret)++)
		if (r->counters[*ret].id == id)
			return 0; /* the same rule twice in one clause counts once */
	if (r->n_counters == BDL_COUNTERS_MAX)
		return limit(c->err, "counters", BDL_COUNTERS_MAX);
	r->counters[r->n_counters++] = (struct bdl_act_counter){
		.id = id,
		.kind = kind,
		.span = phrase->span,
		.rule = (uint16_t)(c->out - r->rules),
		.phrase = phrase,
	};
	return 0;
}

/* --- conditions and exceptions --- */

static int compile_numbers(const struct compiler *c, struct bdl_test *t)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	size_t n = names->n ? names->n : 1; /* a form without names is one thing */
	uint16_t *numbers = bdl_region_array(c->r->region, n, sizeof(*numbers));
	int rc = 0;

	if (!numbers)
		return no_room(c->err);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct bdl_view name = names->n ? names->words[i].text : BDL_LIT("");

		if (t->kind == BDL_TEST_CATEGORY)
			rc = add_category(c->r, name, &numbers[i], c->err);
		else
			rc = add_atom(
			    c->r, t->phrase->form, name, t->phrase->manner, &numbers[i], c->err);
	}
	t->numbers = numbers;
	t->n = (uint16_t)n;
	return rc;
}

static int compile_groups(const struct compiler *c, struct bdl_test *t)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	int rc = 0;

	for (size_t i = 0; i < names->n && rc == 0; i++) {
		if (bdl_view_is(names->words[i].text, "unknown"))
			t->unknown = true;
		else
			rc = add_group(c->r, names->words[i].text, &t->groups, c->err);
	}
	return rc;
}

/* As the judge finds them: hosts in their one spelling, words folded, paths as they are written. */
static int compile_text(
    const struct compiler *c, const struct bdl_test *t, struct bdl_view text, struct bdl_view *ret)
{
	struct bdl_buf folded BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	char host[BDL_HOST_MAX + 1];
	bool is_ip;
	int rc = 0;

	*ret = text;
	if (t->kind == BDL_TEST_HOST) {
		if ((rc = bdl_host_normalise(text, host, &is_ip, c->err)) == 0)
			*ret = bdl_region_view(c->r->region, bdl_view_of(host));
	} else if (t->kind == BDL_TEST_WORDS) {
		bdl_text_fold(text, &folded);
		*ret = bdl_region_view(c->r->region, bdl_buf_view(&folded));
	}
	return rc;
}

static int compile_texts(const struct compiler *c, struct bdl_test *t)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	struct bdl_view *texts = bdl_region_array(c->r->region, names->n, sizeof(*texts));
	int rc = 0;

	if (!texts)
		return no_room(c->err);
	for (size_t i = 0; i < names->n && rc == 0; i++)
		rc = compile_text(c, t, names->words[i].text, &texts[i]);
	t->texts = texts;
	t->n = (uint16_t)names->n;
	return rc;
}

/* What a condition measures; BDL_NUMBERS + 1 where it measures nothing. */
#define NO_MEASURE (BDL_MEASURE_COUNTER + 1)
static unsigned measure_of(const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_RECIPIENT_COUNT)
		return BDL_NUMBER_RECIPIENTS;
	if (phrase->form == BDL_PHRASE_FORWARDED)
		return BDL_NUMBER_FORWARDED;
	if (phrase->form == BDL_PHRASE_DATA && phrase->number)
		return BDL_NUMBER_PEOPLE;
	if (phrase->form == BDL_PHRASE_SIZE)
		return phrase->span.n ? BDL_MEASURE_COUNTER : BDL_NUMBER_SIZE;
	if (phrase->form == BDL_PHRASE_COUNT || phrase->form == BDL_PHRASE_USING_COUNT)
		return BDL_MEASURE_COUNTER;
	return NO_MEASURE;
}

static enum bdl_counter_kind counter_kind(enum bdl_phrase_form form)
{
	if (form == BDL_PHRASE_SIZE)
		return BDL_COUNTER_BYTES;
	return form == BDL_PHRASE_USING_COUNT ? BDL_COUNTER_DEVICES : BDL_COUNTER_TIMES;
}

/* "up to amount": measured by the first number among the rule's conditions, else by the act's size. */
static int compile_grant(const struct compiler *c, struct bdl_test *t, size_t n_before)
{
	const struct bdl_test *before = c->out->tests;

	t->measure = BDL_NUMBER_SIZE;
	t->measured = BDL_FACT_SIZE;
	for (size_t i = 0; i < n_before; i++) {
		if (measure_of(before[i].phrase) == NO_MEASURE)
			continue;
		t->measure = before[i].measure;
		t->counter = before[i].counter;
		t->measured = before[i].fact;
		break;
	}
	return add_amount(c->r, t->phrase->lists[0].words[0].text, &t->amount, c->err);
}

static enum bdl_test_kind test_kind(const struct bdl_phrase *phrase)
{
	if (phrase->form == BDL_PHRASE_CATEGORY)
		return BDL_TEST_CATEGORY;
	if (phrase->form == BDL_PHRASE_BY)
		return BDL_TEST_GROUP;
	if (phrase->form == BDL_PHRASE_HOST)
		return BDL_TEST_HOST;
	if (phrase->form == BDL_PHRASE_PATH)
		return BDL_TEST_PATH;
	if (phrase->form == BDL_PHRASE_WORDS)
		return BDL_TEST_WORDS;
	if (phrase->form == BDL_PHRASE_TIME)
		return BDL_TEST_TIME;
	if (phrase->form == BDL_PHRASE_COUNT || phrase->form == BDL_PHRASE_USING_COUNT)
		return BDL_TEST_COUNT;
	if (phrase->form == BDL_PHRASE_GRANTED && phrase->lists[1].n)
		return BDL_TEST_GRANT;
	if (phrase->form == BDL_PHRASE_DATA || measure_of(phrase) == NO_MEASURE)
		return BDL_TEST_ATOM;
	return BDL_TEST_MORE;
}

static int compile_values(const struct compiler *c, struct bdl_test *t)
{
	switch ((enum bdl_test_kind)t->kind) {
	case BDL_TEST_CATEGORY:
	case BDL_TEST_ATOM:
	case BDL_TEST_GRANT:
		return compile_numbers(c, t);
	case BDL_TEST_GROUP:
		return compile_groups(c, t);
	case BDL_TEST_HOST:
	case BDL_TEST_PATH:
	case BDL_TEST_WORDS:
		return compile_texts(c, t);
	case BDL_TEST_TIME:
		t->periods = t->phrase->periods;
		t->n = (uint16_t)t->phrase->n_periods;
		return 0;
	case BDL_TEST_MORE:
	case BDL_TEST_COUNT:
		return 0;
	}
	return 0;
}

static int compile_test(
    const struct compiler *c, const struct bdl_phrase *phrase, struct bdl_test *t, size_t n_before)
{
	unsigned measure = measure_of(phrase);
	int rc;

	*t = (struct bdl_test){
		.kind = (uint8_t)test_kind(phrase),
		.measure = (uint8_t)measure,
		.fact = (uint8_t)bdl_fact_of(phrase),
		.measured = BDL_FACTS,
		.number = phrase->number,
		.phrase = phrase,
	};
	rc = compile_values(c, t);
	if (rc == 0 && measure == BDL_MEASURE_COUNTER)
		rc = add_counter(c, counter_kind(phrase->form), phrase, &t->counter);
	if (rc == 0 && t->kind == BDL_TEST_GRANT)
		rc = compile_grant(c, t, n_before);
	if (t->fact != BDL_FACTS)
		c->out->needs |= 1ULL << t->fact;
	if (t->measured != BDL_FACTS)
		c->out->needs |= 1ULL << t->measured;
	return rc;
}

/* A permission that opens one host: of those that the document describes, the next for this clause. */
static const struct bdl_phrase *lifting(
    const struct compiler *c, const struct bdl_rule *permit, struct bdl_view clause)
{
	const struct bdl_phrase *phrase = bdl_rule_phrase(permit, BDL_PHRASE_LIFTING);

	if (permit->kind != BDL_RULE_PERMIT || !phrase || !takes(c, permit))
		return NULL;
	for (size_t i = 0; i < phrase->lists[0].n; i++)
		if (bdl_view_eq(phrase->lists[0].words[i].text, clause))
			return phrase;
	return NULL;
}

static bool is_always(const struct bdl_rule *rule)
{
	return bdl_rule_phrase(rule, BDL_PHRASE_ALWAYS) != NULL;
}

/* Where no grant was told there is none, so these exceptions ask for no kind of fact. */
static int compile_liftings(const struct compiler *c, struct bdl_test *tests, size_t *n)
{
	int rc = 0;

	for (size_t i = 0; i < c->d->n_clauses && rc == 0; i++)
		for (size_t j = 0; j < c->d->clauses[i].n_rules && rc == 0; j++) {
			const struct bdl_rule *permit = &c->d->clauses[i].rules[j];
			const struct bdl_phrase *phrase = lifting(c, permit, c->clause->id);
			uint16_t *number;

			if (!phrase)
				continue;
			if (!tests) {
				(*n)++;
				continue;
			}
			if (!(number = bdl_region_get(c->r->region, sizeof(*number))))
				return no_room(c->err);
			rc = add_atom(c->r, BDL_PHRASE_GRANTED, permit->head.lists[0].words[0].text,
			    BDL_MANNER_NONE, number, c->err);
			tests[(*n)++] = (struct bdl_test){
				.kind = BDL_TEST_ATOM,
				.fact = BDL_FACTS,
				.measured = BDL_FACTS,
				.measure = NO_MEASURE,
				.numbers = number,
				.n = 1,
				.phrase = phrase,
			};
		}
	return rc;
}

static int compile_tests(const struct compiler *c)
{
	const struct bdl_rule *rule = c->rule;
	bool lifted =
	    rule->kind == BDL_RULE_VERDICT && rule->action != BDL_ALLOW && !is_always(rule);
	size_t n = rule->n_conds + rule->n_unless, n_liftings = 0;
	struct bdl_test *tests;
	int rc = lifted ? compile_liftings(c, NULL, &n_liftings) : 0;

	tests = bdl_region_array(c->r->region, n + n_liftings + 1, sizeof(*tests));
	if (!tests)
		return no_room(c->err);
	c->out->tests = tests;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = compile_test(c,
		    i < rule->n_conds ? &rule->conds[i] : &rule->unless[i - rule->n_conds],
		    &tests[i], i < rule->n_conds ? i : rule->n_conds);
	if (rc == 0 && n_liftings)
		rc = compile_liftings(c, tests, &n);
	c->out->n_conds = (uint16_t)rule->n_conds;
	c->out->n_unless = (uint16_t)(n - rule->n_conds);
	return rc;
}

/* The most telling condition: see judge_int.h. */
static uint64_t key_of(const struct bdl_judged_rule *rule)
{
	uint64_t key = 0;

	for (int pass = BDL_TEST_CATEGORY; pass <= BDL_TEST_ATOM; pass++)
		for (size_t i = 0; i < rule->n_conds; i++) {
			const struct bdl_test *t = &rule->tests[i];

			if (t->kind != pass)
				continue;
			for (size_t j = 0; j < t->n; j++)
				key |= 1ULL << (t->numbers[j] % 64);
			return key;
		}
	return BDL_KEY_NONE;
}

/* --- what follows --- */

static uint32_t roles_of(const struct bdl_phrase *phrase)
{
	uint32_t roles = 0;

	for (size_t i = 0; i < phrase->lists[0].n; i++) {
		int role = bdl_role_find(phrase->lists[0].words[i].text);

		BDL_BUG_IF(role < 0); /* the check refused it */
		roles |= 1u << role;
	}
	return roles;
}

static bool is_counted(const struct bdl_phrase *phrase)
{
	return phrase->form == BDL_PHRASE_TELL && phrase->number > 0;
}

static int compile_tellings(const struct compiler *c)
{
	const struct bdl_rule *rule = c->rule;
	struct bdl_telling *tellings =
	    bdl_region_array(c->r->region, rule->n_phrases + 1, sizeof(*tellings));

	if (!tellings)
		return no_room(c->err);
	c->out->tellings = tellings;
	for (size_t i = 0; i < rule->n_phrases; i++) {
		const struct bdl_phrase *phrase = &rule->phrases[i];
		bool critical = phrase->manner == BDL_MANNER_CRITICAL;
		struct bdl_telling *t = &tellings[c->out->n_tellings];
		int rc;

		if (phrase->form != BDL_PHRASE_TELL || phrase->manner == BDL_MANNER_LATE)
			continue;
		if (!is_counted(phrase)) {
			c->out->tell |= roles_of(phrase);
			c->out->critical |= critical;
			continue;
		}
		*t = (struct bdl_telling){ phrase->number, roles_of(phrase), 0, critical };
		if ((rc = add_counter(c, BDL_COUNTER_TIMES, phrase, &t->counter)) < 0)
			return rc;
		c->out->n_tellings++;
	}
	return 0;
}

static void compile_switches(const struct compiler *c)
{
	static const char *const words[BDL_SWITCHES] = { "safe-search" };
	const struct bdl_list *names = &c->rule->head.lists[0];

	for (size_t i = 0; i < names->n; i++)
		for (unsigned j = 0; j < BDL_SWITCHES; j++)
			if (bdl_view_is(names->words[i].text, words[j]))
				c->out->switches |= 1u << j;
}

static bool counts(const struct bdl_judged_rule *rule)
{
	for (size_t i = 0; i < (size_t)rule->n_conds + rule->n_unless; i++)
		if (rule->tests[i].measure == BDL_MEASURE_COUNTER)
			return true;
	return rule->n_tellings > 0;
}

static int compile_rule(const struct compiler *c)
{
	struct bdl_ruleset *r = c->r;
	const struct bdl_rule *rule = c->rule;
	int rc;

	c->out->action = (uint8_t)rule->action;
	c->out->deeds = rule->deeds;
	c->out->milder = rule->kind == BDL_RULE_SPLICE ||
	    (rule->kind == BDL_RULE_VERDICT && rule->action == BDL_ALLOW);
	for (uint32_t deeds = rule->deeds; deeds; deeds &= deeds - 1)
		c->out->needs |= 1ULL << bdl_fact_of_deed((enum bdl_deed)__builtin_ctz(deeds));
	if ((rc = compile_tests(c)) < 0 || (rc = compile_tellings(c)) < 0)
		return rc;
	r->asked |= c->out->needs;
	compile_switches(c);
	c->out->key = key_of(c->out);
	if (counts(c->out))
		r->counting[r->n_counting++] = (uint16_t)(c->out - r->rules);
	if (rule->kind == BDL_RULE_VERDICT && rule->action == BDL_ALLOW) {
		if (r->n_allows == BDL_ALLOWS_MAX)
			return limit(c->err, "rules 'allow'", BDL_ALLOWS_MAX);
		c->out->allow = (uint8_t)r->n_allows;
		r->allows[r->n_allows++] = (uint16_t)(c->out - r->rules);
	}
	return 0;
}

/* --- the whole --- */

/* The rules of one door and kind, of all documents; counted only while there is no room yet. */
static int compile_stretch(struct compiler *c, enum bdl_door door, enum bdl_rule_kind kind)
{
	struct bdl_ruleset *r = c->r;
	int rc = 0;

	for (size_t p = 0; p < r->n_policies; p++) {
		c->d = r->policies[p].document;
		for (size_t i = 0; i < c->d->n_clauses; i++)
			for (size_t j = 0; j < c->d->clauses[i].n_rules && rc == 0; j++) {
				c->clause = &c->d->clauses[i];
				c->rule = &c->clause->rules[j];
				if (c->rule->kind != kind || c->rule->door != door ||
				    !takes(c, c->rule))
					continue;
				c->out = &r->rules[r->n_rules];
				*c->out = (struct bdl_judged_rule){ .policy = (uint16_t)p };
				r->refs[r->n_rules++] = (struct bdl_rule_ref){
					.policy = p,
					.policy_name = r->policies[p].name,
					.clause = c->clause,
					.rule = c->rule,
				};
				if (kind == BDL_RULE_VERDICT && c->rule->action != BDL_ALLOW)
					r->spoken[door] |= 1u << p;
				rc = compile_rule(c);
			}
	}
	return rc;
}

static size_t count_rules(const struct compiler *c, const struct bdl_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_clauses; i++)
		for (size_t j = 0; j < d->clauses[i].n_rules; j++)
			n += d->clauses[i].rules[j].kind <= BDL_RULE_FORCE &&
			    takes(c, &d->clauses[i].rules[j]);
	return n;
}

static bool names_clause(const struct bdl_rule *allow, struct bdl_view clause)
{
	for (size_t i = 0; i < allow->n_phrases; i++) {
		const struct bdl_phrase *phrase = &allow->phrases[i];

		for (size_t j = 0; phrase->form == BDL_PHRASE_OVER && j < phrase->lists[0].n; j++)
			if (bdl_view_eq(phrase->lists[0].words[j].text, clause))
				return true;
	}
	return false;
}

/* Which rules `allow` lift which: of the same policy and door, and nothing that is always. */
static void link_allows(struct bdl_ruleset *r)
{
	for (size_t i = 0; i < r->n_allows; i++) {
		const struct bdl_rule_ref *allow = &r->refs[r->allows[i]];
		struct bdl_stretch door = r->stretches[allow->rule->door][BDL_RULE_VERDICT];

		for (size_t j = door.from; j < door.to; j++) {
			const struct bdl_rule_ref *ref = &r->refs[j];

			if (ref->policy == allow->policy && ref->rule->action != BDL_ALLOW &&
			    !is_always(ref->rule) && names_clause(allow->rule, ref->clause->id))
				r->rules[j].lifters |= 1ULL << i;
		}
	}
}

static int make_room(struct compiler *c)
{
	struct bdl_ruleset *r = c->r;
	size_t n = 0;

	for (size_t i = 0; i < r->n_policies; i++) {
		const struct bdl_front *front = &r->policies[i].document->front;
		int rc;

		n += count_rules(c, r->policies[i].document);
		for (size_t j = 0; j < front->n_binds; j++)
			if ((rc = add_group(r, front->binds[j], &r->policies[i].binds, c->err)) < 0)
				return rc;
		r->bound |= r->policies[i].binds;
	}
	if (n > BDL_RULES_MAX)
		return bdl_fail(c->err, BDL_E_LIMIT, "%zu rules in all policies, more than %d", n,
		    BDL_RULES_MAX);
	r->rules = bdl_region_array(r->region, n, sizeof(*r->rules));
	r->refs = bdl_region_array(r->region, n, sizeof(*r->refs));
	r->counting = bdl_region_array(r->region, n, sizeof(*r->counting));
	return r->rules && r->refs && r->counting ? 0 : no_room(c->err);
}

int bdl_ruleset_compile(struct bdl_ruleset *r, bool whole, struct bdl_err *err)
{
	struct compiler c = { .r = r, .whole = whole, .err = err };
	int rc = make_room(&c);

	for (int door = 0; door < BDL_DOORS; door++)
		for (int kind = BDL_RULE_VERDICT; kind <= BDL_RULE_FORCE && rc == 0; kind++) {
			struct bdl_stretch *stretch = &r->stretches[door][kind];

			stretch->from = (uint16_t)r->n_rules;
			rc = compile_stretch(&c, (enum bdl_door)door, (enum bdl_rule_kind)kind);
			stretch->to = (uint16_t)r->n_rules;
		}
	if (rc < 0)
		return rc;
	link_allows(r);
	return bdl_region_broken(r->region) ? no_room(err) : 0;
}
