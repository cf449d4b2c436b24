/*
 * What the doors of each host judge by, where several hosts share a store: a board is seen on its own
 * host only, so each host's scribe says in the store what stands there, and every portal shows all.
 */
#ifndef BDL_RECORD_STATUS_HOSTS_H
#define BDL_RECORD_STATUS_HOSTS_H

#include "base/region.h"
#include "record/store/store.h"
#include "sys/board.h"

#define BDL_HOST_SAY_MS  INT64_C(30000)              /* between two words of a host's */
#define BDL_HOST_KEPT_MS (7 * INT64_C(24) * 3600000) /* one that is gone so long is forgotten */

struct bdl_host_row {
	struct bdl_view host;
	int64_t seen_ms;  /* when its scribe said so, by the store's clock */
	int64_t doors;    /* workers of doors that run */
	uint64_t ruleset; /* bdl_digest_mark of what they use; 0: no policy, or is_mixed */
	bool is_mixed;    /* not all of them use the same */
};

/* What stands on this host's board; the name and the moment are left to others. */
struct bdl_host_row bdl_host_look(struct bdl_board *board);

/*
 * Say it of the host of that name, now, in a transaction of its own, for which people do not wait: when
 * it has changed, and every BDL_HOST_SAY_MS.
 */
int bdl_hosts_say(struct bdl_store *s, struct bdl_host_row row, struct bdl_err *err) BDL_MUST_USE;

/* All that were heard of within BDL_HOST_KEPT_MS of the last word, by name. Texts in the region. */
int bdl_hosts_list(struct bdl_store *s, struct bdl_region *region, struct bdl_host_row **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

#endif
