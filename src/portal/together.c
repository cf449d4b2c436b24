#include "pages_int.h"
#include "together_int.h"
#include <inttypes.h>
#include <stdlib.h>

#define PLACE_PARTS 5 /* of acts the id, of page loads hour, milliseconds, client and number */

/* Two lists, each with its next, and what was taken of both. */
struct merge {
	struct bdl_act_row *acts;
	struct bdl_load_row *loads;
	size_t n_acts, n_loads, acts_taken, loads_taken;
	struct bdl_load_place loads_next; /* all zero: there are no more */
	int64_t before_id;                /* of acts: 0: the newest */
	struct bdl_load_place after;      /* of page loads, likewise */
	bool loads_over;
};

/* What was allowed without a clause is among the page loads, all else among the acts. */
static bool may_have_loads(const struct bdl_request *r, const struct bdl_chosen *c)
{
	return !c->f.clause.n && !c->f.violation && c->f.action <= BDL_ALLOW &&
	    c->f.kind != BDL_KIND_PART && !bdl_request_query(r, "reference").n;
}

static int read_place(
    struct bdl_request *r, struct bdl_view place, struct merge *m, struct bdl_err *err)
{
	int64_t parts[PLACE_PARTS];

	if (place.n == 0)
		return 0;
	if (!bdl_numbers_read(place, parts, PLACE_PARTS))
		return bdl_chosen_refuse(r, "after", err);
	m->before_id = parts[0];
	m->after = (struct bdl_load_place){
		.hour = parts[1],
		.hour_ms = parts[2],
		.client = parts[3],
		.id = parts[4],
	};
	m->loads_over = parts[1] == 0;
	return 0;
}

static int read_both(
    struct bdl_request *r, const struct bdl_chosen *c, struct merge *m, struct bdl_err *err)
{
	struct bdl_acts_filter f = c->f;
	int rc = 0;

	if (!m->loads_over)
		rc = bdl_loads_list(r->store, &c->visits, m->after, r->region, &m->loads,
		    &m->n_loads, &m->loads_next, err);
	if (rc < 0)
		return rc;
	/* Of the acts few are allowed: those before the last page load need not be looked for yet. */
	if (f.action == BDL_ALLOW && m->n_loads == BDL_ROWS && m->loads_next.hour) {
		int64_t last_ms = m->loads[m->n_loads - 1].act.at_ms;
		f.from_ms = f.from_ms > last_ms ? f.from_ms : last_ms;
	}
	f.before_id = m->before_id;
	return bdl_acts_list(r->store, &f, r->region, &m->acts, &m->n_acts, err);
}

static bool same_time(const struct bdl_chosen *c, int64_t at_ms)
{
	return at_ms >= c->f.from_ms && (!c->f.before_ms || at_ms < c->f.before_ms);
}

/* Which comes next: 1 an act, 2 a page load, 0 neither, or nobody knows yet. */
static int next_of(const struct merge *m)
{
	bool has_act = m->acts_taken < m->n_acts, has_load = m->loads_taken < m->n_loads;
	int64_t act_ms = has_act ? m->acts[m->acts_taken].act.at_ms : 0;

	if (has_load)
		return !has_act || m->loads[m->loads_taken].act.at_ms > act_ms ? 2 : 1;
	/* Page loads were looked for down to here only, and an older act may not come before them. */
	if (m->loads_next.hour && act_ms < (m->loads_next.hour + 1) * BDL_HOUR_MS)
		return 0;
	return has_act;
}

static struct bdl_line take(struct merge *m, int which)
{
	if (which == 1) {
		const struct bdl_act_row *row = &m->acts[m->acts_taken++];
		return (struct bdl_line){ .act = &row->act, .id = row->id, .issue = row->issue };
	}
	const struct bdl_load_row *row = &m->loads[m->loads_taken++];
	return (struct bdl_line){ .act = &row->act, .load = row->place };
}

