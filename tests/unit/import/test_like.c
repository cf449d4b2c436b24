/* Sentences that are like examples. */
#include "import_test.h"

static const char words[] = "concept must common duty\n  must, never, don't, only\n"
			    "concept little common empty\n  the, a, of, your, is, it, that\n"
			    "concept them common whom\n  all, staff, governors, and visitors, and\n"
			    "concept phone\n  phone, handset\n"
			    "concept visitor\n  visitors, guest\n"
			    "clause a.phone\n  like Keep your phone in a locker\n"
			    "  like A phone that rings annoys the class\n"
			    "clause a.guest\n  90 visitor\n  like The head admits a guest\n"
			    "clause a.key\n  like Bring back the keys of the locker\n"
			    "clause a.bus\n  like Buses leave at noon\n"
			    "clause a.tea\n  like Tea cools\n"
			    "clause a.hat\n  like Hats fly\n"
			    "clause a.mud\n  like Mud dries\n"
			    "clause a.fog\n  like Fog lifts\n"
			    "nothing\n  like The school bought a phone with a locker\n";

struct fixture {
	struct bdl_concepts *c;
	struct bdl_region *region;
	struct bdl_statements s;
	struct bdl_meanings *means;
};

static void open_it(struct fixture *x, const char *text)
{
	struct bdl_err err;

	x->c = bdl_concepts_new();
	x->region = bdl_region_new(8 << 20);
	if (bdl_concepts_add(x->c, bdl_view_of(words), "words", &err) < 0 ||
	    bdl_statements_cut(bdl_view_of(text), x->region, &x->s, &err) < 0 ||
	    bdl_concepts_match(x->c, &x->s, x->region, &x->means, &err) < 0)
		fail_msg("%s", err.text);
}

static void done(struct fixture *x)
{
	bdl_concepts_free(x->c);
	bdl_region_free(x->region);
}

/* What the last statement means, "" for nothing, and by which words. */
static void expect(const char *text, const char *id, const char *why)
{
	struct fixture x;

	open_it(&x, text);
	const struct bdl_meanings *m = &x.means[x.s.n - 1];
	struct bdl_view got = m->n > 0 ? bdl_concepts_id(x.c, m->items[0].kind) : BDL_LIT("");

	if (!bdl_view_is(got, id))
		fail_msg("'%s' means '%.*s'", text, BDL_FMT(got));
	if (m->n > 0 && !bdl_view_is(m->items[0].why, why))
		fail_msg("'%s' by '%.*s'", text, BDL_FMT(m->items[0].why));
	done(&x);
}

static void by_words_and_by_concepts(void **state)
{
	(void)state;
	expect("Your phone must be kept in a locker.", "a.phone", "phone, kept, in, locker");
	expect("Keep the handset in a locker.", "a.phone", "Keep, handset, in, locker");
	expect("You must sing.", "", "");
}

static void one_word_is_an_accident(void **state)
{
	(void)state;
	expect("You must paint the locker.", "", "");
	expect("The bus must be red and of the best make that is.", "", "");
}

static void not_where_it_is_like_nothing(void **state)
{
	(void)state;
	expect("The school must have bought a phone with a locker.", "", "");
}

static void a_sure_condition_explains_its_words(void **state)
{
	struct fixture x;

	(void)state;
	open_it(&x, "A guest of the head must keep his phone in the locker.");
	assert_int_equal(x.means[0].n, 2);
	assert_true(bdl_view_is(bdl_concepts_id(x.c, x.means[0].items[1].kind), "a.guest"));
	assert_true(bdl_view_is(bdl_concepts_id(x.c, x.means[0].items[0].kind), "a.phone"));
	done(&x);
}

static void whom_it_binds_means_nothing(void **state)
{
	(void)state;
	expect("Visitors must wait.", "a.guest", "Visitors");
	expect("All staff, governors and visitors must wait.", "", "");
	expect("All staff must wait for visitors.", "a.guest", "visitors");
}

static void an_answer_has_the_words_of_its_question(void **state)
{
	(void)state;
	expect("# May I keep my phone in a locker?\n\nYou must.\n", "a.phone", "");
	expect("# May I keep my phone in a locker?\n\nNo. Never do it.\n", "a.phone", "");
	expect("Must I keep my phone in a locker? You must.\n", "a.phone", "");
	expect("Must I keep my phone in a locker?\n\nYou must.\n", "a.phone", "");
	expect(
	    "Must I keep my phone in a locker?\n\nYou must sing to me there. So be it.\n", "", "");
}

static void a_question_alone_means_what_it_says(void **state)
{
	struct fixture x;

	(void)state;
	open_it(&x, "Must I keep my phone in a locker? You must.");
	assert_int_equal(x.means[0].n, 0); /* its answer does */
	done(&x);
	expect("Must I keep my phone in a locker?", "a.phone", "keep, phone, in, locker");
}

