#include "proto/url.h"
#include <arpa/inet.h>

#define LABEL_MAX 63

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

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct bdl_view from(struct bdl_view v, size_t at)
{
	return at == 0 ? v : bdl_view_at(v.p + at, v.n - at); /* p may be NULL then */
}

/* The byte that "%xx" at the front of `v` stands for, or -1. */
static int percent_byte(struct bdl_view v)
{
	uint64_t byte = 0;

	if (v.n < 3 || v.p[0] != '%' || !bdl_view_hex(bdl_view_at(v.p + 1, 2), 255, &byte))
		return -1;
	return (int)byte;
}

/* --- hosts --- */

/*
 * Percent-decoded once, in lower case, without its last dot. Only what a host name may hold: a
 * browser takes some more punctuation, but no name on the Internet has any.
 */
static int decode_host(
    struct bdl_view host, char out[BDL_HOST_MAX + 2], size_t *ret_n, struct bdl_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		if (c == '%') {
			int byte = percent_byte(from(host, i));
			if (byte < 0)
				return bdl_fail(
				    err, BDL_E_INVALID, "a host with a bad %%-encoding");
			c = (char)byte;
			i += 2;
		}
		c = lower(c);
		if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.')
			return bdl_fail(err, BDL_E_INVALID, "a host may not hold the byte %#x",
			    (unsigned)(unsigned char)c);
		if (n == BDL_HOST_MAX + 1)
			return bdl_fail(
			    err, BDL_E_INVALID, "a host of more than %d characters", BDL_HOST_MAX);
		out[n++] = c;
	}
	if (n > 0 && out[n - 1] == '.')
		n--;
	*ret_n = n;
	return 0;
}

static int check_labels(struct bdl_view name, struct bdl_err *err)
{
	size_t start = 0;

	if (name.n == 0)
		return bdl_fail(err, BDL_E_INVALID, "a host is missing");
	if (name.n > BDL_HOST_MAX)
		return bdl_fail(
		    err, BDL_E_INVALID, "a host of more than %d characters", BDL_HOST_MAX);
	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && name.p[i] != '.')
			continue;
		if (i == start)
			return bdl_fail(err, BDL_E_INVALID, "a host with an empty label");
		if (i - start > LABEL_MAX)
			return bdl_fail(
			    err, BDL_E_INVALID, "a host with a label of more than %d", LABEL_MAX);
		start = i + 1;
	}
	return 0;
}

/* A number as the oldest resolvers read it: decimal, 0 octal, 0x hexadecimal. */
static bool ipv4_number(struct bdl_view v, uint64_t *ret)
{
	unsigned base = 10;
	uint64_t n = 0;

	if (v.n >= 2 && v.p[0] == '0' && v.p[1] == 'x') {
		base = 16;
		v = from(v, 2);
	} else if (v.n >= 2 && v.p[0] == '0') {
		base = 8;
		v = from(v, 1);
	} else if (v.n == 0) {
		return false;
	}
	for (size_t i = 0; i < v.n; i++) {
		unsigned digit = is_digit(v.p[i])    ? (unsigned)(v.p[i] - '0')
		    : v.p[i] >= 'a' && v.p[i] <= 'f' ? (unsigned)(v.p[i] - 'a') + 10
						     : 99;
		if (digit >= base)
			return false;
		if (n <= UINT32_MAX) /* past it the exact value does not matter */
			n = n * base + digit;
	}
	*ret = n;
	return true;
}

static struct bdl_view last_label(struct bdl_view name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '.')
		at--;
	return from(name, at);
}

/* Whether a browser would read the name as an IPv4 address or not at all (WHATWG URL 3.5). */
static bool ends_in_number(struct bdl_view name)
{
	struct bdl_view last = last_label(name);
	uint64_t n;
	bool digits = last.n > 0;

	for (size_t i = 0; i < last.n; i++)
		digits = digits && is_digit(last.p[i]);
	return digits || ipv4_number(last, &n);
}

