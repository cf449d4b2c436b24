/* Lists: the acts, by a filter, and the violations. Newest first, a page at a time. */
#include "acts.tmpl.h"
#include "base/ascii.h"
#include "base/clock.h"
#include "pages_int.h"
#include "record/acts.h"
#include "violations.tmpl.h"

#define ROWS 50 /* a page; one more is asked for, to know whether there are older ones */

#define PATH_SHOWN 80 /* bytes of an address in a table; the act's page has all of it */
#define EVERYTHING "any"

/* A list's filter, read from the address. */
struct chosen {
	struct bdl_acts_filter f;
	struct bdl_view person, host; /* parts of names, as they were asked for */
	bool by_people;               /* nobody chose a kind, so it is all but parts of pages */
};

static int refuse(struct bdl_request *r, const char *name, struct bdl_err *err)
{
	struct bdl_view value = bdl_request_query(r, name);
	r->fault = bdl_region_printf(r->region,
	    "“%.*s” is no value of “%s” in the address. Choose from the form again.",
	    BDL_FMT(value), name);
	return bdl_fail(err, BDL_E_INVALID, "the address asks for what there is not");
}

static int read_number(struct bdl_request *r, const char *name, int64_t *ret, struct bdl_err *err)
{
	*ret = bdl_request_number(r, name);
	return *ret == 0 && bdl_request_query(r, name).n > 0 ? refuse(r, name, err) : 0;
}

/* A reference or a violation names acts of its own, whatever their kind. */
static int read_kind(struct bdl_request *r, struct chosen *c, struct bdl_err *err)
{
	struct bdl_view word = bdl_request_query(r, "kind");

	c->f.kind = -1;
	if (word.n == 0 && !c->f.violation && bdl_request_query(r, "reference").n == 0) {
		c->f.no_parts = c->by_people = true;
	}
	if (word.n == 0 || bdl_view_is(word, EVERYTHING))
		return 0;
	for (int i = 0; i < BDL_KINDS; i++)
		if (bdl_view_is(word, bdl_kind_word((enum bdl_act_kind)i)))
			c->f.kind = i;
	return c->f.kind < 0 ? refuse(r, "kind", err) : 0;
}

