/* What scanning looks for in blocks of bytes. */
#ifndef BDL_SCAN_BLOCK_INT_H
#define BDL_SCAN_BLOCK_INT_H

#include "base/block.h"

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
