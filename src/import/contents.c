/*
 * Lists of contents: they name what stands below and ask for nothing. One is known by its title, by the
 * numbers of pages at its lines' ends, or as a numbered list whose items all come again in the same order.
 */
#include "base/ascii.h"
#include "base/hash.h"
#include "import/statement_int.h"

#define ENTRY_CHARS 100
#define PAGE_MAX    999
#define PAGED_LEAST 5 /* entries with pages, where no title says what they are */
#define LEAST       3 /* else */

/* What a line would be in a list of contents. */
struct entry {
	uint64_t shape;  /* of its letters; 0: it has none */
	unsigned page;   /* 0: it says none */
	uint32_t again;  /* the next line with the same letters; 0: none */
	uint32_t before; /* the last one before it, from 1; 0: none */
};

struct finder {
	struct bdl_line *lines;
	struct entry *entries;
	size_t n;
};

/* --- lines --- */

static uint64_t shape_of(struct bdl_view v)
{
	char shape[ENTRY_CHARS];
	size_t n = 0;

	for (size_t i = 0; i < v.n && n < sizeof(shape); i++)
		if (bdl_is_letter(v.p[i]))
			shape[n++] = bdl_lower(v.p[i]);
	return n > 0 ? bdl_hash64(shape, n, 1) | 1 : 0;
}

/* "Aims 3", "Using the internet   4/5": the last number, behind a blank. */
static unsigned page_of(struct bdl_view v)
{
	size_t n = v.n, digits;
	uint64_t page;

	while (n > 0 && bdl_is_digit(v.p[n - 1]))
		n--;
	digits = n;
	while (n > 0 && (bdl_is_digit(v.p[n - 1]) || strchr("/-", v.p[n - 1])))
		n--;
	if (n == 0 || !strchr(" \t.", v.p[n - 1]) ||
	    !bdl_view_uint(bdl_view_from(v, digits), PAGE_MAX, &page))
		return 0;
	return (unsigned)page;
}

static bool is_title(const struct bdl_line *line)
{
	static const char *const words[] = { "contents", "table of contents", "contents page",
		"list of contents", "index" };
	struct bdl_view v = line->body;

	while (v.n > 0 && strchr(" :*", v.p[v.n - 1]))
		v.n--;
	while (v.n > 0 && strchr(" *", v.p[0]))
		v = bdl_view_from(v, 1);
	for (size_t i = 0; i < BDL_ARRAY_LEN(words); i++)
		if (bdl_view_iis(v, words[i]))
			return true;
	return false;
}

static bool is_blank(const struct finder *f, size_t i)
{
	return f->lines[i].all.n == 0 || f->lines[i].dropped;
}

/* A short line that is no sentence. */
static bool is_entry(const struct finder *f, size_t i)
{
	const struct bdl_line *line = &f->lines[i];

	return f->entries[i].shape && line->chars <= ENTRY_CHARS &&
	    !strchr(".,;:?!", line->all.p[line->all.n - 1]) &&
	    (f->entries[i].page || bdl_line_asks(line->body) || !bdl_line_says(line->body));
}

static int by_shape(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->shape != y->shape)
		return x->shape < y->shape ? -1 : 1;
	return x->again < y->again ? -1 : x->again > y->again;
}

/* `sorted` has room for all. */
static void look(struct finder *f, struct entry *sorted)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		f->entries[i].shape = shape_of(f->lines[i].body);
		f->entries[i].page = page_of(f->lines[i].all);
		if (f->entries[i].shape)
			sorted[n++] =
			    (struct entry){ .shape = f->entries[i].shape, .again = (uint32_t)i };
	}
	qsort(sorted, n, sizeof(*sorted), by_shape);
	for (size_t k = 0; k + 1 < n; k++)
		if (sorted[k].shape == sorted[k + 1].shape) {
			f->entries[sorted[k].again].again = sorted[k + 1].again;
			f->entries[sorted[k + 1].again].before = sorted[k].again + 1;
		}
}

/* --- lists --- */

/* The lines from..end, and what the list is known by. */
struct list {
	size_t from, end, n;
	unsigned page;  /* the last */
	uint32_t again; /* the last line that came again, or 0 */
};

static void drop(struct finder *f, const struct list *l)
{
	for (size_t i = l->from; i < l->end; i++)
		f->lines[i].dropped = true;
}

/* Below a title: to the first sentence, or to where what was named begins. */
static size_t take_titled(struct finder *f, size_t title)
{
	struct list l = { .from = title, .end = title + 1 };
	size_t last = title;

	for (size_t i = title + 1; i < f->n; i++) {
		bool named = f->entries[i].before > title + 1;

		if (is_blank(f, i))
			continue;
		if (named || !is_entry(f, i)) {
			/* A heading that nobody named, right above the first sentence. */
			if (!named && !f->entries[last].page && last + 1 == i && l.n > LEAST &&
			    is_blank(f, last - 1))
				l.end = last;
			break;
		}
		l.n++;
		last = i;
		l.end = i + 1;
	}
	if (l.n >= LEAST)
		drop(f, &l);
	return l.end;
}

/* "How old one has to be:" leads to a list that is to be read. */
static bool is_led(const struct finder *f, size_t at)
{
	while (at > 0 && is_blank(f, at - 1))
		at--;
	return at > 0 && bdl_view_ends(f->lines[at - 1].all, BDL_LIT(":"));
}

/* Lines of which each says its page, in order. */
static size_t take_paged(struct finder *f, size_t from)
{
	struct list l = { .from = from, .end = from };
	unsigned pages = 0; /* that differ */
	bool differ = false;

	for (size_t i = from; i < f->n; i++) {
		if (is_blank(f, i))
			continue;
		if (!is_entry(f, i) || f->entries[i].page < (l.page ? l.page : 1))
			break;
		differ = differ || f->entries[i].shape != f->entries[from].shape;
		pages += f->entries[i].page != l.page;
		l.page = f->entries[i].page;
		l.n++;
		l.end = i + 1;
	}
	if (l.n >= PAGED_LEAST && differ && pages >= LEAST && !is_led(f, from))
		drop(f, &l);
	return l.n >= PAGED_LEAST ? l.end : from + 1;
}

/* Numbered lines of which each comes again behind all of them, in order. */
static size_t take_repeated(struct finder *f, size_t from)
{
	struct list l = { .from = from, .end = from };

	for (size_t i = from; i < f->n; i++) {
		const struct entry *e = &f->entries[i];

		if (is_blank(f, i))
			continue;
		if (f->lines[i].number.n == 0 || !is_entry(f, i) || e->again <= l.again)
			break;
		l.again = e->again;
		l.n++;
		l.end = i + 1;
	}
	if (l.n >= LEAST && f->entries[from].again >= l.end)
		drop(f, &l);
	return l.n >= LEAST ? l.end : from + 1;
}

bool bdl_contents_drop(struct bdl_line *lines, size_t n, struct bdl_region *region)
{
	struct entry *sorted = bdl_region_array(region, n + 1, sizeof(*sorted));
	struct finder f = { lines, bdl_region_array(region, n + 1, sizeof(*f.entries)), n };

	if (!sorted || !f.entries)
		return false;
	look(&f, sorted);
	for (size_t i = 0; i < n;) {
		if (is_blank(&f, i))
			i++;
		else if (is_title(&lines[i]))
			i = take_titled(&f, i);
		else if (f.entries[i].page)
			i = take_paged(&f, i);
		else if (f.entries[i].again)
			i = take_repeated(&f, i);
		else
			i++;
	}
	return true;
}