/* One to four numbers; the last fills the bytes that are left ("127.1" is 127.0.0.1). */
static bool parse_ipv4(struct bdl_view name, uint32_t *ret)
{
	uint64_t parts[4] = { 0 };
	uint32_t address = 0;
	size_t n = 0;
	struct bdl_view part;

	while (bdl_view_cut(&name, '.', &part)) {
		if (n == 4 || !ipv4_number(part, &parts[n]))
			return false;
		n++;
	}
	if (n == 0)
		return false;
	for (size_t i = 0; i + 1 < n; i++) {
		if (parts[i] > 255)
			return false;
		address |= (uint32_t)parts[i] << (24 - 8 * i);
	}
	if (parts[n - 1] >= 1ULL << (8 * (5 - n)))
		return false;
	*ret = address | (uint32_t)parts[n - 1];
	return true;
}

/* `v` without its brackets. One that only carries an IPv4 address is that address. */
static int normalise_ipv6(struct bdl_view v, char ret[BDL_HOST_MAX + 1], struct bdl_err *err)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (v.n >= sizeof(text))
		return bdl_fail(err, BDL_E_INVALID, "an IPv6 address is too long");
	memcpy(text, v.p, v.n);
	text[v.n] = '\0';
	if (memchr(v.p, '\0', v.n) != NULL || inet_pton(AF_INET6, text, &address) != 1)
		return bdl_fail(err, BDL_E_INVALID, "not an IPv6 address");
	if (IN6_IS_ADDR_V4MAPPED(&address))
		(void)inet_ntop(AF_INET, address.s6_addr + 12, ret, INET_ADDRSTRLEN);
	else
		(void)inet_ntop(AF_INET6, &address, ret, INET6_ADDRSTRLEN);
	return 0;
}

static int normalise_name(
    struct bdl_view host, char ret[BDL_HOST_MAX + 1], bool *ret_is_ip, struct bdl_err *err)
{
	char text[BDL_HOST_MAX + 2];
	uint32_t address = 0;
	size_t n = 0;
	int r = decode_host(host, text, &n, err);
	struct bdl_view name = bdl_view_at(text, n);

	if (r == 0)
		r = check_labels(name, err);
	if (r < 0)
		return r;
	bool is_ip = ends_in_number(name);
	if (is_ip && !parse_ipv4(name, &address))
		return bdl_fail(
		    err, BDL_E_INVALID, "a host that ends in a number is no IPv4 address");
	if (is_ip) {
		uint32_t wire = htonl(address);
		(void)inet_ntop(AF_INET, &wire, ret, INET_ADDRSTRLEN);
	} else {
		memcpy(ret, text, n);
		ret[n] = '\0';
	}
	*ret_is_ip = is_ip;
	return 0;
}

int bdl_host_normalise(
    struct bdl_view host, char ret[BDL_HOST_MAX + 1], bool *ret_is_ip, struct bdl_err *err)
{
	bool bracketed = host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';

	if (!bracketed && bdl_view_find(host, ':') == host.n)
		return normalise_name(host, ret, ret_is_ip, err);
	int r = normalise_ipv6(bracketed ? bdl_view_at(host.p + 1, host.n - 2) : host, ret, err);
	if (r == 0)
		*ret_is_ip = true;
	return r;
}

bool bdl_host_below(struct bdl_view host, struct bdl_view domain)
{
	if (!bdl_view_ends(host, domain) || domain.n == 0)
		return false;
	return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
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
	int r = bdl_host_normalise(bdl_view_at(v.p, end), u->host, &u->is_ip, err);
	if (r == 0 && end < v.n)
		r = parse_port(from(v, end + 1), &u->port, err);
	return r;
}

/* Without "user:password@": what a browser sends to is after the last '@'. */
static struct bdl_view without_user(struct bdl_view authority)
{
	size_t at = authority.n;

	while (at > 0 && authority.p[at - 1] != '@')
		at--;
	return from(authority, at);
}

int bdl_url_parse_authority(struct bdl_view authority, struct bdl_url *ret, struct bdl_err *err)
{
	struct bdl_url u = { .scheme = BDL_SCHEME_HTTPS, .port = 443 };
	int r = parse_host_port(authority, &u, err);

	if (r == 0)
		*ret = u;
	return r;
}

/* --- URLs --- */

/* Length of the scheme of an absolute URL ("http" in "http:..."), or 0. */
static size_t scheme_length(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n &&
	    (is_letter(v.p[n]) ||
		(n > 0 && (is_digit(v.p[n]) || v.p[n] == '+' || v.p[n] == '-' || v.p[n] == '.'))))
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

