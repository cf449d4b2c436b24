#include "import/concepts_int.h"
#include "import_test.h"

/* --- files --- */

static const char small[] = "# A comment.\n"
			    "concept forbid common\n"
			    "  must not, never,\n"
			    "  no, nobody\n"
			    "concept gamble\n"
			    "  gambling, place a bet\n"
			    "\n"
			    "clause web.gambling\n"
			    "  title Games of chance\n"
			    "  80 gamble and forbid\n"
			    "  50 gamble and (\"casino\" or under \"money\") and not \"history\"\n"
			    "  does when \"staff\"\n"
			    "    note web to category gambling\n"
			    "  does\n"
			    "    block web to category gambling\n"
			    "      tell technicians\n";

struct fixture {
	struct bdl_concepts *c;
	struct bdl_region *region;
	struct bdl_statements s;
	struct bdl_meanings *means;
};

static void match_by(struct fixture *x, const char *concepts, const char *text)
{
	struct bdl_err err;

	x->c = bdl_concepts_new();
	x->region = bdl_region_new(8 << 20);
	if (bdl_concepts_add(x->c, bdl_view_of(concepts), "small", &err) < 0 ||
	    bdl_statements_cut(bdl_view_of(text), x->region, &x->s, &err) < 0 ||
	    bdl_concepts_match(x->c, &x->s, x->region, &x->means, &err) < 0)
		fail_msg("%s", err.text);
}

static void match(struct fixture *x, const char *text)
{
	match_by(x, small, text);
}

static void done(struct fixture *x)
{
	bdl_concepts_free(x->c);
	bdl_region_free(x->region);
}

static void matches_by_stems_and_adds_up(void **state)
{
	struct fixture x;

	(void)state;
	match(
	    &x, "You must not gamble here. Never place any bet in a casino. Placing bets is fine.");
	assert_int_equal(x.means[0].n, 1);
	assert_int_equal(x.means[0].items[0].sure, 80);
	assert_true(bdl_view_is(x.means[0].items[0].why, "gamble"));
	assert_true(bdl_view_is(
	    x.means[0].items[0].rules, "block web to category gambling\n  tell technicians\n"));
	assert_int_equal(x.means[1].n, 0); /* the words of a concept stand together */
	assert_int_equal(x.means[2].n, 0);
	done(&x);
	match(&x, "Never gamble in a casino: 80% and half of the rest.");
	assert_int_equal(x.means[0].items[0].sure, 90);
	done(&x);
}

static void looks_above(void **state)
{
	struct fixture x;

	(void)state;
	match(&x, "# Money\n\nGambling is known.\n\nStaff must not:\n- gamble\n- sing\n");
	assert_int_equal(x.means[1].items[0].sure, 50); /* under a heading about money */
	assert_int_equal(x.means[2].n, 0);
	assert_int_equal(x.means[3].items[0].sure, 90); /* with what leads it */
	assert_true(bdl_view_is(x.means[3].items[0].rules, "note web to category gambling\n"));
	assert_int_equal(x.means[4].n, 0); /* nothing in it speaks of gambling */
	done(&x);
}

static void takes_exceptions(void **state)
{
	struct fixture x;

	(void)state;
	match(&x, "A history of gambling in a casino.");
	assert_int_equal(x.means[0].n, 0);
	done(&x);
}

static void words_stand_in_one_sentence(void **state)
{
	struct fixture x;

	(void)state;
	match(&x, "Nobody may\tplace a bet\n");
	assert_int_equal(x.means[0].items[0].sure, 80);
	done(&x);
	match(&x, "No first place\ta bet\n");
	assert_int_equal(x.means[0].n, 0);
	done(&x);
	match(&x, "No first place. A bet\tno hat\n");
	assert_int_equal(x.means[0].n, 0);
	done(&x);
}

static const char duties[] =
    "concept must common duty\n  must, never, don't\n"
    "concept order common opening\n  lock, tell\n"
    "concept aside common aside\n  definitions\n"
    "concept aim common aim\n  policy aims\n"
    "concept paper common paper\n  policy, code, act\n"
    "concept it common back\n  it, them\n"
    "concept screen\n  screen\n"
    "concept warn\n  let ... know\n"
    "clause a.screen\n  80 screen and \"lock\"\n  99 screen and \"steel\"\n"
    "clause a.warn\n  80 warn and screen\n"
    "clause a.told told\n  80 \"coffee\"\n"
    "clause a.named told named\n  80 \"tea\"\n";

