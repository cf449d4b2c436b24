#include "proto/search.h"
#include "base/ascii.h"
#include "proto/url.h"
#include "proto/url_int.h"
#include <threads.h>

#define PATH_MAX_LOOKED (3 * BDL_URL_MAX + 1) /* a path in its one spelling */

/* "google.*" is google.com, google.de, google.co.uk, and what is below them. */
struct engine {
	const char *host;
	const char *path; /* and all below it; a star at its end: whatever begins so; "": any */
	const char *parameter;
	enum bdl_search kind;
	bool posts; /* its form may be posted */
};

#define TERMS(host, path, parameter)                           \
	{                                                      \
		host, path, parameter, BDL_SEARCH_TERMS, false \
	}
#define POSTED(host, path, parameter)                         \
	{                                                     \
		host, path, parameter, BDL_SEARCH_TERMS, true \
	}
#define SUGGEST(host, path, parameter)                           \
	{                                                        \
		host, path, parameter, BDL_SEARCH_SUGGEST, false \
	}

/* The first row that fits decides; suggestions stand before the searches of their engine. */
static const struct engine engines[] = {
	SUGGEST("google.*", "/complete", "q"),
	TERMS("google.*", "/search", "q"),
	TERMS("google.*", "/search", "as_q"),
	TERMS("google.*", "/search", "as_epq"),
	TERMS("google.*", "/search", "as_oq"),
	TERMS("google.*", "/scholar", "q"),
	TERMS("google.*", "/books", "q"),
	TERMS("google.*", "/cse", "q"),
	TERMS("google.*", "/custom", "q"),
	TERMS("google.*", "/m", "q"),
	SUGGEST("bing.com", "/as/suggestions", "qry"),
	SUGGEST("bing.com", "/osjson.aspx", "query"),
	TERMS("bing.com", "/search", "q"),
	TERMS("bing.com", "/images", "q"),
	TERMS("bing.com", "/videos", "q"),
	TERMS("bing.com", "/news", "q"),
	TERMS("bing.com", "/shop", "q"),
	TERMS("bing.com", "/maps", "q"),
	TERMS("th.bing.com", "", "q"), /* a picture for the words */
	TERMS("bing.net", "", "q"),
	SUGGEST("duckduckgo.com", "/ac", "q"),
	POSTED("duckduckgo.com", "", "q"),
	SUGGEST("youtube.com", "/complete", "q"),
	TERMS("youtube.com", "/results", "search_query"),
	SUGGEST("search.yahoo.com", "/sugg", "command"),
	TERMS("search.yahoo.com", "/search", "p"),
	SUGGEST("ac.ecosia.org", "", "q"),
	TERMS("ecosia.org", "/search", "q"),
	TERMS("ecosia.org", "/images", "q"),
	TERMS("ecosia.org", "/videos", "q"),
	TERMS("ecosia.org", "/news", "q"),
	SUGGEST("search.brave.com", "/api/suggest", "q"),
	TERMS("search.brave.com", "/search", "q"),
	TERMS("search.brave.com", "/images", "q"),
	TERMS("search.brave.com", "/videos", "q"),
	TERMS("search.brave.com", "/news", "q"),
	SUGGEST("startpage.com", "/suggestions", "q"),
	SUGGEST("startpage.com", "/osuggestions", "q"),
	POSTED("startpage.com", "/sp/search", "query"),
	POSTED("startpage.com", "/do", "query"),
	SUGGEST("wikipedia.org", "/w/api.php", "search"),
	SUGGEST("wikipedia.org", "/w/rest.php", "q"),
	TERMS("wikipedia.org", "/w/index.php", "search"),
	TERMS("wikipedia.org", "/wiki/special:search", "search"),
	SUGGEST("suggest.yandex.*", "", "part"),
	TERMS("yandex.*", "/search", "text"),
	TERMS("yandex.*", "/images", "text"),
	TERMS("yandex.*", "/video", "text"),
	SUGGEST("baidu.com", "/sugrec", "wd"),
	TERMS("baidu.com", "/s", "wd"),
	TERMS("baidu.com", "/s", "word"),
	SUGGEST("api.qwant.com", "/v3/suggest", "q"),
	TERMS("qwant.com", "", "q"),
	TERMS("ask.com", "/web", "q"),
	TERMS("search.aol.*", "/aol", "q"),
	TERMS("mojeek.com", "/search", "q"),
	TERMS("dogpile.com", "/serp", "q"),
	TERMS("kiddle.co", "/s.php", "q"),
	TERMS("swisscows.com", "", "query"),
	TERMS("reddit.com", "/search", "q"),
	TERMS("tiktok.com", "/search", "q"),
	TERMS("pinterest.*", "/search", "q"),
	TERMS("facebook.com", "/search", "q"),
	TERMS("x.com", "/search", "q"),
	TERMS("twitter.com", "/search", "q"),
};

