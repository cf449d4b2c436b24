/* Conditions and exceptions as the judge tests them. */
#include "policy/compile_int.h"

/* --- names to numbers: each adds what is new, and fails only at a limit --- */

static int add_category(
    struct bdl_ruleset *r, struct bdl_view name, uint16_t *ret, struct bdl_err *err)
{
	int i = bdl_ruleset_category_find(r, name);

	if (i < 0 && r->n_categories == BDL_RULESET_CATEGORIES_MAX)
		return bdl_compile_limit(err, "categories", BDL_RULESET_CATEGORIES_MAX);
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
		return bdl_compile_limit(err, "things", BDL_ATOMS_MAX);
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
		return bdl_compile_limit(err, "permissions up to an amount", BDL_AMOUNTS_MAX);
	if (i < 0) {
		i = (int)r->n_amounts;
		r->amounts[r->n_amounts++] = permission;
	}
	*ret = (uint8_t)i;
	return 0;
}

/* --- conditions and exceptions --- */

static int compile_numbers(const struct bdl_compiler *c, struct bdl_test *t)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	size_t n = names->n ? names->n : 1; /* a form without names is one thing */
	uint16_t *numbers = bdl_region_array(c->r->region, n, sizeof(*numbers));
	int rc = 0;

	if (!numbers)
		return bdl_compile_no_room(c->err);
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

static int compile_groups(const struct bdl_compiler *c, struct bdl_test *t)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	int rc = 0;

	for (size_t i = 0; i < names->n && rc == 0; i++) {
		if (bdl_view_is(names->words[i].text, "unknown"))
			t->unknown = true;
		else
			rc = bdl_compile_group(c->r, names->words[i].text, &t->groups, c->err);
	}
	return rc;
}

/* As the judge finds them: hosts in their one spelling, words folded, paths as they are written. */
static int compile_text(const struct bdl_compiler *c, const struct bdl_test *t,
    struct bdl_view text, struct bdl_view *ret)
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

static int compile_texts(const struct bdl_compiler *c, struct bdl_test *t)
{
	const struct bdl_list *names = &t->phrase->lists[0];
	struct bdl_view *texts = bdl_region_array(c->r->region, names->n, sizeof(*texts));
	int rc = 0;

	if (!texts)
		return bdl_compile_no_room(c->err);
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
static int compile_grant(const struct bdl_compiler *c, struct bdl_test *t, size_t n_before)
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

static int compile_values(const struct bdl_compiler *c, struct bdl_test *t)
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

static int compile_test(const struct bdl_compiler *c, const struct bdl_phrase *phrase,
    struct bdl_test *t, size_t n_before)
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
		rc = bdl_compile_counter(c, counter_kind(phrase->form), phrase, &t->counter);
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
    const struct bdl_compiler *c, const struct bdl_rule *permit, struct bdl_view clause)
{
	const struct bdl_phrase *phrase = bdl_rule_phrase(permit, BDL_PHRASE_LIFTING);

	if (permit->kind != BDL_RULE_PERMIT || !phrase || !bdl_compile_takes(c, permit))
		return NULL;
	for (size_t i = 0; i < phrase->lists[0].n; i++)
		if (bdl_view_eq(phrase->lists[0].words[i].text, clause))
			return phrase;
	return NULL;
}

/* Where no grant was told there is none, so these exceptions ask for no kind of fact. */
static int compile_liftings(const struct bdl_compiler *c, struct bdl_test *tests, size_t *n)
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
				return bdl_compile_no_room(c->err);
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

int bdl_compile_tests(const struct bdl_compiler *c)
{
	const struct bdl_rule *rule = c->rule;
	bool lifted = rule->kind == BDL_RULE_VERDICT && rule->action != BDL_ALLOW &&
	    !bdl_compile_is_always(rule);
	size_t n = rule->n_conds + rule->n_unless, n_liftings = 0;
	struct bdl_test *tests;
	int rc = lifted ? compile_liftings(c, NULL, &n_liftings) : 0;

	tests = bdl_region_array(c->r->region, n + n_liftings + 1, sizeof(*tests));
	if (!tests)
		return bdl_compile_no_room(c->err);
	c->out->tests = tests;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = compile_test(c,
		    i < rule->n_conds ? &rule->conds[i] : &rule->unless[i - rule->n_conds],
		    &tests[i], i < rule->n_conds ? i : rule->n_conds);
	if (rc == 0 && n_liftings)
		rc = compile_liftings(c, tests, &n);
	c->out->n_conds = (uint16_t)rule->n_conds;
	c->out->n_unless = (uint16_t)(n - rule->n_conds);
	c->out->key = rc < 0 ? BDL_KEY_NONE : key_of(c->out);
	return rc;
}
