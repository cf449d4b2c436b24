#include "base/buf.h"
#include "record/store/pg_int.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void says_it_as_postgresql_does(void **state)
{
	(void)state;
	static const struct {
		const char *ours, *theirs;
		int params;
	} cases[] = {
		{ "SELECT 1", "SELECT 1", 0 },
		{ "a = ?1 AND b = ?12", "a = $1 AND b = $12", 12 },
		{ "'?1 it''s' = ?2", "'?1 it''s' = $2", 2 },
		{ "\"?1\" ? ?3", "\"?1\" ? $3", 3 },
		{ "-- SQLite's ?9\nx + ?1", "-- SQLite's ?9\nx + $1", 1 },
		{ " AND (+r.client, y) > (?1, ?2) ORDER BY +id",
		    " AND (r.client, y) > ($1, $2) ORDER BY id", 2 },
		{ "acts = acts + ?3, n + 1", "acts = acts + $3, n + 1", 3 },
		{ "WHERE instr(x, ?2) > 0", "WHERE strpos(x, $2) > 0", 2 },
		{ "instrument TEXT NOT NULL", "instrument TEXT COLLATE \"C\" NOT NULL", 0 },
		{ ") WITHOUT ROWID;\nCREATE", ") ;\nCREATE", 0 },
		{ "", "", 0 },
		{ "'open", "'open", 0 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1000);
		assert_int_equal(bdl_pg_sql(cases[i].ours, &out), cases[i].params);
		assert_string_equal(bdl_buf_str(&out), cases[i].theirs);
	}
}

static void says_it_for_many_items(void **state)
{
	(void)state;
	static const struct {
		const char *ours, *theirs;
	} cases[] = {
		{ "INSERT INTO t (a, b) VALUES (?1, coalesce(?2, ')')) ON CONFLICT (a) DO NOTHING",
		    "INSERT INTO t (a, b) SELECT k.p1, coalesce(k.p2, ')') FROM unnest($1, $2)"
		    " WITH ORDINALITY AS k(p1, p2, i) ON CONFLICT (a) DO NOTHING" },
		{ "UPDATE t SET b = ?2 WHERE a = ?1",
		    "UPDATE t SET b = k.p2 FROM unnest($1, $2) WITH ORDINALITY AS k(p1, p2, i)"
		    " WHERE a = k.p1" },
		{ "SELECT a FROM t WHERE b = ?1",
		    "SELECT f.*, k.i FROM unnest($1) WITH ORDINALITY AS k(p1, i)"
		    " CROSS JOIN LATERAL (SELECT a FROM t WHERE b = k.p1) f" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1000);
		assert_int_equal(bdl_pg_sql_each(cases[i].ours, &out), 0);
		assert_string_equal(bdl_buf_str(&out), cases[i].theirs);
	}
}

static void texts_go_there_and_come_back(void **state)
{
	(void)state;
	static const struct {
		struct bdl_view text;
		const char *there; /* NULL: as it is */
	} cases[] = {
		{ BDL_LIT(""), NULL },
		{ BDL_LIT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), NULL },
		{ BDL_LIT("a\0b"), "a\00100b" },
		{ BDL_LIT("\1"), "\00101" },
		{ BDL_LIT("\00101"), "\0010101" },
		{ BDL_LIT("\xff\xfe!"), "\001ff\001fe!" },
		{ BDL_LIT("\xed\xa0\x80"), "\001ed\001a0\00180" }, /* half of a pair */
		{ BDL_LIT("\xe2\x82"), "\001e2\00182" },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct bdl_buf there BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1000);
		struct bdl_buf back BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1000);
		bdl_pg_escape(cases[i].text, &there);
		assert_int_equal(bdl_pg_is_plain(cases[i].text), cases[i].there == NULL);
		if (cases[i].there)
			assert_string_equal(bdl_buf_str(&there), cases[i].there);
		else
			assert_true(bdl_view_eq(bdl_buf_view(&there), cases[i].text));
		assert_true(bdl_pg_is_plain(bdl_buf_view(&there)) || cases[i].there);
		bdl_pg_unescape(bdl_buf_view(&there), &back);
		assert_true(bdl_view_eq(bdl_buf_view(&back), cases[i].text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_as_postgresql_does),
		cmocka_unit_test(says_it_for_many_items),
		cmocka_unit_test(texts_go_there_and_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
