/* Sixteen bytes at once, as the loops over the bytes of texts take them. */
#ifndef BDL_SCAN_BLOCK_INT_H
#define BDL_SCAN_BLOCK_INT_H

#include "base/view.h"
#include <string.h>
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

/* Where either byte stands first, else v.n. It is near more often than not, so without a call. */
static inline size_t bdl_find_either(struct bdl_view v, char one, char other)
{
	size_t i = 0;

	for (; i + BDL_BLOCK <= v.n; i += BDL_BLOCK) {
		bdl_block b = bdl_block_load(v.p + i);
		unsigned bits = bdl_block_bits(
		    (bdl_block)(b == (unsigned char)one) | (bdl_block)(b == (unsigned char)other));
		if (bits != 0)
			return i + (size_t)__builtin_ctz(bits);
	}
	while (i < v.n && v.p[i] != one && v.p[i] != other)
		i++;
	return i;
}

#endif
