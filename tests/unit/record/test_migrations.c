/* A store of each older schema, with records in it, is brought up to date and goes on. */
#include "../check.h"
#include "ledgered.h"
#include "record/acts/acts.h"
#include "record/store/pg_int.h"
#include "record/visits/visits_int.h"

#define HOUR "498683" /* of LEDGER_T0 */

/* What a program of that schema may have stored, in the tables that it brought. */
static const struct {
	int64_t version;
	const char *sql;
} records[] = {
	{ 1, "INSERT INTO ruleset VALUES (1, 1, 'ab')" },
	{ 1,
	    "INSERT INTO violation VALUES (1, 1, 1795261200000, 1795261201000, 1, 2, 3, 0, 'adebayo',"
	    " '10.1.2.3', 'bets.example', 'staff', 'web.gambling', 'technicians', 1)" },
	{ 1,
	    "INSERT INTO act VALUES (1, 1, 1795261200000, 0, 0, 3, 0, 1, 0, 2, 600, 1, 1, 'adebayo',"
	    " 'staff', '10.1.2.3', 'GET', 'https', 'bets.example', '/', 'gambling', 'staff',"
	    " 'web.gambling', 'staff#web.gambling', 'technicians', '')" },
	{ 1,
	    "INSERT INTO act VALUES (1, 2, 1795261300000, 0, 0, 0, 0, 1, 0, 2, 601, 1, NULL, '', '',"
	    " '10.1.2.4', 'GET', 'https', 'news.example', '/', '', '', '', '', '', '')" },
	{ 1, "INSERT INTO journal_place VALUES (1, 'web-0', 3, 64)" },
	{ 1,
	    "INSERT INTO refused VALUES (1, 1, 1795261200000, 'web-0', 1, 64, 9, 'unknown', '00')" },
	{ 2, "INSERT INTO policy_document VALUES (1, 'cd', 'text')" },
	{ 2,
	    "INSERT INTO policy_version VALUES (1, 'staff', 1, 'cd', 'Rules', 'FGB', 'office',"
	    " 1795261200000, 1)" },
	{ 2, "INSERT INTO ruleset_policy VALUES (1, 1, 'staff', 'cd')" },
	{ 2, "INSERT INTO roll VALUES (1, 'login,name', 1795261200000)" },
	{ 9, "INSERT INTO client VALUES (1, 1, 1, 'adebayo', '10.1.2.3', 'staff', '', '', '')" },
	{ 9, "INSERT INTO site VALUES (1, 1, 'news.example', 'news')" },
	{ 9, "INSERT INTO basis VALUES (1, 1, 1, 0, 0, 0, 0, 0, '', '', '', '', '', '')" },
	{ 9, "INSERT INTO visit VALUES (1, " HOUR ", 1, 1, 1, 3, 2, 40)" },
	{ 9, "INSERT INTO page_load VALUES (1, " HOUR ", 1, 1, 5, 0, 1, 1, 1, 0)" },
	{ 9, "INSERT INTO page_text VALUES (1, " HOUR " / 24, 1, '/today')" },
	{ 9, "INSERT INTO site_hour VALUES (1, 1, " HOUR ", 1)" },
	{ 9, "INSERT INTO site_hour VALUES (1, 1, " HOUR " + 1, 0)" },
	{ 10,
	    "INSERT INTO job (school, name, schedule, next_ms) VALUES (1, 'backup', 'never', 1)" },
	{ 12,
	    "INSERT INTO legal_hold VALUES (1, 1, 'adebayo', '', 'A. Head', 'D. Officer', 'why',"
	    " '2027-11-12', 1795261200000, 0, '', '', '')" },
};

/* As bdl_store_open runs it; PostgreSQL has something besides. */
static void add_migration(struct bdl_buf *sql, int64_t version)
{
	const struct bdl_migration *m = &bdl_migrations[version - 1];

	if (!store_is_pg()) {
		(void)bdl_buf_add_str(sql, (const char *)m->sql);
		return;
	}
	(void)bdl_pg_sql((const char *)m->sql, sql);
	for (m = bdl_pg_migrations; m->name; m++)
		if (strtol(m->name, NULL, 10) == version)
			(void)bdl_buf_add_str(sql, (const char *)m->sql);
	(void)bdl_buf_add_str(sql, ";SELECT beadle_guard();");
}

