#include "../check.h"
#include "base/clock.h"
#include "lists/compile.h"
#include "published.h"
#include "record/journal/journal.h"
#include "record/ledger/ledger.h"
#include "record/retention/holds.h"
#include "record/status/status.h"
#include <sys/stat.h>

/* A data folder with a store and a board, on which the test plays the processes. */
struct place {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_board *board;
	struct bdl_region *region;
	char lists[FOLDER_PATH];
	int64_t now_ms;
	struct bdl_status status;
};

#define NOON   INT64_C(1795262400000)
#define MINUTE INT64_C(60000)
#define DAY_MS INT64_C(86400000)

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	char path[FOLDER_PATH];

	BDL_BUG_IF(!p);
	p->folder = folder_make();
	p->store = store_make(&p->folder);
	p->region = bdl_region_new(BDL_STATUS_MEMORY);
	p->now_ms = NOON;
	BDL_BUG_IF(mkdir(folder_path(&p->folder, "lists", path), 0700));
	folder_path(&p->folder, "lists/lists.map", p->lists);
	BDL_BUG_IF(bdl_board_create(folder_path(&p->folder, "board", path), &p->board, NULL));
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	bdl_region_free(p->region);
	bdl_board_close(p->board);
	bdl_store_close(p->store);
	folder_done(&p->folder);
	free(p);
	return 0;
}

static const struct bdl_status *look(struct place *p)
{
	const struct bdl_status_where where = { p->folder.path, p->lists, p->store, NULL,
		p->board };

	bdl_region_reset(p->region);
	bdl_status_look(&where, p->now_ms, p->region, &p->status);
	assert_false(bdl_region_broken(p->region));
	return &p->status;
}

/* The trouble whose sentence begins so; an empty one where there is none. */
static const struct bdl_trouble *trouble(const struct bdl_status *s, const char *what)
{
	static const struct bdl_trouble none = { false, NULL, "", "" };

	for (size_t i = 0; i < s->n_troubles; i++)
		if (bdl_view_starts(bdl_view_of(s->troubles[i].what), bdl_view_of(what)))
			return &s->troubles[i];
	return &none;
}

static void expect(struct place *p, const char *what, bool fails)
{
	const struct bdl_status *s = look(p);
	const struct bdl_trouble *t = trouble(s, what);

	if (!t->what)
		fail_msg("nobody is told: %s", what);
	assert_int_equal(t->fails, fails);
	assert_true(t->means[0] && t->mend[0]);
	for (size_t i = 0; i < s->n_troubles; i++)
		assert_int_equal(s->troubles[i].fails, i < s->n_failing);
}

static struct bdl_slot *process(struct place *p, const char *name, int64_t for_ms)
{
	struct bdl_slot *slot = bdl_board_slot(p->board, name);

	BDL_BUG_IF(!slot);
	atomic_store(&slot->state, BDL_STATE_UP);
	atomic_store(&slot->started_ms, p->now_ms - for_ms);
	atomic_store(&slot->starts, 1);
	return slot;
}

static void say(struct place *p, const char *host)
{
	struct bdl_host_row row = bdl_host_look(p->board);

	row.host = bdl_view_of(host);
	assert_int_equal(bdl_hosts_say(p->store, row, NULL), 0);
}

/* --- */

static void an_empty_school_asks_for_attention_and_works(void **state)
{
	struct place *p = *state;
	const struct bdl_status *s = look(p);

	assert_int_equal(s->n_failing, 0);
	assert_non_null(trouble(s, "No policy is in force")->what);
	assert_non_null(trouble(s, "No lists of sites")->what);
	assert_non_null(trouble(s, "A list of illegal material is NOT INSTALLED")->what);
	assert_null(s->store_fault);
	assert_true(s->disk_all > 0 && s->disk_free <= s->disk_all);
}

static void without_a_store_the_rest_is_told(void **state)
{
	struct place *p = *state;
	struct bdl_err err;
	const struct bdl_status_where where = { p->folder.path, p->lists, NULL, &err, p->board };

	(void)process(p, "scribe", 5 * MINUTE);
	(void)bdl_fail(&err, BDL_E_IO, "the disk went away");
	bdl_status_look(&where, p->now_ms, p->region, &p->status);
	const struct bdl_trouble *t = trouble(&p->status, "The store cannot be read");
	assert_non_null(t->what);
	assert_true(t->fails);
	assert_non_null(strstr(t->mend, "the disk went away"));
	assert_int_equal(p->status.n_processes, 1);
	assert_null(trouble(&p->status, "No policy is in force")->what); /* nobody knows */
}

