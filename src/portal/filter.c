#include "base/ascii.h"
#include "base/clock.h"
#include "filter_int.h"
#include "pages_int.h"
#include "portal/seen.h"
#include <stdio.h>

#define PATH_SHOWN 80 /* bytes of an address in a table; the act's page has all of it */

int bdl_chosen_refuse(struct bdl_request *r, const char *name, struct bdl_err *err)
{
	struct bdl_view value = bdl_request_query(r, name);
	r->fault = bdl_region_printf(r->region,
	    "“%.*s” is no value of “%s” in the address. Choose from the form again.",
	    BDL_FMT(value), name);
	return bdl_fail(err, BDL_E_INVALID, "the address asks for what there is not");
}

const char *bdl_day_fault(const struct bdl_request *r, struct bdl_view text)
{
	return bdl_region_printf(r->region,
	    "“%.*s” is no day. Write the year, the month and the day, as in %s", BDL_FMT(text),
	    bdl_day_of(r, r->now_ms).word);
}

static int read_number(struct bdl_request *r, const char *name, int64_t *ret, struct bdl_err *err)
{
	*ret = bdl_request_number(r, name);
	return *ret == 0 && bdl_request_query(r, name).n > 0 ? bdl_chosen_refuse(r, name, err) : 0;
}

static int read_kind(struct bdl_request *r, struct bdl_chosen *c, struct bdl_err *err)
{
	struct bdl_view word = bdl_request_query(r, "kind");

	c->f.kind = -1;
	/* Who has a reference is shown its act, whoever did it. */
	c->f.no_probes =
	    !bdl_view_is(word, BDL_WITH_PROBES) && !bdl_request_query(r, "reference").n;
	if (word.n == 0 || bdl_view_is(word, BDL_EVERYTHING) || bdl_view_is(word, BDL_WITH_PROBES))
		return 0;
	for (int i = 0; i < BDL_KINDS; i++)
		if (bdl_view_is(word, bdl_kind_word((enum bdl_act_kind)i)))
			c->f.kind = i;
	if (c->f.kind < 0)
		return bdl_chosen_refuse(r, "kind", err);
	c->visits.kinds = 1u << c->f.kind;
	return 0;
}

/* The school's day; its hours are those that it touches, where its midnight is within one. */
static void read_day(const struct bdl_request *r, struct bdl_chosen *c)
{
	int64_t at_ms;

	if (c->day.n == 0)
		return;
	if (!bdl_day_parse(c->day, &at_ms)) {
		c->day_wrong = bdl_day_fault(r, c->day);
		return;
	}
	struct bdl_day day = bdl_day_of(r, at_ms);
	c->f.from_ms = day.from_ms;
	c->f.before_ms = day.before_ms;
	c->visits.from_hour = day.from_ms / BDL_HOUR_MS;
	c->visits.before_hour = (day.before_ms + BDL_HOUR_MS - 1) / BDL_HOUR_MS;
}

static int read_choices(struct bdl_request *r, struct bdl_chosen *c, struct bdl_err *err)
{
	struct bdl_view verdict = bdl_request_query(r, "verdict");

	c->f.action = verdict.n > 0 ? bdl_action_find(verdict) : -1;
	if (verdict.n > 0 && c->f.action < 0)
		return bdl_chosen_refuse(r, "verdict", err);
	int rc = read_number(r, "violation", &c->f.violation, err);
	if (rc == 0)
		rc = read_kind(r, c, err);
	read_day(r, c);
	return rc;
}

/* --- parts of names --- */

static struct bdl_view lower(const struct bdl_request *r, struct bdl_view v)
{
	char *text = bdl_region_array(r->region, v.n, 1);
	for (size_t i = 0; text && i < v.n; i++)
		text[i] = bdl_lower(v.p[i]);
	return bdl_view_at(text, text ? v.n : 0);
}

/* `part` is lower-case. */
static bool holds(struct bdl_view text, struct bdl_view part)
{
	for (; text.n >= part.n && text.n > 0; text.p++, text.n--)
		if (bdl_view_ieq(bdl_view_at(text.p, part.n), part))
			return true;
	return false;
}

