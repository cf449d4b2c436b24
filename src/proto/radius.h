/*
 * RADIUS accounting (RFC 2865, RFC 2866, RFC 3162, RFC 6911): requests in, responses out. Pure.
 */
#ifndef BDL_PROTO_RADIUS_H
#define BDL_PROTO_RADIUS_H

#include "base/err.h"
#include "base/view.h"

#define BDL_RADIUS_MAX           4096 /* bytes of a packet (RFC 2865 3.) */
#define BDL_RADIUS_AUTHENTICATOR 16
#define BDL_RADIUS_ADDRESSES_MAX 16 /* of one packet; further ones are left */

/* Acct-Status-Type: the kinds that mean something here; others are answered all the same. */
enum bdl_radius_status {
	BDL_RADIUS_START = 1,
	BDL_RADIUS_STOP = 2,
	BDL_RADIUS_INTERIM = 3,
	BDL_RADIUS_ON = 7,
	BDL_RADIUS_OFF = 8,
};

/* Sixteen bytes, IPv4 as mapped IPv6 (sys/net.h), and how many of their bits count. */
struct bdl_radius_address {
	uint8_t ip[16];
	uint8_t bits;
};

/* An Accounting-Request. Views lie in the packet; empty ones where an attribute is absent. */
struct bdl_radius {
	uint8_t id;
	struct bdl_view packet;  /* without what may follow it in the datagram */
	uint32_t status;         /* enum bdl_radius_status, or another number */
	struct bdl_view user;    /* User-Name, for bdl_identity_read */
	struct bdl_view session; /* Acct-Session-Id */
	struct bdl_view device;  /* Calling-Station-Id */
	/* Who serves the session: NAS-Identifier, NAS-IP-Address, NAS-IPv6-Address, in this order. */
	struct bdl_view server[3];
	uint32_t delay_s;  /* Acct-Delay-Time: so long ago it happened */
	uint32_t lasted_s; /* Acct-Session-Time */
	bool has_lasted;
	/* Framed-IP-Address, Framed-IPv6-Address, Framed-IPv6-Prefix, Delegated-IPv6-Prefix. */
	struct bdl_radius_address addresses[BDL_RADIUS_ADDRESSES_MAX];
	size_t n_addresses;
};

/*
 * Takes a datagram apart. BDL_E_INVALID: no Accounting-Request, a length or an attribute that does
 * not fit, no Acct-Status-Type. That it is genuine, bdl_radius_is_genuine says.
 */
int bdl_radius_parse(struct bdl_view datagram, struct bdl_radius *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Whether its Request Authenticator was made with this secret (RFC 2866 3.). Constant time. */
bool bdl_radius_is_genuine(const struct bdl_radius *r, struct bdl_view secret);

/*
 * The Accounting-Response, with the Proxy-State attributes of the request (RFC 2866 5.). `out` has
 * BDL_RADIUS_MAX bytes; returns how many were written.
 */
size_t bdl_radius_write_response(const struct bdl_radius *r, struct bdl_view secret, uint8_t *out);

#endif
