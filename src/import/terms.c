/* Dates of terms and holidays, as policies and handbooks tell them. */
#include "base/ascii.h"
#include "import/import_int.h"

#define DATES_MAX  8
#define SPAN_MAX   183 /* days, about: longer than any term or holiday */
#define AUGUST     8   /* in which an academic year begins */
#define YEAR_MIN   2000
#define SPAN_BYTES 64

enum span_kind { NO_SPAN, TERM, HOLIDAY, CLOSED }; /* closed: of a single day, too */

struct dates {
	struct bdl_import_day items[DATES_MAX];
	size_t n;
	unsigned pending[2]; /* days whose month comes yet: "26 to 30 October" */
	size_t n_pending;
	unsigned month;  /* that stands before its day: "October 26"; 0: none */
	const char *end; /* of the last of these */
	unsigned year;   /* that was said last */
	bool is_span;    /* the first two are its ends */
};

/* What a name begins. */
static const struct span_name {
	const char *words; /* as they stand, in small letters */
	const char *name;
	enum span_kind kind;
} names[] = {
	{ "half term", "half-term", HOLIDAY },
	{ "half-term", "half-term", HOLIDAY },
	{ "christmas", "christmas", HOLIDAY },
	{ "easter", "easter", HOLIDAY },
	{ "summer holiday", "summer", HOLIDAY },
	{ "summer break", "summer", HOLIDAY },
	{ "bank holiday", "bank-holiday", CLOSED },
	{ "may day", "may-day", CLOSED },
	{ "inset", "inset", CLOSED },
	{ "training day", "inset", CLOSED },
	{ "autumn", "autumn", TERM },
	{ "michaelmas", "michaelmas", TERM },
	{ "spring", "spring", TERM },
	{ "lent", "lent", TERM },
	{ "summer", "summer", TERM },
	{ "trinity", "trinity", TERM },
};

/* --- dates --- */

static void add_date(struct dates *d, struct bdl_import_day day)
{
	if (d->n < DATES_MAX)
		d->items[d->n++] = day;
}

static bool is_any(struct bdl_view text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_import_has(text, words[i]))
			return true;
	return false;
}

/* "26 to 30 October", "1 and 2 October", and not "Autumn 1: 3 October". */
static bool are_joined(struct bdl_view between)
{
	static const char *const joins[] = { "to", "until", "and", "&", ",", "-", "\xe2\x80\x93",
		"\xe2\x80\x94" };

	return is_any(between, joins, BDL_ARRAY_LEN(joins));
}

/* What stands between the last day or month, which there is, and this word. */
static struct bdl_view before(const struct dates *d, struct bdl_view word)
{
	return bdl_view_trim(bdl_view_at(d->end, (size_t)(word.p - d->end)));
}

/* A day and its month: "3 October", "3rd of October", "October 3". */
static bool is_beside(const struct dates *d, struct bdl_view word)
{
	struct bdl_view between = before(d, word);

	return between.n == 0 || bdl_view_iis(between, "of");
}

/* Whether the first two are the ends of a span, by what stands between them. */
static void look_between(struct dates *d, struct bdl_view word)
{
	static const char *const runs[] = { " to ", " until ", "\xe2\x80\x93", "\xe2\x80\x94",
		" - " };

	if (!d->end || d->n + d->n_pending != 1)
		return;
	/* A hyphen alone, or between blanks: one within a word joins no dates ("non-pupil day"). */
	d->is_span |= bdl_view_iis(before(d, word), "-") ||
	    is_any(bdl_view_at(d->end, (size_t)(word.p - d->end)), runs, BDL_ARRAY_LEN(runs));
}

static void take_month(struct dates *d, struct bdl_view word, unsigned month)
{
	bool behind = d->n_pending > 0 && is_beside(d, word);

	for (size_t i = 0; behind && i < d->n_pending; i++)
		add_date(d, (struct bdl_import_day){ .month = month, .day = d->pending[i] });
	d->n_pending = 0;
	d->month = behind ? 0 : month;
	d->end = word.p + word.n;
}

static void take_day(struct dates *d, struct bdl_view word, unsigned day)
{
	if (d->month && is_beside(d, word)) {
		add_date(d, (struct bdl_import_day){ .month = d->month, .day = day });
	} else {
		if (d->n_pending > 0 && !are_joined(before(d, word)))
			d->n_pending = 0;
		if (d->n_pending == BDL_ARRAY_LEN(d->pending))
			d->pending[0] = d->pending[--d->n_pending];
		d->pending[d->n_pending++] = day;
	}
	d->month = 0;
	d->end = word.p + word.n;
}

/* The last says it for those before it: "21 December to 4 January 2027". */
static void take_year(struct dates *d, unsigned year)
{
	d->year = year;
	for (size_t i = d->n; i-- > 0 && d->items[i].year == 0;) {
		if (i + 1 < d->n && d->items[i].month > d->items[i + 1].month)
			year--;
		d->items[i].year = year;
	}
}

/* Dates without a year, from what was said before them: "Autumn 2026: 3 September to 18 December". */
static void fill_years(struct dates *d, unsigned academic)
{
	for (size_t i = 0; i < d->n; i++) {
		struct bdl_import_day *day = &d->items[i];

		if (day->year)
			continue;
		if (i > 0 && d->items[i - 1].year)
			day->year =
			    d->items[i - 1].year + (day->month < d->items[i - 1].month ? 1 : 0);
		else if (d->year)
			day->year = d->year;
		else if (academic)
			day->year = academic + (day->month < AUGUST ? 1 : 0);
	}
}

