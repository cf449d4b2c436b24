/* The closed sets of words that the language knows. New ones are added here and nowhere else. */
#ifndef BDL_POLICY_WORDS_H
#define BDL_POLICY_WORDS_H

#include "base/view.h"

/* Verdicts, weakest first: the strictest of all rules that apply wins. */
enum bdl_action { BDL_ALLOW, BDL_NOTE, BDL_COACH, BDL_HOLD, BDL_BLOCK, BDL_ACTIONS };

enum bdl_door {
	BDL_DOOR_WEB,
	BDL_DOOR_MAIL,
	BDL_DOOR_SCREEN,
	BDL_DOOR_DNS,
	BDL_DOOR_LOGS,
	BDL_DOORS
};

/* Whom a clause binds. `unknown` is no group: unknown people are bound by every policy. */
enum bdl_group {
	BDL_GROUP_STAFF,
	BDL_GROUP_VOLUNTEERS,
	BDL_GROUP_GOVERNORS,
	BDL_GROUP_SUPPLY,
	BDL_GROUP_VISITORS,
	BDL_GROUP_PUPILS,
	BDL_GROUPS_BUILT_IN
};

/* What one may do in Beadle, and who is told. */
enum bdl_role_word {
	BDL_ROLE_TEACHER,
	BDL_ROLE_LINE_MANAGER,
	BDL_ROLE_SUBJECT_LEADER,
	BDL_ROLE_TECHNICIANS,
	BDL_ROLE_HEAD,
	BDL_ROLE_LEADER,
	BDL_ROLE_SAFEGUARDING_LEAD,
	BDL_ROLE_DATA_PROTECTION_OFFICER,
	BDL_ROLE_EXAMS_OFFICER,
	BDL_ROLE_OFFICE,
	BDL_ROLE_CHAIR_OF_GOVERNORS,
	BDL_ROLE_POLICY_OWNER,
	BDL_ROLE_ADMINISTRATOR,
	BDL_ROLES
};

/* All the words of each set, for suggestions. */
extern const char *const bdl_action_words[BDL_ACTIONS];
extern const char *const bdl_door_words[BDL_DOORS];
extern const char *const bdl_group_words[BDL_GROUPS_BUILT_IN];
extern const char *const bdl_role_words[BDL_ROLES];

const char *bdl_action_word(enum bdl_action a);  /* "allow" .. "block" */
const char *bdl_door_word(enum bdl_door d);      /* "web" */
const char *bdl_role_word(enum bdl_role_word r); /* "safeguarding-lead" */
/* "the safeguarding lead", as a sentence needs it */
const char *bdl_role_title(enum bdl_role_word r);

/* The word's number, or -1. */
int bdl_action_find(struct bdl_view v);
int bdl_door_find(struct bdl_view v);
int bdl_group_find(struct bdl_view v); /* of the built-in groups; a school may name its own */
int bdl_role_find(struct bdl_view v);

/* Whether this verdict can be carried out at this door (coach at dns and hold at web cannot). */
bool bdl_action_fits(enum bdl_action a, enum bdl_door d);

#endif
