/* Days, months and intervals as policies write them, in British order. */
#include "base/ascii.h"
#include "import/import_int.h"

static struct bdl_view word_at(struct bdl_view v, size_t at)
{
	size_t n = 0;

	while (at + n < v.n && (bdl_is_letter(v.p[at + n]) || bdl_is_digit(v.p[at + n])))
		n++;
	return bdl_view_at(v.p + at, n);
}

unsigned bdl_import_month(struct bdl_view word)
{
	static const char *const months[] = { "january", "february", "march", "april", "may",
		"june", "july", "august", "september", "october", "november", "december" };

	for (unsigned i = 0; word.n >= 3 && i < BDL_ARRAY_LEN(months); i++)
		if (bdl_view_istarts(bdl_view_of(months[i]), word))
			return i + 1;
	return 0;
}

bool bdl_import_number(struct bdl_view word, unsigned max, unsigned *ret)
{
	uint64_t n;

	while (word.n > 0 && bdl_is_letter(word.p[word.n - 1]))
		word.n--; /* "3rd" */
	if (!bdl_view_uint(word, max, &n))
		return false;
	*ret = (unsigned)n;
	return true;
}

/* A year of two digits or four in this century; 0: none. */
static unsigned year_of(struct bdl_view word)
{
	uint64_t n;

	if (!bdl_view_uint(word, 2099, &n) || (word.n != 2 && word.n != 4))
		return 0;
	if (word.n == 2)
		n += 2000;
	return n >= 2000 ? (unsigned)n : 0;
}

/* "12/09/23", "2025-05-01" at the beginning. */
static bool with_marks(struct bdl_view v, struct bdl_import_day *ret)
{
	struct bdl_view a = word_at(v, 0), b, c;
	struct bdl_import_day d = { 0 };

	if (a.n == 0 || a.n + 1 >= v.n || !strchr("/.-", v.p[a.n]))
		return false;
	b = word_at(v, a.n + 1);
	if (a.n + b.n + 2 >= v.n || v.p[a.n + 1 + b.n] != v.p[a.n])
		return false;
	c = word_at(v, a.n + b.n + 2);
	if (a.n == 4) {
		struct bdl_view swap = a;

		a = c;
		c = swap;
	}
	if (!bdl_import_number(a, 31, &d.day) || !bdl_import_number(b, 12, &d.month) ||
	    d.day == 0 || d.month == 0)
		return false;
	d.year = year_of(c);
	*ret = d;
	return d.year > 0;
}

/* "3 May 2025", "May 2025", "May 3rd, 2025": from the word before the month. */
static bool with_month(
    struct bdl_view before, unsigned month, struct bdl_view rest, struct bdl_import_day *ret)
{
	struct bdl_import_day d = { .month = month };
	unsigned day;

	for (unsigned words = 0; words < 2 && rest.n > 0; words++) {
		struct bdl_view word;

		while (rest.n > 0 && strchr(" ,-/'.", rest.p[0]))
			rest = bdl_view_from(rest, 1);
		word = word_at(rest, 0);
		d.year = word.n == 4 ? year_of(word) : 0;
		if (d.year > 0)
			break;
		if (bdl_import_number(word, 31, &day))
			d.day = day;
		rest = bdl_view_from(rest, word.n);
	}
	if (d.day == 0 && bdl_import_number(before, 31, &day))
		d.day = day;
	*ret = d;
	return d.year > 0;
}

bool bdl_import_day_find(struct bdl_view text, struct bdl_import_day *ret)
{
	struct bdl_view before = { 0 };

	for (size_t i = 0; i < text.n;) {
		struct bdl_view word = word_at(text, i);
		unsigned month = bdl_import_month(word);

		if (word.n == 0) {
			i++;
			continue;
		}
		if (with_marks(bdl_view_from(text, i), ret))
			return true;
		if (month && with_month(before, month, bdl_view_from(text, i + word.n), ret))
			return true;
		before = word;
		i += word.n;
	}
	return false;
}

bool bdl_import_day_begins(struct bdl_view text)
{
	struct bdl_view word = word_at(text, 0);
	struct bdl_import_day d;

	if (!bdl_import_day_find(text, &d))
		return false;
	return (word.n > 0 && bdl_is_digit(word.p[0])) || bdl_import_month(word) > 0;
}

unsigned bdl_import_interval(struct bdl_view text)
{
	static const struct {
		const char *words;
		unsigned months;
	} spans[] = { { "every two years", 24 }, { "every 2 years", 24 }, { "two-year", 24 },
		{ "biennial", 24 }, { "every three years", 36 }, { "every 3 years", 36 },
		{ "three-year", 36 }, { "every six months", 6 }, { "every 6 months", 6 },
		{ "six-month", 6 }, { "termly", 4 }, { "every term", 4 }, { "every 12 months", 12 },
		{ "annual", 12 }, { "every year", 12 }, { "each year", 12 }, { "yearly", 12 },
		{ "2 years", 24 }, { "two years", 24 }, { "3 years", 36 }, { "three years", 36 },
		{ "1 year", 12 }, { "12 months", 12 } };

	for (size_t i = 0; i < BDL_ARRAY_LEN(spans); i++)
		if (bdl_import_has(text, spans[i].words))
			return spans[i].months;
	return 0;
}
