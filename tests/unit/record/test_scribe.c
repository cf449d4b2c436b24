#include "base/clock.h"
#include "record/acts/acts.h"
#include "record/journal/journal.h"
#include "record/ledger/ledger.h"
#include "record/ledger/look.h"
#include "record/ledger/verify.h"
#include "record/scribe/scribe.h"
#include "stored.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define T0    1795261200000
#define SMALL (64 * 1024)

static struct bdl_journal *writer_open(const struct folder *f, const char *source)
{
	char below[64], path[FOLDER_PATH];
	struct bdl_journal *j;
	struct bdl_err err = { 0 };

	(void)snprintf(below, sizeof(below), "journal/%s", source);
	if (bdl_journal_open(folder_path(f, below, path), SMALL, &j, &err))
		fail_msg("open the journal: %s", err.text);
	return j;
}

/* Page loads whose path is their number, "/17"; every tenth is blocked, the others allowed. */
static void append_acts(struct bdl_journal *j, unsigned first, unsigned n)
{
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_err err = { 0 };

	for (unsigned i = first; i < first + n; i++) {
		struct bdl_act a = page_blocked(T0 + i);
		char path[16];
		(void)snprintf(path, sizeof(path), "/%u", i);
		a.path = bdl_view_of(path);
		if (i % 10) {
			a.action = BDL_ALLOW;
			a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
		}
		bdl_buf_clear(&b);
		assert_int_equal(bdl_act_encode(&a, &b), 0);
		if (bdl_journal_append(j, BDL_ENTRY_ACT, bdl_buf_view(&b), &err))
			fail_msg("append: %s", err.text);
	}
}

static struct bdl_scribe *scribe_open(struct bdl_store *s, const struct folder *f)
{
	char path[FOLDER_PATH];

	return bdl_scribe_new(s, folder_path(f, "journal", path));
}

/* Rounds until all is read; returns how many entries came, and how many of them were refused. */
static size_t rounds(struct bdl_scribe *scribe, size_t *ret_refused)
{
	size_t all = 0;
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };

	*ret_refused = 0;
	do {
		if (bdl_scribe_round(scribe, 0, &round, &err))
			fail_msg("round: %s", err.text);
		if (round.journal.code)
			fail_msg("journal: %s", round.journal.text);
		all += round.stored;
		*ret_refused += round.refused;
	} while (round.stored);
	return all;
}

static int64_t count_of(const struct folder *f, const char *sql)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(f);

	return store_number(s, sql);
}

static void assert_stored_once(struct bdl_store *s, int64_t n)
{
	int64_t rows = store_number(s, "SELECT count(*) FROM " ACTS_STORED);
	int64_t different = store_number(s, "SELECT count(DISTINCT path) FROM " ACTS_STORED);
	int64_t loads = store_number(s, "SELECT count(*) FROM page_load");

	if (rows != n || different != n)
		fail_msg("got %lld acts, %lld different ones, want %lld", (long long)rows,
		    (long long)different, (long long)n);
	assert_int_equal(
	    store_number(s, "SELECT coalesce(sum(pages), 0) FROM visit WHERE parts = 0"), loads);
	assert_int_equal(store_number(s, ACTS_COUNTED), n);
}

static void brings_all_sources(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_scribe_round round;
	size_t refused;

	assert_int_equal(rounds(scribe, &refused), 0); /* no folder yet */
	struct bdl_journal *a BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-0");
	append_acts(a, 0, 250);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	assert_in_range(round.stored, 20, 200); /* what one transaction has time for */
	assert_true(round.took_us > 0);
	assert_int_equal(rounds(scribe, &refused) + round.stored, 250);
	struct bdl_journal *b BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-1");
	append_acts(b, 250, 30);
	append_acts(a, 280, 20);
	assert_int_equal(rounds(scribe, &refused), 50);
	assert_int_equal(refused, 0);
	assert_stored_once(s, 300);
	assert_int_equal(store_number(s, "SELECT sum(acts) FROM violation"), 30);
	/* Another scribe goes on where this one was. */
	struct bdl_scribe *second BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	assert_int_equal(rounds(second, &refused), 0);
	append_acts(a, 300, 5);
	assert_int_equal(rounds(second, &refused), 5);
	assert_stored_once(s, 305);
}

