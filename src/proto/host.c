/* Hosts: bdl_host_normalise and bdl_host_below of url.h. */
#include "proto/url.h"
#include "proto/url_int.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <unicode/uidna.h>

#define LABEL_MAX 63
#define RAW_MAX   (4 * BDL_HOST_MAX) /* a host in UTF-8, before it is ASCII */

/* What a label may hold: a browser takes some more punctuation, but no name that exists has any. */
static bool is_host_byte(char c)
{
	return bdl_is_letter(c) || bdl_is_digit(c) || c == '-' || c == '_' || c == '.';
}

static int too_long(struct bdl_err *err)
{
	return bdl_fail(err, BDL_E_INVALID, "a host of more than %d characters", BDL_HOST_MAX);
}

/* Percent-decoded once, in lower case. *ret_wide: it is not ASCII yet. */
static int decode_host(
    struct bdl_view host, char out[RAW_MAX], size_t *ret_n, bool *ret_wide, struct bdl_err *err)
{
	size_t n = 0;
	bool wide = false;

	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		if (c == '%') {
			int byte = bdl_percent_byte(bdl_view_from(host, i));
			if (byte < 0)
				return bdl_fail(
				    err, BDL_E_INVALID, "a host with a bad %%-encoding");
			c = (char)byte;
			i += 2;
		}
		c = bdl_lower(c);
		wide = wide || (unsigned char)c >= 0x80;
		if ((unsigned char)c < 0x80 && !is_host_byte(c))
			return bdl_fail(err, BDL_E_INVALID, "a host may not hold the byte %#x",
			    (unsigned)(unsigned char)c);
		if (n == RAW_MAX)
			return too_long(err);
		out[n++] = c;
	}
	*ret_n = n;
	*ret_wide = wide;
	return 0;
}

static UIDNA *opened;

static void open_converter(void)
{
	UErrorCode code = U_ZERO_ERROR;

	opened = uidna_openUTS46(
	    UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &code);
	if (U_FAILURE(code))
		opened = NULL;
}

/* Opened once for the whole process; ICU allows any number of threads to use it. */
static const UIDNA *converter(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	BDL_BUG_IF(pthread_once(&once, open_converter) != 0);
	return opened;
}

/*
 * A host in UTF-8 as browsers turn it into ASCII: UTS46, not transitional, joiners and directions
 * checked, hyphens not; empty and overlong labels are found by check_labels.
 */
static int to_ascii(
    const char *raw, size_t raw_n, char out[BDL_HOST_MAX + 2], size_t *ret_n, struct bdl_err *err)
{
	const uint32_t forgiven = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
	    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
	    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	UErrorCode code = U_ZERO_ERROR;
	int32_t n;

	if (converter() == NULL)
		return bdl_fail(err, BDL_E_INVALID, "hosts in Unicode cannot be read here");
	n = uidna_nameToASCII_UTF8(
	    converter(), raw, (int32_t)raw_n, out, BDL_HOST_MAX + 2, &info, &code);
	if (code == U_BUFFER_OVERFLOW_ERROR)
		return too_long(err);
	if (U_FAILURE(code) || (info.errors & ~forgiven) != 0 || n < 0)
		return bdl_fail(err, BDL_E_INVALID, "no host is written in these characters");
	for (int32_t i = 0; i < n; i++) {
		if (!is_host_byte(out[i]))
			return bdl_fail(err, BDL_E_INVALID, "a host may not hold the byte %#x",
			    (unsigned)(unsigned char)out[i]);
	}
	*ret_n = (size_t)n;
	return 0;
}

/* In ASCII and lower case, without its last dot. */
static int read_name(
    struct bdl_view host, char out[BDL_HOST_MAX + 2], size_t *ret_n, struct bdl_err *err)
{
	char raw[RAW_MAX];
	size_t n = 0;
	bool wide = false;
	int rc = decode_host(host, raw, &n, &wide, err);

