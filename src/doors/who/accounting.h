/* From a RADIUS datagram to the table of addresses, and to what is answered. No sockets. */
#ifndef BDL_DOORS_WHO_ACCOUNTING_H
#define BDL_DOORS_WHO_ACCOUNTING_H

#include "doors/who/keys.h"
#include "proto/radius.h"
#include "record/addresses.h"

/* What news is held against. */
struct bdl_who_books {
	struct bdl_addresses *table;
	const struct bdl_keys *keys;
	struct bdl_view realms; /* the school's, for bdl_identity_read */
	int64_t limit_ms;
	unsigned pushed_out; /* entries that gave way because the table was full */
};

/*
 * The number of bytes of the response, which is to be sent once this returns: what it acknowledges
 * is in the table. BDL_E_DENIED: no client of ours, or not made with its secret; BDL_E_INVALID: no
 * request. These are not answered, whoever it is (RFC 2866 4.1). `out` has BDL_RADIUS_MAX bytes.
 */
int bdl_accounting_take(struct bdl_who_books *books, const uint8_t from[BDL_IP_SIZE],
    struct bdl_view datagram, int64_t now_ms, uint8_t *out, struct bdl_err *err);

#endif
