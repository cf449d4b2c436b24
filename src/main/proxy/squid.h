/*
 * Squid for Beadle: its configuration, the certificate authority that it signs pages with, and its
 * cache of certificates, all below DIR/squid:
 *
 *   squid.conf   written anew at each start; every line says why it is there
 *   local.conf   the site's own lines; made once, never touched again
 *   ca.pem       the authority's certificate and key, mode 0600: whoever has it can pose as any site
 *   ca.crt       its public part, for browsers to trust
 *   ssl_db-ID    certificates made so far, for this authority
 *   cache.log    what Squid says; that of the start before is cache.log.1
 *   bytes/       how many bytes passed of each request, until the scribe has read it (squid_log.c)
 *
 * Squid refuses to be root. Where Beadle stays root (a data folder of root's), Squid runs as the
 * system's `proxy`, which cannot enter such a folder, so the state it needs lies in
 * /run/beadle-ID instead.
 */
#ifndef BDL_MAIN_PROXY_SQUID_H
#define BDL_MAIN_PROXY_SQUID_H

#include "base/buf.h"
#include "main/data.h"

#define BDL_SQUID_STATE_MAX 520 /* a data folder and "/squid" */
#define BDL_SQUID_PATH_MAX  600

struct bdl_squid {
	char conf_path[BDL_SQUID_PATH_MAX];
	char state[BDL_SQUID_STATE_MAX]; /* folder of its key, certificates and log */
	char certs[BDL_SQUID_PATH_MAX];  /* its cache of certificates */
	char service[32];     /* squid -n: its shared memory bears it, so each folder has its own */
	char own_hosts[2048]; /* this machine's addresses, each after a space */
	char user[64];        /* whom Squid becomes where it is started as root; else empty */
	int64_t log_tick_ms;  /* when the newest file of its log of bytes was begun */
};

/*
 * Make what is missing and write squid.conf. Runs openssl and certgen the first time (about a
 * second). BDL_E_MISSING where a program is not installed; BDL_E_INVALID where the data folder's
 * path has a byte that Squid's configuration cannot hold.
 */
int bdl_squid_prepare(const struct bdl_conf *conf, struct bdl_squid *ret, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Where its state lies, "squid/bytes" and all: below the data folder, or in /run where this process is
 * root. `out` has BDL_SQUID_STATE_MAX bytes.
 */
void bdl_squid_state(const struct bdl_conf *conf, char *out);

/*
 * The log of bytes (record/visits/bytes.h): STATE/bytes/NUMBER.log, to the newest of which the link
 * `now` leads. `begin` makes the next file and turns the link to it, before Squid is told to take
 * it: Squid 5.7 ends where it finds none. The oldest go, unread, where there are more than
 * BDL_SQUID_LOGS_MAX.
 */
#define BDL_SQUID_LOGS_MAX 32
#define BDL_SQUID_LOG_SIZE (8 * 1024 * 1024) /* a file that has as much is enough */
#define BDL_SQUID_LOG_MS   600000            /* or is so old, and not empty */
int bdl_squid_log_begin(struct bdl_squid *squid, struct bdl_err *err) BDL_MUST_USE;

/*
 * Looked at every second or so: 1 where Squid is to be told (SIGUSR1) to write to the file that the
 * link leads to now; 0: all is well.
 */
int bdl_squid_log_turn(struct bdl_squid *squid, struct bdl_err *err) BDL_MUST_USE;

/* After Squid has ended: take back the copy of the key that another user was lent. */
void bdl_squid_done(const struct bdl_squid *squid);

/* The text of squid.conf. Pure. */
void bdl_squid_conf(
    const struct bdl_conf *conf, const struct bdl_squid *squid, struct bdl_buf *out);

#endif
