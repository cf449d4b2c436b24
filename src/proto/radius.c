#include "proto/radius.h"
#include <nettle/md5.h>
#include <nettle/memops.h>

#define CODE_REQUEST  4
#define CODE_RESPONSE 5
#define HEAD          20 /* code, id, length, authenticator */
#define AT_LENGTH     2
#define AT_AUTH       4

/* Attribute types (RFC 2865 5., RFC 2866 5., RFC 3162 2., RFC 6911 3., RFC 4818 3.) */
enum {
	USER_NAME = 1,
	NAS_IP_ADDRESS = 4,
	FRAMED_IP_ADDRESS = 8,
	CALLING_STATION_ID = 31,
	NAS_IDENTIFIER = 32,
	PROXY_STATE = 33,
	ACCT_STATUS_TYPE = 40,
	ACCT_DELAY_TIME = 41,
	ACCT_SESSION_ID = 44,
	ACCT_SESSION_TIME = 46,
	NAS_IPV6_ADDRESS = 95,
	FRAMED_IPV6_PREFIX = 97,
	DELEGATED_IPV6_PREFIX = 123,
	FRAMED_IPV6_ADDRESS = 168,
};

struct attribute {
	uint8_t type;
	struct bdl_view value;
};

static uint8_t byte_at(struct bdl_view v, size_t i)
{
	return (uint8_t)v.p[i];
}

/* The attribute at the front of *rest; false at the end, or where it does not fit. */
static bool cut_attribute(struct bdl_view *rest, struct attribute *ret)
{
	if (rest->n < 2)
		return false;
	size_t n = byte_at(*rest, 1);
	if (n < 2 || n > rest->n)
		return false;
	*ret = (struct attribute){ byte_at(*rest, 0), bdl_view_at(rest->p + 2, n - 2) };
	*rest = bdl_view_from(*rest, n);
	return true;
}

static bool take_number(struct bdl_view v, uint32_t *ret)
{
	if (v.n != 4)
		return false;
	*ret = (uint32_t)byte_at(v, 0) << 24 | (uint32_t)byte_at(v, 1) << 16 |
	    (uint32_t)byte_at(v, 2) << 8 | byte_at(v, 3);
	return true;
}

static bool add_address(struct bdl_radius *r, const uint8_t ip[16], uint8_t bits)
{
	if (r->n_addresses == BDL_RADIUS_ADDRESSES_MAX)
		return true; /* more than a device has; the first will do */
	struct bdl_radius_address *a = &r->addresses[r->n_addresses++];
	memcpy(a->ip, ip, sizeof(a->ip));
	a->bits = bits;
	return true;
}

/* 255.255.255.255 and .254 say that an address is still to be found (RFC 2865 5.8). */
static bool take_v4(struct bdl_radius *r, struct bdl_view v)
{
	uint8_t ip[16] = { [10] = 0xff, [11] = 0xff };
	uint32_t number;

	if (!take_number(v, &number))
		return false;
	memcpy(ip + 12, v.p, 4);
	return number == 0 || number >= 0xfffffffe || add_address(r, ip, 128);
}

static bool take_v6(struct bdl_radius *r, struct bdl_view v)
{
	static const uint8_t none[16];

	if (v.n != 16)
		return false;
	return memcmp(v.p, none, 16) == 0 || add_address(r, (const uint8_t *)v.p, 128);
}

