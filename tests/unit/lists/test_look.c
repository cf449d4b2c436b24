/* What finds what: pages, networks, exceptions, and why. Entries are added as plain lists write. */
#include "lists_test.h"
#include "proto/url.h"

static struct bdl_lists *listed(void *const *state, const char *text)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "t", .category = "a", .format = BDL_LIST_PLAIN };
	struct bdl_err err = { 0 };

	if (bdl_list_build_text(b, &s, bdl_view_of(text), 0, &err) != 0)
		fail_msg("%s", err.text);
	return compiled(state, b);
}

/* As a door asks: the URL of a request, taken apart. */
static void check_url(const struct bdl_lists *l, const char *url, bool want)
{
	struct bdl_catset set = { 0 };
	struct bdl_err err = { 0 };
	struct bdl_url u;

	if (bdl_url_parse(bdl_view_of(url), bdl_view_of(NULL), BDL_SCHEME_HTTP, &u, &err) != 0)
		fail_msg("%s: %s", url, err.text);
	bdl_lists_find(l, bdl_view_of(u.host), u.path, &set);
	check_set(l, &set, url, "", want ? "a" : "");
}

/* One entry, an address that it stands for and another that it does not. */
static const struct {
	const char *entry, *found, *other;
} entries[] = {
	{ "casino.example", "http://casino.example/", "http://xcasino.example/" },
	{ "casino.example", "http://www.casino.example/x?y", "http://example/" },
	{ "casino.example", "https://user:pw@CASINO.example.:8443/", "http://casino.example.org/" },
	{ "*.casino.example", "http://a.casino.example/", "http://b.example/" },
	{ ".casino.example", "http://casino.example/", "http://b.example/" },
	{ "http://casino.example/", "http://www.casino.example/any", "http://b.example/" },
	{ "https://me@casino.example:444/", "http://casino.example/", "http://me/" },
	{ "café.example", "http://xn--caf-dma.example/", "http://cafe.example/" },
	{ "xn--caf-dma.example", "http://CAFÉ.example/", "http://cafe.example/" },
	{ "xn--caf-dma.example", "http://caf%C3%A9.example/", "http://caf.example/" },
	{ "ＣＡＳＩＮＯ.example", "http://casino。example/", "http://asino.example/" },
	/* the beginnings of pages */
	{ "ok.example/games", "http://ok.example/games", "http://ok.example/" },
	{ "ok.example/games", "http://ok.example/games/", "http://ok.example/gamesroom" },
	{ "ok.example/games/", "http://ok.example/games/1.html?x=1#y", "http://ok.example/game" },
	{ "ok.example/games", "http://www.ok.example:8080/games?x", "http://ok.example/a/games" },
	{ "ok.example/games", "http://ok.example/games;jsessionid=1", "http://ok.example/?games" },
	{ "ok.example/games", "http://ok.example/GAMES/x", "http://other.example/games" },
	{ "ok.example/Games", "http://ok.example//games", "http://ok.example/games-no" },
	{ "ok.example/games", "http://ok.example/a/../games", "http://ok.example/games/../a" },
	{ "ok.example/games", "http://ok.example/./%67ames", "http://ok.example/%2567ames" },
	{ "ok.example/games", "http://ok.example\\games\\x", "http://ok.example/games%252fx" },
	{ "ok.example/games", "http://ok.example/%2Fgames%2f1", "http://ok.example/games%26" },
	{ "ok.example/games/1", "http://ok.example/games%5C1", "http://ok.example/games%201" },
	{ "ok.example/games", "http://ok.example/a%2f..%2Fgames", "http://ok.example/a%2fgames" },
	{ "ok.example/%67ames/*", "http://ok.example/a/%2e%2E/games", "http://ok.example/g" },
	{ "http://ok.example/@me", "http://ok.example/%40me/videos", "http://ok.example/@you" },
	{ "ok.example/caf\xc3\xa9", "http://ok.example/caf%c3%a9", "http://ok.example/caf" },
	{ "ok.example?a=1", "http://ok.example/?a=1&b=2", "http://ok.example/?a=11" },
	{ "ok.example/w?v=1", "http://ok.example/w?app=2&v=1", "http://ok.example/w?v=2" },
	{ "ok.example/w?v=1", "http://ok.example/w?v=1&t=9", "http://ok.example/w" },
	{ "ok.example/w?v=1&t=2", "http://ok.example/w?v=1&t=2&u=3", "http://ok.example/w?v=1" },
	/* one page */
	{ "=ok.example/games", "http://ok.example/games", "http://ok.example/games/1" },
	{ "=ok.example/games", "http://ok.example/games/?x=1", "http://ok.example/" },
	{ "=ok.example/", "http://ok.example", "http://ok.example/a" },
	{ "=http://ok.example", "http://ok.example/?a", "http://ok.example/a?b" },
	{ "=ok.example/w?v=1", "http://ok.example/w?v=1", "http://ok.example/w?v=2" },
	{ "=ok.example/w?v=1", "http://ok.example/w?t=1&v=1", "http://ok.example/w" },
	/* addresses */
	{ "192.0.2.33", "http://192.0.2.33/", "http://192.0.2.34/" },
	{ "192.0.2.33", "http://3221226017/", "http://3221226018/" },
	{ "192.0.2.33", "http://0xC0.0.02.0x21:80/", "http://1.192.0.2.33.example/" },
	{ "192.0.2.33", "http://[::ffff:192.0.2.33]/", "http://[::ffff:192.0.2.34]/" },
	{ "192.0.2.33", "http://[64:ff9b::c000:221]/", "http://[64:ff9b::c000:222]/" },
	{ "192.0.2.33", "http://[2002:c000:221::1]/", "http://[2002:c000:222::1]/" },
	{ "http://192.0.2.33:8080/x", "http://192.0.2.33/x/y", "http://192.0.2.33/" },
	{ "192.0.2.0/24", "http://192.0.2.255/", "http://192.0.3.0/" },
	{ "192.0.2.77/24", "http://192.0.2.0/", "http://192.0.1.255/" },
	{ "10.0.0.0/8", "http://10.255.1.2/", "http://11.0.0.0/" },
	{ "192.0.2.32/31", "http://192.0.2.33/", "http://192.0.2.34/" },
	{ "2001:DB8:0::1", "http://[2001:db8::1]/", "http://[2001:db8::2]/" },
	{ "2001:db8::/32", "http://[2001:db8:ffff::1]/", "http://[2001:db9::]/" },
	{ "2001:db8:8000::/33", "http://[2001:db8:ffff::1]/", "http://[2001:db8:7fff::]/" },
	{ "[2001:db8::1]:8080", "http://[2001:db8::1]/", "http://[2001:db8::]/" },
	{ "::ffff:192.0.2.0/120", "http://192.0.2.1/", "http://192.0.3.1/" },
};

