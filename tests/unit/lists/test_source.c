/* Sources in all their forms: what is taken of them, passed over, bad, and when one is no list. */
#include "lists_test.h"

struct want {
	const char *host, *path, *categories;
};

static const struct {
	const char *name;
	enum bdl_list_format form; /* as it is recognised */
	const char *text;
	size_t taken, passed, bad;
	struct want wants[6];
} sources[] = {
	{ "plain", BDL_LIST_PLAIN,
	    "# title: Test\n\ncasino.example # a comment\r\n\tBETS.example. \n*.slots.example\n"
	    "ok.example/games\n@@good.casino.example\n",
	    5, 0, 0,
	    { { "casino.example", "/", "a" }, { "x.bets.example", "/", "a" },
		{ "slots.example", "/", "a" }, { "ok.example", "/games/1", "a" },
		{ "ok.example", "/", "" }, { "good.casino.example", "/", "" } } },
	{ "plain, with a mark and no last line end", BDL_LIST_PLAIN,
	    "\xef\xbb\xbf"
	    "casino.example",
	    1, 0, 0, { { "casino.example", "/", "a" } } },
	{ "plain, a bad line among good ones", BDL_LIST_PLAIN,
	    "casino.example\nno domain\n-\nbets.example\n", 3, 0, 1,
	    { { "casino.example", "/", "a" }, { "bets.example", "/", "a" } } },
	{ "hosts", BDL_LIST_HOSTS,
	    "127.0.0.1 localhost\n::1 localhost ip6-localhost\nfe80::1%lo0 localhost\n"
	    "0.0.0.0 casino.example bets.example # two\n127.0.0.1\tslots.example\n"
	    "192.0.2.1 printer.example\n0.0.0.0 0.0.0.0\nnonsense here\n",
	    2, 5, 1,
	    { { "casino.example", "/", "a" }, { "bets.example", "/", "a" },
		{ "www.slots.example", "/", "a" }, { "printer.example", "/", "" },
		{ "localhost", "/", "" } } },
	{ "adblock", BDL_LIST_ADBLOCK,
	    "[Adblock Plus 2.0]\n! Title: Test\n||casino.example^\n||bets.example^$document,popup\n"
	    "||third.example^$third-party\n||ok.example/games/*\n|https://ok.example/page|\n"
	    "@@||good.casino.example^|\nok.example##.advert\n/banner[0-9]/\n&ad_box=\n"
	    "||part*.example^\nplain.example\n",
	    6, 5, 0,
	    { { "www.casino.example", "/", "a" }, { "bets.example", "/", "a" },
		{ "third.example", "/", "" }, { "ok.example", "/games/2", "a" },
		{ "ok.example", "/page/no", "" }, { "good.casino.example", "/", "" } } },
	{ "adblock, one page", BDL_LIST_ADBLOCK,
	    "! x\n||a.example^\n|https://ok.example/page|\n||b.example\n", 3, 0, 0,
	    { { "ok.example", "/page", "a" }, { "b.example", "/", "a" } } },
	{ "rpz", BDL_LIST_RPZ,
	    "$TTL 300\n@ IN SOA localhost. root.localhost. (\n  1 ; serial\n  2 3 4 5 )\n"
	    "  IN NS localhost.\n$ORIGIN rpz.school.example.\n"
	    "casino.example CNAME .\n*.casino.example 60 IN CNAME .\n"
	    "bets.example.rpz.school.example. IN CNAME *.\n"
	    "slots.example A 192.0.2.1\n  AAAA 2001:db8::1\n"
	    "good.casino.example CNAME rpz-passthru.\n24.0.2.0.192.rpz-ip CNAME .\n"
	    "48.zz.1.db8.2001.rpz-ip CNAME rpz-drop.\nmx.example MX 10 x.\n"
	    "32.1.2.0.192.rpz-client-ip CNAME .\nbroken.example\n",
	    7, 2, 1,
	    { { "www.casino.example", "/", "a" }, { "bets.example", "/", "a" },
		{ "good.casino.example", "/", "" }, { "192.0.2.77", "/", "a" },
		{ "2001:db8:1::5", "/", "a" }, { "slots.example", "/", "a" } } },
	{ "csv of one category", BDL_LIST_CSV,
	    "domain,rank\ncasino.example,1\n\"bets.example\",2\n", 2, 0, 0,
	    { { "casino.example", "/", "a" }, { "bets.example", "/", "a" } } },
	{ "nothing", BDL_LIST_PLAIN, "", 0, 0, 0, { { "casino.example", "/", "" } } },
};

