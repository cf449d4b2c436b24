#include "base/ascii.h"
#include "lists/entry_int.h"
#include <arpa/inet.h>

bool bdl_list_is_domain(struct bdl_view v)
{
	size_t label = 0;

	if (v.n > BDL_HOST_MAX)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];
		if ((c >= 'a' && c <= 'z') || bdl_is_digit(c) || c == '-' || c == '_')
			label++;
		else if (c == '.' && label > 0)
			label = 0;
		else
			return false;
		if (label > 63)
			return false;
	}
	return label > 0 && !bdl_is_digit(v.p[v.n - label]);
}

/* What stands behind "scheme://" or "//"; the whole where neither is there. */
static struct bdl_view without_scheme(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && (bdl_is_letter(v.p[n]) || (n > 0 && bdl_is_digit(v.p[n]))))
		n++;
	struct bdl_view rest = bdl_view_from(v, n);
	if (n > 0 && bdl_view_starts(rest, BDL_LIT("://")))
		return bdl_view_from(rest, 3);
	return n == 0 && bdl_view_starts(rest, BDL_LIT("//")) ? bdl_view_from(rest, 2) : v;
}

static struct bdl_view without_wildcard(struct bdl_view v)
{
	if (bdl_view_starts(v, BDL_LIT("*.")))
		return bdl_view_from(v, 2);
	return v.n > 1 && v.p[0] == '.' ? bdl_view_from(v, 1) : v;
}

static size_t authority_length(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] != '/' && v.p[n] != '\\' && v.p[n] != '?' && v.p[n] != '#')
		n++;
	return n;
}

static size_t count(struct bdl_view v, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == c;
	return n;
}

/* The host of "user@host:port"; users only where a scheme makes it an address of the web. */
static int parse_host(struct bdl_view authority, bool has_scheme, struct bdl_list_entry *e,
    bool *ret_is_ip, struct bdl_err *err)
{
	struct bdl_url url;

	while (has_scheme && bdl_view_find(authority, '@') < authority.n)
		authority = bdl_view_from(authority, bdl_view_find(authority, '@') + 1);
	if (count(authority, ':') > 1 && authority.p[0] != '[')
		return bdl_host_normalise(authority, e->host, ret_is_ip, err);
	int rc = bdl_url_parse_authority(authority, &url, err);
	if (rc < 0)
		return rc;
	memcpy(e->host, url.host, sizeof(e->host));
	*ret_is_ip = url.is_ip;
	return 0;
}

/* An address, or with "/bits" behind it the network that it is in. */
static int make_net(struct bdl_list_entry *e, struct bdl_view authority, struct bdl_view length,
    struct bdl_err *err)
{
	bool was_v6 = bdl_view_find(authority, ':') < authority.n;
	bool is_v6 = strchr(e->host, ':') != NULL;
	uint64_t bits = was_v6 ? 128 : 32;
	uint8_t address[16];

	if (length.n > 0 && !bdl_view_uint(length, bits, &bits))
		return bdl_fail(
		    err, BDL_E_INVALID, "a network's length is 0 to %d bits", was_v6 ? 128 : 32);
	if (was_v6 && !is_v6 && bits < 96)
		return bdl_fail(err, BDL_E_INVALID, "a network that holds more than IPv4");
	if (was_v6 && !is_v6)
		bits -= 96;
	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, e->host, address) != 1)
		return bdl_fail(err, BDL_E_INVALID, "not an address");
	e->kind = BDL_LISTS_NET;
	e->bits = (uint8_t)bits;
	e->net = bdl_lists_net_of(address, is_v6 ? 16 : 4, (unsigned)bits);
	return 0;
}

/* Without what an entry cannot end with, as no page is compared so far only. */
static void trim_page(struct bdl_buf *page, size_t host_n)
{
	while (page->n > host_n && strchr("/?&;*", page->p[page->n - 1]) != NULL)
		page->n--;
	if (page->p != NULL)
		page->p[page->n] = '\0';
}

static int make_page(
    struct bdl_list_entry *e, struct bdl_view path, bool is_exact, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf page = BDL_BUF(4 * BDL_PAGE_MAX);
	size_t host_n = strlen(e->host), steps = 0;

	if (bdl_buf_add_str(&page, e->host) < 0 || bdl_page_add(&page, path) < 0 ||
	    page.n > BDL_PAGE_MAX)
		return bdl_fail(
		    err, BDL_E_INVALID, "a page of more than %d characters", BDL_PAGE_MAX);
	trim_page(&page, host_n);
	for (size_t at = host_n; (at = bdl_page_step(bdl_buf_view(&page), at)) > 0;)
		steps++;
	if (steps > BDL_PAGE_STEPS)
		return bdl_fail(err, BDL_E_INVALID, "a page of more than %d parts", BDL_PAGE_STEPS);
	if (page.n == host_n && !is_exact)
		return 0;
	e->kind = is_exact ? BDL_LISTS_EXACT : BDL_LISTS_PREFIX;
	memcpy(e->page, page.p, page.n + 1);
	e->page_n = page.n;
	return 0;
}

static bool is_length(struct bdl_view path)
{
	bool digits = path.n > 1 && path.n <= 4 && path.p[0] == '/';

	for (size_t i = 1; i < path.n; i++)
		digits = digits && bdl_is_digit(path.p[i]);
	return digits;
}

int bdl_list_entry_parse(struct bdl_view text, struct bdl_list_entry *ret, struct bdl_err *err)
{
	bool is_exact = text.n > 0 && text.p[0] == '=', is_ip = false;
	struct bdl_view v = bdl_view_from(text, is_exact), bare = without_scheme(v);
	bool has_scheme = bare.n < v.n;
	struct bdl_view rest = has_scheme ? bare : without_wildcard(v);
	struct bdl_view authority = bdl_view_at(rest.p, authority_length(rest));
	struct bdl_view path = bdl_view_from(rest, authority.n);

	ret->kind = BDL_LISTS_DOMAIN;
	ret->page[0] = '\0';
	ret->page_n = 0;
	for (size_t i = 0; i < path.n; i++) {
		if ((unsigned char)path.p[i] <= ' ')
			return bdl_fail(err, BDL_E_INVALID, "a page without blanks is expected");
	}
	int rc = parse_host(authority, has_scheme, ret, &is_ip, err);
	if (rc < 0)
		return rc;
	if (is_ip && !is_exact && !has_scheme && is_length(path))
		return make_net(ret, authority, bdl_view_from(path, 1), err);
	rc = make_page(ret, path, is_exact, err);
	if (rc == 0 && is_ip && ret->kind == BDL_LISTS_DOMAIN)
		rc = make_net(ret, authority, bdl_view_of(NULL), err);
	return rc;
}