static void keeps_aside_what_does_not_decode(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-0");
	size_t refused;

	append_acts(j, 0, 3);
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, BDL_LIT("no\0 act\xff"), NULL), 0);
	assert_int_equal(bdl_journal_append(j, (enum bdl_entry_type)77, BDL_LIT(""), NULL), 0);
	append_acts(j, 3, 3);
	assert_int_equal(rounds(scribe, &refused), 8);
	assert_int_equal(refused, 2);
	assert_stored_once(s, 6);
	assert_int_equal(store_number(s, "SELECT count(*) FROM refused"), 2);
	assert_int_equal(store_number(s,
			     "SELECT payload_hex = '6e6f0020616374ff' AND source = 'web-0'"
			     " AND entry_type = 1 AND reason <> '' FROM refused WHERE id = 1"),
	    1);
	assert_int_equal(store_number(s, "SELECT entry_type FROM refused WHERE id = 2"), 77);
}

static void deletes_what_is_stored(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-0");
	char path[FOLDER_PATH];
	size_t refused;

	append_acts(j, 0, 1000);
	assert_int_equal(access(folder_path(&f, "journal/web-0/000000000001.seg", path), F_OK), 0);
	assert_int_equal(rounds(scribe, &refused), 1000);
	assert_int_equal(access(path, F_OK), -1);
	append_acts(j, 1000, 1);
	assert_int_equal(rounds(scribe, &refused), 1);
	assert_stored_once(s, 1001);
}

static void goes_on_past_damage(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_journal *j = writer_open(&f, "web-0");
	struct bdl_journal *other BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-1");
	struct bdl_scribe_round round;
	char path[FOLDER_PATH];
	size_t refused;

	append_acts(j, 0, 10);
	bdl_journal_close(j);
	int fd = open(folder_path(&f, "journal/web-0/000000000001.seg", path), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "damage", 6, 32 + 4 * 280), 6); /* amidst the entries */
	assert_int_equal(close(fd), 0);
	j = writer_open(&f, "web-0");
	append_acts(j, 10, 10);
	append_acts(other, 20, 10);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	assert_int_equal(round.journal.code, BDL_E_INVALID);
	assert_non_null(strstr(round.journal.text, "damaged"));
	assert_true(round.stored > 10); /* of the other one, and what stood before the damage */
	(void)rounds(scribe, &refused); /* said once */
	assert_int_equal(
	    store_number(s, "SELECT count(*) FROM " ACTS_STORED " WHERE at_ms >= 1795261200010"),
	    20);
	int64_t before =
	    store_number(s, "SELECT count(*) FROM " ACTS_STORED " WHERE at_ms < 1795261200010");
	assert_true(before > 0 && before < 10);
	struct bdl_scribe *second BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	assert_int_equal(rounds(second, &refused), 0);
	bdl_journal_close(j);
}

static void one_bad_source_holds_up_no_other(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_journal *bad BDL_AUTO(bdl_journal_close) = writer_open(&f, "a-bad");
	struct bdl_journal *good BDL_AUTO(bdl_journal_close) = writer_open(&f, "b-good");
	struct bdl_scribe_round round;

	/* The store has read further than this journal goes. */
	store_run(s, "INSERT INTO journal_place VALUES (1, 'a-bad', 99, 32)");
	append_acts(bad, 0, 10);
	append_acts(good, 10, 10);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	assert_int_equal(round.journal.code, BDL_E_CONFLICT);
	assert_int_equal(round.stored, 10);
	assert_stored_once(s, 10);
	append_acts(good, 20, 10);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	assert_int_equal(round.journal.code, 0); /* left alone a while */
	assert_int_equal(round.stored, 10);
}

