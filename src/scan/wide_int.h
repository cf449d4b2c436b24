/* What code for 64 bytes at a time shares, with AVX-512 (VBMI2): only where the machine says so. */
#ifndef BDL_SCAN_WIDE_INT_H
#define BDL_SCAN_WIDE_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool bdl_wide_can(void);
bool bdl_wide_can_permute(void); /* bytes, by VBMI, as well */

#ifdef __x86_64__
#include <immintrin.h>

#define BDL_WIDE_STEP  64
#define BDL_WIDE_NEEDS "avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt"

/* The places of the bits, from `at` on: how many. 64 may be written. */
__attribute__((target(BDL_WIDE_NEEDS))) static inline size_t bdl_wide_put_places(
    uint16_t *ret, uint64_t bits, size_t at)
{
	static const uint16_t first[32] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
	const __m512i places = _mm512_loadu_si512(first);
	size_t n = 0;

	for (unsigned half = 0; half < 2; half++, bits >>= 32) {
		__m512i here = _mm512_add_epi16(places, _mm512_set1_epi16((short)(at + 32 * half)));
		_mm512_storeu_si512(ret + n, _mm512_maskz_compress_epi16((__mmask32)bits, here));
		n += (size_t)_mm_popcnt_u32((uint32_t)bits);
	}
	return n;
}
#endif

#endif
