#include "proto/search.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_searches(void **state)
{
	(void)state;
	static const struct {
		const char *host, *path, *words; /* NULL: no search */
	} rows[] = {
		{ "www.google.com", "/search?q=essay+mill&hl=en", "essay mill" },
		{ "google.co.uk", "/search?hl=en&q=a%20%20b", "a b" },
		{ "www.google.de", "/search?tbm=isch&q=%C3%A9", "\xc3\xa9" },
		{ "www.bing.com", "/search?q=x&qs=n", "x" },
		{ "www.bing.com", "/images/search?q=x", "x" },
		{ "duckduckgo.com", "/?q=x+", "x" },
		{ "duckduckgo.com", "?q=x", "x" },
		{ "uk.search.yahoo.com", "/search?p=x", "x" },
		{ "www.youtube.com", "/results?search_query=a+b", "a b" },
		{ "yandex.com.tr", "/search/?text=x", "x" },
		{ "duckduckgo.com", "/?q=&q=second", "second" },
		{ "google.com", "/search?q=+a+&hl=en&q=%20b%0a", "a b" },
		{ "duckduckgo.com", "/?q=50%", "50%" },
		{ "duckduckgo.com", "/?q=a%0Ab%00c", "a b c" },

		/* Words that are only typed, other pages, other sites, and those that look alike. */
		{ "www.google.com", "/complete/search?q=ess", NULL },
		{ "www.google.com", "/search?hl=en", NULL },
		{ "www.google.com", "/search?q=", NULL },
		{ "www.google.com", "/search?q=++", NULL },
		{ "www.google.com", "/search?q", NULL },
		{ "www.google.com", "/search", NULL },
		{ "www.google.com", "/searches?q=x", NULL },
		{ "maps.google.com", "/search?q=x", NULL },
		{ "google.evil.example", "/search?q=x", NULL },
		{ "google.com.evil.example", "/search?q=x", NULL },
		{ "google.", "/search?q=x", NULL },
		{ "notbing.com", "/search?q=x", NULL },
		{ "shop.example", "/search?q=x", NULL },
		{ "duckduckgo.com", "/?q2=x", NULL },
		{ "duckduckgo.com", "", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf words = BDL_BUF(4096);
		bool search =
		    bdl_search_words(bdl_view_of(rows[i].host), bdl_view_of(rows[i].path), &words);

		if (search != (rows[i].words != NULL) ||
		    !bdl_view_is(bdl_buf_view(&words), rows[i].words ? rows[i].words : ""))
			fail_msg("%s%s: '%s'", rows[i].host, rows[i].path, bdl_buf_str(&words));
	}
}

static void cuts_what_is_too_long(void **state)
{
	(void)state;
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf path = BDL_BUF(16384);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf words = BDL_BUF(16384);

	(void)bdl_buf_add_str(&path, "/?q=");
	for (int i = 0; i < 6000; i++)
		(void)bdl_buf_add_char(&path, 'a');
	assert_true(bdl_search_words(BDL_LIT("duckduckgo.com"), bdl_buf_view(&path), &words));
	assert_in_range(words.n, BDL_SEARCH_MAX - 1, BDL_SEARCH_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_searches),
		cmocka_unit_test(cuts_what_is_too_long),
	};

	return cmocka_run_group_tests_name("proto/search", tests, NULL, NULL);
}
