#include "proto/html.h"
#include "base/utf8.h"
#include "proto/url_int.h"
#include <inttypes.h>

/* A page's buffer has its maximum and is looked at once, at the end: results are ignored here. */
static void add(struct bdl_buf *out, struct bdl_view v)
{
	(void)bdl_buf_add_view(out, v);
}

static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x7f && c != '&' && c != '<' &&
	    c != '>' && c != '"' && c != '\'';
}

/* What stands for an ASCII byte that is not plain. */
static struct bdl_view escape_of(char c, bool attr)
{
	switch (c) {
	case '&':
		return BDL_LIT("&amp;");
	case '<':
		return BDL_LIT("&lt;");
	case '>':
		return BDL_LIT("&gt;");
	case '"':
		return BDL_LIT("&quot;");
	case '\'':
		return BDL_LIT("&#39;");
	case '\n':
		return attr ? BDL_LIT(" ") : BDL_LIT("\n");
	case '\t':
		return attr ? BDL_LIT(" ") : BDL_LIT("\t");
	default:
		return (struct bdl_view){ 0 };
	}
}

static bool turns_direction(uint32_t ch)
{
	return (ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2066 && ch <= 0x2069);
}

/* One character that is not ASCII; returns its bytes. */
static size_t add_wide(struct bdl_buf *out, struct bdl_view v)
{
	uint32_t ch;
	bool bad;
	size_t n = bdl_utf8_next(v, &ch, &bad);

	if (bad || turns_direction(ch))
		add(out, BDL_LIT("\xef\xbf\xbd"));
	else if (ch > 0x9f)
		add(out, bdl_view_at(v.p, n));
	return n;
}

static void add_escaped(struct bdl_buf *out, struct bdl_view v, bool attr)
{
	size_t at = 0;

	while (at < v.n) {
		size_t plain = 0;
		while (at + plain < v.n && is_plain(v.p[at + plain]))
			plain++;
		add(out, bdl_view_at(v.p + at, plain));
		at += plain;
		if (at == v.n)
			break;
		if ((unsigned char)v.p[at] < 0x80) {
			add(out, escape_of(v.p[at], attr));
			at++;
		} else {
			at += add_wide(out, bdl_view_from(v, at));
		}
	}
}

void bdl_html_text(struct bdl_buf *out, struct bdl_view v)
{
	add_escaped(out, v, false);
}

void bdl_html_attr(struct bdl_buf *out, struct bdl_view v)
{
	add_escaped(out, v, true);
}

static bool is_safe_url(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7f)
			return false;
	}
	if (v.n > 0 && (v.p[0] == '?' || v.p[0] == '#'))
		return true;
	if (v.n > 0 && v.p[0] == '/')
		return v.n == 1 || (v.p[1] != '/' && v.p[1] != '\\');
	return bdl_view_istarts(v, BDL_LIT("http://")) ||
	    bdl_view_istarts(v, BDL_LIT("https://")) || bdl_view_istarts(v, BDL_LIT("mailto:"));
}

/* What may stand in a URL and in an attribute as it is. '%' is taken for an encoding's start. */
static bool is_url_char(char c)
{
	return bdl_is_unreserved(c) || (c != '\0' && strchr("%:/?#[]@!$()*+,;=", c) != NULL);
}

static void add_percent(struct bdl_buf *out, char c)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char byte = (unsigned char)c;
	const char encoded[3] = { '%', hex[byte >> 4], hex[byte & 15] };

	add(out, bdl_view_at(encoded, sizeof(encoded)));
}

void bdl_html_url(struct bdl_buf *out, struct bdl_view v)
{
	if (!is_safe_url(v)) {
		add(out, BDL_LIT("#blocked"));
		return;
	}
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '&')
			add(out, BDL_LIT("&amp;"));
		else if (is_url_char(v.p[i]))
			add(out, bdl_view_at(v.p + i, 1));
		else
			add_percent(out, v.p[i]);
	}
}

void bdl_html_query(struct bdl_buf *out, struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		if (bdl_is_unreserved(v.p[i]))
			add(out, bdl_view_at(v.p + i, 1));
		else
			add_percent(out, v.p[i]);
	}
}

void bdl_html_number(struct bdl_buf *out, int64_t n)
{
	(void)bdl_buf_printf(out, "%" PRId64, n);
}
