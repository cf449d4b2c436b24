/* Lines of a text: which are items, rows, headings, and which belong to the page and not to it. */
#include "base/ascii.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "import/statement_int.h"

#define EDGE_LINES    2  /* of a page's top and of its foot */
#define HEADING_WORDS 10 /* in one line */
#define HEADING_CHARS 90
#define HEAD_WORDS    8
#define HEAD_CHARS    48
#define UNBROKEN      130 /* characters: a page is not so wide, so such lines are whole paragraphs */

static unsigned count_chars(struct bdl_view v)
{
	unsigned n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += ((unsigned char)v.p[i] & 0xc0) != 0x80;
	return n;
}

static struct bdl_view cut_word(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && v.p[n] != ' ' && v.p[n] != '\t')
		n++;
	return bdl_view_at(v.p, n);
}

static unsigned count_words(struct bdl_view v)
{
	unsigned n = 0;

	for (v = bdl_view_trim(v); v.n > 0; n++)
		v = bdl_view_trim(bdl_view_from(v, cut_word(v).n));
	return n;
}

/* --- marks --- */

static bool is_bullet_char(uint32_t ch)
{
	static const uint32_t marks[] = { '-', '*', '+', 0xb7, 0x2013, 0x2014, 0x2022, 0x2023,
		0x2043, 0x204c, 0x2219, 0x25a0, 0x25a1, 0x25aa, 0x25ab, 0x25b6, 0x25ba, 0x25cb,
		0x25cf, 0x25e6, 0x2605, 0x2610, 0x2611, 0x2612, 0x2666, 0x2713, 0x2714, 0x2717,
		0x2718, 0x2756, 0x27a2, 0x27a4, 0x2794 };

	for (size_t i = 0; i < BDL_ARRAY_LEN(marks); i++)
		if (ch == marks[i])
			return true;
	return false;
}

/* A mark and a blank behind it; "o " is how some programs write a bullet of the second kind. */
static bool take_bullet(struct bdl_view *v)
{
	uint32_t ch;
	bool bad;
	size_t n;

	if (v->n == 0)
		return false;
	n = bdl_utf8_next(*v, &ch, &bad);
	if (n < v->n && v->p[n] != ' ' && v->p[n] != '\t' && ch < 0x2000)
		return false;
	if (!is_bullet_char(ch) && !(ch == 'o' && n < v->n))
		return false;
	*v = bdl_view_trim(bdl_view_from(*v, n));
	return true;
}

/* "4", "4.3", "4.3.1", at most two digits each: years are no numbers of clauses. */
static size_t digits_at(struct bdl_view v)
{
	size_t n = 0, run = 0;

	while (n < v.n && (bdl_is_digit(v.p[n]) || (v.p[n] == '.' && run > 0))) {
		run = v.p[n] == '.' ? 0 : run + 1;
		if (run > 2)
			return 0;
		n++;
	}
	return n > 0 && v.p[n - 1] == '.' ? n - 1 : n;
}

/* "a", "iv": only with a bracket or a dot behind it are they numbers. */
static size_t letters_at(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && n < 4 && v.p[n] != '\0' && strchr("ivx", v.p[n]))
		n++;
	if (n > 0 && n < v.n && (v.p[n] == ')' || v.p[n] == '.'))
		return n;
	return v.n > 1 && bdl_is_letter(v.p[0]) && v.p[1] == ')' ? 1 : 0;
}

static bool take_number(struct bdl_view *v, struct bdl_view *ret)
{
	bool bracket = v->n > 0 && v->p[0] == '(';
	struct bdl_view rest = bdl_view_from(*v, bracket);
	size_t digits = digits_at(rest), n = digits ? digits : letters_at(rest);
	size_t end = n + (n > 0 && n < rest.n && (rest.p[n] == '.' || rest.p[n] == ')'));
	struct bdl_view number = bdl_view_at(rest.p, n);
	bool sure =
	    end > n || bdl_view_find(number, '.') < n || (end < rest.n && rest.p[end] == '\t');

	if (n == 0 || end >= rest.n || (rest.p[end] != ' ' && rest.p[end] != '\t'))
		return false;
	rest = bdl_view_trim(bdl_view_from(rest, end));
	if (!sure &&
	    (count_words(rest) > HEADING_WORDS || rest.n == 0 || rest.p[0] < 'A' ||
		rest.p[0] > 'Z'))
		return false;
	*ret = number;
	*v = rest;
	return true;
}

