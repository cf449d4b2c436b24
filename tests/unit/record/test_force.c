#include "published.h"
#include "record/policies/force.h"
#include "sys/file.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#define T0        1795261200000
#define NAME_SIZE 64 /* of a file in force, as its path has room for */

struct school {
	struct folder f;
	struct bdl_store *store;
	struct bdl_region *region;
	char force[FOLDER_PATH];
	int64_t now_ms;
};

static void school_make(struct school *s)
{
	s->f = folder_make();
	s->store = store_make(&s->f);
	s->region = bdl_region_new(16 * 1024 * 1024);
	folder_path(&s->f, "force", s->force);
	s->now_ms = T0;
}

static void school_done(struct school *s)
{
	bdl_store_close(s->store);
	bdl_region_free(s->region);
	folder_done(&s->f);
}

static void school_publish(
    struct school *s, const char *name, const char *binds, const char *category, const char *text)
{
	char bytes[1024];
	struct bdl_version_row row;
	struct bdl_err err = { 0 };

	if (publish(s->store, name, policy_text(bytes, binds, category, text), s->now_ms++, &row,
		s->region, &err))
		fail_msg("publish %s: %s", name, err.text);
}

static bool write_force(struct school *s)
{
	struct bdl_force_written force = { 0 };
	struct bdl_err err = { 0 };

	if (bdl_force_write(s->store, s->force, &force, &err))
		fail_msg("write: %s", err.text);
	return force.changed;
}

static struct bdl_file_id file_id(const struct school *s, const char *name)
{
	char path[FOLDER_PATH + NAME_SIZE];
	struct bdl_file_id id;

	(void)snprintf(path, sizeof(path), "%s/%s", s->force, name);
	(void)bdl_file_id(path, &id);
	return id;
}

/* The file in force that begins like this: "staff." is "staff.3f9a01c2....md". */
static void file_find(const struct school *s, const char *begin, char out[NAME_SIZE])
{
	DIR *d = opendir(s->force);

	out[0] = '\0';
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (strncmp(e->d_name, begin, strlen(begin)) != 0)
			continue;
		if (out[0])
			fail_msg("two files: %s, %s", out, e->d_name);
		(void)snprintf(out, NAME_SIZE, "%.63s", e->d_name);
	}
	assert_int_equal(closedir(d), 0);
}

static void file_set(const struct school *s, const char *name, const char *text)
{
	char path[FOLDER_PATH + NAME_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", s->force, name);
	assert_int_equal(bdl_file_replace(path, text, strlen(text), 0640, NULL), 0);
}

static void a_door_reads_what_was_published(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_source *sources;
	size_t n;

	school_make(&s);
	assert_int_equal(bdl_force_read(s.force, &ruleset, &roll, NULL), BDL_E_MISSING);
	assert_false(write_force(&s));
	assert_int_equal(
	    bdl_force_roll_set(s.store,
		BDL_LIT("login,name,groups\nadebayo,Ade Bayo,staff\nbea,Bea Fox,pupils\n"),
		BDL_LIT("office"), NULL),
	    0);
	assert_false(write_force(&s)); /* a roll alone is nothing to enforce */
	assert_int_equal(bdl_force_read(s.force, &ruleset, &roll, NULL), BDL_E_MISSING);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	school_publish(&s, "pupils", "pupils", "games", "No games.");
	assert_true(write_force(&s));
	struct bdl_err err = { 0 };
	if (bdl_force_read(s.force, &ruleset, &roll, &err))
		fail_msg("read: %s", err.text);
	assert_int_equal(bdl_ruleset_policies(ruleset), 2);
	assert_int_equal(bdl_roll_size(roll), 2);
	assert_non_null(bdl_roll_find(roll, BDL_LIT("bea")));
	/* The version that the door will record is one whose documents the store can find. */
	assert_int_equal(bdl_versions_of_ruleset(
			     s.store, bdl_ruleset_version(ruleset), s.region, &sources, &n, NULL),
	    0);
	assert_int_equal(n, 2);
}

static void writes_only_what_changed(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };

	school_make(&s);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	school_publish(&s, "pupils", "pupils", "games", "No games.");
	assert_true(write_force(&s));
	char staff[NAME_SIZE], pupils[NAME_SIZE], newer[NAME_SIZE];
	file_find(&s, "staff.", staff);
	file_find(&s, "pupils.", pupils);
	struct bdl_file_id before = file_id(&s, pupils), now;
	struct bdl_file_id manifest = file_id(&s, "manifest");
	assert_false(write_force(&s));
	now = file_id(&s, "manifest");
	assert_true(bdl_file_id_eq(&manifest, &now));
	school_publish(&s, "staff", "staff", "gambling", "You never gamble.");
	assert_true(write_force(&s));
	now = file_id(&s, pupils);
	assert_true(bdl_file_id_eq(&before, &now));
	file_find(&s, "staff.", newer); /* one only: the former is gone */
	assert_string_not_equal(staff, newer);
	assert_int_equal(
	    bdl_force_roll_set(s.store, BDL_LIT("login,name,groups\n"), BDL_LIT("office"), NULL),
	    0);
	assert_true(write_force(&s));
	assert_false(write_force(&s));
}

