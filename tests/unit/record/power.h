/*
 * Power cuts, for tests: a record of what is on the disk for certain, kept call by call. What was
 * written is on it once it was synced, and a name once the folder that has it was; before that it
 * may be there or not, each page and each name by itself. At a sync, just before it counts, the
 * folder can be laid out as a cut at that moment might leave it.
 */
#ifndef BDL_TESTS_RECORD_POWER_H
#define BDL_TESTS_RECORD_POWER_H

#include "folder.h"
#include <stdint.h>

enum cut {
	CUT_NOTHING, /* of what was not synced nothing came to the disk */
	CUT_ALL,     /* all of it did */
	CUT_SOME,    /* some pages and names did */
	CUTS
};

/* From now on; what is in the folder is on the disk. At each sync `on_sync` is called first. */
void power_begin(const struct folder *f, void (*on_sync)(void));
void power_end(void);

/* Lay out in `to` what a cut at this moment leaves. */
void power_cut(enum cut how, uint64_t seed, const struct folder *to);

#endif
