#include "base/utf8.h"
#include "policy/text_int.h"

size_t bdl_text_bad_byte(struct bdl_view v)
{
	for (size_t i = 0; i < v.n;) {
		uint32_t ch;
		bool bad;
		size_t len = bdl_utf8_next(bdl_view_from(v, i), &ch, &bad);

		if (bad || ch == 0)
			return i;
		i += len;
	}
	return v.n;
}

size_t bdl_text_steering(struct bdl_view v, uint32_t *ret)
{
	for (size_t i = 0; i < v.n;) {
		uint32_t ch;
		bool bad;
		size_t len = bdl_utf8_next(bdl_view_from(v, i), &ch, &bad);

		if (bdl_utf8_is_steering(ch) && ch != '\t') {
			*ret = ch;
			return i;
		}
		i += len;
	}
	return v.n;
}

unsigned bdl_text_chars(struct bdl_view v)
{
	unsigned chars = 0;

	for (size_t i = 0; i < v.n; i++)
		chars += ((unsigned char)v.p[i] & 0xc0) != 0x80;
	return chars;
}

struct bdl_view bdl_text_cut(struct bdl_view v, size_t max)
{
	if (v.n <= max)
		return v;
	v.n = max;
	while (v.n && ((unsigned char)v.p[v.n] & 0xc0) == 0x80)
		v.n--;
	return v;
}

/* The offset after the line that begins at `i`. */
static size_t next_line(struct bdl_view text, size_t i)
{
	while (i < text.n && text.p[i] != '\n' && text.p[i] != '\r')
		i++;
	if (i + 1 < text.n && text.p[i] == '\r' && text.p[i + 1] == '\n')
		return i + 2;
	return i < text.n ? i + 1 : i;
}

bool bdl_lines_make(struct bdl_view text, struct bdl_region *region, struct bdl_lines *ret)
{
	unsigned n = 0;
	uint32_t *starts;

	BDL_BUG_IF(text.n > UINT32_MAX);
	for (size_t i = 0; i < text.n; i = next_line(text, i))
		n++;
	starts = bdl_region_array(region, (size_t)n + 1, sizeof(*starts));
	if (!starts)
		return false;
	n = 0;
	for (size_t i = 0; i < text.n; i = next_line(text, i))
		starts[n++] = (uint32_t)i;
	starts[n] = (uint32_t)text.n;
	*ret = (struct bdl_lines){ text, starts, n };
	return true;
}

struct bdl_view bdl_lines_get(const struct bdl_lines *l, unsigned i)
{
	struct bdl_view line = bdl_lines_range(l, i, i);

	while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	return line;
}

struct bdl_view bdl_lines_range(const struct bdl_lines *l, unsigned from, unsigned to)
{
	if (to > l->n)
		to = l->n;
	if (from == 0 || from > to)
		return (struct bdl_view){ NULL, 0 };
	return bdl_view_at(l->text.p + l->starts[from - 1], l->starts[to] - l->starts[from - 1]);
}
