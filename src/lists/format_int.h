/*
 * The lists file as write.c makes it and lists.c reads it; docs/formats.md tells it byte by byte.
 * It is mapped as it is, so numbers are little-endian, as on every machine we run on.
 */
#ifndef BDL_LISTS_FORMAT_INT_H
#define BDL_LISTS_FORMAT_INT_H

#include "base/hash.h"
#include "lists/lists.h"
#include <assert.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lists file is mapped as it is");

#define BDL_LISTS_MAGIC       "BDLLIST2"
#define BDL_LISTS_NAME        64       /* bytes of a category's name, padded with NUL */
#define BDL_LISTS_SETS_MAX    65536    /* their numbers have 16 bits in a word */
#define BDL_LISTS_ENTRIES_MAX 50000000 /* five times the largest public collection */
#define BDL_LISTS_REACH_MAX   64       /* lines that a look-up goes through at most, but for one */
#define BDL_LISTS_NOTES_MAX   (1 << 20)
#define BDL_LISTS_LINE        8 /* words in a line, which is a line of the processor's cache too */

struct bdl_lists_header {
	char magic[8];
	uint32_t n_categories;
	uint32_t n_sets;
	uint64_t n_domains, n_urls, n_nets;
	uint64_t n_lines;
	uint64_t reach; /* the farthest, in lines, that an entry stands from its own line */
	uint64_t key;   /* seeds every hash of this file */
	int64_t made_ms;
	uint64_t v4_lengths;    /* bit L: there are networks of L bits, 0 to 32 */
	uint64_t v6_lengths[3]; /* the same, bit L % 64 of word L / 64, 0 to 128 */
	uint64_t notes_size;
	uint64_t lines_sum; /* of the lines; only bdl_lists_verify reads that much */
	uint64_t file_size;
	uint64_t head_sum; /* of the header before this field, then of all before the lines */
};
static_assert(sizeof(struct bdl_lists_header) == 136, "docs/formats.md says so");

/* What an entry says: categories that it puts what it names in, and others that it takes it from. */
struct bdl_lists_set {
	struct bdl_catset has, except;
};

/* A word is an entry: 0 is none. From its low end: set number, "below", the tag. */
struct bdl_lists_line {
	_Alignas(64) uint64_t words[BDL_LISTS_LINE];
};
static_assert(sizeof(struct bdl_lists_line) == 64, "a line of the cache");

#define BDL_LISTS_BELOW     (1ULL << 16) /* this host has paths among the entries */
#define BDL_LISTS_TAG_SHIFT 17

/* Where the parts begin, all of it given by the header's counts. */
struct bdl_lists_layout {
	size_t names, sets, notes, lines, end;
};

static inline struct bdl_lists_layout bdl_lists_layout_of(const struct bdl_lists_header *h)
{
	struct bdl_lists_layout at;

	at.names = sizeof(struct bdl_lists_header);
	at.sets = at.names + (size_t)h->n_categories * BDL_LISTS_NAME;
	at.notes = at.sets + (size_t)h->n_sets * sizeof(struct bdl_lists_set);
	at.lines = (at.notes + h->notes_size + 63) / 64 * 64;
	at.end = at.lines + h->n_lines * sizeof(struct bdl_lists_line);
	return at;
}

/* What is hashed is of one of these kinds; the kind is added to the key. */
enum bdl_lists_hashed { BDL_HASHED_HOST, BDL_HASHED_PREFIX, BDL_HASHED_EXACT, BDL_HASHED_NET };

/* Where an entry belongs, and what it is known by there: never 0, so that no word is. */
static inline struct bdl_lists_place bdl_lists_place_of(
    const void *p, size_t n, enum bdl_lists_hashed kind, uint64_t key)
{
	struct bdl_hash128 h = bdl_hash128(p, n, key + (uint64_t)kind);
	uint64_t tag = h.high >> BDL_LISTS_TAG_SHIFT;

	return (struct bdl_lists_place){ .place = h.low, .tag = tag != 0 ? tag : 1 };
}

/* Scaled instead of divided, so that there can be any number of lines. */
static inline uint64_t bdl_lists_line_of(uint64_t place, uint64_t n_lines)
{
	return (uint64_t)((unsigned __int128)place * n_lines >> 64);
}

/* A network as it is hashed: its bytes, those past its length cleared, then its length. */
struct bdl_lists_net {
	uint8_t bytes[17];
	uint8_t n; /* 5 or 17 */
};

static inline struct bdl_lists_net bdl_lists_net_of(
    const uint8_t *address, unsigned address_bytes, unsigned bits)
{
	struct bdl_lists_net net = { .n = (uint8_t)(address_bytes + 1) };

	for (unsigned i = 0; i < address_bytes; i++) {
		unsigned left = bits > 8 * i ? bits - 8 * i : 0;
		net.bytes[i] = left >= 8 ? address[i] : (uint8_t)(address[i] & ~(0xff >> left));
	}
	net.bytes[address_bytes] = (uint8_t)bits;
	return net;
}

static inline uint64_t bdl_lists_head_sum(const unsigned char *file)
{
	const struct bdl_lists_header *h = (const struct bdl_lists_header *)(const void *)file;
	struct bdl_lists_layout at = bdl_lists_layout_of(h);
	uint64_t sum = bdl_hash64(file, offsetof(struct bdl_lists_header, head_sum), 0);

	return bdl_hash64(file + at.names, at.lines - at.names, sum);
}

static inline uint64_t bdl_lists_lines_sum(const unsigned char *file)
{
	const struct bdl_lists_header *h = (const struct bdl_lists_header *)(const void *)file;
	struct bdl_lists_layout at = bdl_lists_layout_of(h);

	return bdl_hash64(file + at.lines, at.end - at.lines, 0);
}

#endif