	if (rc == 0 && wide)
		rc = to_ascii(raw, n, out, &n, err);
	if (rc < 0)
		return rc;
	if (n > BDL_HOST_MAX + 1)
		return too_long(err);
	if (!wide)
		memcpy(out, raw, n);
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
		v = bdl_view_from(v, 2);
	} else if (v.n >= 2 && v.p[0] == '0') {
		base = 8;
		v = bdl_view_from(v, 1);
	} else if (v.n == 0) {
		return false;
	}
	for (size_t i = 0; i < v.n; i++) {
		int digit = bdl_hex_digit(v.p[i]);
		if (digit < 0 || (unsigned)digit >= base)
			return false;
		if (n <= UINT32_MAX) /* past it the exact value does not matter */
			n = n * base + (unsigned)digit;
	}
	*ret = n;
	return true;
}

static struct bdl_view last_label(struct bdl_view name)
{
	size_t at = name.n;

	while (at > 0 && name.p[at - 1] != '.')
		at--;
	return bdl_view_from(name, at);
}

/* Whether a browser would read the name as an IPv4 address or not at all (WHATWG URL 3.5). */
static bool ends_in_number(struct bdl_view name)
{
	struct bdl_view last = last_label(name);
	uint64_t n;
	bool digits = last.n > 0;

	for (size_t i = 0; i < last.n; i++)
		digits = digits && bdl_is_digit(last.p[i]);
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

/* What a letter, a digit or their like is in lower case; 0 for what takes the long way, dots too. */
#define SAME(c)  [c] = (c)
#define LOWER(c) [(c) - 'a' + 'A'] = (c), [c] = (c)
static const char label_chars[256] = { SAME('-'), SAME('_'), SAME('0'), SAME('1'), SAME('2'),
	SAME('3'), SAME('4'), SAME('5'), SAME('6'), SAME('7'), SAME('8'), SAME('9'), LOWER('a'),
	LOWER('b'), LOWER('c'), LOWER('d'), LOWER('e'), LOWER('f'), LOWER('g'), LOWER('h'),
	LOWER('i'), LOWER('j'), LOWER('k'), LOWER('l'), LOWER('m'), LOWER('n'), LOWER('o'),
	LOWER('p'), LOWER('q'), LOWER('r'), LOWER('s'), LOWER('t'), LOWER('u'), LOWER('v'),
	LOWER('w'), LOWER('x'), LOWER('y'), LOWER('z') };

/*
 * What nearly every host is: labels of letters and digits, the last of which does not begin with a
 * digit, so that it is no address. false: the long way tells what it is.
 */
static bool take_plain_name(struct bdl_view host, char ret[BDL_HOST_MAX + 1])
{
	char name[BDL_HOST_MAX + 1] BDL_UNSET;
	size_t label = 0;

	if (host.n > BDL_HOST_MAX)
		return false;
	for (size_t i = 0; i < host.n; i++) {
		name[i] = label_chars[(unsigned char)host.p[i]];
		if (name[i] != 0)
			continue;
		if (host.p[i] != '.' || i == label || i - label > LABEL_MAX)
			return false;
		name[i] = '.';
		label = i + 1;
	}
	if (label == host.n || host.n - label > LABEL_MAX || bdl_is_digit(name[label]))
		return false;
	memcpy(ret, name, host.n);
	ret[host.n] = '\0';
	return true;
}

static int normalise_name(
    struct bdl_view host, char ret[BDL_HOST_MAX + 1], bool *ret_is_ip, struct bdl_err *err)
{
	char text[BDL_HOST_MAX + 2];
	uint32_t address = 0;
	size_t n = 0;
	int rc = read_name(host, text, &n, err);
	struct bdl_view name = bdl_view_at(text, n);

	if (rc == 0)
		rc = check_labels(name, err);
	if (rc < 0)
		return rc;
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

	if (take_plain_name(host, ret)) {
		*ret_is_ip = false;
		return 0;
	}
	if (!bracketed && bdl_view_find(host, ':') == host.n)
		return normalise_name(host, ret, ret_is_ip, err);
	int rc = normalise_ipv6(bracketed ? bdl_view_at(host.p + 1, host.n - 2) : host, ret, err);
	if (rc == 0)
		*ret_is_ip = true;
	return rc;
}

bool bdl_host_below(struct bdl_view host, struct bdl_view domain)
{
	if (!bdl_view_ends(host, domain) || domain.n == 0)
		return false;
	return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
}
