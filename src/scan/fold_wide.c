/* Folding plain ASCII 64 bytes at a time, without a branch that text decides. */
#include "scan/fold_int.h"
#include "scan/wide_int.h"

#ifdef __x86_64__
__attribute__((target(BDL_WIDE_NEEDS))) size_t bdl_fold_plain_widely(
    struct bdl_fold *f, struct bdl_view v)
{
	const __m512i blank = _mm512_set1_epi8(' ');
	char *out = f->buf + BDL_FOLD_KEPT;
	size_t i = 0, n = f->n;
	uint64_t blank_before = f->blank;

	while (i < v.n && n < BDL_FOLD_CHUNK) {
		size_t left = v.n - i;
		__mmask64 there =
		    left < BDL_WIDE_STEP ? _bzhi_u64(UINT64_MAX, (unsigned)left) : UINT64_MAX;
		__m512i b = _mm512_maskz_loadu_epi8(there, v.p + i);
		__mmask64 large = _mm512_cmplt_epu8_mask(
		    _mm512_sub_epi8(b, _mm512_set1_epi8('A')), _mm512_set1_epi8(26));
		__m512i low = _mm512_mask_add_epi8(b, large, b, blank);
		__mmask64 word = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(low, _mm512_set1_epi8('a')),
				     _mm512_set1_epi8(26)) |
		    _mm512_cmplt_epu8_mask(
			_mm512_sub_epi8(low, _mm512_set1_epi8('0')), _mm512_set1_epi8(10));
		__mmask64 others = _mm512_movepi8_mask(b) |
		    _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('@')) |
		    _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('!')) |
		    _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8('*')) |
		    _mm512_cmplt_epu8_mask(/* '#' and '$' */
			_mm512_sub_epi8(b, _mm512_set1_epi8('#')), _mm512_set1_epi8(2)) |
		    ~there;
		unsigned step = (unsigned)_tzcnt_u64(others);
		if (step == 0)
			break;
		uint64_t all = _bzhi_u64(UINT64_MAX, step), blanks = ~word & all;
		uint64_t keep = all & ~(blanks & (blanks << 1 | blank_before));
		blank_before = blanks >> (step - 1);
		low = _mm512_mask_mov_epi8(blank, word, low);
		/* 64 bytes may be written behind what there is, as many as the buffer has to spare. */
		_mm512_storeu_si512(out + n, _mm512_maskz_compress_epi8(keep, low));
		n += (size_t)_mm_popcnt_u64(keep);
		i += step;
	}
	f->n = n;
	f->blank = blank_before != 0;
	return i;
}
#endif
