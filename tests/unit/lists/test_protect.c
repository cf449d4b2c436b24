/* Protected hosts, and who may say otherwise. */
#include "lists/protect.h"
#include "lists_test.h"

#define NOW 1795262400000 /* 21 November 2026 */

static const char hosts[] = "# title: Protected\n# harmless: help-lines, health\n"
			    "childline.example\nhelp.nhs.example # and below\n\n";

static void protect(struct bdl_list_build *b)
{
	struct bdl_err err = { 0 };

	if (bdl_list_build_protect(b, bdl_view_of(hosts), "protected.domains", &err) != 0)
		fail_msg("%s", err.text);
}

static void no_list_holds_a_protected_host(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	size_t n = 0, all = 0;

	protect(b);
	add(b, "bypass", "childline.example");
	add(b, "bypass", "www.childline.example");
	add(b, "bypass", "CHILDLINE.example/chat");
	add(b, "help-lines", "childline.example");
	add(b, "bypass", "mychildline.example");
	add(b, "bypass", "nhs.example");
	add(b, "health", "nhs.example");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "childline.example", "help-lines");
	check_host(l, "www.childline.example", "help-lines");
	check_page(l, "childline.example", "/chat", "help-lines");
	check_host(l, "mychildline.example", "bypass");
	/* Of what is listed above it the protected host is an exception. */
	check_host(l, "www.nhs.example", "bypass health");
	check_host(l, "a.help.nhs.example", "health");
	const struct bdl_list_spared *spared = bdl_list_build_spared(b, &n, &all);
	assert_int_equal(n, 4);
	assert_int_equal(all, 4);
	assert_string_equal(spared[1].host, "www.childline.example");
	assert_string_equal(spared[1].category, "bypass");
	assert_string_equal(spared[3].host, "help.nhs.example");
	/* Written a second time nothing is said twice. */
	BDL_AUTO(bdl_lists_close) struct bdl_lists *again = compiled(state, b);
	check_host(again, "help.nhs.example", "health");
	(void)bdl_list_build_spared(b, &n, &all);
	assert_int_equal(all, 4);
}

static void reports_count_what_was_kept_out(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "t", .category = "gambling" };
	size_t n;

	(void)state;
	protect(b);
	assert_int_equal(
	    bdl_list_build_text(b, &s,
		BDL_LIT("casino.example\nchildline.example\na.childline.example/x\n"), 1, NULL),
	    0);
	assert_int_equal(bdl_list_build_reports(b, &n)->kept_out, 2);
}

static void two_people_may_say_otherwise(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_view text = BDL_LIT(
	    "# host, category, person, second person, until, reason\n"
	    "chat.childline.example, social-networks, A. Head, B. Lead, 2026-11-21, for a test, agreed\n"
	    "childline.example, gambling, A. Head, B. Lead, 2026-11-20, over\n"
	    "help.nhs.example, bypass, A. Head, B. Lead, 2026-12-31, tunnels\n");
	struct bdl_err err = { 0 };

	protect(b);
	if (bdl_list_build_override(b, text, "o", NOW, &err) != 0)
		fail_msg("%s", err.text);
	add(b, "social-networks", "a.chat.childline.example");
	add(b, "social-networks", "childline.example");
	add(b, "gambling", "childline.example");
	add(b, "bypass", "nhs.example");
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "a.chat.childline.example", "social-networks");
	check_host(l, "childline.example", "");
	check_host(l, "help.nhs.example", "bypass");
}

static const struct {
	const char *text, *want;
} bad_overrides[] = {
	{ "a.example, games, A, B, 2026-12-31\n", "o:1: expected 'host, category" },
	{ "# x\na.example, games, A,, 2026-12-31, why\n", "o:2: expected 'host" },
	{ "a.example, games, A. Head, a. head, 2026-12-31, why\n", "o:1: the second person is" },
	{ "a.example, games, A. Head, A Head, 2026-12-31, why\n", "o:1: the second person is" },
	{ "a.example, games, A. Head, -, 2026-12-31, why\n", "o:1: expected 'host" },
	{ "a example, games, A, B, 2026-12-31, why\n", "o:1: 'a example', expected a host" },
	{ "a.example, Games, A, B, 2026-12-31, why\n", "o:1: 'Games' is no category" },
	{ "a.example, games, A, B, next year, why\n", "o:1: 'next year' is no day" },
	{ "a.example, games, A, B, 2026-02-31, why\n", "o:1: '2026-02-31' is no day" },
};

static void overrides_say_all_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad_overrides); i++) {
		BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
		struct bdl_err err = { 0 };
		int r =
		    bdl_list_build_override(b, bdl_view_of(bad_overrides[i].text), "o", NOW, &err);
		check_refused(bad_overrides[i].text, r, err.text, bad_overrides[i].want);
	}
}

static const struct {
	const char *text, *want;
} bad_hosts[] = {
	{ "a.example\nno host\n", "p:2: 'no host', expected a host" },
	{ "192.0.2.1\n", "p:1: '192.0.2.1' is an address" },
	{ "# harmless: help-lines, Help\n", "p:1: 'Help' is no category" },
};

static void protected_lines_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad_hosts); i++) {
		BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
		struct bdl_err err = { 0 };
		int r = bdl_list_build_protect(b, bdl_view_of(bad_hosts[i].text), "p", &err);
		check_refused(bad_hosts[i].text, r, err.text, bad_hosts[i].want);
	}
}

static void folders_may_hold_both(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_list_build_protect_folder(b, *state, NOW, &err), 0);
	write_file(state, "protected.domains", hosts);
	write_file(state, "protected.overrides",
	    "Host, category, person, second person, until, reason\n"
	    "childline.example, games, A, B, 2027-01-01, agreed\n");
	write_file(state, "games.txt", "childline.example\n");
	write_file(state, "bypass.txt", "childline.example\n");
	if (bdl_list_build_protect_folder(b, *state, NOW, &err) != 0 ||
	    bdl_list_build_folder(b, *state, &err) != 0)
		fail_msg("%s", err.text);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_categories(l), 2); /* "protected" is none */
	check_host(l, "childline.example", "games");
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(no_list_holds_a_protected_host),
		cmocka_unit_test(reports_count_what_was_kept_out),
		IN_FOLDER(two_people_may_say_otherwise),
		cmocka_unit_test(overrides_say_all_of_it),
		cmocka_unit_test(protected_lines_are_right),
		IN_FOLDER(folders_may_hold_both),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
