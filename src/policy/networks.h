/*
 * The networks and devices of the school: where an address is, whose equipment it is, and who has
 * it where a device has a user of its own. A CSV with a heading line, in UTF-8:
 *
 *   network,place,kind,person
 *   10.20.0.0/16,site,school-devices,
 *   10.20.90.0/24,guest-network,own-devices,
 *   10.20.4.17,,,j.smith
 *   2001:db8:20::/48,site,school-devices,
 *
 * `kind` is school-devices, own-devices or unknown-devices, as rules say it after `using`; `place`
 * is a name of lower-case letters, digits and hyphens, as they say it after `at`; `person` is a
 * login. The longest prefix wins, column by column: what is left empty in a narrower network is
 * that of the next wider one.
 */
#ifndef BDL_POLICY_NETWORKS_H
#define BDL_POLICY_NETWORKS_H

#include "base/err.h"
#include "base/view.h"
#include "sys/net.h"

#define BDL_NETWORKS_MAX       65536
#define BDL_NETWORKS_BYTES_MAX (8 * 1024 * 1024)

struct bdl_networks;

/* What is known of an address; empty views where nothing is. They live as long as the table. */
struct bdl_network {
	struct bdl_view place, kind, person;
};

/*
 * Errors name `where` and the line: a range that is none or has bits past its prefix, one that
 * stands there twice, a kind or a place that is none. An empty text is an empty table.
 */
int bdl_networks_parse(struct bdl_view csv, const char *where, struct bdl_networks **ret,
    struct bdl_err *err) BDL_MUST_USE;

/* The file of that name; BDL_E_MISSING where there is none. */
int bdl_networks_read(const char *path, struct bdl_networks **ret, struct bdl_err *err)
    BDL_MUST_USE;

void bdl_networks_free(struct bdl_networks *n); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_networks, bdl_networks_free);

/* All that the networks holding the address say. No allocation; takes NULL for no table. */
struct bdl_network bdl_networks_find(const struct bdl_networks *n, const uint8_t ip[BDL_IP_SIZE]);
size_t bdl_networks_size(const struct bdl_networks *n);

#endif
