/*
 * One question of DNS and the answer to it (RFC 1035), for who tries a resolver out by UDP: addresses of
 * a name, as a client asks for them. Pure.
 */
#ifndef BDL_PROTO_DNS_H
#define BDL_PROTO_DNS_H

#include "base/err.h"
#include "base/view.h"

#define BDL_DNS_QUESTION_MAX  272 /* bytes: a head, a name of 255, its type and class */
#define BDL_DNS_REPLY_MAX     1232
#define BDL_DNS_ADDRESSES_MAX 8 /* of one reply; further ones are left */

enum bdl_dns_type {
	BDL_DNS_A = 1,
	BDL_DNS_AAAA = 28,
};

/*
 * Recursion is asked for. `out` has BDL_DNS_QUESTION_MAX bytes. BDL_E_INVALID for a host that is no
 * name, such as one with a label of more than 63 bytes.
 */
int bdl_dns_question_write(uint16_t id, struct bdl_view host, enum bdl_dns_type type, uint8_t *out,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

struct bdl_dns_reply {
	unsigned rcode; /* 0: it is there; 3: there is no such name */
	size_t n;
	/* Of the type that was asked for, sixteen bytes each, IPv4 as mapped IPv6 (sys/net.h). */
	uint8_t addresses[BDL_DNS_ADDRESSES_MAX][16];
};

/*
 * The reply to a question of bdl_dns_question_write, whose bytes it has to repeat but for the case of
 * letters. Addresses count by whatever name they stand under, for an alias may lead to them. BDL_E_INVALID
 * for anything else.
 */
int bdl_dns_reply_read(struct bdl_view datagram, struct bdl_view question,
    struct bdl_dns_reply *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