static void forms_are_recognised_and_read(void **state)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(sources); i++) {
		BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
		struct bdl_list_source s = { .path = "t", .category = "a" };
		struct bdl_view text = bdl_view_of(sources[i].text);
		const char *name = sources[i].name;
		struct bdl_err err = { 0 };
		size_t n = 0;

		check_long(name, bdl_list_recognise(text), sources[i].form);
		if (bdl_list_build_text(b, &s, text, 1, &err) != 0)
			fail_msg("%s: %s", name, err.text);
		const struct bdl_list_report *rep = bdl_list_build_reports(b, &n);
		check_long(name, (long)n, 1);
		check_long(name, rep->format, sources[i].form);
		check_long(name, (long)rep->taken, (long)sources[i].taken);
		check_long(name, (long)rep->passed, (long)sources[i].passed);
		check_long(name, (long)rep->bad, (long)sources[i].bad);
		BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
		for (size_t k = 0; k < 6 && sources[i].wants[k].host != NULL; k++)
			check_page(l, sources[i].wants[k].host, sources[i].wants[k].path,
			    sources[i].wants[k].categories);
	}
}

static void lines_of_a_csv_name_categories(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_list_names_free) struct bdl_list_names *names = NULL;
	struct bdl_list_source s = { .path = "t.csv" };
	struct bdl_view text = BDL_LIT("domain,category\ncasino.example,Gambling\n"
				       "friends.example,\"social_networks;chat\"\n"
				       "ads.example,publicite\nnone.example\n");
	struct bdl_err err = { 0 };
	size_t n;

	assert_int_equal(bdl_list_names_parse(BDL_LIT("# ours\nPUBLICITE = -\nchat = im # short\n"),
			     "names", &names, &err),
	    0);
	s.names = names;
	if (bdl_list_build_text(b, &s, text, 1, &err) != 0)
		fail_msg("%s", err.text);
	const struct bdl_list_report *rep = bdl_list_build_reports(b, &n);
	assert_int_equal(rep->taken, 2);
	assert_int_equal(rep->passed, 1);
	assert_int_equal(rep->bad, 1);
	assert_string_equal(
	    rep->named[0], "t.csv:5: 'domain,category' is expected: 'none.example'");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "casino.example", "gambling");
	check_host(l, "friends.example", "social-networks im");
	check_host(l, "ads.example", "");
}

static void sources_may_be_left_out(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_list_names_free) struct bdl_list_names *names = NULL;
	struct bdl_list_source s = { .path = "t", .category = "publicite" };

	assert_int_equal(
	    bdl_list_names_parse(BDL_LIT("publicite = -\nadult=adult"), "n", &names, NULL), 0);
	s.names = names;
	assert_int_equal(bdl_list_build_text(b, &s, BDL_LIT("ads.example"), 1, NULL), 0);
	s.category = "adult";
	assert_int_equal(bdl_list_build_text(b, &s, BDL_LIT("adult.example"), 1, NULL), 0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_categories(l), 1);
	check_host(l, "ads.example", "");
	check_host(l, "adult.example", "adult");
}

static const struct {
	const char *text, *want;
} bad_names[] = {
	{ "a = b\nadult\n", "n:2: 'adult', expected" },
	{ "adult = No Name\n", "n:1: 'adult = No Name', expected" },
	{ "= adult\n", "n:1: '= adult', expected" },
	{ "a = b\n\nA = c\n", "n:3: 'A' has two names" },
};

static void bad_names_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad_names); i++) {
		struct bdl_list_names *names = NULL;
		struct bdl_err err = { 0 };
		int r = bdl_list_names_parse(bdl_view_of(bad_names[i].text), "n", &names, &err);
		check_refused(bad_names[i].text, r, err.text, bad_names[i].want);
	}
}

static const struct {
	const char *text, *want;
} no_lists[] = {
	{ "<!DOCTYPE html><p>casino.example", "t: a page of HTML" },
	{ "\n  <html>\ncasino.example\n", "t: a page of HTML" },
	{ "not found\n", "t: not a list: 1 of 1 lines are bad" },
	{ "a.example\nb.example\nthis is\nno list\nat all\n",
	    "t: not a list: 3 of 5 lines are bad" },
};

