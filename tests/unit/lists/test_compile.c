#include "lists_test.h"
#include <signal.h>
#include <sys/resource.h>

static const struct {
	const char *name, *text;
	const char *host, *want;
} texts[] = {
	{ "plain", "casino.example\nbets.example\n", "bets.example", "a" },
	{ "no last line end", "casino.example", "casino.example", "a" },
	{ "Windows lines", "casino.example\r\nbets.example\r\n", "casino.example", "a" },
	{ "byte order mark",
	    "\xef\xbb\xbf"
	    "casino.example\n",
	    "casino.example", "a" },
	{ "comments", "# none.example\ncasino.example # bets.example\n", "casino.example", "a" },
	{ "what a comment names", "# none.example\n", "none.example", "" },
	{ "blanks", "\n \t\n\tcasino.example \n", "casino.example", "a" },
	{ "upper case", "Casino.EXAMPLE\n", "casino.example", "a" },
	{ "trailing dot", "casino.example.\n", "casino.example", "a" },
	{ "a whole top level", "example\n", "casino.example", "a" },
	{ "an address", "0300.0.02.041\n", "192.0.2.33", "a" },
	{ "an IPv6 address", "2001:DB8:0::1\n", "2001:db8::1", "a" },
	{ "underscores", "a_b.example\n", "a_b.example", "a" },
	{ "nothing", "", "casino.example", "" },
};

static void texts_are_read(void **state)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
		struct bdl_err err = { 0 };
		if (bdl_list_build_text(b, BDL_LIT("a"), bdl_view_of(texts[i].text), "t", &err) !=
		    0)
			fail_msg("%s: %s", texts[i].name, err.text);
		BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
		check_host(l, texts[i].host, texts[i].want);
	}
}

static const struct {
	const char *text, *want;
} bad_texts[] = {
	{ "casino.example\n\ncasino example\n", "a.txt:3: 'casino example'" },
	{ "http://casino.example/\n", "a.txt:1: 'http://casino.example/'" },
	{ "casino.example\n*.bets.example\n", "a.txt:2: '*.bets.example'" },
	{ ".casino.example\n", "a.txt:1: '.casino.example'" },
	{ "casino..example\n", "a.txt:1: 'casino..example'" },
	{ "café.example\n", "a.txt:1: 'café.example'" },
	{ "1.2.3\n4.5.6.789\n", "a.txt:2: '4.5.6.789'" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example\n",
	    "a.txt:1:" },
};

static void bad_lines_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad_texts); i++) {
		BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
		struct bdl_err err = { 0 };
		int r = bdl_list_build_text(
		    b, BDL_LIT("a"), bdl_view_of(bad_texts[i].text), "a.txt", &err);
		assert_int_equal(r, BDL_E_INVALID);
		if (strstr(err.text, bad_texts[i].want) != err.text)
			fail_msg("got '%s', want '%s'", err.text, bad_texts[i].want);
	}
}

static void categories_have_names(void **state)
{
	static const char *const bad[] = { "", "Gambling", "social networks", "a_b", "a/b", "é",
		"a234567890123456789012345678901234567890123456789" };
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad); i++)
		assert_int_equal(
		    bdl_list_build_add(b, bdl_view_of(bad[i]), BDL_LIT("a.example"), NULL),
		    BDL_E_INVALID);
	add(b, "a23456789012345678901234567890123456789012345678", "a.example");
	add(b, "social-networks-2", "a.example");
}

static void there_are_so_many_categories(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	char name[16];

	for (int i = 0; i <= BDL_LIST_CATEGORIES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "c%d", i);
		int r = bdl_list_build_add(b, bdl_view_of(name), BDL_LIT("a.example"), NULL);
		assert_int_equal(r, i < BDL_LIST_CATEGORIES_MAX ? 0 : BDL_E_LIMIT);
	}
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	struct bdl_catset set = { 0 };
	bdl_lists_host(l, BDL_LIT("a.example"), &set);
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX; i++)
		assert_true(bdl_catset_has(&set, i));
}

static void folders_are_read(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_err err = { 0 };

	write_file(state, "gambling.txt", "casino.example\n");
	assert_int_equal(mkdir(below(state, "social_networks"), 0700), 0);
	write_file(state, "social_networks/domains", "friends.example\ncasino.example\n");
	write_file(state, "social_networks/urls", "not a domain\n");
	assert_int_equal(mkdir(below(state, "Empty Folder"), 0700), 0);
	write_file(state, "README.md", "not a domain\n");
	write_file(state, ".hidden.txt", "not a domain\n");
	write_file(state, "empty.txt", "");
	write_file(state, "webmail.domains", "# title: Mail\n\nmail.example\n");
	write_file(state, ".domains", "not a domain\n");
	if (bdl_list_build_folder(b, *state, &err) != 0)
		fail_msg("%s", err.text);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_categories(l), 4);
	assert_string_equal(bdl_lists_category(l, 0), "empty");
	assert_string_equal(bdl_lists_category(l, 1), "gambling");
	assert_string_equal(bdl_lists_category(l, 2), "social-networks");
	assert_string_equal(bdl_lists_category(l, 3), "webmail");
	assert_int_equal(bdl_lists_domains(l), 3);
	check_host(l, "mail.example", "webmail");
	check_host(l, "casino.example", "gambling social-networks");
	check_host(l, "www.friends.example", "social-networks");
}

static void bad_folders_are_named(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_list_build_folder(b, below(state, "none"), &err), BDL_E_MISSING);
	write_file(state, "bad.txt", "casino.example\n\nno domain\n");
	assert_int_equal(bdl_list_build_folder(b, *state, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "/bad.txt:3: 'no domain'"));
	write_file(state, "Bad.txt", "casino.example\n");
	assert_int_equal(bdl_list_build_folder(b, *state, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "/Bad.txt: 'Bad' is no category"));
}

/* A file that cannot be written leaves the one that is there. */
/* The disk is full for a while, or so it seems: no file may grow. */
static int write_on_full_disk(struct bdl_list_build *b, const char *path)
{
	struct rlimit before, tight;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = before;
	tight.rlim_cur = 64;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	int r = bdl_list_build_write(b, path, 0, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	return r;
}

static void the_old_file_stays(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/none/lists.map", (const char *)*state);
	add(b, "a", "a.example");
	assert_true(bdl_list_build_write(b, path, 0, NULL) < 0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "a.example", "a");
	add(b, "b", "a.example");
	assert_true(write_on_full_disk(b, below(state, "lists.map")) < 0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *again = NULL;
	assert_int_equal(bdl_lists_open(below(state, "lists.map"), &again, NULL), 0);
	check_host(again, "a.example", "a");
	assert_int_equal(unlink(below(state, "lists.map")), 0);
	assert_int_equal(rmdir(*state), 0); /* nothing half-written is left */
	assert_int_equal(mkdir(*state, 0700), 0);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(texts_are_read),
		cmocka_unit_test(bad_lines_are_named),
		cmocka_unit_test(categories_have_names),
		IN_FOLDER(there_are_so_many_categories),
		IN_FOLDER(folders_are_read),
		IN_FOLDER(bad_folders_are_named),
		IN_FOLDER(the_old_file_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
