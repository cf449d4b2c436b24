/*
 * One rule as it was written. The grammar is in rules.y, the tokens in rules.re; docs/language.md
 * says what each means, and phrase.h lists the forms of which a rule is made.
 *
 * A rule of a door ("block web to category gambling") applies when all of its conditions hold and
 * none of its exceptions does. Within one condition any of its values is enough ("to category
 * gambling, betting"). The other rules say how the school works: what may be asked for, reported,
 * kept, shown.
 */
#ifndef BDL_POLICY_RULE_H
#define BDL_POLICY_RULE_H

#include "base/region.h"
#include "policy/finding.h"
#include "policy/phrase.h"
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

enum bdl_unit {
	BDL_UNIT_MINUTE,
	BDL_UNIT_HOUR,
	BDL_UNIT_DAY,
	BDL_UNIT_WEEK,
	BDL_UNIT_MONTH,
	BDL_UNIT_TERM,
	BDL_UNIT_YEAR,
	BDL_UNITS
};

struct bdl_span {
	uint32_t n; /* 0: none was given */
	enum bdl_unit unit;
};

struct bdl_list {
	struct bdl_word *words;
	size_t n;
};

/* What a phrase adds in a word of its own: "with serious phrases", "tell head daily". */
enum bdl_manner {
	BDL_MANNER_NONE,
	BDL_MANNER_SERIOUS,
	BDL_MANNER_LIKELY,
	BDL_MANNER_CERTAIN,
	BDL_MANNER_DAILY,
	BDL_MANNER_CRITICAL,
	BDL_MANNER_LATE,
	BDL_MANNER_NOTHING,
	BDL_MANNER_FACTS,
	BDL_MANNER_WORDS,
	BDL_MANNER_PICTURE,
	BDL_MANNERS
};

/* One phrase; which of the members a form fills stands in phrase.h. */
struct bdl_phrase {
	enum bdl_phrase_form form;
	struct bdl_list lists[BDL_PHRASE_LISTS]; /* in the order of writing */
	struct bdl_period *periods;
	size_t n_periods;
	uint64_t number; /* a count, bytes, or the minutes of a time of day; 0: none */
	struct bdl_span span;
	enum bdl_manner manner;
	unsigned line, column;
};

struct bdl_rule {
	enum bdl_rule_kind kind;
	enum bdl_action action; /* of a verdict */
	enum bdl_door door;     /* of a verdict, splice and force */
	uint32_t deeds;         /* bits of enum bdl_deed; 0: whatever comes in at the door */
	struct bdl_phrase head; /* of the other kinds: "permit personal-use" */
	struct bdl_phrase *conds;
	size_t n_conds;
	struct bdl_phrase *unless; /* any one lifts the rule */
	size_t n_unless;
	struct bdl_phrase *phrases; /* the rest: what follows */
	size_t n_phrases;
	unsigned line, column; /* where it begins */
	struct bdl_view text;  /* its lines as written */
	/* `allow` or a permission of the same policy lifts its clause, of what is not `always` */
	bool can_be_lifted;
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

/*
 * Whether this build does all that the rule says (carried.c has the table). Only such rules come
 * into the ruleset of a door; the others stand in the document, and nothing may claim that they are
 * in force.
 */
bool bdl_rule_carried_out(const struct bdl_rule *rule);

/* What stands in the way, as it is written ("granted", "permit"); empty where nothing does. */
struct bdl_view bdl_rule_beyond(const struct bdl_rule *rule);

/* The first phrase of this form among those that follow, or NULL. */
const struct bdl_phrase *bdl_rule_phrase(const struct bdl_rule *rule, enum bdl_phrase_form form);

#endif
