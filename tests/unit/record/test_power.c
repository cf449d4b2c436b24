/*
 * The power is cut at each moment at which something is synced, with the journal of a door, the scribe
 * and people who write at work on one disk (power.h). What was acknowledged before the cut is there
 * afterwards, once each; the store and the journal open, the ledger verifies, no digest is missing, and
 * the work goes on. kill -9 does not show this, as what was written stays in the kernel.
 */
#include "ledgered.h"
#include "power.h"
#include "record/journal/journal.h"
#include "record/retention/holds.h"
#include "record/scribe/scribe.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define T0      1795261200000
#define SEGMENT 4096
#define ACTS    240
#define SYNCS   6  /* acts between two syncs, */
#define ROUNDS  9  /* between two rounds of the scribe, */
#define PEOPLES 20 /* and between two writes of people */
#define SEEDS   4  /* of a cut that leaves some */
#define MOST    4000

struct moment {
	struct folder folder;
	enum cut how;
	int acts, holds; /* acknowledged until then */
};

static struct {
	int acts, holds; /* acknowledged so far */
	int syncs, every;
	struct moment moments[MOST];
	size_t n;
} run;

static void cut_once(enum cut how, uint64_t seed)
{
	BDL_BUG_IF(run.n == MOST);
	struct moment *m = &run.moments[run.n++];

	*m = (struct moment){ folder_make(), how, run.acts, run.holds };
	power_cut(how, seed, &m->folder);
}

static void on_sync(void)
{
	if (run.syncs++ % run.every != 0)
		return;
	cut_once(CUT_NOTHING, 0);
	cut_once(CUT_ALL, 0);
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		cut_once(CUT_SOME, (uint64_t)run.syncs * SEEDS + seed);
}

/* --- the work --- */

static void act_append(struct bdl_journal *j, int i)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_act a = page_blocked(T0 + i);
	char path[16];

	(void)snprintf(path, sizeof(path), "/%d", i);
	a.path = bdl_view_of(path);
	if (i % 4) {
		a.action = BDL_ALLOW;
		a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
	}
	assert_int_equal(bdl_act_encode(&a, &b), 0);
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, bdl_buf_view(&b), NULL), 0);
}

static void journal_sync(struct bdl_journal *j)
{
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);

	if (!s)
		return;
	assert_int_equal(bdl_journal_sync_run(s, NULL), 0);
	bdl_journal_sync_end(j, s);
}

static void hold_add(struct bdl_store *s)
{
	const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("B. Chair"),
		BDL_LIT("an inquiry") };
	int64_t id;

	assert_int_equal(bdl_holds_add(s, BDL_LIT("adebayo"), BDL_LIT(""), BDL_LIT("2030-01-01"),
			     &word, T0, &id, NULL),
	    0);
}

static void bring(struct bdl_scribe *scribe, const char *what)
{
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };

	do {
		if (bdl_scribe_round(scribe, 0, &round, &err))
			fail_msg("%s: the scribe: %s", what, err.text);
		if (round.journal.code && round.journal.code != BDL_E_INVALID)
			fail_msg("%s: the journal: %s", what, round.journal.text);
	} while (round.stored || round.journal.code == BDL_E_INVALID);
}

static void work(const struct folder *f)
{
	char where[STORE_WHERE], path[FOLDER_PATH], journals[FOLDER_PATH];
	struct bdl_store *people BDL_AUTO(bdl_store_close) = store_make(f);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = NULL;

	assert_int_equal(bdl_store_open(store_where(f, where), BDL_STORE_WRITE, &s, NULL), 0);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) =
	    bdl_scribe_new(s, folder_path(f, "journal", journals));
	assert_int_equal(
	    bdl_journal_open(folder_path(f, "journal/web-0", path), SEGMENT, &j, NULL), 0);
	for (int i = 0; i < ACTS; i++) {
		act_append(j, i);
		if (i % SYNCS == SYNCS - 1) {
			journal_sync(j);
			run.acts = i + 1;
		}
		if (i % ROUNDS == ROUNDS - 1)
			bring(scribe, "at work");
		if (i % PEOPLES == PEOPLES - 1) {
			hold_add(people);
			run.holds++;
		}
	}
}

