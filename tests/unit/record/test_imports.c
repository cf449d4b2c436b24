#include "record/policies/drafts.h"
#include "record/policies/imports.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char bytes[] = "---\ntitle: t\nschool: s\nowner: o\napprover: a\n"
			    "review: every 12 months\nbinds: staff\n---\n# T {#a}\n\nWords.\n";

static struct bdl_digest draft(struct bdl_store *s)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1 << 20);
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_draft_row former;

	assert_int_equal(bdl_document_parse(bdl_view_of(bytes), findings, &d, NULL), 0);
	assert_int_equal(
	    bdl_drafts_keep(s, BDL_LIT("staff"), d, BDL_LIT("me"), 1, &former, region, NULL), 0);
	return d->digest;
}

static void is_kept_beside_its_draft(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(4 << 20);
	const struct bdl_kept_part parts[] = {
		{ BDL_PART_MATCHED, false, BDL_LIT("web.gambling"), BDL_LIT("Gambling"), 0, 9,
		    BDL_LIT("web.gambling\t90\t\tgamble\n") },
		{ BDL_PART_UNSURE, true, BDL_LIT("own.a"), BDL_LIT("A"), 10, 13, BDL_LIT("") },
		{ BDL_PART_LACKING, false, BDL_LIT("web.adult"), BDL_LIT("Adult"), 0, 0,
		    BDL_LIT("") },
	};
	struct bdl_kept_import k = { { { 0 } }, BDL_LIT("ICT use.docx"), BDL_LIT("No bets.\nEnd."),
		7, parts, 3 };
	struct bdl_kept_import got;
	bool has = true;

	assert_int_equal(bdl_imports_has(s, BDL_LIT("staff"), &has, NULL), 0);
	assert_false(has);
	assert_int_equal(bdl_imports_get(s, BDL_LIT("staff"), region, &got, NULL), BDL_E_MISSING);
	assert_int_equal(bdl_imports_keep(s, BDL_LIT("staff"), &k, NULL), BDL_E_CONFLICT);
	k.draft = draft(s);
	for (int i = 0; i < 2; i++) /* again, in the place of the first */
		assert_int_equal(bdl_imports_keep(s, BDL_LIT("staff"), &k, NULL), 0);
	assert_int_equal(bdl_imports_has(s, BDL_LIT("staff"), &has, NULL), 0);
	assert_true(has);
	assert_int_equal(bdl_imports_get(s, BDL_LIT("staff"), region, &got, NULL), 0);
	assert_true(bdl_digest_eq(&got.draft, &k.draft));
	assert_true(bdl_view_is(got.file, "ICT use.docx"));
	assert_true(bdl_view_eq(got.words, k.words));
	assert_int_equal(got.kept_ms, 7);
	assert_int_equal(got.n_parts, 3);
	assert_int_equal(got.parts[0].state, BDL_PART_MATCHED);
	assert_true(bdl_view_eq(got.parts[0].means, parts[0].means));
	assert_true(bdl_view_is(got.parts[1].clause, "own.a") && got.parts[1].again);
	assert_int_equal(got.parts[1].from, 10);
	assert_int_equal(got.parts[1].to, 13);
	assert_true(bdl_view_is(got.parts[2].title, "Adult"));
}

static void refuses_too_much_and_what_is_none(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(4 << 20);
	const struct bdl_kept_part past = { BDL_PART_MATCHED, false, BDL_LIT("a"), BDL_LIT("A"), 0,
		99, BDL_LIT("") };
	struct bdl_kept_import k = { draft(s), BDL_LIT("f"), BDL_LIT("short"), 7, &past, 1 };
	struct bdl_kept_import got;

	assert_int_equal(bdl_imports_keep(s, BDL_LIT("staff"), &k, NULL), 0);
	assert_int_equal(bdl_imports_get(s, BDL_LIT("staff"), region, &got, NULL), BDL_E_STORE);
	k.n_parts = BDL_KEPT_PARTS_MAX + 1;
	assert_int_equal(bdl_imports_keep(s, BDL_LIT("staff"), &k, NULL), BDL_E_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_kept_beside_its_draft),
		cmocka_unit_test(refuses_too_much_and_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