static int read_choices(struct bdl_request *r, struct chosen *c, struct bdl_err *err)
{
	struct bdl_view verdict = bdl_request_query(r, "verdict");

	c->f.action = verdict.n > 0 ? bdl_action_find(verdict) : -1;
	if (verdict.n > 0 && c->f.action < 0)
		return refuse(r, "verdict", err);
	int rc = read_number(r, "violation", &c->f.violation, err);
	if (rc == 0)
		rc = read_number(r, "before", &c->f.before_id, err);
	return rc < 0 ? rc : read_kind(r, c, err);
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

/* People of whom acts are told: by a part of their login, or of the name that the roll has. */
static int find_values(struct bdl_request *r, enum bdl_act_value which, struct bdl_view text,
    const struct bdl_view **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_view *values =
	    bdl_region_array(r->region, BDL_FILTER_VALUES_MAX, sizeof(*values));
	struct bdl_view part = lower(r, text), *seen;
	size_t n = 0, n_seen;

	if (text.n == 0)
		return 0;
	int rc = bdl_acts_values(r->store, which, part, r->region, &seen, &n_seen, err);
	if (rc < 0)
		return rc;
	if (!values)
		return bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	add_value(values, &n, part); /* whole, it is found wherever it stands in the order */
	for (size_t i = 0; i < n_seen; i++)
		add_value(values, &n, seen[i]);
	size_t people = which == BDL_VALUE_PERSON && r->roll ? bdl_roll_size(r->roll) : 0;
	for (size_t i = 0; i < people; i++)
		if (holds(bdl_roll_at(r->roll, i)->name, part))
			add_value(values, &n, bdl_roll_at(r->roll, i)->login);
	*ret = values;
	*ret_n = n;
	return 0;
}

static int read_filter(struct bdl_request *r, struct chosen *ret, struct bdl_err *err)
{
	struct chosen c = {
		.person = bdl_request_query(r, "person"),
		.host = bdl_request_query(r, "host"),
	};
	c.f.clause = bdl_request_query(r, "clause");
	c.f.limit = ROWS + 1;
	int rc = read_choices(r, &c, err);
	if (rc == 0)
		rc = find_values(r, BDL_VALUE_PERSON, c.person, &c.f.persons, &c.f.n_persons, err);
	if (rc == 0)
		rc = find_values(r, BDL_VALUE_HOST, c.host, &c.f.hosts, &c.f.n_hosts, err);
	*ret = c;
	return rc;
}

/* --- acts --- */

static void add_choices(
    const struct bdl_request *r, const struct bdl_acts_filter *f, struct bdl_page_acts *v)
{
	struct bdl_page_acts_verdict *verdicts =
	    bdl_region_array(r->region, BDL_ACTIONS, sizeof(*verdicts));
	struct bdl_page_acts_kind *kinds =
	    bdl_region_array(r->region, BDL_KINDS + 2, sizeof(*kinds));

	if (!verdicts || !kinds)
		return; /* the region is broken, which fails the page */
	for (int i = 0; i < BDL_ACTIONS; i++)
		verdicts[i] = (struct bdl_page_acts_verdict){
			.word = bdl_action_word((enum bdl_action)i),
			.title = bdl_action_title((enum bdl_action)i),
			.chosen = f->action == i,
		};
	kinds[0] = (struct bdl_page_acts_kind){
		.word = "",
		.title = "All but parts of pages",
		.chosen = f->no_parts,
	};
	for (int i = 0; i < BDL_KINDS; i++)
		kinds[i + 1] = (struct bdl_page_acts_kind){
			.word = bdl_kind_word((enum bdl_act_kind)i),
			.title = bdl_kind_title((enum bdl_act_kind)i),
			.chosen = f->kind == i,
		};
	kinds[BDL_KINDS + 1] = (struct bdl_page_acts_kind){
		.word = EVERYTHING,
		.title = "Everything",
		.chosen = f->kind < 0 && !f->no_parts,
	};
	v->verdicts = verdicts;
	v->n_verdicts = BDL_ACTIONS;
	v->kinds = kinds;
	v->n_kinds = BDL_KINDS + 2;
}

static const char *path_shown(const struct bdl_request *r, struct bdl_view path)
{
	if (path.n <= PATH_SHOWN)
		return bdl_region_str(r->region, path);
	size_t n = PATH_SHOWN;
	while (n > 0 && ((unsigned char)path.p[n] & 0xc0) == 0x80)
		n--; /* not within a character */
	return bdl_region_printf(r->region, "%.*s…", (int)n, path.p);
}

static struct bdl_page_acts_row act_row(const struct bdl_request *r, const struct bdl_act_row *row)
{
	const struct bdl_act *a = &row->act;
	return (struct bdl_page_acts_row){
		.id = row->id,
		.when = bdl_when(r, a->at_ms),
		.iso = bdl_when_iso(r, a->at_ms),
		.person = a->person,
		.name = bdl_person_name(r, a->person),
		.address = a->address,
		.host = a->host,
		.path = path_shown(r, a->path),
		.kind = bdl_kind_title(a->kind),
		.verdict = bdl_action_word(a->action),
		.verdict_title = bdl_action_title(a->action),
		.critical = a->critical,
		.passed = a->passed,
		.policy = a->policy,
		.issue = row->issue,
		.clause = a->clause,
		.clause_title = bdl_clause_title(r, a->policy, row->issue, a->clause),
	};
}

static struct bdl_page_acts acts_view(const struct bdl_request *r, const struct chosen *c,
    struct bdl_view reference, const struct bdl_act_row *rows, size_t n)
{
	const struct bdl_acts_filter *f = &c->f;
	return (struct bdl_page_acts){
		.portal = bdl_frame(r, BDL_LIT("Acts"), BDL_AT_ACTS),
		.person = c->person,
		.host = c->host,
		.clause = f->clause,
		.reference = reference,
		.verdict = f->action >= 0 ? bdl_action_word((enum bdl_action)f->action) : "",
		.kind = c->by_people ? ""
		    : f->kind >= 0   ? bdl_kind_word((enum bdl_act_kind)f->kind)
				     : EVERYTHING,
		.violation = f->violation,
		.before = f->before_id,
		.filtered = c->person.n || c->host.n || f->clause.n || f->action >= 0 ||
		    !c->by_people || f->violation || reference.n,
		.by_people = c->by_people,
		.n_rows = n > ROWS ? ROWS : n,
		.older = n > ROWS ? rows[ROWS - 1].id : 0,
	};
}

int bdl_show_acts(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct chosen c;
	struct bdl_view reference = bdl_request_query(r, "reference");
	struct bdl_act_row *rows = NULL;
	size_t n = 0;

	int rc = read_filter(r, &c, err);
	c.f.n_moments = bdl_reference_read(reference, c.f.moments_ms);
	/* What is no reference is no act's. */
	if (rc == 0 && (reference.n == 0 || c.f.n_moments > 0))
		rc = bdl_acts_list(r->store, &c.f, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_acts v = acts_view(r, &c, reference, rows, n);
	struct bdl_page_acts_row *out = bdl_region_array(r->region, v.n_rows, sizeof(*out));
	for (size_t i = 0; out && i < v.n_rows; i++) {
		out[i] = act_row(r, &rows[i]);
		if (c.f.n_persons)
			bdl_request_looked(r, rows[i].act.person);
	}
	v.rows = out;
	add_choices(r, &c.f, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_acts(&reply->body, &v);
	return 0;
}

/* --- violations --- */

static struct bdl_part_violation_table_row violation_row(
    const struct bdl_request *r, const struct bdl_violation_row *row, bool tells)
{
	return (struct bdl_part_violation_table_row){
		.id = row->id,
		.when = bdl_when(r, row->last_ms), /* they are in the order of this */
		.iso = bdl_when_iso(r, row->last_ms),
		.minutes = (row->last_ms - row->first_ms + 30000) / 60000,
		.person = row->person,
		.name = bdl_person_name(r, row->person),
		.address = row->address,
		.host = row->host,
		.policy = row->policy,
		.issue = row->issue,
		.clause = row->clause,
		.clause_title = bdl_clause_title(r, row->policy, row->issue, row->clause),
		.verdict = bdl_action_word(row->action),
		.verdict_title = bdl_action_title(row->action),
		.critical = row->critical,
		.acts = row->acts,
		.many = row->acts > 1,
		.parts = row->parts,
		.told = bdl_told(r, row->tell),
		.tells = tells,
	};
}

void bdl_violation_table(const struct bdl_request *r, const struct bdl_violation_row *rows,
    size_t n, struct bdl_part_violation_table *table)
{
	struct bdl_part_violation_table_row *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; out && i < n; i++)
		out[i] = violation_row(r, &rows[i], table->told);
	table->rows = out;
	table->n_rows = out ? n : 0;
}

int bdl_show_violations(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct chosen c;
	struct bdl_violation_row *rows;
	size_t n;

	int rc = read_filter(r, &c, err);
	c.f.kind = -1; /* a violation may have acts of several kinds */
	c.f.violation = 0;
	if (rc == 0)
		rc = bdl_violations_list(r->store, &c.f, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_violations v = {
		.portal = bdl_frame(r, BDL_LIT("Violations"), BDL_AT_VIOLATIONS),
		.person = c.person,
		.host = c.host,
		.clause = c.f.clause,
		.before = c.f.before_id,
		.filtered = c.person.n || c.host.n || c.f.clause.n,
		.table = { .caption = "Violations, newest first", .hidden = true, .told = true },
		.any = n > 0,
		.older = n > ROWS ? rows[ROWS - 1].id : 0,
	};
	bdl_violation_table(r, rows, n > ROWS ? ROWS : n, &v.table);
	for (size_t i = 0; c.f.n_persons && i < v.table.n_rows; i++)
		bdl_request_looked(r, rows[i].person);
	if (!bdl_region_broken(r->region))
		bdl_page_violations(&reply->body, &v);
	return 0;
}
