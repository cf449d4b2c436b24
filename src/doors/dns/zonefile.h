/*
 * A zone that we wrote, read again: its head, and its names one after the other, so that two can be
 * compared. Takes any bytes. Pure.
 */
#ifndef BDL_DOORS_DNS_ZONEFILE_H
#define BDL_DOORS_DNS_ZONEFILE_H

#include "base/buf.h"
#include "base/hash.h"

struct bdl_dns_head {
	struct bdl_digest state;
	uint32_t serial;
	struct bdl_view names; /* what follows the head */
};

/* false where it is no zone of ours. */
bool bdl_dns_head_parse(struct bdl_view zone, struct bdl_dns_head *ret);

/*
 * The next name and the lines about it, those of the wildcard below it too. false at the end.
 */
struct bdl_dns_entry {
	struct bdl_view name;
	struct bdl_view lines;
};
bool bdl_dns_entry_next(struct bdl_view *rest, struct bdl_dns_entry *ret);

/* What differs between two zones: "+ casino.example" and so on, at most `max` lines of it. */
struct bdl_dns_change {
	uint64_t added, removed, changed;
};
void bdl_dns_compare(struct bdl_view old_names, struct bdl_view new_names, size_t max,
    struct bdl_buf *out, struct bdl_dns_change *ret);

#endif