/* `rest` follows "scheme:". Browsers take any number of slashes, of either kind, before a host. */
static int parse_absolute(struct bdl_view rest, struct bdl_url *u, struct bdl_err *err)
{
	size_t start = 0, end;

	while (start < rest.n && is_slash(rest.p[start]))
		start++;
	end = start;
	while (end < rest.n && !is_slash(rest.p[end]) && rest.p[end] != '?' && rest.p[end] != '#')
		end++;
	set_path(u, from(rest, end));
	return parse_host_port(without_user(bdl_view_at(rest.p + start, end - start)), u, err);
}

static int check_bytes(struct bdl_view target, struct bdl_err *err)
{
	for (size_t i = 0; i < target.n; i++) {
		unsigned char c = (unsigned char)target.p[i];
		if (c <= 0x20 || c == 0x7f)
			return bdl_fail(err, BDL_E_INVALID, "a URL may not hold the byte %#x", c);
	}
	return 0;
}

int bdl_url_parse(struct bdl_view target, struct bdl_view host_field, enum bdl_scheme scheme,
    struct bdl_url *ret, struct bdl_err *err)
{
	struct bdl_url u = { .scheme = scheme, .port = schemes[scheme].port };
	size_t word_n = scheme_length(target);
	enum bdl_scheme word = scheme_of(bdl_view_at(target.p, word_n));
	int r = check_bytes(target, err);

	if (r < 0)
		return r;
	if (target.n > 0 && (target.p[0] == '/' || bdl_view_is(target, "*"))) {
		set_path(&u, target);
		r = parse_host_port(host_field, &u, err);
	} else if (word_n > 0 &&
	    (word != BDL_SCHEME_OTHER || bdl_view_starts(from(target, word_n), BDL_LIT("://")))) {
		u.scheme = word;
		u.port = schemes[word].port;
		r = parse_absolute(from(target, word_n + 1), &u, err);
	} else {
		return bdl_url_parse_authority(target, ret, err);
	}
	if (r == 0)
		*ret = u;
	return r;
}

/* --- paths --- */

/* Whether the segment is "." or "..", with dots encoded or not: the number of dots, else 0. */
static unsigned dot_segment(struct bdl_view segment)
{
	unsigned dots = 0;

	for (size_t i = 0; i < segment.n; dots++) {
		if (segment.p[i] == '.')
			i++;
		else if (percent_byte(from(segment, i)) == '.')
			i += 3;
		else
			return 0;
	}
	return dots <= 2 ? dots : 0;
}

static bool is_unreserved(int c)
{
	return (c > 0 && c < 0x80) &&
	    (is_letter((char)c) || is_digit((char)c) || c == '-' || c == '.' || c == '_' ||
		c == '~');
}

/* Append with "%41" written as "A", and other encodings in upper case. */
static void add_decoded(struct bdl_buf *out, struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		int byte = percent_byte(from(v, i));
		if (byte < 0) {
			(void)bdl_buf_add_char(out, v.p[i]);
			continue;
		}
		if (is_unreserved(byte))
			(void)bdl_buf_add_char(out, (char)byte);
		else
			(void)bdl_buf_printf(out, "%%%02X", (unsigned)byte);
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

int bdl_url_path(struct bdl_view path, struct bdl_buf *out)
{
	size_t start = out->n, end = bdl_view_find(path, '?'), at = 0;

	while (at < end) {
		size_t stop = is_slash(path.p[at]) ? at + 1 : at;
		struct bdl_view segment;
		for (at = stop; stop < end && !is_slash(path.p[stop]); stop++)
			continue;
		segment = bdl_view_at(path.p + at, stop - at);
		at = stop;
		unsigned dots = dot_segment(segment);
		if (dots == 2)
			drop_segment(out, start);
		if (dots == 0 || stop == end)
			(void)bdl_buf_add_char(out, '/');
		if (dots == 0)
			add_decoded(out, segment);
	}
	if (out->n == start)
		(void)bdl_buf_add_char(out, '/');
	add_decoded(out, from(path, end));
	return bdl_buf_broken(out) ? BDL_E_LIMIT : 0;
}
