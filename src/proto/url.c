#include "proto/url.h"
#include "base/block.h"
#include "proto/url_int.h"

static const struct {
	const char *word;
	uint16_t port;
} schemes[] = {
	[BDL_SCHEME_OTHER] = { "other", 0 },
	[BDL_SCHEME_HTTP] = { "http", 80 },
	[BDL_SCHEME_HTTPS] = { "https", 443 },
	[BDL_SCHEME_WS] = { "ws", 80 },
	[BDL_SCHEME_WSS] = { "wss", 443 },
};

const char *bdl_scheme_word(enum bdl_scheme s)
{
	return (size_t)s < BDL_ARRAY_LEN(schemes) ? schemes[s].word : schemes[0].word;
}

static enum bdl_scheme scheme_of(struct bdl_view word)
{
	for (size_t i = 1; i < BDL_ARRAY_LEN(schemes); i++) {
		if (bdl_view_iis(word, schemes[i].word))
			return (enum bdl_scheme)i;
	}
	return BDL_SCHEME_OTHER;
}

/* --- authorities --- */

static int parse_port(struct bdl_view v, uint16_t *port, struct bdl_err *err)
{
	uint64_t n = 0;

	if (v.n == 0) /* "host:" means the scheme's own */
		return 0;
	if (!bdl_view_uint(v, UINT16_MAX, &n))
		return bdl_fail(err, BDL_E_INVALID, "the port is not a number up to 65535");
	*port = (uint16_t)n;
	return 0;
}

/* "host", "host:port", "[IPv6]:port"; the port stays as it was where none is given. */
static int parse_host_port(struct bdl_view v, struct bdl_url *u, struct bdl_err *err)
{
	size_t end;

	if (v.n > 0 && v.p[0] == '[') {
		end = bdl_view_find(v, ']');
		if (end == v.n)
			return bdl_fail(err, BDL_E_INVALID, "an IPv6 address without its bracket");
		end++;
	} else {
		end = bdl_view_find(v, ':');
	}
	if (end < v.n && v.p[end] != ':')
		return bdl_fail(err, BDL_E_INVALID, "an address is followed by something else");
	int rc = bdl_host_normalise(bdl_view_at(v.p, end), u->host, &u->is_ip, err);
	if (rc == 0 && end < v.n)
		rc = parse_port(bdl_view_from(v, end + 1), &u->port, err);
	return rc;
}

/* Without "user:password@": what a browser sends to is after the last '@'. */
static struct bdl_view without_user(struct bdl_view authority)
{
	const char *at = authority.n > 0 ? memrchr(authority.p, '@', authority.n) : NULL;

	return at ? bdl_view_from(authority, (size_t)(at - authority.p) + 1) : authority;
}

int bdl_url_parse_authority(struct bdl_view authority, struct bdl_url *ret, struct bdl_err *err)
{
	struct bdl_url u = { .scheme = BDL_SCHEME_HTTPS, .port = 443 };
	int rc = parse_host_port(authority, &u, err);

	if (rc == 0)
		*ret = u;
	return rc;
}

/* --- URLs --- */

/* Length of the scheme of an absolute URL ("http" in "http:..."), or 0. */
static size_t scheme_length(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n &&
	    (bdl_is_letter(v.p[n]) ||
		(n > 0 &&
		    (bdl_is_digit(v.p[n]) || v.p[n] == '+' || v.p[n] == '-' || v.p[n] == '.'))))
		n++;
	return n < v.n && v.p[n] == ':' ? n : 0;
}

static bool is_slash(char c)
{
	return c == '/' || c == '\\';
}

static void set_path(struct bdl_url *u, struct bdl_view rest)
{
	u->path = bdl_view_at(rest.p, bdl_view_find(rest, '#'));
	u->cut = u->path.n > BDL_URL_MAX;
	if (u->cut)
		u->path.n = BDL_URL_MAX;
}

static const bool ends_authority[256] = { ['/'] = true, ['\\'] = true, ['?'] = true, ['#'] = true };

/* `rest` follows "scheme:". Browsers take any number of slashes, of either kind, before a host. */
static int parse_absolute(struct bdl_view rest, struct bdl_url *u, struct bdl_err *err)
{
	size_t start = 0, end;

	while (start < rest.n && is_slash(rest.p[start]))
		start++;
	end = start;
	while (end < rest.n && !ends_authority[(unsigned char)rest.p[end]])
		end++;
	set_path(u, bdl_view_from(rest, end));
	if (u->path.n == 0)
		u->path =
		    BDL_LIT("/"); /* what is asked for then; an empty one would not be known */
	return parse_host_port(without_user(bdl_view_at(rest.p + start, end - start)), u, err);
}

static int check_bytes(struct bdl_view target, struct bdl_err *err)
{
	size_t at = bdl_find_control(target, 0x21, 'a'); /* a letter is none of them */

	if (at == target.n)
		return 0;
	return target.p[at] == ' ' ? bdl_fail(err, BDL_E_INVALID, "a URL may not hold a space")
				   : bdl_fail(err, BDL_E_INVALID, "a URL may not hold the byte %#x",
					 (unsigned)(unsigned char)target.p[at]);
}

int bdl_url_parse(struct bdl_view target, struct bdl_view host_field, enum bdl_scheme scheme,
    struct bdl_url *ret, struct bdl_err *err)
{
	struct bdl_url u = { .scheme = scheme, .port = schemes[scheme].port };
	size_t word_n = scheme_length(target);
	enum bdl_scheme word = scheme_of(bdl_view_at(target.p, word_n));
	int rc = check_bytes(target, err);

