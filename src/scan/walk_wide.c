/* Where words end, 64 bytes at a time, without a branch that text decides. */
#include "scan/walk_int.h"

#ifdef __x86_64__
#include <immintrin.h>

#define STEP 64

bool bdl_walk_can_widely(void)
{
	return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2") &&
	    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

__attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt"))) size_t bdl_walk_ends_widely(
    const char *p, size_t at, size_t end, uint16_t *ret)
{
	static const uint16_t first[32] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
	const __m512i places = _mm512_loadu_si512(first), blank = _mm512_set1_epi8(' ');
	size_t n = 0;

	for (; at < end; at += STEP) {
		unsigned left = end - at < STEP ? (unsigned)(end - at) : STEP;
		uint64_t bits =
		    _bzhi_u64(_mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p + at), blank), left);
		for (unsigned half = 0; half < 2; half++, bits >>= 32) {
			__m512i here =
			    _mm512_add_epi16(places, _mm512_set1_epi16((short)(at + 32 * half)));
			_mm512_storeu_si512(
			    ret + n, _mm512_maskz_compress_epi16((__mmask32)bits, here));
			n += (size_t)_mm_popcnt_u32((uint32_t)bits);
		}
	}
	return n;
}
#else
bool bdl_walk_can_widely(void)
{
	return false;
}

size_t bdl_walk_ends_widely(const char *p, size_t at, size_t end, uint16_t *ret)
{
	(void)p, (void)at, (void)end, (void)ret;
	bdl_bug(__FILE__, __LINE__, "this machine cannot look so widely");
}
#endif