static void a_process_that_is_down_fails(void **state)
{
	struct place *p = *state;
	struct bdl_slot *scribe = process(p, "scribe", 5 * MINUTE);
	struct bdl_slot *web = process(p, "web-0", 5 * MINUTE);

	assert_int_equal(look(p)->n_failing, 0);
	atomic_store(&scribe->state, BDL_STATE_DOWN);
	expect(p, "The process scribe is not running: it is down", true);
	atomic_store(&scribe->state, BDL_STATE_UP);
	bdl_slot_put(scribe, BDL_COUNT_FAILING, 1);
	expect(p, "The scribe cannot write the store", true);
	/* Mostly the one or the other, and which store it is this does not know. */
	assert_non_null(strstr(trouble(&p->status, "The scribe")->mend, "the disk is full"));
	assert_non_null(strstr(trouble(&p->status, "The scribe")->mend, "its server is away"));
	bdl_slot_put(scribe, BDL_COUNT_FAILING, 0);
	bdl_slot_put(web, BDL_COUNT_FAILING, 1);
	expect(p, "web-0 cannot record", true);
	bdl_slot_put(web, BDL_COUNT_FAILING, 0);
	bdl_count(web, BDL_COUNT_UNRECORDED, 3);
	expect(p, "3 requests were judged by web-0 and are on no record", false);
}

static void what_waits_in_journals_is_counted(void **state)
{
	struct place *p = *state;
	struct bdl_slot *web = process(p, "web-0", 5 * MINUTE);

	store_run(p->store,
	    "INSERT INTO journal_place (school, source, segment, byte_at) VALUES (1, 'web-0', 3, 1000)");
	assert_int_equal(look(p)->waiting, 0); /* nothing was written since the start */
	bdl_slot_put(web, BDL_COUNT_SEGMENT, 3);
	bdl_slot_put(web, BDL_COUNT_OFFSET, 1064);
	assert_int_equal(look(p)->waiting, 64);
	bdl_slot_put(web, BDL_COUNT_OFFSET, 1000);
	assert_int_equal(look(p)->waiting, 0);
	bdl_slot_put(web, BDL_COUNT_SEGMENT, 5);
	bdl_slot_put(web, BDL_COUNT_OFFSET, 32);
	assert_int_equal(look(p)->waiting, 2 * BDL_JOURNAL_SEGMENT - 1000 + 32);
	bdl_slot_put(web, BDL_COUNT_SEGMENT, 12);
	expect(p, "75 MB of what the doors recorded wait", false);
}

static void a_door_that_judges_by_another_version_fails(void **state)
{
	struct place *p = *state;
	struct bdl_slot *web = process(p, "web-0", 5 * MINUTE);
	struct bdl_ruleset *rs BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_version_row row;
	struct bdl_source *sources;
	char text[1024], other[1024];
	size_t n;

	struct bdl_view staff = policy_text(text, "staff", "gambling", "You do not bet.");
	struct bdl_view pupils = policy_text(other, "pupils", "games", "You do not play.");
	assert_int_equal(publish(p->store, "staff", staff, NOON, &row, p->region, NULL), 0);
	assert_int_equal(publish(p->store, "pupils", pupils, NOON, &row, p->region, NULL), 0);
	assert_int_equal(bdl_versions_in_force(p->store, p->region, &sources, &n, NULL), 0);
	assert_int_equal(bdl_ruleset_new(sources, n, &rs, NULL), 0);
	assert_true(bdl_digest_eq(bdl_ruleset_version(rs), &look(p)->ruleset));
	assert_int_equal(p->status.n_policies, 2);
	assert_null(
	    trouble(&p->status, "web-0 judges by other policies")->what); /* it may be on its way */
	p->now_ms += MINUTE;
	expect(p, "web-0 judges by other policies", true);
	bdl_slot_put(web, BDL_COUNT_RULESET, bdl_digest_mark(bdl_ruleset_version(rs)));
	assert_int_equal(look(p)->n_failing, 0);
	assert_null(trouble(&p->status, "No policy is in force")->what);
}