/* One that its killed supervisor left behind may be at its last turn when the next one begins. */
static void two_scribes_store_nothing_twice(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *one BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *two BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *older BDL_AUTO(bdl_scribe_free) = scribe_open(one, &f);
	struct bdl_scribe *newer BDL_AUTO(bdl_scribe_free) = scribe_open(two, &f);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-0");
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };
	size_t refused;

	append_acts(j, 0, 10);
	assert_int_equal(rounds(older, &refused), 10);
	assert_int_equal(rounds(newer, &refused), 0); /* both know the place */
	append_acts(j, 10, 50);
	assert_int_equal(rounds(older, &refused), 50);
	assert_int_equal(bdl_scribe_round(newer, 0, &round, &err), BDL_E_BUSY);
	assert_non_null(strstr(err.text, "another scribe"));
	assert_int_equal(round.stored, 0);
	assert_int_equal(rounds(newer, &refused), 0); /* goes on from the new place */
	append_acts(j, 60, 5);
	assert_int_equal(rounds(newer, &refused), 5);
	assert_stored_once(one, 65);
}

static void a_locked_store_loses_nothing(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_store *other BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-0");
	struct bdl_scribe_round round;
	size_t refused;

	append_acts(j, 0, 150);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	size_t first = round.stored;
	s->busy_ms = 20; /* the test does not wait the five seconds */
	assert_int_equal(bdl_store_begin_volume(other, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), BDL_E_BUSY);
	bdl_store_rollback(other);
	assert_int_equal(rounds(scribe, &refused) + first, 150);
	assert_stored_once(s, 150);
}

/* --- power cuts --- */

static void file_copy(const char *from, const char *to)
{
	struct bdl_buf bytes BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(64 * 1024 * 1024);

	assert_int_equal(bdl_file_read(from, &bytes, NULL), 0);
	FILE *f = fopen(to, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
}

/* What is on the disk for certain: the store's file without its log, and the journal, whole. */
static struct folder cut_power(const struct folder *f)
{
	struct folder after = folder_make();
	char from[FOLDER_PATH], to[FOLDER_PATH], name[64];

	file_copy(folder_path(f, "store.db", from), folder_path(&after, "store.db", to));
	assert_int_equal(mkdir(folder_path(&after, "journal", to), 0700), 0);
	assert_int_equal(mkdir(folder_path(&after, "journal/web-0", to), 0700), 0);
	for (unsigned i = 1; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "journal/web-0/%012u.seg", i);
		if (!access(folder_path(f, name, from), F_OK))
			file_copy(from, folder_path(&after, name, to));
	}
	return after;
}

/* Commits do not wait for the disk, so the log may be gone: the journal still has what was in it. */
static void a_power_cut_costs_a_second_reading(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f, "web-0");
	size_t refused, again = 0;
	bool synced;

	assert_int_equal(bdl_store_sync(s, &synced, NULL), 0);
	assert_true(synced);
	for (unsigned n = 0; n < 1200; n += 120) {
		append_acts(j, n, 120);
		assert_int_equal(rounds(scribe, &refused), 120);
		struct folder after BDL_AUTO_IN(folder_done) = cut_power(&f);
		struct bdl_store *s2 BDL_AUTO(bdl_store_close) = store_make(&after);
		struct bdl_scribe *scribe2 BDL_AUTO(bdl_scribe_free) = scribe_open(s2, &after);
		again += rounds(scribe2, &refused);
		assert_stored_once(s2, n + 120);
	}
	assert_true(again > 0); /* else no log was lost, and nothing is shown */
}

static bool ledger_is_whole(struct bdl_store *s)
{
	struct bdl_ledger_found found;

	assert_int_equal(bdl_ledger_verify(s, NULL, 0, &found, NULL), 0);
	return !found.broken;
}

static int64_t ledger_count(struct bdl_store *s, enum bdl_ledger_kind kind, const char *record)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM ledger_entry WHERE kind = %d AND record LIKE '%s'", (int)kind,
	    record);
	return store_number(s, sql);
}

/* --- kills --- */

#define KILLS 30
#define ACTS  6000

BDL_NORETURN static void scribe_for_ever(const struct folder *f)
{
	struct bdl_store *s = store_make(f);
	struct bdl_scribe *scribe = scribe_open(s, f);
	struct bdl_scribe_round round;

	while (!bdl_scribe_round(scribe, rand() % 5, &round, NULL))
		if (!round.stored)
			(void)usleep(1000); /* an early end only means an earlier look */
	_exit(1);
}