static void what_is_no_list_is_refused_whole(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "t", .category = "a" };

	add(b, "a", "first.example");
	for (size_t i = 0; i < BDL_ARRAY_LEN(no_lists); i++) {
		struct bdl_err err = { 0 };
		int r = bdl_list_build_text(b, &s, bdl_view_of(no_lists[i].text), 1, &err);
		check_refused(no_lists[i].text, r, err.text, no_lists[i].want);
	}
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_domains(l), 1);
	check_host(l, "a.example", "");
	assert_int_equal(bdl_lists_notes(l).n, 0);
}

/* One bad line in ten is a list with a mistake; more are none. */
static void there_is_a_share_of_bad_lines(void **state)
{
	char text[64 * 20] = "";
	struct bdl_list_source s = { .path = "t", .category = "a" };

	(void)state;
	for (int bad = 3; bad <= 4; bad++) {
		BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
		size_t n = 0;
		for (int i = 0; i < 31; i++)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%d.example\n",
			    i < bad ? "no domain " : "a", i);
		int r = bdl_list_build_text(b, &s, bdl_view_at(text, n), 1, NULL);
		assert_int_equal(r, bad == 3 ? 0 : BDL_E_INVALID);
	}
}

static void bad_lines_are_named(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "a.txt", .category = "a" };
	char text[2048] = "a\x1b[2J b\n";
	size_t n = strlen(text), count;

	(void)state;
	for (int i = 0; i < 100; i++)
		n += (size_t)snprintf(
		    text + n, sizeof(text) - n, i % 15 == 0 ? "x y\n" : "a%d.b\n", i);
	assert_int_equal(bdl_list_build_text(b, &s, bdl_view_at(text, n), 1, NULL), 0);
	const struct bdl_list_report *rep = bdl_list_build_reports(b, &count);
	assert_int_equal(rep->bad, 8);
	assert_int_equal(rep->n_named, BDL_LIST_NAMED);
	assert_string_equal(rep->named[0], "a.txt:1: a host may not hold the byte 0x1b: 'a?[2J b'");
	assert_string_equal(rep->named[1], "a.txt:2: a host may not hold the byte 0x20: 'x y'");
}

static void titles_and_notes_are_kept(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "games.txt", .category = "games" };

	assert_int_equal(bdl_list_build_text(b, &s,
			     BDL_LIT("# title: Games of the school\r\n# source: somebody\n"
				     "# License: CC0\ngames.example\n"),
			     77, NULL),
	    0);
	s = (struct bdl_list_source){ .path = "bets.txt", .category = "gambling" };
	assert_int_equal(bdl_list_build_text(b, &s,
			     BDL_LIT("# source: our own\nbets.example\nno entry\n"), 0, NULL),
	    0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_view("notes", bdl_lists_notes(l),
	    "games\tgames.txt\tplain\t1\t0\t77\tGames of the school\tCC0\n"
	    "gambling\tbets.txt\tplain\t1\t1\t0\t\tour own\n");
	struct bdl_view rest = bdl_lists_notes(l);
	struct bdl_lists_note note;
	assert_true(bdl_lists_note_next(&rest, &note));
	check_view("title", note.title, "Games of the school");
	check_view("terms", note.terms, "CC0");
	assert_int_equal(note.time_ms, 77);
	assert_true(bdl_lists_note_next(&rest, &note));
	check_view("category", note.category, "gambling");
	check_view("bad", note.bad, "1");
	check_view("none", note.title, "");
	assert_false(bdl_lists_note_next(&rest, &note));
}

static void forms_have_words(void **state)
{
	enum bdl_list_format f;

	(void)state;
	for (size_t i = 0; i < BDL_LIST_FORMATS; i++) {
		const char *word = bdl_list_format_word((enum bdl_list_format)i);
		assert_true(bdl_list_format_parse(bdl_view_of(word), &f));
		assert_int_equal(f, i);
	}
	assert_false(bdl_list_format_parse(BDL_LIT("xml"), &f));
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(forms_are_recognised_and_read),
		IN_FOLDER(lines_of_a_csv_name_categories),
		IN_FOLDER(sources_may_be_left_out),
		cmocka_unit_test(bad_names_are_refused),
		IN_FOLDER(what_is_no_list_is_refused_whole),
		cmocka_unit_test(there_is_a_share_of_bad_lines),
		cmocka_unit_test(bad_lines_are_named),
		IN_FOLDER(titles_and_notes_are_kept),
		cmocka_unit_test(forms_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