/* Else a clause about what pages say stands in force and stops nothing, and nobody hears of it. */
static void doors_without_the_phrases_that_rules_ask_for_fail(void **state)
{
	struct place *p = *state;
	const char *what = "There are NO PHRASES";
	struct bdl_slot *web[] = { process(p, "web-0", MINUTE), process(p, "web-1", MINUTE) };

	assert_null(trouble(look(p), what)->what);
	bdl_slot_put(web[0], BDL_COUNT_WORDLESS, 1);
	bdl_slot_put(web[1], BDL_COUNT_WORDLESS, 1);
	expect(p, what, true);
	assert_int_equal(p->status.n_failing, 1); /* once for all doors */
	bdl_slot_put(web[0], BDL_COUNT_WORDLESS, 0);
	bdl_slot_put(web[1], BDL_COUNT_WORDLESS, 0);
	assert_null(trouble(look(p), what)->what);
}

static void a_door_with_older_lists_fails(void **state)
{
	struct place *p = *state;
	struct bdl_slot *web = process(p, "web-0", 5 * MINUTE);
	struct bdl_list_build *b BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();

	assert_int_equal(
	    bdl_list_build_add(b, BDL_LIT("gambling"), BDL_LIT("casino.example"), NULL), 0);
	assert_int_equal(bdl_list_build_write(b, p->lists, NOON, NULL), 0);
	p->now_ms = bdl_now_ms(); /* by which the file's own time is */
	atomic_store(&web->started_ms, p->now_ms - 5 * MINUTE);
	assert_null(trouble(look(p), "web-0 uses other lists")->what);
	p->now_ms += MINUTE;
	expect(p, "web-0 uses other lists", true);
	bdl_slot_put(web, BDL_COUNT_LISTS, p->status.lists.mark);
	assert_null(trouble(look(p), "web-0 uses other lists")->what);
	assert_int_equal(p->status.lists.domains, 1);
}

/* Never there is a school that begins; gone is one that will filter less, which nobody decided. */
static void lists_that_are_gone_fail(void **state)
{
	struct place *p = *state;
	const struct bdl_ledger_entry entry = { .kind = BDL_LEDGER_LISTS,
		.at_ms = NOON,
		.actor = BDL_LIT("office"),
		.record = BDL_LIT("lists") };

	expect(p, "No lists of sites are installed", false);
	BDL_BUG_IF(bdl_store_begin(p->store, NULL) || bdl_ledger_add(p->store, &entry, NULL) ||
	    bdl_store_commit(p->store, NULL));
	expect(p, "The lists of sites are gone", true);
	assert_null(trouble(&p->status, "No lists of sites")->what);
}

static void lists_that_cannot_be_read_fail(void **state)
{
	struct place *p = *state;
	FILE *f = fopen(p->lists, "w");

	assert_non_null(f);
	assert_true(fputs("no list at all", f) >= 0);
	assert_int_equal(fclose(f), 0);
	expect(p, "The lists of sites cannot be read", true);
}

static void job_ended(struct place *p, struct bdl_view name, bool went_well, const char *result)
{
	const struct bdl_schedule daily = { .kind = BDL_SCHEDULE_EVERY, .every_ms = DAY_MS };
	const struct bdl_job_end end = { went_well, bdl_view_of(result), 5 };
	bool is_ours = false;

	assert_int_equal(bdl_job_plan(p->store, name, &daily, p->now_ms, NULL), 0);
	assert_int_equal(
	    bdl_job_take(p->store, name, BDL_LIT("me"), true, p->now_ms, &is_ours, NULL), 0);
	assert_true(is_ours);
	assert_int_equal(
	    bdl_job_end(p->store, name, BDL_LIT("me"), &daily, &end, p->now_ms, &is_ours, NULL), 0);
}

/* As if so much time had passed by the store's clock. */
static void jobs_age(struct place *p, int64_t ms)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE job SET next_ms = next_ms - %lld, ended_ms = ended_ms - %lld", (long long)ms,
	    (long long)ms);
	store_run(p->store, sql);
}

static void timed_work_that_fails_is_told_with_what_it_said(void **state)
{
	struct place *p = *state;

	p->now_ms = bdl_now_ms(); /* the store's clock is one that goes */
	job_ended(p, BDL_LIT("lists"), false, "the server is asleep");
	expect(p, "Timed work fails: lists", true);
	assert_non_null(
	    strstr(trouble(&p->status, "Timed work fails")->mend, "the server is asleep"));
	job_ended(p, BDL_LIT("lists"), true, "1 fetched");
	assert_int_equal(look(p)->n_failing, 0);
	job_ended(p, BDL_LIT("ledger"), false, "it breaks at entry 7");
	expect(p, "The ledger does not verify", true);
	job_ended(p, BDL_LIT("ledger"), true, "8 entries");
	assert_int_equal(look(p)->n_failing, 0);
	jobs_age(p, DAY_MS + 2 * 60 * MINUTE);
	expect(p, "Timed work is overdue: lists", false);
	job_ended(p, BDL_LIT("backup"), true, "a copy");
	assert_null(trouble(look(p), "The newest backup")->what);
	jobs_age(p, 9 * DAY_MS);
	expect(p, "The newest backup is old", false);
}

