/* The overview: whether all is well, what is in force, what happened today, how the processes stand. */
#include "base/clock.h"
#include "charts_int.h"
#include "lists/illegal.h"
#include "lists/lists.h"
#include "overview.tmpl.h"
#include "pages_int.h"
#include "record/acts/acts.h"
#include "state_int.h"
#include <stdio.h>

#define NEWEST 8

static int add_violations(
    const struct bdl_request *r, struct bdl_page_overview *v, struct bdl_err *err)
{
	const struct bdl_acts_filter newest = { .action = -1, .kind = -1, .limit = NEWEST };
	struct bdl_violation_row *rows;
	size_t n;

	int rc = bdl_violations_list(r->store, &newest, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	bdl_violation_table(r, rows, n, &v->newest);
	v->any_broken = v->newest.n_rows > 0;
	return 0;
}

/* As the page "Is all well?" has it, which says what it is. */
static int add_troubles(
    const struct bdl_request *r, struct bdl_page_overview *v, struct bdl_err *err)
{
	const struct bdl_status *s = bdl_status_here(r);

	if (!s)
		return bdl_fail(err, BDL_E_LIMIT, "the page does not fit into memory");
	v->failing = (int64_t)s->n_failing;
	v->attention = (int64_t)(s->n_troubles - s->n_failing);
	return 0;
}

static void add_lists(const struct bdl_request *r, struct bdl_page_overview *v)
{
	struct bdl_lists *lists BDL_AUTO(bdl_lists_close) = NULL;

	v->illegal_missing = bdl_illegal_is_missing(r->site->lists_path);
	/* No lists, or none that can be read, is what the page then says. */
	if (bdl_lists_open(r->site->lists_path, &lists, NULL) < 0)
		return;
	v->has_lists = true;
	v->list_domains = bdl_count_text(r, bdl_lists_domains(lists), false);
	v->list_categories = bdl_lists_categories(lists);
	v->lists_made = bdl_when(r, bdl_lists_made_ms(lists));
	v->has_illegal = bdl_lists_has_illegal(lists, NULL);
}

static const char *counter(
    const struct bdl_request *r, const struct bdl_slot *s, enum bdl_counter c)
{
	return bdl_count_text(r, atomic_load(&s->counters[c]), true);
}

/* What it counted and its note, as one sentence. */
static const char *says(const struct bdl_request *r, const struct bdl_slot *s, const char *note)
{
	const char *acts = counter(r, s, BDL_COUNT_ACTS), *stored = counter(r, s, BDL_COUNT_STORED);
	if (acts && acts[0]) /* NULL: no room, which fails the page */
		return bdl_region_printf(
		    r->region, "%s requests judged%s%s.", acts, note[0] ? "; " : "", note);
	if (stored && stored[0])
		return bdl_region_printf(r->region, "%s acts brought to the store%s%s.", stored,
		    note[0] ? "; " : "", note);
	return bdl_region_printf(r->region, "%s", note);
}

static struct bdl_page_overview_process process_row(
    const struct bdl_request *r, const struct bdl_slot *s)
{
	char name[BDL_SLOT_NAME], note[BDL_SLOT_NOTE];
	uint32_t state = atomic_load(&s->state), starts = atomic_load(&s->starts);
	int64_t started_ms = atomic_load(&s->started_ms);

	bdl_slot_read_name(s, name);
	bdl_slot_read_note(s, note);
	return (struct bdl_page_overview_process){
		.name = bdl_region_str(r->region, bdl_view_of(name)),
		.state = state == BDL_STATE_NONE ? "not started" : bdl_state_word(state),
		.up = state == BDL_STATE_UP,
		.since = started_ms > 0 ? bdl_when(r, started_ms) : "",
		.restarts = starts > 0 ? (int64_t)starts - 1 : 0,
		.unrecorded = counter(r, s, BDL_COUNT_UNRECORDED),
		.says = says(r, s, note),
	};
}

static void add_processes(const struct bdl_request *r, struct bdl_page_overview *v)
{
	struct bdl_page_overview_process *out =
	    bdl_region_array(r->region, BDL_BOARD_SLOTS, sizeof(*out));

	for (size_t i = 0; out && r->site->board && i < BDL_BOARD_SLOTS; i++) {
		const struct bdl_slot *s = bdl_board_at(r->site->board, i);
		if (!s)
			break;
		out[v->n_processes++] = process_row(r, s);
	}
	v->processes = out;
}

int bdl_show_overview(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_acts_totals today;
	int64_t day = bdl_day_number(r->now_ms);
	struct bdl_page_overview v = {
		.portal = bdl_frame(r, BDL_LIT("How it stands"), BDL_AT_OVERVIEW),
		.now = bdl_when(r, r->now_ms),
		.newest.caption = "Newest violations",
		.in_force.caption = "Policies in force",
	};

	int rc = bdl_acts_totals(r->store, r->now_ms, &today, err);
	if (rc == 0)
		rc = bdl_charts_by_hour(r, day, day + 1, &v.by_hour, err);
	if (rc == 0)
		rc = bdl_policy_tables(r, &v.in_force, &v.waiting, err);
	if (rc == 0)
		rc = add_violations(r, &v, err);
	if (rc == 0)
		rc = add_troubles(r, &v, err);
	if (rc < 0)
		return rc;
	v.any_today = today.acts > 0;
	v.any_in_force = v.in_force.n_rows > 0;
	v.acts = bdl_count_text(r, (uint64_t)today.acts, false);
	v.blocked = bdl_count_text(r, (uint64_t)today.blocked, false);
	v.coached = bdl_count_text(r, (uint64_t)today.coached, false);
	v.noted = bdl_count_text(r, (uint64_t)today.noted, false);
	v.broken = bdl_count_text(r, (uint64_t)today.violations, false);
	add_lists(r, &v);
	add_processes(r, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_overview(&reply->body, &v);
	return 0;
}
