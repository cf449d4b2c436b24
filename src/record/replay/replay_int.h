/*
 * A replay at work: names by numbers (names.c), rows of the store (read.c), what each
 * set of facts comes to (replay.c), and what that adds up to (tally.c).
 */
#ifndef BDL_RECORD_REPLAY_REPLAY_INT_H
#define BDL_RECORD_REPLAY_REPLAY_INT_H

#include "record/acts/act.h"
#include "record/replay/replay.h"

/* --- numbers for texts --- */

struct bdl_index;

struct bdl_index *bdl_index_new(void);
void bdl_index_free(struct bdl_index *x); /* takes NULL */

/* The number of these bytes, from 0 on in the order in which they came; *ret_new: the first time. */
uint32_t bdl_index_put(struct bdl_index *x, struct bdl_view bytes, bool *ret_new);
/* The bytes of a number, good until the index is freed or cleared. */
struct bdl_view bdl_index_at(const struct bdl_index *x, uint32_t number);
size_t bdl_index_size(const struct bdl_index *x);
/* No more go in: what was put last may not be what is there. */
bool bdl_index_is_full(const struct bdl_index *x);
void bdl_index_clear(struct bdl_index *x);

/* --- the names of acts --- */

/* Whom an act is of: what the judge asks for, and who it is. */
struct bdl_replay_client {
	uint32_t class, who;
	bool is_address; /* nobody knew the person: `who` is an address */
};

/* A basis of the store, or an act's own. */
struct bdl_replay_basis {
	uint32_t number;
	int64_t utc_offset;
};

struct bdl_replay_names;

struct bdl_replay_names *bdl_replay_names_new(void);
void bdl_replay_names_free(struct bdl_replay_names *n); /* takes NULL */
/* More than memory is meant for: nothing that is said any more can be relied on. */
bool bdl_replay_names_are_too_many(const struct bdl_replay_names *n);

/* The numbers of what an act has. */
struct bdl_replay_client bdl_replay_client_of(struct bdl_replay_names *n, const struct bdl_act *a);
uint32_t bdl_replay_site_of(struct bdl_replay_names *n, const struct bdl_act *a);
uint32_t bdl_replay_basis_of(struct bdl_replay_names *n, const struct bdl_act *a);
uint32_t bdl_replay_kept_of(struct bdl_replay_names *n, struct bdl_view kept);

/* What was kept is different nearly each time: forget it, and with it the numbers it had. */
size_t bdl_replay_kept_size(const struct bdl_replay_names *n);
void bdl_replay_kept_forget(struct bdl_replay_names *n);

/* The other way round: the act of these numbers, its time and path left out. */
void bdl_replay_act_of(const struct bdl_replay_names *n, uint32_t class, uint32_t site,
    uint32_t basis, uint32_t kept, struct bdl_act *ret);
/* A host may have had several categories one after the other, and be several sites. */
uint32_t bdl_replay_host_of(const struct bdl_replay_names *n, uint32_t site);
struct bdl_view bdl_replay_host_name(const struct bdl_replay_names *n, uint32_t host);
struct bdl_view bdl_replay_categories_of(const struct bdl_replay_names *n, uint32_t site);

/* --- one row of the store --- */

#define BDL_NO_TIME UINT16_MAX

struct bdl_replay_row {
	int64_t at_ms;
	int64_t parts; /* 0: it is one act */
	struct bdl_replay_client client;
	uint32_t site, basis, kept;
	enum bdl_act_kind kind;
	uint16_t minute;      /* local, of the week; BDL_NO_TIME: nobody knows it well enough */
	struct bdl_view path; /* empty where it does not matter */
};

struct bdl_replay_work;

/* Takes a row; the path is looked at no longer. */
void bdl_replay_take(struct bdl_replay_work *w, const struct bdl_replay_row *row);
/* Whether acts at this site are judged by their paths. */
bool bdl_replay_site_reads_path(struct bdl_replay_work *w, uint32_t site);
/* Between two rows: what was kept may be too much to remember; its numbers begin anew then. */
bool bdl_replay_tidy(struct bdl_replay_work *w);
/* A minute of the week that stands for all of these, of which each is the same to all rules. */
uint16_t bdl_replay_minute_of(
    const struct bdl_replay_work *w, int64_t hour, unsigned tens, int64_t utc_offset);

int bdl_replay_read(struct bdl_store *s, struct bdl_replay_names *names, struct bdl_replay_work *w,
    int64_t since_ms, int64_t until_ms, struct bdl_err *err) BDL_MUST_USE;

/* --- sums --- */

struct bdl_replay_sums;

struct bdl_replay_sums *bdl_replay_sums_new(const struct bdl_replay *p);
void bdl_replay_sums_free(struct bdl_replay_sums *t); /* takes NULL */

/* The number of the sum that such an outcome counts in. */
uint32_t bdl_replay_sum_of(struct bdl_replay_sums *t, const struct bdl_replay_outcome *o);
void bdl_replay_sum_add(struct bdl_replay_sums *t, uint32_t sum, const struct bdl_replay_row *row,
    uint32_t host, struct bdl_view host_name);
int bdl_replay_sums_report(const struct bdl_replay_sums *t, struct bdl_region *region,
    struct bdl_replay_report *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
