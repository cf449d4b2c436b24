/* The proxy's log of bytes, written as Squid and its supervisor write it, and brought by the scribe. */
#include "record/journal/journal.h"
#include "record/scribe/scribe.h"
#include "record/visits/bytes.h"
#include "stored.h"
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define T0    1795261200000
#define HOSTS 7

struct log {
	struct folder f;
	struct bdl_journal *j;
	unsigned number; /* of the file that is written */
	int64_t down, up;
};

static struct bdl_act page_of(unsigned host)
{
	static const char *const hosts[HOSTS] = { "a.example", "b.example", "c.example",
		"d.example", "e.example", "f.example", "g.example" };
	struct bdl_act a = page_blocked(T0 + host);

	a.action = BDL_ALLOW;
	a.policy = a.clause = a.clauses = a.tell = bdl_view_at(NULL, 0);
	a.host = bdl_view_of(hosts[host % HOSTS]);
	return a;
}

static const char *log_path(const struct log *l, unsigned number, char out[FOLDER_PATH])
{
	char below[64];

	(void)snprintf(below, sizeof(below), "bytes/%u.log", number);
	return folder_path(&l->f, below, out);
}

static void put(const struct log *l, const char *text)
{
	char path[FOLDER_PATH];
	FILE *file = fopen(log_path(l, l->number, path), "a");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void log_begin(struct log *l)
{
	char path[FOLDER_PATH];

	*l = (struct log){ .f = folder_make(), .number = 1 };
	assert_int_equal(mkdir(folder_path(&l->f, "bytes", path), 0700), 0);
	struct bdl_err err = { 0 };
	if (bdl_journal_open(
		folder_path(&l->f, "journal/web-0", path), BDL_JOURNAL_SEGMENT, &l->j, &err))
		fail_msg("%s", err.text);
}

static void log_done(struct log *l)
{
	bdl_journal_close(l->j);
	folder_done(&l->f);
}

/* What the door appends. */
static void act_append(const struct log *l, const struct bdl_act *a)
{
	struct bdl_buf b BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_ACT_BYTES_MAX);
	struct bdl_err err = { 0 };

	assert_int_equal(bdl_act_encode(a, &b), 0);
	if (bdl_journal_append(l->j, BDL_ENTRY_ACT, bdl_buf_view(&b), &err))
		fail_msg("append: %s", err.text);
}

/* What the proxy writes when it is over. */
static void line_put(struct log *l, const struct bdl_act *a, int64_t down, int64_t up)
{
	struct bdl_buf text BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_MARK_LINE_MAX);
	struct bdl_mark m;

	bdl_mark_of(a, &m);
	bdl_mark_write(&m, &text);
	(void)bdl_buf_printf(&text, " %" PRId64 " %" PRId64 "\n", down, up);
	assert_false(bdl_buf_broken(&text));
	put(l, bdl_buf_str(&text));
	l->down += down;
	l->up += up;
}

static void request(struct log *l, unsigned i)
{
	struct bdl_act a = page_of(i);

	act_append(l, &a);
	line_put(l, &a, 1000 + i, 10 + i);
}

static struct bdl_scribe *scribe_open(struct bdl_store *s, const struct log *l)
{
	char path[FOLDER_PATH];
	struct bdl_scribe *scribe = bdl_scribe_new(s, folder_path(&l->f, "journal", path));

	bdl_scribe_bytes(scribe, folder_path(&l->f, "bytes", path));
	return scribe;
}

static size_t rounds(struct bdl_scribe *scribe)
{
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };
	size_t lines = 0;

	do {
		if (bdl_scribe_round(scribe, 0, &round, &err))
			fail_msg("round: %s", err.text);
		if (round.journal.code)
			fail_msg("log: %s", round.journal.text);
		lines += round.lines;
	} while (round.stored + round.lines);
	return lines;
}

