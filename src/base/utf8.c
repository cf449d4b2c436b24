#include "base/utf8.h"

/*
 * What the first byte says: how many bytes follow, and between which bounds the second must lie
 * (Unicode, table 3-7: that alone keeps out overlong forms, surrogates and what is too large).
 */
struct lead {
	unsigned follow;
	unsigned char low, high;
};

static struct lead lead_of(unsigned char c)
{
	if (c < 0xc2 || c > 0xf4)
		return (struct lead){ 0 };
	if (c < 0xe0)
		return (struct lead){ 1, 0x80, 0xbf };
	if (c < 0xf0)
		return (struct lead){ 2, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf };
	return (struct lead){ 3, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf };
}

size_t bdl_utf8_next(struct bdl_view v, uint32_t *ret_char, bool *ret_bad)
{
	const unsigned char *p = (const unsigned char *)v.p;
	struct lead lead = lead_of(p[0]);
	uint32_t ch = p[0];
	size_t n = 1;

	if (lead.follow > 0)
		ch &= 0x3fu >> lead.follow;
	while (n <= lead.follow && n < v.n) {
		unsigned char low = n == 1 ? lead.low : 0x80, high = n == 1 ? lead.high : 0xbf;
		if (p[n] < low || p[n] > high)
			break;
		ch = ch << 6 | (p[n] & 0x3f);
		n++;
	}
	*ret_bad = (p[0] >= 0x80 && lead.follow == 0) || n <= lead.follow;
	*ret_char = *ret_bad ? BDL_UTF8_BAD : ch;
	return n;
}

/* Latin Extended-A: capitals and small letters take turns, in two stretches the other way round. */
static uint32_t lower_extended(uint32_t ch)
{
	if (ch == 0x178)
		return 0xff;
	bool odd_first = (ch >= 0x139 && ch <= 0x148) || ch >= 0x179;
	bool alone = ch == 0x130 || ch == 0x131 || ch == 0x138 || ch == 0x149 || ch == 0x17f;

	return !alone && (ch & 1) == odd_first ? ch + 1 : ch;
}

uint32_t bdl_utf8_lower(uint32_t ch)
{
	if (ch >= 0x100 && ch <= 0x17f)
		return lower_extended(ch);
	bool latin = (ch >= 'A' && ch <= 'Z') || (ch >= 0xc0 && ch <= 0xde && ch != 0xd7);
	bool greek = ch >= 0x391 && ch <= 0x3a9 && ch != 0x3a2;
	if (latin || greek || (ch >= 0x410 && ch <= 0x42f))
		return ch + 0x20;
	return ch >= 0x400 && ch <= 0x40f ? ch + 0x50 : ch;
}

struct bdl_view bdl_utf8_without_mark(struct bdl_view v)
{
	const struct bdl_view mark = BDL_LIT("\xef\xbb\xbf");

	return bdl_view_starts(v, mark) ? bdl_view_from(v, mark.n) : v;
}

bool bdl_utf8_printable(struct bdl_view v)
{
	while (v.n > 0) {
		uint32_t ch;
		bool bad;
		size_t n = bdl_utf8_next(v, &ch, &bad);
		if (bad || bdl_utf8_is_steering(ch))
			return false;
		v = bdl_view_from(v, n);
	}
	return true;
}

size_t bdl_utf8_put(uint32_t ch, char out[4])
{
	if (ch > 0x10ffff || (ch >= 0xd800 && ch <= 0xdfff))
		ch = BDL_UTF8_BAD;
	if (ch < 0x80) {
		out[0] = (char)ch;
		return 1;
	}
	size_t n = ch < 0x800 ? 2 : ch < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (ch & 0x3f));
		ch >>= 6;
	}
	out[0] = (char)(0xf00 >> n | ch); /* as many ones in front as there are bytes */
	return n;
}
