/* What must hold of every policy and every act, tried on generated ones. */
#include "generate.h"
#include "policy/explain.h"
#include <stdlib.h>

#define CLAUSES  12
#define POLICIES 40
#define ACTS     250

struct made {
	char *clauses[CLAUSES];
	unsigned order[CLAUSES]; /* as written */
};

static void make(struct made *m, uint64_t *seed)
{
	for (unsigned i = 0; i < CLAUSES; i++) {
		m->clauses[i] = generate_good_clause(seed, i);
		m->order[i] = i;
	}
}

static void unmake(struct made *m)
{
	for (unsigned i = 0; i < CLAUSES; i++)
		free(m->clauses[i]);
}

static void shuffle(unsigned *order, unsigned n, uint64_t *seed)
{
	for (unsigned i = n - 1; i > 0; i--) {
		unsigned j = below(seed, i + 1), swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
}

static struct bdl_view clause_of(const struct bdl_ruleset *r, unsigned rule)
{
	return bdl_ruleset_rule(r, (uint16_t)rule).clause->id;
}

/* Matched by clause, whatever its place. */
static uint64_t matched_clauses(const struct bdl_ruleset *r, const struct bdl_verdict *v)
{
	uint64_t set = 0;

	for (unsigned i = 0; i < school_rules(r); i++)
		if (bdl_verdict_matched(v, (uint16_t)i))
			set |= 1ULL << strtoul(clause_of(r, i).p + 1, NULL, 10);
	return set;
}

static void order_never_changes_the_verdict(void **state)
{
	(void)state;
	uint64_t seed = 1;
	size_t blocked = 0, allowed = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;
		unsigned order[CLAUSES];

		make(&m, &seed);
		memcpy(order, m.order, sizeof(order));
		shuffle(order, CLAUSES, &seed);
		struct bdl_ruleset *a = ruleset_of_clauses(m.clauses, m.order, CLAUSES);
		struct bdl_ruleset *b = ruleset_of_clauses(m.clauses, order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct any_act act = generate_act(&seed);
			struct bdl_facts fa = facts_of(a, &act), fb = facts_of(b, &act);
			struct bdl_verdict va, vb;

			bdl_judge(a, &fa, &va);
			bdl_judge(b, &fb, &vb);
			assert_int_equal(va.action, vb.action);
			assert_int_equal(va.tell, vb.tell);
			assert_int_equal(va.critical, vb.critical);
			assert_true(matched_clauses(a, &va) == matched_clauses(b, &vb));
			blocked += va.action == BDL_BLOCK;
			allowed += va.action == BDL_ALLOW;
		}
		bdl_ruleset_free(a);
		bdl_ruleset_free(b);
		unmake(&m);
	}
	/* The generator makes both kinds, or the above has shown nothing. */
	assert_true(blocked > 500 && allowed > 500);
}

static void a_clause_more_never_weakens(void **state)
{
	(void)state;
	uint64_t seed = 2;
	size_t stricter = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *less = ruleset_of_clauses(m.clauses, m.order, CLAUSES - 6);
		struct bdl_ruleset *more = ruleset_of_clauses(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct any_act act = generate_act(&seed);
			struct bdl_facts fl = facts_of(less, &act), fm = facts_of(more, &act);
			struct bdl_verdict vl, vm;

			bdl_judge(less, &fl, &vl);
			bdl_judge(more, &fm, &vm);
			assert_true(vm.action >= vl.action);
			assert_int_equal(vl.tell & ~vm.tell, 0);
			assert_true(vm.critical >= vl.critical);
			assert_true(
			    (matched_clauses(less, &vl) & ~matched_clauses(more, &vm)) == 0);
			stricter += vm.action > vl.action;
		}
		bdl_ruleset_free(less);
		bdl_ruleset_free(more);
		unmake(&m);
	}
	assert_true(stricter > 100);
}

/* Nobody is better off for being unknown. */
static void a_stranger_gets_the_strictest(void **state)
{
	(void)state;
	uint64_t seed = 3;
	size_t stricter = 0;

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *r = ruleset_of_clauses(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct any_act act = generate_act(&seed);
			struct bdl_facts f = facts_of(r, &act);
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
	assert_true(stricter > 100);
}

static void check_explained(const struct bdl_ruleset *r, const struct bdl_facts *f, size_t *kinds)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_step *steps;
	struct bdl_verdict v;
	unsigned decided = BDL_NO_RULE;
	size_t n;

	bdl_judge(r, f, &v);
	steps = bdl_explain_act(r, f, region, &n);
	assert_non_null(steps);
	assert_int_equal(n, school_rules(r));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(steps[i].rule, i);
		assert_int_equal(
		    bdl_verdict_matched(&v, (uint16_t)i), steps[i].kind == BDL_STEP_APPLIED);
		assert_non_null(steps[i].why);
		kinds[steps[i].kind]++;
		if (steps[i].decided) {
			assert_int_equal(decided, BDL_NO_RULE);
			decided = steps[i].rule;
		}
	}
	assert_int_equal(decided, v.rule);
}

static void the_explanation_agrees(void **state)
{
	(void)state;
	uint64_t seed = 4;
	size_t kinds[BDL_STEP_CANNOT_TELL + 1] = { 0 };

	for (int p = 0; p < POLICIES; p++) {
		struct made m;

		make(&m, &seed);
		struct bdl_ruleset *r = ruleset_of_clauses(m.clauses, m.order, CLAUSES);
		for (int i = 0; i < ACTS; i++) {
			struct any_act act = generate_act(&seed);
			struct bdl_facts f = facts_of(r, &act);

			check_explained(r, &f, kinds);
		}
		bdl_ruleset_free(r);
		unmake(&m);
	}
	assert_true(kinds[BDL_STEP_APPLIED] > 1000);
	assert_true(kinds[BDL_STEP_NOT_MET] > 1000);
	assert_true(kinds[BDL_STEP_LIFTED] > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_never_changes_the_verdict),
		cmocka_unit_test(a_clause_more_never_weakens),
		cmocka_unit_test(a_stranger_gets_the_strictest),
		cmocka_unit_test(the_explanation_agrees),
	};

	return cmocka_run_group_tests_name("policy/properties", tests, NULL, NULL);
}
