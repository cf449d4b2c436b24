#include "proto/search.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	const char *host, *path, *form;
	enum bdl_search kind;
	const char *terms;
} searches[] = {
	{ "www.google.co.uk", "/search?q=buy+an%20essay&hl=en", "", BDL_SEARCH_TERMS,
	    "buy an essay" },
	{ "google.com", "/search?hl=en&q=a&q=b", "", BDL_SEARCH_TERMS, "a b" },
	{ "www.google.com.au", "/search?as_q=first&as_epq=the+rest", "", BDL_SEARCH_TERMS,
	    "first the rest" },
	{ "www.google.com", "/x/../s%65arch?%71=hidden", "", BDL_SEARCH_TERMS, "hidden" },
	{ "www.google.com", "\\search?q=hidden", "", BDL_SEARCH_TERMS, "hidden" },
	{ "scholar.google.de", "/scholar?q=roots", "", BDL_SEARCH_TERMS, "roots" },
	{ "www.google.com", "/complete/search?q=bu", "", BDL_SEARCH_SUGGEST, "bu" },
	{ "www.google.com", "/search?q=+a+&q=%20%00b%0a", "", BDL_SEARCH_TERMS, "a b" },
	{ "www.google.com", "/search?q=%20+", "", BDL_SEARCH_NONE, "" },
	{ "www.google.com", "/search", "", BDL_SEARCH_NONE, "" },
	{ "www.google.com", "/searching?q=x", "", BDL_SEARCH_NONE, "" },
	{ "www.google.com", "/maps?q=x", "", BDL_SEARCH_NONE, "" },
	{ "notgoogle.com", "/search?q=x", "", BDL_SEARCH_NONE, "" },
	{ "google.evil.example", "/search?q=x", "", BDL_SEARCH_NONE, "" },
	{ "google.com.evil.example", "/search?q=x", "", BDL_SEARCH_NONE, "" },
	{ "www.bing.com", "/images/SEARCH?q=x", "", BDL_SEARCH_TERMS, "x" },
	{ "www.bing.com", "/AS/Suggestions?qry=x", "", BDL_SEARCH_SUGGEST, "x" },
	{ "duckduckgo.com", "/?q=x&ia=web", "", BDL_SEARCH_TERMS, "x" },
	{ "html.duckduckgo.com", "/html/", "q=posted+words&b=", BDL_SEARCH_TERMS, "posted words" },
	{ "duckduckgo.com", "/ac/?q=x", "", BDL_SEARCH_SUGGEST, "x" },
	{ "m.youtube.com", "/results?search_query=x", "", BDL_SEARCH_TERMS, "x" },
	{ "www.youtube.com", "/watch?v=x", "", BDL_SEARCH_NONE, "" },
	{ "uk.search.yahoo.com", "/search;_ylt=1?p=x", "", BDL_SEARCH_TERMS, "x" },
	{ "tse1.mm.bing.net", "/th?q=x&pid=Api", "", BDL_SEARCH_TERMS, "x" },
	{ "th.bing.com", "/th?id=1", "", BDL_SEARCH_NONE, "" },
	{ "uk.search.yahoo.com", "/search?p=x", "", BDL_SEARCH_TERMS, "x" },
	{ "www.ecosia.org", "/search?method=index&q=x", "", BDL_SEARCH_TERMS, "x" },
	{ "search.brave.com", "/images?q=x", "", BDL_SEARCH_TERMS, "x" },
	{ "www.startpage.com", "/sp/search", "cat=web&query=x", BDL_SEARCH_TERMS, "x" },
	{ "en.wikipedia.org", "/w/index.php?search=x&title=Special:Search", "", BDL_SEARCH_TERMS,
	    "x" },
	{ "en.wikipedia.org", "/w/api.php?action=opensearch&search=x", "", BDL_SEARCH_SUGGEST,
	    "x" },
	{ "www.bing.com", "/search?q=x#q=y", "q=not+posted", BDL_SEARCH_TERMS, "x" },
};

static void finds_searches(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(searches); i++) {
		struct bdl_buf terms BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_SEARCH_TERMS_MAX);
		enum bdl_search kind = bdl_search_find(bdl_view_of(searches[i].host),
		    bdl_view_of(searches[i].path), bdl_view_of(searches[i].form), &terms);

		if (kind != searches[i].kind ||
		    !bdl_view_is(bdl_buf_view(&terms), searches[i].terms))
			fail_msg("%s%s: kind %d, '%s'", searches[i].host, searches[i].path, kind,
			    bdl_buf_str(&terms));
	}
}

/* However much stands before it, in the path or among the terms: nobody hides behind a length. */
static void nothing_is_too_long_to_be_read(void **state)
{
	(void)state;
	struct bdl_buf terms BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_SEARCH_TERMS_MAX);
	struct bdl_buf path BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(16384);

	(void)bdl_buf_add_str(&path, "/search;");
	for (int i = 0; i < 6000; i++)
		(void)bdl_buf_add_char(&path, 'a');
	(void)bdl_buf_add_str(&path, "?p=");
	for (int i = 0; i < 6000; i++)
		(void)bdl_buf_add_char(&path, 'b');
	(void)bdl_buf_add_str(&path, "&p=essay");
	assert_int_equal(bdl_search_find(BDL_LIT("search.yahoo.com"), bdl_buf_view(&path),
			     bdl_view_of(NULL), &terms),
	    BDL_SEARCH_TERMS);
	assert_true(bdl_view_ends(bdl_buf_view(&terms), BDL_LIT(" essay")));
}

