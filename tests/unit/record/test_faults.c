/*
 * What the record does while the machine fails it: each allocation, each open, read, write, sync and
 * rename of a piece of work fails in turn, with each error that it can have, in a process of its own.
 * Whatever comes of it, nothing that was acknowledged is lost or doubled, no row stands half, the
 * ledger verifies, and the same work done again comes to its end.
 *
 * Without memory for its own small needs a process ends itself (base/alloc.h), which is allowed
 * here; any other end by a signal is not, and no leak after an error. Many n are left out, but for
 * those of BEADLE_TEST_LONG=1, which takes some minutes.
 */
#include "base/clock.h"
#include "faults.h"
#include "ledgered.h"
#include "published.h"
#include "record/acts/acts.h"
#include "record/journal/journal.h"
#include "record/ledger/look.h"
#include "record/policies/drafts.h"
#include "record/policies/force.h"
#include "record/retention/holds.h"
#include "record/retention/retention.h"
#include "record/scribe/scribe.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define T0      1795261200000
#define SEGMENT 4096
#define ACTS    60
#define LOOKS   3
#define REFUSED 2
#define SYNCS   5 /* acts between two syncs */
#define MOST    20000

/* A process with a sanitizer takes a fifth of a second: then fewer n are tried. */
#if defined(__SANITIZE_ADDRESS__)
#define LEFT_OUT 4
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEFT_OUT 4
#endif
#endif
#ifndef LEFT_OUT
#define LEFT_OUT 1
#endif

static const struct fault {
	enum fault_kind kind;
	int error;
	const char *name;
} faults[] = {
	{ FAULT_MEMORY, ENOMEM, "memory" },
	{ FAULT_OPEN, EMFILE, "open EMFILE" },
	{ FAULT_OPEN, EINTR, "open EINTR" },
	{ FAULT_READ, EIO, "read EIO" },
	{ FAULT_READ, EINTR, "read EINTR" },
	{ FAULT_READ, FAULT_SHORT, "short read" },
	{ FAULT_WRITE, ENOSPC, "write ENOSPC" },
	{ FAULT_WRITE, EIO, "write EIO" },
	{ FAULT_WRITE, EINTR, "write EINTR" },
	{ FAULT_WRITE, FAULT_SHORT, "short write" },
	{ FAULT_SYNC, EIO, "sync EIO" },
	{ FAULT_ROOM, ENOSPC, "room ENOSPC" },
	{ FAULT_ROOM, EINTR, "room EINTR" },
	{ FAULT_MAP, ENOMEM, "map" },
	{ FAULT_NAME, EIO, "rename EIO" },
	{ FAULT_NAME, ENOSPC, "rename ENOSPC" },
};

/* What a child tells its parent. */
static struct told {
	bool acknowledged[ACTS];
	bool happened;
	int rc;
	struct bdl_err err;
} * told;

struct work {
	const char *name;
	void (*prepare)(const struct folder *f);
	int (*run)(const struct folder *f, struct bdl_err *err);
	void (*check)(const struct folder *f, const char *what);
};

/* --- a child and its fault --- */

static void copy(const struct folder *from, const struct folder *to)
{
	char line[256];

	(void)snprintf(line, sizeof(line), "cp -r %s/. %s", from->path, to->path);
	assert_int_equal(system(line), 0);
}

