/* Who was shown people's records is in the portal's journal before they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clock.h"
#include "portal/looks.h"
#include "portal/request.h"
#include "record/acts/acts.h"
#include "record/journal/journal.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct school {
	char folder[64], store_path[96], journal[96];
	struct bdl_looks *looks;
	struct bdl_site site;
	struct bdl_worker *worker;
};

static void add_acts_of(struct school *s, const char *const *people, size_t n)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;

	BDL_BUG_IF(bdl_store_open(s->store_path, BDL_STORE_WRITE, &store, NULL));
	BDL_BUG_IF(bdl_store_begin(store, NULL));
	for (size_t i = 0; i < n; i++) {
		const struct bdl_act a = {
			.at_ms = bdl_now_ms(),
			.action = BDL_BLOCK,
			.person = bdl_view_of(people[i]),
			.address = BDL_LIT("10.1.2.3"),
			.host = BDL_LIT("bets.example"),
			.policy = BDL_LIT("staff"),
			.clause = BDL_LIT("web.gambling"),
		};
		BDL_BUG_IF(bdl_acts_add(store, &a, NULL));
	}
	BDL_BUG_IF(bdl_store_commit(store, NULL));
}

static void add_acts(struct school *s)
{
	static const char *const people[] = { "adebayo", "p.marlow", "adebayo", "" };

	add_acts_of(s, people, BDL_ARRAY_LEN(people));
}

static int set_up(void **state)
{
	struct school *s = calloc(1, sizeof(*s));

	BDL_BUG_IF(!s);
	(void)snprintf(s->folder, sizeof(s->folder), "/tmp/test_looks.XXXXXX");
	BDL_BUG_IF(!mkdtemp(s->folder));
	(void)snprintf(s->store_path, sizeof(s->store_path), "%s/store.db", s->folder);
	(void)snprintf(s->journal, sizeof(s->journal), "%s/portal", s->folder);
	add_acts(s);
	BDL_BUG_IF(bdl_looks_open(s->journal, &s->looks, NULL));
	s->site = (struct bdl_site){ .dir = "/proc/nonexistent",
		.store_path = s->store_path,
		.lists_path = "/proc/nonexistent",
		.looks = s->looks };
	s->worker = bdl_worker_new(&s->site);
	*state = s;
	return 0;
}

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	struct school *s = *state;

	bdl_worker_free(s->worker);
	bdl_looks_close(s->looks);
	bdl_board_close(s->site.board);
	(void)nftw(s->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS); /* /tmp is emptied anyway */
	free(s);
	return 0;
}

/* With one field of the query, where `name` is not NULL. */
static unsigned ask_by(struct school *s, const char *path, const char *name, const char *value)
{
	struct bdl_request r = {
		.reads = true,
		.host = BDL_LIT("localhost"),
		.path = bdl_view_of(path),
		.now_ms = 1795261200000,
	};
	struct bdl_reply reply;
	struct bdl_err err;

	if (name)
		r.queries[r.n_queries++] =
		    (struct bdl_query){ bdl_view_of(name), bdl_view_of(value) };
	bdl_portal_answer(s->worker, &r, &reply, &err);
	bdl_buf_done(&reply.body);
	return reply.status;
}

static unsigned ask(struct school *s, const char *path, const char *person)
{
	return ask_by(s, path, person ? "person" : NULL, person);
}

/* All looks so far, as "record subject" with line ends. */
static void check_looks(struct school *s, const char *want)
{
	struct bdl_buf got BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(16 * 1024);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) = NULL;
	struct bdl_journal_entry e;
	struct bdl_look look;

	assert_int_equal(
	    bdl_journal_reader_open(s->journal, (struct bdl_journal_place){ 0 }, &r, NULL), 0);
	while (bdl_journal_next(r, &e, NULL) > 0) {
		assert_int_equal(e.type, BDL_ENTRY_LOOK);
		assert_int_equal(bdl_look_decode(e.payload, &look, NULL), 0);
		assert_true(bdl_view_is(look.actor, "portal, not signed in"));
		assert_int_equal(look.at_ms, 1795261200000);
		assert_int_equal(bdl_buf_printf(&got, "%.*s: %.*s\n", BDL_FMT(look.record),
				     BDL_FMT(look.subject)),
		    0);
	}
	assert_string_equal(bdl_buf_str(&got), want);
}

static void an_act_is_looked_at(void **state)
{
	struct school *s = *state;

	assert_int_equal(ask(s, "/acts/2", NULL), 200);
	assert_int_equal(ask(s, "/acts/4", NULL), 200);
	check_looks(s, "acts/2: p.marlow\nacts/4: \n");
}

