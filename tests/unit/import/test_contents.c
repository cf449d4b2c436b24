/* Lists of contents, which are left out. */
#include "../check.h"
#include "base/buf.h"
#include "import/statement.h"

/* What is left of a text, its statements divided by bars. */
static void expect(const char *text, const char *left)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(8 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf got = BDL_BUF(4096);
	struct bdl_statements s;
	struct bdl_err err;

	if (bdl_statements_cut(bdl_view_of(text), region, &s, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < s.n; i++)
		(void)bdl_buf_printf(&got, "%s%.*s", i ? "|" : "", BDL_FMT(s.items[i].words));
	if (!bdl_view_is(bdl_buf_view(&got), left))
		fail_msg("left is '%s'", bdl_buf_str(&got));
}

static void ends_where_what_it_names_begins(void **state)
{
	(void)state;
	expect(
	    "# Rules\n\nContents:\n\n1. Aims\n2. Passwords\n- How we help\n3. Phones\n\n1. Aims\n\nWe teach.\n\n"
	    "2. Passwords\n\nKeep them.\n",
	    "Rules|Aims|We teach.|Passwords|Keep them.");
	expect(
	    "Table of contents\n\nAims\nPasswords\nPhones\n\nThis is what we say of all of these, at some "
	    "length.\n",
	    "This is what we say of all of these, at some length.");
	/* A heading that it did not name stays. */
	expect(
	    "CONTENTS\n\nAims\n\nPasswords\n\nPhones\n\nMisuse\n\nWho we are\nWe are a school.\n",
	    "Who we are|We are a school.");
}

static void is_no_list_of_rules(void **state)
{
	(void)state;
	expect(
	    "Contents\n\nAims\nPasswords\nPhones\n\nOur rules\n- I keep my password\n- I do not tell\n",
	    "Our rules|I keep my password|I do not tell");
	expect("Contents\n\nBe kind to all.\n\nShare.\n", "Contents|Be kind to all.|Share.");
	expect("# Things\n\n- Pens\n- Books\n- Bags\n", "Things|Pens|Books|Bags");
	expect("1. Aims\n2. Phones\n", "Aims|Phones");
}

static void is_known_by_its_pages(void **state)
{
	(void)state;
	expect(
	    "Rules of ours\n\nPolicy aims              4\nUsing it       4/5\nUsers 6\n2.1 Law   6\n"
	    "Mail\t7\nAll of us must be kind to one another here.\n",
	    "Rules of ours|All of us must be kind to one another here.");
	/* Not in order, and not of different names. */
	expect(
	    "Pens 5\nBooks 4\nBags 9\nInk 3\nRulers 2\n", "Pens 5|Books 4 Bags 9 Ink 3 Rulers 2");
	/* Nor what something leads to, or of one page or two. */
	expect(
	    "How old one has to be:\n\nFacebook 13\nSnapchat 13\nInstagram 14\nTikTok 15\nWhatsApp 16\n",
	    "How old one has to be:|Facebook 13 Snapchat 13 Instagram 14 TikTok 15 WhatsApp 16");
	expect("Facebook 13\nSnapchat 13\nInstagram 13\nTikTok 13\nWhatsApp 16\n",
	    "Facebook 13 Snapchat 13 Instagram 13 TikTok 13 WhatsApp 16");
	expect("- Year 7\n- Year 8\n- Year 9\n- Year 10\n- Year 11\n",
	    "Year 7|Year 8|Year 9|Year 10|Year 11");
}

static void is_known_by_what_comes_again(void **state)
{
	(void)state;
	expect(
	    "Rules of ours\n\n1. Aims\n2. Users\n3. Phones\n\nAims\n\nWe teach.\n\nUsers\n\nThat is you.\n\n"
	    "Phones\n\nLock them.\n",
	    "Rules of ours|Aims|We teach.|Users|That is you.|Phones|Lock them.");
	expect("1. Aims\n2. Users\n3. Phones\n\nUsers\n\nAims\n", "Aims|Users|Phones|Users|Aims");
}

static void a_long_one_takes_no_longer(void **state)
{
	BDL_AUTO(bdl_region_free) struct bdl_region *region = bdl_region_new(64 << 20);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(BDL_IMPORT_TEXT_MAX);
	struct bdl_statements s;

	(void)state;
	(void)bdl_buf_add_str(&text, "Contents\n");
	for (unsigned i = 0; text.n + 16 < BDL_IMPORT_TEXT_MAX; i++) /* each of other letters */
		(void)bdl_buf_printf(&text, "%c%c%c%c\n", 'a' + i % 26, 'a' + i / 26 % 26,
		    'a' + i / 676 % 26, 'a' + i / 17576 % 26);
	assert_int_equal(bdl_statements_cut(bdl_buf_view(&text), region, &s, NULL), 0);
	assert_int_equal(s.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_where_what_it_names_begins),
		cmocka_unit_test(is_no_list_of_rules),
		cmocka_unit_test(is_known_by_its_pages),
		cmocka_unit_test(is_known_by_what_comes_again),
		cmocka_unit_test(a_long_one_takes_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