/* The next word or number of *rest, dates with marks as one: "03/09/2026". */
static bool cut_word(struct bdl_view *rest, struct bdl_view *ret)
{
	size_t n = 0;

	while (rest->n > 0 && !bdl_is_letter(rest->p[0]) && !bdl_is_digit(rest->p[0]))
		*rest = bdl_view_from(*rest, 1);
	while (n < rest->n && (bdl_is_letter(rest->p[n]) || bdl_is_digit(rest->p[n])))
		n++;
	*ret = bdl_view_at(rest->p, n);
	*rest = bdl_view_from(*rest, n);
	return n > 0;
}

static void read_dates(struct bdl_view text, struct dates *d)
{
	struct bdl_view rest = text, word;

	while (cut_word(&rest, &word)) {
		struct bdl_view marked = bdl_view_at(word.p, (size_t)(rest.p - word.p));
		unsigned month = bdl_import_month(word), number = 0;
		struct bdl_import_day day;

		if (month || bdl_is_digit(word.p[0]))
			look_between(d, word);
		while (marked.n < (size_t)(text.p + text.n - word.p) &&
		    (bdl_is_digit(marked.p[marked.n]) || strchr("/.-", marked.p[marked.n])))
			marked.n++;
		if (bdl_is_digit(word.p[0]) && marked.n > word.n + 3 &&
		    bdl_import_day_find(marked, &day) && day.day) {
			add_date(d, day);
			d->end = marked.p + marked.n;
			rest = bdl_view_at(
			    marked.p + marked.n, (size_t)(text.p + text.n - marked.p) - marked.n);
		} else if (month) {
			take_month(d, word, month);
		} else if (bdl_import_number(word, 31, &number) && number > 0) {
			take_day(d, word, number);
		} else if (word.n == 4 && bdl_import_number(word, 2099, &number) &&
		    number >= YEAR_MIN) {
			take_year(d, number);
		}
	}
}

/* --- spans --- */

static int days_of(const struct bdl_import_day *d)
{
	return (int)((d->year * 12 + d->month) * 31 + d->day);
}

static void put_day(struct bdl_buf *out, const struct bdl_import_day *d)
{
	(void)bdl_buf_printf(out, "%04u-%02u-%02u", d->year, d->month, d->day);
}

/* One day where `to` is NULL. */
static void put_span(const struct span_name *name, const struct bdl_import_day *from,
    const struct bdl_import_day *to, struct bdl_buf *out)
{
	struct bdl_buf span BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(SPAN_BYTES);
	int days = to ? days_of(to) - days_of(from) : 0;

	if (!from->year || (to && (!to->year || days < 0 || days > SPAN_MAX)))
		return;
	put_day(&span, from);
	if (to) {
		(void)bdl_buf_add_str(&span, " to "); /* there is room */
		put_day(&span, to);
	}
	(void)bdl_buf_printf(out, "%s%s %.*s", out->n ? ", " : "", name->name,
	    BDL_FMT(bdl_buf_view(&span))); /* whole, or not at all */
}

/* Of a term that is told by its halves, the whole; days on which a school is closed may be apart. */
static void put_spans(const struct span_name *name, const struct dates *d, struct bdl_buf *out)
{
	bool apart = name->kind == CLOSED && !d->is_span;

	for (size_t i = 0; apart && i < d->n; i++)
		put_span(name, &d->items[i], NULL, out);
	if (!apart && d->n > 1)
		put_span(
		    name, &d->items[0], &d->items[name->kind == TERM && d->n == 4 ? 3 : 1], out);
}

/* The name that stands at the front, whole words of it. */
static const struct span_name *name_at(struct bdl_view v)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(names); i++) {
		size_t n = strlen(names[i].words);

		if (bdl_view_istarts(v, bdl_view_of(names[i].words)) &&
		    (n == v.n || !bdl_is_letter(v.p[n]) ||
			(names[i].kind != TERM && bdl_lower(v.p[n]) == 's')))
			return &names[i];
	}
	return NULL;
}

/* How far it is to the next name; v.n where there is none. */
static size_t next_name(struct bdl_view v, size_t from)
{
	for (size_t i = from; i < v.n; i++)
		if ((i == 0 || !bdl_is_letter(v.p[i - 1])) && name_at(bdl_view_from(v, i)))
			return i;
	return v.n;
}

void bdl_terms_read(
    struct bdl_view words, unsigned academic, struct bdl_buf *terms, struct bdl_buf *holidays)
{
	size_t at = next_name(words, 0);

	while (at < words.n) {
		const struct span_name *name = name_at(bdl_view_from(words, at));
		size_t end = next_name(words, at + strlen(name->words));
		struct dates d = { 0 };

		struct bdl_view said = bdl_view_at(words.p + at, end - at);

		read_dates(said, &d);
		fill_years(&d, academic);
		put_spans(name, &d, name->kind == TERM ? terms : holidays);
		at = end;
	}
}

/* --- the academic year --- */

unsigned bdl_terms_year(struct bdl_view words)
{
	struct bdl_view word;
	unsigned year = 0;

	while (year == 0 && cut_word(&words, &word))
		if (word.n != 4 || !bdl_import_number(word, 2099, &year) || year < YEAR_MIN)
			year = 0;
	return year;
}
