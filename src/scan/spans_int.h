/*
 * Spellings of several words that go on at one end or both ("*card room*"): found by the bytes around a
 * blank in them. Each blank of a text is looked up once in a table of bits, however many spellings there
 * are; what passes is compared byte by byte.
 */
#ifndef BDL_SCAN_SPANS_INT_H
#define BDL_SCAN_SPANS_INT_H

#include "scan/format_int.h"

#define BDL_SPANS_SIDE 3 /* bytes on each side of the blank, which the spelling must have */

struct bdl_spans_item {
	uint64_t key; /* the bytes around its blank, or others of it */
	uint32_t literal;
	uint32_t text;    /* the spelling, as in the literal */
	uint16_t n, spot; /* where in it the blank stands, or those bytes begin */
	/* Eight of its bytes about that spot, the first `back` before it, and which of them it has. */
	uint64_t about, mask;
	uint16_t back;
};

struct bdl_spans {
	struct bdl_spans_item *items; /* by key */
	size_t n_items;
	uint32_t *slots; /* by key: number of the first item + 1; 0: none */
	size_t n_slots;  /* a power of two */
	uint64_t *bits;  /* one for each key: whether there may be any item */
	unsigned shift;  /* of a key's number, so that it is the number of its bit */
};

/* Whether the spelling is one of those: they are not whole, and not for within_int.h. */
bool bdl_spans_takes(const char *text, size_t n);

struct bdl_phrases;

struct bdl_spans *bdl_spans_new(const struct bdl_phrases *p); /* NULL where there are none */
void bdl_spans_free(struct bdl_spans *s);                     /* takes NULL */

/*
 * A table of n items, one at least, which it owns from then on: their keys may be any. What they have about
 * their spots is taken from the spellings, which stand in `strings`.
 */
struct bdl_spans *bdl_spans_make(struct bdl_spans_item *items, size_t n, const char *strings);

/* The bytes around the blank at p, of which all must be readable, and one more behind them. */
static inline uint64_t bdl_spans_key(const char *p)
{
	uint64_t key;

	memcpy(&key, p - BDL_SPANS_SIDE, sizeof(key));
	return key & 0xffffffffffffff; /* 3 + 1 + 3 bytes */
}

static inline uint32_t bdl_spans_number(uint64_t key)
{
	return (uint32_t)(key * 0x9e3779b97f4a7c15u >> 32);
}

static inline bool bdl_spans_may(const struct bdl_spans *s, uint64_t key)
{
	uint32_t at = bdl_spans_number(key) >> s->shift;

	return (s->bits[at / 64] >> at % 64 & 1) != 0;
}

/* What is looked for next is fetched into the nearest cache. */
static inline void bdl_spans_fetch(const struct bdl_spans *s, uint64_t key)
{
	uint32_t slot = s->slots[bdl_spans_number(key) & (s->n_slots - 1)];

	__builtin_prefetch(&s->items[slot - (slot != 0)]);
}

/* The first item of that key, n_items where there is none. Those that follow have it too, or end it. */
size_t bdl_spans_find(const struct bdl_spans *s, uint64_t key);

#endif
