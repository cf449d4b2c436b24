/* The body: static text and directives between {{ and }}, made into a tree of nodes. */
#include "template.h"

/* Reads forward through the body. */
struct reader {
	struct template *t;
	const char *p, *end;
	unsigned depth;
};

/* What a directive begins with decides what it is; a value begins with none of these. */
static const char *const closing_words[] = { "else", "end", NULL };
static const char *const block_words[] = { "if", "for", "else", "end", "content", NULL };

static bool begins_with(struct bdl_view inside, const char *const *words)
{
	struct bdl_view word = template_word(&inside);
	for (; *words; words++)
		if (bdl_view_is(word, *words))
			return true;
	return false;
}

/* The inside of the directive at p ("{{"), and where it ends; false where it is not closed. */
static bool directive_at(
    const char *p, const char *end, struct bdl_view *ret_inside, const char **ret_after)
{
	const char *close = memmem(p + 2, (size_t)(end - p - 2), "}}", 2);
	if (!close)
		return false;
	*ret_inside = bdl_view_trim(bdl_view_at(p + 2, (size_t)(close - p - 2)));
	*ret_after = close + 2;
	return true;
}

static struct node *node_new(const struct reader *r, enum node_kind kind, const char *at)
{
	struct node *n = template_get(r->t, sizeof(*n));
	n->kind = kind;
	n->at = at;
	return n;
}

/*
 * A block directive or a remark that has a line to itself takes the line with it, so that the page
 * shows no trace of it: the text before loses the indentation, the reading goes on after the line.
 */