BDL_NORETURN static void child(
    const struct work *w, const struct folder *f, const struct fault *fault, int nth)
{
	char path[FOLDER_PATH];
	int said =
	    open(folder_path(f, "said", path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	(void)dup2(said, STDERR_FILENO);
	(void)close(said);
	fault_order(fault->kind, nth, fault->error);
	told->rc = w->run(f, &told->err);
	told->happened = fault_end();
	if (sqlite3_memory_used() != 0)
		abort(); /* a leak */
	exit(0);
}

/* Without memory a process may say so and end. */
static bool has_said_no_memory(const struct folder *f)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(100000);
	char path[FOLDER_PATH], piece[1000];
	FILE *file = fopen(folder_path(f, "said", path), "r");

	assert_non_null(file);
	for (size_t n; (n = fread(piece, 1, sizeof(piece), file)) > 0;)
		(void)bdl_buf_add(&text, piece, n);
	(void)fclose(file);
	return strstr(bdl_buf_str(&text), "no memory") != NULL;
}

/* false: the work made fewer such calls than that. */
static bool try(
    const struct work *w, const struct folder *prepared, const struct fault *fault, int nth)
{
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char what[128];
	int status;

	(void)snprintf(what, sizeof(what), "%s, %s %d", w->name, fault->name, nth);
	copy(prepared, &f);
	memset(told, 0, sizeof(*told));
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(w, &f, fault, nth);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && fault->kind == FAULT_MEMORY &&
	    has_said_no_memory(&f)) {
		told->happened = true;
		told->rc = BDL_E_NOMEM;
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("%s: ended with status %#x", what, (unsigned)status);
	else if (told->rc && !told->err.text[0])
		fail_msg("%s: failed without a word", what);
	w->check(&f, what);
	return told->happened;
}

static void with_each_fault(const struct work *w)
{
	struct folder prepared BDL_AUTO_IN(folder_done) = folder_make();
	bool is_long = getenv("BEADLE_TEST_LONG") != NULL;
	int all = 0;

	w->prepare(&prepared);
	for (size_t i = 0; i < BDL_ARRAY_LEN(faults); i++) {
		int step = 1;
		for (int nth = 1; nth < MOST; nth += step) {
			if (!try(w, &prepared, &faults[i], nth))
				break;
			all++;
			step = is_long ? 1 : 1 + LEFT_OUT * nth;
		}
	}
	print_message("%s: %d faults\n", w->name, all);
	assert_true(all > 10);
}

/* --- the store afterwards --- */

static int say_integrity(void *arg, int n, char **values, char **names)
{
	(void)n;
	(void)names;
	(void)snprintf(arg, 64, "%s", values[0]);
	return 0;
}

static struct bdl_store *store_whole(const struct folder *f, const char *what)
{
	char path[FOLDER_PATH], said[64] = "";
	struct bdl_store *s = store_make(f);
	sqlite3 *db;

	assert_int_equal(sqlite3_open(folder_path(f, "store.db", path), &db), 0);
	assert_int_equal(sqlite3_exec(db, "PRAGMA integrity_check", say_integrity, said, NULL), 0);
	assert_int_equal(sqlite3_close(db), 0);
	if (strcmp(said, "ok") != 0)
		fail_msg("%s: integrity_check: %s", what, said);
	struct bdl_ledger_found found = ledger_look(s, NULL);
	if (found.broken)
		fail_msg("%s: the ledger: %s", what, found.what);
	return s;
}

/* --- the journal --- */

static struct bdl_act act_at(int i, char path[16])
{
	struct bdl_act a = page_blocked(T0 + i);

	(void)snprintf(path, 16, "/%d", i);
	a.path = bdl_view_of(path);
	if (i % 10) {
		a.action = BDL_ALLOW;
		a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
	}
	return a;
}

static int act_append(struct bdl_journal *j, int i, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(BDL_ACT_BYTES_MAX);
	char path[16];
	struct bdl_act a = act_at(i, path);

	if (bdl_act_encode(&a, &b))
		return bdl_fail(err, BDL_E_NOMEM, "encode");
	return bdl_journal_append(j, BDL_ENTRY_ACT, bdl_buf_view(&b), err);
}

static int journal_sync(struct bdl_journal *j, struct bdl_err *err)
{
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);

	if (!s)
		return 0;
	int rc = bdl_journal_sync_run(s, err);
	bdl_journal_sync_end(j, s);
	return rc;
}

static void prepare_nothing(const struct folder *f)
{
	(void)f;
}

