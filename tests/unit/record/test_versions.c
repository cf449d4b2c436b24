#include "published.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0 1795261200000

static struct bdl_version_row must_publish(struct bdl_store *s, const char *name,
    struct bdl_view bytes, int64_t now_ms, struct bdl_region *region)
{
	struct bdl_version_row row;
	struct bdl_err err = { 0 };

	if (publish(s, name, bytes, now_ms, &row, region, &err))
		fail_msg("publish %s: %s", name, err.text);
	return row;
}

static void assert_view(struct bdl_view got, struct bdl_view want)
{
	if (!bdl_view_eq(got, want))
		fail_msg("got '%.*s', want '%.*s'", BDL_FMT(got), BDL_FMT(want));
}

static struct bdl_digest version_of(const struct bdl_source *sources, size_t n)
{
	struct bdl_ruleset *r BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_err err = { 0 };

	if (bdl_ruleset_new(sources, n, &r, &err))
		fail_msg("ruleset: %s", err.text);
	return *bdl_ruleset_version(r);
}

static void publishes_issue_after_issue(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char one[1024], two[1024], pupils[1024];
	struct bdl_view first = policy_text(one, "staff", "gambling", "You do not gamble.");
	struct bdl_view second = policy_text(two, "staff", "gambling", "You never gamble.");
	struct bdl_version_row *rows;
	size_t n;

	struct bdl_version_row row = must_publish(s, "staff", first, T0, region);
	struct bdl_digest digest = bdl_digest_of(first.p, first.n);
	assert_int_equal(row.issue, 1);
	assert_true(row.in_force && row.published_ms == T0 && bdl_digest_eq(&row.digest, &digest));
	must_publish(
	    s, "pupils", policy_text(pupils, "pupils", "games", "No games."), T0 + 1, region);
	row = must_publish(s, "staff", second, T0 + 2, region);
	assert_int_equal(row.issue, 2);
	/* Back to the first: a new issue of the same bytes. */
	row = must_publish(s, "staff", first, T0 + 3, region);
	assert_int_equal(row.issue, 3);

	assert_int_equal(bdl_versions_list(s, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 4);
	assert_view(rows[0].name, BDL_LIT("pupils"));
	assert_true(rows[0].in_force);
	for (size_t i = 1; i < n; i++) {
		assert_view(rows[i].name, BDL_LIT("staff"));
		assert_view(rows[i].title, BDL_LIT("Rules for staff"));
		assert_view(rows[i].minute, BDL_LIT("FGB 2026/11, item 7"));
		assert_view(rows[i].by, BDL_LIT("office"));
		assert_int_equal(rows[i].issue, 4 - i);
		assert_int_equal(rows[i].in_force, i == 1);
	}
	assert_true(bdl_digest_eq(&rows[1].digest, &digest));
	assert_true(rows[2].published_ms == T0 + 2);

	/* Every issue can be read, and the last of the same bytes is found by them. */
	struct bdl_view bytes;
	int64_t issue = 0;
	assert_int_equal(bdl_versions_document(s, BDL_LIT("staff"), 2, region, &bytes, NULL), 0);
	assert_view(bytes, second);
	assert_int_equal(
	    bdl_versions_document(s, BDL_LIT("staff"), 4, region, &bytes, NULL), BDL_E_MISSING);
	assert_int_equal(bdl_versions_issue(s, BDL_LIT("staff"), &digest, &issue, NULL), 0);
	assert_int_equal(issue, 3);
	assert_int_equal(bdl_versions_issue(s, BDL_LIT("pupils"), &digest, &issue, NULL), 0);
	assert_int_equal(issue, 0);

	struct bdl_source *sources;
	assert_int_equal(bdl_versions_in_force(s, region, &sources, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_view(sources[0].name, BDL_LIT("pupils"));
	assert_view(sources[1].bytes, first);
}

static void finds_the_documents_of_the_past(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char one[1024], two[1024], pupils[1024];
	struct bdl_source past[2] = {
		{ BDL_LIT("pupils"), policy_text(pupils, "pupils", "games", "No games.") },
		{ BDL_LIT("staff"), policy_text(one, "staff", "gambling", "You do not gamble.") },
	};
	struct bdl_source *sources;
	size_t n;

	must_publish(s, "staff", past[1].bytes, T0, region);
	must_publish(s, "pupils", past[0].bytes, T0, region);
	must_publish(s, "staff", policy_text(two, "staff", "gambling", "Later."), T0, region);
	/* The number that a door recorded while the first two were in force. */
	struct bdl_digest version = version_of(past, 2);
	assert_int_equal(bdl_versions_of_ruleset(s, &version, region, &sources, &n, NULL), 0);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_view(sources[i].name, past[i].name);
		assert_view(sources[i].bytes, past[i].bytes);
	}
	version = version_of(past + 1, 1);
	assert_int_equal(bdl_versions_of_ruleset(s, &version, region, &sources, &n, NULL), 0);
	assert_int_equal(n, 1);
	version.b[0] ^= 1;
	assert_int_equal(
	    bdl_versions_of_ruleset(s, &version, region, &sources, &n, NULL), BDL_E_MISSING);
}

/* An act may come before its ruleset is known here, as when a store was restored. */
static void an_act_may_come_first(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char one[1024];
	struct bdl_source source = { BDL_LIT("staff"),
		policy_text(one, "staff", "gambling", "No.") };
	struct bdl_source *sources;
	int64_t id;
	size_t n;

	struct bdl_digest version = version_of(&source, 1);
	assert_int_equal(bdl_ruleset_id(s, &version, &id, NULL), 0);
	assert_int_equal(
	    bdl_versions_of_ruleset(s, &version, region, &sources, &n, NULL), BDL_E_MISSING);
	must_publish(s, "staff", source.bytes, T0, region);
	assert_int_equal(bdl_versions_of_ruleset(s, &version, region, &sources, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM ruleset"), 1);
}

static void a_refused_version_changes_nothing(void **state)
{
	(void)state;
	static const struct {
		const char *what, *name, *text;
		int want;
	} cases[] = {
		{ "in force already", "staff", NULL, BDL_E_CONFLICT },
		{ "no name", "", "new", BDL_E_INVALID },
		{ "a path for a name", "../staff", "new", BDL_E_INVALID },
		{ "capitals", "Staff", "new", BDL_E_INVALID },
		{ "too long a name", "sssssssssssssssssssssssssssssssssssssssssssssssss", "new",
		    BDL_E_INVALID },
		{ "rules that are none", "staff", "x\n\n```rules\nforbid everything\n```\n",
		    BDL_E_INVALID },
	};
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char one[1024], other[1024];
	struct bdl_view first = policy_text(one, "staff", "gambling", "You do not gamble.");
	struct bdl_version_row row;

	must_publish(s, "staff", first, T0, region);
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_err err = { 0 };
		struct bdl_view bytes =
		    cases[i].text ? policy_text(other, "staff", "gambling", cases[i].text) : first;
		int rc = publish(s, cases[i].name, bytes, T0 + 1, &row, region, &err);
		if (rc != cases[i].want || !err.text[0])
			fail_msg(
			    "%s: got %d '%s', want %d", cases[i].what, rc, err.text, cases[i].want);
		assert_int_equal(store_number(s, "SELECT count(*) FROM policy_version"), 1);
		assert_int_equal(store_number(s, "SELECT count(*) FROM policy_document"), 1);
		assert_int_equal(store_number(s, "SELECT count(*) FROM ruleset"), 1);
		assert_int_equal(store_number(s, "SELECT in_force FROM policy_version"), 1);
	}
}

static void wants_a_minute(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_approval blank = { BDL_LIT("  "), BDL_LIT("office") };
	struct bdl_version_row row;
	char one[1024];

	assert_int_equal(
	    bdl_document_parse(policy_text(one, "staff", "gambling", "x"), findings, &d, NULL), 0);
	assert_int_equal(
	    bdl_versions_publish(s, BDL_LIT("staff"), d, &blank, T0, &row, region, NULL),
	    BDL_E_INVALID);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_version"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(publishes_issue_after_issue),
		cmocka_unit_test(finds_the_documents_of_the_past),
		cmocka_unit_test(an_act_may_come_first),
		cmocka_unit_test(a_refused_version_changes_nothing),
		cmocka_unit_test(wants_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