/* --- afterwards --- */

static int say_integrity(void *arg, int n, char **values, char **names)
{
	(void)n;
	(void)names;
	(void)snprintf(arg, 64, "%s", values[0]);
	return 0;
}

static void is_whole(const struct folder *f, const char *what)
{
	char path[FOLDER_PATH], said[64] = "";
	sqlite3 *db;

	assert_int_equal(sqlite3_open(folder_path(f, "store.db", path), &db), 0);
	(void)sqlite3_exec(db, "PRAGMA integrity_check", say_integrity, said, NULL);
	assert_int_equal(sqlite3_close(db), 0);
	if (strcmp(said, "ok") != 0)
		fail_msg("%s: integrity_check: %s", what, said);
}

static void acts_check(struct bdl_store *s, const struct moment *m, const char *what)
{
	int64_t rows = store_number(s, "SELECT count(*) FROM " ACTS_STORED);
	int64_t different = store_number(s, "SELECT count(DISTINCT path) FROM " ACTS_STORED);
	char sql[400];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM " ACTS_STORED " WHERE CAST(substr(path, 2) AS INTEGER) < %d",
	    m->acts);
	int64_t due = store_number(s, sql);
	if (due != m->acts || rows != different)
		fail_msg("%s: of %d acknowledged acts %lld are there; %lld rows, %lld different",
		    what, m->acts, (long long)due, (long long)rows, (long long)different);
	int64_t counted = store_number(s, ACTS_COUNTED);
	if (counted != rows)
		fail_msg("%s: %lld acts are counted, and there are %lld", what, (long long)counted,
		    (long long)rows);
}

static void ledger_check(struct bdl_store *s, const char *what)
{
	struct bdl_ledger_found found = ledger_look(s, NULL);
	char sql[128];

	if (found.broken)
		fail_msg("%s: the ledger: %s", what, found.what);
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM ledger_entry WHERE kind = %d",
	    BDL_LEDGER_SEGMENT_GONE);
	if (store_number(s, sql))
		fail_msg("%s: a segment was gone before its digest was taken", what);
}

/* The machine is on again: a door goes on with the journal, the scribe with the store. */
static void moment_check(const struct moment *m, size_t i)
{
	static const char *const hows[CUTS] = { "nothing", "all", "some" };
	char what[64], path[FOLDER_PATH], journals[FOLDER_PATH];
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = NULL;
	struct bdl_err err = { 0 };

	(void)snprintf(what, sizeof(what), "cut %zu, %s is left", i, hows[m->how]);
	is_whole(&m->folder, what);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&m->folder);
	if (store_number(s, "SELECT count(*) FROM legal_hold") < m->holds)
		fail_msg("%s: fewer than %d holds are there", what, m->holds);
	if (bdl_journal_open(folder_path(&m->folder, "journal/web-0", path), SEGMENT, &j, &err))
		fail_msg("%s: the next door: %s", what, err.text);
	act_append(j, ACTS);
	journal_sync(j);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) =
	    bdl_scribe_new(s, folder_path(&m->folder, "journal", journals));
	bring(scribe, what);
	acts_check(s, m, what);
	ledger_check(s, what);
	if (store_number(s, "SELECT count(*) FROM " ACTS_STORED " WHERE path = '/240'") != 1)
		fail_msg("%s: what came afterwards is not there", what);
}

static void what_was_acknowledged_outlives_a_power_cut(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();

	run.every = getenv("BEADLE_TEST_LONG") ? 1 : 6;
	bdl_store_close(store_make(&f));
	power_begin(&f, on_sync);
	work(&f);
	power_end();
	print_message("%d syncs, %zu cuts\n", run.syncs, run.n);
	assert_true(run.n >= 60);
	for (size_t i = 0; i < run.n; i++) {
		moment_check(&run.moments[i], i);
		folder_done(&run.moments[i].folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
	    what_was_acknowledged_outlives_a_power_cut) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
