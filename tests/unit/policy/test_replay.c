/*
 * Replays of single acts: what is certain is so, whatever the facts were that nobody kept. Generated
 * policies and situations; the record has only some of what the door knew.
 */
#include "generate_forms.h"
#include "policy/replay.h"
#include <stdlib.h>

#define CLAUSES  14
#define POLICIES 60
#define ACTS     300

struct pair {
	char *clauses[CLAUSES];
	unsigned order[CLAUSES];
	struct bdl_ruleset *now, *then;
	struct bdl_replay *replay;
};

/* A draft that has a few of the clauses otherwise. */
static struct pair make_pair(uint64_t *seed, unsigned changed)
{
	struct pair p = { 0 };

	for (unsigned i = 0; i < CLAUSES; i++) {
		p.clauses[i] = write_clause(seed, i);
		p.order[i] = i;
	}
	p.now = ruleset_of_two(p.clauses, p.order, CLAUSES);
	for (unsigned i = 0; i < changed; i++) {
		unsigned at = below(seed, CLAUSES);

		free(p.clauses[at]);
		p.clauses[at] = write_clause(seed, at);
	}
	p.then = ruleset_of_two(p.clauses, p.order, CLAUSES);
	p.replay = bdl_replay_new(p.now, p.then);
	return p;
}

static void pair_done(struct pair *p)
{
	bdl_replay_free(p->replay);
	bdl_ruleset_free(p->now);
	bdl_ruleset_free(p->then);
	for (unsigned i = 0; i < CLAUSES; i++)
		free(p->clauses[i]);
}

static void matched(const struct bdl_ruleset *r, const struct bdl_verdict *v, struct bdl_buf *out)
{
	for (uint16_t i = 0; i < bdl_ruleset_rules(r); i++) {
		struct bdl_rule_ref ref = bdl_ruleset_rule(r, i);

		if (bdl_verdict_matched(v, i))
			(void)bdl_buf_printf(out, "%s%.*s#%.*s", out->n ? " " : "",
			    BDL_FMT(ref.policy_name), BDL_FMT(ref.clause->id));
	}
	assert_false(bdl_buf_broken(out));
}

/* What both would have said with all that the door knew, and what the record still tells of that. */
struct trial {
	struct bdl_verdict now, then;
	struct bdl_replay_outcome o;
};

static struct trial try(
    const struct pair *p, const struct situation *s, uint64_t lost, bool counts_lost)
{
	struct bdl_buf clauses BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(65536);
	uint64_t counts[BDL_REPLAY_SIDES][BDL_COUNTERS_MAX];
	struct bdl_replay_facts f[BDL_REPLAY_SIDES];
	struct trial t;

	for (int side = 0; side < BDL_REPLAY_SIDES; side++) {
		const struct bdl_ruleset *r =
		    bdl_replay_ruleset(p->replay, (enum bdl_replay_side)side);

		f[side].facts = facts_of_situation(r, s, counts[side]);
		bdl_judge(r, &f[side].facts, side == BDL_REPLAY_NOW ? &t.now : &t.then);
		f[side].facts.told &= ~lost;
		memset(&f[side].counted, counts_lost ? 0 : 0xff, sizeof(f[side].counted));
		for (size_t i = 0; counts_lost && i < bdl_ruleset_counters(r); i++)
			counts[side][i] = 0;
	}
	matched(p->now, &t.now, &clauses);
	const struct bdl_replay_given given = { t.now.action, bdl_buf_view(&clauses) };
	bdl_replay_judge(p->replay, f, &given, &t.o);
	return t;
}

static bool same_clause(const struct pair *p, uint16_t now, uint16_t then)
{
	if (now == BDL_NO_RULE || then == BDL_NO_RULE)
		return now == then;
	struct bdl_rule_ref a = bdl_ruleset_rule(p->now, now), b = bdl_ruleset_rule(p->then, then);
	return bdl_view_eq(a.policy_name, b.policy_name) && bdl_view_eq(a.clause->id, b.clause->id);
}

static void all_known_is_the_plain_comparison(void **state)
{
	(void)state;
	uint64_t seed = 31;
	size_t kinds[3] = { 0 };

	for (int k = 0; k < POLICIES; k++) {
		struct pair p = make_pair(&seed, 1 + below(&seed, 6));

		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			s.told = UINT64_MAX;
			struct trial t = try(&p, &s, 0, false);
			bool same = t.now.action == t.then.action &&
			    same_clause(&p, t.now.rule, t.then.rule);

			assert_int_equal(t.o.kind, same ? BDL_REPLAY_SAME : BDL_REPLAY_CHANGED);
			assert_int_equal(t.o.from, t.now.action);
			assert_int_equal(t.o.to, t.then.action);
			assert_false(t.o.otherwise);
			kinds[t.o.kind]++;
		}
		pair_done(&p);
	}
	assert_true(kinds[BDL_REPLAY_SAME] > 1000 && kinds[BDL_REPLAY_CHANGED] > 1000);
}

/* Whatever was lost: the same document changes nothing, and nothing of it is unknown. */
static void the_same_document_changes_nothing(void **state)
{
	(void)state;
	uint64_t seed = 32;

	for (int k = 0; k < POLICIES; k++) {
		struct pair p = make_pair(&seed, 0);

		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			uint64_t lost = next_number(&seed) & next_number(&seed);

			assert_int_equal(
			    try(&p, &s, lost, below(&seed, 2)).o.kind, BDL_REPLAY_SAME);
		}
		pair_done(&p);
	}
}

/* What is called the same is the same, and what is called stricter or milder is. */
static void what_is_certain_is_so(void **state)
{
	(void)state;
	uint64_t seed = 33;
	size_t kinds[3] = { 0 }, wrong = 0;

	for (int k = 0; k < POLICIES; k++) {
		struct pair p = make_pair(&seed, 1 + below(&seed, 4));

		for (int i = 0; i < ACTS; i++) {
			struct situation s = make_situation(&seed);
			uint64_t lost =
			    next_number(&seed) & next_number(&seed) & next_number(&seed);
			s.told = UINT64_MAX;
			struct trial t = try(&p, &s, lost, below(&seed, 4) == 0);

			kinds[t.o.kind]++;
			if (t.o.kind == BDL_REPLAY_SAME)
				wrong += t.now.action != t.then.action;
			else if (t.o.kind == BDL_REPLAY_CHANGED && t.o.to > t.o.from)
				wrong += t.then.action < t.o.to;
			else if (t.o.kind == BDL_REPLAY_CHANGED && t.o.to < t.o.from)
				wrong += t.then.action > t.now.action;
		}
		pair_done(&p);
	}
	assert_int_equal(wrong, 0);
	assert_true(kinds[BDL_REPLAY_SAME] > 1000 && kinds[BDL_REPLAY_CHANGED] > 300 &&
	    kinds[BDL_REPLAY_UNKNOWN] > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_known_is_the_plain_comparison),
		cmocka_unit_test(the_same_document_changes_nothing),
		cmocka_unit_test(what_is_certain_is_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
