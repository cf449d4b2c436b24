/*
 * The forms of which rules are made: one row each in phrase.c says which rules may have the form,
 * what its values name, and how it reads in plain English. A new form is a line of rules.y and a
 * row of that table.
 */
#ifndef BDL_POLICY_PHRASE_H
#define BDL_POLICY_PHRASE_H

#include "policy/words.h"

#define BDL_PHRASE_LISTS 3 /* lists of names in one phrase, at most */

enum bdl_rule_kind {
	BDL_RULE_VERDICT, /* block, hold, coach, note, allow */
	BDL_RULE_SPLICE,
	BDL_RULE_FORCE,
	BDL_RULE_PERMIT,
	BDL_RULE_REPORT,
	BDL_RULE_REGISTER,
	BDL_RULE_DESK,
	BDL_RULE_CASE,
	BDL_RULE_CHECK,
	BDL_RULE_SIGN,
	BDL_RULE_APPROVE,
	BDL_RULE_SHOW,
	BDL_RULE_LET,
	BDL_RULE_KEEP,
	BDL_RULE_KINDS
};

enum bdl_phrase_form {
	BDL_PHRASE_NONE,

	/* Conditions of the doors. */
	BDL_PHRASE_CATEGORY,
	BDL_PHRASE_HOST,
	BDL_PHRASE_PATH, /* below each by whole segments, case as written */
	BDL_PHRASE_METHOD,
	BDL_PHRASE_RECIPIENTS,
	BDL_PHRASE_RECIPIENT_COUNT, /* number */
	BDL_PHRASE_SENDERS,
	BDL_PHRASE_BY,
	BDL_PHRASE_USING,
	BDL_PHRASE_USING_OTHERS,
	BDL_PHRASE_USING_COUNT, /* number, span */
	BDL_PHRASE_AT,
	BDL_PHRASE_TIME, /* periods */
	BDL_PHRASE_CALENDAR,
	BDL_PHRASE_WORDS, /* in quotes; whole words, case and blanks folded */
	BDL_PHRASE_TYPES,
	BDL_PHRASE_PHRASES, /* manner */
	BDL_PHRASE_UNREAD,
	BDL_PHRASE_PICTURES, /* manner */
	BDL_PHRASE_FILES,
	BDL_PHRASE_LINKS,
	BDL_PHRASE_MARKINGS,
	BDL_PHRASE_PROGRAMS,
	BDL_PHRASE_DATA,      /* number: of people, or 0 */
	BDL_PHRASE_SIZE,      /* number: bytes; span: of one person's day, or none */
	BDL_PHRASE_FORWARDED, /* number */
	BDL_PHRASE_OF_OTHERS,
	BDL_PHRASE_COUNT, /* number, span */

	/* Exceptions only. */
	BDL_PHRASE_GRANTED, /* second list: the field that says how much */
	BDL_PHRASE_REGISTERED,
	BDL_PHRASE_SIGNED,
	BDL_PHRASE_ENCRYPTED,
	BDL_PHRASE_SHARED,
	BDL_PHRASE_UNLESS_CRITICAL,
	BDL_PHRASE_UNLESS_SEALED,

	/* What follows. */
	BDL_PHRASE_TELL, /* manner; number and span: from the Nth within; span alone: after it */
	BDL_PHRASE_ESCALATE, /* tell; span: within; second list: else; third: for */
	BDL_PHRASE_ALWAYS,
	BDL_PHRASE_KEEPING, /* manner */
	BDL_PHRASE_RELEASED,
	BDL_PHRASE_RETURNED, /* span */
	BDL_PHRASE_MARKED,
	BDL_PHRASE_OPENING_TICKET,
	BDL_PHRASE_OPENING_CASE,
	BDL_PHRASE_OVER,

