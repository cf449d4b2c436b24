/*
 * The checks that Beadle makes of itself: what rules `check NAME` may name of them. A school may
 * write others, of its own work, which this build does not carry out.
 */
#ifndef BDL_POLICY_OWN_CHECKS_H
#define BDL_POLICY_OWN_CHECKS_H

#include "policy/rule.h"

enum bdl_own_check {
	BDL_CHECK_DOORS,      /* all that comes through the web door: the next five, and journal */
	BDL_CHECK_FILTER,     /* what is to be blocked is, what is not is not */
	BDL_CHECK_HELP_LINES, /* no help line is blocked */
	BDL_CHECK_BLOCK_PAGE, /* the page is readable by HTTPS, and names the clause */
	BDL_CHECK_TEXTS,      /* pages are read, and refused for what they say */
	BDL_CHECK_STREAMS,    /* the first byte of a stream comes while it is still being sent */
	BDL_CHECK_SAFE_SEARCH,
	BDL_CHECK_LISTS,        /* each is there and fresh */
	BDL_CHECK_ILLEGAL_LIST, /* installed, and held by the doors */
	BDL_CHECK_DNS,          /* the zone is fresh, and the school's resolver answers by it */
	BDL_CHECK_JOURNAL,      /* what a door records reaches the store */
	BDL_CHECK_BACKUP,
	BDL_CHECK_RESTORE,
	BDL_CHECKS
};

int bdl_own_check_find(struct bdl_view name); /* or -1 */
const char *bdl_own_check_word(enum bdl_own_check c);
/* "What is to be blocked is blocked, and nothing else": what it comes to where it passes. */
const char *bdl_own_check_title(enum bdl_own_check c);

/* Whether it is made for each group and place, by acts at the web door; others are made once. */
bool bdl_own_check_is_of_people(enum bdl_own_check c);

/* Whether how old something is decides it, so that `allowing` may stand with it. */
bool bdl_own_check_is_of_age(enum bdl_own_check c);

/*
 * How often a rule `check` has it made: its own `every`, else a day; at least a quarter of an hour.
 * A term, of which there is no calendar, counts as four weeks: rather too often than too seldom.
 */
int64_t bdl_own_check_every_ms(const struct bdl_rule *rule);

/* What a rule `check` calls old: its own `allowing`, else `or_else_ms`. */
int64_t bdl_own_check_allowed_ms(const struct bdl_rule *rule, int64_t or_else_ms);

#endif
