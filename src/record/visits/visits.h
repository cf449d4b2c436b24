/*
 * Visits in the store: what was allowed, rolled up by client, site and basis within the hour, and the
 * page loads among it, each with its address and with the facts that it was judged by. Parts of
 * pages are counted here whatever their verdict. The scribe adds them (visits_int.h); here they are
 * read, and what is too old is deleted.
 *
 * A client is a person at an address with the groups, the place and the equipment of then, and how the
 * door knew them; a site a host with its categories of then; a basis the version of the policies with
 * the verdict and its clauses.
 */
#ifndef BDL_RECORD_VISITS_VISITS_H
#define BDL_RECORD_VISITS_VISITS_H

#include "base/clock.h"
#include "base/region.h"
#include "record/acts/acts.h"
#include "record/store/store.h"

#define BDL_TEN_MS (10 * 60 * 1000) /* a sixth of the hour by which visits are rolled up */

#define BDL_VISIT_ROWS_MAX  200
#define BDL_VISIT_HOURS_MAX 9000 /* that one list looks at: a year of day and night */

/*
 * Is the act one of those that are rolled up, and no row among the acts (record/acts/acts.h)? Parts of
 * pages are, and what the web door allowed without a clause.
 */
bool bdl_visits_take(const struct bdl_act *a);

/* What names a row; all zero: none. */
struct bdl_visit_place {
	int64_t hour, client, site, basis;
};
struct bdl_load_place {
	int64_t hour, client, id;
	int64_t hour_ms; /* since the beginning of its hour; bdl_loads_get does not look at it */
};

/*
 * Lists begin at a place, all zero for the newest, and say where they go on, all zero for nowhere;
 * that may be a whole hour (its client is 0). Without a person a list of hosts or of a category looks
 * at one hour that has them, some 8 ms for 90,000 rows, and may so end before `limit`.
 */
struct bdl_visits_filter {
	const struct bdl_view *persons, *hosts; /* any of these; none: any */
	size_t n_persons, n_hosts;              /* at most BDL_FILTER_VALUES_MAX */
	struct bdl_view category;               /* empty: any */
	uint32_t kinds;      /* of page loads: bits of enum bdl_act_kind; 0: any */
	int64_t from_hour;   /* 0: since ever */
	int64_t before_hour; /* 0: till now */
	size_t limit;        /* at most BDL_VISIT_ROWS_MAX */
};

struct bdl_visit_row {
	struct bdl_visit_place place;
	int64_t from_ms; /* beginning of its hour */
	unsigned tens;   /* in which ten minutes of it: bit 0 the first, bit 5 the last */
	int64_t pages;   /* page loads, uploads and downloads */
	int64_t parts;
	int64_t bytes_down, bytes_up; /* to the client and from it, as far as requests are over */
	enum bdl_action action;
	bool known;
	struct bdl_view person, groups, address, host, categories, policy, clause;
};

/*
 * Newest hour first, within it by client, site and basis. Each hour in which there was anything costs
 * a look-up, which is what the list of somebody who was long away waits for.
 */
int bdl_visits_list(struct bdl_store *s, const struct bdl_visits_filter *f,
    struct bdl_visit_place after, struct bdl_region *region, struct bdl_visit_row **ret,
    size_t *ret_n, struct bdl_visit_place *ret_next, struct bdl_err *err) BDL_MUST_USE;

/* What a person had in each hour of a stretch, the oldest first; hours without anything are left out. */
struct bdl_visit_hour {
	int64_t from_ms;
	int64_t pages, parts;
	int64_t sites; /* different ones */
	int64_t bytes_down, bytes_up;
};
int bdl_visits_hours(struct bdl_store *s, struct bdl_view person, int64_t from_hour,
    int64_t before_hour, struct bdl_region *region, struct bdl_visit_hour **ret, size_t *ret_n,
    struct bdl_err *err) BDL_MUST_USE;

/* The newest hour of that person's visits; 0: there are none. */
int bdl_visits_newest(struct bdl_store *s, struct bdl_view person, int64_t *ret_hour,
    struct bdl_err *err) BDL_MUST_USE;

struct bdl_load_row {
	struct bdl_load_place place;
	struct bdl_act
	    act; /* texts in the caller's region; with the facts that the judge asks for */
};

/* In the order of time, the newest first. */
int bdl_loads_list(struct bdl_store *s, const struct bdl_visits_filter *f,
    struct bdl_load_place after, struct bdl_region *region, struct bdl_load_row **ret,
    size_t *ret_n, struct bdl_load_place *ret_next, struct bdl_err *err) BDL_MUST_USE;

int bdl_loads_get(struct bdl_store *s, struct bdl_load_place place, struct bdl_region *region,
    struct bdl_load_row *ret, struct bdl_err *err) BDL_MUST_USE; /* BDL_E_MISSING */

/*
 * How far a deletion has come, a little at a time. It begins with the hour alone; a step that was rolled
 * back is repeated from a copy.
 */
struct bdl_visits_deletion {
	int64_t before_hour; /* what is of this hour and later stays */
	unsigned stage;
	int64_t from;
};

/*
 * Inside an open transaction: about `limit` rows at most, the oldest first, so that nobody waits; one
 * name's many hours go together. What a legal hold names (record/retention/holds.h) stays. First page loads and
 * visits of the hours before go, texts of page loads once all of their day in UTC is past, then names
 * that nothing is left of: clients, sites with their days, bases. *ret_n is how many rows went. 1:
 * there may be more; 0: it is done.
 */
int bdl_visits_delete(struct bdl_store *s, struct bdl_visits_deletion *d, size_t limit,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

#endif
