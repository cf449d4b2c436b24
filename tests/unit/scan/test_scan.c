/* What is found, and what it weighs. */
#include "scan/fold_int.h"
#include "scan/scan_int.h"
#include "scan_test.h"

static const char phrases[] = "class harm\n"
			      "excused by health 50%, news\n"
			      "100 (i|we) want to die [firm]\n"
			      "40 end my life, bad phrase\n"
			      "15 kill, gun, poison*, shot\n"
			      "30 kill myself\n"
			      "10 often [up to 3]\n"
			      "-25 help line\n"
			      "0 nail gun\n"
			      "25 pills + swallow + all [within 5]\n"
			      "25 near + far [within page]\n"
			      "20 \xf0\x9f\x94\xab\n"
			      "20 slit my wrists\n"
			      "12 will hang\n12 well hung\n"
			      "class other\n"
			      "15 gun\n"
			      "context health\n"
			      "20 doctor, nurse\n"
			      "context news\n"
			      "10 reporter\n"
			      "common\n"
			      "0 killing time, top gun\n";

static struct scan_test t;

static const struct {
	const char *text;
	int score;
} scores[] = {
	{ "nothing here", 0 },
	{ "kill", 15 },
	{ "killed and skill", 0 },
	{ "poisoned, poisoning", 15 },
	{ "kill kill kill", 15 },
	{ "often often", 20 },
	{ "often often often often", 30 },
	{ "I WANT to DIE", 100 },
	{ "kill myself", 30 },
	{ "kill myself or kill", 45 },
	{ "a nail gun", 0 },
	{ "a nail gun and a gun", 15 },
	{ "top gun", 0 },
	{ "kill; help line", 0 },
	{ "end my life; help line", 15 },
	{ "end my life, doctor", 30 },
	{ "end my life, doctor, nurse", 20 },
	{ "end my life, doctor, nurse, reporter", 10 },
	{ "I want to die, doctor, nurse, reporter", 100 },
	{ "swallow all the pills", 25 },
	{ "swallow all of them, the two hundred white pills", 0 },
	{ "pills. pills. all. swallow", 25 },
	{ "near and a lot of words that stand between it and something that is quite far", 25 },
	{ "\xf0\x9f\x94\xab!", 20 },
	{ "k1ll", 15 },
	{ "k i l l", 15 },
	{ "k.i.l.l", 15 },
	{ "k-i-l-l him", 15 },
	{ "\xd0\xba\xd1\x96ll", 15 }, /* look-alikes of k and i */
	{ "kiiiiill", 15 },
	{ "k1ll mys3lf", 30 },
	{ "kill mys3lf", 45 },
	{ "k i l l m y s e l f", 30 },
	{ "I k i l l you", 15 },
	{ "and so I k.i.l.l", 15 },
	{ "they k i l l a man", 15 },
	{ "I k i l l a man", 15 },
	{ "I k i l l m y s e l f", 30 },
	{ "I k i l l you, and they k i l l a man", 15 },
	{ "I k i l l you, often, o f t e n, I o f t e n a bit", 45 },
	{ "let a b c be its sides, a + b = c, x y z, i j k, 1 2 3 4 5", 0 },
	{ "J. R. R. Tolkien, A. A. Milne, I. A. Richards, K. N. O. Lee", 0 },
	{ "a) b) c) d) e) i) ii) iii)", 0 },
	{ "the U.S.A., the B.B.C., A.I. and I.T.", 0 },
	{ "call 0 1 2 3 4 5 6 7 8 9", 0 },
	{ "K. I. L. Smith, and by K. I. L. himself", 0 },
	{ "k. i. l. l. yourself, k i l l", 15 },
	{ "k i l m y s e l f", 30 },
	{ "1 across: G U L L, I G L O O, A K I L N, P I L L A R", 0 },
	{ "3nd my l1fe", 40 },
	{ "k*ll", 15 },
	{ "k**l m*s**f", 30 },
	{ "k#ll mys#lf", 30 },
	{ "k*ll myself", 30 },
	{ "K*LL, k@ll and k@#l", 15 },
	{ "k1ll my*elf", 30 },
	{ "k*l*l", 0 }, /* five letters */
	{ "kil*, *ill, k***, k******l, kill*", 15 },
	{ "k-ll, k.ll, k_ll, k%ll, kll, klil", 0 }, /* docs/security.md says that these hide */
	{ "*kill*, **kill** and kill*him", 15 },
	{ "sh*t", 0 }, /* is what is meant, though shot is a phrase */
	{ "sl*t my wr*sts, sl*t", 20 },
	{ "sl*t my", 0 },
	{ "w*ll h*ng", 24 },
	{ "they w*ll h*ng and k**l mys**f", 54 },
	{ "w*ll hang", 12 },
	{ "I k i l l mys*lf", 30 },
	{ "K. I. L. mys*lf", 0 },
	{ "shot", 15 },
	{ "s*ot", 15 },
	{ "int *p; k * ll; k*\nll; k* ll; k *ll; x = a*b*c; f**2; ls *.c", 0 },
	{ "3nd my l*fe, e*d my life", 40 },
	{ "a k1lt, a n1ce 2nd place at 10am on www", 0 },
	{ "\xef\xbd\x8b\xef\xbd\x89\xef\xbd\x8c\xef\xbd\x8c", 15 },
};

