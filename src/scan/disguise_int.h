/*
 * Windows of a scan's text that are looked through again, as they look (disguise.c) or as what is masked in them may
 * read (masked.c).
 */
#ifndef BDL_SCAN_DISGUISE_INT_H
#define BDL_SCAN_DISGUISE_INT_H

#include "scan/scan_int.h"

#define BDL_DISGUISE_AROUND 96 /* folded bytes on both sides: longer than any phrase is */

struct bdl_looking {
	struct bdl_scan *s;
	struct bdl_view p;   /* folded text */
	uint64_t at;         /* where it begins */
	size_t from, window; /* of the text: first odd place and where the window begins */
	size_t last;         /* the end of the last odd word */
	size_t counted;      /* words are counted up to here */
	uint32_t words;
	unsigned apart; /* bits of the skeleton that is looked through */
	size_t copied;  /* bytes of readings that were looked through */
};

/* A word with letters masked; where it stands in the text in hand, and where in a copy of some of it. */
struct bdl_masked {
	uint16_t from, end, at;
	uint8_t lasts;   /* how many readings of the window each of its own lasts */
	uint8_t n_reads; /* what it may stand for, by the numbers of words */
	uint32_t reads[BDL_MASKS_WORDS];
};

static inline size_t bdl_disguise_word_begin(struct bdl_view p, size_t at)
{
	while (at > 0 && p.p[at - 1] != ' ')
		at--;
	return at;
}

static inline size_t bdl_disguise_word_end(struct bdl_view p, size_t at)
{
	const char *blank = memchr(p.p + at, ' ', p.n - at);

	return blank != NULL ? (size_t)(blank - p.p) : p.n;
}

/* The word of the skeleton that this byte belongs to. */
const struct bdl_skeleton_word *bdl_disguise_word_at(const struct bdl_skeleton *k, size_t at);

/* A disguised spelling stands at [from, end) of the text. */
void bdl_disguise_found(struct bdl_looking *l, uint32_t literal, size_t from, size_t end);

/* Whether a phrase has this word, or it is one of several single letters. */
bool bdl_disguise_is_worth(struct bdl_scanner *scanner, struct bdl_view word);

/*
 * Three letters are somebody's initials rather than a word that lacks one: "K. I. L." has not all of "kill", as
 * which it looks. The word is one of the window's skeleton.
 */
bool bdl_disguise_is_initials(const struct bdl_looking *l, const struct bdl_skeleton_word *w);

/* Words with letters masked that begin at or behind `from` of the text and before `stop`. */
void bdl_disguise_masked(struct bdl_looking *l, size_t from, size_t stop);

#endif