/* As a door: what cannot be recorded is counted, and it goes on. Returns what was wrong last. */
static int run_door(const struct folder *f, struct bdl_err *err)
{
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = NULL;
	bool appended[ACTS] = { false };
	char path[FOLDER_PATH];
	int from = 0;

	int failed = bdl_journal_open(folder_path(f, "journal/web-0", path), SEGMENT, &j, err);
	if (failed)
		return failed;
	for (int i = 0; i < ACTS; i++) {
		int rc = act_append(j, i, err);
		appended[i] = !rc;
		failed = rc ? rc : failed;
		if (i % SYNCS != SYNCS - 1)
			continue;
		rc = journal_sync(j, err);
		failed = rc ? rc : failed;
		for (; from <= i; from++)
			told->acknowledged[from] = appended[from] && !rc;
	}
	return failed;
}

/* Bring all of the journal to the store; how many entries, or -1. */
static long bring(struct bdl_store *s, const struct folder *f, struct bdl_err *err)
{
	char path[FOLDER_PATH];
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) =
	    bdl_scribe_new(s, folder_path(f, "journal", path));
	struct bdl_scribe_round round;
	long all = 0;

	do {
		int rc = bdl_scribe_round(scribe, 0, &round, err);
		if (!rc && round.journal.code) {
			*err = round.journal;
			rc = round.journal.code;
		}
		if (rc)
			return rc;
		all += (long)round.stored;
	} while (round.stored);
	return all;
}

static int64_t stored(struct bdl_store *s, int i)
{
	char sql[400];

	(void)snprintf(
	    sql, sizeof(sql), "SELECT count(*) FROM " ACTS_STORED " WHERE path = '/%d'", i);
	return store_number(s, sql);
}

static void must_bring(struct bdl_store *s, const struct folder *f, const char *what)
{
	struct bdl_err err = { 0 };

	if (bring(s, f, &err) < 0)
		fail_msg("%s: and afterwards: %s", what, err.text);
}

static void check_door(const struct folder *f, const char *what)
{
	struct bdl_journal *j;
	struct bdl_err err = { 0 };
	char path[FOLDER_PATH];

	if (bdl_journal_open(folder_path(f, "journal/web-0", path), SEGMENT, &j, &err))
		fail_msg("%s: the next writer: %s", what, err.text);
	assert_int_equal(act_append(j, ACTS, NULL), 0);
	bdl_journal_close(j);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_whole(f, what);
	must_bring(s, f, what);
	for (int i = 0; i <= ACTS; i++) {
		int64_t n = stored(s, i);
		bool is_due = i == ACTS || told->acknowledged[i];
		if (n > 1 || (is_due && n != 1))
			fail_msg("%s: act %d is there %lld times", what, i, (long long)n);
	}
}

static void a_door_records(void **state)
{
	(void)state;
	with_each_fault(&(struct work){ "a door records", prepare_nothing, run_door, check_door });
}

/* --- the scribe --- */

static void prepare_journals(const struct folder *f)
{
	struct bdl_journal *door, *portal;
	char path[FOLDER_PATH];

	bdl_store_close(store_make(f));
	assert_int_equal(
	    bdl_journal_open(folder_path(f, "journal/web-0", path), SEGMENT, &door, NULL), 0);
	assert_int_equal(
	    bdl_journal_open(folder_path(f, "journal/portal", path), SEGMENT, &portal, NULL), 0);
	for (int i = 0; i < ACTS; i++)
		assert_int_equal(act_append(door, i, NULL), 0);
	for (int i = 0; i < REFUSED; i++)
		assert_int_equal(
		    bdl_journal_append(door, BDL_ENTRY_ACT, BDL_LIT("no act"), NULL), 0);
	for (int i = 0; i < LOOKS; i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(10000);
		const struct bdl_look look = { T0 + i, BDL_LIT("p.marlow"), BDL_LIT("adebayo"),
			BDL_LIT("acts") };
		assert_int_equal(bdl_look_encode(&look, &b), 0);
		assert_int_equal(
		    bdl_journal_append(portal, BDL_ENTRY_LOOK, bdl_buf_view(&b), NULL), 0);
	}
	bdl_journal_close(door);
	bdl_journal_close(portal);
}

