/*
 * Lists of visits and of page loads are read an hour at a time, the newest first: the key of both
 * begins with it.
 */
#ifndef BDL_RECORD_VISITS_LIST_INT_H
#define BDL_RECORD_VISITS_LIST_INT_H

#include "base/buf.h"
#include "record/store/store_int.h"
#include "record/visits/visits.h"

/* Parameters of a list's statements; each number is its own, whether it is asked for or not. */
enum bdl_list_param {
	BDL_LIST_SCHOOL = 1,
	BDL_LIST_HOUR,
	BDL_LIST_LIMIT,
	BDL_LIST_KINDS,
	BDL_LIST_CATEGORY,
	BDL_LIST_AFTER, /* and the two after it: the place behind which the rows are */
	BDL_LIST_PERSONS = BDL_LIST_AFTER + 3,
	BDL_LIST_HOSTS = BDL_LIST_PERSONS + BDL_FILTER_VALUES_MAX,
	BDL_LIST_DAY = BDL_LIST_HOSTS + BDL_FILTER_VALUES_MAX,
	BDL_LIST_DAY_HOURS, /* of that day: a bit for each, as site_day has them */
};

/* Where a row stands: its hour, and what orders the rows of that. `key[0]` is never 0 of a row. */
struct bdl_list_place {
	int64_t hour;
	int64_t key[3];
	bool whole; /* all of the hour, no place within it */
};

/* How the rows of a school's hour `r` are asked for: `select`, our conditions, `order`, `rest`. */
struct bdl_list {
	const char *select;
	const char *behind;          /* behind the place given */
	const char *behind_compared; /* the same, where a person's clients find the rows */
	const char *order;           /* a limit stands behind it */
	const char *rest;
	bool of_pages; /* page loads, not visits */
	bdl_row_fn *read;
	size_t row_size;
	struct bdl_list_place (*place)(const void *row);
};

/*
 * The rows behind `after`; *ret_next is where the list goes on, with the hour -1 where it does not.
 * The rows lie in the region.
 */
int bdl_list_read(struct bdl_store *s, const struct bdl_list *l, const struct bdl_visits_filter *f,
    struct bdl_list_place after, struct bdl_region *region, void **ret, size_t *ret_n,
    struct bdl_list_place *ret_next, struct bdl_err *err) BDL_MUST_USE;

#endif
