/* Hours, spans and sizes that a sentence states, as the language of rules has them. */
#include "base/ascii.h"
#include "import/concepts_int.h"

#define TOKENS_MAX 400
#define MINUTES    60

enum token_kind { NUMBER, WORD, DASH };

struct token {
	enum token_kind kind;
	struct bdl_view word;
	unsigned number;  /* and of a number with two digits behind ':' or '.' those */
	unsigned minutes; /* such as 8:30 */
	bool has_minutes;
};

struct words {
	struct token items[TOKENS_MAX];
	size_t n;
};

/* --- words and numbers --- */

static size_t digits_at(struct bdl_view v, unsigned *ret)
{
	size_t n = 0;

	for (*ret = 0; n < v.n && n < 6 && bdl_is_digit(v.p[n]); n++)
		*ret = *ret * 10 + (unsigned)(v.p[n] - '0');
	return n;
}

static size_t take_number(struct bdl_view v, struct token *t)
{
	size_t n = digits_at(v, &t->number), more;

	t->kind = NUMBER;
	if (n + 2 >= v.n || !strchr(":.", v.p[n]))
		return n;
	more = digits_at(bdl_view_from(v, n + 1), &t->minutes);
	t->has_minutes = more == 2 && t->minutes < MINUTES;
	return t->has_minutes ? n + 3 : n;
}

static bool take_number_word(struct token *t)
{
	static const char *const numbers[] = { "one", "two", "three", "four", "five", "six",
		"seven", "eight", "nine", "ten", "eleven", "twelve" };

	for (unsigned i = 0; i < BDL_ARRAY_LEN(numbers); i++)
		if (bdl_view_iis(t->word, numbers[i])) {
			t->kind = NUMBER;
			t->number = i + 1;
			return true;
		}
	return false;
}

static size_t take_token(struct bdl_view v, struct token *t)
{
	size_t n = 0;

	*t = (struct token){ .kind = DASH };
	if (bdl_is_digit(v.p[0]))
		return take_number(v, t);
	if (v.p[0] == '-')
		return 1;
	if (v.n > 2 && memcmp(v.p, "\xe2\x80\x93", 3) == 0) /* an en dash */
		return 3;
	while (n < v.n && bdl_is_letter(v.p[n]))
		n++;
	t->kind = WORD;
	t->word = bdl_view_at(v.p, n);
	(void)take_number_word(t); /* else it stays a word */
	return n;
}

static void cut(struct bdl_view v, struct words *w)
{
	w->n = 0;
	while (v.n > 0 && w->n < TOKENS_MAX) {
		size_t n = take_token(v, &w->items[w->n]);

		w->n += n > 0;
		v = bdl_view_from(v, n > 0 ? n : 1);
	}
}

static bool is_word(const struct words *w, size_t at, const char *word)
{
	return at < w->n && w->items[at].kind == WORD && bdl_view_iis(w->items[at].word, word);
}

static bool is_any(const struct words *w, size_t at, const char *const *some, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_word(w, at, some[i]))
			return true;
	return false;
}

/* --- times of the day --- */

struct moment {
	unsigned minute; /* of the day, as it was written */
	bool pm, am;
	bool plain; /* a bare number: it may be no time at all */
};

/* "pm", "p.m."; 0: neither stands there. */
static size_t take_half_day(const struct words *w, size_t at, const char *letter, const char *word)
{
	if (is_word(w, at, word))
		return 1;
	return is_word(w, at, letter) && is_word(w, at + 1, "m") ? 2 : 0;
}

/* "half past three" is a time as well. How many tokens it takes; 0: there is none. */
static size_t take_moment(const struct words *w, size_t at, struct moment *ret)
{
	bool half = is_word(w, at, "half") && is_word(w, at + 1, "past");
	size_t n = half ? 3 : 1, am, pm;
	const struct token *t = &w->items[at + n - 1];

	*ret = (struct moment){ .minute = 12 * MINUTES, .pm = true };
	if (is_word(w, at, "noon") || is_word(w, at, "midday"))
		return 1;
	if (at + n > w->n || t->kind != NUMBER || t->number > 24)
		return 0;
	am = take_half_day(w, at + n, "a", "am");
	pm = take_half_day(w, at + n, "p", "pm");
	ret->minute = t->number * MINUTES + (half ? 30 : t->minutes);
	ret->pm = pm > 0;
	ret->am = am > 0;
	if (ret->pm && t->number < 12)
		ret->minute += 12 * MINUTES;
	ret->plain = !ret->pm && !ret->am && !t->has_minutes && !half;
	return n + am + pm;
}

static void put_moment(struct bdl_buf *out, unsigned minute)
{
	(void)bdl_buf_printf(out, "%02u:%02u", minute / MINUTES, minute % MINUTES);
}

/* "1 to 3 pm" begins after noon, "8 to 5 pm" before it, and "9 to 5" ends after it. */
static bool settle(struct moment *from, struct moment *to)
{
	if (!from->am && !from->pm && to->pm && from->minute + 12 * MINUTES < to->minute &&
	    from->minute < 7 * MINUTES)
		from->minute += 12 * MINUTES;
	if (!to->am && !to->pm && to->minute <= from->minute)
		to->minute += 12 * MINUTES;
	return to->minute > from->minute && to->minute <= 24 * MINUTES;
}

