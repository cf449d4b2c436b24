#include "base/clock.h"
#include "stored.h"
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static int64_t migrations(void)
{
	int64_t n = 0;

	while (bdl_migrations[n].name)
		n++;
	return n;
}

static void makes_and_opens_a_store(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[STORE_WHERE];
	struct bdl_store *none;

	store_where(&f, path);
	assert_int_equal(bdl_store_open(path, BDL_STORE_READ, &none, NULL), BDL_E_MISSING);
	bdl_store_close(store_make(&f));
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	assert_true(migrations() >= 2);
	assert_int_equal(store_number(s, "SELECT count(*) FROM schema_version"), migrations());
	assert_int_equal(store_number(s, "SELECT school FROM school"), BDL_SCHOOL);
	struct bdl_store *r BDL_AUTO(bdl_store_close) = NULL;
	assert_int_equal(bdl_store_open(path, BDL_STORE_READ, &r, NULL), 0);
}

static void is_set_up_with_care(void **state)
{
	(void)state;
	static const struct {
		const char *pragma;
		int64_t want;
	} cases[] = {
		{ "PRAGMA foreign_keys", 1 },
		{ "PRAGMA synchronous", 2 },
		{ "PRAGMA trusted_schema", 0 },
		{ "SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1 },
	};
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_stmt *st;

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		int64_t got = store_number(s, cases[i].pragma);
		if (got != cases[i].want)
			fail_msg("%s: got %lld, want %lld", cases[i].pragma, (long long)got,
			    (long long)cases[i].want);
	}
	/* A name in double quotes that is none is an error, never a text. */
	assert_int_equal(bdl_stmt_get(s, "SELECT \"no such column\"", &st, NULL), BDL_E_STORE);
}

static void refuses_what_it_does_not_know(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[STORE_WHERE], sql[128];
	struct bdl_store *s = store_make(&f), *none;
	struct bdl_err err = { 0 };

	store_where(&f, path);
	(void)snprintf(sql, sizeof(sql), "DELETE FROM schema_version WHERE version = %lld",
	    (long long)migrations());
	store_run(s, sql);
	assert_int_equal(bdl_store_open(path, BDL_STORE_READ, &none, &err), BDL_E_CONFLICT);
	assert_non_null(strstr(err.text, "brought up to date"));
	(void)snprintf(sql, sizeof(sql), "INSERT INTO schema_version VALUES (%lld, 0)",
	    (long long)migrations() + 1);
	store_run(s, sql);
	bdl_store_close(s);
	assert_int_equal(bdl_store_open(path, BDL_STORE_READ, &none, &err), BDL_E_CONFLICT);
	assert_int_equal(bdl_store_open(path, BDL_STORE_WRITE, &none, &err), BDL_E_CONFLICT);
	assert_non_null(strstr(err.text, "newer Beadle"));
}