static void removes_what_is_out_of_force(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	char left[NAME_SIZE];

	school_make(&s);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	school_publish(&s, "pupils", "pupils", "games", "No games.");
	assert_true(write_force(&s));
	store_run(s.store, "UPDATE policy_version SET in_force = 0 WHERE name = 'pupils'");
	assert_int_equal(
	    bdl_force_roll_set(s.store, BDL_LIT("login,name,groups\n"), BDL_LIT("office"), NULL),
	    0);
	file_set(&s, "pupils.md", "of an older Beadle");
	file_set(&s, "roll.0123.csv", "of people who have left");
	file_set(&s, "roll.0123.csv.4567.new", "of a kill");
	file_set(&s, "README", "not ours");
	assert_true(write_force(&s));
	file_find(&s, "pupils", left);
	assert_string_equal(left, "");
	file_find(&s, "roll", left); /* one only */
	assert_string_not_equal(left, "roll.0123.csv");
	file_find(&s, "README", left);
	assert_string_equal(left, "README");
	assert_int_equal(bdl_force_read(s.force, &ruleset, &roll, NULL), 0);
	assert_int_equal(bdl_ruleset_policies(ruleset), 1);
}

/* As a disk that is full from the second file on leaves it, or a kill. */
static void a_change_that_stops_half_way_changes_nothing(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };
	struct bdl_ruleset *before BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_ruleset *after BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	struct bdl_roll *again BDL_AUTO(bdl_roll_free) = NULL;
	char path[FOLDER_PATH + NAME_SIZE];
	struct bdl_force_written force;

	school_make(&s);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	assert_true(write_force(&s));
	assert_int_equal(bdl_force_read(s.force, &before, &roll, NULL), 0);
	school_publish(&s, "staff", "staff", "gambling", "You never gamble.");
	assert_int_equal(
	    bdl_force_roll_set(s.store, BDL_LIT("login,name,groups\n"), BDL_LIT("office"), NULL),
	    0);
	/* The roll cannot be written where a folder has its name. */
	struct bdl_digest d = bdl_digest_of("login,name,groups\n", 18);
	char hex[BDL_DIGEST_HEX];
	bdl_digest_hex(&d, hex);
	(void)snprintf(path, sizeof(path), "%s/roll.%.16s.csv", s.force, hex);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_true(bdl_force_write(s.store, s.force, &force, NULL) < 0);
	assert_int_equal(bdl_force_read(s.force, &after, &again, NULL), 0);
	assert_true(bdl_digest_eq(bdl_ruleset_version(before), bdl_ruleset_version(after)));
	assert_int_equal(rmdir(path), 0);
	assert_true(write_force(&s));
}

