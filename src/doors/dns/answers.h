/*
 * Names that are answered in a way of their own: search engines whose safe search has a host, and
 * names by which browsers and devices ask whether they may look elsewhere. Each is written as its
 * maker documents it; engines that have no such host are answered as they are.
 */
#ifndef BDL_DOORS_DNS_ANSWERS_H
#define BDL_DOORS_DNS_ANSWERS_H

#include "base/hash.h"
#include "base/region.h"
#include "lists/hosts.h"

struct bdl_dns_answer {
	const char *target; /* "strict.bing.com."; "." says that there is no such name */
};

/* By the number of a record below. */
extern const struct bdl_dns_answer bdl_dns_answers[];

/*
 * The hosts of these answers as records of a kind of their own, made in the region: *ret_n of them.
 * NULL where the region is full.
 */
#define BDL_HOST_ANSWERED (BDL_HOST_KINDS + 1)
const struct bdl_host_record **bdl_dns_answers_make(
    bool safe_search, bool keeps_own_dns, struct bdl_region *region, size_t *ret_n);

/* Of all answers that there are: another build may have others, and its zone is another then. */
struct bdl_digest bdl_dns_answers_digest(void);

/* A record with this number, kind and host. NULL where the region is full. */
const struct bdl_host_record *bdl_dns_record_make(
    unsigned number, unsigned kind, struct bdl_view host, struct bdl_region *region);

#endif