static void refuses_what_is_no_database(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	struct bdl_store *none;
	struct bdl_err err = { 0 };

	folder_path(&f, "other.db", path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		assert_true(fputs("this is no database\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(bdl_store_open(path, BDL_STORE_WRITE, &none, &err), BDL_E_STORE);
	assert_int_equal(bdl_store_open(path, BDL_STORE_READ, &none, &err), BDL_E_STORE);
	assert_int_equal(bdl_store_open(f.path, BDL_STORE_WRITE, &none, &err), BDL_E_STORE);
}

static void a_migration_is_whole_or_not_there(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	static const char *const columns[] = { "approved", "alone", "confirmed_ms", "confirmed_by",
		"withdrawn_ms", "withdrawn_by", "withdrawn_why" };
	char path[STORE_WHERE], sql[80];
	struct bdl_store *s = store_make(&f), *none;

	/* 0006 fails at its last table, which is there: it must leave no trace of its columns. */
	store_run(s, "DELETE FROM schema_version WHERE version >= 6");
	for (size_t i = 0; i < BDL_ARRAY_LEN(columns); i++) {
		(void)snprintf(
		    sql, sizeof(sql), "ALTER TABLE policy_version DROP COLUMN %s", columns[i]);
		store_run(s, sql);
	}
	bdl_store_close(s);
	store_where(&f, path);
	assert_int_equal(bdl_store_open(path, BDL_STORE_WRITE, &none, NULL), BDL_E_STORE);
	assert_int_not_equal(store_raw(&f, "SELECT approved FROM policy_version"), 0);
	assert_int_equal(store_raw(&f, "SELECT 1 FROM policy_draft"), 0);
}

static void a_reader_never_writes(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[STORE_WHERE];
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *r BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_stmt *st;

	assert_int_equal(bdl_store_open(store_where(&f, path), BDL_STORE_READ, &r, NULL), 0);
	assert_int_equal(bdl_stmt_get(r, "INSERT INTO school VALUES (2)", &st, NULL), 0);
	assert_true(bdl_stmt_run(r, st, NULL) < 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 1);
}

static void rolls_back(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);

	bdl_store_rollback(s);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (2)");
	bdl_store_rollback(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 1);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (2)");
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	bdl_store_rollback(s);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 2);
}

static void sees_the_commits_of_others(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[STORE_WHERE];
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *r BDL_AUTO(bdl_store_close) = NULL;
	int64_t before, same, after;

	assert_int_equal(bdl_store_open(store_where(&f, path), BDL_STORE_READ, &r, NULL), 0);
	assert_int_equal(bdl_store_change(r, &before, NULL), 0);
	assert_int_equal(bdl_store_change(r, &same, NULL), 0);
	assert_true(before == same);
	store_run(s, "INSERT INTO school VALUES (2)");
	assert_int_equal(bdl_store_change(r, &after, NULL), 0);
	assert_true(after != before);
	/* Its own commits are no news to a connection. */
	assert_int_equal(bdl_store_change(s, &before, NULL), 0);
	store_run(s, "INSERT INTO school VALUES (3)");
	assert_int_equal(bdl_store_change(s, &after, NULL), 0);
	assert_true(after == before);
}

/* Who waits gets its turn as soon as it is there, however long that took. */
static void waits_for_another_writer(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	int go[2], ready[2], status;
	char byte;

	bdl_store_close(store_make(&f));
	assert_int_equal(pipe(go), 0);
	assert_int_equal(pipe(ready), 0);
	int64_t begun_ms = bdl_tick_ms(); /* to open it may be what waits */
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct bdl_store *other = store_make(&f);
		/* To open it is a transaction too, so ours is open before this one begins. */
		int rc = read(go[0], &byte, 1) != 1;
		rc |= bdl_store_begin(other, NULL);
		store_run(other, "INSERT INTO school VALUES (2)");
		rc |= write(ready[1], "", 1) != 1;
		(void)usleep(300000); /* an early end only makes the test weaker */
		rc |= bdl_store_commit(other, NULL);
		bdl_store_close(other);
		_exit(rc != 0);
	}
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	assert_in_range(bdl_tick_ms() - begun_ms, 100, 4000);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 2);
	bdl_store_rollback(s);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int i = 0; i < 2; i++) {
		(void)close(go[i]); /* they were for this test */
		(void)close(ready[i]);
	}
}

static void keeps_many_statements(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_stmt *first, *again;

	assert_int_equal(bdl_stmt_get(s, "SELECT -1", &first, NULL), 0);
	assert_int_equal(bdl_stmt_get(s, "SELECT -1", &again, NULL), 0);
	assert_ptr_equal(first, again);
	/* Far more than are kept: each is prepared anew, and one that is in use between stays. */
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 200; i++) {
			assert_int_equal(store_number(s, "SELECT -1"), -1);
			char sql[32];
			(void)snprintf(sql, sizeof(sql), "SELECT %d", i);
			assert_int_equal(store_number(s, sql), i);
			assert_int_equal(bdl_stmt_get(s, "SELECT -1", &again, NULL), 0);
			assert_ptr_equal(first, again);
		}
	}
}

/* More than are sent at once, texts with what PostgreSQL does not take, and rows for some. */
#define ITEMS 20000

struct items {
	struct bdl_buf texts[2];
	size_t found;
	int64_t sum;
};

static void bind_item(struct bdl_stmt *st, size_t i, void *arg)
{
	struct items *items = arg;

	bdl_bind_int(st, 1, BDL_SCHOOL);
	bdl_bind_text(st, 2, bdl_buf_view(&items->texts[i % 2]));
	bdl_bind_int(st, 3, (int64_t)i);
}

static void read_item(struct bdl_stmt *st, size_t i, void *arg)
{
	struct items *items = arg;

	assert_int_equal(bdl_col_int(st, 0), (int64_t)i);
	assert_true(bdl_view_eq(bdl_col_view(st, 1), bdl_buf_view(&items->texts[0])));
	items->found++;
	items->sum += bdl_col_int(st, 0);
}