static int newest_first(const void *a, const void *b)
{
	const struct bdl_line *x = a, *y = b;

	if (x->act->at_ms != y->act->at_ms)
		return x->act->at_ms > y->act->at_ms ? -1 : 1;
	return x->id > y->id ? -1 : x->id < y->id;
}

/* Where each list goes on: behind its last that was taken, else before its first that was not. */
static const char *place_of(const struct bdl_request *r, const struct merge *m)
{
	int64_t id = m->before_id ? m->before_id : 1;
	struct bdl_load_place load = m->loads_next;

	if (m->acts_taken > 0)
		id = m->acts[m->acts_taken - 1].id;
	else if (m->n_acts > 0)
		id = m->acts[0].id + 1;
	if (m->loads_taken > 0 && m->loads_taken < m->n_loads)
		load = m->loads[m->loads_taken - 1].place;
	else if (m->n_loads > 0 && m->loads_taken == 0) {
		load = m->loads[0].place;
		load.id++;
	}
	return bdl_region_printf(r->region,
	    "%" PRId64 "-%" PRId64 "-%" PRId64 "-%" PRId64 "-%" PRId64, id, load.hour, load.hour_ms,
	    load.client, load.id);
}

int bdl_together_list(struct bdl_request *r, const struct bdl_chosen *c, struct bdl_view place,
    struct bdl_together *ret, struct bdl_err *err)
{
	struct merge m = { .loads_over = !may_have_loads(r, c) };
	struct bdl_together t = { 0 };
	int which;

	t.lines = bdl_region_array(r->region, BDL_ROWS, sizeof(*t.lines));
	int rc = read_place(r, place, &m, err);
	if (rc == 0)
		rc = read_both(r, c, &m, err);
	if (rc == 0 && !t.lines)
		rc = bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	if (rc < 0)
		return rc;
	while (t.n < BDL_ROWS && (which = next_of(&m)) > 0) {
		struct bdl_line line = take(&m, which);
		if (same_time(c, line.act->at_ms))
			t.lines[t.n++] = line;
	}
	qsort(t.lines, t.n, sizeof(*t.lines), newest_first);
	t.older = m.acts_taken < m.n_acts || m.loads_taken < m.n_loads || m.loads_next.hour > 0;
	if (t.n < BDL_ROWS && m.loads_next.hour)
		t.until_ms = (m.loads_next.hour + 1) * BDL_HOUR_MS;
	t.place = place_of(r, &m);
	*ret = t;
	return 0;
}

/* --- rows --- */

const char *bdl_load_name(const struct bdl_request *r, const struct bdl_load_place *place)
{
	return bdl_region_printf(
	    r->region, "%" PRId64 "-%" PRId64 "-%" PRId64, place->hour, place->client, place->id);
}

static const char *tried_for(const struct bdl_request *r, const struct bdl_act *a)
{
	if (!bdl_act_is_probe(a))
		return "";
	return a->groups.n > 0 ? bdl_region_str(r->region, a->groups) : "unknown people";
}

struct bdl_part_act_table_row bdl_line_row(const struct bdl_request *r, const struct bdl_line *line)
{
	const struct bdl_act *a = line->act;

	return (struct bdl_part_act_table_row){
		.link = line->id ? bdl_region_printf(r->region, "%" PRId64, line->id)
				 : bdl_load_name(r, &line->load),
		.when = bdl_when(r, a->at_ms),
		.iso = bdl_when_iso(r, a->at_ms),
		.person = a->person,
		.name = bdl_person_name(r, a->person),
		.tried_for = tried_for(r, a),
		.address = a->address,
		.host = a->host,
		.path = bdl_path_shown(r, a->path),
		.kind = bdl_kind_title(a->kind),
		.verdict = bdl_action_word(a->action),
		.verdict_title = bdl_action_title(a->action),
		.critical = a->critical,
		.passed = a->passed,
		.policy = a->policy,
		.issue = line->issue,
		.clause = a->clause,
		.clause_title = bdl_clause_title(r, a->policy, line->issue, a->clause),
	};
}
