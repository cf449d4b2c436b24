#include "../check.h"
#include "base/buf.h"
#include "import/statement.h"

struct fixture {
	struct bdl_region *region;
	struct bdl_view text;
	struct bdl_statements s;
};

static void cut(struct fixture *x, const char *text)
{
	struct bdl_err err;

	x->region = bdl_region_new(8 << 20);
	x->text = bdl_import_clean(bdl_view_of(text), x->region);
	if (bdl_statements_cut(x->text, x->region, &x->s, &err) < 0)
		fail_msg("%s", err.text);
}

static void done(struct fixture *x)
{
	bdl_region_free(x->region);
}

static void expect(
    const struct fixture *x, size_t i, enum bdl_statement_kind kind, const char *words)
{
	if (i >= x->s.n)
		fail_msg("only %zu statements, not '%s'", x->s.n, words);
	if (!bdl_view_is(x->s.items[i].words, words) || x->s.items[i].kind != kind)
		fail_msg("%zu is '%.*s' of kind %d, not '%s'", i, BDL_FMT(x->s.items[i].words),
		    (int)x->s.items[i].kind, words);
}

static void joins_lines_that_a_page_broke(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x,
	    "Staff keep what they know about our pupils to themselves and tell only those who\n"
	    "need it. They ask the office when a stran-\n"
	    "ger rings.\n\n"
	    "Another paragraph, e.g. this one, is short.\n");
	assert_int_equal(x.s.n, 3);
	expect(&x, 0, BDL_STATEMENT_SENTENCE,
	    "Staff keep what they know about our pupils to themselves and tell only those who need it.");
	expect(&x, 1, BDL_STATEMENT_SENTENCE, "They ask the office when a stranger rings.");
	expect(&x, 2, BDL_STATEMENT_SENTENCE, "Another paragraph, e.g. this one, is short.");
	assert_int_equal(x.s.items[0].block, x.s.items[1].block);
	assert_int_not_equal(x.s.items[1].block, x.s.items[2].block);
	assert_int_equal(x.s.items[2].line, 5);
	done(&x);
}

static void says_where_each_stands(void **state)
{
	struct fixture x;
	const struct bdl_statement *s;

	(void)state;
	cut(&x, "One  thing.  Another   one\nhere.\n");
	assert_int_equal(x.s.n, 2);
	s = &x.s.items[1];
	assert_true(
	    bdl_view_is(bdl_view_at(x.text.p + s->from, s->to - s->from), "Another   one\nhere."));
	done(&x);
}

static void knows_headings_by_mark_number_and_shape(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x,
	    "# Our rules\n\n1. AIMS\n\nWe mean it.\n\n2.1 Mobile phones\nThey are off.\n\n"
	    "Using the network\n\nBe fair.\n\n**Passwords**\nKeep yours.\n\n"
	    "Staff must be kind\n\nIs a sentence.\n");
	expect(&x, 0, BDL_STATEMENT_HEADING, "Our rules");
	assert_int_equal(x.s.items[0].level, 1);
	expect(&x, 1, BDL_STATEMENT_HEADING, "AIMS");
	assert_true(bdl_view_is(x.s.items[1].number, "1"));
	expect(&x, 3, BDL_STATEMENT_HEADING, "Mobile phones");
	assert_int_equal(x.s.items[3].level, 3);
	assert_int_equal(x.s.items[4].heading, 3);
	expect(&x, 5, BDL_STATEMENT_HEADING, "Using the network");
	expect(&x, 7, BDL_STATEMENT_HEADING, "Passwords");
	expect(&x, 9, BDL_STATEMENT_SENTENCE, "Staff must be kind");
	done(&x);
}

static void knows_items_and_what_leads_them(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x,
	    "Staff must not:\n\n- share passwords\n\xe2\x80\xa2 open pages that hold\n"
	    "   - hatred\n   - violence\n(c) gamble\n\nAfterwards.\n");
	expect(&x, 1, BDL_STATEMENT_ITEM, "share passwords");
	assert_int_equal(x.s.items[1].lead, 0);
	expect(&x, 2, BDL_STATEMENT_ITEM, "open pages that hold");
	expect(&x, 5, BDL_STATEMENT_ITEM, "gamble");
	assert_true(bdl_view_is(x.s.items[5].number, "c"));
	assert_int_equal(x.s.items[5].lead, 0);
	expect(&x, 6, BDL_STATEMENT_SENTENCE, "Afterwards.");
	assert_int_equal(x.s.items[6].lead, BDL_NO_STATEMENT);
	done(&x);
}

static void leads_lists_within_lists(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x, "I agree:\n- I open no page about:\n  - hatred\n- I am kind.\n");
	assert_int_equal(x.s.items[2].lead, 1);
	assert_int_equal(x.s.items[3].lead, 0);
	done(&x);
}

static void leads_marks_below_its_number(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x, "1. You must:\n- lock it\na) sign\n1.1 wait\n2. You must not:\n- eat\n3. Drink\n");
	expect(&x, 0, BDL_STATEMENT_ITEM, "You must:");
	for (size_t i = 1; i < 4; i++)
		assert_int_equal(x.s.items[i].lead, 0);
	assert_int_equal(x.s.items[4].lead, BDL_NO_STATEMENT);
	assert_int_equal(x.s.items[5].lead, 4);
	assert_int_equal(x.s.items[6].lead, BDL_NO_STATEMENT);
	done(&x);
}

