#include "import/statement.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "import/statement_int.h"

#define HEAD_WORDS  5  /* of a cell of a table's head */
#define BRIEF_WORDS 3  /* of an answer that another sentence follows */
#define LEAD_CHARS  24 /* of a line that leads the list below it and ends none above */

/* A paragraph, an item or a row that is being put together on one line. */
struct block {
	enum bdl_statement_kind kind;
	char *words;
	uint32_t *at; /* where in the text each byte of the words stands */
	size_t n;
	size_t from, to; /* in the text */
	size_t line;     /* the first, from 0 */
	size_t last;     /* line */
	struct bdl_view number;
	unsigned indent;
};

struct cutter {
	struct bdl_view text;
	struct bdl_line *lines;
	size_t n_lines;
	struct bdl_region *region;
	struct bdl_statement *items;
	size_t n, cap;
	uint32_t n_blocks, heading, lead;
	unsigned lead_indent;
	struct bdl_view lead_number; /* "3" of "3. You must not:", or empty */
	struct block block;
	bool open; /* a block is being put together */
};

/* --- orders --- */

static bool is_order(struct bdl_view word)
{
	static const char *const words[] = { "do", "do's", "dos", "don't", "don'ts", "not", "never",
		"must", "should", "acceptable", "unacceptable", "expect", "allowed", "forbidden",
		"prohibited", "permitted", "required", "can", "can't", "cannot" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++)
		if (bdl_view_iis(word, words[i]))
			return true;
	return false;
}

/* "3. Staff must not:" heads its section, and leads the list below it. */
static bool gives_orders(struct bdl_view heading)
{
	bool orders = false;

	if (!bdl_view_ends(heading, BDL_LIT(":")))
		return false;
	heading.n--;
	for (struct bdl_view word; bdl_view_cut(&heading, ' ', &word);)
		orders = orders || is_order(word);
	return orders;
}

/* --- statements --- */

static void add(struct cutter *c, struct bdl_statement s)
{
	c->items = bdl_xgrow(c->items, c->n, &c->cap, sizeof(*c->items));
	c->items[c->n++] = s;
}

/* "DON'T" on a line of its own needs no colon where a list follows at once. */
static bool is_before_list(const struct cutter *c, size_t i)
{
	return i + 1 < c->n_lines && c->lines[i + 1].bullet && c->lines[i + 1].number.n == 0;
}

/* Items below it stand under "Staff must:", until something else than an item comes. */
static void place_lead(struct cutter *c, const struct block *b)
{
	uint32_t last = (uint32_t)c->n - 1;
	struct bdl_view words = c->items[last].words;

	if (words.n > 0 &&
	    (words.p[words.n - 1] == ':' ||
		(b->kind == BDL_STATEMENT_SENTENCE && !strchr(".!?", words.p[words.n - 1]) &&
		    is_before_list(c, b->last)))) {
		c->lead = last;
		/* Below "3. You must not:" marks may stand as far out as its number. */
		c->lead_number = b->kind == BDL_STATEMENT_ITEM ? b->number : (struct bdl_view){ 0 };
		c->lead_indent = b->kind != BDL_STATEMENT_ITEM ? 0 : b->indent + (b->number.n == 0);
	} else if (b->kind != BDL_STATEMENT_ITEM) {
		c->lead = BDL_NO_STATEMENT;
	}
}

/* Whether an item of this number ends the list of the other: "4" behind "3", and not "3.1" or "a". */
static bool is_beside(struct bdl_view number, struct bdl_view next)
{
	return number.n > 0 && next.n > 0 && !bdl_view_starts(next, number) &&
	    bdl_is_digit(number.p[0]) == bdl_is_digit(next.p[0]);
}

/* The lead of an item that stands less far in than those of the inner lead is the outer one. */
static uint32_t lead_of(struct cutter *c, const struct block *b)
{
	while (c->lead != BDL_NO_STATEMENT &&
	    (b->indent < c->lead_indent ||
		(b->indent == c->lead_indent && is_beside(c->lead_number, b->number)))) {
		c->lead = c->items[c->lead].lead;
		c->lead_indent = 0;
		c->lead_number = (struct bdl_view){ 0 };
	}
	return b->kind == BDL_STATEMENT_ITEM ? c->lead : BDL_NO_STATEMENT;
}

static void close_block(struct cutter *c)
{
	struct block *b = &c->block;
	struct bdl_view rest = bdl_view_at(b->words, b->n);
	uint32_t lead;

	if (!c->open)
		return;
	c->open = false;
	if (b->n == 0) /* of marks only */
		return;
	lead = lead_of(c, b);
	while (rest.n > 0) {
		size_t end = b->kind == BDL_STATEMENT_ROW ? rest.n : bdl_sentence_end(rest);
		size_t from = (size_t)(rest.p - b->words), to = from + end;
		struct bdl_view words = bdl_view_at(rest.p, end);

		if (b->kind != BDL_STATEMENT_ROW) /* whose first cell may be empty */
			words = bdl_view_trim(words);
		add(c,
		    (struct bdl_statement){
			.kind = b->kind,
			.from = b->at[from],
			.to = to < b->n ? b->at[to] : b->to,
			.line = (unsigned)b->line + 1,
			.words = words,
			.number = from == 0 ? b->number : (struct bdl_view){ 0 },
			.block = c->n_blocks,
			.heading = c->heading,
			.lead = lead,
		    });
		rest = bdl_view_from(rest, end);
	}
	c->n_blocks++;
	place_lead(c, b);
}