static void nothing_gets_round_an_entry(void **state)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(entries); i++) {
		BDL_AUTO(bdl_lists_close) struct bdl_lists *l = listed(state, entries[i].entry);
		check_url(l, entries[i].found, true);
		check_url(l, entries[i].other, false);
	}
}

static const struct {
	const char *entry, *want; /* what the error says */
} bad[] = {
	{ "casino example", "" },
	{ "casino..example", "an empty label" },
	{ "user@casino.example", "the byte" },
	{ "casino.example:99999", "port" },
	{ "192.0.2.0/33", "0 to 32 bits" },
	{ "2001:db8::/129", "0 to 128 bits" },
	{ "::ffff:0.0.0.0/95", "more than IPv4" },
	{ "1.2.3.4.5", "no IPv4" },
	{ "*", "the byte" },
	{ "", "missing" },
	{ "http://", "missing" },
	{ "ok.example/a b", "blanks" },
	{ "a\xff.example", "characters" },
};

static void what_is_no_entry_is_refused(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();

	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad); i++) {
		struct bdl_err err = { 0 };
		int r = bdl_list_build_add(b, BDL_LIT("a"), bdl_view_of(bad[i].entry), &err);
		if (r != BDL_E_INVALID || strstr(err.text, bad[i].want) == NULL)
			fail_msg(
			    "'%s': got %d '%s', want '%s'", bad[i].entry, r, err.text, bad[i].want);
	}
}

static void pages_have_a_length(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	char entry[2048], path[4096];

	memset(entry, 'a', sizeof(entry));
	memcpy(entry, "a.example/", 10);
	entry[1024] = '\0';
	add(b, "a", entry);
	entry[1024] = 'a';
	entry[1025] = '\0';
	assert_int_equal(
	    bdl_list_build_add(b, BDL_LIT("a"), bdl_view_of(entry), NULL), BDL_E_INVALID);
	for (size_t i = 0; i < 65; i++)
		memcpy(entry + 9 + 2 * i, "/b", 3);
	assert_int_equal(
	    bdl_list_build_add(b, BDL_LIT("a"), bdl_view_of(entry), NULL), BDL_E_INVALID);
	entry[9 + 2 * 64] = '\0';
	add(b, "a", entry);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	/* What a request adds makes no difference, however much it is. */
	memset(path, '/', sizeof(path));
	(void)snprintf(path, sizeof(path), "%s", entry + 9);
	memset(path + strlen(path), '/', 3000);
	path[4000] = '\0';
	check_page(l, "a.example", path, "a");
	memset(path, 'a', 1023);
	path[0] = '/';
	(void)snprintf(path + 1015, 100, "/more?and=more");
	check_page(l, "a.example", path, "a");
}

