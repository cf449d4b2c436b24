/* Visits: by a filter, and one person's day. */
#include "base/clock.h"
#include "base/utf8.h"
#include "pages_int.h"
#include "record/ledger/ledger.h"
#include "together_int.h"
#include "visitor.tmpl.h"
#include "visits.tmpl.h"
#include <inttypes.h>

#define PLACE_PARTS 4 /* hour, client, site, basis */

/* --- by a filter --- */

static struct bdl_page_visits_row visit_row(
    const struct bdl_request *r, const struct bdl_visit_row *row)
{
	return (struct bdl_page_visits_row){
		.when = bdl_when_hour(r, row->from_ms),
		.iso = bdl_when_iso(r, row->from_ms),
		.day = bdl_day_of(r, row->from_ms).word,
		.person = row->person,
		.name = bdl_person_name(r, row->person),
		.address = row->address,
		.host = row->host,
		.categories = row->categories,
		.policy = row->policy,
		.clause = row->clause,
		.clause_title = bdl_clause_title(r, row->policy, 0, row->clause),
		.verdict = bdl_action_word(row->action),
		.verdict_title = bdl_action_title(row->action),
		.pages = bdl_count_text(r, (uint64_t)row->pages, false),
		.parts = bdl_count_text(r, (uint64_t)row->parts, false),
		.came = bdl_bytes_text(r, (uint64_t)row->bytes_down),
		.went = bdl_bytes_text(r, (uint64_t)row->bytes_up),
	};
}

static int read_place(
    struct bdl_request *r, struct bdl_view text, struct bdl_visit_place *ret, struct bdl_err *err)
{
	int64_t parts[PLACE_PARTS];

	if (text.n == 0)
		return 0;
	if (!bdl_numbers_read(text, parts, PLACE_PARTS) || parts[0] == 0)
		return bdl_chosen_refuse(r, "after", err);
	*ret = (struct bdl_visit_place){ parts[0], parts[1], parts[2], parts[3] };
	return 0;
}

int bdl_show_visits(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_visit_place place = { 0 }, next = { 0 };
	struct bdl_view after = bdl_request_query(r, "after");
	struct bdl_visit_row *rows = NULL;
	struct bdl_chosen c;
	size_t n = 0;

	int rc = bdl_chosen_read(r, &c, err);
	if (rc == 0)
		rc = read_place(r, after, &place, err);
	if (rc == 0 && !c.day_wrong)
		rc = bdl_visits_list(r->store, &c.visits, place, r->region, &rows, &n, &next, err);
	if (rc < 0)
		return rc;
	struct bdl_page_visits_row *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		out[i] = visit_row(r, &rows[i]);
		bdl_request_looked(r, rows[i].person);
	}
	r->asks_for_people = c.person.n > 0;
	bool looks_further = next.hour > 0 && !next.client;
	const char *on = next.hour > 0
	    ? bdl_region_printf(r->region, "%" PRId64 "-%" PRId64 "-%" PRId64 "-%" PRId64,
		  next.hour, next.client, next.site, next.basis)
	    : "";
	struct bdl_page_visits v = {
		.portal = bdl_frame(r, bdl_view_of(bdl_list_title(r, &c, "Visits")), BDL_AT_VISITS),
		.filters = bdl_filters_view(r, &c, "visits"),
		.wrong = c.day_wrong != NULL,
		.filtered = bdl_chosen_any(&c),
		.after = after,
		.rows = out,
		.n_rows = n,
		.until = looks_further ? bdl_when_hour(r, (next.hour + 1) * BDL_HOUR_MS) : "",
		.pager = bdl_pager_view(r, &c, "visits", on, looks_further),
	};
	reply->status = c.day_wrong ? 400 : 200;
	if (!bdl_region_broken(r->region))
		bdl_page_visits(&reply->body, &v);
	return 0;
}

/* --- one person's day --- */

static int add_hours(struct bdl_request *r, const struct bdl_chosen *c, struct bdl_page_visitor *v,
    struct bdl_err *err)
{
	struct bdl_visit_hour *hours;
	size_t n;
	struct bdl_visit_hour all = { 0 };

