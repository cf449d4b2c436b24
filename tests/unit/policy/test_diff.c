/* Differences between two versions; their wording is kept by tests/golden/diff. */
#include "policy/diff.h"
#include "policy_test.h"

struct pair {
	struct bdl_document *old, *now;
	struct bdl_region *region;
	struct bdl_diff diff;
};

static struct bdl_document *parse(const char *front, const char *body)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	struct bdl_document *d = NULL;

	(void)bdl_buf_printf(&text, "%s%s", front, body);
	assert_int_equal(bdl_document_parse(bdl_buf_view(&text), findings, &d, NULL), 0);
	return d;
}

static struct pair pair_of(const char *old, const char *now)
{
	struct pair p = { parse(FRONT("staff"), old), parse(FRONT("staff"), now),
		bdl_region_new(1 << 20), { 0 } };

	assert_int_equal(bdl_diff_make(p.old, p.now, p.region, &p.diff, NULL), 0);
	return p;
}

static void pair_done(struct pair *p)
{
	bdl_document_free(p->old);
	bdl_document_free(p->now);
	bdl_region_free(p->region);
}

#define A            "# 1 A {#a}\n\nOne.\n\n"
#define B            "# 2 B {#b}\n\nTwo.\n\n"
#define C            "# 3 C {#c}\n\nThree.\n\n"
#define RULES(rules) "```rules\n" rules "\n```\n\n"