static void assert_bytes(struct bdl_store *s, const struct log *l)
{
	assert_int_equal(
	    store_number(s, "SELECT coalesce(sum(bytes_down), 0) FROM visit"), l->down);
	assert_int_equal(store_number(s, "SELECT coalesce(sum(bytes_up), 0) FROM visit"), l->up);
}

static bool is_there(const struct log *l, unsigned number)
{
	char path[FOLDER_PATH];

	return access(log_path(l, number, path), F_OK) == 0;
}

static void bytes_find_their_visit(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	struct bdl_act a = page_of(0), b = page_of(1), part = a;

	assert_int_equal(rounds(scribe), 0); /* no file yet */
	part.kind = BDL_KIND_PART;
	act_append(&l, &a);
	act_append(&l, &part);
	act_append(&l, &b);
	line_put(&l, &a, 5000, 300);
	line_put(&l, &part, 700, 20);
	line_put(&l, &b, 1, 2);
	assert_int_equal(rounds(scribe), 3);
	assert_bytes(s, &l);
	assert_int_equal(
	    store_number(s,
		"SELECT bytes_down * 1000 + bytes_up FROM visit v JOIN site i ON i.school = v.school"
		" AND i.id = v.site WHERE i.host = 'a.example'"),
	    5700320);
	/* A download that took long is told when its hour is over: it belongs to the hour it began. */
	line_put(&l, &b, 1000000, 0);
	assert_int_equal(rounds(scribe), 1);
	assert_bytes(s, &l);
	assert_int_equal(store_number(s, "SELECT count(*) FROM visit"), 2);
}

static void lines_wait_for_the_journal(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	struct bdl_scribe_round round;
	struct bdl_act a = page_blocked(T0); /* rows that take many transactions */

	for (unsigned i = 0; i < 300; i++)
		act_append(&l, &a);
	request(&l, 3);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, NULL), 0);
	assert_in_range(round.stored, 1, 300);
	assert_int_equal(round.lines, 0);
	assert_int_equal(rounds(scribe), 1);
	assert_bytes(s, &l);
	/* What is held back in memory is not in the store either. */
	request(&l, 4);
	assert_int_equal(bdl_scribe_round(scribe, 60000, &round, NULL), 0);
	assert_int_equal(round.stored + round.lines, 0);
	assert_int_equal(rounds(scribe), 1);
	assert_bytes(s, &l);
}

static void what_is_no_line_and_nobodys_counts_nowhere(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);

	put(&l, "- 100 200\nnonsense\n\n1-2-3-4 5 6\n");
	for (unsigned i = 0; i < 3000; i++)
		put(&l,
		    "a line that is longer than any of ours, as of a file that was never ours at all; ");
	put(&l, "\n");
	request(&l, 1);
	put(&l, "17f-1-"); /* the disk was full in the middle of a line */
	assert_int_equal(rounds(scribe), 2);
	assert_bytes(s, &l);
	put(&l, "2-3 5 6\n");
	request(&l, 2);
	assert_int_equal(rounds(scribe), 2);
	assert_bytes(s, &l);
}

/* Whoever can write the log can add bytes, and not so many that adding them up fails. */
static void a_visit_has_a_largest_number_of_bytes(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	struct bdl_act a = page_of(0);

	act_append(&l, &a);
	for (int i = 0; i < 3; i++) {
		line_put(&l, &a, BDL_MARK_BYTES_MAX, 1);
		line_put(&l, &a, BDL_MARK_BYTES_MAX, BDL_MARK_BYTES_MAX - 2);
		assert_int_equal(rounds(scribe), 2);
	}
	l.down = l.up = BDL_MARK_BYTES_MAX;
	assert_bytes(s, &l);
}

