/* Phrases against each other: which lies within which, and which never hold together. */
#include "base/ascii.h"
#include "policy/check_int.h"
#include "proto/url.h"

#define DAY  1440
#define WEEK (7 * DAY)

bool bdl_phrase_names(const struct bdl_phrase *phrase, struct bdl_view word)
{
	for (size_t i = 0; i < phrase->lists[0].n; i++)
		if (bdl_view_eq(phrase->lists[0].words[i].text, word))
			return true;
	return false;
}

/* "/live/today" lies below "/live": by whole segments. */
static bool path_below(struct bdl_view path, struct bdl_view above)
{
	return bdl_view_starts(path, above) && (path.n == above.n || path.p[above.n] == '/');
}

/* "image/png" is of the family "image/" and a star. */
static bool type_below(struct bdl_view type, struct bdl_view above)
{
	if (bdl_view_ends(above, BDL_LIT("/*")))
		return bdl_view_starts(type, bdl_view_at(above.p, above.n - 1));
	return bdl_view_eq(type, above);
}

/* Written as requests are compared: small letters, digits and single hyphens, and no address. */
static bool is_plain_host(struct bdl_view v)
{
	char before = '.';

	for (size_t i = 0; i < v.n; i++) {
		char c = v.p[i];

		if (!(c >= 'a' && c <= 'z') && !bdl_is_digit(c) && (c != '-' && c != '.'))
			return false;
		if ((c == '.' || c == '-') && (before == '.' || before == '-'))
			return false;
		before = c;
	}
	return before >= 'a' && before <= 'z' && v.n <= BDL_HOST_MAX;
}

static bool host_below(struct bdl_view host, struct bdl_view above)
{
	char one[BDL_HOST_MAX + 1], two[BDL_HOST_MAX + 1];
	bool is_ip;

	/* Long lists are compared name by name, and most hosts are written in their one spelling. */
	if (is_plain_host(host) && is_plain_host(above))
		return bdl_host_below(host, above);
	if (bdl_host_normalise(host, one, &is_ip, NULL) < 0 ||
	    bdl_host_normalise(above, two, &is_ip, NULL) < 0)
		return bdl_view_eq(host, above);
	return bdl_host_below(bdl_view_of(one), bdl_view_of(two));
}

/* Whether all that the one name stands for the other stands for too. */
static bool name_below(enum bdl_phrase_form form, struct bdl_view name, struct bdl_view above)
{
	if (form == BDL_PHRASE_HOST)
		return host_below(name, above);
	if (form == BDL_PHRASE_PATH)
		return path_below(name, above);
	if (form == BDL_PHRASE_TYPES)
		return type_below(name, above);
	return bdl_view_eq(name, above);
}

static bool any_above(const struct bdl_phrase *b, struct bdl_view name)
{
	for (size_t i = 0; i < b->lists[0].n; i++)
		if (name_below(b->form, name, b->lists[0].words[i].text))
			return true;
	return false;
}

/* A period's minutes of the week where it begins on this day; past midnight they run over. */
static unsigned begin_of(const struct bdl_period *p, unsigned day)
{
	return day * DAY + p->from;
}

static unsigned length_of(const struct bdl_period *p)
{
	return p->to > p->from ? p->to - p->from : p->to + DAY - p->from;
}

/* Whether the period, begun on this day, lies in one that the other begins on some day. */
static bool day_lies_in(const struct bdl_period *p, unsigned day, const struct bdl_period *q)
{
	for (unsigned other = 0; other < 7; other++) {
		unsigned after = (begin_of(p, day) + WEEK - begin_of(q, other)) % WEEK;

		if ((q->days >> other & 1) && after + length_of(p) <= length_of(q))
			return true;
	}
	return false;
}

static bool period_lies_in(const struct bdl_period *p, const struct bdl_phrase *b)
{
	for (unsigned day = 0; day < 7; day++) {
		bool inside = !(p->days >> day & 1);

		for (size_t i = 0; i < b->n_periods && !inside; i++)
			inside = day_lies_in(p, day, &b->periods[i]);
		if (!inside)
			return false;
	}
	return true;
}

bool bdl_phrase_lies_in(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	if (a->form != b->form || a->manner < b->manner || a->number < b->number ||
	    a->span.n != b->span.n || a->span.unit != b->span.unit ||
	    (a->lists[0].n == 0 && b->lists[0].n > 0) || (a->lists[1].n == 0 && b->lists[1].n > 0))
		return false;
	for (size_t i = 0; i < a->lists[0].n; i++)
		if (b->lists[0].n && !any_above(b, a->lists[0].words[i].text))
			return false;
	for (size_t i = 0; i < a->n_periods; i++)
		if (!period_lies_in(&a->periods[i], b))
			return false;
	return true;
}

/* Two periods that share a minute of the week. */
static bool overlap(const struct bdl_period *p, const struct bdl_period *q)
{
	for (unsigned i = 0; i < 49; i++) {
		unsigned a = begin_of(p, i / 7), b = begin_of(q, i % 7);

		if ((p->days >> (i / 7) & 1) && (q->days >> (i % 7) & 1) &&
		    ((b + WEEK - a) % WEEK < length_of(p) || (a + WEEK - b) % WEEK < length_of(q)))
			return true;
	}
	return false;
}

/* Forms of which an act has one value alone, so that names apart never come together. */
static bool has_one_value(enum bdl_phrase_form form)
{
	return form == BDL_PHRASE_HOST || form == BDL_PHRASE_PATH || form == BDL_PHRASE_METHOD ||
	    form == BDL_PHRASE_USING;
}

/* Names of hosts that are none are told of by themselves: nothing is plain of them. */
static bool names_are_plain(const struct bdl_phrase *phrase)
{
	char host[BDL_HOST_MAX + 1];
	bool is_ip;

	for (size_t i = 0; phrase->form == BDL_PHRASE_HOST && i < phrase->lists[0].n; i++)
		if (bdl_host_normalise(phrase->lists[0].words[i].text, host, &is_ip, NULL) < 0)
			return false;
	return true;
}

bool bdl_phrases_exclude(const struct bdl_phrase *a, const struct bdl_phrase *b)
{
	if (a->form != b->form || !(a->form == BDL_PHRASE_TIME || has_one_value(a->form)) ||
	    !names_are_plain(a) || !names_are_plain(b))
		return false;
	for (size_t i = 0; i < a->n_periods; i++)
		for (size_t j = 0; j < b->n_periods; j++)
			if (overlap(&a->periods[i], &b->periods[j]))
				return false;
	for (size_t i = 0; i < a->lists[0].n; i++)
		for (size_t j = 0; j < b->lists[0].n; j++) {
			struct bdl_view p = a->lists[0].words[i].text,
					q = b->lists[0].words[j].text;

			if (name_below(a->form, p, q) || name_below(a->form, q, p))
				return false;
		}
	return true;
}
