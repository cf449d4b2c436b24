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
	uint32_t key, last; /* of the last two words or of the only one, and of the last alone */
	uint32_t literal;
	uint32_t before; /* number of the last word but two, 0 where there is none */
	uint32_t text;   /* the spelling, as in the literal */
	uint16_t n;
	uint8_t reach;
};

struct bdl_words_slot {
	uint32_t key;
	uint32_t first : 28; /* number of the first item + 1; 0: none */
	uint32_t may : 4;    /* BDL_WORDS_STRONG, ... of all its items */
};

struct bdl_words {
	struct bdl_words_item *items; /* by key, the longest spelling first */
	size_t n_items;
	struct bdl_words_slot *slots; /* by key */
	size_t n_slots;               /* a power of two */
	uint64_t *ends; /* two bits for each key of one word: BDL_WORDS_ALONE, BDL_WORDS_LAST */
	uint64_t *twos; /* a bit for each key of two: whether a spelling may end with it */
	unsigned shift; /* of a key, so that it is the number of its bits */
	/* By plain and disguised spelling: how many words about it weak ones are looked for; or weak. */
	uint8_t *reach, *reach_disguised;
	uint8_t *first; /* by phrase: the part that it begins with; BDL_PHRASES_PARTS_MAX: none */
	/* Weak spellings of each phrase: those from weak_of[phrase] on, and before weak_of[phrase + 1]. */
	uint32_t *weak_of, *weak;
};

struct bdl_phrases;

struct bdl_words *bdl_words_new(const struct bdl_phrases *p);
void bdl_words_free(struct bdl_words *w); /* takes NULL */

/* A spelling that goes on in neither word at its ends. */
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
	/* Without branches: how long words are nobody can foresee. */
	static const uint64_t masks[] = { 0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff,
		0xffffffffffff, 0xffffffffffffff, UINT64_MAX };
	first &= masks[n < 8 ? n : 8];
	last &= -(uint64_t)(n > 8);
	uint64_t h = (first ^ (last * 0x9e3779b97f4a7c15u)) * 0xd6e8feb86659fd93u;
	return (uint32_t)((h ^ h >> 29) * 0x9e3779b97f4a7c15u >> 32);
}

static inline uint32_t bdl_words_two(uint32_t before, uint32_t one)
{
	return (before * 0x9e3779b1u ^ (one << 7 | one >> 25)) * 0x85ebca6bu;
}

static inline uint64_t bdl_words_load(const char *p, size_t n)
{
	uint64_t number = 0;

	memcpy(&number, p, n);
	return number;
}

/* Whether the n bytes at both are the same, 3 at least: short texts, so without a call. */
static inline bool bdl_words_same(const char *p, const char *q, size_t n)
{
	if (n < 4)
		return bdl_words_load(p, 2) == bdl_words_load(q, 2) && p[n - 1] == q[n - 1];
	if (n < 8)
		return bdl_words_load(p, 4) == bdl_words_load(q, 4) &&
		    bdl_words_load(p + n - 4, 4) == bdl_words_load(q + n - 4, 4);
	for (size_t i = 0; i + 8 < n; i += 8)
		if (bdl_words_load(p + i, 8) != bdl_words_load(q + i, 8))
			return false;
	return bdl_words_load(p + n - 8, 8) == bdl_words_load(q + n - 8, 8);
}

/* What may end with a key. */
#define BDL_WORDS_STRONG    1u /* a spelling that counts everywhere */
#define BDL_WORDS_SOME_WEAK 2u
#define BDL_WORDS_BEGINS    8u /* the part that a combination begins with */

/* Of a word, before it is looked up: spellings may consist of it, or end with it. */
#define BDL_WORDS_ALONE 1u
#define BDL_WORDS_LAST  2u
static inline unsigned bdl_words_ends(const uint64_t *ends, unsigned shift, uint32_t one)
{
	uint32_t at = one >> shift;

	return (unsigned)(ends[at / 32] >> at % 32 * 2) & 3;
}

static inline bool bdl_words_may(const struct bdl_words *w, uint32_t two)
{
	uint32_t at = two >> w->shift;

	return (w->twos[at / 64] >> at % 64 & 1) != 0;
}

/*
 * The first item of that key, n_items where there is none. Those that follow have it too, or end it.
 * What may end with it is added to *may.
 */
uint32_t bdl_words_find(const struct bdl_words *w, uint32_t key, uint8_t *may);

/* How often a spelling is met, from 1 (seldom) up, by its words (everyday.c). */
unsigned bdl_words_everyday(struct bdl_view spelling);

/* How often bytes are met, and pairs of them, by everyday words; five bits of each, blanks are 0. */
struct bdl_words_met {
	double ones[32], pairs[32][32];
};
void bdl_words_count_met(struct bdl_words_met *ret);

#endif
