/*
 * Word's lists (ECMA-376, part 1, 17.9): a paragraph, or its style, names a number and a level; the
 * number names an abstract one, whose levels say how they are counted and written ("%1.%2").
 */
#include "import/numbering.h"
#include "base/alloc.h"
#include "import/tree.h"
#include <libxml/tree.h>

#define LEVELS    9
#define LISTS_MAX 256 /* abstract numbers that are counted; those past it stand without numbers */
#define STYLES    16  /* that are based on each other */
#define COUNT_MAX 9999
#define ROMAN_MAX 40

struct list {
	int64_t id;
	unsigned count[LEVELS]; /* 0: not begun */
};

struct bdl_numbering {
	const xmlNode *numbering, *styles;
	struct list lists[LISTS_MAX];
	size_t n_lists;
};

struct bdl_numbering *bdl_numbering_new(const xmlNode *numbering, const xmlNode *styles)
{
	struct bdl_numbering *n = bdl_xalloc(sizeof(*n));

	n->numbering = numbering;
	n->styles = styles;
	return n;
}

void bdl_numbering_free(struct bdl_numbering *n)
{
	free(n);
}

/* --- the trees --- */

static const char *value(const xmlNode *parent, const char *name)
{
	const xmlNode *child = parent ? bdl_node_child(parent, name) : NULL;

	return child ? bdl_node_attr(child, "val") : NULL;
}

static int64_t number_of(const char *text, int64_t otherwise)
{
	uint64_t n;

	return text && bdl_view_uint(bdl_view_of(text), INT32_MAX, &n) ? (int64_t)n : otherwise;
}

/* The child of this name whose attribute is that. */
static const xmlNode *child_with(
    const xmlNode *parent, const char *name, const char *attr, const char *want)
{
	for (const xmlNode *c = parent && want ? parent->children : NULL; c; c = c->next) {
		const char *has = bdl_node_named(c, name) ? bdl_node_attr(c, attr) : NULL;

		if (has && strcmp(has, want) == 0)
			return c;
	}
	return NULL;
}

/* --- which list, and which level of it --- */

/* Of the paragraph's style, or of those that it is based on. */
static const xmlNode *of_style(const struct bdl_numbering *n, const char *style)
{
	for (unsigned i = 0; style && i < STYLES; i++) {
		const xmlNode *s = child_with(n->styles, "style", "styleId", style);
		const xmlNode *p = s ? bdl_node_child(s, "pPr") : NULL;
		const xmlNode *found = p ? bdl_node_child(p, "numPr") : NULL;

		if (found)
			return found;
		style = s ? value(s, "basedOn") : NULL;
	}
	return NULL;
}

static const xmlNode *abstract_of(const struct bdl_numbering *n, const char *num)
{
	const xmlNode *one = child_with(n->numbering, "num", "numId", num);

	return child_with(
	    n->numbering, "abstractNum", "abstractNumId", one ? value(one, "abstractNumId") : NULL);
}

static const xmlNode *level_of(const xmlNode *abstract, unsigned level)
{
	const char digit[] = { (char)('0' + level), '\0' };

	return child_with(abstract, "lvl", "ilvl", digit);
}

static struct list *list_of(struct bdl_numbering *n, int64_t id)
{
	for (size_t i = 0; i < n->n_lists; i++)
		if (n->lists[i].id == id)
			return &n->lists[i];
	if (n->n_lists == LISTS_MAX)
		return NULL;
	n->lists[n->n_lists] = (struct list){ .id = id };
	return &n->lists[n->n_lists++];
}

/* --- how a number is written --- */

static void put_roman(unsigned count, struct bdl_buf *out)
{
	static const struct {
		unsigned worth;
		const char *letters;
	} parts[] = { { 40, "xl" }, { 10, "x" }, { 9, "ix" }, { 5, "v" }, { 4, "iv" }, { 1, "i" } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(parts); i++)
		for (; count >= parts[i].worth; count -= parts[i].worth)
			(void)bdl_buf_add_str(out, parts[i].letters);
}

static void put_count(const char *format, unsigned count, struct bdl_buf *out)
{
	struct bdl_view f = bdl_view_of(format);

	if (bdl_view_ends(f, BDL_LIT("Letter")) && count >= 1 && count <= 26)
		(void)bdl_buf_add_char(out, (char)('a' + count - 1));
	else if (bdl_view_ends(f, BDL_LIT("Roman")) && count >= 1 && count <= ROMAN_MAX)
		put_roman(count, out);
	else
		(void)bdl_buf_printf(out, "%u", count);
}

static bool is_bullet(const xmlNode *level)
{
	const char *format = level ? value(level, "numFmt") : NULL;

	return !level || (format && (strcmp(format, "bullet") == 0 || strcmp(format, "none") == 0));
}

/* "%1.%2)" of the level, with the marks at its end left out: they are put as text is cut. */
static void put_number(
    const xmlNode *abstract, unsigned level, const struct list *l, struct bdl_buf *out)
{
	const char *text = value(level_of(abstract, level), "lvlText");

	for (const char *p = text ? text : ""; *p; p++) {
		unsigned at = (unsigned)(p[1] - '1');

		if (*p == '%' && at < LEVELS) {
			const xmlNode *of = level_of(abstract, at);

			put_count(of ? value(of, "numFmt") : NULL, l->count[at], out);
			p++;
		} else if (*p == '.' && p[1] == '%') {
			(void)bdl_buf_add_char(out, '.');
		}
	}
}

/* The next of its level; those further in begin anew, and those further out that never began do. */
static void count_up(const xmlNode *abstract, unsigned level, struct list *l)
{
	for (unsigned i = 0; i <= level; i++) {
		const xmlNode *of = level_of(abstract, i);
		int64_t start = of ? number_of(value(of, "start"), 1) : 1;

		if (l->count[i] == 0)
			l->count[i] = start < COUNT_MAX ? (unsigned)start : 1;
		else if (i == level && l->count[i] < COUNT_MAX)
			l->count[i]++;
	}
	for (unsigned i = level + 1; i < LEVELS; i++)
		l->count[i] = 0;
}

bool bdl_numbering_next(
    struct bdl_numbering *n, const xmlNode *properties, struct bdl_buf *out, unsigned *ret_level)
{
	const xmlNode *own = properties ? bdl_node_child(properties, "numPr") : NULL;
	const xmlNode *inherited = properties ? of_style(n, value(properties, "pStyle")) : NULL;
	const char *num = own ? value(own, "numId") : NULL;
	const char *at = own ? value(own, "ilvl") : NULL;
	const xmlNode *abstract;
	struct list *l;

	if (!num && inherited)
		num = value(inherited, "numId");
	if (!at && inherited)
		at = value(inherited, "ilvl");
	if ((!own && !inherited) || (num && strcmp(num, "0") == 0)) /* 0 takes a style's away */
		return false;
	int64_t level = number_of(at, 0);
	*ret_level = level < LEVELS ? (unsigned)level : LEVELS - 1;
	abstract = abstract_of(n, num);
	l = abstract ? list_of(n, number_of(bdl_node_attr(abstract, "abstractNumId"), -1)) : NULL;
	if (!l)
		return true;
	count_up(abstract, *ret_level, l);
	if (!is_bullet(level_of(abstract, *ret_level)))
		put_number(abstract, *ret_level, l, out);
	return true;
}