static void files_follow_one_another(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);

	request(&l, 1);
	l.number = 2;
	put(&l, ""); /* the next is made, and the proxy not told yet */
	assert_int_equal(rounds(scribe), 1);
	l.number = 1;
	request(&l, 2);
	assert_int_equal(rounds(scribe), 1);
	request(&l, 3); /* its last line, and the first of the next, are seen at once */
	l.number = 2;
	request(&l, 4);
	assert_int_equal(rounds(scribe), 2);
	assert_bytes(s, &l);
	assert_false(is_there(&l, 1));
	l.number = 5; /* others went unread */
	request(&l, 5);
	assert_int_equal(rounds(scribe), 1);
	assert_false(is_there(&l, 2));
	assert_true(is_there(&l, 5));
	/* Another scribe goes on where this one was; and begins anew with a log that does. */
	struct bdl_scribe *second BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	assert_int_equal(rounds(second), 0);
	char path[FOLDER_PATH];
	assert_int_equal(unlink(log_path(&l, 5, path)), 0);
	l.number = 1;
	request(&l, 6);
	assert_int_equal(rounds(second), 1);
	assert_bytes(s, &l);
}

static void one_of_two_scribes_brings_a_line(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *left BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };

	request(&l, 1);
	assert_int_equal(rounds(scribe), 1);
	request(&l, 2);
	assert_int_equal(rounds(left), 1);
	request(&l, 3);
	/* What the other brought of the journal is found out first, then what it brought of the log. */
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, &err), BDL_E_BUSY);
	assert_int_equal(bdl_scribe_round(scribe, 0, &round, &err), BDL_E_BUSY);
	assert_int_equal(rounds(scribe), 1);
	assert_bytes(s, &l);
}

/* In a process of its own, which is killed at whatever it is doing. */
static void be_scribe(const struct log *l)
{
	struct bdl_store *s = store_make(&l->f);
	struct bdl_scribe *scribe = scribe_open(s, l);
	struct bdl_scribe_round round;
	struct bdl_err err = { 0 };

	for (;;)
		if (bdl_scribe_round(scribe, 0, &round, &err) && err.code != BDL_E_BUSY)
			_exit(1);
}

static void each_line_counts_once_whenever_the_scribe_is_killed(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	bdl_store_close(store_make(&l.f));

	for (unsigned life = 0; life < 25; life++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (!pid)
			be_scribe(&l);
		for (unsigned i = 0; i < 40; i++)
			request(&l, life * 40 + i);
		l.number += life % 3 == 2;
		(void)usleep(3000 + life * 700);
		assert_int_equal(kill(pid, SIGKILL), 0);
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
	}
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	(void)rounds(scribe);
	assert_int_equal(store_number(s, "SELECT sum(pages) FROM visit"), 1000);
	assert_bytes(s, &l);
}

/* Names that were stored before there were marks get them when they are met again. */
static void names_of_an_older_store_get_their_marks(void **state)
{
	(void)state;
	struct log l BDL_AUTO_IN(log_done);
	log_begin(&l);
	struct bdl_store *s BDL_AUTO(bdl_store_close) = store_make(&l.f);
	struct bdl_scribe *scribe BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	struct bdl_act a = page_of(0);

	act_append(&l, &a);
	assert_int_equal(rounds(scribe), 0);
	store_run(s, "UPDATE client SET mark = 0");
	store_run(s, "UPDATE site SET mark = 0");
	store_run(s, "UPDATE basis SET mark = 0");
	struct bdl_scribe *second BDL_AUTO(bdl_scribe_free) = scribe_open(s, &l);
	request(&l, 0);
	assert_int_equal(rounds(second), 1);
	assert_bytes(s, &l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_find_their_visit),
		cmocka_unit_test(lines_wait_for_the_journal),
		cmocka_unit_test(what_is_no_line_and_nobodys_counts_nowhere),
		cmocka_unit_test(a_visit_has_a_largest_number_of_bytes),
		cmocka_unit_test(files_follow_one_another),
		cmocka_unit_test(one_of_two_scribes_brings_a_line),
		cmocka_unit_test(each_line_counts_once_whenever_the_scribe_is_killed),
		cmocka_unit_test(names_of_an_older_store_get_their_marks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