	/* Phrases of the school's own work. */
	BDL_PHRASE_ASKED, /* second list: for whom */
	BDL_PHRASE_STATING,
	BDL_PHRASE_NEEDING_CONSENT,
	BDL_PHRASE_NEEDING_NO_NAMES,
	BDL_PHRASE_NEEDING_REGISTERED,
	BDL_PHRASE_NEEDING_GRANTED,
	BDL_PHRASE_ADVISED,
	BDL_PHRASE_DECIDED,
	BDL_PHRASE_ANSWERED, /* span */
	BDL_PHRASE_LASTING,  /* span */
	BDL_PHRASE_ENDED,
	BDL_PHRASE_REMINDING, /* span */
	BDL_PHRASE_LIFTING,
	BDL_PHRASE_RECORDED_ONLY,
	BDL_PHRASE_KINDS,
	BDL_PHRASE_NAMING,
	BDL_PHRASE_REACHED,
	BDL_PHRASE_ANONYMOUS,
	BDL_PHRASE_THEN,
	BDL_PHRASE_AGREED,
	BDL_PHRASE_UNTIL,
	BDL_PHRASE_DUE, /* span */
	BDL_PHRASE_PRINTED,
	BDL_PHRASE_KEPT_IN,
	BDL_PHRASE_HOLDING,
	BDL_PHRASE_ABOUT,
	BDL_PHRASE_FOR,
	BDL_PHRASE_KEPT_BY,
	BDL_PHRASE_ENTERED,
	BDL_PHRASE_BOOKED,
	BDL_PHRASE_SEEN,
	BDL_PHRASE_CONFIRMED, /* span */
	BDL_PHRASE_CHECKED,
	BDL_PHRASE_WHEN_CRITICAL,
	BDL_PHRASE_REVIEWED, /* span */
	BDL_PHRASE_SORTED_BY,
	BDL_PHRASE_EXCEPT,
	BDL_PHRASE_GROUPED,
	BDL_PHRASE_HIDING_NAMES,
	BDL_PHRASE_WITHOUT,
	BDL_PHRASE_SHOWN,
	BDL_PHRASE_ALLOWING, /* span */
	BDL_PHRASE_AHEAD,
	BDL_PHRASE_WITHIN, /* span */
	BDL_PHRASE_AGAIN_CHANGED,
	BDL_PHRASE_AGAIN_EVERY, /* span */
	BDL_PHRASE_BY_PARENTS,
	BDL_PHRASE_BY_HOLDERS,
	BDL_PHRASE_CONSULTING,
	BDL_PHRASE_BY_BODY,
	BDL_PHRASE_SHOWN_AT,

	/* Heads of rules other than verdicts. */
	BDL_PHRASE_SPLICE,
	BDL_PHRASE_FORCE,
	BDL_PHRASE_PERMIT,
	BDL_PHRASE_REPORT,
	BDL_PHRASE_REGISTER,
	BDL_PHRASE_DESK_OPEN, /* periods */
	BDL_PHRASE_DESK_REACHED,
	BDL_PHRASE_DESK_SAME_DAY,
	BDL_PHRASE_DESK_NEXT_DAY, /* number: minutes of the day, or 0 */
	BDL_PHRASE_DESK_AT_ONCE,
	BDL_PHRASE_DESK_TAKES,
	BDL_PHRASE_CASE_STEP,
	BDL_PHRASE_CASE_SEALED,
	BDL_PHRASE_CASE_REFER,
	BDL_PHRASE_CASE_SEARCH,
	BDL_PHRASE_CASE_REQUEST,
	BDL_PHRASE_CASE_TRIAGE,
	BDL_PHRASE_CASE_PROCEDURE,
	BDL_PHRASE_CHECK,        /* span, or none */
	BDL_PHRASE_CHECK_GRANTS, /* span, or none */
	BDL_PHRASE_SIGN_POLICY,
	BDL_PHRASE_SIGN_COMPANIONS,
	BDL_PHRASE_SIGN_SEPARATELY,
	BDL_PHRASE_APPROVE,
	BDL_PHRASE_SHOW,
	BDL_PHRASE_LET,
	BDL_PHRASE_LET_OWN_CLASS,
	BDL_PHRASE_LET_FOR_CASE,
	BDL_PHRASE_KEEP,           /* span */
	BDL_PHRASE_KEEP_AFTER_END, /* span */
	BDL_PHRASE_KEEP_EVER,
	BDL_PHRASE_FORMS
};