static bool take_heading_mark(struct bdl_line *line)
{
	struct bdl_view v = line->body;
	unsigned level = 0;

	while (level < v.n && level < 6 && v.p[level] == '#')
		level++;
	if (level == 0 || level >= v.n || (v.p[level] != ' ' && v.p[level] != '\t'))
		return false;
	line->level = level;
	line->body = bdl_view_trim(bdl_view_from(v, level));
	return true;
}

static bool has_letters(struct bdl_view v, bool *ret_capitals)
{
	unsigned small = 0, large = 0;

	for (size_t i = 0; i < v.n; i++) {
		small += v.p[i] >= 'a' && v.p[i] <= 'z';
		large += v.p[i] >= 'A' && v.p[i] <= 'Z';
	}
	*ret_capitals = small == 0 && large >= 4;
	return small + large > 1;
}

static unsigned count_tabs(struct bdl_view v)
{
	unsigned n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == '\t';
	return n;
}

/* `raw` still has the blanks before it: an empty first cell of a row is one. */
static void look(struct bdl_line *line, struct bdl_view raw)
{
	struct bdl_view all = line->all;

	line->body = all;
	line->chars = count_chars(all);
	if (all.n == 0)
		return;
	if (take_heading_mark(line)) {
		(void)take_number(&line->body, &line->number); /* not every heading has one */
		return;
	}
	if (all.n > 1 && all.p[0] == '|' && all.p[all.n - 1] == '|') {
		line->row = true;
		line->body = bdl_view_at(all.p + 1, all.n - 2);
		return;
	}
	/* Two tabs divide three cells, of which the first may be a number. */
	line->row = count_tabs(all) > 1;
	if (!line->row) {
		line->bullet = take_bullet(&line->body);
		line->bullet = take_number(&line->body, &line->number) || line->bullet;
		line->row = !line->bullet && count_tabs(line->body) > 0;
	}
	if (line->row)
		line->body = bdl_view_at(raw.p, (size_t)(all.p + all.n - raw.p));
}

/* --- what belongs to the page --- */

/* The same of two lines that differ in numbers only. */
static uint64_t shape_of(struct bdl_view v)
{
	char shape[128];
	size_t n = 0;

	for (size_t i = 0; i < v.n && n < sizeof(shape); i++)
		if (!bdl_is_digit(v.p[i]) && v.p[i] != ' ')
			shape[n++] = v.p[i];
	return bdl_hash64(shape, n, 1);
}

static bool is_page_number(struct bdl_view v)
{
	struct bdl_view word = cut_word(v);
	uint64_t n;

	if (bdl_view_uint(v, 999, &n))
		return true;
	if (!bdl_view_iis(word, "page"))
		return false;
	v = bdl_view_trim(bdl_view_from(v, word.n));
	word = cut_word(v);
	if (!bdl_view_uint(word, 999, &n))
		return false;
	v = bdl_view_trim(bdl_view_from(v, word.n));
	return v.n == 0 || bdl_view_istarts(v, BDL_LIT("of ")) || v.p[0] == '|';
}

/* "Passwords ........ 4", a line of a list of contents. */
static bool is_leader(struct bdl_view v)
{
	size_t n = v.n, dots = 0;

	while (n > 0 && (bdl_is_digit(v.p[n - 1]) || v.p[n - 1] == ' '))
		n--;
	while (n > dots && v.p[n - 1 - dots] == '.')
		dots++;
	return n < v.n && dots >= 4;
}

struct edge {
	uint64_t shape;
	size_t line;
};

/* The first and last lines of each page. `edges` has room for all. */
static size_t find_edges(
    const struct bdl_line *lines, size_t n, struct edge *edges, unsigned *ret_pages)
{
	size_t n_edges = 0;
	unsigned pages = 0;

	for (size_t from = 0, to; from < n; from = to, pages++) {
		unsigned first = 0, last = 0;
		size_t end = from;

		for (to = from + 1; to < n && !lines[to].page;)
			to++;
		for (; end < to && first < EDGE_LINES; end++)
			if (lines[end].all.n > 0 && ++first)
				edges[n_edges++] = (struct edge){ shape_of(lines[end].all), end };
		for (size_t i = to; i > end && last < EDGE_LINES; i--)
			if (lines[i - 1].all.n > 0 && ++last)
				edges[n_edges++] =
				    (struct edge){ shape_of(lines[i - 1].all), i - 1 };
	}
	*ret_pages = pages;
	return n_edges;
}

