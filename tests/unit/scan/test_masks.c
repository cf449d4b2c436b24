/* What words with letters masked may stand for. */
#include "scan/phrases_int.h"
#include "scan_test.h"

static const char phrases[] =
    "class harm\n"
    "15 kill, skill*, kill yourself, an (arm|aim), shot, stop, dick, duck\n"
    "-10 kiln\n"
    "context news\n5 fill\n";

static const struct {
	const char *letters, *words;
} cases[] = {
	{ "k*ll", "kill" },
	{ "k**l", "kill" },
	{ "kill", "kill" },
	{ "k*l", "" },
	{ "k***l", "" },
	{ "kil*", "" },
	{ "*ill", "" },
	{ "y******f", "yourself" },
	{ "a*m", "aim arm" },
	{ "a*", "" },
	{ "k*ln", "" },          /* only excuses */
	{ "f*ll", "" },          /* likewise */
	{ "sk*ll", "" },         /* words go on at it, so it has no disguise */
	{ "sh*t", "shit shot" }, /* what is meant first */
	{ "s*ot", "shot" },
	{ "shot", "shot" },
	{ "d*ck", "dick duck" }, /* the first once, though a phrase has it, too */
	{ "s*op", "stop" },
	{ "", "" },
	{ "*", "" },
};

static struct bdl_view word_at(const struct scan_test *t, uint32_t word)
{
	const struct bdl_masks_word *w = &t->p->masks->words[word];

	return bdl_view_at(w->text, w->n);
}

static void test_cases(void **state)
{
	struct scan_test t = scan_test_with(phrases);

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		uint32_t found[BDL_MASKS_WORDS];
		char text[200] = "";
		size_t n = bdl_masks_find(t.p->masks, bdl_view_of(cases[i].letters), found);
		for (size_t k = 0; k < n; k++)
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%.*s",
			    k > 0 ? " " : "", BDL_FMT(word_at(&t, found[k])));
		check_view(cases[i].letters, bdl_view_of(text), cases[i].words);
	}
	scan_test_done(&t);
}

/* More than are taken. */
static void test_many(void **state)
{
	struct scan_test t = scan_test_with("class harm\n10 x(a|b|c|d|e|f|g|h|i|j|k|l)x next\n");
	uint32_t found[BDL_MASKS_WORDS];

	(void)state;
	assert_int_equal(bdl_masks_find(t.p->masks, BDL_LIT("x*x"), found), BDL_MASKS_WORDS);
	check_view("the first", word_at(&t, found[0]), "xax");
	check_view("the last", word_at(&t, found[BDL_MASKS_WORDS - 1]), "xhx");
	scan_test_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
