/* The parts of a scan that its files share. */
#ifndef BDL_SCAN_SCAN_INT_H
#define BDL_SCAN_SCAN_INT_H

#include "scan/phrases_int.h"
#include "scan/skeleton.h"
#include "scan/walk_int.h"

#define BDL_SCAN_AHEAD 128 /* folded bytes that a disguised word is kept until, on both sides */

/* Disguised finds of a text in hand; of more so many at a time are in order. */
#define BDL_ODD_FINDS 1024
struct bdl_odd_finds {
	size_t n;
	struct bdl_weigh_find finds[BDL_ODD_FINDS];
};

struct bdl_scanner {
	const struct bdl_phrases *p;
	hs_scratch_t *scratch;
	struct bdl_scan *idle;       /* scans that may be used again */
	struct bdl_skeleton *window; /* of disguised words */
	struct bdl_skeleton *word;
	struct bdl_odd_finds *odd;
	struct bdl_masked *masked; /* BDL_FOLD_MASKS words of a text in hand (masked.c) */
	struct bdl_walk *walk;
};

struct bdl_scan {
	struct bdl_scanner *scanner;
	struct bdl_scan *next; /* while it is idle */
	struct bdl_scan_options options;
	struct bdl_weigh_lines *lines;
	struct bdl_weigh weigh;
	uint64_t bytes;
	uint64_t chunk_at;            /* folded bytes that were handed on */
	struct bdl_view text_in_hand; /* the chunk, and before it what is kept */
	uint64_t text_at;             /* folded bytes before that */
	struct bdl_walk_state walk;
	uint64_t odd_from; /* where disguises are looked for next */
	bool ended;
	enum bdl_scan_read read;
	struct bdl_text *text; /* what makes text of the bytes, its stages */
	struct bdl_fold fold;
};

/*
 * Look for disguised words of the text in hand from `odd_from` on and before `to`; 32 bytes behind it may
 * be read (disguise.c).
 */
void bdl_scan_disguises(struct bdl_scan *s, uint64_t to);

/* The line around n folded bytes at `from` of `text` (scan.c). */
struct bdl_view bdl_scan_around(struct bdl_view text, size_t from, size_t n);

#endif
