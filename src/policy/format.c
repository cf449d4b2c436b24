#include "policy/format.h"
#include "policy/document_int.h"

#define TAB_STOP 4 /* as the tokens have it (rules.re) */
#define SCRATCH  (32 * 1024 * 1024)

/* A line of a block, taken apart. */
struct line {
	struct bdl_view words; /* what stands before a comment, blanks and all */
	struct bdl_view comment;
	struct bdl_view end; /* "\n", "\r\n", "\r" or nothing */
	unsigned indent;     /* columns */
};

/* A block being laid out. */
struct layout {
	struct bdl_buf *out;
	struct bdl_view blank; /* the end of a blank line that may be kept */
	unsigned indent;       /* of the rule's first line, as it was written */
	bool in_rule;          /* a rule has begun */
	bool begun;            /* something was written */
};

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * The next word of a line, a comma or a comment among them; empty at the line's end. What stands
 * between quotation marks is one word.
 */
static struct bdl_view word_next(struct bdl_view *rest)
{
	struct bdl_view v = bdl_view_trim(*rest);
	size_t n = 0;

	if (v.n && v.p[0] == '#') {
		n = v.n;
	} else if (v.n && v.p[0] == ',') {
		n = 1;
	} else {
		if (v.n && v.p[0] == '"') {
			size_t close = bdl_view_find(bdl_view_from(v, 1), '"') + 2;
			n = close <= v.n ? close : 0;
		}
		while (n < v.n && !is_blank(v.p[n]) && v.p[n] != ',')
			n++;
	}
	*rest = bdl_view_from(v, n);
	return bdl_view_at(v.p, n);
}

static bool is_comment(struct bdl_view word)
{
	return word.n && word.p[0] == '#';
}

static bool is_comma(struct bdl_view word)
{
	return bdl_view_is(word, ",");
}

static unsigned indent_of(struct bdl_view line)
{
	unsigned columns = 0;

	for (size_t i = 0; i < line.n && is_blank(line.p[i]); i++)
		columns = line.p[i] == '\t' ? (columns / TAB_STOP + 1) * TAB_STOP : columns + 1;
	return columns;
}

/* The comment of a line, to its end. */
static struct bdl_view comment_of(struct bdl_view line)
{
	for (;;) {
		struct bdl_view word = word_next(&line);
		if (!word.n || is_comment(word))
			return word;
	}
}

/* Cut the first line off a text that is not empty. */
static struct line line_cut(struct bdl_view *rest)
{
	struct line l = { 0 };
	struct bdl_view text = *rest;
	size_t n = 0, end;

	while (n < text.n && !is_end(text.p[n]))
		n++;
	end = n;
	if (end < text.n)
		end++;
	if (end < text.n && text.p[end - 1] == '\r' && text.p[end] == '\n')
		end++;
	l.words = bdl_view_at(text.p, n);
	l.end = bdl_view_at(text.p + n, end - n);
	l.indent = indent_of(l.words);
	l.comment = comment_of(l.words);
	if (l.comment.n)
		l.words.n = (size_t)(l.comment.p - l.words.p);
	l.words = bdl_view_trim(l.words);
	*rest = bdl_view_from(text, end);
	return l;
}

/* The words of a line with one space between; a buffer that breaks is seen at the end. */
static void put_words(struct bdl_view words, struct bdl_buf *out)
{
	struct bdl_view word = word_next(&words);

	for (bool first = true; word.n; first = false, word = word_next(&words)) {
		if (!first && !is_comma(word))
			(void)bdl_buf_add_char(out, ' ');
		(void)bdl_buf_add_view(out, word);
	}
}

static void put_line(struct layout *l, struct line line)
{
	bool inside = l->in_rule && line.indent > l->indent;

	if (!line.words.n && !line.comment.n) {
		if (!l->blank.n && l->begun)
			l->blank = line.end;
		return;
	}
	if (!inside)
		(void)bdl_buf_add_view(l->out, l->blank);
	l->blank = (struct bdl_view){ 0 };
	if (!inside && line.words.n) {
		l->in_rule = true;
		l->indent = line.indent;
	}
	if (inside)
		(void)bdl_buf_add_str(l->out, "  ");
	put_words(line.words, l->out);
	if (line.words.n && line.comment.n)
		(void)bdl_buf_add_str(l->out, "  ");
	(void)bdl_buf_add_view(l->out, line.comment);
	(void)bdl_buf_add_view(l->out, line.end);
	l->begun = true;
}

