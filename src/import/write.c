/* The draft as a document: a front matter, their headings, and a clause for each part. */
#include "base/ascii.h"
#include "import/import_int.h"

#define WIDTH 100 /* characters of a line, about */

/* --- words as they are, in Markdown --- */

/* At a line's beginning these would make a list, a heading or a quotation. */
static bool makes_a_block(struct bdl_view word)
{
	size_t n = 0;

	if (word.n > 0 && strchr("-+=:|", word.p[0]))
		return true;
	while (n < word.n && bdl_is_digit(word.p[n]))
		n++;
	return n > 0 && n < word.n && (word.p[n] == '.' || word.p[n] == ')');
}

static void put_escaped(struct bdl_buf *out, struct bdl_view word, bool begins_line)
{
	size_t digits = 0;

	if (begins_line && makes_a_block(word)) {
		while (digits < word.n && bdl_is_digit(word.p[digits]))
			digits++;
		(void)bdl_buf_add(out, word.p, digits);
		(void)bdl_buf_add_char(out, '\\');
		(void)bdl_buf_add_char(out, word.p[digits]);
		word = bdl_view_from(word, digits + 1);
	}
	for (size_t i = 0; i < word.n; i++) {
		if (strchr("\\`*_[]<>&#~", word.p[i]))
			(void)bdl_buf_add_char(out, '\\');
		if (word.p[i] == '}') /* a heading that ends in one would seem to have an id */
			(void)bdl_buf_add_str(out, "&#125;");
		else
			(void)bdl_buf_add_char(out, word.p[i]);
	}
}

/* Words on lines of some width; `column` is where the first begins. */
static size_t put_words(struct bdl_buf *out, struct bdl_view words, size_t column, size_t width)
{
	bool begins_line = column == 0;

	for (struct bdl_view rest = words, word; bdl_view_cut(&rest, ' ', &word);) {
		if (word.n == 0)
			continue;
		if (!begins_line && column > 0) {
			begins_line = column + 1 + word.n > width;
			(void)bdl_buf_add_char(out, begins_line ? '\n' : ' ');
			column = begins_line ? 0 : column + 1;
		}
		put_escaped(out, word, begins_line);
		column += word.n;
		begins_line = false;
	}
	return column;
}

/* Tabs between cells are shown, and before each cell what stands above it: "Don't: ...". */
static size_t put_row(
    struct bdl_buf *out, struct bdl_view words, struct bdl_view heads, size_t column)
{
	for (struct bdl_view rest = words, cell; bdl_view_cut(&rest, '\t', &cell);) {
		struct bdl_view head = { 0 };

		if (bdl_view_cut(&heads, '\t', &head))
			head = bdl_view_trim(head);
		if (bdl_view_trim(cell).n == 0)
			continue;
		if (column > 0) {
			(void)bdl_buf_add_str(out, " |");
			column += 2;
		}
		if (head.n > 0) {
			column = put_words(out, head, column, SIZE_MAX);
			(void)bdl_buf_add_char(out, ':');
			column++;
		}
		column = put_words(out, cell, column, SIZE_MAX);
	}
	return column;
}

/* --- the front matter --- */

static void put_value(struct bdl_buf *out, const char *key, struct bdl_view value)
{
	(void)bdl_buf_printf(out, "%s: \"", key);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			(void)bdl_buf_add_char(out, '\\');
		(void)bdl_buf_add_char(out, value.p[i] == '\t' ? ' ' : value.p[i]);
	}
	(void)bdl_buf_add_str(out, "\"\n");
}

static void put_front(const struct bdl_import *m, struct bdl_buf *out)
{
	const struct bdl_import_fact *f = m->facts;

	(void)bdl_buf_add_str(out, "---\n");
	for (enum bdl_fact i = BDL_FACT_TITLE; i <= BDL_FACT_APPROVER; i++)
		put_value(out, bdl_fact_word(i), f[i].value);
	for (enum bdl_fact i = BDL_FACT_REVIEW; i <= BDL_FACT_COMPANIONS; i++)
		if (f[i].value.n > 0)
			(void)bdl_buf_printf(
			    out, "%s: %.*s\n", bdl_fact_word(i), BDL_FMT(f[i].value));
	(void)bdl_buf_add_str(out, "---\n");
}

