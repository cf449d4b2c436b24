/*
 * Acts and page loads as one list in the order of time. The store has them in two; each is read on
 * from a place of its own, so that none is left out or comes twice, whatever arrives meanwhile.
 */
#ifndef BDL_PORTAL_TOGETHER_INT_H
#define BDL_PORTAL_TOGETHER_INT_H

#include "act_table.tmpl.h"
#include "filter_int.h"

/* One of either: an act has an id, a page load a place. */
struct bdl_line {
	const struct bdl_act *act;
	int64_t id, issue;
	struct bdl_load_place load;
};

struct bdl_together {
	struct bdl_line *lines; /* newest first */
	size_t n;
	bool older;       /* there are more, or may be: the list looks at so many hours at a time */
	int64_t until_ms; /* where it ended early, up to when it has looked; else 0 */
	const char *place; /* where it goes on, for an address */
};

/*
 * At most BDL_ROWS lines behind `place`, which is empty for the newest. Acts come in the order in
 * which they were brought to the store, which within a few seconds is that of time; the lines of one
 * page are in the order of time. BDL_E_INVALID with r->fault for a place that is none.
 */
int bdl_together_list(struct bdl_request *r, const struct bdl_chosen *c, struct bdl_view place,
    struct bdl_together *ret, struct bdl_err *err) BDL_MUST_USE;

/* What a page load is called in addresses, "495123-17-3"; in the region. */
const char *bdl_load_name(const struct bdl_request *r, const struct bdl_load_place *place);

/* The row of the table that both lists of acts and of somebody's day have. */
struct bdl_part_act_table_row bdl_line_row(
    const struct bdl_request *r, const struct bdl_line *line);

#endif