/* How sure the last statement is of the only clause that it means; 0: it means none. */
static unsigned sure_of(const char *text)
{
	struct fixture x;
	unsigned sure = 0;

	match_by(&x, duties, text);
	if (x.means[x.s.n - 1].n > 0)
		sure = x.means[x.s.n - 1].items[0].sure;
	done(&x);
	return sure;
}

static size_t count_meanings(const char *concepts, const char *text)
{
	struct fixture x;
	size_t n;

	match_by(&x, concepts, text);
	n = x.means[x.s.n - 1].n;
	done(&x);
	return n;
}

/* Whoever examines files sits no examination. */
static void words_of_one_stem_may_differ(void **state)
{
	static const char of[] = "concept exam\n  examination, examinations, assessment\n"
				 "concept money\n  banking\nclause a.exam\n  90 exam\n"
				 "clause a.bank\n  90 money\n";
	static const char held[] = "concept held\n  secure, accept\nclause a.held\n  90 held\n";

	(void)state;
	assert_int_equal(count_meanings(of, "Examinations are in May."), 1);
	assert_int_equal(count_meanings(of, "The head may examine files and assess the harm."), 0);
	assert_int_equal(count_meanings(of, "Banking."), 1);
	assert_int_equal(count_meanings(of, "A bank holiday."), 0);
	assert_int_equal(count_meanings(held, "Secured by a lock."), 1);
	assert_int_equal(count_meanings(held, "Security is tight."), 0);
	assert_int_equal(count_meanings(held, "Acceptable use."), 0);
}

static void lessens_what_obliges_nobody(void **state)
{
	(void)state;
	assert_int_equal(sure_of("The screen had a lock."), 49);
	assert_int_equal(sure_of("You must lock the screen."), 80);
	assert_int_equal(sure_of("Lock the screen."), 80);
	assert_int_equal(sure_of("When you go, lock the screen."), 80);
	assert_int_equal(sure_of("Locking the screen is easy."), 49);
	assert_int_equal(sure_of("Locks of a screen are dear."), 49);
	assert_int_equal(sure_of("These are ours:\n- a lock on a screen\n"), 49);
	assert_int_equal(sure_of("You must have:\n- a lock on a screen\n"), 80);
	assert_int_equal(sure_of("DON'T\n- have no lock on a screen\n"), 80);
	assert_int_equal(sure_of("# Never\n\nA screen without a lock.\n"), 80);
	assert_int_equal(sure_of("There was a lock on the screen, of steel."), 61); /* the surest */
	assert_int_equal(sure_of("There is coffee."), 80); /* a clause that is told */
}

static void halves_what_is_only_named(void **state)
{
	(void)state;
	assert_int_equal(sure_of("# Definitions\n\nYou must lock the screen.\n"), 40);
	assert_int_equal(sure_of("# Aims\n\nYou must lock the screen.\n"), 80);
	assert_int_equal(
	    sure_of("# Definitions\n\nYou must make tea.\n"), 80); /* it may be named */
	assert_int_equal(sure_of("This policy aims to help staff, who must lock the screen."), 40);
	assert_int_equal(sure_of("This policy aims to:\n- never lock a screen\n"), 40);
	assert_int_equal(sure_of("The code, the Act and this policy must lock the screen."), 40);
	assert_int_equal(sure_of("By the code and this policy you must lock the screen."), 80);
}

static void reaches_back_by_pronouns(void **state)
{
	(void)state;
	assert_int_equal(sure_of("There is a screen here. You must let Dave know."), 0);
	assert_int_equal(sure_of("There is a screen here. You must let Dave know of it."), 80);
	assert_int_equal(sure_of("There is a screen.\n\nYou must let Dave know of it."), 0);
}

static void takes_words_that_stand_apart(void **state)
{
	(void)state;
	assert_int_equal(sure_of("Never let a screen know."), 80);
	assert_int_equal(sure_of("You must let me and all of them there know of a screen."), 0);
}

static void counts_headings_less(void **state)
{
	(void)state;
	assert_int_equal(sure_of("# Your screen\n\nYou must let Dave know.\n"), 56);
}

