/* The rollup: what counting (rollup.c) and storing (store.c) share. */
#ifndef BDL_RECORD_VISITS_ROLLUP_INT_H
#define BDL_RECORD_VISITS_ROLLUP_INT_H

#include "record/acts/figures_int.h"
#include "record/visits/visits_int.h"

#define BDL_ROLLUP_SLOTS (2 * BDL_ROLLUP_ACTS_MAX) /* a power of two, twice what there can be */

/* Counted by ten minutes, as violations are; an hour's are one row of the store. */
struct bdl_visit_key {
	int64_t ten; /* minutes, counted from 1970 */
	uint32_t client, site, basis, padding;
};

struct bdl_visit_count {
	struct bdl_visit_key key;
	int64_t pages, parts;
	int64_t first_ms; /* of its acts as they came */
	uint32_t slot;    /* of it in the index */
	bool strict;      /* its parts belong to a violation */
	bool is_told;     /* they have one */
};

struct bdl_load {
	int64_t at_ms;
	enum bdl_act_kind kind;
	uint32_t client, site, basis, path, kept;
	bool has_kept;     /* else there is nothing to look up */
	bool has_own_path; /* in its row: no other has it yet */
};

/* A row of the table of its kind, numbers and all. */
struct bdl_visit_put {
	int64_t hour, client, site, basis, tens, pages, parts;
};

struct bdl_load_put {
	int64_t hour, client, id;
	uint32_t load; /* index of the load */
};

struct bdl_day_put {
	int64_t site, day, hours, page_hours; /* a bit for each of its hours */
};

struct bdl_rollup {
	struct bdl_names *names;
	struct bdl_visit_count *visits;
	struct bdl_load *loads;
	size_t n_visits, n_loads, cap_visits, cap_loads;
	struct bdl_figures *figures;
	uint32_t slots[BDL_ROLLUP_SLOTS]; /* index of a visit plus one; 0: free */
	/* Made while it is stored: in the order of their keys, each key once. */
	struct bdl_visit_put *visit_puts;
	struct bdl_day_put *day_puts;
	struct bdl_load_put *load_puts;
	size_t n_visit_puts, n_day_puts;
	size_t cap_visit_puts, cap_day_puts, cap_load_puts;
	uint32_t *strict,
	    *heads; /* of the visits that are strict; of load_puts, each client's first */
	size_t n_strict, n_heads, cap_strict, cap_heads;
};

_Static_assert(sizeof(struct bdl_visit_key) == 24, "a key that is hashed has no hidden bytes");

#endif
