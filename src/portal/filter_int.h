/* What lists are filtered by: read from the address, for acts, violations and visits alike. */
#ifndef BDL_PORTAL_FILTER_INT_H
#define BDL_PORTAL_FILTER_INT_H

#include "portal/request.h"
#include "record/acts.h"
#include "record/visits.h"

#define BDL_ROWS 50 /* a page; one more is asked for, to know whether there are older ones */

#define BDL_EVERYTHING "any"

struct bdl_chosen {
	struct bdl_acts_filter f;
	struct bdl_visits_filter visits; /* the same persons, hosts, kinds and hours */
	struct bdl_view person, host;    /* parts of names, as they were asked for */
	struct bdl_view day, category;   /* as they were asked for; empty: any */
};

/*
 * person, host, day, category, clause, verdict, kind, violation and before, each where it is given.
 * Parts of names are looked for among visits, and where `with_acts` among acts as well.
 * BDL_E_INVALID with r->fault for a value that there is not.
 */
int bdl_chosen_read(struct bdl_request *r, bool with_acts, struct bdl_chosen *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* Says that the value of this name is none. */
int bdl_chosen_refuse(struct bdl_request *r, const char *name, struct bdl_err *err);

/* Numbers with hyphens between them, as places in lists stand in addresses; false: not so many. */
bool bdl_numbers_read(struct bdl_view text, int64_t *ret, size_t n);

/* An address of a site, cut where it is long. In the region. */
const char *bdl_path_shown(const struct bdl_request *r, struct bdl_view path);

#endif
