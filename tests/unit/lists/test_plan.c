/* lists.conf, and whether what was fetched may replace what is there. */
#include "lists/offer.h"
#include "lists/plan.h"
#include "lists_test.h"

#define NOW 1795262400000 /* 21 November 2026 */

static void a_plan_names_sources(void **state)
{
	BDL_AUTO(bdl_plan_free) struct bdl_plan *p = NULL;
	struct bdl_err err = { 0 };
	static const char text[] = "# ours\nprotected protected.domains\n\noverrides /etc/o\n"
				   "source ut1 names ut1.names # the university's\n"
				   "source ads.txt as ads format hosts from https://a.example/x\n";

	(void)state;
	if (bdl_plan_parse(bdl_view_of(text), "/srv/lists.conf", &p, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(p->n, 2);
	assert_string_equal(p->protected, "/srv/protected.domains");
	assert_string_equal(p->overrides, "/etc/o");
	assert_string_equal(p->sources[0].path, "/srv/ut1");
	assert_string_equal(p->sources[0].names, "/srv/ut1.names");
	assert_null(p->sources[0].category);
	assert_null(p->sources[0].url);
	assert_int_equal(p->sources[0].line, 5);
	assert_string_equal(p->sources[1].category, "ads");
	assert_int_equal(p->sources[1].format, BDL_LIST_HOSTS);
	assert_string_equal(p->sources[1].url, "https://a.example/x");
	assert_int_equal(p->schedule.kind, BDL_SCHEDULE_EVERY);
	assert_int_equal(p->schedule.every_ms, 86400000); /* where nothing is said */
}

static void a_plan_has_a_schedule(void **state)
{
	BDL_AUTO(bdl_plan_free) struct bdl_plan *p = NULL;

	(void)state;
	assert_int_equal(
	    bdl_plan_parse(BDL_LIT("source a\nat 03:05 # at night\n"), "l", &p, NULL), 0);
	assert_int_equal(p->schedule.kind, BDL_SCHEDULE_AT);
	assert_int_equal(p->schedule.minute, 185);
}

static const struct {
	const char *text, *want;
} bad_plans[] = {
	{ "sources a\n", "l:1: 'sources' says nothing here (did you mean 'source'?)" },
	{ "\nsource\n", "l:2: a source needs a file or a folder" },
	{ "source a with b\n", "l:1: 'with' says nothing here" },
	{ "source a as\n", "l:1: 'as' lacks what it is" },
	{ "source a as Ads\n", "l:1: 'Ads' is no category" },
	{ "source a format xml\n", "l:1: 'xml' is no form; expected plain" },
	{ "source a as b from ftp://x/\n", "l:1: 'ftp://x/' is no address" },
	{ "source a from https://x/\n", "l:1: what is fetched needs 'as CATEGORY'" },
	{ "protected\n", "l:1: 'protected' is followed by one file" },
	{ "every day\n", "l:1: 'every day' is no schedule such as" },
	{ "every 1 day\nnever\n", "l:2: there is a schedule already" },
	{ "overrides a b\n", "l:1: 'overrides' is followed by one file" },
};

static void plans_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(bad_plans); i++) {
		struct bdl_plan *p = NULL;
		struct bdl_err err = { 0 };
		int r = bdl_plan_parse(bdl_view_of(bad_plans[i].text), "l", &p, &err);
		check_refused(bad_plans[i].text, r, err.text, bad_plans[i].want);
		assert_null(p);
	}
}

static void a_plan_is_compiled(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_plan_free) struct bdl_plan *p = NULL;
	struct bdl_err err = { 0 };
	char where[256];

	write_file(state, "p", "childline.example\n");
	write_file(state, "o", "childline.example, games, A, B, 2027-01-01, agreed\n");
	write_file(state, "n", "publicite = ads\nsecret = -\n");
	assert_int_equal(mkdir(below(state, "ut1"), 0700), 0);
	assert_int_equal(mkdir(below(state, "ut1/publicite"), 0700), 0);
	assert_int_equal(mkdir(below(state, "ut1/secret"), 0700), 0);
	write_file(state, "ut1/publicite/domains", "ads.example\nchildline.example\n");
	write_file(state, "ut1/secret/domains", "secret.example\n");
	write_file(state, "games", "childline.example\n");
	(void)snprintf(where, sizeof(where), "%s/lists.conf", (const char *)*state);
	/* What is protected is read first, though it stands last. */
	int r = bdl_plan_parse(BDL_LIT("source ut1 names n\nsource games as games format plain\n"
				       "overrides o\nprotected p\n"),
	    where, &p, &err);
	if (r == 0)
		r = bdl_list_build_plan(b, p, NOW, &err);
	if (r != 0)
		fail_msg("%s", err.text);
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = compiled(state, b);
	assert_int_equal(bdl_lists_categories(l), 2);
	check_host(l, "ads.example", "ads");
	check_host(l, "secret.example", "");
	check_host(l, "childline.example", "games");
}