static void what_doors_of_other_hosts_use_is_told(void **state)
{
	struct place *p = *state;
	const struct bdl_status *s;

	p->now_ms = bdl_now_ms();
	struct bdl_slot *door = process(p, "web-0", 5 * MINUTE);
	(void)process(p, "web-1", 5 * MINUTE);
	say(p, "north");
	s = look(p);
	assert_int_equal(s->n_hosts, 1);
	check_view("host", s->hosts[0].host, "north");
	check_long("doors", s->hosts[0].doors, 2);
	assert_null(
	    trouble(s, "The host north")->what); /* no policy is in force, and none is used */
	bdl_slot_put(door, BDL_COUNT_RULESET, UINT64_MAX);
	say(p, "north");
	assert_true(look(p)->hosts[0].is_mixed);
	expect(p, "The host north judges by other policies", true);
	atomic_store(&bdl_board_slot(p->board, "web-1")->state, BDL_STATE_DOWN);
	say(p, "north");
	s = look(p);
	assert_false(s->hosts[0].is_mixed);
	assert_true(s->hosts[0].ruleset == UINT64_MAX);
	expect(p, "The host north judges by other policies", true);
	store_run(p->store, "UPDATE door_host SET seen_ms = seen_ms - 400000");
	expect(p, "The host north has said nothing for 6 minutes", false);
	say(p, "north");
	store_run(
	    p->store, "UPDATE door_host SET seen_ms = seen_ms - 8 * CAST(86400000 AS BIGINT)");
	say(p, "south");
	s = look(p);
	assert_int_equal(s->n_hosts, 1); /* nobody waits for north any more */
	check_view("host", s->hosts[0].host, "south");
}

static void a_hold_is_told_when_its_review_is_due(void **state)
{
	struct place *p = *state;
	const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("B. Chair"),
		BDL_LIT("a claim") };
	int64_t id;

	assert_int_equal(bdl_holds_add(p->store, BDL_LIT("p.marlow"), BDL_LIT(""),
			     BDL_LIT("2026-11-25"), &word, NOON, &id, NULL),
	    0);
	assert_int_equal(look(p)->n_holds, 1);
	assert_int_equal(p->status.n_reviews, 0);
	p->now_ms += 5 * DAY_MS;
	expect(p, "The review of 1 legal hold is due", false);
}

static void a_certificate_is_told_before_it_runs_out(void **state)
{
	/* Its dates are those of test_proto_certificate: until 4 July 2081, 05:30 UTC. */
	static const char pem[] =
	    "-----BEGIN CERTIFICATE-----\n"
	    "MDAwLqADAgECAgEHMAAwADAgFw0yNjExMjExMTQwMDFaGA8yMDgxMDcwNDA1MzAw\n"
	    "MFo=\n"
	    "-----END CERTIFICATE-----\n";
	struct place *p = *state;
	char path[FOLDER_PATH];

	assert_int_equal(mkdir(folder_path(&p->folder, "squid", path), 0700), 0);
	FILE *f = fopen(folder_path(&p->folder, "squid/ca.crt", path), "w");
	assert_non_null(f);
	assert_true(fputs(pem, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_true(look(p)->certificate_until_ms == INT64_C(3518832600000));
	assert_null(trouble(&p->status, "The certificate")->what);
	p->now_ms = INT64_C(3518832600000) - 10 * DAY_MS;
	expect(p, "The certificate of the proxy runs out in 10 days", false);
	p->now_ms = INT64_C(3518832600000);
	expect(p, "The certificate of the proxy has run out", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_empty_school_asks_for_attention_and_works, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    without_a_store_the_rest_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_process_that_is_down_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_doors_of_other_hosts_use_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_waits_in_journals_is_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_door_that_judges_by_another_version_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_door_with_older_lists_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    doors_without_the_phrases_that_rules_ask_for_fail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists_that_cannot_be_read_fail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lists_that_are_gone_fail, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    timed_work_that_fails_is_told_with_what_it_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_hold_is_told_when_its_review_is_due, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_certificate_is_told_before_it_runs_out, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