static bool is_begun(const struct folder *f)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(f);

	return store_number(s, "SELECT count(*) FROM journal_place") > 0;
}

static void every_act_is_stored_once_whatever_is_killed(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	unsigned written = 0, all = store_is_pg() ? 10 : KILLS;

	struct bdl_journal *j = writer_open(&f, "web-0");
	bdl_store_close(store_make(&f));
	/* Any moment will do, the first of them while it connects: how long that takes is measured. */
	int64_t begun_us = bdl_tick_us();
	bdl_store_close(store_make(&f));
	int64_t most_us = 20 * (bdl_tick_us() - begun_us) + 50000;
	srand(20261121);
	for (unsigned kills = 0; kills < all; kills++) {
		int status;
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			scribe_for_ever(&f);
		append_acts(j, written, ACTS / all);
		written += ACTS / all;
		(void)usleep((useconds_t)(rand() % most_us)); /* woken early it kills early */
		/* Where the machine is so busy that none came to anything, the last one shall. */
		for (int looks = 0; kills + 1 == all && looks < 600 && !is_begun(&f); looks++)
			(void)usleep(50000);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
	}
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &f);
	size_t refused, rest = rounds(scribe, &refused);
	assert_stored_once(s, ACTS);
	assert_true(rest < ACTS); /* the killed ones did some of the work */
	assert_int_equal(refused, 0);
	assert_int_equal(store_number(s, "SELECT sum(acts) FROM violation"), ACTS / 10);
	if (!store_is_pg())
		assert_int_equal(
		    count_of(&f,
			"SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
		    1);
	/* The digests of the segments that are done, and all of them: none came too late. */
	int64_t done = store_number(s, "SELECT segment - 1 FROM journal_place");
	assert_true(done > 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "journal/web-0/%"), done);
	assert_int_equal(store_number(s, "SELECT count(DISTINCT record) FROM ledger_entry"), done);
	assert_true(ledger_is_whole(s));
	bdl_journal_close(j);
}

/* --- the ledger --- */

/* Each segment once, when all of it is in the store, however often the scribe begins anew. */
static void segments_are_entered_when_they_are_done(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	char path[FOLDER_PATH];
	size_t refused;

	for (unsigned i = 0; i < 3; i++) {
		struct bdl_journal *j = writer_open(&f, "web-0");
		append_acts(j, i * 10, 10);
		bdl_journal_close(j);
		struct bdl_scribe *scribe = scribe_open(s, &f);
		assert_int_equal(rounds(scribe, &refused), 10);
		bdl_scribe_free(scribe);
		/* The newest may be written to still. */
		assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "journal/web-0/%"), i);
		assert_int_equal(
		    access(folder_path(&f, "journal/web-0/000000000001.seg", path), F_OK),
		    i == 0 ? 0 : -1);
	}
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "journal/web-0/2"), 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT_GONE, "%"), 0);
	assert_true(ledger_is_whole(s));
}

/* What was deleted before its digest was taken is said to be gone. */
static void a_segment_that_is_gone_is_entered_as_such(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	char path[FOLDER_PATH];
	size_t refused;

	for (unsigned i = 0; i < 3; i++) {
		struct bdl_journal *j = writer_open(&f, "web-0");
		append_acts(j, i * 10, 10);
		bdl_journal_close(j);
		if (i == 2)
			assert_int_equal(
			    unlink(folder_path(&f, "journal/web-0/000000000002.seg", path)), 0);
		struct bdl_scribe *scribe = scribe_open(s, &f);
		(void)rounds(scribe, &refused);
		bdl_scribe_free(scribe);
	}
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "journal/web-0/1"), 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT_GONE, "journal/web-0/2"), 1);
}