static void test_scores(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(scores); i++)
		check_long(scores[i].text,
		    scan_test_score(&t, "harm", scores[i].text, BDL_SCAN_PLAIN), scores[i].score);
}

static void test_classes(void **state)
{
	(void)state;
	assert_int_equal(scan_test_score(&t, "other", "a nail gun", BDL_SCAN_PLAIN), 15);
	assert_int_equal(scan_test_score(&t, "other", "top gun", BDL_SCAN_PLAIN), 0);
}

/* Wherever it stands, also where one chunk of folded text ends and the next begins. */
static void test_masked_anywhere(void **state)
{
	static char text[2 * 8192];

	(void)state;
	for (size_t at = 8192 - 200; at < 8192 + 200; at++) {
		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = i % 5 == at % 5 ? ' ' : 'o';
		memcpy(text + at, " k*ll mys#lf ", 13);
		text[sizeof(text) - 1] = '\0';
		/* The text is long, so it weighs less. */
		check_long("masked", scan_test_score(&t, "harm", text, BDL_SCAN_PLAIN), 11);
		memcpy(text + at, " keel mysolf ", 13);
		check_long("others", scan_test_score(&t, "harm", text, BDL_SCAN_PLAIN), 0);
	}
}

/* More masked words than one group has, and more ways to read them than one. */
static void test_many_masked(void **state)
{
	static char text[8192];
	size_t n = 0;

	(void)state;
	while (n < 2000)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "g*n n*w l*fe a*b ");
	(void)snprintf(text + n, sizeof(text) - n, "k*ll m**e k*ll m****f");
	check_long(
	    "many", scan_test_score(&t, "harm", text, BDL_SCAN_PLAIN), 32); /* 45 among 950 words */
}

/* The number of the word with which "kill" was met first. */
static uint64_t first_kill(const char *text)
{
	struct bdl_scan_options o = { 0 };
	struct bdl_scan *s = scan_test_run(&t, bdl_view_of(text), &o, SIZE_MAX);
	struct bdl_scan_result r;
	struct bdl_scan_hit h;

	bdl_scan_result(s, &r);
	assert_int_equal(r.n_hits, 1);
	bdl_scan_hit(s, 0, &h);
	bdl_scan_done(s);
	return h.word;
}

/* What is masked comes before what is disguised otherwise and stands behind it, however much of that there is. */
static void test_masked_in_order(void **state)
{
	char text[1000] = "";

	(void)state;
	for (size_t i = 0; i < 100; i++)
		memcpy(text + 5 * i, "k1ll ", 5);
	uint64_t first = first_kill(text);
	memcpy(text, "k*ll", 4);
	assert_int_equal(first_kill(text), first + 1); /* folded it is two words */
}

/* The same text, as this machine does it best or as any can. */
static char *all_of(const char *text, bool is_any)
{
	struct bdl_scan_options o = { .keep_around = true };
	bool is_wide = t.scanner->walk->is_wide, can_sift = t.p->within->sift.can;
	struct bdl_scan *s = bdl_scan_begin(t.scanner, &o);

	if (is_any) {
		s->fold.plain = bdl_fold_plain;
		s->fold.put = bdl_fold_put_each;
		t.scanner->walk->is_wide = t.p->within->sift.can = false;
	}
	bdl_scan_add(s, bdl_view_of(text));
	bdl_scan_end(s);
	char *all = scan_test_all(s);
	bdl_scan_done(s);
	t.scanner->walk->is_wide = is_wide;
	t.p->within->sift.can = can_sift;
	return all;
}

