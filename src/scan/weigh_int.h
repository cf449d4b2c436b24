/*
 * Weighing: finds become hits, and hits scores.
 *
 * A find waits until no longer phrase can come that it stands within (a spelling's length): that one
 * covers it for its own class, and a common one for all. A phrase counts once, or as often as it says.
 * Parts of a combination count when all of them were met within its distance.
 *
 * A class's score is what was found, scaled down by the square root of the length past 500 words, less
 * what its contexts and its phrases of less than 0 excuse, and never below 0; firm phrases come on top.
 */
#ifndef BDL_SCAN_WEIGH_INT_H
#define BDL_SCAN_WEIGH_INT_H

#include "scan/phrases_int.h"
#include "scan/scan.h"

#define BDL_WEIGH_WAITING  64 /* finds that wait; past it the oldest waits no longer */
#define BDL_WEIGH_INDEX    512
#define BDL_WEIGH_WAYS     4 /* combinations of one place of the index; past it the oldest is lost */
#define BDL_WEIGH_COMBINED 256 /* combinations of which parts were met */
#define BDL_WEIGH_NONE     UINT32_MAX

struct bdl_weigh_find {
	uint64_t at, end; /* folded bytes */
	uint32_t literal, cover;
	uint32_t word;
	bool disguised;
};

struct bdl_weigh_hit {
	uint32_t phrase, literal, by; /* `by`: the phrase that covers, or BDL_WEIGH_NONE */
	uint32_t word;
	uint16_t times, covered;
	bool disguised;
	uint8_t around; /* bytes */
};

struct bdl_weigh_parts {
	uint32_t phrase;
	uint32_t word[BDL_PHRASES_PARTS_MAX]; /* where each was met last, plus 1; 0: not yet */
};

/* Finds of one kind that wait, in the order of their ends: a ring, from `first` on. */
struct bdl_weigh_ring {
	size_t first, n;
	struct bdl_weigh_find finds[BDL_WEIGH_WAITING];
};

/* Lines around finds: there only where they are asked for. */
struct bdl_weigh_lines {
	uint8_t waiting_n[2][BDL_WEIGH_WAITING];
	char waiting[2][BDL_WEIGH_WAITING][BDL_SCAN_AROUND_MAX];
	char hits[BDL_SCAN_HITS_MAX][BDL_SCAN_AROUND_MAX];
};

struct bdl_weigh {
	const struct bdl_phrases *p;
	struct bdl_weigh_ring rings[2]; /* plain finds, and disguised ones */
	size_t n_hits, n_excuses;       /* of the hits, those that only take away */
	size_t n_shared; /* of the hits, those past what their class has of its own */
	uint16_t n_own[BDL_PHRASES_CLASSES_MAX]; /* those within that, by class */
	bool more_hits;
	struct bdl_weigh_hit hits[BDL_SCAN_HITS_MAX];
	uint16_t index[BDL_WEIGH_INDEX]; /* number of a hit + 1, by its phrase */
	struct bdl_weigh_parts parts[BDL_WEIGH_COMBINED];
	struct bdl_weigh_lines *lines; /* or NULL */
};

void bdl_weigh_begin(
    struct bdl_weigh *w, const struct bdl_phrases *p, struct bdl_weigh_lines *lines);

/* A find; they come in the order of their ends. `around` may be empty. */
void bdl_weigh_add(struct bdl_weigh *w, const struct bdl_weigh_find *f, struct bdl_view around);

/* Finds wait no longer where everything up to `at` was handed in. */
void bdl_weigh_settle(struct bdl_weigh *w, uint64_t at);

void bdl_weigh_scores(const struct bdl_weigh *w, uint64_t words, struct bdl_scan_result *ret);
void bdl_weigh_hit(const struct bdl_weigh *w, size_t i, struct bdl_scan_hit *ret);

#endif
