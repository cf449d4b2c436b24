/*
 * The lists file as compile.c writes it and lists.c reads it; docs/formats.md tells it byte by
 * byte. It is mapped as it is, so numbers are little-endian, as on every machine we run on.
 */
#ifndef BDL_LISTS_FORMAT_INT_H
#define BDL_LISTS_FORMAT_INT_H

#include "base/hash.h"
#include "lists/lists.h"
#include <assert.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lists file is mapped as it is");

#define BDL_LISTS_MAGIC       "BDLLIST1"
#define BDL_LISTS_NAME        64       /* bytes of a category's name, padded with NUL */
#define BDL_LISTS_SETS_MAX    65536    /* their numbers are u16 in the table */
#define BDL_LISTS_DOMAINS_MAX 50000000 /* five times the largest public collection */
#define BDL_LISTS_REACH_MAX   4096     /* what a look-up goes through at most */

struct bdl_lists_header {
	char magic[8];
	uint32_t n_categories;
	uint32_t n_sets;
	uint64_t n_domains;
	uint64_t n_slots;
	uint64_t reach; /* the farthest that a domain stands from its first choice of slot */
	uint64_t key;   /* seeds every hash of this file */
	int64_t made_ms;
	uint64_t table_sum; /* of hashes and set numbers; only bdl_lists_verify reads that much */
	uint64_t file_size;
	uint64_t head_sum; /* of the header before this field, then of names and sets */
};
static_assert(sizeof(struct bdl_lists_header) == 80, "docs/formats.md says so");

/* Where the parts begin, all of it given by the header's counts. */
struct bdl_lists_layout {
	size_t names, sets, hashes, numbers, end;
};

static inline struct bdl_lists_layout bdl_lists_layout_of(const struct bdl_lists_header *h)
{
	struct bdl_lists_layout at;

	at.names = sizeof(struct bdl_lists_header);
	at.sets = at.names + (size_t)h->n_categories * BDL_LISTS_NAME;
	at.hashes = at.sets + (size_t)h->n_sets * sizeof(struct bdl_catset);
	at.numbers = at.hashes + h->n_slots * sizeof(uint64_t);
	at.end = at.numbers + h->n_slots * sizeof(uint16_t);
	return at;
}

/* The hash of a domain; never 0, which marks an empty slot. */
static inline uint64_t bdl_lists_hash(struct bdl_view domain, uint64_t key)
{
	uint64_t h = bdl_hash64(domain.p, domain.n, key);
	return h != 0 ? h : 1;
}

/*
 * The slot a hash would like best. It scales instead of dividing, so the table can have any size
 * and stays in the order of the hashes but for what had to move on.
 */
static inline uint64_t bdl_lists_slot(uint64_t hash, uint64_t n_slots)
{
	return (uint64_t)((unsigned __int128)hash * n_slots >> 64);
}

static inline uint64_t bdl_lists_head_sum(const unsigned char *file)
{
	const struct bdl_lists_header *h = (const struct bdl_lists_header *)(const void *)file;
	struct bdl_lists_layout at = bdl_lists_layout_of(h);
	uint64_t sum = bdl_hash64(file, offsetof(struct bdl_lists_header, head_sum), 0);

	return bdl_hash64(file + at.names, at.hashes - at.names, sum);
}

static inline uint64_t bdl_lists_table_sum(const unsigned char *file)
{
	const struct bdl_lists_header *h = (const struct bdl_lists_header *)(const void *)file;
	struct bdl_lists_layout at = bdl_lists_layout_of(h);

	return bdl_hash64(file + at.hashes, at.end - at.hashes, 0);
}

#endif