static void refuse(const char *text, const char *why)
{
	BDL_AUTO(bdl_concepts_free) struct bdl_concepts *c = bdl_concepts_new();
	struct bdl_err err;

	assert_int_equal(bdl_concepts_add(c, bdl_view_of(text), "f", &err), BDL_E_INVALID);
	if (strcmp(err.text, why) != 0)
		fail_msg("got '%s', want '%s'", err.text, why);
}

static void says_what_is_wrong(void **state)
{
	static const char no_concept[] =
	    "f:1: 'concept NAME', and behind it 'common', 'duty', "
	    "'opening', 'aside', 'back', 'whom', 'empty', 'aim' or 'paper'";

	(void)state;
	refuse("nonsense\n", "f:1: 'concept', 'clause' or 'nothing', not 'nonsense'");
	refuse("  words\n", "f:1: this line belongs to nothing above it");
	refuse("concept\n", no_concept);
	refuse("concept a rare\n", no_concept);
	refuse("concept a common rare\n", no_concept);
	refuse("concept a\n  let ...\n", "f:2: one to eight words, not 'let ...'");
	refuse("clause a b\n",
	    "f:1: 'clause' and an id such as web.gambling, and perhaps 'told' or 'named'");
	refuse("clause a told often\n",
	    "f:1: 'clause' and an id such as web.gambling, and perhaps 'told' or 'named'");
	refuse("concept a\n  one two three four five six seven eight nine\n",
	    "f:2: one to eight words, not 'one two three four five six seven eight nine'");
	refuse("clause a\n  100 \"b\"\n",
	    "f:2: a percentage from 1 to 99, 'title', 'like' or 'does', not '100'");
	refuse("clause a\n  90 b\n",
	    "f:2: no concept above is named 'b'; words of the text stand in quotes");
	refuse("clause a\n  90 (\"b\" or \"c\"\n", "f:2: a bracket that does not end");
	refuse("clause a\n  90 \"b\n", "f:2: a quotation that does not end");
	refuse("clause a\n  90 \"b\" \"c\"\n", "f:2: what is '\"c\"'?");
	refuse("clause a\n  does\n    due in {speed}\n",
	    "f:3: a value is {hours}, {time}, {within} or {size}, not '{speed'");
	refuse("clause a\n  does if \"b\"\n", "f:2: 'does' or 'does when CONDITION'");
}

static void refuses_depth(void **state)
{
	BDL_AUTO(bdl_concepts_free) struct bdl_concepts *c = bdl_concepts_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_CONCEPTS_BYTES_MAX);

	(void)state;
	(void)bdl_buf_add_str(&text, "clause a\n  90 ");
	for (size_t i = 0; i < 60000; i++)
		(void)bdl_buf_add_str(&text, i % 2 ? "( " : "not ");
	assert_int_equal(bdl_concepts_add(c, bdl_buf_view(&text), "f", NULL), BDL_E_LIMIT);
}