/* As a program had it whose schema was of that version, in one transaction. */
static void store_of(const struct folder *f, int64_t version)
{
	struct bdl_buf sql BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(1 << 20);

	(void)bdl_buf_add_str(&sql,
	    "BEGIN; CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY,"
	    " applied_ms BIGINT NOT NULL);");
	for (int64_t v = 1; v <= version; v++) {
		add_migration(&sql, v);
		(void)bdl_buf_printf(
		    &sql, "INSERT INTO schema_version VALUES (%lld, 1);", (long long)v);
		for (size_t i = 0; i < BDL_ARRAY_LEN(records); i++)
			if (records[i].version == v)
				(void)bdl_buf_printf(&sql, "%s;", records[i].sql);
	}
	(void)bdl_buf_add_str(&sql, "COMMIT");
	BDL_BUG_IF(bdl_buf_broken(&sql));
	if (store_raw(f, bdl_buf_str(&sql)))
		fail_msg("a store of schema %lld cannot be made", (long long)version);
}

static void expect(struct bdl_store *s, int64_t version, const char *sql, int64_t want)
{
	int64_t got = store_number(s, sql);

	if (got != want)
		fail_msg("from schema %lld: %s: %lld, not %lld", (long long)version, sql,
		    (long long)got, (long long)want);
}

static void expect_records(struct bdl_store *s, int64_t version)
{
	expect(s, version, "SELECT count(*) FROM act WHERE source = '' AND kept = ''", 2);
	expect(s, version, "SELECT sum(acts) FROM figure WHERE kind = 0", 2);
	expect(s, version, "SELECT sum(violations) FROM figure WHERE kind = 0", 1);
	expect(s, version, "SELECT sum(acts) FROM figure WHERE kind = 1", 1);
	expect(s, version, "SELECT count(*) FROM refused", 1);
	expect(s, version, "SELECT byte_at FROM journal_place", 64);
	if (version >= 2) {
		/* In force since before two were asked for: one is missing still. */
		expect(s, version,
		    "SELECT count(*) FROM policy_version WHERE in_force = 1 AND alone = 1"
		    " AND from_ms = 1795261200000 AND first_person = 'office'",
		    1);
		expect(s, version, "SELECT count(*) FROM roll", 1);
	}
	if (version >= 9) {
		expect(s, version, "SELECT sum(pages + parts + bytes_down) FROM visit", 42);
		expect(s, version, "SELECT last_day FROM client WHERE mark = 0", 498683 / 24);
		expect(s, version, "SELECT last_day FROM basis WHERE mark = 0", 498683 / 24);
		expect(s, version, "SELECT count(*) FROM page_load", 1);
		expect(s, version,
		    "SELECT count(*) FROM page_text t JOIN page_load l ON l.path = t.id"
		    " AND l.hour / 24 = t.day WHERE t.text = '/today' AND l.own_path = ''",
		    1);
		expect(s, version, "SELECT hours FROM site_day WHERE page_hours = 2048",
		    2048 + 4096); /* 498683 is the twelfth hour of its day */
		expect(s, version,
		    "SELECT id FROM site WHERE host = 'news.example' AND categories = 'news'", 1);
	}
	if (version >= 12)
		expect(s, version, "SELECT count(*) FROM legal_hold", 1);
}

/* What comes now finds what was there: the violation it belongs to, the visit of its hour. */
static void expect_it_goes_on(struct bdl_store *s, int64_t version)
{
	struct bdl_rollup *r BDL_AUTO(bdl_rollup_free) = bdl_rollup_new();
	struct bdl_act strict = page_blocked(LEDGER_T0 + 1000), part = page_blocked(LEDGER_T0);
	struct bdl_err err = { 0 };

	part.kind = BDL_KIND_PART;
	bdl_rollup_add(r, &part);
	bdl_store_relax(s);
	int rc = bdl_store_begin_volume(s, &err);
	if (!rc)
		rc = bdl_acts_add(s, &strict, &err);
	if (!rc)
		rc = bdl_rollup_store(r, s, &err);
	if (!rc)
		rc = bdl_store_commit(s, &err);
	if (rc)
		fail_msg("from schema %lld: %s", (long long)version, err.text);
	expect(s, version, "SELECT max(id) FROM act", 3);
	expect(s, version, "SELECT acts FROM violation WHERE parts = 3", 2);
	expect(s, version, "SELECT count(*) FROM visit", version >= 9 ? 2 : 1);
	ledger_make(s, 3);
	assert_int_equal(ledger_look(s, NULL).broken, 0);
}

static void every_older_store_is_brought_up_to_date(void **state)
{
	(void)state;
	for (int64_t version = 1; bdl_migrations[version - 1].name; version++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		store_of(&f, version);
		struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
		expect_records(s, version);
		expect_it_goes_on(s, version);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_older_store_is_brought_up_to_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
