#include "policy/own_checks.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define LEAST_MS  (15 * MINUTE_MS)

static const struct {
	const char *word, *title;
	bool is_of_people, is_of_age;
} checks[BDL_CHECKS] = {
	[BDL_CHECK_DOORS] = { "doors", "The web door does all that it is to do", true, false },
	[BDL_CHECK_FILTER] = { "filter", "What is to be blocked is blocked, and nothing else", true,
	    false },
	[BDL_CHECK_HELP_LINES] = { "help-lines", "No help line is blocked", true, false },
	[BDL_CHECK_BLOCK_PAGE] = { "block-page", "Who is blocked can read why, by HTTPS too", true,
	    false },
	[BDL_CHECK_TEXTS] = { "texts", "Pages are read, and refused for what they say", true,
	    false },
	[BDL_CHECK_STREAMS] = { "streams", "What is sent bit by bit arrives bit by bit", false,
	    false },
	[BDL_CHECK_SAFE_SEARCH] = { "safe-search", "Search engines are asked for safe results",
	    true, false },
	[BDL_CHECK_LISTS] = { "lists", "Each list is there and fresh", false, true },
	[BDL_CHECK_ILLEGAL_LIST] = { "illegal-list", "A list of illegal material is in use", false,
	    false },
	[BDL_CHECK_DNS] = { "dns", "Names that everyone is kept from are kept from everyone", false,
	    false },
	[BDL_CHECK_JOURNAL] = { "journal", "What a door records reaches the store", false, false },
	[BDL_CHECK_BACKUP] = { "backup", "The store is backed up", false, true },
	[BDL_CHECK_RESTORE] = { "restore", "The newest backup can be restored", false, true },
};

int bdl_own_check_find(struct bdl_view name)
{
	for (int i = 0; i < BDL_CHECKS; i++)
		if (bdl_view_is(name, checks[i].word))
			return i;
	return -1;
}

const char *bdl_own_check_word(enum bdl_own_check c)
{
	BDL_BUG_IF((unsigned)c >= BDL_CHECKS);
	return checks[c].word;
}

const char *bdl_own_check_title(enum bdl_own_check c)
{
	BDL_BUG_IF((unsigned)c >= BDL_CHECKS);
	return checks[c].title;
}

bool bdl_own_check_is_of_people(enum bdl_own_check c)
{
	BDL_BUG_IF((unsigned)c >= BDL_CHECKS);
	return checks[c].is_of_people;
}

bool bdl_own_check_is_of_age(enum bdl_own_check c)
{
	BDL_BUG_IF((unsigned)c >= BDL_CHECKS);
	return checks[c].is_of_age;
}

static int64_t span_ms(struct bdl_span span)
{
	static const int64_t units[BDL_UNITS] = {
		[BDL_UNIT_MINUTE] = MINUTE_MS,
		[BDL_UNIT_HOUR] = 60 * MINUTE_MS,
		[BDL_UNIT_DAY] = DAY_MS,
		[BDL_UNIT_WEEK] = 7 * DAY_MS,
		[BDL_UNIT_MONTH] = 28 * DAY_MS,
		[BDL_UNIT_TERM] = 28 * DAY_MS,
		[BDL_UNIT_YEAR] = 365 * DAY_MS,
	};

	return units[span.unit] * span.n;
}

int64_t bdl_own_check_every_ms(const struct bdl_rule *rule)
{
	int64_t every_ms = rule->head.span.n ? span_ms(rule->head.span) : DAY_MS;

	return every_ms < LEAST_MS ? LEAST_MS : every_ms;
}

int64_t bdl_own_check_allowed_ms(const struct bdl_rule *rule, int64_t or_else_ms)
{
	const struct bdl_phrase *allowing = bdl_rule_phrase(rule, BDL_PHRASE_ALLOWING);

	return allowing ? span_ms(allowing->span) : or_else_ms;
}
