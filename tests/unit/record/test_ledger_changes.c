/* Whoever changes what is enforced is in the ledger, in the same transaction. */
#include "../check.h"
#include "ledgered.h"
#include "published.h"
#include "record/policies/drafts.h"
#include "record/policies/force.h"

#define T0 1795261200000

struct school {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_region *region;
	char text[1024];
};

static int set_up(void **state)
{
	struct school *s = calloc(1, sizeof(*s));

	BDL_BUG_IF(!s);
	s->folder = folder_make();
	s->store = store_make(&s->folder);
	s->region = bdl_region_new(BDL_VERSIONS_MAX);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct school *s = *state;

	bdl_region_free(s->region);
	bdl_store_close(s->store);
	folder_done(&s->folder);
	free(s);
	return 0;
}

/* The entries from the first on, as "kind record actor" with line ends. */
static void check_ledger(struct school *s, const char *want)
{
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64 * 1024);
	struct bdl_ledger_line *lines;
	size_t n;

	assert_int_equal(bdl_ledger_list(s->store, 100, s->region, &lines, &n, NULL), 0);
	while (n-- > 0)
		assert_int_equal(
		    bdl_buf_printf(&got, "%s: %.*s by %.*s\n", bdl_ledger_kind_word(lines[n].kind),
			BDL_FMT(lines[n].record), BDL_FMT(lines[n].actor)),
		    0);
	assert_string_equal(bdl_buf_str(&got), want);
	assert_int_equal(ledger_look(s->store, NULL).broken, 0);
}

static void approve(struct school *s, const char *category, int64_t from_ms, const char *second)
{
	const struct bdl_approval approval = { .minute = BDL_LIT("FGB 7"),
		.by = BDL_LIT("office"),
		.first = BDL_LIT("A. Head"),
		.second = bdl_view_of(second),
		.from_ms = from_ms };
	struct bdl_version_row row;
	struct bdl_err err = { 0 };

	if (publish_as(s->store, "staff", policy_text(s->text, "staff", category, "No."), &approval,
		T0, &row, s->region, &err))
		fail_msg("publish: %s", err.text);
}

static void two_people_and_its_coming_into_force(void **state)
{
	struct school *s = *state;

	approve(s, "gambling", 0, "B. Chair");
	check_ledger(s,
	    "policy approved: policy/staff/1 by A. Head\n"
	    "policy confirmed: policy/staff/1 by B. Chair\n"
	    "policy in force: policy/staff/1 by office\n");
}

static void a_second_person_who_comes_later(void **state)
{
	struct school *s = *state;
	struct bdl_version_row row;

	approve(s, "gambling", 0, "");
	assert_int_equal(bdl_versions_confirm(s->store, BDL_LIT("staff"), 1, BDL_LIT("B. Chair"),
			     BDL_LIT("office"), T0 + 1, &row, s->region, NULL),
	    0);
	check_ledger(s,
	    "policy approved: policy/staff/1 by A. Head\n"
	    "policy confirmed: policy/staff/1 by B. Chair\n"
	    "policy in force: policy/staff/1 by office\n");
}

static void a_version_that_waits(void **state)
{
	struct school *s = *state;
	size_t n;

	approve(s, "gambling", T0 + 1000, "B. Chair");
	approve(s, "games", T0 + 500, "B. Chair");
	assert_int_equal(bdl_versions_bring(s->store, T0 + 1000, &n, NULL), 0);
	approve(s, "betting", T0 + 3000, "B. Chair");
	assert_int_equal(bdl_versions_withdraw(s->store, BDL_LIT("staff"), 3, BDL_LIT("A. Head"),
			     BDL_LIT("a mistake"), T0 + 5, NULL),
	    0);
	check_ledger(s,
	    "policy approved: policy/staff/1 by A. Head\n"
	    "policy confirmed: policy/staff/1 by B. Chair\n"
	    "policy approved: policy/staff/2 by A. Head\n"
	    "policy confirmed: policy/staff/2 by B. Chair\n"
	    "policy in force: policy/staff/2 by the clock\n"
	    "policy in force: policy/staff/1 by the clock\n"
	    "policy approved: policy/staff/3 by A. Head\n"
	    "policy confirmed: policy/staff/3 by B. Chair\n"
	    "policy withdrawn: policy/staff/3 by A. Head\n");
}

static void drafts_and_the_roll(void **state)
{
	struct school *s = *state;
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_draft_row former;

	assert_int_equal(
	    bdl_document_parse(policy_text(s->text, "staff", "games", "No."), findings, &d, NULL),
	    0);
	assert_int_equal(bdl_drafts_keep(s->store, BDL_LIT("staff"), d, BDL_LIT("office"), T0,
			     &former, s->region, NULL),
	    0);
	assert_int_equal(bdl_force_roll_set(s->store, BDL_LIT("login,name,groups\na,A,staff\n"),
			     BDL_LIT("office"), NULL),
	    0);
	check_ledger(s,
	    "draft kept: policy/staff/draft by office\n"
	    "roll replaced: roll by office\n");
}

/* What was refused changed nothing, and nothing is said of it. */
static void a_refused_change_is_no_entry(void **state)
{
	struct school *s = *state;
	struct bdl_version_row row;

	approve(s, "gambling", 0, "");
	assert_true(bdl_versions_confirm(s->store, BDL_LIT("staff"), 1, BDL_LIT("a head"),
			BDL_LIT("office"), T0 + 1, &row, s->region, NULL) < 0);
	assert_true(bdl_versions_withdraw(s->store, BDL_LIT("staff"), 9, BDL_LIT("A. Head"),
			BDL_LIT("no such issue"), T0 + 5, NULL) < 0);
	assert_true(
	    bdl_force_roll_set(s->store, BDL_LIT("no roll\n"), BDL_LIT("office"), NULL) < 0);
	check_ledger(s, "policy approved: policy/staff/1 by A. Head\n");
}

/* An entry that cannot be made takes its change back: who is nobody changes nothing. */
static void without_an_entry_there_is_no_change(void **state)
{
	struct school *s = *state;
	struct bdl_err err = { 0 };

	check_refused("nobody",
	    bdl_force_roll_set(s->store, BDL_LIT("login,name,groups\n"), BDL_LIT(""), &err),
	    err.text, "nobody did it");
	assert_int_equal(store_number(s->store, "SELECT count(*) FROM roll"), 0);
	check_ledger(s, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(two_people_and_its_coming_into_force),
		TEST(a_second_person_who_comes_later),
		TEST(a_version_that_waits),
		TEST(drafts_and_the_roll),
		TEST(a_refused_change_is_no_entry),
		TEST(without_an_entry_there_is_no_change),
	};

	return cmocka_run_group_tests_name("ledger_changes", tests, NULL, NULL);
}
