/* What is true of a store on PostgreSQL alone: run by tests/postgres.py. */
#include "base/clock.h"
#include "ledgered.h"
#include "policy/document.h"
#include "proto/identity.h"
#include "proto/url.h"
#include "record/acts/acts.h"
#include "record/store/pg_int.h"
#include "record/visits/visits_int.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PATIENCE_MS 5000

static struct bdl_store *reader(const struct folder *f)
{
	char where[STORE_WHERE];
	struct bdl_store *s;

	assert_int_equal(bdl_store_open(store_where(f, where), BDL_STORE_READ, &s, NULL), 0);
	return s;
}

/* Ends the connections of everybody else, as a server that restarts does. */
static void others_end(const struct folder *f)
{
	assert_int_equal(store_raw(f,
			     "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
			     " WHERE usename = current_user AND pid <> pg_backend_pid()"),
	    0);
}

static void hears_the_commits_of_others(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *r BDL_AUTO(bdl_store_close) = reader(&f);
	int64_t before, after, own;

	assert_int_equal(bdl_store_change(r, &before, NULL), 0);
	assert_int_equal(bdl_store_change(s, &own, NULL), 0);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (2)");
	assert_int_equal(bdl_store_change(r, &after, NULL), 0);
	assert_true(after == before);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	int64_t end_ms = bdl_tick_ms() + PATIENCE_MS;
	while (after == before && bdl_tick_ms() < end_ms)
		assert_int_equal(bdl_store_change(r, &after, NULL), 0);
	assert_true(after != before);
	/* Its own are no news to a connection. */
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 2);
	assert_int_equal(bdl_store_change(s, &after, NULL), 0);
	assert_true(after == own);
}

/* What is sent and not waited for fails at the latest with the commit, and leaves nothing. */
static void a_failure_shows_with_the_commit(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (2)");
	store_run(s, "INSERT INTO school VALUES (2)");
	store_run(s, "INSERT INTO school VALUES (3)");
	assert_int_equal(bdl_store_commit(s, &err), BDL_E_STORE);
	assert_non_null(strstr(err.text, "duplicate key"));
	bdl_store_rollback(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 1);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (3)");
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 2);
}

static void a_lost_connection_is_made_again(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *r BDL_AUTO(bdl_store_close) = reader(&f);

	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (2)");
	others_end(&f);
	assert_true(bdl_store_commit(s, NULL) < 0);
	bdl_store_rollback(s);
	/* A reader asks again by itself; who writes begins a new transaction. */
	assert_int_equal(store_number(r, "SELECT count(*) FROM school"), 1);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (3)");
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(r, "SELECT max(school) FROM school"), 3);
}

/* What comes in volume holds up its like, and people only from where it joins them. */
static void people_do_not_wait_for_volume(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *a BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *b BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_err err = { 0 };

	a->busy_ms = b->busy_ms = 50;
	assert_int_equal(bdl_store_begin_volume(a, NULL), 0);
	assert_int_equal(bdl_store_begin_volume(b, &err), BDL_E_BUSY);
	assert_int_equal(bdl_store_begin(b, NULL), 0);
	store_run(b, "INSERT INTO school VALUES (2)");
	assert_int_equal(bdl_store_commit(b, NULL), 0);

	assert_int_equal(bdl_store_begin(b, NULL), 0);
	assert_false(bdl_store_has_joined(a));
	assert_int_equal(bdl_store_join(a, NULL), 0); /* which is sent only */
	store_run(a, "INSERT INTO school VALUES (3)");
	assert_int_equal(bdl_store_commit(a, &err), BDL_E_BUSY);
	bdl_store_rollback(a);
	assert_int_equal(bdl_store_commit(b, NULL), 0);
	assert_int_equal(store_number(b, "SELECT max(school) FROM school"), 2);

	assert_int_equal(bdl_store_begin_volume(a, NULL), 0);
	assert_int_equal(bdl_store_join(a, NULL), 0);
	assert_int_equal(store_number(a, "SELECT 1"), 1); /* it is there now */
	assert_int_equal(bdl_store_begin(b, &err), BDL_E_BUSY);
	bdl_store_rollback(a);
}

