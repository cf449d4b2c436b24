/* Charts, and what is said where a list cannot be answered. */
#include "asked.h"

/* A day that is none is said beside its field, with all that was asked for still in the form. */
static void a_wrong_day_is_told_beside_its_field(void **state)
{
	static const char *const lists[] = { "acts", "visits", "violations" };
	char target[64];

	(void)state;
	publish();
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	add(&a);
	for (size_t i = 0; i < BDL_ARRAY_LEN(lists); i++) {
		snprintf(target, sizeof(target), "/%s?host=casino&day=31/11/2026", lists[i]);
		EXPECT(target, 400, "<title>Error: ", "“31/11/2026” is no day.",
		    "aria-describedby=\"day-error\"", "type=\"text\" value=\"31/11/2026\"",
		    "name=\"host\" value=\"casino\"", "!<table", "!fits this", "!recorded yet");
		snprintf(target, sizeof(target), "/%s?day=2026-02-29", lists[i]);
		EXPECT(target, 400, "“2026-02-29” is no day.");
		snprintf(target, sizeof(target), "/%s?day=2028-02-29", lists[i]);
		EXPECT(target, 200, "type=\"date\" value=\"2028-02-29\"", "!day-error", "!Error");
	}
	EXPECT("/figures?day=yesterday", 400, "“yesterday” is no day.", "value=\"yesterday\"");
}

/* Charts, with their tables, and each bar with where it leads. */
static void figures_are_charts_and_tables(void **state)
{
	char text[160];
	struct bdl_civil c = bdl_civil_local(start_ms);

	(void)state;
	publish();
	EXPECT("/figures", 200, "Nothing was recorded in this time", "!<svg", "!<table");
	EXPECT("/", 200, "!<svg", "href=\"/figures\"");
	struct bdl_act a = act_of("casino.example", BDL_BLOCK, "web.gambling");
	a.categories = BDL_LIT("gambling");
	add(&a);
	a = act_of("ok.example", BDL_ALLOW, "");
	a.categories = BDL_LIT("learning");
	add(&a);
	a.categories = BDL_LIT("");
	for (int i = 0; i < 33; i++)
		add(&a);
	snprintf(text, sizeof(text), "<a href=\"/violations?day=%04d-%02d-%02d\"><title>", c.year,
	    c.month, c.day);
	EXPECT("/figures", 200, text, ": 35</title>", "Violations, day by day",
	    "The figures stand in the table below", "class=\"bdl-bar\"", "<bdi>2.2 Gambling",
	    "href=\"/violations?clause=web.gambling\">1</a>", "<span>gambling</span>",
	    "/visits?category=learning", "in no category", "!style=\"");
	snprintf(
	    text, sizeof(text), "%02d:00 to %02d:00: 35</title>", c.minute / 60, c.minute / 60 + 1);
	EXPECT("/", 200, text, "hour by hour");
	EXPECT("/figures?span=term", 200, "Week", "week by week",
	    "<a href=\"/figures?span=week&amp;day=", "!/violations?day=");
	EXPECT("/figures?span=week&day=2020-02-29", 200, "24 February to 1 March 2020",
	    "Nothing was recorded in this time", "day=2020-02-23", "day=2020-03-02");
	EXPECT("/figures?span=year&day=2021-01-01", 200, "6 January 2020 to 3 January 2021");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_wrong_day_is_told_beside_its_field, begin, end),
		cmocka_unit_test_setup_teardown(figures_are_charts_and_tables, begin, end),
	};

	bdl_assets_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