/*
 * The switches: of Google "Lock SafeSearch", of Bing "Block adult content", DuckDuckGo's "URL
 * parameters", YouTube "Manage your organisation's Restricted Mode", each in its own help pages.
 * A switch in the query holds where terms are asked for; one in a header with every request.
 * DuckDuckGo takes "!safeoff" among the terms for an order to switch off: its host for safe search
 * does not.
 */
static const struct {
	const char *host;
	struct bdl_safe_search switches;
} safe[] = {
	{ "google.*", { "safe", "active", NULL, NULL, NULL } },
	{ "bing.com", { "adlt", "strict", NULL, NULL, NULL } },
	{ "bing.net", { "adlt", "strict", NULL, NULL, NULL } },
	{ "duckduckgo.com", { "kp", "1", NULL, NULL, "safe.duckduckgo.com" } },
	{ "search.yahoo.com", { "vm", "r", NULL, NULL, NULL } },
	{ "search.brave.com", { "safesearch", "strict", NULL, NULL, NULL } },
	{ "youtube.com", { NULL, NULL, "YouTube-Restrict", "Strict", NULL } },
	{ "youtube-nocookie.com", { NULL, NULL, "YouTube-Restrict", "Strict", NULL } },
	{ "youtubei.googleapis.com", { NULL, NULL, "YouTube-Restrict", "Strict", NULL } },
	{ "youtube.googleapis.com", { NULL, NULL, "YouTube-Restrict", "Strict", NULL } },
};

/* --- hosts and paths --- */

/* What may follow an engine's name: "com", "de", "co.uk", "com.au". */
static bool is_suffix(struct bdl_view v)
{
	struct bdl_view first = { 0 };

	if (!bdl_view_cut(&v, '.', &first) || first.n < 2 || first.n > 4)
		return false;
	return v.n == 0 || ((bdl_view_is(first, "co") || bdl_view_is(first, "com")) && v.n == 2);
}

/* "name.*": the host is that name with a suffix, or below it. */
static bool fits_star(struct bdl_view host, struct bdl_view name)
{
	struct bdl_view label;

	while (host.n > name.n) { /* the name ends in its dot */
		if (bdl_view_starts(host, name) && is_suffix(bdl_view_from(host, name.n)))
			return true;
		(void)bdl_view_cut(&host, '.', &label); /* it is not empty */
	}
	return false;
}

static bool fits_host(struct bdl_view host, const char *pattern)
{
	struct bdl_view v = bdl_view_of(pattern);

	if (bdl_view_ends(v, BDL_LIT(".*")))
		return fits_star(host, bdl_view_at(v.p, v.n - 1));
	return bdl_host_below(host, v);
}

/* By whole segments, as rules have it; what stands behind a semicolon is no part of one. */
static bool fits_path(struct bdl_view path, const char *pattern)
{
	struct bdl_view v = bdl_view_of(pattern);

	return bdl_view_istarts(path, v) &&
	    (path.n == v.n || path.p[v.n] == '/' || path.p[v.n] == ';' || v.n == 0);
}

/*
 * Nearly no host is an engine's: one that has no label of which some engine's host begins is told by
 * a look at a few bits, made once from the tables.
 */
#define MARKS 1024
static uint64_t marks[MARKS / 64];
static once_flag marks_made = ONCE_FLAG_INIT;

static unsigned mark_of(struct bdl_view label)
{
	unsigned char first = (unsigned char)label.p[0], last = (unsigned char)label.p[label.n - 1];

	return (first * 37u + last * 101u + (unsigned)label.n * 211u) % MARKS;
}

