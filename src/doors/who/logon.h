/*
 * Log-on events: one JSON object, posted to /logon by a script or by a directory server.
 *
 *   {"event": "logon", "login": "NORTHGATE\\a.smith", "address": "10.0.0.7", "device": "PC-12"}
 *
 * `event` is logon or logoff; without `address` it is the one that the event was sent from; `device`
 * may be left out. A name that stands twice or that is none of these is refused.
 */
#ifndef BDL_DOORS_WHO_LOGON_H
#define BDL_DOORS_WHO_LOGON_H

#include "doors/who/accounting.h"
#include "proto/identity.h"

#define BDL_LOGON_MAX 4096 /* bytes of an event */

struct bdl_logon {
	bool off, has_address;
	char login[BDL_LOGIN_SIZE]; /* as sent */
	char device[BDL_ADDRESSES_DEVICE];
	uint8_t ip[BDL_IP_SIZE];
};

/* BDL_E_INVALID says in a sentence what is wrong and what was expected. Pure. */
int bdl_logon_parse(struct bdl_view json, struct bdl_logon *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * Put it into the table; on return it is there. BDL_E_DENIED: the sender may not speak for that
 * address; BDL_E_INVALID: the login names no person. *ret has who was understood, and where.
 */
int bdl_logon_take(struct bdl_who_books *books, const struct bdl_sender *sender,
    const uint8_t from[BDL_IP_SIZE], const struct bdl_logon *event, int64_t now_ms,
    struct bdl_presence *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
