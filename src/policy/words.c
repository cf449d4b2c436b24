#include "policy/words.h"

const char *const bdl_action_words[BDL_ACTIONS] = { "allow", "note", "coach", "hold", "block" };

const char *const bdl_door_words[BDL_DOORS] = { "web", "mail", "screen", "dns", "logs" };

const char *const bdl_group_words[BDL_GROUPS_BUILT_IN] = { "staff", "volunteers", "governors",
	"supply", "visitors", "pupils" };

const char *const bdl_role_words[BDL_ROLES] = { "teacher", "line-manager", "subject-leader",
	"technicians", "head", "leader", "safeguarding-lead", "data-protection-officer",
	"exams-officer", "office", "chair-of-governors", "policy-owner", "administrator" };

static const char *const role_titles[BDL_ROLES] = { "the teacher", "the line manager",
	"the subject leader", "the technicians", "the head", "the senior leader",
	"the safeguarding lead", "the data protection officer", "the exams officer", "the office",
	"the chair of governors", "the policy owner", "the administrator" };

const char *bdl_action_word(enum bdl_action a)
{
	BDL_BUG_IF((unsigned)a >= BDL_ACTIONS);
	return bdl_action_words[a];
}

const char *bdl_door_word(enum bdl_door d)
{
	BDL_BUG_IF((unsigned)d >= BDL_DOORS);
	return bdl_door_words[d];
}

const char *bdl_role_word(enum bdl_role_word r)
{
	BDL_BUG_IF((unsigned)r >= BDL_ROLES);
	return bdl_role_words[r];
}

const char *bdl_role_title(enum bdl_role_word r)
{
	BDL_BUG_IF((unsigned)r >= BDL_ROLES);
	return role_titles[r];
}

static int find_word(struct bdl_view v, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_is(v, words[i]))
			return (int)i;
	return -1;
}

int bdl_action_find(struct bdl_view v)
{
	return find_word(v, bdl_action_words, BDL_ACTIONS);
}

int bdl_door_find(struct bdl_view v)
{
	return find_word(v, bdl_door_words, BDL_DOORS);
}

int bdl_group_find(struct bdl_view v)
{
	return find_word(v, bdl_group_words, BDL_GROUPS_BUILT_IN);
}

int bdl_role_find(struct bdl_view v)
{
	return find_word(v, bdl_role_words, BDL_ROLES);
}

bool bdl_action_fits(enum bdl_action a, enum bdl_door d)
{
	/*
	 * A page waits for nobody, so it is not held; the sender of a message can be asked to look
	 * at it again. DNS knows no person, and its answers are cached: it says no or nothing. What
	 * a screen shows and the logs tell has happened already.
	 */
	static const bool fits[BDL_DOORS][BDL_ACTIONS] = {
		[BDL_DOOR_WEB] = { true, true, true, false, true },
		[BDL_DOOR_MAIL] = { true, true, true, true, true },
		[BDL_DOOR_SCREEN] = { false, true, false, false, false },
		[BDL_DOOR_DNS] = { false, false, false, false, true },
		[BDL_DOOR_LOGS] = { false, true, false, false, false },
	};

	BDL_BUG_IF((unsigned)a >= BDL_ACTIONS || (unsigned)d >= BDL_DOORS);
	return fits[d][a];
}