static void mark(const char *host)
{
	struct bdl_view rest = bdl_view_of(host), label = { 0 };

	(void)bdl_view_cut(&rest, '.', &label); /* none is empty */
	marks[mark_of(label) / 64] |= 1ULL << (mark_of(label) % 64);
}

static void make_marks(void)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(engines); i++)
		mark(engines[i].host);
	for (size_t i = 0; i < BDL_ARRAY_LEN(safe); i++)
		mark(safe[i].host);
}

static bool is_marked(struct bdl_view label)
{
	unsigned at = mark_of(label);

	return marks[at / 64] >> (at % 64) & 1;
}

static bool may_be_engine(struct bdl_view host)
{
	call_once(&marks_made, make_marks);
	while (host.n > 0) {
		struct bdl_view label = bdl_view_at(host.p, bdl_view_find(host, '.'));

		if (label.n > 0 && is_marked(label))
			return true;
		host = bdl_view_from(host, label.n < host.n ? label.n + 1 : host.n);
	}
	return false;
}

/*
 * An address that is held against the table. Nearly all are of no engine, so the path is brought
 * into its one spelling only once the host is one's, and the host is compared once for all rows that
 * have the same: they stand together.
 */
struct asked {
	struct bdl_view host, path;
	const char *pattern; /* the last that the host was compared with */
	bool fits;
	bool is_plain;
	struct bdl_buf plain;
};

static struct asked ask_of(struct bdl_view host, struct bdl_view path)
{
	return (struct asked){ .host = host, .path = path, .plain = BDL_BUF(PATH_MAX_LOOKED) };
}

static void ask_done(struct asked *q)
{
	bdl_buf_done(&q->plain);
}

static bool is_of_engine(struct asked *q, const struct engine *e)
{
	if (q->pattern != e->host) /* the same text at another place is only compared again */
		q->fits = fits_host(q->host, e->host);
	q->pattern = e->host;
	return q->fits;
}

/* The path without the query; empty where there is no memory for it. */
static struct bdl_view plain_path(struct asked *q)
{
	struct bdl_view only = bdl_view_at(q->path.p, bdl_view_find(q->path, '?'));

	if (!q->is_plain && bdl_url_path(only, &q->plain) < 0)
		bdl_buf_clear(&q->plain);
	q->is_plain = true;
	return bdl_buf_view(&q->plain);
}

static struct bdl_view query_of(struct bdl_view path)
{
	struct bdl_view whole = bdl_view_at(path.p, bdl_view_find(path, '#'));
	size_t mark = bdl_view_find(whole, '?');

	return mark < whole.n ? bdl_view_from(whole, mark + 1) : bdl_view_at(NULL, 0);
}

/* --- parameters --- */

/* The next character of an encoded text, of which there is one. */
static char decoded(struct bdl_view *rest)
{
	int byte = bdl_percent_byte(*rest);
	char c = rest->p[0] == '+' ? ' ' : rest->p[0];

	*rest = bdl_view_from(*rest, byte < 0 ? 1 : 3);
	return byte < 0 ? c : (char)byte;
}

/* Whether the encoded name is this one; `any_case`: in capitals or not. */
static bool is_named(struct bdl_view name, const char *what, bool any_case)
{
	for (; name.n && *what; what++) {
		char c = decoded(&name);

		if (c != *what && !(any_case && bdl_lower(c) == bdl_lower(*what)))
			return false;
	}
	return name.n == 0 && *what == '\0';
}

/* Behind what is there, a blank between; blanks are not worth their room. */
static void add_value(struct bdl_view value, struct bdl_buf *terms)
{
	bool gap = terms->n > 0;

	while (value.n && terms->n + 1 < BDL_SEARCH_TERMS_MAX) {
		char c = decoded(&value);

		if ((unsigned char)c <= ' ' || c == 0x7f) {
			gap = terms->n > 0;
			continue;
		}
		if (gap)
			(void)bdl_buf_add_char(terms, ' '); /* no memory: fewer terms */
		(void)bdl_buf_add_char(terms, c);
		gap = false;
	}
}

