/*
 * What news of a session does to the table of addresses. News may come twice, late and in any
 * order, and these hold in all of them:
 *
 *   - the newer person has an address: by when the session began, not by when the news came;
 *   - only the session itself ends its entries, not late news of another's end;
 *   - a session that has ended does not come to life again by news that was late;
 *   - a session has one address of IPv4: a new one ends the old;
 *   - an entry ends by itself when nothing was heard of it for the time limit.
 */
#ifndef BDL_DOORS_WHO_SESSIONS_H
#define BDL_DOORS_WHO_SESSIONS_H

#include "record/addresses.h"

/* How long an ended session is known, so that late news of it can be told. Then nothing is left. */
#define BDL_SESSIONS_LATE_MS (10 * 60 * 1000)

enum bdl_news { BDL_NEWS_BEGINS, BDL_NEWS_GOES_ON, BDL_NEWS_ENDS };

struct bdl_session_address {
	uint8_t ip[BDL_IP_SIZE];
	uint8_t bits;
};

struct bdl_session {
	enum bdl_news news;
	enum bdl_known_by source;
	uint64_t id, server; /* hashes that name it, and who serves it; the id is never 0 */
	const char *login;   /* "": nobody whom the systems know */
	const char *device;  /* at most BDL_ADDRESSES_DEVICE - 1 bytes count */
	int64_t at_ms;       /* when it happened */
	int64_t began_ms;    /* when the session began; 0: the news does not say */
	const struct bdl_session_address *addresses;
	size_t n_addresses;
};

/* How many others that held were pushed out of a full table. */
unsigned bdl_sessions_take(
    struct bdl_addresses *t, const struct bdl_session *s, int64_t now_ms, int64_t limit_ms);

/* End all sessions of a server: it was started anew, or is going to be. How many entries. */
unsigned bdl_sessions_end_server(struct bdl_addresses *t, uint64_t server, int64_t now_ms);

/* End the entry of one address where it is this person's. Whether it was. */
bool bdl_sessions_end_person(
    struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], const char *login, int64_t now_ms);

/* Take out what has ended or is past its time. How many entries hold still. */
unsigned bdl_sessions_sweep(struct bdl_addresses *t, int64_t now_ms);

#endif
