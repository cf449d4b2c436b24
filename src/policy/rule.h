/*
 * One rule as it was written. The grammar is in rules.y, the tokens in rules.re; docs/language.md
 * says what each means.
 *
 * A rule applies when all of its conditions hold and none of its exceptions does. Within one
 * condition any of its values is enough ("to category gambling, betting").
 */
#ifndef BDL_POLICY_RULE_H
#define BDL_POLICY_RULE_H

#include "base/region.h"
#include "policy/finding.h"
#include "policy/words.h"

struct bdl_word {
	struct bdl_view text;
	unsigned line, column;
};

/* "08:45-15:30 on mon-fri"; from > to runs past midnight; `to` itself is outside. */
struct bdl_period {
	uint16_t from, to; /* minutes of the day, 0..1440 */
	/* bit 0 Monday .. bit 6 Sunday; a period past midnight belongs to the day it began */
	uint8_t days;
};

enum bdl_cond_kind {
	BDL_COND_CATEGORY, /* to category a, b */
	BDL_COND_HOST,     /* to host a, b: the host or any below it */
	BDL_COND_GROUP,    /* by staff, pupils */
	BDL_COND_TIME,     /* during 08:45-15:30 on mon-fri */
};

struct bdl_cond {
	enum bdl_cond_kind kind;
	struct bdl_word *words; /* categories, hosts, groups */
	size_t n_words;
	struct bdl_period *periods;
	size_t n_periods;
	unsigned line, column;
};

struct bdl_rule {
	enum bdl_action action;
	enum bdl_door door;
	struct bdl_cond *conds;
	size_t n_conds;
	struct bdl_cond *unless; /* any one lifts the rule */
	size_t n_unless;
	struct bdl_word *tell; /* roles */
	size_t n_tell;
	bool critical;         /* "tell X as critical" */
	unsigned line, column; /* where it begins */
	struct bdl_view text;  /* its lines as written */
	bool broken; /* an error was found in it: only what could be read is here, for the check */
};

/*
 * Parse the inside of one rules block, whose first line is line `first_line` of the document.
 * Rules and texts are made in the region. What is wrong is told to findings; a rule with an error
 * is kept and marked broken, so that the check finds what else is wrong in it. A document that has
 * one has errors, and is never compiled.
 */
void bdl_rules_parse(struct bdl_view block, unsigned first_line, struct bdl_region *region,
    struct bdl_findings *findings, struct bdl_rule **ret_rules, size_t *ret_n);

#endif