	int rc = bdl_visits_hours(r->store, v->person, c->visits.from_hour, c->visits.before_hour,
	    r->region, &hours, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_visitor_hour *out = bdl_region_array(r->region, n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++) {
		int minute = bdl_civil_local(hours[i].from_ms).minute;
		out[i] = (struct bdl_page_visitor_hour){
			.when = bdl_region_printf(r->region, "%02d:%02d", minute / 60, minute % 60),
			.iso = bdl_when_iso(r, hours[i].from_ms),
			.sites = bdl_count_text(r, (uint64_t)hours[i].sites, false),
			.pages = bdl_count_text(r, (uint64_t)hours[i].pages, false),
			.parts = bdl_count_text(r, (uint64_t)hours[i].parts, false),
			.came = bdl_bytes_text(r, (uint64_t)hours[i].bytes_down),
			.went = bdl_bytes_text(r, (uint64_t)hours[i].bytes_up),
		};
		all.pages += hours[i].pages;
		all.parts += hours[i].parts;
		all.bytes_down += hours[i].bytes_down;
		all.bytes_up += hours[i].bytes_up;
	}
	v->hours = out;
	v->n_hours = n;
	v->all_pages = bdl_count_text(r, (uint64_t)all.pages, false);
	v->all_parts = bdl_count_text(r, (uint64_t)all.parts, false);
	v->all_came = bdl_bytes_text(r, (uint64_t)all.bytes_down);
	v->all_went = bdl_bytes_text(r, (uint64_t)all.bytes_up);
	return 0;
}

static int add_acts(struct bdl_request *r, const struct bdl_chosen *c, struct bdl_page_visitor *v,
    struct bdl_err *err)
{
	struct bdl_together t;

	int rc = bdl_together_list(r, c, v->after, &t, err);
	if (rc < 0)
		return rc;
	struct bdl_part_act_table_row *out = bdl_region_array(r->region, t.n, sizeof(*out));
	for (size_t i = 0; out && i < t.n; i++)
		out[i] = bdl_line_row(r, &t.lines[i]);
	v->table = (struct bdl_part_act_table){
		.caption = "Pages and other acts of the day, newest first",
		.rows = out,
		.n_rows = out ? t.n : 0,
	};
	v->any = t.n > 0;
	v->older = t.older;
	v->place = t.place;
	return 0;
}

/* The day that was asked for, else the newest with visits, else today. */
static int choose_day(struct bdl_request *r, struct bdl_view person, struct bdl_chosen *c,
    struct bdl_day *ret, struct bdl_err *err)
{
	int64_t hour = 0, at_ms = c->f.from_ms;
	int rc = at_ms ? 0 : bdl_visits_newest(r->store, person, &hour, err);

	if (rc < 0)
		return rc;
	if (!at_ms)
		at_ms = hour ? hour * BDL_HOUR_MS : r->now_ms;
	*ret = bdl_day_of(r, at_ms);
	c->f.from_ms = ret->from_ms;
	c->f.before_ms = ret->before_ms;
	c->visits.from_hour = ret->from_ms / BDL_HOUR_MS;
	c->visits.before_hour = (ret->before_ms + BDL_HOUR_MS - 1) / BDL_HOUR_MS;
	return 0;
}

int bdl_show_visitor(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_view person = r->args[0], name = bdl_person_name(r, person);
	struct bdl_chosen c;
	struct bdl_day day = { 0 };

	/* It becomes the subject of a look, and is shown on terminals as well. */
	if (person.n > BDL_LEDGER_PERSON_MAX || !bdl_utf8_printable(person))
		return bdl_fail(err, BDL_E_MISSING, "this is nobody's name");
	int rc = bdl_chosen_read(r, &c, err);
	/* This person and no other, whatever else the address asks for. */
	c.f.persons = c.visits.persons = &person;
	c.f.n_persons = c.visits.n_persons = 1;
	if (rc == 0 && c.day_wrong)
		rc = bdl_chosen_refuse(r, "day", err); /* this page has no form */
	if (rc == 0)
		rc = choose_day(r, person, &c, &day, err);
	if (rc < 0)
		return rc;
	bdl_request_looked(r, person);
	const char *title = name.n
	    ? bdl_region_printf(r->region, "%.*s (%.*s)", BDL_FMT(name), BDL_FMT(person))
	    : bdl_region_str(r->region, person);
	struct bdl_page_visitor v = {
		.portal = bdl_frame(r, bdl_view_of(title), BDL_AT_VISITS),
		.person = person,
		.name = name,
		.title = title,
		.day = day.word,
		.day_title = day.title,
		.earlier = bdl_day_of(r, day.from_ms - 1).word,
		.later = day.before_ms <= r->now_ms ? bdl_day_of(r, day.before_ms).word : "",
		.after = bdl_request_query(r, "after"),
	};
	rc = add_hours(r, &c, &v, err);
	if (rc == 0)
		rc = add_acts(r, &c, &v, err);
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_visitor(&reply->body, &v);
	return rc;
}
