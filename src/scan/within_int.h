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
/* Of a class: it is that of some spelling's four bytes, or of one that has fewer. */
#define BDL_WITHIN_FOUR  1u
#define BDL_WITHIN_SHORT 2u

/*
 * Where the machine has AVX-512 (VBMI2) most bytes are sifted out before any table is asked, 64 at once. The
 * letters are put into groups, those that are met often each into one of its own. For the group of a
 * place's first letter, and for that of its second, it is known which letters may follow at each of the
 * next places; a place at which no group has them all is no spelling's. Others pass, and some too many.
 */
#define BDL_SIFT_GROUPS 16
#define BDL_SIFT_BYTES  (BDL_SIFT_GROUPS / 8)
struct bdl_sift {
	bool can;          /* this machine can; else it is of no use */
	uint8_t group[32]; /* by five bits of a letter */
	/* By each letter, twice: the groups that may be the first one's, and the second one's. */
	uint8_t one[4][BDL_SIFT_BYTES][64], two[3][BDL_SIFT_BYTES][64];
};

void bdl_sift_begin(struct bdl_sift *s, const double often[32]);
/* Spellings may be looked for by this class of three bytes and this fourth letter (five bits). */
void bdl_sift_mark(struct bdl_sift *s, unsigned class_, unsigned fourth);
/*
 * The places from `at` on and before `end` of p that are left: how many. 66 bytes behind `end` may be
 * read, and 32 places more than that written.
 */
size_t bdl_sift_pick(const struct bdl_sift *s, const char *p, size_t at, size_t end, uint16_t *ret);

struct bdl_within {
	struct bdl_sift sift;
	struct bdl_spans *spots;         /* by the bytes, where they stand in each as its `spot` */
	bool has[BDL_WITHIN_BYTES + 1];  /* by how many bytes: whether there are any */
	uint8_t may[BDL_WITHIN_CLASSES]; /* where some spelling's bytes are of that class */
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
