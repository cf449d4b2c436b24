/* The Markdown of a document: libcmark's tree, and the way from it back to the original bytes. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "policy/document_int.h"

#define NODE_TEXT_MAX (16 * 1024)

bool bdl_body_open(const struct bdl_document *d, struct bdl_region *region, struct bdl_body *ret)
{
	struct bdl_body b = { .first_line = d->body_line };
	struct bdl_view text;

	if (!bdl_lines_make(d->bytes, region, &b.lines))
		return false;
	text = bdl_lines_range(&b.lines, d->body_line, b.lines.n);
	b.root = cmark_parse_document(text.n ? text.p : "", text.n, CMARK_OPT_DEFAULT);
	BDL_BUG_IF(!b.root); /* cmark aborts by itself where memory ends */
	*ret = b;
	return true;
}

void bdl_body_close(struct bdl_body *b)
{
	if (b->root)
		cmark_node_free(b->root);
	b->root = NULL;
}

unsigned bdl_body_line(const struct bdl_body *b, cmark_node *node)
{
	return (unsigned)cmark_node_get_start_line(node) + b->first_line - 1;
}

static unsigned end_line(const struct bdl_body *b, cmark_node *node)
{
	return (unsigned)cmark_node_get_end_line(node) + b->first_line - 1;
}

bool bdl_node_is_rules(cmark_node *node)
{
	return cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK &&
	    bdl_view_is(bdl_view_of(cmark_node_get_fence_info(node)), "rules");
}

/* How many of `c` the line begins with, white space aside. */
static size_t run_of(struct bdl_view line, char c)
{
	size_t n = 0;

	line = bdl_view_trim(line);
	while (n < line.n && line.p[n] == c)
		n++;
	return n;
}

struct bdl_fence bdl_body_fence(const struct bdl_body *b, cmark_node *fence)
{
	unsigned from = bdl_body_line(b, fence), to = end_line(b, fence);
	struct bdl_view open = bdl_view_trim(bdl_lines_get(&b->lines, from));
	struct bdl_view last = bdl_view_trim(bdl_lines_get(&b->lines, to));
	char mark = open.n ? open.p[0] : '`';
	bool closed =
	    to > from && run_of(last, mark) == last.n && run_of(last, mark) >= run_of(open, mark);

	return (struct bdl_fence){
		.inside = bdl_lines_range(&b->lines, from + 1, closed ? to - 1 : to),
		.line = from + 1,
		.closed = closed,
	};
}

/* What fits; past the first piece that does not, nothing more, so that no hole is left. */
static void add_cut(struct bdl_buf *out, struct bdl_view v)
{
	struct bdl_view fitting = bdl_text_cut(v, out->max - out->n);

	(void)bdl_buf_add_view(out, fitting); /* it fits, or there is no memory for it */
	if (fitting.n < v.n)
		out->max = out->n;
}

/* A character may have been written as its number, "&#27;": one that steers a terminal is a blank. */
static void add_seen(struct bdl_buf *out, struct bdl_view v)
{
	while (v.n) {
		uint32_t ch;
		bool bad;
		size_t at = bdl_text_steering(v, &ch);

		add_cut(out, bdl_view_at(v.p, at));
		if (at == v.n)
			return;
		add_cut(out, BDL_LIT(" "));
		v = bdl_view_from(v, at + bdl_utf8_next(bdl_view_from(v, at), &ch, &bad));
	}
}

struct bdl_view bdl_node_text(cmark_node *node, struct bdl_region *region)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(NODE_TEXT_MAX);
	cmark_iter *iter = cmark_iter_new(node);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *at = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(at);

		if (event != CMARK_EVENT_ENTER)
			continue;
		if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
			add_seen(&text, bdl_view_of(cmark_node_get_literal(at)));
		else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
			add_cut(&text, BDL_LIT(" "));
	}
	cmark_iter_free(iter);
	return bdl_region_view(region, bdl_buf_view(&text));
}

static bool is_underline(struct bdl_view line)
{
	line = bdl_view_trim(line);
	return line.n && (run_of(line, '=') == line.n || run_of(line, '-') == line.n);
}

/*
 * The line on which a heading's id stands: its only one, or the one above the underline. cmark
 * counts what follows an underlined heading as its end, so the underline is looked for.
 */
static unsigned id_line_of(const struct bdl_body *b, cmark_node *heading)
{
	unsigned from = bdl_body_line(b, heading);
	struct bdl_view first = bdl_view_trim(bdl_lines_get(&b->lines, from));
	size_t marks = run_of(first, '#');

	if (marks && (marks == first.n || first.p[marks] == ' ' || first.p[marks] == '\t'))
		return from;
	for (unsigned at = from + 1; at <= b->lines.n; at++)
		if (is_underline(bdl_lines_get(&b->lines, at)))
			return at - 1;
	return from;
}

/* Without the #s that may close a heading's line. */
static struct bdl_view without_closing_marks(struct bdl_view line)
{
	struct bdl_view bare = bdl_view_trim(line);

	while (bare.n && bare.p[bare.n - 1] == '#')
		bare.n--;
	if (bare.n && (bare.p[bare.n - 1] == ' ' || bare.p[bare.n - 1] == '\t'))
		return bdl_view_trim(bare);
	return bdl_view_trim(line);
}

/* Where the "{#" of a trailing "{#id}" stands, or v.n. */
static size_t find_id(struct bdl_view v)
{
	if (!v.n || v.p[v.n - 1] != '}')
		return v.n;
	for (size_t i = v.n - 1; i-- > 0;)
		if (v.p[i] == '{')
			return v.p[i + 1] == '#' ? i : v.n;
	return v.n;
}

/* "3.2 Gambling" into "3.2" and "Gambling"; a dot that ends the number is dropped. */
static void split_number(struct bdl_view text, struct bdl_heading *h)
{
	size_t n = 0;

	while (n < text.n && (bdl_is_digit(text.p[n]) || text.p[n] == '.'))
		n++;
	h->title = text;
	if (n == 0 || text.p[0] == '.' || (n < text.n && text.p[n] != ' '))
		return;
	h->number = bdl_view_at(text.p, text.p[n - 1] == '.' ? n - 1 : n);
	h->title = bdl_view_trim(bdl_view_from(text, n));
}

struct bdl_heading bdl_heading_read(
    const struct bdl_body *b, cmark_node *heading, struct bdl_region *region)
{
	struct bdl_heading h = { .line = bdl_body_line(b, heading) };
	struct bdl_view text = bdl_view_trim(bdl_node_text(heading, region));
	unsigned line_number = id_line_of(b, heading);
	struct bdl_view whole = bdl_lines_get(&b->lines, line_number);
	struct bdl_view line = without_closing_marks(whole);
	size_t at = find_id(line);

	if (at < line.n) {
		size_t before = (size_t)(line.p - whole.p) + at;

		h.id = bdl_view_at(line.p + at + 2, line.n - at - 3);
		h.id_line = line_number;
		h.id_column = bdl_text_chars(bdl_view_at(whole.p, before)) + 1;
		text.n = find_id(text);
		text = bdl_view_trim(text);
	} else if (line.n && line.p[line.n - 1] == '}') {
		h.id_misspelt = true;
	}
	split_number(text, &h);
	return h;
}
