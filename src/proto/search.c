#include "proto/search.h"
#include "proto/url.h"
#include "proto/url_int.h"

/* A host, or with a dot at its end a name under any country's ending: "google." is google.co.uk. */
struct engine {
	const char *host, *path, *parameter;
};

static const struct engine engines[] = {
	{ "google.", "/search", "q" },
	{ "bing.com", "/search", "q" },
	{ "bing.com", "/images/search", "q" },
	{ "bing.com", "/videos/search", "q" },
	{ "bing.com", "/news/search", "q" },
	{ "duckduckgo.com", "/", "q" },
	{ "duckduckgo.com", "/html", "q" },
	{ "duckduckgo.com", "/html/", "q" },
	{ "duckduckgo.com", "/lite/", "q" },
	{ "search.yahoo.com", "/search", "p" },
	{ "search.yahoo.com", "/search/images", "p" },
	{ "search.yahoo.com", "/video/search", "p" },
	{ "search.brave.com", "/search", "q" },
	{ "search.brave.com", "/images", "q" },
	{ "search.brave.com", "/videos", "q" },
	{ "ecosia.org", "/search", "q" },
	{ "ecosia.org", "/images", "q" },
	{ "ecosia.org", "/videos", "q" },
	{ "startpage.com", "/sp/search", "query" },
	{ "startpage.com", "/do/search", "query" },
	{ "qwant.com", "/", "q" },
	{ "yandex.", "/search/", "text" },
	{ "yandex.", "/images/search", "text" },
	{ "baidu.com", "/s", "wd" },
	{ "youtube.com", "/results", "search_query" },
};

/* "google.com", "www.google.co.uk", and not "google.evil.example": one or two labels of 2 or 3. */
static bool is_under_an_ending(struct bdl_view host, struct bdl_view name)
{
	struct bdl_view rest, label;
	unsigned labels = 0;

	if (bdl_view_starts(host, BDL_LIT("www.")))
		host = bdl_view_from(host, 4);
	if (!bdl_view_starts(host, name))
		return false;
	rest = bdl_view_from(host, name.n);
	while (bdl_view_cut(&rest, '.', &label)) {
		if (label.n < 2 || label.n > 3)
			return false;
		labels++;
	}
	return labels == 1 || labels == 2;
}

static bool is_host(struct bdl_view host, struct bdl_view name)
{
	if (name.p[name.n - 1] == '.')
		return is_under_an_ending(host, name);
	return bdl_host_below(host, name);
}

static char hex_byte(struct bdl_view v, size_t *i)
{
	int byte = bdl_percent_byte(bdl_view_from(v, *i));

	if (byte < 0)
		return v.p[*i] == '+' ? ' ' : v.p[*i];
	*i += 2;
	return (char)byte;
}

/* Behind what is there already, with a blank between. */
static void add_decoded(struct bdl_view value, struct bdl_buf *words, size_t start)
{
	bool gap = words->n > start;

	for (size_t i = 0; i < value.n && words->n - start < BDL_SEARCH_MAX - 1; i++) {
		char c = hex_byte(value, &i);

		if ((unsigned char)c <= 0x20 || c == 0x7f) {
			gap = words->n > start;
			continue;
		}
		if (gap)
			(void)bdl_buf_add_char(words, ' ');
		(void)bdl_buf_add_char(words, c);
		gap = false;
	}
}

/* Of several all are read: which of them an engine takes is its own affair. */
static bool add_parameter(struct bdl_view query, const char *name, struct bdl_buf *words)
{
	struct bdl_view field, key;
	size_t start = words->n;

	while (bdl_view_cut(&query, '&', &field)) {
		bool whole = bdl_view_cut(&field, '=', &key);

		if (whole && bdl_view_is(key, name))
			add_decoded(field, words, start);
	}
	return words->n > start;
}

bool bdl_search_words(struct bdl_view host, struct bdl_view path, struct bdl_buf *words)
{
	struct bdl_view query = path, page;

	if (!bdl_view_cut(&query, '?', &page) || !query.n)
		return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(engines); i++)
		if (bdl_view_is(page.n ? page : BDL_LIT("/"), engines[i].path) &&
		    is_host(host, bdl_view_of(engines[i].host)) &&
		    add_parameter(query, engines[i].parameter, words))
			return true;
	return false;
}
