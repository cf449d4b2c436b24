/* Sixteen bytes at once, as the loops over the bytes of heads and texts take them. */
#ifndef BDL_BASE_BLOCK_H
#define BDL_BASE_BLOCK_H

#include "base/view.h"
#ifdef __x86_64__
#include <emmintrin.h>
#endif

#define BDL_BLOCK 16

typedef unsigned char bdl_block __attribute__((vector_size(BDL_BLOCK)));

static inline bdl_block bdl_block_load(const char *p)
{
	bdl_block b;

	memcpy(&b, p, sizeof(b));
	return b;
}

/* The highest bit of each byte; comparisons of blocks set all bits of a byte or none. */
static inline unsigned bdl_block_bits(bdl_block b)
{
#ifdef __x86_64__
	return (unsigned)_mm_movemask_epi8((__m128i)b);
#else
	unsigned bits = 0;

	for (unsigned i = 0; i < BDL_BLOCK; i++)
		bits |= (unsigned)(b[i] >> 7) << i;
	return bits;
#endif
}

/* Where a control byte stands first (below `limit`, or DEL) that is not `but`; else v.n. */
static inline size_t bdl_find_control(struct bdl_view v, unsigned char limit, char but)
{
	size_t i = 0;

	for (; i + BDL_BLOCK <= v.n; i += BDL_BLOCK) {
		bdl_block b = bdl_block_load(v.p + i);
		unsigned bits = bdl_block_bits(((bdl_block)(b < limit) | (bdl_block)(b == 0x7f)) &
		    (bdl_block)(b != (unsigned char)but));
		if (bits != 0)
			return i + (size_t)__builtin_ctz(bits);
	}
	for (; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];
		if ((c < limit || c == 0x7f) && v.p[i] != but)
			break;
	}
	return i;
}

#endif
