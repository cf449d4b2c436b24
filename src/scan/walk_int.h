/*
 * Walking over the words of folded text, chunk by chunk. A chunk's words are numbered first, then what
 * combinations begin with says near which words weak spellings are looked for, then finds are handed to
 * weighing in the order of their ends. As a combination may begin behind its weak parts, and a disguised
 * word is known late, the last words of a chunk wait for the next one, unless most of a kB stands behind them.
 */
#ifndef BDL_SCAN_WALK_INT_H
#define BDL_SCAN_WALK_INT_H

#include "scan/weigh_int.h"
#include "scan/words_int.h"

#define BDL_WALK_TAIL 160 /* words that wait at most */
#define BDL_WALK_ODD  64  /* disguised finds that wait; past it the oldest waits no longer */
#define BDL_WALK_MAX  (BDL_WALK_TAIL + BDL_FOLD_CHUNK + BDL_FOLD_ROOM)

#define BDL_WALK_BEGUN \
	64 /* finds that began combinations lately; past it the oldest is forgotten */

/* The words near which a weak spelling counts; of no use but in its `turn`. */
struct bdl_walk_span {
	uint64_t turn;
	uint32_t from, to;
};

/* The words in hand, of one scanner. `end`: the blank behind the word, within the text in hand. */
struct bdl_walk {
	bool is_wide;               /* this machine can look for their ends 64 bytes at a time */
	size_t n, n_new;            /* words, and from which on they are new */
	uint32_t first;             /* number of the first among all words of the text */
	uint32_t one[BDL_WALK_MAX]; /* keys of words */
	uint32_t before;            /* key of the word before the first new one */
	/* Of those that any spelling may end with: first items, by the last two words and by the last. */
	uint32_t items[BDL_WALK_MAX][2];
	uint16_t end[BDL_WALK_MAX + 64];
	uint8_t flags[BDL_WALK_MAX + 8]; /* what may end with each: BDL_WORDS_STRONG, ... */
	uint64_t turn;                   /* counts the chunks of all scans */
	struct bdl_walk_span *spans;     /* by plain spelling */
	/* Where such may stand within words, of the text in hand, and where by more of their bytes. */
	uint16_t places[BDL_FOLD_KEPT + BDL_FOLD_CHUNK + BDL_FOLD_ROOM + 32];
	uint16_t some[BDL_FOLD_KEPT + BDL_FOLD_CHUNK + BDL_FOLD_ROOM + 32];
	/* Of spellings that words go on at: what was found among the words that are handed on. */
	struct bdl_weigh_find *open;
	size_t n_open, cap_open;
};

/* What a scan keeps between two chunks. */
struct bdl_walk_state {
	uint64_t word_at; /* where the word begins that has not ended yet */
	uint64_t fed; /* folded bytes that were looked through for spellings that words go on at */
	uint32_t words;   /* that ended */
	uint32_t all_to;  /* the words up to this one are near something that was forgotten */
	uint32_t n_begun; /* ever: the last of them are in `begun` */
	uint32_t last;    /* key of the last word */
	size_t n_odd;
	size_t n_tail;
	struct bdl_weigh_find odd[BDL_WALK_ODD]; /* in the order of their ends */
	struct {
		uint32_t word, literal;
		bool disguised;
	} begun[BDL_WALK_BEGUN];
	struct {
		uint32_t one, items[2];
		uint16_t before; /* bytes from its end to that of the text in hand */
		uint8_t flags;
	} tail[BDL_WALK_TAIL];
};

struct bdl_scan;

/*
 * The blanks of p from `at` on and before `end`, 64 bytes at a time, where bdl_wide_can (walk_wide.c): how many.
 * 63 bytes behind `end` may be read, and 64 places more than that written.
 */
size_t bdl_walk_ends_widely(const char *p, size_t at, size_t end, uint16_t *ret);

/* Take up the words that wait and those that end in the last n bytes of the scan's text in hand. */
void bdl_walk_begin(struct bdl_scan *s, size_t n);
/* A spelling stands there that combinations may begin with: their other parts are looked for near it. */
void bdl_walk_near(struct bdl_scan *s, uint32_t word, uint32_t literal, bool disguised);
/* A disguised find waits until the words before it are handed on. */
void bdl_walk_odd(struct bdl_scan *s, const struct bdl_weigh_find *f);
/*
 * Find what ends behind the last such call's end, and before or at `to`, of spellings that words go on at:
 * they stand in the scanner's `open`, in the order of their ends (walk_open.c).
 */
void bdl_walk_open(struct bdl_scan *s, uint64_t to);
/* Hand on what was found among the words that need not wait, or all; the others wait. */
void bdl_walk_end(struct bdl_scan *s, bool all);

#endif