static int run_scribe(const struct folder *f, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	char path[FOLDER_PATH];

	int rc = bdl_store_open(folder_path(f, "store.db", path), BDL_STORE_WRITE, &s, err);
	long n = rc ? rc : bring(s, f, err);
	return n < 0 ? (int)n : 0;
}

static void check_number(struct bdl_store *s, const char *what, const char *sql, int64_t want)
{
	int64_t got = store_number(s, sql);

	if (got != want)
		fail_msg(
		    "%s: %s gives %lld, want %lld", what, sql, (long long)got, (long long)want);
}

static void check_scribe(const struct folder *f, const char *what)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_whole(f, what);
	char sql[128];

	must_bring(s, f, what);
	for (int i = 0; i < ACTS; i++)
		if (stored(s, i) != 1)
			fail_msg(
			    "%s: act %d is there %lld times", what, i, (long long)stored(s, i));
	check_number(s, what, ACTS_COUNTED, ACTS);
	check_number(s, what, "SELECT count(*) FROM refused", REFUSED);
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM ledger_entry WHERE kind = %d",
	    BDL_LEDGER_LOOKED);
	check_number(s, what, sql, LOOKS);
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM ledger_entry WHERE kind = %d",
	    BDL_LEDGER_SEGMENT_GONE);
	check_number(s, what, sql, 0);
	assert_int_equal(ledger_look(s, NULL).broken, 0);
}

static void the_scribe_brings(void **state)
{
	(void)state;
	with_each_fault(
	    &(struct work){ "the scribe brings", prepare_journals, run_scribe, check_scribe });
}

/*
 * A segment that could not be opened or read, whenever that was, is no segment that is gone: its digest
 * waits, and it is not deleted before.
 */
static void a_segment_that_cannot_be_read_waits(void **state)
{
	(void)state;
	static const struct fault unreadable[] = {
		{ FAULT_OPEN, EMFILE, "open EMFILE" },
		{ FAULT_READ, EIO, "read EIO" },
	};
	const struct work w = { "the scribe brings", prepare_journals, run_scribe, check_scribe };
	struct folder prepared BDL_AUTO_IN(folder_done) = folder_make();

	prepare_journals(&prepared);
	for (size_t i = 0; i < BDL_ARRAY_LEN(unreadable); i++)
		for (int nth = 1; nth < MOST; nth += LEFT_OUT)
			if (!try(&w, &prepared, &unreadable[i], nth))
				break;
}

/* --- what people write --- */

struct write {
	const char *name, *rows; /* SQL: how many there are of what it writes */
	int (*run)(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err);
	int64_t before[2], after[2]; /* rows and entries of the ledger */
};

static int write_draft(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;
	struct bdl_draft_row former;
	char text[1024];

	int rc =
	    bdl_document_parse(policy_text(text, "guests", "games", "None."), findings, &d, err);
	return rc
	    ? rc
	    : bdl_drafts_keep(s, BDL_LIT("guests"), d, BDL_LIT("office"), T0, &former, region, err);
}

static int write_publish(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_version_row row;
	char text[1024];

	return publish(
	    s, "staff", policy_text(text, "staff", "games", "Not."), T0 + 10, &row, region, err);
}

static int write_confirm(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_version_row row;

	return bdl_versions_confirm(s, BDL_LIT("pupils"), 1, BDL_LIT("B. Chair"), BDL_LIT("office"),
	    T0 + 10, &row, region, err);
}

static int write_withdraw(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	(void)region;
	return bdl_versions_withdraw(
	    s, BDL_LIT("pupils"), 1, BDL_LIT("office"), BDL_LIT("a slip"), T0 + 10, err);
}

static int write_roll(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	(void)region;
	return bdl_force_roll_set(
	    s, BDL_LIT("login,name,groups\nadebayo,A. Debayo,staff\n"), BDL_LIT("office"), err);
}

static int write_hold(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("B. Chair"),
		BDL_LIT("an inquiry") };
	int64_t id;

	(void)region;
	return bdl_holds_add(
	    s, BDL_LIT("adebayo"), BDL_LIT(""), BDL_LIT("2030-01-01"), &word, T0, &id, err);
}

