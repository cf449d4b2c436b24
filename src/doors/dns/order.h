/* Names in the order of the tree: what is below a name follows it. Pure. */
#ifndef BDL_DOORS_DNS_ORDER_H
#define BDL_DOORS_DNS_ORDER_H

#include "lists/hosts.h"

/*
 * A name to be sorted: sixteen bytes, so that ten million of them fit 160 MB. The key is the order's
 * own. What `record` points at is only read.
 */
struct bdl_dns_point {
	uint64_t key;
	const struct bdl_host_record *record;
};

/*
 * Whether the name can stand in a zone: labels of 1 to 63 letters, digits, hyphens and underscores,
 * in small letters, at most BDL_DNS_NAME_MAX in all, and not a number at its end, as an address has.
 */
#define BDL_DNS_NAME_MAX 240 /* "*." before it and the zone's own name behind it make 253 */
bool bdl_dns_name_fits(struct bdl_view name);

/*
 * Character by character from the right, a dot before all others, so that what is below a name
 * follows it: "example", "a.example", "z.a.example", "b.example". Names have to fit.
 */
int bdl_dns_name_cmp(struct bdl_view a, struct bdl_view b);

/* The point of this record, not in its place yet; and all of them in theirs, equal ones together. */
struct bdl_dns_point bdl_dns_point_of(const struct bdl_host_record *record);
void bdl_dns_sort(struct bdl_dns_point *points, size_t n);

#endif
