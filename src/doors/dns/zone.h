/*
 * The zone: a response policy zone as Unbound reads it, made of the names that are blocked for
 * everyone. A name that is blocked has the addresses of the block page, or where there are none does
 * not exist; so has all below it, but for names that are not blocked, which are passed on. Protected
 * hosts are never blocked but by what two people let into a list. docs/formats.md has an example.
 *
 * A wildcard of DNS ends where any name below it begins (RFC 4592 2.2.1), so what stands between a
 * blocked name and one that is passed on is written too: no name escapes through a gap.
 */
#ifndef BDL_DOORS_DNS_ZONE_H
#define BDL_DOORS_DNS_ZONE_H

#include "base/hash.h"
#include "doors/dns/names.h"
#include "sys/net.h"
#include "sys/writer.h"

#define BDL_DNS_ORIGIN "beadle.rpz"
#define BDL_DNS_TTL    60 /* seconds, so that a change shows within a minute */

struct bdl_dns_zone {
	uint32_t serial;
	struct bdl_digest state;            /* of all that the zone was made of */
	struct bdl_view remarks;            /* lines for people */
	const uint8_t (*page)[BDL_IP_SIZE]; /* the addresses of the block page */
	size_t n_page;
};

struct bdl_dns_count {
	uint64_t blocked, passed, answered; /* names, without the wildcards below them */
	uint64_t left_out;                  /* hosts that cannot stand in a zone */
};

/*
 * Write it; what goes wrong with the file the writer tells at its end. `hosts` may be NULL. Takes
 * sixteen bytes of memory for each host of the categories that rules name. BDL_E_NOMEM, BDL_E_LIMIT.
 */
int bdl_dns_zone_write(const struct bdl_dns_names *names, const struct bdl_hosts *hosts,
    const struct bdl_dns_zone *zone, struct bdl_writer *w, struct bdl_dns_count *ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