static void a_later_file_adds_and_replaces(void **state)
{
	static const char more[] = "concept gamble\n  flutter\n"
				   "clause web.gambling\n  70 gamble\n  does\n"
				   "    coach web to category gambling\n"
				   "clause own.bees\n  90 \"bees\"\n";
	struct fixture x;
	struct bdl_err err;
	size_t kind;

	(void)state;
	match(&x, "Never have a flutter.");
	assert_int_equal(x.means[0].n, 0);
	if (bdl_concepts_add(x.c, bdl_view_of(more), "more", &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(bdl_concepts_match(x.c, &x.s, x.region, &x.means, NULL), 0);
	assert_int_equal(x.means[0].items[0].sure, 94);
	assert_true(bdl_view_is(x.means[0].items[0].rules, "coach web to category gambling\n"));
	assert_true(bdl_concepts_find(x.c, BDL_LIT("own.bees"), &kind));
	assert_int_equal(bdl_concepts_count(x.c), 2);
	done(&x);
}

/* --- the file that ships --- */

static bool has_clause(const struct bdl_document *d, struct bdl_view id)
{
	for (size_t i = 0; i < d->n_clauses; i++)
		if (bdl_view_eq(d->clauses[i].id, id))
			return true;
	return false;
}

static void the_shipped_file_knows_the_models(void **state)
{
	struct shipped s;
	size_t kind;

	(void)state;
	shipped_open(&s);
	for (size_t i = 0; i < bdl_concepts_count(s.concepts); i++) {
		struct bdl_view id = bdl_concepts_id(s.concepts, i);

		if (!has_clause(s.models[0], id) && !has_clause(s.models[1], id))
			fail_msg("no model policy has '%.*s'", BDL_FMT(id));
	}
	for (size_t m = 0; m < 2; m++)
		for (size_t i = 0; i < s.models[m]->n_clauses; i++)
			if (!bdl_concepts_find(s.concepts, s.models[m]->clauses[i].id, &kind))
				fail_msg("nothing says what means '%.*s'",
				    BDL_FMT(s.models[m]->clauses[i].id));
	shipped_done(&s);
}

/* Each set of rules by itself, in a policy for adults and in one for pupils, and all of them together. */
static void check_rules(const struct bdl_buf *text, const char *what)
{
	BDL_AUTO(bdl_findings_free) struct bdl_findings *findings = bdl_findings_new();
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf said = BDL_BUF(1 << 20);
	BDL_AUTO(bdl_document_free) struct bdl_document *d = NULL;
	struct bdl_err err;

	if (bdl_document_parse(bdl_buf_view(text), findings, &d, &err) < 0)
		fail_msg("%s: %s", what, err.text);
	bdl_document_check(d, NULL, findings);
	bdl_findings_write(findings, what, &said);
	if (findings->n_errors > 0)
		fail_msg("%s%s", bdl_buf_str(text), bdl_buf_str(&said));
}

static void put_front(struct bdl_buf *text, const char *binds)
{
	bdl_buf_clear(text);
	(void)bdl_buf_printf(text,
	    "---\ntitle: t\nschool: s\nowner: o\napprover: a\nreview: every 12 months\n"
	    "binds: %s\n---\n",
	    binds);
}

/* With values, as a sentence that states each would have them. */
static void put_rules(struct bdl_buf *text, struct bdl_view id, struct bdl_view rules)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf filled = BDL_BUF(1 << 16);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf read = BDL_BUF(1 << 10);

	assert_true(bdl_values_fill(
	    rules, BDL_LIT("From 9 to 4 pm, after 3 pm, within 2 hours, 10 MB."), &filled, &read));
	(void)bdl_buf_printf(text, "\n# A {#%.*s}\n\nWords.\n\n```rules\n%s```\n", BDL_FMT(id),
	    bdl_buf_str(&filled));
}

static void the_shipped_rules_are_rules(void **state)
{
	static const char *const binds[] = { "staff", "pupils" };
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf one = BDL_BUF(1 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf all = BDL_BUF(1 << 20);
	struct shipped s;
	size_t n = 0;

	(void)state;
	shipped_open(&s);
	for (size_t b = 0; b < 2; b++) {
		put_front(&all, binds[b]);
		for (size_t i = 0; i < bdl_concepts_count(s.concepts); i++) {
			struct bdl_view id = bdl_concepts_id(s.concepts, i), rules;

			for (size_t k = 0; (rules = bdl_concepts_rules(s.concepts, i, k)).n > 0;
			     k++) {
				put_front(&one, binds[b]);
				put_rules(&one, id, rules);
				check_rules(&one, "alone");
				if (k == 0)
					put_rules(&all, id, rules);
				n++;
			}
		}
		check_rules(&all, "together");
	}
	assert_true(n > 150);
	shipped_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_by_stems_and_adds_up),
		cmocka_unit_test(looks_above),
		cmocka_unit_test(takes_exceptions),
		cmocka_unit_test(words_stand_in_one_sentence),
		cmocka_unit_test(words_of_one_stem_may_differ),
		cmocka_unit_test(lessens_what_obliges_nobody),
		cmocka_unit_test(halves_what_is_only_named),
		cmocka_unit_test(reaches_back_by_pronouns),
		cmocka_unit_test(takes_words_that_stand_apart),
		cmocka_unit_test(counts_headings_less),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(refuses_depth),
		cmocka_unit_test(a_later_file_adds_and_replaces),
		cmocka_unit_test(the_shipped_file_knows_the_models),
		cmocka_unit_test(the_shipped_rules_are_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
