/* The violations, by a filter: newest first, a page at a time. */
#include "filter_int.h"
#include "pages_int.h"
#include "violations.tmpl.h"
#include <inttypes.h>

#define PLACE_PARTS 2

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

/* The list goes on behind the last act of its last violation, and that violation's id. */
static int read_place(struct bdl_request *r, struct bdl_chosen *c, struct bdl_err *err)
{
	struct bdl_view after = bdl_request_query(r, "after");
	int64_t parts[PLACE_PARTS];

	if (after.n == 0)
		return 0;
	if (!bdl_numbers_read(after, parts, PLACE_PARTS) || parts[1] == 0)
		return bdl_chosen_refuse(r, "after", err);
	c->f.behind_ms = parts[0];
	c->f.before_id = parts[1];
	return 0;
}

static const char *place_of(const struct bdl_request *r, const struct bdl_violation_row *last)
{
	return bdl_region_printf(r->region, "%" PRId64 "-%" PRId64, last->last_ms, last->id);
}

int bdl_show_violations(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_chosen c;
	struct bdl_violation_row *rows = NULL;
	size_t n = 0;

	int rc = bdl_chosen_read(r, &c, err);
	if (rc == 0)
		rc = read_place(r, &c, err);
	c.f.kind = -1; /* a violation may have acts of several kinds */
	c.f.violation = 0;
	if (rc == 0 && !c.day_wrong)
		rc = bdl_violations_list(r->store, &c.f, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	struct bdl_page_violations v = {
		.portal = bdl_frame(
		    r, bdl_view_of(bdl_list_title(r, &c, "Violations")), BDL_AT_VIOLATIONS),
		.filters = bdl_filters_view(r, &c, "violations"),
		.wrong = c.day_wrong != NULL,
		.filtered = bdl_chosen_any(&c),
		.after = bdl_request_query(r, "after"),
		.table = { .caption = "Violations, newest first", .hidden = true, .told = true },
		.any = n > 0,
		.pager = bdl_pager_view(r, &c, "violations",
		    n > BDL_ROWS ? place_of(r, &rows[BDL_ROWS - 1]) : "", false),
	};
	bdl_violation_table(r, rows, n > BDL_ROWS ? BDL_ROWS : n, &v.table);
	r->asks_for_people = c.person.n || c.reference.n;
	for (size_t i = 0; i < v.table.n_rows; i++)
		bdl_request_looked(r, rows[i].person);
	reply->status = c.day_wrong ? 400 : 200;
	if (!bdl_region_broken(r->region))
		bdl_page_violations(&reply->body, &v);
	return 0;
}
