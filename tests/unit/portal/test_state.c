/* The pages of state: what they say of a school that is empty, filled or broken. */
#include "asked.h"
#include "record/retention/holds.h"
#include "record/retention/storage.h"

static void state_of_an_empty_school(void **state)
{
	(void)state;
	EXPECT("/status", 200, "Everything works.", "No policy is in force", "NOT INSTALLED",
	    "0 judged", "!Does not work");
	EXPECT("/coverage", 200, "No policy is in force", "What the law forbids",
	    "What is said inside a WebSocket", "no rule “splice” is in force");
	EXPECT("/lists", 200, "NOT INSTALLED", "the clerk begins when Beadle first runs",
	    "!Compiled", "!MISSING");
}

static void coverage_is_told_clause_by_clause(void **state)
{
	static const char text[] = "---\ntitle: One\nschool: S\nowner: head\napprover: b\n"
				   "review: every 12 months\nbinds: staff\n---\n# One\n\n"
				   "## 1 Read {#read}\n\nYou read this.\n\n"
				   "## 2 Bets {#bets}\n\nNo.\n\n"
				   "```rules\nblock web to category gambling, casinos\n"
				   "block web to category gambling\n  unless granted bets\n```\n\n"
				   "## 3 Banks {#banks}\n\nSealed.\n\n"
				   "```rules\nsplice web to host bank.example\n```\n\n"
				   "## 4 At home {#home}\n\nNo.\n\n"
				   "```rules\nnote web, using own-devices\n```\n\n"
				   "## 5 Mail {#mail}\n\nNo.\n\n"
				   "```rules\nblock mail out to more than 20 recipients\n```\n\n"
				   "## 6 Asking {#ask}\n\nAsk.\n\n"
				   "```rules\npermit bets, asked by staff, decided by head\n```\n";
	struct bdl_list_build *b BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();
	struct bdl_err err;

	(void)state;
	publish_text(text);
	EXPECT("/coverage", 200, "Signed only: people read it", "a list of gambling, casinos",
	    "This version lacks “granted”", "Mail door: not yet", "Permissions: not yet",
	    "It waits for a table of networks", "splice web to host bank.example",
	    "6 clauses, 1 of them signed only");
	if (bdl_list_build_add(b, BDL_LIT("gambling"), BDL_LIT("casino.example"), &err) < 0 ||
	    bdl_list_build_write(b, lists_path, start_ms, &err) < 0)
		fail_msg("%s", err.text);
	EXPECT("/coverage", 200, "It waits for a list of casinos", "!a list of gambling");
}

static void lists_and_sites_can_be_looked_up(void **state)
{
	struct bdl_list_build *b BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();
	const struct bdl_list_source s = { .path = "/srv/lists/<bets>.txt",
		.category = "gambling" };
	struct bdl_err err;

	(void)state;
	publish();
	EXPECT("/lists", 200, "gambling <span class=\"bdl-tag bdl-tag--coach\">No list</span>",
	    "2.2 Gambling");
	if (bdl_list_build_text(b, &s,
		BDL_LIT("# title: Bets & more\n# licence: CC0\ncasino.example\n"
			"@@help.casino.example\n"),
		start_ms, &err) < 0 ||
	    bdl_list_build_write(b, lists_path, start_ms, &err) < 0)
		fail_msg("%s", err.text);
	EXPECT("/lists", 200, "Listed", "Bets &amp; more: 2 entries", "lists/&lt;bets&gt;.txt",
	    "; CC0", "Compiled", "!<bets>");
	EXPECT("/lists?site=WWW.casino.example", 200,
	    "<strong>www.casino.example</strong> is in gambling", "the domain casino.example",
	    "block web to category gambling", "!is in no category");
	EXPECT("/lists?site=help.casino.example", 200, "is in no category", "not gambling",
	    "No rule in force names it");
	EXPECT("/lists?site=https://eu.games.example/a", 200, "is in no category", "2.3 Leisure",
	    "coach web to host games.example");
	EXPECT("/lists?site=\"><script>", 200, "That is no site or address", "!<script>\"");
}

static void storage_is_told_once_it_was_counted(void **state)
{
	static const char text[] =
	    "---\ntitle: One\nschool: S\nowner: head\napprover: b\n"
	    "review: every 12 months\nbinds: staff\n---\n# One\n\n"
	    "## 7 Keeping {#keeping}\n\nNot long.\n\n"
	    "```rules\nkeep visits for 30 days\nkeep violations for 2 years\n```\n";
	const struct bdl_retention_sum gone = { .acts = 1234, .visits = 5 };
	const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("B. Chair"),
		BDL_LIT("a <claim>") };
	struct bdl_store *s BDL_AUTO(bdl_store_close) = open_store();
	struct bdl_err err;
	int64_t id;

	(void)state;
	EXPECT("/storage", 200, "Nothing was counted yet",
	    "90 days, where no clause says otherwise", "1 year, where no clause says otherwise",
	    "Nothing was past its time yet", "None: nothing is kept past its time", "!Together");
	publish_text(text);
	if (bdl_storage_count(s, start_ms, &err) < 0 ||
	    bdl_deletion_keep(s, &gone, start_ms, &err) < 0 ||
	    bdl_deletion_keep(s, &gone, start_ms, &err) < 0 ||
	    bdl_holds_add(s, BDL_LIT("p.marlow"), BDL_LIT(""), BDL_LIT("2099-11-12"), &word,
		start_ms, &id, &err) < 0)
		fail_msg("%s", err.text);
	EXPECT("/storage", 200, "Counted today", "Together", "7 Keeping", "keep visits for 30 days",
	    "keep violations for 2 years", "2,468 acts, 0 violations, 10 rows of visits",
	    "all records of p.marlow", "a &lt;claim&gt;", "A. Head and B. Chair",
	    "Thursday 12 November 2099", "!where no clause says otherwise", "!>Due<",
	    "!Nothing was counted yet");
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(state_of_an_empty_school),
		IN_FOLDER(coverage_is_told_clause_by_clause),
		IN_FOLDER(lists_and_sites_can_be_looked_up),
		IN_FOLDER(storage_is_told_once_it_was_counted),
	};
	bdl_assets_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