/* A list of all is one look; asked for by person it is one at each who is told of. */
static void lists_are_looked_at(void **state)
{
	struct school *s = *state;

	assert_int_equal(ask(s, "/acts", NULL), 200);
	assert_int_equal(ask(s, "/acts", "a"), 200);
	assert_int_equal(ask(s, "/violations", "adebayo"), 200);
	assert_int_equal(ask(s, "/acts", "nobody at all"), 200);
	assert_int_equal(ask(s, "/", NULL), 200);
	check_looks(s,
	    "acts: \n"
	    "acts: adebayo\nacts: p.marlow\n"
	    "violations: adebayo\n"
	    "acts: \n"
	    "overview: \n");
}

/* Whatever the way: where all that is shown is of one person, it was a look at that person. */
static void no_filter_hides_whose_records_are_shown(void **state)
{
	struct school *s = *state;

	assert_int_equal(ask_by(s, "/acts", "violation", "2"), 200);
	assert_int_equal(ask_by(s, "/acts", "violation", "1"), 200);
	assert_int_equal(ask_by(s, "/acts", "host", "bets.example"), 200);
	check_looks(s, "acts: p.marlow\nacts: adebayo\nacts: \n");
}

/*
 * Logins have signs that a record's name has not, and what a look was at stays readable when its
 * subject is forgotten.
 */
static void a_day_is_looked_at_whatever_the_login(void **state)
{
	struct school *s = *state;
	char path[700] = "/visits/";

	assert_int_equal(ask(s, "/visits/anna_berg@school.example", NULL), 200);
	memset(path + strlen(path), 'a', 600);
	assert_int_equal(ask(s, path, NULL), 404);
	assert_int_equal(ask(s, "/visits/\033[2J", NULL), 404);
	assert_int_equal(ask(s, "/visits/\xff", NULL), 404);
	check_looks(s, "visits: anna_berg@school.example\n");
}

static void what_shows_nobody_is_no_look(void **state)
{
	struct school *s = *state;

	assert_int_equal(ask(s, "/health", NULL), 200);
	assert_int_equal(ask(s, "/policies", NULL), 200);
	assert_int_equal(ask(s, "/acts/99", NULL), 404);
	assert_int_equal(ask(s, "/acts/02", NULL), 404);
	check_looks(s, "");
}

/* A second writer is kept out, and a look that cannot be recorded is not had. */
static void what_cannot_be_recorded_is_not_shown(void **state)
{
	struct school *s = *state;
	struct bdl_looks *second;
	char path[128];

	assert_int_equal(bdl_looks_open(s->journal, &second, NULL), BDL_E_BUSY);
	assert_int_equal(ask(s, "/acts/1", NULL), 200);
	bdl_looks_close(s->looks);
	assert_int_equal(bdl_looks_open(s->journal, &s->looks, NULL), 0);
	s->site.looks = s->looks;
	/* A folder in the way of the next segment. */
	(void)snprintf(path, sizeof(path), "%s/new", s->journal);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(ask(s, "/acts/1", NULL), 503);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(ask(s, "/acts/1", NULL), 200);
	check_looks(s, "acts/1: adebayo\nacts/1: adebayo\n");
}

/* After a restored backup: what is past its time goes before anybody reads it, by whatever page. */
static void nobody_reads_before_the_deletion(void **state)
{
	static const char *const pages[] = { "/", "/acts", "/acts/1", "/visits", "/visits/adebayo",
		"/violations", "/storage" };
	struct school *s = *state;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/board", s->folder);
	assert_int_equal(bdl_board_create(path, &s->site.board, NULL), 0);
	for (size_t i = 0; i < BDL_ARRAY_LEN(pages); i++)
		if (ask(s, pages[i], NULL) != 503)
			fail_msg("%s is shown before the deletion", pages[i]);
	assert_int_equal(ask(s, "/policies", NULL), 200);
	check_looks(s, "");
	bdl_board_cleaned(s->site.board);
	for (size_t i = 0; i < BDL_ARRAY_LEN(pages); i++)
		if (ask(s, pages[i], NULL) != 200)
			fail_msg("%s is not shown after the deletion", pages[i]);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_act_is_looked_at),
		TEST(lists_are_looked_at),
		TEST(no_filter_hides_whose_records_are_shown),
		TEST(a_day_is_looked_at_whatever_the_login),
		TEST(what_shows_nobody_is_no_look),
		TEST(what_cannot_be_recorded_is_not_shown),
		TEST(nobody_reads_before_the_deletion),
	};

	return cmocka_run_group_tests_name("looks", tests, NULL, NULL);
}
