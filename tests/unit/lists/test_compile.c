#include "lists_test.h"
#include <signal.h>
#include <sys/resource.h>

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

	for (int i = 0; i < BDL_LIST_CATEGORIES_MAX; i++) { /* one is kept for the illegal slot */
		(void)snprintf(name, sizeof(name), "c%d", i);
		int r = bdl_list_build_add(b, bdl_view_of(name), BDL_LIT("a.example"), NULL);
		assert_int_equal(r, i < BDL_LIST_CATEGORIES_MAX - 1 ? 0 : BDL_E_LIMIT);
	}
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	struct bdl_catset set = { 0 };
	bdl_lists_host(l, BDL_LIT("a.example"), &set);
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX - 1; i++)
		assert_true(bdl_catset_has(&set, i));
}

static void folders_are_read(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_err err = { 0 };
	size_t n = 0;

	write_file(state, "gambling.txt", "casino.example\n");
	assert_int_equal(mkdir(below(state, "social_networks"), 0700), 0);
	write_file(state, "social_networks/domains", "friends.example\ncasino.example\n");
	write_file(state, "social_networks/urls", "archive.example/~friends\n");
	write_file(state, "social_networks/expressions", "(friend|pal)s\n");
	assert_int_equal(mkdir(below(state, "Empty Folder"), 0700), 0);
	write_file(state, "README.md", "not a domain\n");
	write_file(state, ".hidden.txt", "not a domain\n");
	write_file(state, "empty.txt", "");
	write_file(state, "ads.hosts", "0.0.0.0 ads.example\n");
	write_file(state, "mixed.csv", "shop.example,Online Shops\n");
	if (bdl_list_build_folder(b, *state, &err) != 0)
		fail_msg("%s", err.text);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_categories(l), 5);
	assert_string_equal(bdl_lists_category(l, 0), "ads");
	assert_string_equal(bdl_lists_category(l, 1), "empty");
	assert_string_equal(bdl_lists_category(l, 2), "gambling");
	assert_string_equal(bdl_lists_category(l, 3), "online-shops");
	assert_string_equal(bdl_lists_category(l, 4), "social-networks");
	assert_int_equal(bdl_lists_domains(l), 4);
	assert_int_equal(bdl_lists_urls(l), 1);
	check_host(l, "casino.example", "gambling social-networks");
	check_host(l, "www.friends.example", "social-networks");
	check_host(l, "shop.example", "online-shops");
	check_page(l, "archive.example", "/~Friends/1", "social-networks");
	const struct bdl_list_report *reports = bdl_list_build_reports(b, &n);
	assert_int_equal(n, 7);
	assert_string_equal(reports[5].category, "social-networks");
	assert_int_equal(reports[5].taken, 1);
	assert_true(reports[6].is_patterns);
	assert_non_null(strstr(reports[6].path, "/social_networks/expressions"));
	assert_non_null(strstr(bdl_lists_notes(l).p, "gambling\t"));
}

static void one_category_may_be_the_folder(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_err err = { 0 };

	assert_int_equal(mkdir(below(state, "adult"), 0700), 0);
	write_file(state, "adult/domains", "adult.example\n");
	write_file(state, "adult/usage", "black\n");
	if (bdl_list_build_folder(b, below(state, "adult/"), &err) != 0)
		fail_msg("%s", err.text);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "www.adult.example", "adult");
}

static void bad_folders_are_named(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_list_build_folder(b, below(state, "none"), &err), BDL_E_MISSING);
	write_file(state, "bad.txt", "no domain\n");
	assert_int_equal(bdl_list_build_folder(b, *state, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "/bad.txt: not a list: 1 of 1 lines are bad"));
	assert_non_null(strstr(err.text, "/bad.txt:1: "));
	write_file(state, "Bad!.txt", "casino.example\n");
	assert_int_equal(bdl_list_build_folder(b, *state, &err), BDL_E_INVALID);
	assert_non_null(strstr(err.text, "/Bad!.txt: 'Bad!' is no category"));
	assert_int_equal(unlink(below(state, "Bad!.txt")), 0);
	assert_int_equal(unlink(below(state, "bad.txt")), 0);
	write_file(state, "illegal.txt", "casino.example\n");
	assert_int_equal(bdl_list_build_folder(b, *state, &err), BDL_E_DENIED);
	assert_non_null(strstr(err.text, "signed list"));
}

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

/* A file that cannot be written leaves the one that is there. */
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
		cmocka_unit_test(categories_have_names),
		IN_FOLDER(there_are_so_many_categories),
		IN_FOLDER(folders_are_read),
		IN_FOLDER(one_category_may_be_the_folder),
		IN_FOLDER(bad_folders_are_named),
		IN_FOLDER(the_old_file_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