/* --- clauses --- */

static void put_heading(
    struct bdl_buf *out, const char *marks, struct bdl_view number, struct bdl_view words)
{
	(void)bdl_buf_printf(out, "\n%s", marks);
	if (number.n > 0)
		(void)bdl_buf_printf(out, " %.*s", BDL_FMT(number));
	(void)put_words(out, words, 1, SIZE_MAX);
}

/* What leads an item, from the outermost that it needs. */
static size_t put_lead(const struct bdl_import *m, size_t at, struct bdl_buf *out)
{
	const struct bdl_statements *s = &m->statements;
	size_t lead, column;

	if (!bdl_needs_lead(s, at))
		return 0;
	lead = s->items[at].lead;
	column = put_lead(m, lead, out); /* a lead stands above, so this ends */
	return put_words(out, s->items[lead].words, column, WIDTH);
}

static size_t put_statement(
    const struct bdl_import *m, size_t at, size_t column, struct bdl_buf *out)
{
	const struct bdl_statement *s = &m->statements.items[at];

	if (s->kind == BDL_STATEMENT_ROW)
		return put_row(out, s->words,
		    s->lead == BDL_NO_STATEMENT ? (struct bdl_view){ 0 }
						: m->statements.items[s->lead].words,
		    column);
	return put_words(out, s->words, column, WIDTH);
}

/* Statements of one paragraph or item stand together, and each of the others for itself. */
static void put_text(
    const struct bdl_import *m, const struct bdl_import_clause *c, struct bdl_buf *out)
{
	const struct bdl_statement *all = m->statements.items;
	size_t column = 0;

	for (size_t i = c->first; i <= c->last; i++) {
		bool begins = i == c->first || all[i].block != all[i - 1].block;

		if (begins) {
			(void)bdl_buf_add_str(out, i == c->first ? "\n" : "\n\n");
			column = put_lead(m, i, out);
		}
		if (begins && i != c->first && all[i].number.n > 0)
			column = put_words(out, all[i].number, column, WIDTH);
		column = put_statement(m, i, column, out);
	}
	(void)bdl_buf_add_char(out, '\n');
}

static void put_clause(
    const struct bdl_import *m, const struct bdl_import_clause *c, struct bdl_buf *out)
{
	put_heading(out, "###", m->statements.items[c->first].number, c->title);
	(void)bdl_buf_printf(out, " {#%.*s}\n", BDL_FMT(c->id));
	put_text(m, c, out);
	if (c->rules.n > 0)
		(void)bdl_buf_printf(out, "\n```rules\n%.*s```\n", BDL_FMT(c->rules));
}

/* The headings between two statements. */
static void put_headings(const struct bdl_import *m, size_t from, size_t to, struct bdl_buf *out)
{
	for (size_t i = from; i < to; i++) {
		const struct bdl_statement *s = &m->statements.items[i];

		if (s->kind != BDL_STATEMENT_HEADING)
			continue;
		put_heading(out, i == 0 ? "#" : "##", s->number, s->words);
		(void)bdl_buf_add_char(out, '\n');
	}
}

void bdl_draft_write(const struct bdl_import *m, struct bdl_buf *out)
{
	size_t next = 0; /* statement */

	put_front(m, out);
	for (size_t i = 0; i < m->n_clauses; i++) {
		const struct bdl_import_clause *c = &m->clauses[i];

		put_headings(m, next, c->first, out);
		put_clause(m, c, out);
		next = c->last + 1 > next ? c->last + 1 : next;
	}
	put_headings(m, next, m->statements.n, out);
}
