/* Making the zone of `beadle dns export` and of the clerk: doors/dns/zone.h, on files. */
#ifndef BDL_MAIN_DNS_EXPORT_H
#define BDL_MAIN_DNS_EXPORT_H

#include "doors/dns/zone.h"
#include "doors/dns/zonefile.h"
#include "sys/conf.h"

#define BDL_DNS_SAID_MAX  (1 << 20)
#define BDL_DNS_LINES_MAX 100 /* names that differ and are told */

struct bdl_dns_export {
	const struct bdl_ruleset *ruleset;
	const char *path; /* the zone, which is replaced */
	bool only_looks;  /* nothing is replaced: what would change is said */
};

struct bdl_dns_exported {
	bool is_fresh;  /* the zone there is of all this already: nothing was made */
	bool was_there; /* there was a zone to compare with */
	uint32_t serial;
	struct bdl_dns_count count;
	struct bdl_dns_change change; /* against the zone that was there, or against none */
	struct bdl_buf remarks;       /* what becomes of which rule */
	struct bdl_buf changes;       /* "+ casino.example" and so on */
};
void bdl_dns_exported_done(struct bdl_dns_exported *done); /* takes a zeroed one */

/* DIR/dns/beadle.rpz. `out` has BDL_PATH_MAX bytes, which it fits. */
void bdl_dns_zone_path(const struct bdl_conf *conf, char *out);

/* Whether the zone there is of this ruleset, these hosts and the settings. Reads its head alone. */
struct bdl_dns_stand {
	bool is_there, is_fresh;
	uint32_t serial;
};
int bdl_dns_look(const struct bdl_conf *conf, const struct bdl_ruleset *ruleset,
    const struct bdl_hosts *hosts, struct bdl_dns_stand *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * Make the zone of this ruleset and of the lists of the data folder. A file that is there and is no
 * zone of ours is left alone: BDL_E_CONFLICT, as where the lists are being replaced at this moment.
 * BDL_E_MISSING where the lists have no file of hosts: they were compiled by an older version.
 */
int bdl_dns_export(const struct bdl_conf *conf, const struct bdl_dns_export *what,
    struct bdl_dns_exported *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
