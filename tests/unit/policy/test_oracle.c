/*
 * The judge against a second one (oracle.h), and what must hold of every policy and every act: over
 * all forms that a rule of a door may have, all doors, and facts of which some were not told.
 */
#include "oracle.h"
#include <stdlib.h>

#define CLAUSES  14
#define POLICIES 60
#define ACTS     300

struct made {
	char *clauses[CLAUSES];
	unsigned order[CLAUSES];
};

static void make(struct made *m, uint64_t *seed)
{
	for (unsigned i = 0; i < CLAUSES; i++) {
		m->clauses[i] = write_clause(seed, i);
		m->order[i] = i;
	}
}

static void unmake(struct made *m)
{
	for (unsigned i = 0; i < CLAUSES; i++)
		free(m->clauses[i]);
}

static void compare(const struct bdl_ruleset *r, const struct situation *s)
{
	uint64_t counts[BDL_COUNTERS_MAX];
	struct bdl_facts f = facts_of_situation(r, s, counts);
	struct bdl_verdict got, want;

	bdl_judge(r, &f, &got);
	oracle_judge(r, s, &want);
	for (unsigned i = 0; i < school_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);

		if (bdl_verdict_matched(&got, (uint16_t)i) !=
		    bdl_verdict_matched(&want, (uint16_t)i))
			fail_msg("told %llx: %s apply: %.*s", (unsigned long long)s->told,
			    bdl_verdict_matched(&want, (uint16_t)i) ? "did not" : "did",
			    BDL_FMT(ref.rule->text));
	}
	assert_int_equal(got.action, want.action);
	assert_int_equal(got.rule, want.rule);
	assert_int_equal(got.tell, want.tell);
	assert_int_equal(got.critical, want.critical);
}

/* Sealed contents and switches by the oracle's steps. */
static void compare_splice(const struct bdl_ruleset *r, const struct situation *s, size_t *sealed)
{
	uint64_t counts[BDL_COUNTERS_MAX];
	struct bdl_facts f = facts_of_situation(r, s, counts);
	struct oracle o = oracle_of(r, s);
	unsigned speaks = 0, splices = 0;
	bool force = false;

	for (size_t i = 0; i < school_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);
		enum bdl_step_kind step = oracle_step(&o, &ref);

		if (is_of_door(&ref, BDL_RULE_SPLICE, s) && step == BDL_STEP_APPLIED)
			splices |= 1u << ref.policy;
		if (is_of_door(&ref, BDL_RULE_VERDICT, s) && ref.rule->action != BDL_ALLOW &&
		    step != BDL_STEP_NOT_BOUND)
			speaks |= 1u << ref.policy;
		force |= is_of_door(&ref, BDL_RULE_FORCE, s) && step == BDL_STEP_APPLIED;
	}
	assert_int_equal(bdl_judge_splice(r, &f), splices && !(speaks & ~splices));
	assert_int_equal(bdl_judge_force(r, &f), force ? 1u << BDL_SWITCH_SAFE_SEARCH : 0);
	*sealed += splices && !(speaks & ~splices);
}

/* The counters in which an act counts, each asked for in its own way. */
static void compare_counters(const struct bdl_ruleset *r, const struct situation *s, size_t *ticks)
{
	uint64_t counts[BDL_COUNTERS_MAX];
	struct bdl_facts f = facts_of_situation(r, s, counts);
	struct oracle o = oracle_of(r, s);
	struct bdl_counterset set;
	bool any = bdl_judge_counters(r, &f, &set), found = false;

	for (unsigned i = 0; i < bdl_ruleset_counters(r); i++) {
		const struct bdl_act_counter *c = bdl_ruleset_counter(r, i);
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, c->rule);
		bool in_condition = c->phrase->form != BDL_PHRASE_TELL, allowed;

		if (!is_of_door(&ref, BDL_RULE_VERDICT, s)) {
			assert_false(bdl_counterset_has(&set, i));
			continue;
		}
		if (!in_condition)
			assert_int_equal(bdl_counterset_has(&set, i),
			    oracle_last_step(&o, &ref, &allowed) == BDL_STEP_APPLIED);
		else if (oracle_last_step(&o, &ref, &allowed) == BDL_STEP_APPLIED)
			assert_true(bdl_counterset_has(&set, i));
		found |= bdl_counterset_has(&set, i);
	}
	assert_int_equal(any, found);
	*ticks += any;
}

static void two_judges_agree(void **state)
{
	(void)state;
	uint64_t seed = 11;
	size_t sealed = 0, ticks = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *r = ruleset_of_two(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);

			compare(r, &s);
			compare_splice(r, &s, &sealed);
			compare_counters(r, &s, &ticks);
		}
		bdl_ruleset_free(r);
		unmake(&m);
	}
	assert_true(sealed > 100 && ticks > 1000);
}

