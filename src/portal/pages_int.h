/* The pages (one function each, for the route table) and what they share. */
#ifndef BDL_PORTAL_PAGES_INT_H
#define BDL_PORTAL_PAGES_INT_H

#include "policy_table.tmpl.h"
#include "portal.tmpl.h"
#include "portal/request.h"
#include "record/acts/acts.h"
#include "record/policies/versions.h"
#include "record/visits/visits.h"
#include "violation_table.tmpl.h"
#include "waiting_table.tmpl.h"

int bdl_show_overview(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_acts(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_act(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_visits(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_visitor(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_violations(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_policies(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_policy(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_changes(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_figures(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_replay(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_import(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_issue(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_coverage(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_checks(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_lists(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_storage(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_status(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_favicon(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_health(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_metrics(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);
int bdl_show_asset(struct bdl_request *r, struct bdl_reply *reply, struct bdl_err *err);

/* Where in the portal a page stands. */
enum bdl_section {
	BDL_AT_NOTHING,
	BDL_AT_OVERVIEW,
	BDL_AT_ACTS,
	BDL_AT_VISITS,
	BDL_AT_VIOLATIONS,
	BDL_AT_POLICIES,
	BDL_AT_FIGURES,
	BDL_AT_STATE
};

/* What stands around every page. */
struct bdl_layout_portal bdl_frame(
    const struct bdl_request *r, struct bdl_view title, enum bdl_section section);

/* A moment: "today, 11:40:07" or "20 November 2026, 11:40"; and for machines. In the region. */
const char *bdl_when(const struct bdl_request *r, int64_t at_ms);
const char *bdl_when_hour(const struct bdl_request *r, int64_t at_ms); /* without seconds */
const char *bdl_when_iso(const struct bdl_request *r, int64_t at_ms);

/* The school's day that a moment lies in. Texts in the region. */
struct bdl_day {
	int64_t from_ms, before_ms;
	const char *word;  /* "2026-11-21", as addresses have it */
	const char *title; /* "Saturday 21 November 2026" */
};
struct bdl_day bdl_day_of(const struct bdl_request *r, int64_t at_ms);

/* A count as people read it: "74,828"; empty for none where `or_nothing`. In the region. */
const char *bdl_count_text(const struct bdl_request *r, uint64_t n, bool or_nothing);

/*
 * As people read bytes, by thousands: "312 bytes", "4.7 kB", "18 MB", with hard
 * spaces; cut, not rounded. In the region.
 */
const char *bdl_bytes_text(const struct bdl_request *r, uint64_t n);

/* The first twelve digits of a digest, enough to tell versions apart. */
const char *bdl_digest_short(const struct bdl_request *r, const struct bdl_digest *d);

/* "Blocked", "Coached", ...: what was done, for people. */
const char *bdl_action_title(enum bdl_action a);
const char *bdl_kind_title(enum bdl_act_kind k);

/* The clause of a policy in the ruleset (NULL: none is in force), or NULL. */
const struct bdl_clause *bdl_clause_find(
    const struct bdl_ruleset *rs, struct bdl_view policy, struct bdl_view id);

/* "2.2 Gambling": what a clause is called. In the region. */
const char *bdl_clause_heading(const struct bdl_request *r, const struct bdl_clause *c);

/*
 * The same of a clause as it stood in this issue of the policy (0: not known), else as it stands
 * now, else its id.
 */
const char *bdl_clause_title(
    const struct bdl_request *r, struct bdl_view policy, int64_t issue, struct bdl_view id);

/* The name of the person of that login; empty where the roll has none. */
struct bdl_view bdl_person_name(const struct bdl_request *r, struct bdl_view login);

/* Roles as a sentence names them: "the technicians, the safeguarding lead". In the region. */
const char *bdl_told(const struct bdl_request *r, struct bdl_view words);

/* "staff, volunteers"; NULL where the region has no room, which fails the page. */
const char *bdl_joined(const struct bdl_request *r, const struct bdl_view *list, size_t n);

/* The state of a version for people, and the shade of its tag. */
const char *bdl_version_title(enum bdl_version_state state);
const char *bdl_version_shade(enum bdl_version_state state);

/* The document that is built in (policy/law.h), of a page that has the store. */
const struct bdl_document *bdl_law_document(const struct bdl_request *r);

/* What is in force, and what is not yet: rows are added to two empty tables. */
int bdl_policy_tables(const struct bdl_request *r, struct bdl_part_policy_table *in_force,
    struct bdl_part_waiting_table *waiting, struct bdl_err *err) BDL_MUST_USE;

/* The first `n` violations, as rows of the table. */
void bdl_violation_table(const struct bdl_request *r, const struct bdl_violation_row *rows,
    size_t n, struct bdl_part_violation_table *table);

#endif