/* Hosts go by the server's clock, whatever their own says; here it is set two hours on. */
static void the_moment_is_the_servers(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	int64_t here_ms, there_ms = 0;

	store_run(s,
	    "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
	    " $$SELECT pg_catalog.clock_timestamp() + interval '2 hours'$$");
	assert_true(store_number(s,
			"SELECT length(set_config('search_path',"
			" '\"' || current_schema() || '\", pg_catalog', false))") > 0);
	here_ms = bdl_now_ms();
	assert_int_equal(bdl_store_now(s, &there_ms, NULL), 0);
	assert_in_range(there_ms - here_ms, 2 * BDL_HOUR_MS - 1000, 2 * BDL_HOUR_MS + PATIENCE_MS);
}

/* Of this process, in kB, since it was asked last. */
static long peak_kb(void)
{
	char line[128];
	long kb = -1;
	FILE *f = fopen("/proc/self/status", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) && sscanf(line, "VmHWM: %ld kB", &kb) != 1)
		continue;
	(void)fclose(f);
	f = fopen("/proc/self/clear_refs", "w");
	assert_non_null(f);
	assert_true(fputs("5", f) >= 0);
	(void)fclose(f);
	return kb;
}

/* However long a ledger is, a stretch of it at a time is in memory: here 40 MB of what is no entry. */
static void a_ledger_is_read_in_stretches(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);

	ledger_make(s, 3);
	assert_int_equal(ledger_look(s, NULL).broken, 0);
	store_run(s,
	    "INSERT INTO ledger_entry (school, entry, at_ms, kind, actor, subject, record, digest,"
	    " hash) SELECT 1, n, n, 1, '', '', repeat('x', 1000), '', ''"
	    " FROM generate_series(4, 40000) n");
	(void)peak_kb();
	long before_kb = peak_kb();
	assert_int_equal(ledger_look(s, NULL).broken, 4);
	assert_in_range(peak_kb() - before_kb, 0, 16 * 1024);
}

/* One connection has it at a time, and one that was lost has to get it anew. */
static void a_host_has_its_name_alone(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *a BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *b BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *c BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_store_claim(a, "north", NULL), 0);
	assert_int_equal(bdl_store_claim(b, "north", &err), BDL_E_BUSY);
	assert_non_null(strstr(err.text, "'north'"));
	assert_int_equal(bdl_store_claim(c, "south", NULL), 0);
	/* Where one has gone the next has it at once. */
	bdl_store_close(bdl_steal(&b));
	b = store_make(&f);
	bdl_store_close(bdl_steal(&a));
	assert_int_equal(bdl_store_claim(b, "north", NULL), 0);
	assert_int_equal(bdl_store_begin(b, NULL), 0);
	assert_int_equal(bdl_store_commit(b, NULL), 0);

	others_end(&f);
	a = store_make(&f);
	assert_int_equal(bdl_store_claim(a, "north", NULL), 0);
	assert_true(bdl_store_begin(b, NULL) < 0); /* that it was lost */
	assert_int_equal(bdl_store_begin(b, &err), BDL_E_BUSY);
	assert_non_null(strstr(err.text, "another scribe"));
	bdl_store_close(bdl_steal(&a));
	assert_int_equal(bdl_store_begin(b, NULL), 0);
	assert_int_equal(bdl_store_commit(b, NULL), 0);
}