static void the_explanation_agrees(void **state)
{
	(void)state;
	uint64_t seed = 12;
	size_t kinds[BDL_STEP_CANNOT_TELL + 1] = { 0 };

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *r = ruleset_of_two(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS / 3; i++) {
			struct bdl_region *region BDL_AUTO(bdl_region_free) =
			    bdl_region_new(1 << 20);
			struct situation s = make_situation(&seed);
			uint64_t counts[BDL_COUNTERS_MAX];
			struct bdl_facts f = facts_of_situation(r, &s, counts);
			struct oracle o = oracle_of(r, &s);
			struct bdl_verdict v;
			struct bdl_step *steps;
			size_t n;

			bdl_judge(r, &f, &v);
			steps = bdl_explain_act(r, &f, region, &n);
			assert_non_null(steps);
			for (size_t k = 0; k < n; k++) {
				struct bdl_rule_ref ref = bdl_ruleset_rule(r, steps[k].rule);
				bool allowed;

				assert_int_equal(bdl_verdict_matched(&v, steps[k].rule),
				    steps[k].kind == BDL_STEP_APPLIED);
				if (steps[k].kind != oracle_last_step(&o, &ref, &allowed))
					fail_msg("%d '%s': %.*s", (int)steps[k].kind, steps[k].why,
					    BDL_FMT(ref.rule->text));
				assert_int_equal(steps[k].decided, steps[k].rule == v.rule);
				assert_true(steps[k].why[0] != '\0');
				kinds[steps[k].kind]++;
			}
		}
		bdl_ruleset_free(r);
		unmake(&m);
	}
	for (unsigned i = 0; i < BDL_ARRAY_LEN(kinds); i++)
		assert_true(kinds[i] > 500);
}

static void shuffle(unsigned *order, unsigned n, uint64_t *seed)
{
	for (unsigned i = n - 1; i > 0; i--) {
		unsigned j = below(seed, i + 1), swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
}

/* A rule has the same text in every ruleset that holds it. */
static uint64_t matched_texts(const struct bdl_ruleset *r, const struct bdl_verdict *v)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < school_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)i);

		if (bdl_verdict_matched(v, (uint16_t)i))
			sum += bdl_hash64(ref.rule->text.p, ref.rule->text.n, ref.policy);
	}
	return sum;
}

static void order_never_changes_the_verdict(void **state)
{
	(void)state;
	uint64_t seed = 13;
	size_t strict = 0, lifted = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;
		unsigned order[CLAUSES];

		make(&m, &seed);
		memcpy(order, m.order, sizeof(order));
		shuffle(order, CLAUSES, &seed);
		struct bdl_ruleset *a = ruleset_of_two(m.clauses, m.order, CLAUSES);
		struct bdl_ruleset *b = ruleset_of_two(m.clauses, order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			uint64_t ca[BDL_COUNTERS_MAX], cb[BDL_COUNTERS_MAX];
			struct bdl_facts fa = facts_of_situation(a, &s, ca);
			struct bdl_facts fb = facts_of_situation(b, &s, cb);
			struct bdl_verdict va, vb;

			bdl_judge(a, &fa, &va);
			bdl_judge(b, &fb, &vb);
			assert_int_equal(va.action, vb.action);
			assert_int_equal(va.rule == BDL_NO_RULE, vb.rule == BDL_NO_RULE);
			assert_int_equal(va.tell, vb.tell);
			assert_int_equal(va.critical, vb.critical);
			assert_true(matched_texts(a, &va) == matched_texts(b, &vb));
			assert_int_equal(bdl_judge_splice(a, &fa), bdl_judge_splice(b, &fb));
			strict += va.action > BDL_NOTE;
			lifted += va.action == BDL_ALLOW && va.rule != BDL_NO_RULE;
		}
		bdl_ruleset_free(a);
		bdl_ruleset_free(b);
		unmake(&m);
	}
	assert_true(strict > 1000 && lifted > 20);
}

/* A clause more, that allows nothing and lifts nothing, never makes a verdict milder. */
static void a_clause_more_never_weakens(void **state)
{
	(void)state;
	uint64_t seed = 14;
	size_t stricter = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;
		unsigned n = 0, plain[CLAUSES];

		make(&m, &seed);
		for (unsigned i = 0; i < CLAUSES; i++) /* those that allow come first, in both */
			if (strstr(m.clauses[i], "allow "))
				plain[n++] = i;
		unsigned first = n;
		for (unsigned i = 0; i < CLAUSES; i++)
			if (!strstr(m.clauses[i], "allow "))
				plain[n++] = i;
		struct bdl_ruleset *less = ruleset_of_two(m.clauses, plain, (first + CLAUSES) / 2);
		struct bdl_ruleset *more = ruleset_of_two(m.clauses, plain, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			uint64_t cl[BDL_COUNTERS_MAX], cm[BDL_COUNTERS_MAX];
			struct bdl_facts fl = facts_of_situation(less, &s, cl);
			struct bdl_facts fm = facts_of_situation(more, &s, cm);
			struct bdl_verdict vl, vm;

			bdl_judge(less, &fl, &vl);
			bdl_judge(more, &fm, &vm);
			assert_true(vm.action >= vl.action);
			assert_int_equal(vl.tell & ~vm.tell, 0);
			assert_true(vm.critical >= vl.critical);
			stricter += vm.action > vl.action;
		}
		bdl_ruleset_free(less);
		bdl_ruleset_free(more);
		unmake(&m);
	}
	assert_true(stricter > 300);
}

