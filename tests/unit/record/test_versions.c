#include "published.h"
#include "record/policies/drafts.h"
#include "record/policies/imports.h"
#include "record/policies/versions_int.h"
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
	assert_int_equal(row.state, BDL_VERSION_IN_FORCE);
	assert_true(row.published_ms == T0 && bdl_digest_eq(&row.digest, &digest));
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
	assert_int_equal(rows[0].state, BDL_VERSION_IN_FORCE);
	for (size_t i = 1; i < n; i++) {
		assert_view(rows[i].name, BDL_LIT("staff"));
		assert_view(rows[i].title, BDL_LIT("Rules for staff"));
		assert_view(rows[i].minute, BDL_LIT("FGB 2026/11, item 7"));
		assert_view(rows[i].by, BDL_LIT("office"));
		assert_int_equal(rows[i].issue, 4 - i);
		assert_int_equal(rows[i].state, i == 1 ? BDL_VERSION_IN_FORCE : BDL_VERSION_PAST);
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
	struct bdl_region *small BDL_AUTO(bdl_region_free) = bdl_region_new(second.n / 2);
	assert_int_equal(
	    bdl_versions_document(s, BDL_LIT("staff"), 2, small, &bytes, NULL), BDL_E_LIMIT);
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
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	assert_int_equal(bdl_ruleset_id(s, &version, &id, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
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
	struct bdl_approval blank = { .minute = BDL_LIT("  "), .by = BDL_LIT("office") };
	struct bdl_version_row row;
	char one[1024];

	assert_int_equal(
	    bdl_document_parse(policy_text(one, "staff", "gambling", "x"), findings, &d, NULL), 0);
	assert_int_equal(
	    bdl_versions_publish(s, BDL_LIT("staff"), d, &blank, T0, &row, region, NULL),
	    BDL_E_INVALID);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_version"), 0);
}

static void keeps_the_facts_of_an_approval(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_approval whole = { .minute = BDL_LIT(" FGB 7 "),
		.by = BDL_LIT("office"),
		.body = BDL_LIT("the trust"),
		.on = BDL_LIT("2026-11-12"),
		.first = BDL_LIT("A. Head"),
		.second = BDL_LIT("B. Chair") };
	struct bdl_approval brief = { .minute = BDL_LIT("FGB 7"), .by = BDL_LIT("office") };
	struct bdl_version_row row, *rows;
	struct bdl_err err = { 0 };
	char one[1024];
	struct bdl_view bytes = policy_text(one, "staff", "gambling", "No.");
	size_t n;

	if (publish_as(s, "pupils", bytes, &brief, T0, &row, region, &err) ||
	    publish_as(s, "staff", bytes, &whole, T0, &row, region, &err))
		fail_msg("%s", err.text);
	assert_int_equal(bdl_versions_list(s, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 2);
	/* The short form: the approver of the document, and the one who ran the command. */
	assert_view(rows[0].body, BDL_LIT("full governing body"));
	assert_view(rows[0].first, BDL_LIT("office"));
	assert_int_equal(rows[0].second.n + rows[0].on.n, 0);
	assert_view(rows[1].minute, BDL_LIT("FGB 7"));
	assert_view(rows[1].body, BDL_LIT("the trust"));
	assert_view(rows[1].on, BDL_LIT("2026-11-12"));
	assert_view(rows[1].first, BDL_LIT("A. Head"));
	assert_view(rows[1].second, BDL_LIT("B. Chair"));
	assert_view(rows[1].by, BDL_LIT("office"));
	assert_int_equal(rows[1].from_ms, T0);
}

/* Three issues of one policy: 1 in force, 2 and 3 for later, at these moments. */
static void publish_three(struct bdl_store *s, int64_t second_ms, int64_t third_ms,
    struct bdl_region *region, char texts[3][1024])
{
	static const char *const words[] = { "One.", "Two.", "Three." };
	const int64_t moments[] = { 0, second_ms, third_ms };
	struct bdl_version_row row;

	for (size_t i = 0; i < 3; i++) {
		struct bdl_approval a = { .minute = BDL_LIT("FGB 7"),
			.by = BDL_LIT("office"),
			.second = BDL_LIT("B. Chair"),
			.from_ms = moments[i] };
		struct bdl_view bytes = policy_text(texts[i], "staff", "gambling", words[i]);
		struct bdl_err err = { 0 };
		if (publish_as(s, "staff", bytes, &a, T0, &row, region, &err))
			fail_msg("%s", err.text);
		assert_int_equal(
		    row.state, moments[i] > T0 ? BDL_VERSION_WAITS : BDL_VERSION_IN_FORCE);
	}
}

static int64_t issue_in_force(struct bdl_store *s)
{
	return store_number(s, "SELECT issue FROM policy_version WHERE in_force = 1");
}

static size_t must_bring(struct bdl_store *s, int64_t now_ms)
{
	struct bdl_err err = { 0 };
	size_t n;

	if (bdl_versions_bring(s, now_ms, &n, &err))
		fail_msg("%s", err.text);
	return n;
}

static void columns_drop(struct bdl_store *s, const char *const *columns)
{
	char sql[80];

	for (; *columns; columns++) {
		(void)snprintf(
		    sql, sizeof(sql), "ALTER TABLE policy_version DROP COLUMN %s", *columns);
		store_run(s, sql);
	}
}

/* The store as it was before two people were asked for. */
static void two_people_undo(struct bdl_store *s)
{
	static const char *const columns[] = { "approved", "alone", "confirmed_ms", "confirmed_by",
		"withdrawn_ms", "withdrawn_by", "withdrawn_why", NULL };

	columns_drop(s, columns);
	store_run(s, "DROP TABLE policy_draft");
}

/* What was published before the facts were kept is in force from then on, by whoever ran it. */
static void knows_versions_from_before(void **state)
{
	(void)state;
	static const char *const columns[] = { "body", "approved_on", "first_person",
		"second_person", "from_ms", "waits", NULL };
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row *rows;
	char one[1024];
	size_t n;

	must_publish(s, "staff", policy_text(one, "staff", "gambling", "No."), T0, region);
	two_people_undo(s);
	store_run(s, "DROP INDEX policy_waiting");
	columns_drop(s, columns);
	store_migrate(&f, "0005_approval.sql");
	store_migrate(&f, "0006_two_people.sql");
	assert_int_equal(bdl_versions_list(s, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].state, BDL_VERSION_IN_FORCE);
	assert_true(rows[0].alone);
	assert_int_equal(rows[0].from_ms, T0);
	assert_view(rows[0].first, BDL_LIT("office"));
	assert_int_equal(rows[0].body.n + rows[0].on.n + rows[0].second.n, 0);
}

/*
 * Before two people were asked for: what one has put in force stays and is marked, what one has put
 * off to a day waits for the second, and what two have is as it was.
 */
static void marks_what_one_person_did(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row *rows, row;
	char texts[3][1024];
	size_t n;

	publish_three(s, T0 + 1000, T0 + 2000, region, texts);
	store_run(s, "UPDATE policy_version SET second_person = '' WHERE issue <> 3");
	two_people_undo(s);
	store_migrate(&f, "0006_two_people.sql");
	assert_int_equal(bdl_versions_list(s, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 3);
	assert_int_equal(rows[0].state, BDL_VERSION_WAITS);
	assert_int_equal(rows[1].state, BDL_VERSION_APPROVED);
	assert_int_equal(rows[1].from_ms, T0 + 1000);
	assert_int_equal(rows[2].state, BDL_VERSION_IN_FORCE);
	assert_true(rows[2].alone && !rows[1].alone && !rows[0].alone);
	/* The first that is asked about waits; the one in force can be made good by its number. */
	assert_int_equal(bdl_versions_confirm(s, BDL_LIT("staff"), 1, BDL_LIT("B. Chair"),
			     BDL_LIT("clerk"), T0 + 10, &row, region, NULL),
	    0);
	assert_int_equal(row.state, BDL_VERSION_IN_FORCE);
	assert_int_equal(row.from_ms, T0);
	assert_false(row.alone);
	assert_int_equal(must_bring(s, T0 + 5000), 1);
	assert_int_equal(issue_in_force(s), 3);
}

static void refuses_facts_that_cannot_be(void **state)
{
	(void)state;
	static const struct {
		const char *what, *on, *first, *second;
	} cases[] = {
		{ "one person twice", "", "A. Head", "a. head " },
		{ "one person twice, seen the same", "", "A. Head", "A.\xcd\x8f Head\xef\xb8\x8f" },
		{ "a person read backwards", "", "A. Head", "\xe2\x80\xaeriahC" },
		{ "the one who ran it as the second", "", "", "office" },
		{ "what no terminal should be told", "", "A. Head\x1b[2J", "B. Chair" },
		{ "no UTF-8", "", "A. Head", "B. Ch\xe4r" },
		{ "no day", "2026-11-31", "", "" },
		{ "a time", "2026-11-12T10:00", "", "" },
		{ "another spelling", "12.11.2026", "", "" },
		{ "a day to come", "2026-11-23", "", "" },
	};
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row row;
	char one[1024];
	struct bdl_view bytes = policy_text(one, "staff", "gambling", "No.");

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_approval a = { .minute = BDL_LIT("FGB 7"),
			.by = BDL_LIT("office"),
			.on = bdl_view_of(cases[i].on),
			.first = bdl_view_of(cases[i].first),
			.second = bdl_view_of(cases[i].second) };
		struct bdl_err err = { 0 };
		if (publish_as(s, "staff", bytes, &a, T0, &row, region, &err) != BDL_E_INVALID)
			fail_msg("%s: got %d '%s'", cases[i].what, err.code, err.text);
		assert_int_equal(store_number(s, "SELECT count(*) FROM policy_version"), 0);
	}
}

static void waits_for_its_moment(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char texts[3][1024];
	struct bdl_source *sources;
	int64_t next_ms;
	size_t n;

	assert_int_equal(bdl_versions_next(s, &next_ms, NULL), 0);
	assert_int_equal(next_ms, INT64_MAX);
	publish_three(s, T0 + 2000, T0 + 1000, region, texts);
	assert_int_equal(bdl_versions_next(s, &next_ms, NULL), 0);
	assert_int_equal(next_ms, T0 + 1000);
	assert_int_equal(must_bring(s, T0 + 999), 0);
	assert_int_equal(issue_in_force(s), 1);
	assert_int_equal(must_bring(s, T0 + 1000), 1);
	assert_int_equal(issue_in_force(s), 3);
	assert_int_equal(must_bring(s, T0 + 1999), 0);
	assert_int_equal(must_bring(s, T0 + 5000), 1);
	assert_int_equal(issue_in_force(s), 2);
	assert_int_equal(bdl_versions_next(s, &next_ms, NULL), 0);
	assert_int_equal(next_ms, INT64_MAX);
	assert_int_equal(must_bring(s, T0 + 9000), 0);
	/* What the doors record then is known. */
	assert_int_equal(bdl_versions_in_force(s, region, &sources, &n, NULL), 0);
	struct bdl_digest version = version_of(sources, n);
	assert_int_equal(bdl_versions_of_ruleset(s, &version, region, &sources, &n, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM ruleset"), 3);
}

/* A machine that was off: the later of two that are due is in force, whatever their issues. */
static void comes_into_force_late(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char texts[3][1024];

	publish_three(s, T0 + 2000, T0 + 1000, region, texts);
	assert_int_equal(must_bring(s, T0 + 90000), 2);
	assert_int_equal(issue_in_force(s), 2);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_version WHERE waits = 1"), 0);
}

/* Published after the moment of one that nobody brought into force: the newer stays. */
static void is_overtaken(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char texts[3][1024], later[1024];

	publish_three(s, T0 + 1000, T0 + 9000, region, texts);
	must_publish(
	    s, "staff", policy_text(later, "staff", "gambling", "Four."), T0 + 2000, region);
	assert_int_equal(must_bring(s, T0 + 3000), 0);
	assert_int_equal(issue_in_force(s), 4);
	assert_int_equal(must_bring(s, T0 + 9000), 1);
	assert_int_equal(issue_in_force(s), 3);
}

static void refuses_what_could_not_be_enforced_then(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_approval later = { .minute = BDL_LIT("FGB 7"),
		.by = BDL_LIT("office"),
		.second = BDL_LIT("B. Chair"),
		.from_ms = T0 + 1000 };
	struct bdl_version_row row;
	char one[1024], two[1024];
	struct bdl_view wrong =
	    policy_text(one, "staff", "gambling", "x\n\n```rules\nforbid everything\n```\n");
	struct bdl_view right = policy_text(two, "staff", "gambling", "Right.");
	size_t n = 7;

	assert_int_equal(
	    publish_as(s, "staff", wrong, &later, T0, &row, region, NULL), BDL_E_INVALID);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_version"), 0);
	assert_int_equal(publish_as(s, "staff", right, &later, T0, &row, region, NULL), 0);
	/* The same for the same moment is there already. */
	assert_int_equal(
	    publish_as(s, "staff", right, &later, T0, &row, region, NULL), BDL_E_CONFLICT);
	/* As where the language has changed in the meantime: all stays as it was. */
	store_run(s, "UPDATE policy_document SET bytes = 'no policy'");
	assert_int_equal(bdl_versions_bring(s, T0 + 1000, &n, NULL), BDL_E_INVALID);
	assert_int_equal(n, 7);
	assert_int_equal(store_number(s, "SELECT waits FROM policy_version"), 1);
	assert_int_equal(issue_in_force(s), -1);
}

/* --- one person, then the second --- */

static void must_approve(struct bdl_store *s, struct bdl_view bytes, int64_t from_ms,
    struct bdl_version_row *ret, struct bdl_region *region)
{
	struct bdl_approval a = { .minute = BDL_LIT("FGB 7"),
		.by = BDL_LIT("office"),
		.first = BDL_LIT("A. Head"),
		.from_ms = from_ms };
	struct bdl_err err = { 0 };

	if (publish_as(s, "staff", bytes, &a, T0 + 1, ret, region, &err))
		fail_msg("%s", err.text);
	assert_int_equal(ret->state, BDL_VERSION_APPROVED);
}

static int confirm(struct bdl_store *s, int64_t issue, const char *second, int64_t now_ms,
    struct bdl_version_row *ret, struct bdl_region *region)
{
	return bdl_versions_confirm(s, BDL_LIT("staff"), issue, bdl_view_of(second),
	    BDL_LIT("clerk"), now_ms, ret, region, NULL);
}

static void nothing_is_enforced_by_one_person(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row row, *rows;
	char one[1024], two[1024], later[1024];
	struct bdl_view second = policy_text(two, "staff", "gambling", "Two.");
	int64_t next_ms;
	size_t n;

	must_publish(s, "staff", policy_text(one, "staff", "gambling", "One."), T0, region);
	must_approve(s, second, 0, &row, region);
	assert_int_equal(row.from_ms, 0);
	assert_int_equal(must_bring(s, INT64_MAX), 0);
	assert_int_equal(issue_in_force(s), 1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM ruleset"), 1);
	/* The same bytes are not approved twice. */
	struct bdl_approval again = { .minute = BDL_LIT("FGB 8"), .by = BDL_LIT("office") };
	assert_int_equal(
	    publish_as(s, "staff", second, &again, T0 + 2, &row, region, NULL), BDL_E_CONFLICT);

	assert_int_equal(confirm(s, 0, "a head", T0 + 5, &row, region), BDL_E_INVALID);
	assert_int_equal(confirm(s, 0, " . ", T0 + 5, &row, region), BDL_E_INVALID);
	assert_int_equal(confirm(s, 1, "B. Chair", T0 + 5, &row, region), BDL_E_CONFLICT);
	assert_int_equal(confirm(s, 9, "B. Chair", T0 + 5, &row, region), BDL_E_MISSING);
	assert_int_equal(issue_in_force(s), 1);
	assert_int_equal(confirm(s, 0, " B. Chair ", T0 + 5, &row, region), 0);
	assert_int_equal(row.state, BDL_VERSION_IN_FORCE);
	assert_int_equal(row.from_ms, T0 + 5);
	assert_int_equal(issue_in_force(s), 2);
	assert_int_equal(store_number(s, "SELECT count(*) FROM ruleset"), 2);
	assert_int_equal(bdl_versions_list(s, region, &rows, &n, NULL), 0);
	assert_view(rows[0].second, BDL_LIT("B. Chair"));
	assert_view(rows[0].confirmed_by, BDL_LIT("clerk"));
	assert_int_equal(rows[0].confirmed_ms, T0 + 5);
	assert_int_equal(confirm(s, 0, "C. Third", T0 + 6, &row, region), BDL_E_MISSING);

	/* With a day: confirmed, it waits for that. */
	must_approve(s, policy_text(later, "staff", "gambling", "Three."), T0 + 1000, &row, region);
	assert_int_equal(row.from_ms, T0 + 1000);
	assert_int_equal(bdl_versions_next(s, &next_ms, NULL), 0);
	assert_int_equal(next_ms, INT64_MAX);
	assert_int_equal(confirm(s, 3, "B. Chair", T0 + 500, &row, region), 0);
	assert_int_equal(row.state, BDL_VERSION_WAITS);
	assert_int_equal(must_bring(s, T0 + 999), 0);
	assert_int_equal(must_bring(s, T0 + 1000), 1);
	assert_int_equal(issue_in_force(s), 3);
}

static void a_late_confirmation_does_not_go_back(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row row;
	char one[1024], two[1024], three[1024];

	must_approve(s, policy_text(one, "staff", "gambling", "One."), 0, &row, region);
	must_approve(s, policy_text(two, "staff", "gambling", "Two."), T0 + 100, &row, region);
	/* Two wait: one has to say which. */
	assert_int_equal(confirm(s, 0, "B. Chair", T0 + 5, &row, region), BDL_E_CONFLICT);
	must_publish(
	    s, "staff", policy_text(three, "staff", "gambling", "Three."), T0 + 50, region);
	assert_int_equal(confirm(s, 1, "B. Chair", T0 + 60, &row, region), BDL_E_CONFLICT);
	assert_int_equal(confirm(s, 2, "B. Chair", T0 + 200, &row, region), BDL_E_CONFLICT);
	assert_int_equal(issue_in_force(s), 3);
	assert_int_equal(store_number(s, "SELECT sum(approved) FROM policy_version"), 2);
}

static void is_withdrawn_before_it_is_in_force(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row row, *rows;
	struct bdl_view staff = BDL_LIT("staff"), by = BDL_LIT("B. Chair"), why = BDL_LIT("a slip");
	char texts[3][1024], four[1024];
	size_t n;

	publish_three(s, T0 + 1000, T0 + 2000, region, texts);
	must_approve(s, policy_text(four, "staff", "gambling", "Four."), 0, &row, region);
	assert_int_equal(bdl_versions_withdraw(s, staff, 1, by, why, T0, NULL), BDL_E_CONFLICT);
	assert_int_equal(bdl_versions_withdraw(s, staff, 9, by, why, T0, NULL), BDL_E_MISSING);
	assert_int_equal(
	    bdl_versions_withdraw(s, staff, 2, by, BDL_LIT(" "), T0, NULL), BDL_E_INVALID);
	assert_int_equal(
	    bdl_versions_withdraw(s, staff, 2, BDL_LIT(" "), why, T0, NULL), BDL_E_INVALID);
	assert_int_equal(bdl_versions_withdraw(s, staff, 2, by, why, T0 + 7, NULL), 0);
	assert_int_equal(bdl_versions_withdraw(s, staff, 4, by, why, T0 + 7, NULL), 0);
	assert_int_equal(bdl_versions_withdraw(s, staff, 4, by, why, T0 + 8, NULL), BDL_E_CONFLICT);
	assert_int_equal(confirm(s, 4, "B. Chair", T0 + 9, &row, region), BDL_E_CONFLICT);
	assert_int_equal(must_bring(s, T0 + 1000), 0);
	assert_int_equal(must_bring(s, T0 + 2000), 1);
	assert_int_equal(issue_in_force(s), 3);

	assert_int_equal(bdl_versions_list(s, region, &rows, &n, NULL), 0);
	assert_int_equal(rows[0].state, BDL_VERSION_WITHDRAWN);
	assert_view(rows[2].withdrawn_by, by);
	assert_view(rows[2].withdrawn_why, why);
	assert_int_equal(rows[2].withdrawn_ms, T0 + 7);
	/* What an issue takes the place of was in force once. */
	assert_ptr_equal(bdl_version_former(rows, n, 0), &rows[1]);
	assert_ptr_equal(bdl_version_former(rows, n, 1), &rows[3]);
	assert_null(bdl_version_former(rows, n, 3));
}

static void knows_what_will_be_in_force(void **state)
{
	(void)state;
	static const struct {
		int64_t at_ms;
		const char *staff, *pupils;
	} cases[] = {
		{ T0, "One.", "Later." },
		{ T0 + 1000, "Three.", "Later." },
		{ T0 + 1999, "Three.", "Later." },
		{ T0 + 9999, "Two.", "Last." },
	};
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_approval pupils = { .minute = BDL_LIT("FGB 7"),
		.by = BDL_LIT("office"),
		.second = BDL_LIT("B. Chair"),
		.from_ms = T0 + 3000 };
	struct bdl_version_row row;
	struct bdl_source *sources;
	char texts[3][1024], later[1024], last[1024];
	size_t n;

	publish_three(s, T0 + 2000, T0 + 1000, region, texts);
	for (int i = 0; i < 2; i++, pupils.from_ms += 1000)
		assert_int_equal(
		    publish_as(s, "pupils",
			policy_text(i ? last : later, "pupils", "games", i ? "Last." : "Later."),
			&pupils, T0, &row, region, NULL),
		    0);
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		assert_int_equal(
		    bdl_versions_then(s, cases[i].at_ms, region, &sources, &n, NULL), 0);
		assert_int_equal(n, 2);
		if (!memmem(sources[0].bytes.p, sources[0].bytes.n, cases[i].pupils,
			strlen(cases[i].pupils)) ||
		    !memmem(sources[1].bytes.p, sources[1].bytes.n, cases[i].staff,
			strlen(cases[i].staff)))
			fail_msg(
			    "at %lld: %.*s", (long long)cases[i].at_ms, BDL_FMT(sources[1].bytes));
	}
}

static struct bdl_draft_row must_draft(struct bdl_store *s, struct bdl_view bytes, const char *by,
    int64_t now_ms, struct bdl_region *region)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_draft_row former;

	assert_int_equal(bdl_document_parse(bytes, findings, &d, NULL), 0);
	assert_int_equal(
	    bdl_drafts_keep(s, BDL_LIT("../staff"), d, BDL_LIT("x"), T0, &former, region, NULL),
	    BDL_E_INVALID);
	assert_int_equal(
	    bdl_drafts_keep(s, BDL_LIT("staff"), d, bdl_view_of(by), now_ms, &former, region, NULL),
	    0);
	return former;
}

static void a_draft_becomes_a_version(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char one[1024], two[1024];
	struct bdl_view first = policy_text(one, "staff", "gambling", "One.");
	struct bdl_view second = policy_text(two, "staff", "gambling", "Two.");
	struct bdl_digest digest = bdl_digest_of(first.p, first.n);
	struct bdl_version_row row;
	struct bdl_draft_row *rows;
	struct bdl_view bytes;
	size_t n;

	assert_int_equal(must_draft(s, first, "ada", T0, region).name.n, 0);
	struct bdl_draft_row former = must_draft(s, second, "ben", T0 + 5, region);
	assert_view(former.by, BDL_LIT("ada"));
	assert_true(bdl_digest_eq(&former.digest, &digest));
	assert_int_equal(bdl_drafts_document(s, BDL_LIT("staff"), region, &bytes, NULL), 0);
	assert_view(bytes, second);
	assert_int_equal(
	    bdl_drafts_document(s, BDL_LIT("pupils"), region, &bytes, NULL), BDL_E_MISSING);
	assert_int_equal(bdl_drafts_list(s, region, &rows, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_view(rows[0].title, BDL_LIT("Rules for staff"));
	assert_int_equal(rows[0].kept_ms, T0 + 5);

	/* Other bytes leave the draft as it is; its own make it a version, and of what it came of nothing stays. */
	const struct bdl_kept_import k = { rows[0].digest, BDL_LIT("f"), BDL_LIT("Two."), T0, NULL,
		0 };
	assert_int_equal(bdl_imports_keep(s, BDL_LIT("staff"), &k, NULL), 0);
	must_approve(s, first, 0, &row, region);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_draft"), 1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_import"), 1);
	must_approve(s, second, 0, &row, region);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_draft"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM policy_import"), 0);
	assert_int_equal(bdl_versions_document(s, BDL_LIT("staff"), 2, region, &bytes, NULL), 0);
	assert_view(bytes, second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(publishes_issue_after_issue),
		cmocka_unit_test(finds_the_documents_of_the_past),
		cmocka_unit_test(an_act_may_come_first),
		cmocka_unit_test(a_refused_version_changes_nothing),
		cmocka_unit_test(wants_a_minute),
		cmocka_unit_test(keeps_the_facts_of_an_approval),
		cmocka_unit_test(knows_versions_from_before),
		cmocka_unit_test(marks_what_one_person_did),
		cmocka_unit_test(refuses_facts_that_cannot_be),
		cmocka_unit_test(waits_for_its_moment),
		cmocka_unit_test(comes_into_force_late),
		cmocka_unit_test(is_overtaken),
		cmocka_unit_test(refuses_what_could_not_be_enforced_then),
		cmocka_unit_test(nothing_is_enforced_by_one_person),
		cmocka_unit_test(a_late_confirmation_does_not_go_back),
		cmocka_unit_test(is_withdrawn_before_it_is_in_force),
		cmocka_unit_test(knows_what_will_be_in_force),
		cmocka_unit_test(a_draft_becomes_a_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