/* Of another school nothing is seen, changed or added; of none there is an error. */
static void a_school_sees_its_own_rows(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_act a = page_blocked(1795261200000);
	int64_t unguarded = store_number(s,
	    "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
	    " AND a.attname = 'school' WHERE c.relnamespace = (SELECT oid FROM pg_namespace"
	    " WHERE nspname = current_schema()) AND c.relkind IN ('r', 'p')"
	    " AND c.relname <> 'school' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)");

	assert_int_equal(unguarded, 0);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (2)");
	assert_int_equal(store_number(s, "SELECT count(*) FROM act"), 1);
	store_run(s, "SET beadle.school = '2'");
	assert_int_equal(store_number(s, "SELECT count(*) FROM act"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act_rest"), 0);
	store_run(s, "DELETE FROM act");
	store_run(s, "SET beadle.school = '1'");
	assert_int_equal(store_number(s, "SELECT count(*) FROM act"), 1);
	assert_int_equal(store_raw(&f, "INSERT INTO roll VALUES (1, '', 1)"), 0);
	assert_int_equal(store_raw(&f, "INSERT INTO roll VALUES (2, '', 1)"), -1);
	assert_int_equal(store_raw(&f, "RESET beadle.school; SELECT * FROM act"), -1);
}

/* A month's rows lie in its partition, also those that came before it was there. */
static void months_have_partitions(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_act a = page_blocked(bdl_now_ms());

	assert_int_equal(bdl_store_begin(s, NULL), 0);
	assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act_rest"), 1);
	bdl_store_relax(s);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	a.at_ms = 253402300799999;
	assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act"), 2);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act_rest"), 1);
	assert_int_equal(store_number(s,
			     "SELECT count(*) FROM pg_inherits WHERE inhparent IN ('act'::regclass,"
			     " 'visit'::regclass, 'page_load'::regclass, 'page_text'::regclass)"),
	    4 * 4);
	bool synced = false;
	assert_int_equal(bdl_store_sync(s, &synced, NULL), 0);
	assert_true(synced);
}

static struct bdl_view bytes(char *p, size_t n, int seed)
{
	srand((unsigned)seed);
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(128 +
		    rand() % 128); /* escaped for the most part, and hard to compress */
	return bdl_view_at(p, n);
}

/* The longest that a door can write, at its worst. */
/* A dump reads every table for as long as it lasts: the scribe goes on, and makes them afterwards. */
static void a_dump_does_not_stop_the_scribe(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *dump BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_act a = page_blocked(bdl_now_ms());
	struct bdl_err err = { 0 };

	PQclear(PQexec(bdl_pg_of(dump)->conn, "BEGIN"));
	assert_int_equal(store_number(dump, "SELECT count(*) FROM act_rest"), 0);

	bdl_store_relax(s);
	if (bdl_store_begin_volume(s, &err))
		fail_msg("%s", err.text);
	assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act_rest"), 1);

	PQclear(PQexec(bdl_pg_of(dump)->conn, "ROLLBACK"));
	bdl_pg_of(s)->partitions_tick_ms = 0; /* a while later */
	assert_int_equal(bdl_store_begin_volume(s, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act_rest"), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act"), 1);
}

static void every_index_takes_what_doors_write(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_rollup *r BDL_AUTO(bdl_rollup_free) = bdl_rollup_new();
	static char person[BDL_LOGIN_SIZE - 1], host[BDL_HOST_MAX], clause[BDL_ID_MAX];
	static char groups[4096], categories[4096];
	struct bdl_act a = page_blocked(1795261200000);

	a.person = bytes(person, sizeof(person), 1);
	a.host = bytes(host, sizeof(host), 2);
	a.clause = bytes(clause, sizeof(clause), 3);
	a.groups = bytes(groups, sizeof(groups), 4);
	a.categories = bytes(categories, sizeof(categories), 5);
	struct bdl_act part = a;
	part.kind = BDL_KIND_PART;
	bdl_rollup_add(r, &part);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	assert_int_equal(bdl_rollup_store(r, s, NULL), 0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM act"), 1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM violation"), 1);
	assert_int_equal(store_number(s, "SELECT count(*) FROM visit"), 1);
	assert_int_equal(bdl_store_optimise(s, NULL), 0);
	assert_int_equal(store_number(s,
			     "SELECT count(*) FROM pg_class WHERE reltuples = 1"
			     " AND oid IN ('act'::regclass, 'visit'::regclass)"),
	    2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hears_the_commits_of_others),
		cmocka_unit_test(a_failure_shows_with_the_commit),
		cmocka_unit_test(a_lost_connection_is_made_again),
		cmocka_unit_test(people_do_not_wait_for_volume),
		cmocka_unit_test(the_moment_is_the_servers),
		cmocka_unit_test(a_ledger_is_read_in_stretches),
		cmocka_unit_test(a_host_has_its_name_alone),
		cmocka_unit_test(a_school_sees_its_own_rows),
		cmocka_unit_test(months_have_partitions),
		cmocka_unit_test(a_dump_does_not_stop_the_scribe),
		cmocka_unit_test(every_index_takes_what_doors_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