static void swallow_line(
    const struct reader *r, const char *directive, const char **text_end, const char **after)
{
	const char *from = directive, *to = *after;
	while (from > r->t->body_at && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	while (to < r->end && (*to == ' ' || *to == '\t'))
		to++;
	bool begins = from == r->t->body_at || from[-1] == '\n';
	if (!begins || (to < r->end && *to != '\n'))
		return;
	*text_end = from;
	*after = to < r->end ? to + 1 : to;
}

static int parse_path(
    struct reader *r, struct bdl_view *rest, struct path *ret, struct bdl_err *err)
{
	struct bdl_view first = template_word(rest);
	if (first.n == 0)
		return template_fail(r->t, rest->p, err, "expected the name of a field");
	ret->at = first.p;
	ret->name = first;
	if (rest->n > 0 && rest->p[0] == '.') {
		*rest = bdl_view_from(*rest, 1);
		ret->loop = first;
		ret->name = template_word(rest);
		if (ret->name.n == 0)
			return template_fail(r->t, rest->p, err, "expected a field after the dot");
	}
	return 0;
}

static int expect_end(const struct reader *r, struct bdl_view rest, struct bdl_err *err)
{
	if (bdl_view_trim(rest).n > 0)
		return template_fail(
		    r->t, bdl_view_trim(rest).p, err, "unexpected text in the directive");
	return 0;
}

/* A quoted text, without escapes; the opening quote is at the front of *rest. */
static int parse_quoted(
    struct reader *r, struct bdl_view *rest, struct bdl_view *ret, struct bdl_err *err)
{
	struct bdl_view tail = bdl_view_from(*rest, 1);
	size_t n = bdl_view_find(tail, '"');
	if (n == tail.n)
		return template_fail(r->t, rest->p, err, "this quote is not closed");
	*ret = bdl_view_at(tail.p, n);
	*rest = bdl_view_at(tail.p + n + 1, tail.n - n - 1);
	return 0;
}

/* "part NAME field: value, field: "text"" */
static int parse_part(struct reader *r, struct node *n, struct bdl_view rest, struct bdl_err *err)
{
	struct argument **last = &n->arguments;
	int e = 0;

	n->text = template_word(&rest);
	if (!template_name_ok(n->text))
		return template_fail(r->t, rest.p, err, "expected the name of a part");
	rest = bdl_view_trim(rest);
	while (rest.n > 0) {
		struct argument *a = template_get(r->t, sizeof(*a));
		a->name = template_word(&rest);
		a->at = a->name.p;
		if (a->name.n == 0 || rest.n == 0 || rest.p[0] != ':')
			return template_fail(r->t, rest.p, err, "expected 'FIELD: value'");
		rest = bdl_view_trim(bdl_view_from(rest, 1));
		a->quoted = rest.n > 0 && rest.p[0] == '"';
		e = a->quoted ? parse_quoted(r, &rest, &a->text, err)
			      : parse_path(r, &rest, &a->path, err);
		if (e < 0)
			return e;
		*last = a;
		last = &a->next;
		rest = bdl_view_trim(rest);
		if (rest.n == 0)
			break;
		if (rest.p[0] != ',')
			return template_fail(r->t, rest.p, err, "expected ',' or the end");
		rest = bdl_view_from(rest, 1);
	}
	return 0;
}

static int parse_nodes(
    struct reader *r, struct node **ret, struct bdl_view *ret_closing, struct bdl_err *err);

/* What stands between an opening directive and its {{else}} and {{end}}. */
static int parse_block(struct reader *r, struct node *n, struct bdl_err *err)
{
	struct bdl_view closing;
	if (++r->depth > NESTING_MAX)
		return template_fail(r->t, n->at, err, "blocks stand too deep in each other");
	int e = parse_nodes(r, &n->body, &closing, err);
	if (e == 0 && bdl_view_is(closing, "else"))
		e = parse_nodes(r, &n->other, &closing, err);
	if (e < 0)
		return e;
	if (closing.n == 0)
		return template_fail(r->t, n->at, err, "this block has no {{end}}");
	if (bdl_view_is(closing, "else"))
		return template_fail(r->t, closing.p, err, "this block has an {{else}} already");
	n->end = closing.p;
	r->depth--;
	return 0;
}

/* The head of an if or a for; r->p stands after it. */
static int parse_opening(
    struct reader *r, struct node *n, struct bdl_view rest, struct bdl_err *err)
{
	if (n->kind == NODE_FOR) {
		n->text = template_word(&rest);
		if (!template_name_ok(n->text))
			return template_fail(r->t, rest.p, err, "expected 'for NAME in LIST'");
		if (!bdl_view_is(template_word(&rest), "in"))
			return template_fail(r->t, rest.p, err, "expected 'in' and a list");
	} else {
		struct bdl_view probe = rest;
		n->negated = bdl_view_is(template_word(&probe), "not");
		if (n->negated)
			rest = probe;
	}
	int e = parse_path(r, &rest, &n->path, err);
	if (e == 0)
		e = expect_end(r, rest, err);
	return e < 0 ? e : parse_block(r, n, err);
}

static int parse_directive(struct reader *r, struct bdl_view inside, const char *at,
    struct node **ret, struct bdl_err *err)
{
	struct bdl_view rest = inside;
	struct bdl_view word = template_word(&rest);
	struct node *n = node_new(r, NODE_VALUE, at);

	*ret = n;
	if (bdl_view_is(word, "if") || bdl_view_is(word, "for")) {
		n->kind = bdl_view_is(word, "if") ? NODE_IF : NODE_FOR;
		return parse_opening(r, n, rest, err);
	}
	if (bdl_view_is(word, "part")) {
		n->kind = NODE_PART;
		return parse_part(r, n, rest, err);
	}
	if (bdl_view_is(word, "content")) {
		n->kind = NODE_CONTENT;
		return expect_end(r, rest, err);
	}
	rest = inside;
	int e = parse_path(r, &rest, &n->path, err);
	return e < 0 ? e : expect_end(r, rest, err);
}

/* Static text from p to end, where there is any. */
static void add_static(const struct reader *r, const char *p, const char *end, struct node ***last)
{
	if (p >= end)
		return;
	struct node *n = node_new(r, NODE_STATIC, p);
	n->text = bdl_view_at(p, (size_t)(end - p));
	**last = n;
	*last = &n->next;
}

/* Nodes up to the end of the file or to {{else}} or {{end}}, which *ret_closing then holds. */
static int parse_nodes(
    struct reader *r, struct node **ret, struct bdl_view *ret_closing, struct bdl_err *err)
{
	struct node **last = ret;
	*ret_closing = bdl_view_at(NULL, 0);

	while (r->p < r->end) {
		const char *open = memmem(r->p, (size_t)(r->end - r->p), "{{", 2);
		if (!open) {
			add_static(r, r->p, r->end, &last);
			r->p = r->end;
			return 0;
		}
		struct bdl_view inside;
		const char *after, *text_end = open;
		if (!directive_at(open, r->end, &inside, &after))
			return template_fail(r->t, open, err, "this directive is not closed by }}");
		bool remark = inside.n > 0 && inside.p[0] == '#';
		if (remark || begins_with(inside, block_words))
			swallow_line(r, open, &text_end, &after);
		add_static(r, r->p, text_end, &last);
		r->p = after;
		if (remark)
			continue;
		if (begins_with(inside, closing_words)) {
			*ret_closing = template_word(&inside);
			return expect_end(r, inside, err);
		}
		int e = parse_directive(r, inside, open, last, err);
		if (e < 0)
			return e;
		last = &(*last)->next;
	}
	return 0;
}

int template_parse(struct template *t, struct bdl_err *err)
{
	struct reader r = { .t = t, .p = t->body_at, .end = t->bytes.p + t->bytes.n };
	struct bdl_view closing;

	/* A part stands in the middle of lines: the end of its file is no end of a line. */
	if (t->kind == KIND_PART && r.end > r.p && r.end[-1] == '\n')
		r.end--;
	int e = parse_nodes(&r, &t->body, &closing, err);
	if (e == 0 && closing.n > 0)
		e = template_fail(
		    t, closing.p, err, "no block is open for this {{%.*s}}", BDL_FMT(closing));
	return e;
}
