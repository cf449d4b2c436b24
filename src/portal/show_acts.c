/* Lists: the acts, by a filter, and the violations. Newest first, a page at a time. */
#include "acts.tmpl.h"
#include "base/clock.h"
#include "pages_int.h"
#include "record/acts.h"
#include "violations.tmpl.h"

#define ROWS 50 /* a page; one more is asked for, to know whether there are older ones */

static struct bdl_acts_filter filter_of(const struct bdl_request *r)
{
	return (struct bdl_acts_filter){
		.person = bdl_request_query(r, "person"),
		.host = bdl_request_query(r, "host"),
		.clause = bdl_request_query(r, "clause"),
		.action = bdl_action_chosen(r),
		.kind = bdl_kind_chosen(r),
		.violation = bdl_request_number(r, "violation"),
		.before_id = bdl_request_number(r, "before"),
		.limit = ROWS + 1,
	};
}

/* --- acts --- */

static void add_choices(
    const struct bdl_request *r, const struct bdl_acts_filter *f, struct bdl_page_acts *v)
{
	struct bdl_page_acts_verdict *verdicts =
	    bdl_region_array(r->region, BDL_ACTIONS, sizeof(*verdicts));
	struct bdl_page_acts_kind *kinds = bdl_region_array(r->region, BDL_KINDS, sizeof(*kinds));

	if (!verdicts || !kinds)
		return; /* the region is broken, which fails the page */
	for (int i = 0; i < BDL_ACTIONS; i++)
		verdicts[i] = (struct bdl_page_acts_verdict){
			.word = bdl_action_word((enum bdl_action)i),
			.title = bdl_action_title((enum bdl_action)i),
			.chosen = f->action == i,
		};
	for (int i = 0; i < BDL_KINDS; i++)
		kinds[i] = (struct bdl_page_acts_kind){
			.word = bdl_kind_word((enum bdl_act_kind)i),
			.title = bdl_kind_title((enum bdl_act_kind)i),
			.chosen = f->kind == i,
		};
	v->verdicts = verdicts;
	v->n_verdicts = BDL_ACTIONS;
	v->kinds = kinds;
	v->n_kinds = BDL_KINDS;
}

static struct bdl_page_acts_row act_row(const struct bdl_request *r, const struct bdl_act_row *row)
{
	const struct bdl_act *a = &row->act;
	return (struct bdl_page_acts_row){
		.id = row->id,
		.when = bdl_when(r, a->at_ms),
		.iso = bdl_when_iso(r, a->at_ms),
		.person = a->person,
		.address = a->address,
		.host = a->host,
		.path = a->path,
		.kind = bdl_kind_title(a->kind),
		.verdict = bdl_action_word(a->action),
		.verdict_title = bdl_action_title(a->action),
		.critical = a->critical,
		.passed = a->passed,
		.policy = a->policy,
		.clause = a->clause,
		.clause_title = bdl_clause_title(r, a->policy, a->clause),
	};
}

int bdl_show_acts(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_acts_filter f = filter_of(r);
	struct bdl_view reference = bdl_request_query(r, "reference");
	struct bdl_act_row *rows = NULL;
	size_t n = 0;
	int e = 0;

	f.n_moments = bdl_reference_read(reference, f.moments_ms);
	if (reference.n == 0 || f.n_moments > 0) /* what is no reference is no act's */
		e = bdl_acts_list(r->store, &f, r->region, &rows, &n, err);
	if (e < 0)
		return e;
	struct bdl_page_acts v = {
		.portal = bdl_frame(r, BDL_LIT("Acts"), BDL_AT_ACTS),
		.person = f.person,
		.host = f.host,
		.clause = f.clause,
		.reference = reference,
		.verdict = f.action >= 0 ? bdl_action_word((enum bdl_action)f.action) : "",
		.kind = f.kind >= 0 ? bdl_kind_word((enum bdl_act_kind)f.kind) : "",
		.violation = f.violation,
		.before = f.before_id,
		.filtered = f.person.n || f.host.n || f.clause.n || f.action >= 0 || f.kind >= 0 ||
		    f.violation || reference.n,
		.n_rows = n > ROWS ? ROWS : n,
		.older = n > ROWS ? rows[ROWS - 1].id : 0,
	};
	struct bdl_page_acts_row *out = bdl_region_array(r->region, v.n_rows, sizeof(*out));
	for (size_t i = 0; out && i < v.n_rows; i++)
		out[i] = act_row(r, &rows[i]);
	v.rows = out;
	add_choices(r, &f, &v);
	if (!bdl_region_broken(r->region))
		bdl_page_acts(&reply->body, &v);
	return 0;
}

/* --- violations --- */

/* Roles as a sentence names them: "the technicians, the safeguarding lead". */
static const char *told(const struct bdl_request *r, struct bdl_view words)
{
	struct bdl_view word;
	const char *text = "";

	while (text && bdl_view_cut(&words, ' ', &word)) {
		int role = bdl_role_find(word);
		if (role < 0)
			continue;
		text = bdl_region_printf(r->region, "%s%s%s", text, text[0] ? ", " : "",
		    bdl_role_title((enum bdl_role_word)role));
	}
	return text;
}

static struct bdl_page_violations_row violation_row(
    const struct bdl_request *r, const struct bdl_violation_row *row)
{
	return (struct bdl_page_violations_row){
		.id = row->id,
		.when = bdl_when(r, row->first_ms),
		.iso = bdl_when_iso(r, row->first_ms),
		.minutes = (row->last_ms - row->first_ms + 30000) / 60000,
		.person = row->person,
		.address = row->address,
		.host = row->host,
		.policy = row->policy,
		.clause = row->clause,
		.clause_title = bdl_clause_title(r, row->policy, row->clause),
		.verdict = bdl_action_word(row->action),
		.verdict_title = bdl_action_title(row->action),
		.critical = row->critical,
		.acts = row->acts,
		.many = row->acts > 1,
		.parts = row->parts,
		.told = told(r, row->tell),
	};
}

int bdl_show_violations(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err)
{
	struct bdl_acts_filter f = filter_of(r);
	struct bdl_violation_row *rows;
	size_t n;

	f.kind = -1; /* a violation may have acts of several kinds */
	f.violation = 0;
	int e = bdl_violations_list(r->store, &f, r->region, &rows, &n, err);
	if (e < 0)
		return e;
	struct bdl_page_violations v = {
		.portal = bdl_frame(r, BDL_LIT("Violations"), BDL_AT_VIOLATIONS),
		.person = f.person,
		.host = f.host,
		.clause = f.clause,
		.before = f.before_id,
		.filtered = f.person.n || f.host.n || f.clause.n,
		.n_rows = n > ROWS ? ROWS : n,
		.older = n > ROWS ? rows[ROWS - 1].id : 0,
	};
	struct bdl_page_violations_row *out = bdl_region_array(r->region, v.n_rows, sizeof(*out));
	for (size_t i = 0; out && i < v.n_rows; i++)
		out[i] = violation_row(r, &rows[i]);
	v.rows = out;
	if (!bdl_region_broken(r->region))
		bdl_page_violations(&reply->body, &v);
	return 0;
}
