/* The form that a list is filtered by, and the links from one of its pages to the next. */
#include "filter_int.h"
#include "pages_int.h"

static void add_verdicts(
    const struct bdl_request *r, const struct bdl_chosen *c, struct bdl_part_filters *v)
{
	struct bdl_part_filters_verdict *out =
	    bdl_region_array(r->region, BDL_ACTIONS, sizeof(*out));

	for (int i = 0; out && i < BDL_ACTIONS; i++)
		out[i] = (struct bdl_part_filters_verdict){
			.word = bdl_action_word((enum bdl_action)i),
			.title = bdl_action_title((enum bdl_action)i),
			.chosen = c->f.action == i,
		};
	v->verdicts = out;
	v->n_verdicts = out ? BDL_ACTIONS : 0;
}

static bool asks_for_probes(const struct bdl_chosen *c)
{
	return !c->f.no_probes && !c->reference.n;
}

static void add_kinds(
    const struct bdl_request *r, const struct bdl_chosen *c, struct bdl_part_filters *v)
{
	struct bdl_part_filters_kind *out =
	    bdl_region_array(r->region, BDL_KINDS + 2, sizeof(*out));

	if (!out)
		return; /* the region is broken, which fails the page */
	out[0] = (struct bdl_part_filters_kind){
		.word = BDL_EVERYTHING,
		.title = "Everything",
		.chosen = c->f.kind < 0 && !asks_for_probes(c),
	};
	for (int i = 0; i < BDL_KINDS; i++)
		out[i + 1] = (struct bdl_part_filters_kind){
			.word = bdl_kind_word((enum bdl_act_kind)i),
			.title = bdl_kind_title((enum bdl_act_kind)i),
			.chosen = c->f.kind == i,
		};
	out[BDL_KINDS + 1] = (struct bdl_part_filters_kind){
		.word = BDL_WITH_PROBES,
		.title = "With Beadle's own checks",
		.chosen = asks_for_probes(c),
	};
	v->kinds = out;
	v->n_kinds = BDL_KINDS + 2;
}

bool bdl_chosen_any(const struct bdl_chosen *c)
{
	return c->person.n || c->host.n || c->category.n || c->f.clause.n || c->reference.n ||
	    c->day.n || c->f.action >= 0 || c->f.kind >= 0 || c->f.violation || asks_for_probes(c);
}

/* A list is of the shortest names that hold the part; the others are not left out unsaid. */
static const char *more_of(const struct bdl_request *r, const struct bdl_chosen *c)
{
	struct bdl_view part = c->more_hosts ? c->host : c->person;

	if (!c->more_hosts && !c->more_persons)
		return "";
	return bdl_region_printf(r->region,
	    "More than %d %s hold “%.*s”, and only those with the shortest names are shown. Write "
	    "more of the name to find others.",
	    BDL_FILTER_VALUES_MAX, c->more_hosts ? "sites" : "people", BDL_FMT(part));
}

/* What is called "acts" stands under "/acts". */
struct bdl_part_filters bdl_filters_view(
    const struct bdl_request *r, const struct bdl_chosen *c, const char *what)
{
	struct bdl_part_filters v = {
		.path = bdl_region_printf(r->region, "/%s", what),
		.find = bdl_region_printf(r->region, "Find %s", what),
		.all = bdl_region_printf(r->region, "Show all %s", what),
		.person = c->person,
		.host = c->host,
		.category = c->category,
		.clause = c->f.clause,
		.reference = c->reference,
		.day = c->day,
		.day_wrong = c->day_wrong,
		.of_visits = strcmp(what, "visits") == 0,
		.of_acts = strcmp(what, "acts") == 0,
		.filtered = bdl_chosen_any(c),
		.more = more_of(r, c),
	};

	add_verdicts(r, c, &v);
	add_kinds(r, c, &v);
	return v;
}

static const char *kind_asked(const struct bdl_chosen *c)
{
	if (asks_for_probes(c))
		return BDL_WITH_PROBES;
	return c->f.kind >= 0 ? bdl_kind_word((enum bdl_act_kind)c->f.kind) : "";
}

struct bdl_part_pager bdl_pager_view(const struct bdl_request *r, const struct bdl_chosen *c,
    const char *what, const char *place, bool looks_further)
{
	return (struct bdl_part_pager){
		.path = bdl_region_printf(r->region, "/%s", what),
		.person = c->person,
		.host = c->host,
		.category = c->category,
		.clause = c->f.clause,
		.reference = c->reference,
		.day = c->day,
		.verdict = c->f.action >= 0 ? bdl_action_word((enum bdl_action)c->f.action) : "",
		.kind = kind_asked(c),
		.violation = c->f.violation,
		.after = bdl_request_query(r, "after"),
		.older = place && place[0], /* NULL: no room, which fails the page */
		.place = place,
		.on = looks_further ? "Look further back"
				    : bdl_region_printf(r->region, "Older %s", what),
	};
}

const char *bdl_list_title(
    const struct bdl_request *r, const struct bdl_chosen *c, const char *title)
{
	return c->day_wrong ? bdl_region_printf(r->region, "Error: %s", title) : title;
}