static void leads_by_a_heading_that_orders(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x, "# Staff must not:\n\n- eat\n\n# Passwords:\n\n- long\n");
	expect(&x, 0, BDL_STATEMENT_HEADING, "Staff must not:");
	assert_int_equal(x.s.items[1].lead, 0);
	expect(&x, 2, BDL_STATEMENT_HEADING, "Passwords:");
	assert_int_equal(x.s.items[3].lead, BDL_NO_STATEMENT);
	done(&x);
}

static void a_number_above_a_list_heads_it(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x,
	    "1. Passwords\n  1.1 Keep them.\n  1.2 Change them.\n2. Keep your things:\n  a) pens\n"
	    "3. Phones\n4. Bags\n");
	expect(&x, 0, BDL_STATEMENT_HEADING, "Passwords");
	expect(&x, 1, BDL_STATEMENT_ITEM, "Keep them.");
	assert_int_equal(x.s.items[2].heading, 0);
	expect(&x, 3, BDL_STATEMENT_ITEM, "Keep your things:");
	assert_int_equal(x.s.items[4].lead, 3);
	expect(&x, 5, BDL_STATEMENT_ITEM, "Phones");
	expect(&x, 6, BDL_STATEMENT_ITEM, "Bags");
	done(&x);
}

static void leaves_out_what_belongs_to_the_page(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x,
	    "Fernbrook rules, 2026\nOne is here.\nPage 1 of 3\n\f"
	    "Fernbrook rules, 2026\nYou will go\n2\n\fFernbrook rules, 2026\non here.\nPage 3 of 3\n"
	    "Contents ........ 4\n");
	assert_int_equal(x.s.n, 2);
	expect(&x, 0, BDL_STATEMENT_SENTENCE, "One is here.");
	expect(&x, 1, BDL_STATEMENT_SENTENCE, "You will go on here.");
	done(&x);
}

static void keeps_the_cells_of_rows(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x, "Owner\tHead\n\tSecond\tThird\n1.0\tMay\tFirst issue\n| a | b |\n");
	expect(&x, 0, BDL_STATEMENT_ROW, "Owner\tHead");
	expect(&x, 1, BDL_STATEMENT_ROW, "\tSecond\tThird");
	expect(&x, 2, BDL_STATEMENT_ROW, "1.0\tMay\tFirst issue");
	expect(&x, 3, BDL_STATEMENT_ROW, "a | b ");
	done(&x);
}

static void reads_what_is_no_utf8(void **state)
{
	struct fixture x;

	(void)state;
	cut(&x, "\x93Quoted\x94 words \x96 caf\xe9.\r\n\rNext\x01 one.");
	expect(&x, 0, BDL_STATEMENT_SENTENCE,
	    "\xe2\x80\x9cQuoted\xe2\x80\x9d words \xe2\x80\x93 caf\xc3\xa9.");
	expect(&x, 1, BDL_STATEMENT_SENTENCE, "Next one.");
	done(&x);
}

static void marks_alone_say_nothing(void **state)
{
	static const char *const texts[] = { "**", "**\n", "** **\n", "****\n\n**\n", "# **\n" };

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		struct fixture x;

		cut(&x, texts[i]);
		check_long(texts[i], (long)x.s.n, 0);
		done(&x);
	}
}

static void refuses_what_is_too_long(void **state)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(64 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_IMPORT_TEXT_MAX + 1);
	struct bdl_statements s;

	(void)state;
	for (size_t i = 0; i <= BDL_STATEMENTS_MAX; i++)
		(void)bdl_buf_add_str(&text, "Be kind.\n\n");
	assert_int_equal(bdl_statements_cut(bdl_buf_view(&text), region, &s, NULL), BDL_E_LIMIT);
	while (bdl_buf_add_str(&text, " more") == 0)
		continue;
	assert_int_equal(bdl_buf_add(&text, "     ", BDL_IMPORT_TEXT_MAX + 1 - text.n), 0);
	assert_int_equal(bdl_statements_cut(bdl_buf_view(&text), region, &s, NULL), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_lines_that_a_page_broke),
		cmocka_unit_test(says_where_each_stands),
		cmocka_unit_test(knows_headings_by_mark_number_and_shape),
		cmocka_unit_test(knows_items_and_what_leads_them),
		cmocka_unit_test(leads_lists_within_lists),
		cmocka_unit_test(leads_marks_below_its_number),
		cmocka_unit_test(leads_by_a_heading_that_orders),
		cmocka_unit_test(a_number_above_a_list_heads_it),
		cmocka_unit_test(leaves_out_what_belongs_to_the_page),
		cmocka_unit_test(keeps_the_cells_of_rows),
		cmocka_unit_test(reads_what_is_no_utf8),
		cmocka_unit_test(marks_alone_say_nothing),
		cmocka_unit_test(refuses_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
