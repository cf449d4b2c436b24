/* Bytes of any text file as text that can stand in a policy. */
#include "base/utf8.h"
#include "import/statement.h"

/* What the bytes 0x80 to 0x9f are in Windows-1252, which text without a mark is mostly in. */
static const uint16_t windows[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d,
	0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static uint32_t of_byte(unsigned char byte)
{
	return byte >= 0x80 && byte < 0xa0 ? windows[byte - 0x80] : byte;
}

static bool is_utf8(struct bdl_view v)
{
	uint32_t ch;
	bool bad = false;

	while (v.n > 0 && !bad)
		v = bdl_view_from(v, bdl_utf8_next(v, &ch, &bad));
	return !bad;
}

/* What stands for the character; 0: nothing does. */
static uint32_t plain(uint32_t ch)
{
	if (ch == '\n' || ch == '\t' || ch == '\f')
		return ch;
	if (ch == 0x0b || ch == 0x2028 || ch == 0x2029) /* breaks of a line within a paragraph */
		return '\n';
	if (ch == 0xa0 || (ch >= 0x2000 && ch <= 0x200a) || ch == 0x202f || ch == 0x205f ||
	    ch == 0x3000)
		return ' ';
	if (ch >= 0xf0a0 && ch <= 0xf0ff) /* bullets as fonts of symbols number them */
		return 0x2022;
	if (bdl_utf8_is_steering(ch) || bdl_utf8_is_unseen(ch) || ch == BDL_UTF8_BAD)
		return 0;
	return ch;
}

struct bdl_view bdl_import_clean(struct bdl_view bytes, struct bdl_region *region)
{
	struct bdl_view rest = bdl_utf8_without_mark(bytes);
	bool utf8 = is_utf8(rest);
	char *out = bdl_region_get(region, 3 * rest.n + 1);
	size_t n = 0;

	while (out && rest.n > 0) {
		uint32_t ch = of_byte((unsigned char)rest.p[0]);
		bool bad;
		size_t took = utf8 ? bdl_utf8_next(rest, &ch, &bad) : 1;

		if (ch == '\r') /* \r\n is one end of a line, \r alone another */
			ch = took < rest.n && rest.p[took] == '\n' ? 0 : '\n';
		if ((ch = plain(ch)))
			n += bdl_utf8_put(ch, out + n);
		rest = bdl_view_from(rest, took);
	}
	return bdl_view_at(out, n);
}