/* What the names of a list name. */
enum bdl_name_class {
	BDL_NAMES_NONE,
	BDL_NAMES_CATEGORY,
	BDL_NAMES_HOST,
	BDL_NAMES_PATH,    /* "/live": as bdl_url_path writes one, without a slash at its end */
	BDL_NAMES_METHOD,  /* "post" */
	BDL_NAMES_TYPE,    /* "image/png", or "image/" and a star */
	BDL_NAMES_GROUP,   /* that the policy binds; roles; unknown */
	BDL_NAMES_PEOPLE,  /* groups, roles, and who stands in a certain place: person, holder */
	BDL_NAMES_ROLE,    /* who is told or decides at a door */
	BDL_NAMES_OFFICER, /* the same of the school's own work: also person, holder, parent */
	BDL_NAMES_PERMISSION,
	BDL_NAMES_REGISTER,
	BDL_NAMES_CLAUSE,
	BDL_NAMES_PLACE,
	BDL_NAMES_CALENDAR,
	BDL_NAMES_RECIPIENT,
	BDL_NAMES_SENDER,
	BDL_NAMES_DEVICE,
	BDL_NAMES_FILE,
	BDL_NAMES_LINK,
	BDL_NAMES_PICTURE,
	BDL_NAMES_PROGRAM,
	BDL_NAMES_DATA,
	BDL_NAMES_WAY,
	BDL_NAMES_OCCASION,
	BDL_NAMES_KEPT,
	BDL_NAMES_SIGHT,
	BDL_NAMES_SWITCH,
	BDL_NAMES_OWN,  /* whatever the school calls it */
	BDL_NAMES_TEXT, /* what stood in quotes */
	BDL_NAME_CLASSES
};

enum bdl_phrase_part {
	BDL_PART_TARGET,       /* a condition that says which acts: "to category a" */
	BDL_PART_CIRCUMSTANCE, /* a condition that says whose, where, when */
	BDL_PART_STATE,        /* stands after `unless` only */
	BDL_PART_RESULT,
	BDL_PART_HEAD,
};

struct bdl_phrase_info {
	const char *words;   /* "asked by", as it is written */
	const char *english; /* with places for its values: see explain_rule.c */
	enum bdl_phrase_part part;
	uint32_t kinds; /* bits of enum bdl_rule_kind: where it may stand */
	uint32_t doors; /* bits of enum bdl_door, where a rule of a door may have it */
	bool once;      /* a second one could only contradict the first */
	enum bdl_name_class names[BDL_PHRASE_LISTS];
};

const struct bdl_phrase_info *bdl_phrase_info(enum bdl_phrase_form form);

/* "permit", "a rule of a door". */
const char *bdl_rule_kind_word(enum bdl_rule_kind kind);

/* What comes in at a door, more closely. */
enum bdl_deed {
	BDL_DEED_WEB_SEARCH,
	BDL_DEED_WEB_DOWNLOAD,
	BDL_DEED_WEB_UPLOAD,
	BDL_DEED_MAIL_IN,
	BDL_DEED_MAIL_OUT,
	BDL_DEED_MAIL_REPLY_ALL,
	BDL_DEED_SCREEN_TEXT,
	BDL_DEED_SCREEN_PICTURE,
	BDL_DEED_SCREEN_PROGRAM,
	BDL_DEED_SCREEN_HARDWARE,
	BDL_DEED_SCREEN_STORAGE,
	BDL_DEED_SCREEN_COPIED,
	BDL_DEED_SCREEN_SETTING,
	BDL_DEED_SCREEN_STOPPED,
	BDL_DEED_SCREEN_MISSING_PART,
	BDL_DEED_LOGS_LOGON,
	BDL_DEED_LOGS_FILE_OPENED,
	BDL_DEED_LOGS_FILE_CHANGED,
	BDL_DEED_LOGS_FILE_DELETED,
	BDL_DEEDS
};

struct bdl_deed_info {
	enum bdl_door door;
	const char *word;    /* "upload": the last word of those that say it */
	const char *english; /* "uploads" */
};
const struct bdl_deed_info *bdl_deed_info(enum bdl_deed kind);
int bdl_deed_find(enum bdl_door door, struct bdl_view word); /* or -1 */

#endif