static bool joins(const struct words *w, size_t at)
{
	static const char *const words[] = { "to", "until", "till", "and" };

	return at < w->n &&
	    (w->items[at].kind == DASH || is_any(w, at, words, BDL_ARRAY_LEN(words)));
}

/* "between 9 and 5", "8.30 am to 4 pm", "08:00-16:00"; not "3 to 5 days". */
static bool put_hours(const struct words *w, size_t at, struct bdl_buf *out)
{
	static const char *const units[] = { "minute", "minutes", "hour", "hours", "day", "days",
		"week", "weeks", "year", "years" };
	static const char *const before[] = { "between", "from" };
	struct moment from, to;
	size_t next = at + take_moment(w, at, &from), end;
	bool said = at > 0 && is_any(w, at - 1, before, BDL_ARRAY_LEN(before));

	if (next == at || !joins(w, next) || next + 1 >= w->n)
		return false;
	end = take_moment(w, next + 1, &to);
	if (end == 0 || (from.plain && to.plain && !said) ||
	    is_any(w, next + 1 + end, units, BDL_ARRAY_LEN(units)) || !settle(&from, &to))
		return false;
	put_moment(out, from.minute);
	(void)bdl_buf_add_char(out, '-');
	put_moment(out, to.minute);
	return true;
}

/* "after half past three", "after 3.30": of a school's day, so the afternoon's. */
static bool put_time(const struct words *w, size_t at, struct bdl_buf *out)
{
	struct moment m;

	if (!is_word(w, at, "after") || at + 1 >= w->n || !take_moment(w, at + 1, &m) || m.plain)
		return false;
	if (!m.am && !m.pm && m.minute < 7 * MINUTES)
		m.minute += 12 * MINUTES;
	if (m.minute >= 24 * MINUTES)
		return false;
	put_moment(out, m.minute);
	return true;
}

/* --- spans and sizes --- */

static bool put_span(const struct words *w, size_t at, struct bdl_buf *out)
{
	static const char *const units[] = { "minute", "hour", "day", "week", "month" };
	static const char *const kinds[] = { "working", "school", "calendar" };
	const struct token *t = at + 1 < w->n ? &w->items[at + 1] : NULL;
	size_t unit = at + 2;

	if (!is_word(w, at, "within") || !t || t->kind != NUMBER || t->number == 0 ||
	    t->number > 999 || t->has_minutes)
		return false;
	unit += is_any(w, unit, kinds, BDL_ARRAY_LEN(kinds));
	for (size_t i = 0; unit < w->n && i < BDL_ARRAY_LEN(units); i++)
		if (bdl_view_istarts(w->items[unit].word, bdl_view_of(units[i])) &&
		    w->items[unit].word.n <= strlen(units[i]) + 1) {
			(void)bdl_buf_printf(
			    out, "%u %s%s", t->number, units[i], t->number == 1 ? "" : "s");
			return true;
		}
	return false;
}

static bool put_size(const struct words *w, size_t at, struct bdl_buf *out)
{
	static const struct {
		const char *word, *unit;
	} units[] = { { "mb", "MB" }, { "megabytes", "MB" }, { "gb", "GB" },
		{ "gigabytes", "GB" } };
	const struct token *t = &w->items[at];

	if (t->kind != NUMBER || t->number == 0 || t->has_minutes)
		return false;
	for (size_t i = 0; i < BDL_ARRAY_LEN(units); i++)
		if (is_word(w, at + 1, units[i].word)) {
			(void)bdl_buf_printf(out, "%u %s", t->number, units[i].unit);
			return true;
		}
	return false;
}

/* --- values by name --- */

static const struct value {
	const char *name;
	bool (*put)(const struct words *w, size_t at, struct bdl_buf *out);
} values[] = {
	{ "hours", put_hours },
	{ "time", put_time },
	{ "within", put_span },
	{ "size", put_size },
};

static const struct value *find(struct bdl_view name)
{
	for (size_t i = 0; i < BDL_ARRAY_LEN(values); i++)
		if (bdl_view_is(name, values[i].name))
			return &values[i];
	return NULL;
}

bool bdl_value_is_known(struct bdl_view name)
{
	return find(name) != NULL;
}

bool bdl_value_put(struct bdl_view name, struct bdl_view sentence, struct bdl_buf *out)
{
	const struct value *v = find(name);
	struct words w;

	cut(sentence, &w);
	for (size_t i = 0; v && i < w.n; i++)
		if (v->put(&w, i, out))
			return true;
	return false;
}

bool bdl_values_fill(
    struct bdl_view rules, struct bdl_view sentence, struct bdl_buf *out, struct bdl_buf *read)
{
	while (rules.n > 0) {
		size_t open = bdl_view_find(rules, '{'), before = out->n;
		struct bdl_view name = bdl_view_from(rules, open + (open < rules.n));

		(void)bdl_buf_add(out, rules.p, open);
		if (open == rules.n)
			break;
		name.n = bdl_view_find(name, '}');
		before = out->n;
		if (!bdl_value_put(name, sentence, out))
			return false;
		(void)bdl_buf_printf(read, "%s", read->n > 0 ? ", " : "");
		(void)bdl_buf_add(read, out->p + before, out->n - before);
		rules = bdl_view_from(rules, open + name.n + 2);
	}
	return true;
}