static void what_is_not_there_is_named(void **state)
{
	BDL_AUTO(bdl_list_build_free) struct bdl_list_build *b = bdl_list_build_new();
	BDL_AUTO(bdl_plan_free) struct bdl_plan *p = NULL;
	struct bdl_err err = { 0 };
	char where[256];

	(void)snprintf(where, sizeof(where), "%s/lists.conf", (const char *)*state);
	assert_int_equal(
	    bdl_plan_parse(BDL_LIT("source a as b from https://x.example/"), where, &p, &err), 0);
	int r = bdl_list_build_plan(b, p, NOW, &err);
	check_refused("not fetched yet", r, err.text, "beadle lists update fetches it");
}

/* --- offers --- */

static char many[300 * 16], half[300 * 16], tenth[300 * 16];

static void fill(char *out, size_t size, int n)
{
	size_t at = 0;

	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(out + at, size - at, "h%d.example\n", i);
}

static const struct {
	const char *name, *text, *former, *type;
	long declared; /* 0: as many as there are */
	int code;
	const char *want;
} offers[] = {
	{ "the first", many, "", "text/plain", 0, 0, "" },
	{ "the same", many, many, "text/plain; charset=utf-8", 0, 0, "" },
	{ "without a length", many, many, NULL, -1, 0, "" },
	{ "half", half, many, NULL, 0, 0, "" },
	{ "a tenth", tenth, many, NULL, 0, BDL_E_CONFLICT, "under 50 % of it" },
	{ "a tenth of few", "a.example\n", tenth, NULL, 0, 0, "" },
	{ "a former that is none", "a.example\n", "no list\n", NULL, 0, 0, "" },
	{ "cut short", many, many, NULL, 100000, BDL_E_CONFLICT, "of 100000 bytes came" },
	{ "too long", many, many, NULL, 10, BDL_E_CONFLICT, "of 10 bytes came" },
	{ "a page", "<!doctype html>", many, NULL, 0, BDL_E_INVALID, "page of HTML" },
	{ "by its type", many, many, "Text/HTML; charset=utf-8", 0, BDL_E_INVALID, "sent a page" },
	{ "an error in words", "Not found\n", many, NULL, 0, BDL_E_INVALID, "not a list" },
	{ "nothing", "", many, NULL, 0, BDL_E_INVALID, "no entries" },
	{ "comments", "# gone\n", "", NULL, 0, BDL_E_INVALID, "no entries" },
};

static void offers_are_weighed(void **state)
{
	(void)state;
	fill(many, sizeof(many), 250);
	fill(half, sizeof(half), 125);
	fill(tenth, sizeof(tenth), 25);
	for (size_t i = 0; i < BDL_ARRAY_LEN(offers); i++) {
		struct bdl_list_report rep = { 0 };
		struct bdl_err err = { 0 };
		struct bdl_list_offer o = {
			.text = bdl_view_of(offers[i].text),
			.declared = offers[i].declared != 0 ? offers[i].declared
							    : (int64_t)strlen(offers[i].text),
			.content_type = offers[i].type,
			.former = bdl_view_of(offers[i].former),
			.source = { .path = "t", .category = "a" },
		};
		int r = bdl_list_offer_check(&o, &rep, &err);
		check_long(offers[i].name, r, offers[i].code);
		if (r < 0)
			check_refused(offers[i].name, r, err.text, offers[i].want);
		check_long(offers[i].name, rep.taken > 0, r == 0);
	}
}

#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_names_sources),
		cmocka_unit_test(a_plan_has_a_schedule),
		cmocka_unit_test(plans_are_right),
		IN_FOLDER(a_plan_is_compiled),
		IN_FOLDER(what_is_not_there_is_named),
		cmocka_unit_test(offers_are_weighed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