/* --- blocks --- */

/* Append a line's words; stars of emphasis are marks, and so is a hyphen at a broken line's end. */
static void append(struct cutter *c, struct bdl_view v)
{
	struct block *b = &c->block;
	size_t start = (size_t)(v.p - c->text.p);
	bool divided = b->n > 1 && b->words[b->n - 1] == '-' && bdl_is_letter(b->words[b->n - 2]) &&
	    v.n > 0 && v.p[0] >= 'a' && v.p[0] <= 'z';

	if (divided) {
		b->n--;
	} else if (b->n > 0) {
		b->at[b->n] = (uint32_t)start;
		b->words[b->n++] = ' ';
	}
	for (size_t i = 0; i < v.n; i++) {
		bool blank = v.p[i] == ' ' || (v.p[i] == '\t' && b->kind != BDL_STATEMENT_ROW);

		if (v.p[i] == '*' &&
		    ((i + 1 < v.n && v.p[i + 1] == '*') || (i > 0 && v.p[i - 1] == '*')))
			continue;
		if (blank && (b->n == 0 || b->words[b->n - 1] == ' '))
			continue;
		b->at[b->n] = (uint32_t)(start + i);
		b->words[b->n++] = blank ? ' ' : v.p[i];
	}
	b->to = start + v.n;
}

static void open_block(struct cutter *c, size_t i, enum bdl_statement_kind kind)
{
	const struct bdl_line *line = &c->lines[i];
	struct block *b = &c->block;
	/* A block's words are never more than what is left of the text and a blank for each line. */
	size_t used = b->words ? b->n : 0;

	*b = (struct block){
		.kind = kind,
		.words = b->words + used,
		.at = b->at + used,
		.from = (size_t)(line->all.p - c->text.p),
		.line = i,
		.last = i,
		.number = line->number,
		.indent = line->indent,
	};
	c->open = true;
	append(c, line->body);
}

static void add_heading(struct cutter *c, const struct bdl_line *line, size_t i)
{
	struct bdl_statement s = { .kind = BDL_STATEMENT_HEADING };
	unsigned dots = 0;

	for (size_t k = 0; k < line->number.n; k++)
		dots += line->number.p[k] == '.';
	open_block(c, i, BDL_STATEMENT_HEADING);
	c->open = false;
	if (c->block.n == 0)
		return; /* "# **": of marks only */
	s.from = c->block.from;
	s.to = c->block.to;
	s.line = (unsigned)i + 1;
	s.words = bdl_view_trim(bdl_view_at(c->block.words, c->block.n));
	s.number = line->number;
	s.level = line->level ? line->level : line->number.n ? 2 + dots : 2;
	s.block = c->n_blocks++;
	s.heading = s.lead = BDL_NO_STATEMENT;
	add(c, s);
	c->heading = (uint32_t)c->n - 1;
	c->lead = gives_orders(s.words) ? c->heading : BDL_NO_STATEMENT;
	c->lead_indent = 0;
	c->lead_number = (struct bdl_view){ 0 };
}

/* The longest line of those that stand together with this one. */
static unsigned width_at(const struct cutter *c, size_t i)
{
	unsigned width = 0;
	size_t from = i, to = i;

	while (from > 0 && c->lines[from - 1].all.n > 0 && i - from < 40)
		from--;
	while (to < c->n_lines && c->lines[to].all.n > 0 && to - i < 40)
		width = c->lines[to].chars > width ? c->lines[to].chars : width, to++;
	for (; from < i; from++)
		width = c->lines[from].chars > width ? c->lines[from].chars : width;
	return width;
}

static bool is_blank(const struct cutter *c, size_t i)
{
	return i >= c->n_lines || c->lines[i].all.n == 0 || c->lines[i].dropped;
}

/* Whether the line belongs to the block that is open. */
static bool belongs(const struct cutter *c, size_t i)
{
	const struct bdl_line *line = &c->lines[i], *last = &c->lines[c->block.last];
	bool apart = i > c->block.last + 1;

	if (!c->open || line->bullet || line->row || c->block.kind == BDL_STATEMENT_ROW)
		return false;
	if (c->block.n == 0)
		return true; /* a mark that stood on a line of its own */
	if (line->chars < LEAD_CHARS && is_before_list(c, i) && line->all.p[0] >= 'A' &&
	    line->all.p[0] <= 'Z')
		return false; /* "DON'T" between two lists */
	/* Over a blank line, or a page's end, only where the sentence plainly goes on. */
	return bdl_line_goes_on(last, line, apart ? 0 : width_at(c, c->block.last)) &&
	    (!apart || (line->all.p[0] >= 'a' && line->all.p[0] <= 'z'));
}