/* Reserved byte, length in bits, as many bytes as are not zero (RFC 3162 2.3). */
static bool take_prefix(struct bdl_radius *r, struct bdl_view v)
{
	uint8_t ip[16] = { 0 };

	if (v.n < 2 || v.n > 18 || byte_at(v, 1) > 128)
		return false;
	uint8_t bits = byte_at(v, 1);
	memcpy(ip, v.p + 2, v.n - 2);
	for (unsigned i = 0; i < 128; i++) {
		if (i >= bits)
			ip[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	}
	return bits == 0 || add_address(r, ip, bits);
}

static bool take(struct bdl_radius *r, const struct attribute *a, bool *has_status)
{
	switch (a->type) {
	case USER_NAME:
		r->user = a->value;
		return true;
	case ACCT_SESSION_ID:
		r->session = a->value;
		return true;
	case CALLING_STATION_ID:
		r->device = a->value;
		return true;
	case NAS_IDENTIFIER:
		r->server[0] = a->value;
		return true;
	case NAS_IP_ADDRESS:
		r->server[1] = a->value;
		return a->value.n == 4;
	case NAS_IPV6_ADDRESS:
		r->server[2] = a->value;
		return a->value.n == 16;
	case ACCT_STATUS_TYPE:
		*has_status = true;
		return take_number(a->value, &r->status);
	case ACCT_DELAY_TIME:
		return take_number(a->value, &r->delay_s);
	case ACCT_SESSION_TIME:
		r->has_lasted = true;
		return take_number(a->value, &r->lasted_s);
	case FRAMED_IP_ADDRESS:
		return take_v4(r, a->value);
	case FRAMED_IPV6_ADDRESS:
		return take_v6(r, a->value);
	case FRAMED_IPV6_PREFIX:
	case DELEGATED_IPV6_PREFIX:
		return take_prefix(r, a->value);
	default:
		return true; /* about the rest of the session: traffic, ports, vendors */
	}
}

int bdl_radius_parse(struct bdl_view datagram, struct bdl_radius *ret, struct bdl_err *err)
{
	struct bdl_radius r = { 0 };
	struct attribute a;
	bool has_status = false;

	if (datagram.n < HEAD || byte_at(datagram, 0) != CODE_REQUEST)
		return bdl_fail(err, BDL_E_INVALID, "not an Accounting-Request");
	size_t n = (size_t)byte_at(datagram, AT_LENGTH) << 8 | byte_at(datagram, AT_LENGTH + 1);
	if (n < HEAD || n > BDL_RADIUS_MAX || n > datagram.n)
		return bdl_fail(
		    err, BDL_E_INVALID, "a packet of %zu bytes that says %zu", datagram.n, n);
	r.packet = bdl_view_at(datagram.p, n);
	r.id = byte_at(datagram, 1);
	struct bdl_view rest = bdl_view_from(r.packet, HEAD);
	while (rest.n > 0) {
		if (!cut_attribute(&rest, &a))
			return bdl_fail(err, BDL_E_INVALID, "an attribute past the packet's end");
		if (!take(&r, &a, &has_status))
			return bdl_fail(
			    err, BDL_E_INVALID, "attribute %u of %zu bytes", a.type, a.value.n);
	}
	if (!has_status)
		return bdl_fail(err, BDL_E_INVALID, "no Acct-Status-Type");
	*ret = r;
	return 0;
}

static void add_bytes(struct md5_ctx *md5, struct bdl_view v)
{
	md5_update(md5, v.n, (const uint8_t *)v.p);
}

/* MD5 over the packet with this authenticator in its place, and the secret. */
static void authenticator(struct bdl_view packet, const uint8_t in[BDL_RADIUS_AUTHENTICATOR],
    struct bdl_view secret, uint8_t out[BDL_RADIUS_AUTHENTICATOR])
{
	struct md5_ctx md5;

	md5_init(&md5);
	add_bytes(&md5, bdl_view_at(packet.p, AT_AUTH));
	md5_update(&md5, BDL_RADIUS_AUTHENTICATOR, in);
	add_bytes(&md5, bdl_view_from(packet, HEAD));
	add_bytes(&md5, secret);
	md5_digest(&md5, BDL_RADIUS_AUTHENTICATOR, out);
}

bool bdl_radius_is_genuine(const struct bdl_radius *r, struct bdl_view secret)
{
	static const uint8_t zeroes[BDL_RADIUS_AUTHENTICATOR];
	uint8_t want[BDL_RADIUS_AUTHENTICATOR];

	/* Without a secret anybody could have made it. */
	if (secret.n == 0)
		return false;
	authenticator(r->packet, zeroes, secret, want);
	return memeql_sec(want, r->packet.p + AT_AUTH, sizeof(want)) != 0;
}

size_t bdl_radius_write_response(const struct bdl_radius *r, struct bdl_view secret, uint8_t *out)
{
	struct bdl_view rest = bdl_view_from(r->packet, HEAD);
	struct attribute a;
	size_t n = HEAD;

	/* It was taken apart before, and what comes back is never longer than what came. */
	while (cut_attribute(&rest, &a)) {
		if (a.type != PROXY_STATE)
			continue;
		memcpy(out + n, a.value.p - 2, a.value.n + 2);
		n += a.value.n + 2;
	}
	out[0] = CODE_RESPONSE;
	out[1] = r->id;
	out[AT_LENGTH] = (uint8_t)(n >> 8);
	out[AT_LENGTH + 1] = (uint8_t)n;
	authenticator(bdl_view_at((const char *)out, n), (const uint8_t *)r->packet.p + AT_AUTH,
	    secret, out + AT_AUTH);
	return n;
}