static void add_values(struct bdl_view pairs, const char *parameter, struct bdl_buf *terms)
{
	struct bdl_view pair = { 0 }, name = { 0 };

	while (bdl_view_cut(&pairs, '&', &pair))
		if (bdl_view_cut(&pair, '=', &name) && is_named(name, parameter, false))
			add_value(pair, terms);
}

/* --- what is searched for --- */

enum bdl_search bdl_search_find(
    struct bdl_view host, struct bdl_view path, struct bdl_view form, struct bdl_buf *terms)
{
	struct asked q BDL_AUTO_IN(ask_done) = ask_of(host, path);
	enum bdl_search kind = BDL_SEARCH_NONE;

	if (!may_be_engine(host))
		return kind;
	for (size_t i = 0; i < BDL_ARRAY_LEN(engines); i++) {
		const struct engine *e = &engines[i];

		if (kind != BDL_SEARCH_NONE && kind != e->kind)
			break;
		if (!is_of_engine(&q, e) || !fits_path(plain_path(&q), e->path))
			continue;
		kind = e->kind;
		add_values(query_of(path), e->parameter, terms);
		if (e->posts)
			add_values(form, e->parameter, terms);
	}
	if (terms->n == 0)
		return BDL_SEARCH_NONE;
	return kind;
}

bool bdl_search_takes_form(struct bdl_view host, struct bdl_view path)
{
	struct asked q BDL_AUTO_IN(ask_done) = ask_of(host, path);

	if (!may_be_engine(host))
		return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(engines); i++)
		if (engines[i].posts && is_of_engine(&q, &engines[i]) &&
		    fits_path(plain_path(&q), engines[i].path))
			return true;
	return false;
}

/* --- safe search --- */

static bool has_parameter(struct bdl_view pairs, const char *parameter)
{
	struct bdl_view pair = { 0 }, name = { 0 };

	while (bdl_view_cut(&pairs, '&', &pair))
		if (bdl_view_cut(&pair, '=', &name) && is_named(name, parameter, true))
			return true;
	return false;
}

/* A page of results, or whatever else an engine may make of terms. */
static bool asks_for_terms(struct bdl_view host, struct bdl_view path)
{
	struct asked q BDL_AUTO_IN(ask_done) = ask_of(host, path);

	for (size_t i = 0; i < BDL_ARRAY_LEN(engines); i++)
		if (is_of_engine(&q, &engines[i]) &&
		    ((engines[i].path[0] && fits_path(plain_path(&q), engines[i].path)) ||
			engines[i].posts || has_parameter(query_of(path), engines[i].parameter)))
			return true;
	return false;
}

/* The engine's front: what is below other names of its own is not served by another host. */
static bool is_front(struct bdl_view host, const char *engine)
{
	if (bdl_view_starts(host, BDL_LIT("www.")))
		host = bdl_view_from(host, 4);
	else if (bdl_view_starts(host, BDL_LIT("start.")))
		host = bdl_view_from(host, 6);
	return bdl_view_is(host, engine);
}

bool bdl_search_safe(struct bdl_view host, struct bdl_view path, struct bdl_safe_search *ret)
{
	if (!may_be_engine(host))
		return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(safe); i++) {
		if (!fits_host(host, safe[i].host))
			continue;
		*ret = safe[i].switches;
		if (ret->host && !is_front(host, safe[i].host))
			ret->host = NULL;
		return safe[i].switches.header || asks_for_terms(host, path);
	}
	return false;
}

void bdl_search_set(
    struct bdl_view target, const char *parameter, const char *value, struct bdl_buf *out)
{
	struct bdl_view pairs = query_of(target), pair = { 0 };
	size_t end = bdl_view_find(bdl_view_at(target.p, bdl_view_find(target, '#')), '?');
	char mark = '?';

	(void)bdl_buf_add(out, target.p, end); /* the caller looks whether it is broken */
	while (bdl_view_cut(&pairs, '&', &pair)) {
		struct bdl_view rest = pair, name = { 0 };

		if (!bdl_view_cut(&rest, '=', &name) || is_named(name, parameter, true))
			continue;
		(void)bdl_buf_add_char(out, mark);
		(void)bdl_buf_add_view(out, pair);
		mark = '&';
	}
	(void)bdl_buf_printf(out, "%c%s=%s", mark, parameter, value);
}