	if (rc < 0)
		return rc;
	if (target.n > 0 && (target.p[0] == '/' || bdl_view_is(target, "*"))) {
		set_path(&u, target);
		rc = parse_host_port(host_field, &u, err);
	} else if (word_n > 0 &&
	    (word != BDL_SCHEME_OTHER ||
		bdl_view_starts(bdl_view_from(target, word_n), BDL_LIT("://")))) {
		u.scheme = word;
		u.port = schemes[word].port;
		rc = parse_absolute(bdl_view_from(target, word_n + 1), &u, err);
	} else {
		return bdl_url_parse_authority(target, ret, err);
	}
	if (rc == 0)
		*ret = u;
	return rc;
}

/* --- paths --- */

/* Whether the segment is "." or "..", with dots encoded or not: the number of dots, else 0. */
static unsigned dot_segment(struct bdl_view segment)
{
	unsigned dots = 0;

	for (size_t i = 0; i < segment.n; dots++) {
		if (segment.p[i] == '.')
			i++;
		else if (bdl_percent_byte(bdl_view_from(segment, i)) == '.')
			i += 3;
		else
			return 0;
	}
	return dots <= 2 ? dots : 0;
}

/* What a browser never sends as it is (WHATWG URL: the path and the query percent-encode set). */
static bool is_always_encoded(char c)
{
	unsigned char u = (unsigned char)c;
	return u <= 0x20 || u >= 0x7f || (c != '\0' && strchr("\"<>`{}^|", c) != NULL);
}

/*
 * What means the same encoded or not: RFC 3986 is sure of the unreserved characters, and of these
 * others no server is known that tells "%40" from "@". Those that part a query stay.
 */
static bool is_plain(char c)
{
	return bdl_is_unreserved(c) || (c != '\0' && strchr("!$'()*,:@", c) != NULL);
}

/* Append with "%41" written as "A", and other encodings in upper case. */
static void add_decoded(struct bdl_buf *out, struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		int byte = bdl_percent_byte(bdl_view_from(v, i));
		char c = byte >= 0 ? (char)byte : v.p[i];
		if (byte >= 0 ? is_plain(c) : !is_always_encoded(c))
			(void)bdl_buf_add_char(out, c);
		else
			(void)bdl_buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
		if (byte >= 0)
			i += 2;
	}
}

/* Back to the slash before the last segment of what was written from `start` on. */
static void drop_segment(struct bdl_buf *out, size_t start)
{
	while (out->n > start && out->p[out->n - 1] != '/')
		out->n--;
	if (out->n > start)
		out->n--;
}

/* The bytes of a slash of either kind at the front, encoded or not; 0 where there is none. */
static size_t slash_length(struct bdl_view v)
{
	int byte = bdl_percent_byte(v);

	if (byte >= 0)
		return is_slash((char)byte) ? 3 : 0;
	return v.n > 0 && is_slash(v.p[0]) ? 1 : 0;
}

/* Take one segment and what parts it from the one before off the front of *rest. */
static struct bdl_view cut_segment(struct bdl_view *rest)
{
	size_t n = 0;

	*rest = bdl_view_from(*rest, slash_length(*rest));
	while (n < rest->n && slash_length(bdl_view_from(*rest, n)) == 0)
		n++;
	struct bdl_view segment = bdl_view_at(rest->p, n);
	*rest = bdl_view_from(*rest, n);
	return segment;
}

/* What stays as it is wherever it stands in a path or a query. */
static const bool plain_chars[256] = { ['a' ... 'z'] = true,
	['A' ... 'Z'] = true,
	['0' ... '9'] = true,
	['-'] = true,
	['_'] = true,
	['~'] = true,
	['='] = true,
	['&'] = true,
	['+'] = true,
	[','] = true,
	[';'] = true,
	[':'] = true,
	['@'] = true,
	['!'] = true,
	['$'] = true,
	['('] = true,
	[')'] = true,
	['*'] = true };

/* Whether a path is in its one spelling already, as most are, query and all. */
static bool is_normal(struct bdl_view path)
{
	size_t i = 1;

	if (path.n == 0 || path.p[0] != '/')
		return false;
	for (; i < path.n && path.p[i] != '?'; i++) {
		bool begins = path.p[i - 1] == '/'; /* a segment, which may be of dots */

		if (!plain_chars[(unsigned char)path.p[i]] &&
		    (begins || (path.p[i] != '/' && path.p[i] != '.')))
			return false;
	}
	for (; i < path.n; i++)
		if (!plain_chars[(unsigned char)path.p[i]] && path.p[i] != '/' &&
		    path.p[i] != '.' && path.p[i] != '?')
			return false;
	return true;
}

int bdl_url_path(struct bdl_view path, struct bdl_buf *out)
{
	size_t start = out->n, end;
	struct bdl_view rest;

	if (is_normal(path))
		return bdl_buf_add_view(out, path);
	path = bdl_view_at(path.p, bdl_view_find(path, '#'));
	end = bdl_view_find(path, '?');
	rest = bdl_view_at(path.p, end);
	while (rest.n > 0) {
		struct bdl_view segment = cut_segment(&rest);
		unsigned dots = dot_segment(segment);
		if (segment.n == 0 && rest.n > 0)
			continue; /* of a run of slashes the first counts */
		if (dots == 2)
			drop_segment(out, start);
		if (dots == 0 || rest.n == 0)
			(void)bdl_buf_add_char(out, '/');
		if (dots == 0)
			add_decoded(out, segment);
	}
	if (out->n == start)
		(void)bdl_buf_add_char(out, '/');
	add_decoded(out, bdl_view_from(path, end));
	return bdl_buf_broken(out) ? BDL_E_LIMIT : 0;
}
