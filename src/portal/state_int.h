/* What the pages of state share: /status, /coverage, /checks, /lists, /storage. */
#ifndef BDL_PORTAL_STATE_INT_H
#define BDL_PORTAL_STATE_INT_H

#include "pages_int.h"
#include "record/status/status.h"
#include "state_links.tmpl.h"

enum bdl_state_page {
	BDL_STATE_STATUS,
	BDL_STATE_COVERAGE,
	BDL_STATE_CHECKS,
	BDL_STATE_LISTS,
	BDL_STATE_STORAGE
};

/* The row of links between them. */
struct bdl_part_state_links bdl_state_links(enum bdl_state_page page);

/* How Beadle stands at this request, in its region; NULL where that has no room. */
const struct bdl_status *bdl_status_here(const struct bdl_request *r);

/* A moment as bdl_when has it; `or_else` for 0. */
const char *bdl_when_or(const struct bdl_request *r, int64_t at_ms, const char *or_else);

#endif