/*
 * To know more: what applied by the facts that were told still applies when one kind more is told,
 * but where a rule `allow`, of which it could not be told before, now stands over it.
 */
static void to_tell_more_takes_nothing_back(void **state)
{
	(void)state;
	uint64_t seed = 18;
	size_t more_applied = 0, allowed = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *r = ruleset_of_two(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			uint64_t counts[BDL_COUNTERS_MAX];
			struct bdl_facts f = facts_of_situation(r, &s, counts);
			struct bdl_verdict before, after;

			bdl_judge(r, &f, &before);
			f.told |= 1ULL << below(&seed, BDL_FACTS) | 1ULL << below(&seed, BDL_FACTS);
			bdl_judge(r, &f, &after);
			s.told = f.told;
			struct oracle o = oracle_of(r, &s);
			for (unsigned k = 0; k < school_rules(r); k++) {
				struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)k);
				bool was = bdl_verdict_matched(&before, (uint16_t)k);
				bool is = bdl_verdict_matched(&after, (uint16_t)k);

				more_applied += is && !was;
				if (!was || is)
					continue;
				assert_true(is_allowed_over(&o, &ref));
				allowed++;
			}
		}
		bdl_ruleset_free(r);
		unmake(&m);
	}
	assert_true(more_applied > 100 && allowed > 0);
}

/* A thing more that is so: what applied still applies, or an exception or a rule `allow` lifts it. */
static void a_thing_more_only_lifts(void **state)
{
	(void)state;
	uint64_t seed = 16;
	size_t more_applied = 0, lifted = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *r = ruleset_of_two(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed), more = s;
			uint64_t counts[BDL_COUNTERS_MAX];
			struct bdl_facts f = facts_of_situation(r, &s, counts);
			struct bdl_verdict before, after;

			bdl_judge(r, &f, &before);
			more.things |= 1ULL << below(&seed, THINGS);
			more.categories |= 1u << below(&seed, 4);
			f = facts_of_situation(r, &more, counts);
			bdl_judge(r, &f, &after);
			struct oracle o = oracle_of(r, &more);
			for (unsigned k = 0; k < school_rules(r); k++) {
				struct bdl_rule_ref ref = bdl_ruleset_rule(r, (uint16_t)k);
				bool was = bdl_verdict_matched(&before, (uint16_t)k), allow;
				bool is = bdl_verdict_matched(&after, (uint16_t)k);

				more_applied += is && !was;
				if (!was || is)
					continue;
				assert_int_equal(
				    oracle_last_step(&o, &ref, &allow), BDL_STEP_LIFTED);
				lifted++;
			}
		}
		bdl_ruleset_free(r);
		unmake(&m);
	}
	assert_true(more_applied > 300 && lifted > 30);
}

/* Nobody is better off for being unknown. */
static void a_stranger_gets_the_strictest(void **state)
{
	(void)state;
	uint64_t seed = 17;
	size_t stricter = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		for (unsigned i = 0; i < CLAUSES; i++) /* it may be said that unknown people may */
			while (strstr(m.clauses[i], "allow ") && strstr(m.clauses[i], "unknown")) {
				free(m.clauses[i]);
				m.clauses[i] = write_clause(&seed, i);
			}
		struct bdl_ruleset *r = ruleset_of_two(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			uint64_t counts[BDL_COUNTERS_MAX];
			struct bdl_facts f = facts_of_situation(r, &s, counts);
			struct bdl_verdict known, unknown;

			f.known = true;
			bdl_judge(r, &f, &known);
			f.known = false;
			bdl_judge(r, &f, &unknown);
			assert_true(unknown.action >= known.action);
			stricter += unknown.action > known.action;
		}
		bdl_ruleset_free(r);
		unmake(&m);
	}
	assert_true(stricter > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_judges_agree),
		cmocka_unit_test(the_explanation_agrees),
		cmocka_unit_test(order_never_changes_the_verdict),
		cmocka_unit_test(a_clause_more_never_weakens),
		cmocka_unit_test(to_tell_more_takes_nothing_back),
		cmocka_unit_test(a_thing_more_only_lifts),
		cmocka_unit_test(a_stranger_gets_the_strictest),
	};

	return cmocka_run_group_tests_name("policy/oracle", tests, NULL, NULL);
}
