/*
 * Who may tell us who is where, and how they prove it. Two CSV files in DIR/who, which nobody but
 * the owner of the data folder and its group may read:
 *
 *   clients.csv  network,name,secret     RADIUS clients: access points, switches, RADIUS servers
 *   senders.csv  name,network,token      senders of log-on events; of the token only its digest
 *
 * A client is known by where its packets come from; of several networks that hold it the longest
 * prefix counts. Rows of one name are one client, so that a second server may end what the first
 * began. A sender may speak for the addresses of its network; one whose network is `own` only for
 * the address that it sends from, which is right for scripts on people's own machines.
 */
#ifndef BDL_DOORS_WHO_KEYS_H
#define BDL_DOORS_WHO_KEYS_H

#include "base/err.h"
#include "base/hash.h"
#include "base/view.h"
#include "sys/net.h"

#define BDL_KEYS_MAX       4096 /* rows of each file */
#define BDL_KEYS_BYTES_MAX (1024 * 1024)
#define BDL_SECRET_MIN     8 /* bytes; shorter ones are guessed from one packet */

struct bdl_client {
	struct bdl_net net;
	struct bdl_view name, secret;
};

struct bdl_sender {
	struct bdl_view name;
	bool own; /* may speak for the address that it sends from only */
	struct bdl_net net;
	struct bdl_digest token;
};

struct bdl_keys;

/* Of two texts; errors are "clients.csv:3: ...". An empty text has nobody. */
int bdl_keys_parse(struct bdl_view clients, struct bdl_view senders, struct bdl_keys **ret,
    struct bdl_err *err) BDL_MUST_USE;

/* The two files of a folder, of which each may be absent. BDL_E_DENIED: others may read one. */
int bdl_keys_read(const char *folder, struct bdl_keys **ret, struct bdl_err *err) BDL_MUST_USE;

void bdl_keys_free(struct bdl_keys *k); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_keys, bdl_keys_free);

/* The client at that address, or NULL. */
const struct bdl_client *bdl_keys_client(const struct bdl_keys *k, const uint8_t ip[BDL_IP_SIZE]);

/* The sender that has this token, or NULL. */
const struct bdl_sender *bdl_keys_sender(const struct bdl_keys *k, struct bdl_view token);
bool bdl_sender_may(
    const struct bdl_sender *s, const uint8_t from[BDL_IP_SIZE], const uint8_t about[BDL_IP_SIZE]);

size_t bdl_keys_clients(const struct bdl_keys *k);
size_t bdl_keys_senders(const struct bdl_keys *k);

#endif