static int by_shape(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->shape < y->shape ? -1 : x->shape > y->shape;
}

static void drop_running(struct bdl_line *lines, size_t n, struct edge *edges)
{
	unsigned pages;
	size_t n_edges = find_edges(lines, n, edges, &pages);

	qsort(edges, n_edges, sizeof(*edges), by_shape);
	for (size_t i = 0, j; i < n_edges; i = j) {
		for (j = i + 1; j < n_edges && edges[j].shape == edges[i].shape;)
			j++;
		for (size_t k = i; pages >= 3 && j - i >= 3 && 2 * (j - i) >= pages && k < j; k++)
			lines[edges[k].line].dropped = true;
	}
	for (size_t i = 0; i < n; i++)
		if ((is_page_number(lines[i].all) && !lines[i].row) || is_leader(lines[i].all))
			lines[i].dropped = true;
}

/* --- all of them --- */

static unsigned indent_of(struct bdl_view v)
{
	unsigned indent = 0;

	for (size_t i = 0; i < v.n && (v.p[i] == ' ' || v.p[i] == '\t'); i++)
		indent += v.p[i] == '\t' ? 8 : 1;
	return indent;
}

struct bdl_line *bdl_lines_look(struct bdl_view text, struct bdl_region *region, size_t *ret_n)
{
	struct bdl_view rest = text, all;
	struct bdl_line *lines;
	struct edge *edges;
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n' || text.p[i] == '\f';
	lines = bdl_region_array(region, n, sizeof(*lines));
	edges = bdl_region_array(region, n, sizeof(*edges)); /* a line is an edge once */
	if (!lines || !edges)
		return NULL;
	for (n = 0; rest.n > 0; n++) {
		size_t end = 0;

		while (end < rest.n && rest.p[end] != '\n' && rest.p[end] != '\f')
			end++;
		all = bdl_view_at(rest.p, end);
		lines[n].indent = indent_of(all);
		lines[n].all = bdl_view_trim(all);
		lines[n].page = n == 0 || rest.p[-1] == '\f';
		look(&lines[n], all);
		rest = bdl_view_from(rest, end + (end < rest.n));
	}
	drop_running(lines, n, edges);
	*ret_n = n;
	return bdl_contents_drop(lines, n, region) ? lines : NULL;
}

/* --- headings and broken lines --- */

bool bdl_line_says(struct bdl_view v)
{
	static const char *const verbs[] = { "must", "will", "should", "may", "not", "never", "no",
		"do", "don't", "don\xe2\x80\x99t", "can", "cannot", "is", "are", "shall", "i",
		"you", "keep", "ask", "tell", "report", "always", "only" };

	for (v = bdl_view_trim(v); v.n > 0;) {
		struct bdl_view word = cut_word(v);

		v = bdl_view_trim(bdl_view_from(v, word.n));
		for (size_t i = 0; i < BDL_ARRAY_LEN(verbs); i++)
			if (bdl_view_iis(word, verbs[i]))
				return true;
	}
	return false;
}

/* "Name:   Signed:   Date:" is to be filled in. */
static bool is_form(struct bdl_view v)
{
	size_t colons = 0;

	for (size_t i = 0; i < v.n; i++)
		colons += v.p[i] == ':';
	return colons > 1;
}

/* Few words, none of which makes a sentence of them; or all of them bold. */
static bool may_be_heading(const struct bdl_line *line, bool *ret_sure)
{
	struct bdl_view v = line->body;
	bool numbered = line->number.n > 0 && bdl_is_digit(line->number.p[0]);
	bool capitals, bold;

	if (v.n == 0 || line->row || is_form(v) || (line->bullet && !numbered) ||
	    line->chars > HEADING_CHARS || count_words(v) > HEADING_WORDS ||
	    !has_letters(v, &capitals))
		return false;
	bold = v.n > 4 && bdl_view_starts(v, BDL_LIT("**")) && bdl_view_ends(v, BDL_LIT("**"));
	*ret_sure = capitals || bold;
	return !strchr(".;,?!", v.p[v.n - 1]) && (bold || !bdl_line_says(v));
}

bool bdl_line_is_heading(const struct bdl_line *line, bool before, bool after)
{
	struct bdl_view v = line->body;
	bool sure;

	if (line->level > 0)
		return true;
	if (!may_be_heading(line, &sure))
		return false;
	if (sure)
		return true;
	return v.p[0] >= 'A' && v.p[0] <= 'Z' && before &&
	    (after || line->number.n > 0 || v.p[v.n - 1] == ':');
}

