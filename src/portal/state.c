#include "state_int.h"

struct bdl_part_state_links bdl_state_links(enum bdl_state_page page)
{
	return (struct bdl_part_state_links){
		.at_status = page == BDL_STATE_STATUS,
		.at_coverage = page == BDL_STATE_COVERAGE,
		.at_checks = page == BDL_STATE_CHECKS,
		.at_lists = page == BDL_STATE_LISTS,
		.at_storage = page == BDL_STATE_STORAGE,
	};
}

const struct bdl_status *bdl_status_here(const struct bdl_request *r)
{
	const struct bdl_status_where where = {
		.dir = r->site->dir,
		.lists = r->site->lists_path,
		.store = r->store,
		.unopened = &r->unopened,
		.board = r->site->board,
	};
	struct bdl_status *s = bdl_region_get(r->region, sizeof(*s));

	if (s)
		bdl_status_look(&where, r->now_ms, r->region, s);
	return bdl_region_broken(r->region) ? NULL : s;
}

const char *bdl_when_or(const struct bdl_request *r, int64_t at_ms, const char *or_else)
{
	return at_ms > 0 ? bdl_when(r, at_ms) : or_else;
}