static void check_any_machine(const char *text)
{
	char *best = all_of(text, false), *any = all_of(text, true);

	if (strcmp(best, any) != 0)
		fail_msg("%.60s: as this machine does it\n%sas any\n%s", text, best, any);
	free(best);
	free(any);
}

static void test_any_machine(void **state)
{
	static char text[30000];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(scores); i++)
		check_any_machine(scores[i].text);
	for (size_t i = 0; n < sizeof(text) - 200; i = (i + 7) % BDL_ARRAY_LEN(scores))
		n += (size_t)snprintf(text + n, 200, "%s, ", scores[i].text);
	check_any_machine(text);
}

/* The same phrases in a long text weigh less, and what is firm weighs what it does. */
static void test_length(void **state)
{
	static char text[20000];
	size_t n = 0;

	(void)state;
	n += (size_t)snprintf(text, sizeof(text), "end my life, bad phrase. ");
	while (n < 2000 * 5)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "word ");
	assert_int_equal(scan_test_score(&t, "harm", text, BDL_SCAN_PLAIN), 39);
	(void)snprintf(text + n, sizeof(text) - n, "I want to die");
	assert_int_equal(scan_test_score(&t, "harm", text, BDL_SCAN_PLAIN), 139);
}

static struct bdl_scan *run(const char *text, bool around)
{
	struct bdl_scan_options o = { .keep_around = around };

	return scan_test_run(&t, bdl_view_of(text), &o, SIZE_MAX);
}

static void test_hits(void **state)
{
	struct bdl_scan *s = run("We like a nail gun. Then: I want to die, K1LL. A gun", true);
	struct bdl_scan_result r;
	struct bdl_scan_hit h;
	bool seen[4] = { false };

	(void)state;
	bdl_scan_result(s, &r);
	assert_int_equal(r.words, 14);
	for (size_t i = 0; i < r.n_hits; i++) {
		bdl_scan_hit(s, i, &h);
		if (bdl_view_is(h.phrase, "gun") && h.class_ == 0) {
			seen[0] = h.times == 1 && h.covered == 1 && h.counted == 15 && h.word == 5;
			check_view("by", h.by, "nail gun");
		} else if (bdl_view_is(h.phrase, "(i|we) want to die")) {
			seen[1] = h.firm && h.word == 10 && h.counted == 100;
			check_view("found", h.found, " i want to die ");
			check_view(
			    "around", h.around, "we like a nail gun then i want to die k1ll a gun");
		} else if (bdl_view_is(h.phrase, "kill")) {
			seen[2] = h.disguised && h.word == 11;
		} else if (bdl_view_is(h.phrase, "nail gun")) {
			seen[3] = h.counted == 0 && h.times == 1;
		}
	}
	for (size_t i = 0; i < 4; i++)
		check_long("hit", seen[i], true);
	bdl_scan_done(s);
	s = run("gun", false);
	bdl_scan_hit(s, 0, &h);
	assert_int_equal(h.around.n, 0);
	bdl_scan_done(s);
}

/* A scan that is used again knows nothing of the text before. */
static void test_again(void **state)
{
	struct bdl_scan_result r;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct bdl_scan *s = run(i == 1 ? "nothing, pills all" : "gun swallow", false);
		bdl_scan_result(s, &r);
		check_long("hits", (long long)r.n_hits, i == 1 ? 0 : 2);
		bdl_scan_done(s);
	}
}

/* What is looked at before the end is what came so far. */
static void test_early(void **state)
{
	struct bdl_scan_options o = { 0 };
	struct bdl_scan_result r;
	struct bdl_scan *s = bdl_scan_begin(t.scanner, &o);
	char filler[64];

	(void)state;
	memset(filler, 'x', sizeof(filler));
	bdl_scan_add(s, BDL_LIT("I want to die. "));
	for (int i = 0; i < 400; i++)
		bdl_scan_add(s, bdl_view_at(filler, sizeof(filler)));
	bdl_scan_result(s, &r);
	assert_int_equal(r.scores[0].score, 100);
	bdl_scan_done(s); /* without its end */
	s = run("gun", false);
	bdl_scan_result(s, &r);
	assert_int_equal(r.scores[0].score, 15);
	bdl_scan_done(s);
}

