/* Lists are entered when they are others than the ledger knew, and what is said of it is what changed. */
#include "../check.h"
#include "ledgered.h"
#include "lists/compile.h"
#include "record/ledger/lists.h"

#define T0 1795261200000

struct place {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_region *region;
	struct bdl_lists_watch *watch;
	char path[512];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	BDL_BUG_IF(!p);
	p->folder = folder_make();
	p->store = store_make(&p->folder);
	p->region = bdl_region_new(1 << 20);
	(void)snprintf(p->path, sizeof(p->path), "%s/lists.map", p->folder.path);
	p->watch = bdl_lists_watch_new(p->path, "");
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	bdl_lists_watch_free(p->watch);
	bdl_region_free(p->region);
	bdl_store_close(p->store);
	folder_done(&p->folder);
	free(p);
	return 0;
}

/* Lists of these sources: "casino.example\nbets.example\n" as gambling. */
struct source {
	const char *category, *name, *text;
};

static void compile(struct place *p, const struct source *sources, size_t n)
{
	struct bdl_list_build *b BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();

	for (size_t i = 0; i < n; i++) {
		const struct bdl_list_source s = { .path = sources[i].name,
			.category = sources[i].category };
		assert_int_equal(
		    bdl_list_build_text(b, &s, bdl_view_of(sources[i].text), T0, NULL), 0);
	}
	assert_int_equal(bdl_list_build_write(b, p->path, T0, NULL), 0);
}

static bool look(struct place *p)
{
	struct bdl_err err = { 0 };
	bool is_news = false;

	if (bdl_lists_look(p->watch, p->store, &is_news, &err))
		fail_msg("%s", err.text);
	return is_news;
}

/* What was said last, and by how many changes. */
static const char *said(struct place *p, size_t want)
{
	struct bdl_lists_change *rows;
	size_t n;

	assert_int_equal(bdl_lists_changes(p->store, 100, p->region, &rows, &n, NULL), 0);
	assert_int_equal(n, want);
	assert_int_equal(store_number(p->store, "SELECT count(*) FROM ledger_entry WHERE kind = 8"),
	    (int64_t)want);
	assert_int_equal(ledger_look(p->store, NULL).broken, 0);
	return n ? rows[0].said.p : "";
}

#define ASSERT_SAID(p, n, want) assert_memory_equal(said(p, n), want, sizeof(want) - 1)

static void says_what_changed(void **state)
{
	struct place *p = *state;
	static const struct source first[] = { { "gambling", "a.txt",
						   "casino.example\nbets.example\n" },
		{ "games", "b.txt", "games.example\n" } };
	static const struct source second[] = {
		{ "gambling", "a.txt", "casino.example\nbets.example\nodds.example\n" },
		{ "news", "c.txt", "news.example\n" }
	};

	assert_false(look(p)); /* there is none */
	compile(p, first, 2);
	assert_true(look(p));
	ASSERT_SAID(p, 1,
	    "3 domains, 0 pages, 0 networks; gambling of a.txt is new, with 2; games of b.txt is new, "
	    "with 1");
	assert_false(look(p));
	compile(p, second, 2);
	assert_true(look(p));
	ASSERT_SAID(p, 2,
	    "4 domains, 0 pages, 0 networks; gambling of a.txt has 3 and had 2; news of c.txt is new, "
	    "with 1; games of b.txt is gone, and had 1");
	assert_false(look(p));
	(void)said(p, 2);
}

/* A scribe that starts knows them from the store, and so does who entered them before they were there. */
static void is_said_once(void **state)
{
	struct place *p = *state;
	static const struct source one[] = { { "games", "b.txt", "games.example\n" } };

	compile(p, one, 1);
	assert_true(look(p));
	bdl_lists_watch_free(p->watch);
	p->watch = bdl_lists_watch_new(p->path, "");
	assert_false(look(p));
	(void)said(p, 1);
	/* Of another host they are news: each has its own. */
	bdl_lists_watch_free(p->watch);
	p->watch = bdl_lists_watch_new(p->path, "other");
	assert_true(look(p));
	(void)said(p, 2);
	bdl_lists_watch_free(p->watch);
	p->watch = bdl_lists_watch_new(p->path, "");
	assert_false(look(p));
	(void)said(p, 2);
}

static void write_file(struct place *p, const char *text, size_t times)
{
	FILE *f = fopen(p->path, "w");

	assert_non_null(f);
	for (size_t i = 0; i < times; i++)
		assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* What was put there by hand and is no list is entered, too; a large file a piece at a time. */
static void a_file_that_is_none_is_entered(void **state)
{
	struct place *p = *state;
	static const struct source one[] = { { "games", "b.txt", "games.example\n" } };

	write_file(p, "0123456789abcde\n", BDL_LISTS_PIECE / 16 + 1);
	assert_false(look(p));
	assert_true(look(p));
	ASSERT_SAID(p, 1, "no file of lists that can be read");
	compile(p, one, 1);
	assert_true(look(p));
	ASSERT_SAID(p, 2, "1 domains, 0 pages, 0 networks; games of b.txt is new, with 1");
}

/* One that is replaced while it is read is not entered, and the other is. */
static void a_file_that_is_replaced_meanwhile(void **state)
{
	struct place *p = *state;
	static const struct source one[] = { { "games", "b.txt", "games.example\n" } };

	write_file(p, "0123456789abcde\n", BDL_LISTS_PIECE / 16 + 1);
	assert_false(look(p));
	assert_int_equal(unlink(p->path), 0);
	compile(p, one, 1);
	assert_false(look(p)); /* the end of the other */
	assert_true(look(p));
	ASSERT_SAID(p, 1, "1 domains");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(says_what_changed),
		TEST(is_said_once),
		TEST(a_file_that_is_none_is_entered),
		TEST(a_file_that_is_replaced_meanwhile),
	};

	return cmocka_run_group_tests_name("ledger_lists", tests, NULL, NULL);
}