/* How sure the first meaning is, with these concepts as well. */
static unsigned sure_with(const char *text, const char *more)
{
	struct fixture x;
	unsigned sure;

	open_it(&x, text);
	if (bdl_concepts_add(x.c, bdl_view_of(more), "more", NULL) < 0 ||
	    bdl_concepts_match(x.c, &x.s, x.region, &x.means, NULL) < 0)
		fail_msg("more is not understood");
	sure = x.means[0].n > 0 ? x.means[0].items[0].sure : 0;
	done(&x);
	return sure;
}

/* Two words of a long sentence stand in it by chance, unless a condition speaks for the clause too. */
static void little_of_a_long_sentence_is_an_accident(void **state)
{
	static const char text[] =
	    "Hats must stay on their pegs while red and blue lorries carry wet sand and dry "
	    "gravel past rows of empty sheds, barns, mills, ponds, gates, hedges, ditches, elms, "
	    "oaks, limes, larks, crows, rooks, owls, bees, wasps, moths, kites, doves, swans, geese, gnats, midges, wrens, terns, gulls, "
	    "hawks, jays, finches, larvae, or whatever else that is small or great may fly.";

	(void)state;
	assert_true(sure_with("Hats must fly.", "") >= BDL_SURE_MATCHED);
	assert_true(sure_with(text, "") < BDL_SURE_MATCHED);
	assert_true(sure_with(text, "concept pegs\n  peg\nclause a.hat\n  50 pegs\n") >= 95);
}

/* What it weighs is no matter of the phrases that examples have. */
static void a_word_that_no_example_has_weighs_the_same(void **state)
{
	static const char text[] = "You must keep the phone upstairs indoors.";
	static const char more[] =
	    "concept pair\n  green tea\n"
	    "clause a.guest\n  like Green tea\nclause a.key\n  like Green tea\n"
	    "clause a.bus\n  like Green tea\nclause a.tea\n  like Green tea\n"
	    "clause a.hat\n  like Green tea\nclause a.mud\n  like Green tea\n"
	    "clause a.fog\n  like Green tea\nclause a.phone\n  like Green tea\n";

	(void)state;
	assert_int_not_equal(sure_with(text, ""), 0);
	assert_int_equal(sure_with(text, more), sure_with(text, ""));
}

static void either_spelling_is_one_word(void **state)
{
	struct fixture x;
	struct bdl_err err;

	(void)state;
	open_it(&x, "Authors must be authorised, and never unauthorized.");
	if (bdl_concepts_add(x.c,
		BDL_LIT(
		    "concept pen\n  author\nconcept leave\n  authorized\n"
		    "clause b.pen\n  70 pen and leave\nclause b.leave\n  90 leave and not pen\n"),
		"more", &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(bdl_concepts_match(x.c, &x.s, x.region, &x.means, NULL), 0);
	assert_int_equal(x.means[0].n, 1);
	assert_true(bdl_view_is(bdl_concepts_id(x.c, x.means[0].items[0].kind), "b.pen"));
	done(&x);
}

static void refuse(const char *text, const char *why)
{
	BDL_AUTO(bdl_concepts_free) struct bdl_concepts *c = bdl_concepts_new();
	struct bdl_err err;

	assert_int_equal(bdl_concepts_add(c, bdl_view_of(text), "f", &err), BDL_E_INVALID);
	assert_string_equal(err.text, why);
}

static void says_what_is_wrong(void **state)
{
	char many[400] = "clause a\n  like";

	(void)state;
	for (size_t i = 0; i < 61; i++)
		strcat(many, " go");
	refuse(many, "f:2: 'like' and a sentence of 1 to 60 words");
	refuse("clause a\n  like\n", "f:2: 'like' and a sentence of 1 to 60 words");
	refuse("nothing\n  90 x\n", "f:2: 'like' and a sentence");
	refuse("nothing at all\n", "f:1: 'concept', 'clause' or 'nothing', not 'nothing'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_words_and_by_concepts),
		cmocka_unit_test(one_word_is_an_accident),
		cmocka_unit_test(not_where_it_is_like_nothing),
		cmocka_unit_test(a_sure_condition_explains_its_words),
		cmocka_unit_test(whom_it_binds_means_nothing),
		cmocka_unit_test(an_answer_has_the_words_of_its_question),
		cmocka_unit_test(a_question_alone_means_what_it_says),
		cmocka_unit_test(little_of_a_long_sentence_is_an_accident),
		cmocka_unit_test(a_word_that_no_example_has_weighs_the_same),
		cmocka_unit_test(either_spelling_is_one_word),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
