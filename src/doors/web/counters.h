/*
 * What rules count of each person ("after 3 in 1 hour", "of more than 2 GB a day"): one mapped file
 * of a fixed size (DIR/run/counters), shared by all workers, that outlives each of them and a restart
 * of all. Names are kept only as a hash under the door's key.
 *
 * A count moves on in steps: an act is counted for the whole span and at most a 24th part of it
 * longer. Bytes of days and weeks are counted by days of the calendar, from midnight on.
 *
 * Where the rows of a person are full, the entry that was used least recently gives way, which is
 * counted. A row is changed under a record lock of the file, which the kernel takes back from a
 * process that dies; each of its words is whole by itself, so whatever the moment of its death
 * nothing is left half-written. What was changed in the seconds before a power cut may be lost.
 */
#ifndef BDL_DOORS_WEB_COUNTERS_H
#define BDL_DOORS_WEB_COUNTERS_H

#include "base/err.h"
#include "policy/ruleset.h"

#define BDL_COUNTERS_KEY       32    /* bytes */
#define BDL_COUNTERS_MANY      32768 /* entries: a person and a counter each */
#define BDL_COUNTERS_STEPS_MAX 32

struct bdl_counters;

/* Opens the table, made where absent or not of this format. `key` is copied. */
int bdl_counters_open(const char *path, const uint8_t key[BDL_COUNTERS_KEY],
    struct bdl_counters **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_counters_close(struct bdl_counters *c); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_counters, bdl_counters_close);

/* Which steps make up the span now. */
struct bdl_window {
	uint32_t step;  /* the one that is filled now */
	unsigned steps; /* so many, with that one, are summed; at most BDL_COUNTERS_STEPS_MAX */
};
struct bdl_window bdl_window_of(
    enum bdl_counter_kind kind, const struct bdl_span *span, int64_t at_ms);

/* A counter of one person, named by login or address. */
uint64_t bdl_counters_entry(
    const struct bdl_counters *c, struct bdl_view who, const struct bdl_act_counter *counter);

/* What it stands at. */
uint64_t bdl_counters_sum(
    struct bdl_counters *c, uint64_t entry, const struct bdl_window *w, int64_t now_ms);

/* Count; returns what it stands at then. */
uint64_t bdl_counters_add(struct bdl_counters *c, uint64_t entry, const struct bdl_window *w,
    uint64_t amount, int64_t now_ms);

/*
 * Put right what was counted beforehand: of the step, `counted` were counted and `passed` is what
 * went through. An entry that is no longer there stays away.
 */
void bdl_counters_settle(
    struct bdl_counters *c, uint64_t entry, uint32_t step, uint64_t counted, uint64_t passed);

/* How many entries had to give way since the file was made. */
uint64_t bdl_counters_evicted(const struct bdl_counters *c);

#endif