static int write_hold_end(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	const struct bdl_hold_word word = { BDL_LIT("A. Head"), BDL_LIT("B. Chair"),
		BDL_LIT("it is over") };

	(void)region;
	return bdl_holds_end(s, 1, &word, T0 + 10, err);
}

static int write_forget(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	(void)region;
	return bdl_ledger_forget(
	    s, BDL_LIT("p.marlow"), BDL_LIT("office"), BDL_LIT("a request"), T0 + 10, err);
}

static int write_retention(struct bdl_store *s, struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_retention_run *run BDL_AUTO(bdl_retention_end) = NULL;
	int rc = bdl_retention_begin(s, T0 + INT64_C(3) * 366 * 86400000, &run, err);

	(void)region;
	while (!rc && (rc = bdl_retention_step(s, run, err)) > 0)
		rc = 0;
	return rc;
}

static struct write writes[] = {
	{ "keep a draft", "SELECT count(*) FROM policy_draft", write_draft, { 0 }, { 0 } },
	{ "publish", "SELECT count(*) + sum(issue) FROM policy_version", write_publish, { 0 },
	    { 0 } },
	{ "confirm", "SELECT count(*) FROM policy_version WHERE in_force = 1", write_confirm, { 0 },
	    { 0 } },
	{ "withdraw", "SELECT count(*) FROM policy_version WHERE withdrawn_ms > 0", write_withdraw,
	    { 0 }, { 0 } },
	{ "the roll", "SELECT length(csv) FROM roll", write_roll, { 0 }, { 0 } },
	{ "add a hold", "SELECT count(*) FROM legal_hold", write_hold, { 0 }, { 0 } },
	{ "end a hold", "SELECT count(*) FROM legal_hold WHERE ended_ms > 0", write_hold_end, { 0 },
	    { 0 } },
	{ "forget a person", "SELECT count(*) FROM ledger_person", write_forget, { 0 }, { 0 } },
	{ "delete what is past its time", "SELECT count(*) FROM violation", write_retention, { 0 },
	    { 0 } },
};

static struct write *writing; /* which of them is tried */

static void prepare_store(const struct folder *f)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	const struct bdl_approval alone = { .minute = BDL_LIT("item 7"), .by = BDL_LIT("office") };
	struct bdl_version_row row;
	char text[1024], path[16];

	assert_int_equal(publish(s, "staff", policy_text(text, "staff", "gambling", "No."), T0,
			     &row, region, NULL),
	    0);
	assert_int_equal(publish_as(s, "pupils", policy_text(text, "pupils", "games", "No."),
			     &alone, T0, &row, region, NULL),
	    0);
	assert_int_equal(
	    bdl_force_roll_set(s, BDL_LIT("login,name,groups\n"), BDL_LIT("office"), NULL), 0);
	if (writing->run != write_retention)
		assert_int_equal(write_hold(s, region, NULL), 0);
	assert_int_equal(bdl_store_begin(s, NULL), 0);
	ledger_fill(s, 8);
	for (int i = 0; i < 30; i++) {
		struct bdl_act a = act_at(i, path);
		assert_int_equal(bdl_acts_add(s, &a, NULL), 0);
	}
	assert_int_equal(bdl_store_commit(s, NULL), 0);
}

static void look(struct bdl_store *s, int64_t ret[2])
{
	ret[0] = store_number(s, writing->rows);
	ret[1] = store_number(s, "SELECT entries FROM ledger_head");
}

static int run_write(const struct folder *f, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	char path[FOLDER_PATH];

	int rc = bdl_store_open(folder_path(f, "store.db", path), BDL_STORE_WRITE, &s, err);
	return rc ? rc : writing->run(s, region, err);
}