bool bdl_line_heads_list(const struct bdl_line *line, const struct bdl_line *next)
{
	bool sure;

	return line->bullet && line->number.n > 0 && next->bullet && next->indent > line->indent &&
	    line->body.n > 0 && line->body.p[line->body.n - 1] != ':' &&
	    may_be_heading(line, &sure);
}

static bool begins_small(struct bdl_view v)
{
	return v.n > 0 && ((v.p[0] >= 'a' && v.p[0] <= 'z') || v.p[0] == '(' || v.p[0] == ',');
}

bool bdl_line_asks(struct bdl_view v)
{
	static const char *const asking[] = { "What", "When", "How", "If", "Who", "Why", "Where" };
	struct bdl_view first = cut_word(v);

	for (size_t i = 0; i < BDL_ARRAY_LEN(asking); i++)
		if (bdl_view_is(first, asking[i]))
			return true;
	return false;
}

/* "What our systems are for" right above a longer line that begins anew, or above a list. */
bool bdl_line_heads(const struct bdl_line *line, const struct bdl_line *next)
{
	struct bdl_view v = line->body;
	bool capitals;

	return v.n > 0 && v.p[0] >= 'A' && v.p[0] <= 'Z' && !line->row && !line->bullet &&
	    line->chars <= HEAD_CHARS && count_words(v) <= HEAD_WORDS &&
	    has_letters(v, &capitals) && bdl_view_find(v, ':') == v.n &&
	    !strchr(".;,?!", v.p[v.n - 1]) && (bdl_line_asks(v) || !bdl_line_says(v)) &&
	    !next->row && (next->bullet || (next->chars > line->chars && !begins_small(next->all)));
}

static bool ends_sentence(struct bdl_view v)
{
	while (v.n > 0 && strchr(")\"'*", v.p[v.n - 1]))
		v.n--;
	return v.n > 0 && strchr(".!?:;", v.p[v.n - 1]);
}

/* "and" at the end of a line, and what follows is the same sentence. */
static bool is_left_open(struct bdl_view v)
{
	static const char *const words[] = { " and", " or", " that", " which", " when", " if",
		" where", " the", " a", " to", " of", "," };

	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++)
		if (bdl_view_ends(v, bdl_view_of(words[i])))
			return true;
	return false;
}

bool bdl_line_goes_on(const struct bdl_line *line, const struct bdl_line *next, unsigned width)
{
	bool fits = line->chars + 1 + count_chars(cut_word(next->all)) <= width;
	bool promise = bdl_view_starts(next->all, BDL_LIT("I ")) && !ends_sentence(line->all) &&
	    !is_left_open(line->all);

	if (begins_small(next->all) && !ends_sentence(line->all))
		return true;
	if (promise || (width > UNBROKEN && ends_sentence(line->all)))
		return false; /* a paragraph on one line is as wide as it is long */
	return !fits;
}

/* --- sentences --- */

static bool is_short_form(struct bdl_view v, size_t dot)
{
	static const char *const forms[] = { "e.g", "eg", "i.e", "ie", "etc", "mr", "mrs", "ms",
		"dr", "no", "st", "vs", "approx", "inc", "para", "tel", "ext", "p", "pp", "a.m",
		"p.m" };
	size_t from = dot;

	while (from > 0 && v.p[from - 1] != ' ' && v.p[from - 1] != '(')
		from--;
	for (size_t i = 0; i < BDL_ARRAY_LEN(forms); i++)
		if (bdl_view_iis(bdl_view_at(v.p + from, dot - from), forms[i]))
			return true;
	return dot - from == 1 && bdl_is_letter(v.p[from]) && v.p[from] != 'I';
}

size_t bdl_sentence_end(struct bdl_view v)
{
	for (size_t i = 0; i < v.n; i++) {
		size_t after = i + 1;

		if (!strchr(".!?", v.p[i]) || v.p[i] == '\0')
			continue;
		while (after < v.n && strchr(")\"'*.!?", v.p[after]))
			after++;
		if (after >= v.n || v.p[after] != ' ' || (v.p[i] == '.' && is_short_form(v, i)))
			continue;
		while (after < v.n && v.p[after] == ' ')
			after++;
		if (after < v.n && !begins_small(bdl_view_from(v, after)))
			return after;
	}
	return v.n;
}