static void put_block(struct bdl_view inside, struct bdl_buf *out)
{
	struct layout l = { .out = out };

	while (inside.n)
		put_line(&l, line_cut(&inside));
}

/* The document's bytes, with each rules block that is read laid out anew. */
static int put_document(const struct bdl_document *d, struct bdl_buf *out, struct bdl_err *err)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(SCRATCH);
	struct bdl_body body;
	size_t done = 0;

	if (!bdl_body_open(d, region, &body))
		return bdl_fail(err, BDL_E_LIMIT, "the document does not fit into memory");
	for (cmark_node *node = cmark_node_first_child(body.root); node;
	     node = cmark_node_next(node)) {
		struct bdl_view inside;
		size_t at;

		if (!bdl_node_is_rules(node))
			continue;
		inside = bdl_body_fence(&body, node).inside;
		if (!inside.n)
			continue;
		at = (size_t)(inside.p - d->bytes.p);
		(void)bdl_buf_add(out, d->bytes.p + done, at - done);
		put_block(inside, out);
		done = at + inside.n;
	}
	bdl_body_close(&body);
	(void)bdl_buf_add_view(out, bdl_view_from(d->bytes, done));
	return bdl_buf_broken(out) ? bdl_fail(err, BDL_E_LIMIT, "the document grows too long") : 0;
}

static void put_rules(const struct bdl_clause *clause, struct bdl_buf *out)
{
	for (size_t i = 0; i < clause->n_rules; i++) {
		bdl_rule_on_one_line(clause->rules[i].text, out);
		(void)bdl_buf_add_char(out, '\n');
	}
}

static bool same_clause(const struct bdl_clause *a, const struct bdl_clause *b)
{
	struct bdl_buf one BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4 * BDL_DOCUMENT_MAX);
	struct bdl_buf two BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(4 * BDL_DOCUMENT_MAX);

	put_rules(a, &one);
	put_rules(b, &two);
	return bdl_view_eq(a->id, b->id) && bdl_view_eq(a->text, b->text) &&
	    a->n_rules == b->n_rules && bdl_view_eq(bdl_buf_view(&one), bdl_buf_view(&two));
}

/* Whether what was written reads as the document that it came from. */
static bool reads_the_same(const struct bdl_document *d, struct bdl_view written)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *again BDL_AUTO(bdl_document_free) = NULL;

	if (bdl_document_parse(written, findings, &again, NULL) < 0 || findings->n_errors ||
	    again->n_clauses != d->n_clauses)
		return false;
	for (size_t i = 0; i < d->n_clauses; i++)
		if (!same_clause(&d->clauses[i], &again->clauses[i]))
			return false;
	return true;
}

int bdl_document_format(const struct bdl_document *d, struct bdl_buf *out, struct bdl_err *err)
{
	struct bdl_buf written BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_DOCUMENT_MAX);
	int rc = put_document(d, &written, err);

	if (rc < 0)
		return rc;
	if (!reads_the_same(d, bdl_buf_view(&written)))
		return bdl_fail(err, BDL_E_CONFLICT,
		    "the document would read differently after it: its rules are left as they are");
	rc = bdl_buf_add_view(out, bdl_buf_view(&written));
	return rc < 0 ? bdl_fail(err, BDL_E_LIMIT, "the document does not fit") : 0;
}

void bdl_rule_on_one_line(struct bdl_view text, struct bdl_buf *out)
{
	bool comma = true; /* none is wanted before the first words */
	bool first = true;

	while (text.n) {
		struct line line = line_cut(&text);

		if (!line.words.n)
			continue;
		if (!comma && line.words.p[0] != ',')
			(void)bdl_buf_add_char(out, ',');
		if (!first && line.words.p[0] != ',')
			(void)bdl_buf_add_char(out, ' ');
		put_words(line.words, out);
		comma = line.words.p[line.words.n - 1] == ',';
		first = false;
	}
}