/* Deletion is done in several transactions, each with its entry: all others are there or not. */
static void check_write(const struct folder *f, const char *what)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_whole(f, what);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_err err = { 0 };
	int64_t now[2];

	look(s, now);
	bool is_before = memcmp(now, writing->before, sizeof(now)) == 0;
	bool is_after = memcmp(now, writing->after, sizeof(now)) == 0;
	bool is_between = writing->run == write_retention && now[1] > writing->before[1] &&
	    now[1] < writing->after[1];
	if ((!is_before && !is_after && !is_between) || (!told->rc && !is_after))
		fail_msg("%s: %s, and there are %lld rows and %lld entries", what,
		    told->rc ? told->err.text : "acknowledged", (long long)now[0],
		    (long long)now[1]);
	if (is_after)
		return;
	if (writing->run(s, region, &err))
		fail_msg("%s: and afterwards: %s", what, err.text);
	look(s, now);
	assert_memory_equal(now, writing->after, sizeof(now));
}

static void people_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < BDL_ARRAY_LEN(writes); i++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
		struct bdl_err err = { 0 };

		writing = &writes[i];
		prepare_store(&f);
		struct bdl_store *s = store_make(&f);
		look(s, writing->before);
		if (writing->run(s, region, &err))
			fail_msg("%s: %s", writing->name, err.text);
		look(s, writing->after);
		bdl_store_close(s);
		assert_true(memcmp(writing->before, writing->after, sizeof(writing->after)) != 0);
		with_each_fault(
		    &(struct work){ writing->name, prepare_store, run_write, check_write });
	}
}

/* --- what the doors enforce --- */

#define PEOPLE 400 /* more than one page of the database */

static int roll_set(struct bdl_store *s, int n, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf csv = BDL_BUF(100000);

	(void)bdl_buf_printf(&csv, "login,name,groups\n");
	for (int i = 0; i < n; i++)
		(void)bdl_buf_printf(&csv, "person%d,A person,pupils\n", i);
	return bdl_force_roll_set(s, bdl_buf_view(&csv), BDL_LIT("office"), err);
}

static int run_force(const struct folder *f, struct bdl_err *err)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_force_written written;
	char path[FOLDER_PATH];

	int rc = bdl_store_open(folder_path(f, "store.db", path), BDL_STORE_WRITE, &s, err);
	return rc ? rc : bdl_force_write(s, folder_path(f, "force", path), &written, err);
}

/* Half of the people are laid out, and all of them are in the store. */
static void prepare_force(const struct folder *f)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(f);
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(1000000);
	struct bdl_version_row row;
	char text[1024];

	assert_int_equal(publish(s, "staff", policy_text(text, "staff", "gambling", "No."), T0,
			     &row, region, NULL),
	    0);
	assert_int_equal(roll_set(s, PEOPLE / 2, NULL), 0);
	assert_int_equal(run_force(f, NULL), 0);
	assert_int_equal(roll_set(s, PEOPLE, NULL), 0);
}

static size_t people_in_force(const struct folder *f, const char *what)
{
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_err err = { 0 };
	char path[FOLDER_PATH];

	if (bdl_force_read(folder_path(f, "force", path), &ruleset, &roll, &err))
		fail_msg("%s: the doors cannot read: %s", what, err.text);
	return bdl_roll_size(roll);
}

static void check_force(const struct folder *f, const char *what)
{
	size_t n = people_in_force(f, what);

	if (n != PEOPLE && (n != PEOPLE / 2 || !told->rc))
		fail_msg("%s: %zu people are in force", what, n);
	assert_int_equal(run_force(f, NULL), 0);
	assert_int_equal(people_in_force(f, what), PEOPLE);
}

static void the_doors_get_all_or_what_they_had(void **state)
{
	(void)state;
	with_each_fault(
	    &(struct work){ "what is in force", prepare_force, run_force, check_force });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_doors_get_all_or_what_they_had),
		cmocka_unit_test(a_door_records),
		cmocka_unit_test(the_scribe_brings),
		cmocka_unit_test(a_segment_that_cannot_be_read_waits),
		cmocka_unit_test(people_write),
	};

	faults_init();
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	BDL_BUG_IF(told == MAP_FAILED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
