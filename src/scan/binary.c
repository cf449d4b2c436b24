#include "base/ascii.h"
#include "scan/binary_int.h"

static bool has_mark(struct bdl_view v)
{
	return bdl_view_starts(v, BDL_LIT("\xef\xbb\xbf")) ||
	    bdl_view_starts(v, BDL_LIT("\xff\xfe")) || bdl_view_starts(v, BDL_LIT("\xfe\xff")) ||
	    bdl_view_starts(v, BDL_LIT("\0\0\xfe\xff"));
}

static bool is_page(struct bdl_view v)
{
	while (v.n > 0 && memchr(" \t\r\n\f", v.p[0], 5) != NULL)
		v = bdl_view_from(v, 1);
	return v.n > 1 && v.p[0] == '<' &&
	    (bdl_is_letter(v.p[1]) || v.p[1] == '!' || v.p[1] == '?');
}

bool bdl_is_binary(struct bdl_view head)
{
	/* A bit for each control that stands in no text: all but blanks and what escapes (0x1b). */
	const uint32_t none =
	    ~(1u << '\t' | 1u << '\n' | 1u << '\v' | 1u << '\f' | 1u << '\r' | 1u << 0x1b);

	if (head.n > BDL_BINARY_HEAD)
		head.n = BDL_BINARY_HEAD;
	if (has_mark(head) || is_page(head))
		return false;
	for (size_t i = 0; i < head.n; i++) {
		unsigned char c = (unsigned char)head.p[i];
		if (c < 0x20 && (none >> c & 1))
			return true;
	}
	return false;
}
