/* Where words end, 64 bytes at a time, without a branch that text decides. */
#include "scan/walk_int.h"
#include "scan/wide_int.h"

#ifdef __x86_64__
__attribute__((target(BDL_WIDE_NEEDS))) size_t bdl_walk_ends_widely(
    const char *p, size_t at, size_t end, uint16_t *ret)
{
	const __m512i blank = _mm512_set1_epi8(' ');
	size_t n = 0;

	for (; at < end; at += BDL_WIDE_STEP) {
		unsigned left = end - at < BDL_WIDE_STEP ? (unsigned)(end - at) : BDL_WIDE_STEP;
		__mmask64 blanks = _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(p + at), blank);
		n += bdl_wide_put_places(ret + n, _bzhi_u64(blanks, left), at);
	}
	return n;
}
#else
size_t bdl_walk_ends_widely(const char *p, size_t at, size_t end, uint16_t *ret)
{
	(void)p, (void)at, (void)end, (void)ret;
	bdl_bug(__FILE__, __LINE__, "this machine cannot look so widely");
}
#endif
