/*
 * What of a policy this build carries out: clause by clause, rule by rule, with the door or the
 * institution of the school that each rule belongs to. A rule counts as carried out where
 * bdl_rule_carried_out says so, and nowhere else is that decided.
 */
#ifndef BDL_POLICY_COVERAGE_H
#define BDL_POLICY_COVERAGE_H

#include "base/buf.h"
#include "lists/lists.h"
#include "policy/document.h"
#include "scan/phrases.h"

/* The doors, as in enum bdl_door, and then the institutions. */
enum bdl_area {
	BDL_AREA_WEB,
	BDL_AREA_MAIL,
	BDL_AREA_SCREEN,
	BDL_AREA_DNS,
	BDL_AREA_LOGS,
	BDL_AREA_SIGNING,
	BDL_AREA_PERMISSIONS,
	BDL_AREA_REPORTS,
	BDL_AREA_REGISTERS,
	BDL_AREA_DESK,
	BDL_AREA_CASES,
	BDL_AREA_CHECKS,
	BDL_AREA_APPROVAL,
	BDL_AREA_SHOWING,
	BDL_AREA_SEEING,
	BDL_AREA_KEEPING,
	BDL_AREAS
};

enum bdl_area bdl_rule_area(const struct bdl_rule *rule);
const char *bdl_area_word(enum bdl_area area); /* "web", "permissions" */

static inline bool bdl_area_is_door(enum bdl_area area)
{
	return area < BDL_AREA_SIGNING;
}

/*
 * What the school itself still has to bring before a rule that is carried out finds anything: lists,
 * phrases, a table of networks. What is not known is not asked.
 */
struct bdl_coverage_here {
	const struct bdl_lists *lists; /* NULL with has_lists: there are none */
	bool has_lists;                /* whether it is known which lists there are */
	bool asks_networks, has_networks;
	const struct bdl_phrases *phrases; /* NULL with has_phrases: there are none */
	bool has_phrases;                  /* whether it is known which phrases there are */
};

/* Append for what the rule waits ("a list of gambling, betting"); nothing where it waits for nothing. */
void bdl_coverage_waits(
    const struct bdl_rule *rule, const struct bdl_coverage_here *here, struct bdl_buf *out);

/* What no door of this build sees, whatever the policies say. */
struct bdl_unseen {
	const char *what, *means; /* "What is said inside a WebSocket", and a sentence on it */
};
extern const struct bdl_unseen bdl_unseen[]; /* ends with a zeroed one */

/* Totals over one or more documents; begin with a zeroed one. */
struct bdl_coverage {
	size_t carried_out[BDL_AREAS], left[BDL_AREAS]; /* rules */
	size_t n_clauses, n_signed_only; /* the latter have no rule: people sign them */
};
void bdl_coverage_add(struct bdl_coverage *sum, const struct bdl_document *d);

/* Append it as text of at most 80 columns; the buffer's owner looks whether it broke. */
void bdl_coverage_write(
    const struct bdl_document *d, const struct bdl_coverage_here *here, struct bdl_buf *out);
void bdl_coverage_write_unseen(struct bdl_buf *out);
void bdl_coverage_write_totals(const struct bdl_coverage *sum, struct bdl_buf *out);

#endif