static void runs_a_statement_for_many(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct items items = { .texts = { BDL_BUF(64), BDL_BUF(64) } };

	store_run(s,
	    "CREATE TABLE many (school BIGINT NOT NULL, source TEXT NOT NULL, segment BIGINT NOT NULL,"
	    " PRIMARY KEY (school, segment))");
	assert_int_equal(bdl_buf_add(&items.texts[0], "caf\xc3\xa9 \x00\x01\xff", 9), 0);
	assert_int_equal(bdl_buf_add_str(&items.texts[1], ""), 0);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    bdl_stmt_each(s,
			"INSERT INTO many (school, source, segment) VALUES (?1, ?2, ?3)"
			" ON CONFLICT (school, segment) DO UPDATE SET source = excluded.source",
			ITEMS, bind_item, NULL, &items, NULL),
		    0);
	assert_int_equal(bdl_stmt_each(s,
			     "SELECT segment, source FROM many WHERE school = ?1 AND source = ?2"
			     " AND segment = ?3 AND segment % 4 = 0",
			     ITEMS, bind_item, read_item, &items, NULL),
	    0);
	assert_int_equal(items.found, ITEMS / 4);
	assert_int_equal(items.sum, (int64_t)(ITEMS / 4) * (ITEMS / 4 - 1) / 2 * 4);
	assert_int_equal(bdl_stmt_each(s,
			     "UPDATE many SET source = 'x' WHERE school = ?1 AND source = ?2"
			     " AND segment = ?3 AND segment >= 10",
			     ITEMS, bind_item, NULL, &items, NULL),
	    0);
	assert_int_equal(bdl_stmt_each(s, "SELECT 1 FROM many WHERE segment = ?1", 0, bind_item,
			     read_item, &items, NULL),
	    0);
	assert_int_equal(bdl_store_commit(s, NULL), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM many"), ITEMS);
	assert_int_equal(store_number(s, "SELECT count(*) FROM many WHERE source <> 'x'"), 10);
	for (int i = 0; i < 2; i++)
		bdl_buf_done(&items.texts[i]);
}

static void texts_come_back_byte_by_byte(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(10000);
	static const struct bdl_view texts[] = {
		{ "", 0 },
		{ NULL, 0 },
		{ "it's", 4 },
		{ "a\0b", 3 },
		{ "\xff\xfe no UTF-8", 11 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++) {
		struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;
		assert_int_equal(bdl_stmt_get(s, "SELECT ?1", &st, NULL), 0);
		bdl_bind_text(st, 1, texts[i]);
		assert_int_equal(bdl_stmt_step(s, st, NULL), 1);
		struct bdl_view got = bdl_col_text(st, 0, region);
		assert_int_equal(got.n, texts[i].n);
		if (got.n)
			assert_memory_equal(got.p, texts[i].p, got.n);
	}
}

/* A question without an end, asked by who has somebody waiting; the next one is answered. */
static void breaks_off_what_takes_too_long(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_stmt *st = NULL;
	char where[STORE_WHERE];
	struct bdl_err err = { 0 };

	bdl_store_close(store_make(&f));
	assert_int_equal(bdl_store_open(store_where(&f, where), BDL_STORE_READ, &s, &err), 0);
	assert_int_equal(bdl_store_hurry(s, 300, &err), 0);
	assert_int_equal(bdl_stmt_get(s,
			     "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 - 1 FROM n)"
			     " SELECT count(*) FROM n",
			     &st, &err),
	    0);
	int64_t begun_ms = bdl_tick_ms();
	assert_int_equal(bdl_stmt_step(s, st, &err), BDL_E_BUSY);
	assert_in_range(bdl_tick_ms() - begun_ms, 200, 20000);
	bdl_stmt_rest(st);
	assert_int_equal(bdl_store_hurry(s, 20000, &err), 0);
	assert_int_equal(store_number(s, "SELECT count(*) FROM school"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaks_off_what_takes_too_long),
		cmocka_unit_test(makes_and_opens_a_store),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(a_migration_is_whole_or_not_there),
		cmocka_unit_test(a_reader_never_writes),
		cmocka_unit_test(rolls_back),
		cmocka_unit_test(waits_for_another_writer),
		cmocka_unit_test(keeps_many_statements),
		cmocka_unit_test(runs_a_statement_for_many),
		cmocka_unit_test(texts_come_back_byte_by_byte),
	};

	const struct CMUnitTest of_sqlite[] = {
		cmocka_unit_test(is_set_up_with_care),
		cmocka_unit_test(refuses_what_is_no_database),
		cmocka_unit_test(sees_the_commits_of_others),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return store_is_pg() ? failed : failed + cmocka_run_group_tests(of_sqlite, NULL, NULL);
}