static void take_line(struct cutter *c, size_t i)
{
	const struct bdl_line *line = &c->lines[i];
	bool before = i == 0 || is_blank(c, i - 1), after = is_blank(c, i + 1);
	size_t next = i + 1;

	while (next < c->n_lines && is_blank(c, next))
		next++;

	if (!(c->open && c->block.n == 0) && !(c->open && belongs(c, i) && !before) &&
	    (bdl_line_is_heading(line, before, after) ||
		(before && !after && bdl_line_heads(line, line + 1)) ||
		(next < c->n_lines && bdl_line_heads_list(line, &c->lines[next])))) {
		close_block(c);
		add_heading(c, line, i);
	} else if (belongs(c, i)) {
		append(c, line->body);
		c->block.last = i;
	} else {
		close_block(c);
		open_block(c, i,
		    line->row          ? BDL_STATEMENT_ROW
			: line->bullet ? BDL_STATEMENT_ITEM
				       : BDL_STATEMENT_SENTENCE);
	}
}

/* --- tables --- */

/* A row of a few words, one of which says what is to be done below it: "Topic", "Do", "Don't". */
static bool is_head_of_orders(struct bdl_view row)
{
	unsigned cells = 0, orders = 0;

	for (struct bdl_view rest = row, cell; bdl_view_cut(&rest, '\t', &cell); cells++) {
		unsigned n = 0;

		for (struct bdl_view word; bdl_view_cut(&cell, ' ', &word); n++)
			orders += is_order(word);
		if (n > HEAD_WORDS)
			return false;
	}
	return cells > 1 && orders > 0;
}

/* Rows below a head are led by it, up to what is no row or another head. */
static void lead_rows(struct bdl_statement *all, size_t n)
{
	uint32_t head = BDL_NO_STATEMENT;

	for (size_t i = 0; i < n; i++) {
		if (all[i].kind != BDL_STATEMENT_ROW)
			head = BDL_NO_STATEMENT;
		else if (is_head_of_orders(all[i].words))
			head = (uint32_t)i;
		else
			all[i].lead = head;
	}
}

int bdl_statements_cut(struct bdl_view text, struct bdl_region *region, struct bdl_statements *ret,
    struct bdl_err *err)
{
	struct cutter c = { .text = text, .region = region };
	struct bdl_statement *kept;

	if (text.n > BDL_IMPORT_TEXT_MAX)
		return bdl_fail(err, BDL_E_LIMIT, "the text is longer than 512 KiB");
	c.heading = c.lead = BDL_NO_STATEMENT;
	c.lines = bdl_lines_look(text, region, &c.n_lines);
	c.block.words = bdl_region_get(region, 2 * text.n + 2);
	c.block.at = bdl_region_array(region, 2 * text.n + 2, sizeof(*c.block.at));
	if (!c.lines || !c.block.words || !c.block.at)
		return bdl_fail(err, BDL_E_LIMIT, "the text needs more memory than an import may");
	for (size_t i = 0; i < c.n_lines && c.n <= BDL_STATEMENTS_MAX; i++)
		if (!is_blank(&c, i))
			take_line(&c, i);
	close_block(&c);
	kept = bdl_region_array(region, c.n, sizeof(*kept));
	if (kept && c.n > 0)
		memcpy(kept, c.items, c.n * sizeof(*kept));
	if (kept)
		lead_rows(kept, c.n);
	free(c.items);
	if (c.n > BDL_STATEMENTS_MAX || !kept)
		return bdl_fail(err, BDL_E_LIMIT, "the text has more than 4,096 statements");
	*ret = (struct bdl_statements){ kept, c.n };
	return 0;
}

static bool is_brief(struct bdl_view words)
{
	unsigned n = 0;

	for (struct bdl_view rest = words, word;
	     n <= BRIEF_WORDS && bdl_view_cut(&rest, ' ', &word);)
		n++;
	return n <= BRIEF_WORDS;
}

static bool is_question(struct bdl_view words)
{
	return bdl_view_ends(words, BDL_LIT("?"));
}

uint32_t bdl_statement_asked(const struct bdl_statements *s, size_t at)
{
	const struct bdl_statement *all = s->items;
	bool heading = all[at].kind == BDL_STATEMENT_HEADING;

	if (heading || is_question(all[at].words))
		return BDL_NO_STATEMENT;
	while (at > 0) {
		bool alone = at == 1 || all[at - 2].block != all[at - 1].block;
		bool beside = all[at - 1].block == all[at].block ||
		    all[at - 1].kind == BDL_STATEMENT_HEADING ||
		    (alone && is_question(all[at - 1].words));

		at--;
		if (!beside)
			return BDL_NO_STATEMENT;
		if (is_question(all[at].words))
			return (uint32_t)at;
		if (all[at].kind == BDL_STATEMENT_HEADING || !is_brief(all[at].words))
			return BDL_NO_STATEMENT;
	}
	return BDL_NO_STATEMENT;
}
