/*
 * Spellings that words go on at and that the table of blanks cannot have ("*cide", "poison*", "*x box*"): found
 * by four bytes of theirs that are met seldom, or by all that a shorter one has. At each byte of a text a
 * small table says by three bytes whether any may begin there; what passes is looked up by all four.
 */
#ifndef BDL_SCAN_WITHIN_INT_H
#define BDL_SCAN_WITHIN_INT_H

#include "scan/spans_int.h"

#define BDL_WITHIN_BYTES   4
#define BDL_WITHIN_CLASSES (1u << 15) /* of three bytes: five bits of each */

struct bdl_within {
	struct bdl_spans *spots;         /* by the bytes, where they stand in each as its `spot` */
	bool has[BDL_WITHIN_BYTES + 1];  /* by how many bytes: whether there are any */
	uint8_t may[BDL_WITHIN_CLASSES]; /* 1 where some spelling's bytes are of that class */
};

struct bdl_phrases;

struct bdl_within *bdl_within_new(const struct bdl_phrases *p); /* NULL where there are none */
void bdl_within_free(struct bdl_within *w);                     /* takes NULL */

/* The class of the three bytes at p. Letters differ in it, and blanks; what else is alike passes. */
static inline uint16_t bdl_within_class(const char *p)
{
	return (uint16_t)((p[0] & 31) | (p[1] & 31) << 5 | (p[2] & 31) << 10);
}

/* The key of the n bytes at p, 1 to BDL_WITHIN_BYTES, of which all four must be readable. */
static inline uint64_t bdl_within_key(const char *p, size_t n)
{
	uint32_t bytes;

	memcpy(&bytes, p, sizeof(bytes));
	return (uint64_t)n << 32 | (bytes & (uint32_t)(UINT32_MAX >> 8 * (BDL_WITHIN_BYTES - n)));
}

#endif