/* Parameters that are added in front, as many as an address holds, get round nothing. */
static void a_parameter_is_found_behind_any_number(void **state)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = listed(state, "=ok.example/w?v=1");
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf url = BDL_BUF(4096);

	assert_int_equal(bdl_buf_add_str(&url, "http://ok.example/w?a"), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(bdl_buf_add_str(&url, i % 2 ? "&" : "&b"), 0);
	check_url(l, bdl_buf_str(&url), false);
	assert_int_equal(bdl_buf_add_str(&url, "&v=1"), 0);
	check_url(l, bdl_buf_str(&url), true);
}

static void the_closest_entry_decides(void **state)
{
	BDL_AUTO(bdl_lists_close)
	struct bdl_lists *l = listed(state,
	    "casino.example\n@@help.casino.example\nbad.help.casino.example\n"
	    "@@casino.example/rules\ncasino.example/rules/play\n@@192.0.2.33\n192.0.2.0/24\n"
	    "both.example\n@@both.example\n@@=casino.example/\n");

	check_url(l, "http://casino.example/x", true);
	check_url(l, "http://help.casino.example/x", false);
	check_url(l, "http://a.help.casino.example/x", false);
	check_url(l, "http://bad.help.casino.example/x", true);
	check_url(l, "http://casino.example/rules/2", false);
	check_url(l, "http://casino.example/rules/play/1", true);
	check_url(l, "http://casino.example/", false);
	check_url(l, "http://192.0.2.33/", false);
	check_url(l, "http://192.0.2.34/", true);
	check_url(l, "http://both.example/", false);
	/* Without the page the host alone is judged. */
	check_host(l, "casino.example", "a");
	check_host(l, "www.help.casino.example", "");
}

static void exceptions_are_of_their_category(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "t", .category = "games" };

	add(b, "gambling", "casino.example");
	add(b, "games", "casino.example");
	assert_int_equal(bdl_list_build_text(b, &s, BDL_LIT("@@bingo.casino.example"), 0, NULL), 0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	check_host(l, "casino.example", "gambling games");
	check_host(l, "bingo.casino.example", "gambling");
}

static void check_hit(const struct bdl_lists *l, const struct bdl_lists_hit *hit,
    enum bdl_lists_kind kind, const char *entry, const char *gives)
{
	assert_int_equal(hit->kind, kind);
	assert_string_equal(hit->entry, entry);
	check_set(l, &hit->gives, entry, "", gives);
}

static void reasons_name_entries(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	struct bdl_list_source s = { .path = "t", .category = "b" };
	struct bdl_lists_hit hits[8];

	add(b, "a", "casino.example");
	add(b, "b", "example");
	add(b, "a", "www.casino.example/Play/");
	add(b, "a", "=casino.example/play/now");
	add(b, "a", "192.0.2.0/24");
	add(b, "b", "192.0.2.33");
	assert_int_equal(bdl_list_build_text(b, &s, BDL_LIT("@@casino.example"), 0, NULL), 0);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	size_t n =
	    bdl_lists_explain(l, BDL_LIT("www.casino.example"), BDL_LIT("/play/now?x"), hits, 8);
	assert_int_equal(n, 3);
	check_hit(l, &hits[0], BDL_LISTS_PREFIX, "www.casino.example/play", "a");
	check_hit(l, &hits[1], BDL_LISTS_EXACT, "casino.example/play/now", "a");
	check_hit(l, &hits[2], BDL_LISTS_DOMAIN, "casino.example", "a");
	check_set(l, &hits[2].excepts, "casino.example", "", "b");
	assert_int_equal(
	    bdl_lists_explain(l, BDL_LIT("www.casino.example"), BDL_LIT("/play/now"), hits, 1), 1);
	n = bdl_lists_explain(l, BDL_LIT("192.0.2.33"), BDL_LIT("/"), hits, 8);
	assert_int_equal(n, 2);
	check_hit(l, &hits[0], BDL_LISTS_NET, "192.0.2.33", "b");
	check_hit(l, &hits[1], BDL_LISTS_NET, "192.0.2.0/24", "a");
	assert_int_equal(bdl_lists_explain(l, BDL_LIT("ok.test"), BDL_LIT("/"), hits, 8), 0);
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(nothing_gets_round_an_entry),
		cmocka_unit_test(what_is_no_entry_is_refused),
		IN_FOLDER(pages_have_a_length),
		IN_FOLDER(a_parameter_is_found_behind_any_number),
		IN_FOLDER(the_closest_entry_decides),
		IN_FOLDER(exceptions_are_of_their_category),
		IN_FOLDER(reasons_name_entries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