static void add_value(struct bdl_view *values, size_t *n, struct bdl_view v)
{
	for (size_t i = 0; i < *n; i++)
		if (bdl_view_eq(values[i], v))
			return;
	if (*n < BDL_FILTER_VALUES_MAX)
		values[(*n)++] = v;
}

static void add_people(
    const struct bdl_request *r, struct bdl_view part, struct bdl_view *values, size_t *n)
{
	size_t people = r->roll ? bdl_roll_size(r->roll) : 0;

	for (size_t i = 0; i < people; i++)
		if (holds(bdl_roll_at(r->roll, i)->name, part))
			add_value(values, n, bdl_roll_at(r->roll, i)->login);
}

/*
 * People and sites that were recorded, by a part of their name; people also by that on the roll.
 * *ret_more: there are more of them than a list is filtered by.
 */
static int find_values(struct bdl_request *r, enum bdl_value which, struct bdl_view text,
    const struct bdl_view **ret, size_t *ret_n, bool *ret_more, struct bdl_err *err)
{
	struct bdl_view seen[BDL_FILTER_VALUES_MAX], part = lower(r, text);
	struct bdl_view *values =
	    bdl_region_array(r->region, BDL_FILTER_VALUES_MAX, sizeof(*values));
	size_t n = 0, n_seen = 0;

	if (text.n == 0)
		return 0;
	if (!values)
		return bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	int rc = bdl_seen_find(
	    r->seen, r->store, which, part, r->region, seen, BDL_ARRAY_LEN(seen), &n_seen, err);
	if (rc < 0)
		return rc;
	add_value(values, &n, part); /* whole, it is found whatever else is */
	if (which == BDL_VALUE_PERSON)
		add_people(r, part, values, &n);
	for (size_t i = 0; i < n_seen && i < BDL_ARRAY_LEN(seen); i++)
		add_value(values, &n, seen[i]);
	*ret = values;
	*ret_n = n;
	*ret_more = n_seen > BDL_ARRAY_LEN(seen);
	return 0;
}

int bdl_chosen_read(struct bdl_request *r, struct bdl_chosen *ret, struct bdl_err *err)
{
	struct bdl_chosen c = {
		.person = bdl_request_query(r, "person"),
		.host = bdl_request_query(r, "host"),
		.day = bdl_request_query(r, "day"),
		.category = bdl_request_query(r, "category"),
		.reference = bdl_request_query(r, "reference"),
	};
	c.f.clause = bdl_request_query(r, "clause");
	c.f.limit = BDL_ROWS + 1;
	c.visits.limit = BDL_ROWS;
	c.visits.category = c.category;
	int rc = read_choices(r, &c, err);
	if (rc == 0)
		rc = find_values(r, BDL_VALUE_PERSON, c.person, &c.f.persons, &c.f.n_persons,
		    &c.more_persons, err);
	if (rc == 0)
		rc = find_values(
		    r, BDL_VALUE_HOST, c.host, &c.f.hosts, &c.f.n_hosts, &c.more_hosts, err);
	c.visits.persons = c.f.persons;
	c.visits.n_persons = c.f.n_persons;
	c.visits.hosts = c.f.hosts;
	c.visits.n_hosts = c.f.n_hosts;
	*ret = c;
	return rc;
}

/* --- places --- */

bool bdl_numbers_read(struct bdl_view text, int64_t *ret, size_t n)
{
	struct bdl_view one;
	uint64_t number;

	for (size_t i = 0; i < n; i++) {
		if (!bdl_view_cut(&text, '-', &one) || !bdl_view_uint(one, INT64_MAX, &number))
			return false;
		ret[i] = (int64_t)number;
	}
	return text.n == 0;
}

/* --- addresses --- */

const char *bdl_path_shown(const struct bdl_request *r, struct bdl_view path)
{
	if (path.n <= PATH_SHOWN)
		return bdl_region_str(r->region, path);
	size_t n = PATH_SHOWN;
	while (n > 0 && ((unsigned char)path.p[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	return bdl_region_printf(r->region, "%.*s…", (int)n, path.p);
}
