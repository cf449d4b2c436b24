/* What is known of tags and attributes by their names. */
#include "scan/markup_int.h"

#include <stdlib.h>

struct known {
	char name[BDL_MARKUP_NAME];
	unsigned does;
};

#define BREAK BDL_TAG_BREAK
#define BLANK BDL_TAG_BLANK
#define EMPTY BDL_TAG_EMPTY
#define LOOSE BDL_TAG_LOOSE

/* In the order of their names. Tags that are not here stand within a line, as browsers have it. */
static const struct known tags[] = {
	{ "address", BREAK },
	{ "area", BLANK | EMPTY },
	{ "article", BREAK },
	{ "aside", BREAK },
	{ "audio", BLANK },
	{ "base", EMPTY },
	{ "blockquote", BREAK },
	{ "body", BREAK | LOOSE },
	{ "br", BLANK | EMPTY },
	{ "button", BLANK },
	{ "canvas", BLANK },
	{ "caption", BREAK | LOOSE },
	{ "center", BREAK },
	{ "col", BREAK | EMPTY },
	{ "colgroup", BREAK | LOOSE },
	{ "dd", BREAK | LOOSE },
	{ "description", BREAK },
	{ "details", BREAK },
	{ "dialog", BREAK },
	{ "dir", BREAK },
	{ "div", BREAK },
	{ "dl", BREAK },
	{ "dt", BREAK | LOOSE },
	{ "embed", BLANK | EMPTY },
	{ "fieldset", BREAK },
	{ "figcaption", BREAK },
	{ "figure", BREAK },
	{ "footer", BREAK },
	{ "form", BREAK },
	{ "frame", EMPTY },
	{ "frameset", BREAK },
	{ "h1", BREAK },
	{ "h2", BREAK },
	{ "h3", BREAK },
	{ "h4", BREAK },
	{ "h5", BREAK },
	{ "h6", BREAK },
	{ "head", BREAK | LOOSE },
	{ "header", BREAK },
	{ "hgroup", BREAK },
	{ "hr", BREAK | EMPTY },
	{ "html", BREAK | LOOSE },
	{ "iframe", BLANK | BDL_TAG_RAW },
	{ "img", BLANK | EMPTY },
	{ "input", BLANK | EMPTY },
	{ "item", BREAK },
	{ "legend", BREAK },
	{ "li", BREAK | LOOSE },
	{ "link", EMPTY },
	{ "main", BREAK },
	{ "menu", BREAK },
	{ "meta", EMPTY },
	{ "nav", BREAK },
	{ "noembed", BDL_TAG_RAW },
	{ "noframes", BDL_TAG_RAW },
	{ "object", BLANK },
	{ "ol", BREAK },
	{ "optgroup", BREAK | LOOSE },
	{ "option", BREAK | LOOSE },
	{ "p", BREAK | LOOSE },
	{ "param", EMPTY },
	{ "plaintext", BREAK | BDL_TAG_PLAIN },
	{ "pre", BREAK },
	{ "rp", LOOSE },
	{ "rt", LOOSE },
	{ "script", BDL_TAG_RAW },
	{ "search", BREAK },
	{ "section", BREAK },
	{ "select", BREAK },
	{ "source", EMPTY },
	{ "style", BDL_TAG_RAW },
	{ "summary", BREAK },
	{ "svg", BLANK },
	{ "table", BREAK },
	{ "tbody", BREAK | LOOSE },
	{ "td", BREAK | LOOSE },
	{ "template", BDL_TAG_SKIP },
	{ "textarea", BREAK | BDL_TAG_PLAIN },
	{ "tfoot", BREAK | LOOSE },
	{ "th", BREAK | LOOSE },
	{ "thead", BREAK | LOOSE },
	{ "title", BREAK | BDL_TAG_PLAIN },
	{ "tr", BREAK | LOOSE },
	{ "track", EMPTY },
	{ "ul", BREAK },
	{ "video", BLANK },
	{ "wbr", EMPTY },
	{ "xmp", BREAK | BDL_TAG_PLAIN },
};

static const struct known attrs[] = {
	{ "alt", BDL_ATTR_SHOWN },
	{ "aria-label", BDL_ATTR_SHOWN },
	{ "content", BDL_ATTR_SAID },
	{ "hidden", BDL_ATTR_HIDDEN },
	{ "label", BDL_ATTR_SHOWN },
	{ "name", BDL_ATTR_NAME },
	{ "placeholder", BDL_ATTR_SHOWN },
	{ "property", BDL_ATTR_NAME },
	{ "shadowrootmode", BDL_ATTR_SHADOW },
	{ "style", BDL_ATTR_STYLE },
	{ "summary", BDL_ATTR_SHOWN },
	{ "title", BDL_ATTR_SHOWN },
	{ "type", BDL_ATTR_TYPE },
	{ "value", BDL_ATTR_SAID },
};

/* Names as numbers that sort as the names do: two comparisons each instead of a call. */
static inline uint64_t half_of(const char *p)
{
	uint64_t half = 0;

	memcpy(&half, p, sizeof(half));
	return __builtin_bswap64(half);
}

static unsigned find(const struct known *all, size_t n, const char name[BDL_MARKUP_NAME])
{
	uint64_t high = half_of(name), low = half_of(name + 8);
	size_t from = 0;

	while (n > 0) {
		size_t mid = from + n / 2;
		uint64_t h = half_of(all[mid].name), l = half_of(all[mid].name + 8);
		if (h == high && l == low)
			return all[mid].does;
		bool is_behind = h < high || (h == high && l < low);
		from = is_behind ? mid + 1 : from;
		n = is_behind ? n - n / 2 - 1 : n / 2;
	}
	return 0;
}

unsigned bdl_markup_tag(const char name[BDL_MARKUP_NAME])
{
	return find(tags, BDL_ARRAY_LEN(tags), name);
}

unsigned bdl_markup_attr(const char name[BDL_MARKUP_NAME])
{
	return find(attrs, BDL_ARRAY_LEN(attrs), name);
}

unsigned bdl_markup_known(struct bdl_markup_recent *recent,
    unsigned (*look_up)(const char name[BDL_MARKUP_NAME]), const char name[BDL_MARKUP_NAME])
{
	uint64_t mixed = (half_of(name) ^ half_of(name + 8)) * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(mixed >> 32) % BDL_MARKUP_RECENT;

	if (memcmp(recent->names[at], name, BDL_MARKUP_NAME) != 0) {
		memcpy(recent->names[at], name, BDL_MARKUP_NAME);
		recent->mean[at] = look_up(name);
	}
	return recent->mean[at];
}