static void mends_a_file_that_was_changed(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };
	struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
	struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
	char path[FOLDER_PATH + NAME_SIZE], staff[NAME_SIZE];

	school_make(&s);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	assert_true(write_force(&s));
	file_find(&s, "staff.", staff);
	file_set(&s, staff, "something else");
	assert_int_equal(bdl_force_read(s.force, &ruleset, &roll, NULL), BDL_E_CONFLICT);
	(void)snprintf(path, sizeof(path), "%s/%s", s.force, staff);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bdl_force_read(s.force, &ruleset, &roll, NULL), BDL_E_CONFLICT);
	assert_true(write_force(&s)); /* says so, though the manifest is as it was */
	assert_false(write_force(&s));
	assert_int_equal(bdl_force_read(s.force, &ruleset, &roll, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/manifest", s.force);
	assert_int_equal(unlink(path), 0);
	assert_true(write_force(&s));
	assert_int_equal(access(path, F_OK), 0);
}

static void refuses_a_manifest_that_is_none(void **state)
{
	(void)state;
#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	static const struct {
		const char *text;
		int want;
	} cases[] = {
		{ "", BDL_E_INVALID },
		{ "staff.md\n", BDL_E_INVALID },
		{ "staff.md 1234\n", BDL_E_INVALID },
		{ "../store.db " HEX "\n", BDL_E_INVALID },
		{ "../staff.md " HEX "\n", BDL_E_INVALID },
		{ ".staff.md " HEX "\n", BDL_E_INVALID },
		{ "staff.txt " HEX "\n", BDL_E_INVALID },
		{ "\n", BDL_E_INVALID },
		{ "absent.md " HEX "\n", BDL_E_CONFLICT },
		{ "roll.csv " HEX "\n", BDL_E_CONFLICT },
	};
	struct school s BDL_AUTO_IN(school_done) = { 0 };
	struct bdl_ruleset *ruleset = NULL;
	struct bdl_roll *roll = NULL;

	school_make(&s);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	assert_true(write_force(&s));
	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		file_set(&s, "manifest", cases[i].text);
		int rc = bdl_force_read(s.force, &ruleset, &roll, NULL);
		if (rc != cases[i].want)
			fail_msg("'%s': got %d, want %d", cases[i].text, rc, cases[i].want);
	}
	assert_null(ruleset);
	assert_null(roll);
}

static void a_bad_roll_changes_nothing(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };

	school_make(&s);
	assert_int_equal(bdl_force_roll_set(s.store, BDL_LIT("login,name,groups\na,A,staff\n"),
			     BDL_LIT("office"), NULL),
	    0);
	assert_int_equal(
	    bdl_force_roll_set(s.store, BDL_LIT("no heading of a roll\n"), BDL_LIT("office"), NULL),
	    BDL_E_INVALID);
	assert_int_equal(store_number(s.store, "SELECT length(csv) FROM roll"), 28);
}

/*
 * A process publishes and writes without end; a door beside it reads. It gets a whole state or
 * BDL_E_CONFLICT, in which case the next try works: never the one policy with the other's past.
 */
static void a_door_never_reads_a_mixture(void **state)
{
	(void)state;
	struct school s BDL_AUTO_IN(school_done) = { 0 };
	unsigned whole = 0, conflicts = 0, versions = 0;
	struct bdl_digest last = { { 0 } };
	int status;

	school_make(&s);
	school_publish(&s, "staff", "staff", "gambling", "You do not gamble.");
	school_publish(&s, "pupils", "pupils", "games", "No games.");
	assert_true(write_force(&s));
	bdl_store_close(s.store);
	s.store = NULL;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		s.store = store_make(&s.f);
		for (int i = 0;; i++) {
			char text[32];
			(void)snprintf(text, sizeof(text), "Issue %d.", i);
			school_publish(&s, i % 2 ? "staff" : "pupils", i % 2 ? "staff" : "pupils",
			    "games", text);
			(void)write_force(&s);
		}
	}
	/* The doors look at the store's record of rulesets, so a mixture would be one it never had. */
	struct bdl_store *store BDL_AUTO(bdl_store_close) = store_make(&s.f);
	while (versions < 30) {
		struct bdl_ruleset *ruleset BDL_AUTO(bdl_ruleset_free) = NULL;
		struct bdl_roll *roll BDL_AUTO(bdl_roll_free) = NULL;
		struct bdl_source *sources;
		size_t n;
		struct bdl_err err = { 0 };
		int rc = bdl_force_read(s.force, &ruleset, &roll, &err);
		conflicts += rc == BDL_E_CONFLICT;
		if (rc && rc != BDL_E_CONFLICT)
			fail_msg("read: %s", err.text);
		if (rc)
			continue;
		whole++;
		versions += !bdl_digest_eq(&last, bdl_ruleset_version(ruleset));
		last = *bdl_ruleset_version(ruleset);
		bdl_region_reset(s.region);
		if (bdl_versions_of_ruleset(store, &last, s.region, &sources, &n, &err))
			fail_msg("a ruleset that never was: %s", err.text);
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	print_message(
	    "%u reads, %u of a change under way, %u versions\n", whole, conflicts, versions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_door_reads_what_was_published),
		cmocka_unit_test(writes_only_what_changed),
		cmocka_unit_test(removes_what_is_out_of_force),
		cmocka_unit_test(a_change_that_stops_half_way_changes_nothing),
		cmocka_unit_test(mends_a_file_that_was_changed),
		cmocka_unit_test(refuses_a_manifest_that_is_none),
		cmocka_unit_test(a_bad_roll_changes_nothing),
		cmocka_unit_test(a_door_never_reads_a_mixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
