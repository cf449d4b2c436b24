#include "fold_test.h"
#include "scan/skeleton.h"
#include <stdio.h>

static struct bdl_skeleton skeleton;

/* What looks alike has one skeleton; `disguised` says whether its first word was. */
static const struct {
	const char *folded, *skeleton;
	bool disguised;
} cases[] = {
	{ "kill", " kii ", false },
	{ "k1ll", " kii ", true },
	{ "ki11", " ki ", true },
	{ "k\xd1\x96ll", " kii ", true }, /* a Cyrillic letter */
	{ "kiiill", " kii ", true },
	{ "kiill", " kii ", false },
	{ "$hit", " shit ", true },
	{ "p@55w0rd", " pasword ", true },
	{ "k i l l", " kii ", true },
	{ "k i", " k i ", false },
	{ "2020", " 2020 ", false },
	{ "10am", " ioam ", true },
	{ "\xd0\xb4\xd0\xb0",
	    " \xd0\xb4"
	    "a ",
	    true },
	{ "sex ed", " sex ed ", false },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		bdl_skeleton_make(&skeleton, &table, bdl_view_of(cases[i].folded));
		check_view(
		    cases[i].folded, bdl_view_at(skeleton.text, skeleton.n), cases[i].skeleton);
		check_long(cases[i].folded, skeleton.words[0].disguised, cases[i].disguised);
	}
}

static void test_words(void **state)
{
	struct bdl_view text = BDL_LIT("to k1ll k i l l me");

	(void)state;
	bdl_skeleton_make(&skeleton, &table, text);
	check_view("skeleton", bdl_view_at(skeleton.text, skeleton.n), " to kii kii me ");
	assert_int_equal(skeleton.n_words, 4);
	assert_true(!skeleton.words[0].disguised && skeleton.words[1].disguised);
	assert_true(!skeleton.words[1].joined && skeleton.words[2].joined);
	assert_int_equal(skeleton.words[2].from, 8);
	assert_int_equal(skeleton.words[2].n_from, 7);
	assert_int_equal(skeleton.words[2].at, 8);
	assert_int_equal(skeleton.words[2].n, 3);
}

static void test_odd(void **state)
{
	static const struct {
		const char *text;
		size_t odd;
	} texts[] = {
		{ " plain words without anything odd in them at all ", 49 },
		{ " plain words and then k1ll somewhere behind them ", 22 },
		{ " a price of 2020 is only digits and so not odd ", 47 },
		{ " sixteen letters and more then s o s ", 29 },
		{ " nooo ", 2 },
		{ " www ", 5 },
		{ " p@ss ", 2 },
	};

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		char text[128] = { 0 };
		(void)snprintf(text, sizeof(text), "%s", texts[i].text);
		struct bdl_view v = bdl_view_at(text, strlen(text));
		check_long(text, (long long)bdl_skeleton_odd(v, 0), (long long)texts[i].odd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_odd),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
