/*
 * What a school of 1,700 asks for on a day in term, made up from a seed: acts in the order of time, as
 * web doors record them. The figures are assumptions, all of them here and in school_day.c, so that
 * a school that knows better can put in its own.
 *
 *	1,700 people, an address for each, 5,000,000 requests between 8:30 and 15:30; a page load in
 *	31 requests; 20,000 sites by Zipf's law, each with its own four hosts for parts and eight out
 *	of 300 that all share; people stay on a site for three pages; two paths in five are ones that
 *	many open; of page loads one in 200 is blocked, one in 200 coached, one in 50 noted; of parts
 *	one in 50 is blocked.
 */
#ifndef BDL_TESTS_BENCH_SCHOOL_DAY_H
#define BDL_TESTS_BENCH_SCHOOL_DAY_H

#include "record/acts/act.h"

#define SCHOOL_DAY_REQUESTS 5000000
#define SCHOOL_WEEK_DAYS    5

struct school_day;

struct school_day *school_day_new(uint64_t seed);
void school_day_free(struct school_day *d);

/* The next act; days follow each other. Its texts are good until the next call. */
void school_day_next(struct school_day *d, struct bdl_act *ret);

#endif
