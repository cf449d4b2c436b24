/*
 * Spellings of whole words, found by their last word or last two: a number is made of each word of a
 * text, and a table of bits says whether any spelling ends with it. What passes is compared byte by
 * byte, so numbers need not be kept apart by anybody.
 *
 * Parts of combinations are everyday words more often than not ("school", "near", "how to"). Of each
 * combination one part, the rarest, is enough to begin with: the others (weak spellings, where they
 * have no other use) are looked for only among the words near it. What is found is the same.
 */
#ifndef BDL_SCAN_WORDS_INT_H
#define BDL_SCAN_WORDS_INT_H

#include "scan/format_int.h"

#define BDL_WORDS_NEAR 32  /* words; combinations within more than this have no weak parts */
#define BDL_WORDS_WEAK 255 /* as `reach` */

struct bdl_words_item {
	uint32_t key, literal;
	uint32_t before; /* number of the last word but two, 0 where there is none */
};

struct bdl_words {
	struct bdl_words_item *items; /* by key, the longest spelling first */
	size_t n_items;
	uint32_t *slots; /* number of the first item + 1, by key */
	size_t n_slots;  /* a power of two */
	uint64_t *bits;  /* four for each key: what may end with it */
	unsigned shift;  /* of a key, so that it is the number of its bits */
	/* By plain and disguised spelling: how many words about it weak ones are looked for; or weak. */
	uint8_t *reach, *reach_disguised;
};

struct bdl_phrases;

struct bdl_words *bdl_words_new(const struct bdl_phrases *p);
void bdl_words_free(struct bdl_words *w); /* takes NULL */

/* A spelling that goes on in neither word at its ends: others are libhs's. */
static inline bool bdl_words_whole(const char *text, size_t n)
{
	return n > 2 && text[0] == ' ' && text[n - 1] == ' ';
}

/*
 * The number of the word of n bytes at p, by its first and last eight. Eight bytes from p on and
 * before p + n must be readable, whatever they are.
 */
static inline uint32_t bdl_words_one(const char *p, size_t n)
{
	uint64_t first, last;

	memcpy(&first, p, 8);
	memcpy(&last, p + n - 8, 8);
	first &= n < 8 ? (1ULL << 8 * n) - 1 : UINT64_MAX;
	last &= n > 8 ? UINT64_MAX : 0;
	uint64_t h = (first ^ (last * 0x9e3779b97f4a7c15u)) * 0xd6e8feb86659fd93u;
	return (uint32_t)((h ^ h >> 29) * 0x9e3779b97f4a7c15u >> 32);
}

static inline uint32_t bdl_words_two(uint32_t before, uint32_t one)
{
	return (before * 0x9e3779b1u ^ (one << 7 | one >> 25)) * 0x85ebca6bu;
}

/* What may end with a key. */
#define BDL_WORDS_STRONG    1u /* a spelling that counts everywhere */
#define BDL_WORDS_SOME_WEAK 2u
#define BDL_WORDS_BEGINS    8u /* the part that a combination begins with */
static inline unsigned bdl_words_may(const struct bdl_words *w, uint32_t key)
{
	uint32_t at = key >> w->shift;

	return (unsigned)(w->bits[at / 16] >> at % 16 * 4) & 15;
}

/* The first item of that key, n_items where there is none. Those that follow have it too, or end it. */
size_t bdl_words_find(const struct bdl_words *w, uint32_t key);

/* How often a spelling is met, from 1 (seldom) up, by its words (everyday.c). */
unsigned bdl_words_everyday(struct bdl_view spelling);

#endif
