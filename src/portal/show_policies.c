/* The policies that are in force, and those that are not yet. */
#include "pages_int.h"
#include "policies.tmpl.h"
#include "record/policies/drafts.h"

const char *bdl_version_shade(enum bdl_version_state state)
{
	static const char *const shades[BDL_VERSION_STATES] = { "coach", "note", "up", "none",
		"none" };

	return shades[state];
}

/* "Waits for a second person": the state, as a sentence begins with it. */
const char *bdl_version_title(enum bdl_version_state state)
{
	static const char *const titles[BDL_VERSION_STATES] = { "Waits for a second person",
		"Waits for its day", "In force", "Past", "Withdrawn" };

	return titles[state];
}

static void add_in_force(const struct bdl_request *r, const struct bdl_version_row *rows, size_t n,
    struct bdl_part_policy_table *table)
{
	struct bdl_part_policy_table_row *out = bdl_region_array(r->region, n, sizeof(*out));

	for (size_t i = 0; out && i < n; i++)
		if (rows[i].state == BDL_VERSION_IN_FORCE)
			out[table->n_rows++] = (struct bdl_part_policy_table_row){
				.name = rows[i].name,
				.title = rows[i].title,
				.issue = rows[i].issue,
				.since = bdl_when(r, rows[i].from_ms),
				.body = rows[i].body,
				.minute = rows[i].minute,
				.alone = rows[i].alone,
			};
	table->rows = out;
}

static struct bdl_part_waiting_table_row waiting_row(
    const struct bdl_request *r, const struct bdl_version_row *v)
{
	return (struct bdl_part_waiting_table_row){
		.name = v->name,
		.title = v->title,
		.issue = v->issue,
		.state = bdl_version_title(v->state),
		.shade = bdl_version_shade(v->state),
		.when = v->from_ms > 0
		    ? bdl_region_printf(r->region, "from %s", bdl_when(r, v->from_ms))
		    : "as soon as it is confirmed",
		.first = v->first,
		.alone = v->state == BDL_VERSION_APPROVED,
	};
}

static struct bdl_part_waiting_table_row draft_row(
    const struct bdl_request *r, const struct bdl_draft_row *d)
{
	return (struct bdl_part_waiting_table_row){
		.name = d->name,
		.title = d->title,
		.state = "Draft",
		.shade = "none",
		.when = bdl_region_printf(
		    r->region, "kept by %.*s, %s", BDL_FMT(d->by), bdl_when(r, d->kept_ms)),
	};
}

static int add_waiting(const struct bdl_request *r, const struct bdl_version_row *rows, size_t n,
    struct bdl_part_waiting_table *table, struct bdl_err *err)
{
	struct bdl_draft_row *drafts;
	size_t n_drafts;

	int rc = bdl_drafts_list(r->store, r->region, &drafts, &n_drafts, err);
	if (rc < 0)
		return rc;
	struct bdl_part_waiting_table_row *out =
	    bdl_region_array(r->region, n + n_drafts, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		if (rows[i].state == BDL_VERSION_APPROVED || rows[i].state == BDL_VERSION_WAITS)
			out[table->n_rows++] = waiting_row(r, &rows[i]);
	for (size_t i = 0; out && i < n_drafts; i++)
		out[table->n_rows++] = draft_row(r, &drafts[i]);
	table->rows = out;
	return 0;
}

int bdl_policy_tables(const struct bdl_request *r, struct bdl_part_policy_table *in_force,
    struct bdl_part_waiting_table *waiting, struct bdl_err *err)
{
	struct bdl_version_row *rows;
	size_t n;

	int rc = bdl_versions_list(r->store, r->region, &rows, &n, err);
	if (rc < 0)
		return rc;
	add_in_force(r, rows, n, in_force);
	return add_waiting(r, rows, n, waiting, err);
}

const struct bdl_document *bdl_law_document(const struct bdl_request *r)
{
	return bdl_ruleset_document(r->ruleset, bdl_ruleset_policies(r->ruleset));
}

int bdl_show_policies(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_page_policies v = {
		.portal = bdl_frame(r, BDL_LIT("Policies"), BDL_AT_POLICIES),
		.in_force.caption = "In force",
		.law = bdl_law_document(r)->front.title,
	};

	int rc = bdl_policy_tables(r, &v.in_force, &v.waiting, err);
	v.any = v.in_force.n_rows > 0;
	if (rc == 0 && !bdl_region_broken(r->region))
		bdl_page_policies(&reply->body, &v);
	return rc;
}