/* Somebody at a door begins a segment of a number far away: that costs the ledger an entry, not billions. */
static void a_gap_between_segments_is_one_entry(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	char from[FOLDER_PATH], to[FOLDER_PATH];
	struct bdl_scribe_round round;

	for (unsigned i = 0; i < 3; i++) {
		struct bdl_journal *j = writer_open(&f, "web-0");
		append_acts(j, i * 10, 10);
		bdl_journal_close(j);
		if (i == 1)
			assert_int_equal(
			    rename(folder_path(&f, "journal/web-0/000000000002.seg", from),
				folder_path(&f, "journal/web-0/000900000000.seg", to)),
			    0);
	}
	struct bdl_scribe *scribe = scribe_open(s, &f);
	for (int i = 0; i < 4; i++) /* in one the far one is told of as damaged */
		assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	bdl_scribe_free(scribe);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "journal/web-0/1"), 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT_GONE, "%"), 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT_GONE, "journal/web-0/2-899999999"), 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "journal/web-0/900000000"), 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_SEGMENT, "%"), 2);
}

/*
 * A door that was taken over says who looked at whom, and the portal what was done: neither is
 * believed, and both are kept.
 */
static void nobody_speaks_for_another(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_journal *door = writer_open(&f, "web-0"), *portal = writer_open(&f, "portal");
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_LOOK_BYTES_MAX);
	const struct bdl_look look = { T0, BDL_LIT("the head"), BDL_LIT("adebayo"),
		BDL_LIT("acts/17") };
	size_t refused = 0;

	assert_int_equal(bdl_look_encode(&look, &b), 0);
	assert_int_equal(bdl_journal_append(door, BDL_ENTRY_LOOK, bdl_buf_view(&b), NULL), 0);
	append_acts(portal, 0, 1);
	struct bdl_scribe *scribe = scribe_open(s, &f);
	assert_int_equal(rounds(scribe, &refused), 2);
	bdl_scribe_free(scribe);
	bdl_journal_close(door);
	bdl_journal_close(portal);
	assert_int_equal(refused, 2);
	assert_int_equal(ledger_count(s, BDL_LEDGER_LOOKED, "%"), 0);
	assert_int_equal(ledger_count(s, BDL_LEDGER_REFUSED, "%"), 2);
	assert_stored_once(s, 0);
}

static void looks_become_entries(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&f);
	struct bdl_journal *j = writer_open(&f, "portal");
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_LOOK_BYTES_MAX);
	const struct bdl_look look = { T0, BDL_LIT("portal, not signed in"), BDL_LIT("adebayo"),
		BDL_LIT("acts/17") };
	size_t refused = 0;

	assert_int_equal(bdl_look_encode(&look, &b), 0);
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_LOOK, bdl_buf_view(&b), NULL), 0);
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_LOOK, BDL_LIT("no look at all"), NULL), 0);
	struct bdl_scribe *scribe = scribe_open(s, &f);
	assert_int_equal(rounds(scribe, &refused), 2);
	bdl_scribe_free(scribe);
	bdl_journal_close(j);
	assert_int_equal(refused, 1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_LOOKED, "acts/17"), 1);
	assert_int_equal(store_number(s,
			     "SELECT count(*) FROM ledger_entry e JOIN ledger_person p"
			     " ON p.pseudonym = e.subject WHERE p.person = 'adebayo'"),
	    1);
	assert_int_equal(ledger_count(s, BDL_LEDGER_REFUSED, "refused/1"), 1);
	assert_true(ledger_is_whole(s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_are_entered_when_they_are_done),
		cmocka_unit_test(a_segment_that_is_gone_is_entered_as_such),
		cmocka_unit_test(a_gap_between_segments_is_one_entry),
		cmocka_unit_test(nobody_speaks_for_another),
		cmocka_unit_test(looks_become_entries),
		cmocka_unit_test(brings_all_sources),
		cmocka_unit_test(keeps_aside_what_does_not_decode),
		cmocka_unit_test(deletes_what_is_stored),
		cmocka_unit_test(goes_on_past_damage),
		cmocka_unit_test(one_bad_source_holds_up_no_other),
		cmocka_unit_test(two_scribes_store_nothing_twice),
		cmocka_unit_test(a_locked_store_loses_nothing),
		cmocka_unit_test(every_act_is_stored_once_whatever_is_killed),
	};

	const struct CMUnitTest of_sqlite[] = {
		cmocka_unit_test(a_power_cut_costs_a_second_reading),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return store_is_pg() ? failed : failed + cmocka_run_group_tests(of_sqlite, NULL, NULL);
}