static void finds_what_changed(void **state)
{
	(void)state;
	static const struct {
		const char *what, *old, *now;
		size_t added, changed, moved, removed;
	} cases[] = {
		{ "nothing", A B, A B, 0, 0, 0, 0 },
		{ "added", A, A B, 1, 0, 0, 0 },
		{ "removed", A B, B, 0, 0, 0, 1 },
		{ "moved over two", A B C, C A B, 0, 0, 1, 0 },
		{ "swapped", A B, B A, 0, 0, 1, 0 },
		{ "renumbered", A, "# 7 A {#a}\n\nOne.\n", 0, 0, 1, 0 },
		{ "another id is another clause", A, "# 1 A {#z}\n\nOne.\n", 1, 0, 0, 1 },
		{ "title", A, "# 1 Z {#a}\n\nOne.\n", 0, 1, 0, 0 },
		{ "sentence", A, "# 1 A {#a}\n\nOther.\n", 0, 1, 0, 0 },
		{ "marks of the sentence", A, "# 1 A {#a}\n\n*One.*\n", 0, 1, 0, 0 },
		{ "further text", A, A "More.\n", 0, 1, 0, 0 },
		{ "a rule", A RULES("block web"), A RULES("note web"), 0, 1, 0, 0 },
		{ "a rule more", A RULES("block web"), A RULES("block web\nnote web"), 0, 1, 0, 0 },
		{ "twice the same", A RULES("block web"), A RULES("block web\nblock web"), 0, 1, 0,
		    0 },
		{ "order of rules", A RULES("block web\nnote web"), A RULES("note web\nblock web"),
		    0, 0, 0, 0 },
		{ "layout of rules", A RULES("block web\n  tell head"),
		    A RULES("block   web # so\n\n tell head"), 0, 0, 0, 0 },
		{ "order of phrases and names", A RULES("block web to category a, b tell head"),
		    A RULES("block web\n  tell head\n  to category b, a"), 0, 0, 0, 0 },
		{ "a name in place of one that stood twice", A RULES("block web to category a, a"),
		    A RULES("block web to category a, b"), 0, 1, 0, 0 },
		{ "an exception for a condition",
		    A RULES("block web to category a unless by staff"),
		    A RULES("block web to category a by staff"), 0, 1, 0, 0 },
		{ "other days", A RULES("block web during 08:00-09:00 on mon"),
		    A RULES("block web during 08:00-09:00 on tue"), 0, 1, 0, 0 },
		{ "a number", A RULES("block web of more than 2 GB"),
		    A RULES("block web of more than 3 GB"), 0, 1, 0, 0 },
		{ "a span", A RULES("note web after 2 in 1 hour"),
		    A RULES("note web after 2 in 1 day"), 0, 1, 0, 0 },
		{ "a manner", A RULES("block web tell head"), A RULES("block web tell head daily"),
		    0, 1, 0, 0 },
		{ "a deed", A RULES("block web upload to category a"),
		    A RULES("block web to category a"), 0, 1, 0, 0 },
		{ "a name in another list", A RULES("report x tell head else office"),
		    A RULES("report x tell office else head"), 0, 1, 0, 0 },
		{ "a head", A RULES("permit x asked by staff"), A RULES("permit y asked by staff"),
		    0, 1, 0, 0 },
		{ "an id twice", A A, A, 0, 0, 0, 1 },
		{ "all", A B, C, 1, 0, 0, 2 },
		{ "to nothing", A B, "", 0, 0, 0, 2 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct pair p BDL_AUTO_IN(pair_done) = pair_of(cases[i].old, cases[i].now);
		const struct bdl_diff *d = &p.diff;

		if (d->n_added != cases[i].added || d->n_changed != cases[i].changed ||
		    d->n_moved != cases[i].moved || d->n_removed != cases[i].removed)
			fail_msg("%s: %zu added, %zu changed, %zu moved, %zu removed",
			    cases[i].what, d->n_added, d->n_changed, d->n_moved, d->n_removed);
		assert_int_equal(d->n, d->n_added + d->n_changed + d->n_moved + d->n_removed);
		assert_false(d->front || d->outside);
		assert_int_equal(bdl_diff_any(d), d->n > 0);
	}
}

static void finds_what_is_no_clause(void **state)
{
	(void)state;
	struct pair p BDL_AUTO_IN(pair_done) = pair_of("Hello.\n\n" A, "Hello!\n\n" A);
	assert_true(p.diff.outside && bdl_diff_any(&p.diff));
	assert_int_equal(p.diff.n, 0);

	struct pair q BDL_AUTO_IN(pair_done) = pair_of(A "# Notes\n\nx\n", A "# Notes\n\ny\n");
	assert_true(q.diff.outside && q.diff.n == 0);
}

static void finds_another_front(void **state)
{
	(void)state;
	static const struct {
		const char *front;
		bool differs;
	} cases[] = {
		{ FRONT("staff, pupils"), false },
		{ FRONT("pupils, staff"), false },
		{ FRONT("staff"), true },
		{ FRONT("staff, pupils, supply"), true },
		{ "---\ntitle: A policy\nschool: A school\nowner: the head\napprover: governors\n"
		  "review: every 6 months\nbinds: staff, pupils\n---\n",
		    true },
	};
	struct bdl_document *old BDL_AUTO(bdl_document_free) = parse(FRONT("staff, pupils"), A);

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
		struct bdl_document *now BDL_AUTO(bdl_document_free) = parse(cases[i].front, A);
		struct bdl_diff d;

		assert_int_equal(bdl_diff_make(old, now, region, &d, NULL), 0);
		assert_int_equal(d.front, cases[i].differs);
		assert_int_equal(bdl_diff_any(&d), cases[i].differs);
	}
}

static void sums_up(void **state)
{
	(void)state;
	static const struct {
		const char *old, *now, *said;
	} cases[] = {
		{ A, A, "nothing changed" },
		{ "x\n\n" A, "y\n\n" A, "no clause changed" },
		{ A, A B C, "2 clauses added" },
		{ A B, "# 1 A {#a}\n\nOther.\n\n" C, "1 clause added, 1 changed, 1 removed" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct pair p BDL_AUTO_IN(pair_done) = pair_of(cases[i].old, cases[i].now);
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4096);

		bdl_diff_summary(&p.diff, &out);
		assert_string_equal(bdl_buf_str(&out), cases[i].said);
	}
}

static void ends_at_the_regions_maximum(void **state)
{
	(void)state;
	struct bdl_document *d BDL_AUTO(bdl_document_free) = parse(FRONT("staff"), A B C);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(64);
	struct bdl_diff diff;

	assert_int_equal(bdl_diff_make(d, d, region, &diff, NULL), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_changed),
		cmocka_unit_test(finds_what_is_no_clause),
		cmocka_unit_test(finds_another_front),
		cmocka_unit_test(sums_up),
		cmocka_unit_test(ends_at_the_regions_maximum),
	};

	return cmocka_run_group_tests_name("policy/diff", tests, NULL, NULL);
}
