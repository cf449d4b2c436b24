/* Which bytes are worth a look, 64 at once. */
#include "scan/wide_int.h"
#include "scan/within_int.h"

/* A set of groups, in as many bytes. */
static void add_to(uint8_t table[BDL_SIFT_BYTES][64], unsigned code, unsigned group)
{
	uint8_t bit = (uint8_t)(1u << group % 8);

	table[group / 8][code] |= bit;
	table[group / 8][code + 32] |= bit; /* a byte's sixth bit is nothing */
}

void bdl_sift_mark(struct bdl_sift *s, unsigned class_, unsigned fourth)
{
	unsigned codes[3] = { class_ & 31, class_ >> 5 & 31, class_ >> 10 };
	unsigned one = s->group[codes[0]], two = s->group[codes[1]];

	add_to(s->one[0], codes[0], one);
	add_to(s->one[1], codes[1], one);
	add_to(s->one[2], codes[2], one);
	add_to(s->one[3], fourth, one);
	add_to(s->two[0], codes[1], two);
	add_to(s->two[1], codes[2], two);
	add_to(s->two[2], fourth, two);
}

void bdl_sift_begin(struct bdl_sift *s, const double often[32])
{
	*s = (struct bdl_sift){ 0 };
	s->can = bdl_wide_can_permute();
	for (unsigned i = 0; i < 32; i++) {
		unsigned rank = 0;
		for (unsigned k = 0; k < 32; k++)
			rank += often[k] > often[i] || (often[k] == often[i] && k < i);
		s->group[i] = (uint8_t)(rank < BDL_SIFT_GROUPS ? rank : BDL_SIFT_GROUPS - 1);
	}
}

#ifdef __x86_64__
#define WIDE BDL_WIDE_NEEDS ",avx512vbmi"

__attribute__((target(WIDE))) static inline __m512i look_up(const uint8_t table[64], __m512i bytes)
{
	return _mm512_permutexvar_epi8(bytes, _mm512_loadu_si512(table));
}

/* Of the 64 bytes at p those with which some spelling may begin, by them and the three behind each. */
__attribute__((target(WIDE))) static inline uint64_t sift(const struct bdl_sift *s, const char *p)
{
	__m512i b[4], any_one = _mm512_setzero_si512(), any_two = any_one;

	for (unsigned i = 0; i < 4; i++)
		b[i] = _mm512_loadu_si512(p + i);
	for (unsigned i = 0; i < BDL_SIFT_BYTES; i++) {
		__m512i one = _mm512_and_si512(
		    _mm512_and_si512(look_up(s->one[0][i], b[0]), look_up(s->one[1][i], b[1])),
		    _mm512_and_si512(look_up(s->one[2][i], b[2]), look_up(s->one[3][i], b[3])));
		__m512i two = _mm512_and_si512(
		    _mm512_and_si512(look_up(s->two[0][i], b[1]), look_up(s->two[1][i], b[2])),
		    look_up(s->two[2][i], b[3]));
		any_one = _mm512_or_si512(any_one, one);
		any_two = _mm512_or_si512(any_two, two);
	}
	return _mm512_test_epi8_mask(any_one, any_one) & _mm512_test_epi8_mask(any_two, any_two);
}

__attribute__((target(WIDE))) size_t bdl_sift_pick(
    const struct bdl_sift *s, const char *p, size_t at, size_t end, uint16_t *ret)
{
	size_t n = 0;

	for (; at < end; at += BDL_WIDE_STEP) {
		unsigned left = end - at < BDL_WIDE_STEP ? (unsigned)(end - at) : BDL_WIDE_STEP;
		n += bdl_wide_put_places(ret + n, _bzhi_u64(sift(s, p + at), left), at);
	}
	return n;
}
#else
size_t bdl_sift_pick(const struct bdl_sift *s, const char *p, size_t at, size_t end, uint16_t *ret)
{
	(void)s, (void)p, (void)at, (void)end, (void)ret;
	bdl_bug(__FILE__, __LINE__, "this machine cannot sift");
}
#endif