static void long_terms_are_cut(void **state)
{
	(void)state;
	struct bdl_buf terms BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_SEARCH_TERMS_MAX);
	struct bdl_buf path BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(2 * BDL_SEARCH_TERMS_MAX);

	(void)bdl_buf_add_str(&path, "/search?q=");
	for (int i = 0; i < BDL_SEARCH_TERMS_MAX + 1000; i++)
		(void)bdl_buf_add_char(&path, 'a');
	assert_int_equal(bdl_search_find(BDL_LIT("www.bing.com"), bdl_buf_view(&path),
			     bdl_view_of(NULL), &terms),
	    BDL_SEARCH_TERMS);
	assert_in_range(terms.n, BDL_SEARCH_TERMS_MAX - 1, BDL_SEARCH_TERMS_MAX);
	assert_false(bdl_buf_broken(&terms));
}

static void knows_where_forms_are_posted(void **state)
{
	(void)state;
	assert_true(bdl_search_takes_form(BDL_LIT("lite.duckduckgo.com"), BDL_LIT("/lite/")));
	assert_true(bdl_search_takes_form(BDL_LIT("www.startpage.com"), BDL_LIT("/sp/search")));
	assert_false(bdl_search_takes_form(BDL_LIT("www.startpage.com"), BDL_LIT("/sp/other")));
	assert_false(bdl_search_takes_form(BDL_LIT("www.bing.com"), BDL_LIT("/search")));
	assert_false(bdl_search_takes_form(BDL_LIT("ok.example"), BDL_LIT("/search")));
}

static void knows_the_switches(void **state)
{
	(void)state;
	static const struct {
		const char *host, *path, *parameter, *header; /* both NULL: none */
	} rows[] = {
		{ "www.google.co.uk", "/search?q=x", "safe", NULL },
		{ "www.google.com", "/search", "safe", NULL },
		{ "www.google.com", "/imgres?Q=x", "safe", NULL },
		{ "www.google.com", "/", NULL, NULL },
		{ "mail.google.com", "/mail/u/0", NULL, NULL },
		{ "www.bing.com", "/images/async?q=x", "adlt", NULL },
		{ "tse1.mm.bing.net", "/th?q=x", "adlt", NULL },
		{ "th.bing.com", "/th?id=x", NULL, NULL },
		{ "duckduckgo.com", "/?q=x", "kp", NULL },
		{ "html.duckduckgo.com", "/html/", "kp", NULL },
		{ "uk.search.yahoo.com", "/search?p=x", "vm", NULL },
		{ "www.youtube.com", "/", NULL, "YouTube-Restrict" },
		{ "youtubei.googleapis.com", "/youtubei/v1/search", NULL, "YouTube-Restrict" },
		{ "ok.example", "/search?q=x", NULL, NULL },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_safe_search s = { 0 };
		bool any =
		    bdl_search_safe(bdl_view_of(rows[i].host), bdl_view_of(rows[i].path), &s);

		if (any != (rows[i].parameter || rows[i].header))
			fail_msg("%s%s: %d", rows[i].host, rows[i].path, any);
		if (any && rows[i].parameter)
			assert_string_equal(s.parameter, rows[i].parameter);
		assert_int_equal(
		    any && s.host != NULL, strcmp(rows[i].host, "duckduckgo.com") == 0);
		if (any && rows[i].header)
			assert_string_equal(s.header, rows[i].header);
	}
}

static void sets_a_parameter(void **state)
{
	(void)state;
	static const struct {
		const char *target, *want;
	} rows[] = {
		{ "/search?q=x", "/search?q=x&safe=active" },
		{ "/search", "/search?safe=active" },
		{ "/search?", "/search?safe=active" },
		{ "http://www.google.com/search?safe=off",
		    "http://www.google.com/search?safe=active" },
		{ "/search?safe=off&q=x&safe=off", "/search?q=x&safe=active" },
		{ "/search?SAFE=off&q=x&s%61fe=off&%73%61%66%65", "/search?q=x&safe=active" },
		{ "/search?q=x#&safe=off", "/search?q=x&safe=active" },
		{ "/search#?safe=off", "/search?safe=active" },
		{ "/search?&&q=x&", "/search?q=x&safe=active" },
		{ "/search?unsafe=1&q=a%26safe%3Doff",
		    "/search?unsafe=1&q=a%26safe%3Doff&safe=active" },
		{ "/search?safe+=off", "/search?safe+=off&safe=active" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1024);

		bdl_search_set(bdl_view_of(rows[i].target), "safe", "active", &out);
		assert_string_equal(bdl_buf_str(&out), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_searches),
		cmocka_unit_test(nothing_is_too_long_to_be_read),
		cmocka_unit_test(long_terms_are_cut),
		cmocka_unit_test(knows_where_forms_are_posted),
		cmocka_unit_test(knows_the_switches),
		cmocka_unit_test(sets_a_parameter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
