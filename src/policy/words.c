#include "policy/words.h"

#define NEAR_MISS_LEN_MAX 64

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

const char *bdl_group_word(enum bdl_group g)
{
	BDL_BUG_IF((unsigned)g >= BDL_GROUPS_BUILT_IN);
	return bdl_group_words[g];
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
	 * A page can be coached but not held, a message held but not coached; DNS knows no person
	 * to coach, and what the logs tell has happened already.
	 */
	static const bool fits[BDL_DOORS][BDL_ACTIONS] = {
		[BDL_DOOR_WEB] = { true, true, true, false, true },
		[BDL_DOOR_MAIL] = { true, true, false, true, true },
		[BDL_DOOR_SCREEN] = { true, true, true, false, true },
		[BDL_DOOR_DNS] = { true, true, false, false, true },
		[BDL_DOOR_LOGS] = { false, true, false, false, false },
	};

	BDL_BUG_IF((unsigned)a >= BDL_ACTIONS || (unsigned)d >= BDL_DOORS);
	return fits[d][a];
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Letters to insert, drop, change or swap with a neighbour to get from one word to the other
 * (Damerau-Levenshtein, each letter swapped at most once), in either case.
 */
static unsigned slips_between(struct bdl_view a, struct bdl_view b)
{
	unsigned rows[3][NEAR_MISS_LEN_MAX + 1];

	for (unsigned j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned changed = lower(a.p[i - 1]) != lower(b.p[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + changed);
			if (i > 1 && j > 1 && lower(a.p[i - 1]) == lower(b.p[j - 2]) &&
			    lower(a.p[i - 2]) == lower(b.p[j - 1]))
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

const char *bdl_near_miss(struct bdl_view v, const char *const *words, size_t n)
{
	const char *closest = NULL;
	unsigned fewest = 3;

	if (v.n == 0 || v.n > NEAR_MISS_LEN_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct bdl_view word = bdl_view_of(words[i]);
		/* Two slips turn most words of three letters into most others. */
		unsigned allowed = word.n <= 4 ? 1 : 2, slips;

		if (word.n > NEAR_MISS_LEN_MAX || word.n > v.n + 2 || v.n > word.n + 2)
			continue;
		slips = slips_between(v, word);
		if (slips <= allowed && slips < fewest && slips < v.n) {
			fewest = slips;
			closest = words[i];
		}
	}
	return closest;
}
