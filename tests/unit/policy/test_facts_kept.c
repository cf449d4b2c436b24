#include "policy/judge.h"
#include "policy_test.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define RULES                                          \
	"block web search with words \"essay mill\"\n" \
	"block web download with files program\n"      \
	"note web with types video/mp4\n"              \
	"note web download of more than 1 MB\n"        \
	"note web to path /a\n"                        \
	"block web after 3 in 1 hour\n"

static void keeps_any_value(void **state)
{
	(void)state;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 16);
	struct bdl_buf kept BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_KEPT_MAX);
	static const char value[] = "a b%=\n\xc3\xa4";
	struct bdl_view rest, name, got;

	bdl_kept_add(&kept, "terms", bdl_view_of(value));
	bdl_kept_add(&kept, "none", bdl_view_of(""));
	assert_string_equal(bdl_buf_str(&kept), "terms=a%20b%25=%0A%C3%A4 none=");
	rest = bdl_buf_view(&kept);
	assert_true(bdl_kept_next(&rest, region, &name, &got));
	assert_true(bdl_view_is(name, "terms") && bdl_view_is(got, value));
	assert_true(bdl_kept_next(&rest, region, &name, &got));
	assert_true(bdl_view_is(name, "none") && got.n == 0);
	assert_false(bdl_kept_next(&rest, region, &name, &got));
}

static void keeps_words_whole(void **state)
{
	(void)state;
	struct bdl_buf kept BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(12);

	bdl_kept_add(&kept, "a", BDL_LIT("12345"));
	bdl_kept_add(&kept, "b", BDL_LIT("12345"));
	bdl_kept_add(&kept, "c", BDL_LIT("12"));
	assert_string_equal(bdl_buf_str(&kept), "a=12345 c=12");
	assert_false(bdl_buf_broken(&kept));
}

/* Which rules apply by what was kept, each as a bit in the order of RULES. */
static void judges_by_what_was_kept(void **state)
{
	(void)state;
	static const struct {
		const char *kept;
		uint64_t matched;
	} rows[] = {
		{ "", 1 << 4 },
		{ "stage=request", 1 << 4 },
		{ "stage=request terms=An%20essay%20MILL", 1 << 4 | 1 << 0 },
		{ "stage=connect", 0 },
		{ "stage=response download=1 type=video/mp4 file=any file=program size=1000001",
		    1 << 1 | 1 << 2 | 1 << 3 },
		{ "stage=response download=1 file=any size=1000000", 0 },
		{ "stage=response type=video/mp4", 1 << 2 },
		{ "stage=response type=video/mp4 terms=essay%20mill", 1 << 2 }, /* had its say */
		{ "size=x nonsense =", 1 << 4 },
	};
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff", RULES);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);

	assert_int_equal(school_rules(r), 6);
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_web_request q = { BDL_LIT("a.example"), BDL_LIT("/a"), BDL_LIT("GET"),
			false };
		struct bdl_facts f = { .known = true,
			.groups = bdl_ruleset_group(r, BDL_LIT("staff")) };
		struct bdl_verdict v;

		bdl_facts_request(r, &f, &q, region);
		assert_true(bdl_facts_recall(r, &f, bdl_view_of(rows[i].kept), region));
		bdl_judge(r, &f, &v);
		if (v.matched[0] != rows[i].matched)
			fail_msg(
			    "'%s' matched %llx", rows[i].kept, (unsigned long long)v.matched[0]);
	}
}

/* From which score on a phrase is one, a serious one, a certain one, and when that is known. */
static void judges_by_scores(void **state)
{
	(void)state;
	static const char rules[] = "note web with phrases drugs\n"
				    "coach web with serious phrases drugs\n"
				    "block web with certain phrases drugs, weapons\n"
				    "note web to category leisure, unless with phrases school\n"
				    "note web\n"
				    "note web search with phrases drugs\n";
	static const struct {
		const char *kept;
		uint64_t matched;
	} rows[] = {
		{ "stage=request", 1 << 4 },
		{ "stage=request read=terms terms=x score=drugs:50", 1 | 1 << 3 | 1 << 4 | 1 << 5 },
		{ "stage=request read=before score=drugs:49", 1 << 3 | 1 << 4 },
		{ "stage=response score=drugs:900", 0 }, /* no text was read */
		{ "stage=page read=whole", 1 << 3 },
		{ "stage=page read=whole score=school:60", 0 },
		{ "stage=page read=whole score=drugs:99 score=weapons:159", 1 | 1 << 3 },
		{ "stage=page read=whole score=drugs:100", 3 | 1 << 3 },
		{ "stage=page read=part score=drugs:160", 7 | 1 << 3 },
		{ "stage=page read=whole score=weapons:4000 hit=weapons:9:1:x", 4 | 1 << 3 },
		{ "stage=sent read=whole score=drugs:100", 3 | 1 << 3 },
		{ "stage=page read=whole score=drugs score=:100 score=drugs:x", 1 << 3 },
	};
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff", rules);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);

	assert_int_equal(school_rules(r), 6);
	for (size_t i = 0; i < BDL_ARRAY_LEN(rows); i++) {
		struct bdl_web_request q = { BDL_LIT("a.example"), BDL_LIT("/a"), BDL_LIT("GET"),
			false };
		struct bdl_facts f = { .known = true,
			.groups = bdl_ruleset_group(r, BDL_LIT("staff")) };
		struct bdl_verdict v;

		bdl_catset_add(
		    &f.categories, (unsigned)bdl_ruleset_category_find(r, BDL_LIT("leisure")));
		bdl_facts_request(r, &f, &q, region);
		assert_true(bdl_facts_recall(r, &f, bdl_view_of(rows[i].kept), region));
		bdl_judge(r, &f, &v);
		if (v.matched[0] != rows[i].matched)
			fail_msg(
			    "'%s' matched %llx", rows[i].kept, (unsigned long long)v.matched[0]);
	}
}

static void counts_are_recalled_by_their_id(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff", RULES);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_facts f = { .told = bdl_door_told(BDL_DOOR_WEB) };
	char kept[96];

	assert_int_equal(bdl_ruleset_counters(r), 1);
	(void)snprintf(kept, sizeof(kept), "stage=request count=%016llx:3 count=0000000000000001:9",
	    (unsigned long long)bdl_ruleset_counter(r, 0)->id);
	assert_true(bdl_facts_recall(r, &f, bdl_view_of(kept), region));
	assert_int_equal(f.counts[0], 3);
	assert_true(f.told & BDL_TOLD(TIMES));
}

static void what_is_withheld_is_not_judged(void **state)
{
	(void)state;
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = ruleset_of("staff", RULES);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_facts f = { 0 };

	assert_false(bdl_facts_recall(r, &f, BDL_LIT("stage=withheld"), region));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_any_value),
		cmocka_unit_test(keeps_words_whole),
		cmocka_unit_test(judges_by_what_was_kept),
		cmocka_unit_test(judges_by_scores),
		cmocka_unit_test(counts_are_recalled_by_their_id),
		cmocka_unit_test(what_is_withheld_is_not_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