static void test_more_hits(void **state)
{
	char *text = malloc(1 << 16), *page = malloc(1 << 16);
	size_t n = 0, m = 0;
	struct bdl_scan_result r;

	(void)state;
	assert_true(text != NULL && page != NULL);
	n += (size_t)snprintf(text, 1 << 16, "class many\n");
	for (int i = 0; i < 400; i++) {
		n += (size_t)snprintf(text + n, (1 << 16) - n, "1 word%d\n", i);
		m += (size_t)snprintf(page + m, (1 << 16) - m, "word%d ", i);
	}
	struct scan_test many = scan_test_with(text);
	struct bdl_scan_options o = { 0 };
	struct bdl_scan *s = scan_test_run(&many, bdl_view_at(page, m), &o, SIZE_MAX);
	bdl_scan_result(s, &r);
	assert_int_equal(r.n_hits, BDL_SCAN_HITS_MAX);
	assert_true(r.more_hits);
	assert_int_equal(r.scores[0].score, BDL_SCAN_HITS_MAX);
	bdl_scan_done(s);
	scan_test_done(&many);
	free(text);
	free(page);
}

static void test_levels(void **state)
{
	struct bdl_scan_limits l;

	(void)state;
	assert_false(bdl_scan_limits_named(BDL_LIT("lax"), &l));
	assert_true(bdl_scan_limits_named(BDL_LIT("normal"), &l));
	assert_int_equal(bdl_scan_level_of(&l, 0), BDL_SCAN_NOTHING);
	assert_int_equal(bdl_scan_level_of(&l, l.noted - 1), BDL_SCAN_NOTHING);
	assert_int_equal(bdl_scan_level_of(&l, l.noted), BDL_SCAN_NOTED);
	assert_int_equal(bdl_scan_level_of(&l, l.serious), BDL_SCAN_SERIOUS);
	assert_int_equal(bdl_scan_level_of(&l, l.certain), BDL_SCAN_CERTAIN);
	assert_string_equal(bdl_scan_level_word(BDL_SCAN_SERIOUS), "serious");
}

static int begin(void **state)
{
	(void)state;
	t = scan_test_with(phrases);
	return 0;
}

static int end(void **state)
{
	(void)state;
	scan_test_done(&t);
	return 0;
}

/* A page cannot use up what is kept of finds with words of another kind. */
static void check_room(const char *others)
{
	char *text = malloc(1 << 16), *page = malloc(1 << 16);
	size_t n = 0, m = 0;
	struct bdl_scan_result r;

	assert_true(text != NULL && page != NULL);
	n += (size_t)snprintf(text, 1 << 16, "class harm\n100 gun\n%s calm\n", others);
	for (int i = 0; i < 400; i++) {
		n += (size_t)snprintf(text + n, (1 << 16) - n, "1 word%d\n", i);
		m += (size_t)snprintf(page + m, (1 << 16) - m, "word%d ", i);
	}
	(void)snprintf(page + m, (1 << 16) - m, "gun");
	struct scan_test many = scan_test_with(text);
	struct bdl_scan_options o = { 0 };
	struct bdl_scan *s = scan_test_run(&many, bdl_view_of(page), &o, SIZE_MAX);
	bdl_scan_result(s, &r);
	assert_true(r.more_hits);
	assert_int_equal(r.scores[0].score, 100);
	bdl_scan_done(s);
	scan_test_done(&many);
	free(text);
	free(page);
}

static void test_excuses_leave_room(void **state)
{
	(void)state;
	check_room("context");
}

static void test_classes_leave_room(void **state)
{
	(void)state;
	check_room("class");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scores),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_masked_anywhere),
		cmocka_unit_test(test_many_masked),
		cmocka_unit_test(test_masked_in_order),
		cmocka_unit_test(test_any_machine),
		cmocka_unit_test(test_hits),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_more_hits),
		cmocka_unit_test(test_excuses_leave_room),
		cmocka_unit_test(test_classes_leave_room),
		cmocka_unit_test(test_levels),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
