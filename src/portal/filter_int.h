/* What lists are filtered by: read from the address, for acts, violations and visits alike. */
#ifndef BDL_PORTAL_FILTER_INT_H
#define BDL_PORTAL_FILTER_INT_H

#include "filters.tmpl.h"
#include "pager.tmpl.h"
#include "portal/request.h"
#include "record/acts/acts.h"
#include "record/visits/visits.h"

#define BDL_ROWS 50 /* a page; one more is asked for, to know whether there are older ones */
_Static_assert(BDL_ROWS <= BDL_LOOKED_MAX, "each person of a list is counted");

#define BDL_EVERYTHING  "any"
#define BDL_WITH_PROBES "with-probes" /* and what Beadle tried of itself */

struct bdl_chosen {
	struct bdl_acts_filter f;
	struct bdl_visits_filter visits;          /* the same persons, hosts, kinds and hours */
	struct bdl_view person, host;             /* parts of names, as they were asked for */
	struct bdl_view day, category, reference; /* as they were asked for; empty: any */
	bool more_persons, more_hosts;            /* than a list is filtered by hold that part */
	const char *day_wrong;                    /* what is wrong with the day; NULL: nothing */
};

/*
 * person, host, day, category, clause, reference, verdict, kind and violation, each where it is given.
 * A part of a name means the BDL_FILTER_VALUES_MAX shortest of all recorded names that hold it.
 * BDL_E_INVALID with r->fault for a value that there is not; of a day that is none `day_wrong` is told,
 * and all else is as if no day had been asked for.
 */
int bdl_chosen_read(struct bdl_request *r, struct bdl_chosen *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Whether anything was asked for at all. */
bool bdl_chosen_any(const struct bdl_chosen *c);

/* Says that the value of this name is none. */
int bdl_chosen_refuse(struct bdl_request *r, const char *name, struct bdl_err *err);

/* What is said beside the field where it is none. In the region. */
const char *bdl_day_fault(const struct bdl_request *r, struct bdl_view text);

/* Numbers with hyphens between them, as places in lists stand in addresses; false: not so many. */
bool bdl_numbers_read(struct bdl_view text, int64_t *ret, size_t n);

/* The form of a list, which is called "acts", "visits" or "violations" and stands under that path. */
struct bdl_part_filters bdl_filters_view(
    const struct bdl_request *r, const struct bdl_chosen *c, const char *what);

/* The links between the pages of a list: `place` is where it goes on, "" where it ends. */
struct bdl_part_pager bdl_pager_view(const struct bdl_request *r, const struct bdl_chosen *c,
    const char *what, const char *place, bool looks_further);

/* What a list's page is called by the browser, which tells first that something is wrong. */
const char *bdl_list_title(
    const struct bdl_request *r, const struct bdl_chosen *c, const char *title);

/* An address of a site, cut where it is long. In the region. */
const char *bdl_path_shown(const struct bdl_request *r, struct bdl_view path);

#endif
