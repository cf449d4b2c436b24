/*
 * Who is at which address: a table in mapped memory (DIR/run/addresses), written by the one process
 * `who` and read by all web doors without a lock. It outlives each of them.
 *
 * An entry has two copies and a number that says which of them counts; a writer fills the other one
 * and then moves the number on. So a reader never waits, and a kill at any moment leaves the old
 * entry or the new one. Each copy has a checksum: what a power cut left half-written is no entry.
 *
 * The table is made once, of a fixed size: 65,536 entries in rows of 16, found by a keyed hash of
 * the address. Where a row is full, what has ended gives way first, then what would end first.
 */
#ifndef BDL_RECORD_ADDRESSES_H
#define BDL_RECORD_ADDRESSES_H

#include "base/err.h"
#include "base/view.h"
#include "sys/net.h"

#define BDL_ADDRESSES_LIMIT_MS (INT64_C(168) * 3600 * 1000) /* no entry lives longer unheard of */
#define BDL_ADDRESSES_ENTRIES  65536
#define BDL_ADDRESSES_LOGIN    129 /* bytes with the NUL; longer logins are on no roll */
#define BDL_ADDRESSES_DEVICE   32
#define BDL_ADDRESSES_SHORTEST 48 /* bits of a prefix that can be one person's */

/* How a door came to know who it is. */
enum bdl_known_by {
	BDL_KNOWN_BY_NONE,    /* it does not know */
	BDL_KNOWN_BY_PROXY,   /* the person signed in at the proxy */
	BDL_KNOWN_BY_RADIUS,  /* RADIUS accounting */
	BDL_KNOWN_BY_LOGON,   /* a log-on event */
	BDL_KNOWN_BY_NETWORK, /* the device has a user of its own, by the table of networks */
	BDL_KNOWN_BY_PROBE,   /* nobody: Beadle tries itself out (doors/web/probe.h) */
	BDL_KNOWN_BY_ALL
};
const char *bdl_known_by_word(enum bdl_known_by s); /* "radius"; "" for none */

struct bdl_presence {
	uint8_t ip[BDL_IP_SIZE]; /* the address, or the prefix of one, with zeroes after it */
	uint8_t bits;            /* 128 for one address; less only for IPv6 */
	bool ended;              /* it is kept a while, so that late news of it is known for that */
	enum bdl_known_by source;
	char login[BDL_ADDRESSES_LOGIN];   /* "": nobody the systems know, or ended */
	char device[BDL_ADDRESSES_DEVICE]; /* as its source names it, such as a MAC address */
	int64_t since_ms;                  /* when it began */
	int64_t until_ms;                  /* it holds before this; or when it ended */
	uint64_t session, server;          /* whose word it is: hashes, 0 for none */
};

struct bdl_addresses;

/* Made where it is absent or not of this format. One process at a time opens it to write. */
int bdl_addresses_open(
    const char *path, bool write, struct bdl_addresses **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_addresses_close(struct bdl_addresses *t); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_addresses, bdl_addresses_close);

/*
 * Who is there now: the entry of the address, else of the longest prefix that holds it. An entry
 * whose login is empty says that the address is nobody's. Takes NULL for no table. No allocation,
 * no lock; about 200 ns with 20,000 entries.
 */
bool bdl_addresses_find(const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE],
    int64_t now_ms, struct bdl_presence *ret);

/* Whether an entry holds: not ended, in its time, and not of a time to which the clock came back. */
bool bdl_presence_holds(const struct bdl_presence *p, int64_t now_ms);

/* All entries, ended ones too: the first from number `i` on. Its number, or -1 after the last. */
long bdl_addresses_next(const struct bdl_addresses *t, long i, struct bdl_presence *ret);

/* --- for the writer --- */

/* The entry of exactly this address or prefix, whether it holds or not. */
bool bdl_addresses_get(const struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits,
    struct bdl_presence *ret);

/* Put an entry in the place of the one of its address. true where another that held gave way. */
bool bdl_addresses_put(struct bdl_addresses *t, const struct bdl_presence *p, int64_t now_ms);

/* Take the entry of exactly this address out, with what it held. */
void bdl_addresses_remove(struct bdl_addresses *t, const uint8_t ip[BDL_IP_SIZE], uint8_t bits);

/* The numbers of a session's entries, at most `max`; how many. Not for session 0. */
size_t bdl_addresses_of(const struct bdl_addresses *t, uint64_t session, long *ret, size_t max);

#endif
