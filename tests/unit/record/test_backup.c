#include "../check.h"
#include "base/clock.h"
#include "ledgered.h"
#include "record/backup/backup.h"
#include <fcntl.h>
#include <sys/stat.h>

#define ROWS 3000

struct kept {
	struct folder folder;
	struct bdl_store *store;
	struct bdl_buf said;
	char from[FOLDER_PATH], to[FOLDER_PATH];
};

static int set_up(void **state)
{
	struct kept *k = calloc(1, sizeof(*k));

	BDL_BUG_IF(!k);
	k->folder = folder_make();
	k->store = store_make(&k->folder);
	k->said = BDL_BUF(65536);
	store_run(k->store,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
	    " INSERT INTO job (school, name, schedule, next_ms, result)"
	    " SELECT 1, 'j' || i, 'never', i, 'a row that takes some room ' || i FROM n");
	folder_path(&k->folder, "store.db", k->from);
	folder_path(&k->folder, "copy.db", k->to);
	*state = k;
	return 0;
}

static int tear_down(void **state)
{
	struct kept *k = *state;

	bdl_buf_done(&k->said);
	bdl_store_close(k->store);
	folder_done(&k->folder);
	free(k);
	return 0;
}

static int64_t make(struct kept *k)
{
	struct bdl_err err = { 0 };
	int64_t bytes = 0;

	if (bdl_backup_make(k->from, k->to, &bytes, &err))
		fail_msg("%s", err.text);
	return bytes;
}

static bool drill(struct kept *k)
{
	struct bdl_err err = { 0 };
	bool passed = false;

	bdl_buf_clear(&k->said);
	if (bdl_backup_drill(k->to, &k->said, &passed, &err))
		fail_msg("%s", err.text);
	return passed;
}

static void expect(struct kept *k, const char *text)
{
	if (!strstr(bdl_buf_str(&k->said), text))
		fail_msg("no '%s' in:\n%s", text, bdl_buf_str(&k->said));
}

static size_t files(struct kept *k)
{
	char command[FOLDER_PATH + 32];
	size_t n = 0;

	(void)snprintf(command, sizeof(command), "ls '%s'", k->folder.path);
	FILE *out = popen(command, "r");
	BDL_BUG_IF(!out);
	for (int c; (c = fgetc(out)) != EOF;)
		n += c == '\n';
	BDL_BUG_IF(pclose(out));
	return n;
}

static void change_byte(const char *path, off_t at)
{
	int fd = open(path, O_RDWR);
	char c;

	BDL_BUG_IF(fd < 0 || pread(fd, &c, 1, at) != 1);
	c = (char)(c ^ 0x20);
	BDL_BUG_IF(pwrite(fd, &c, 1, at) != 1 || close(fd));
}

/* The first place in the file where this text stands. */
static off_t find(const char *path, const char *text)
{
	static char bytes[1 << 22];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, bytes, sizeof(bytes));

	BDL_BUG_IF(fd < 0 || n <= 0 || close(fd));
	char *at = memmem(bytes, (size_t)n, text, strlen(text));
	BDL_BUG_IF(!at);
	return at - bytes;
}

static void what_is_kept_passes(void **state)
{
	struct kept *k = *state;
	struct stat st;

	/* In the middle of somebody's writing: what is not committed is not in it. */
	assert_int_equal(bdl_store_begin(k->store, NULL), 0);
	store_run(k->store, "DELETE FROM job WHERE name = 'j1'");
	int64_t bytes = make(k);
	assert_int_equal(bdl_store_commit(k->store, NULL), 0);
	assert_int_equal(stat(k->to, &st), 0);
	check_long("bytes", bytes, st.st_size);
	check_long("mode", st.st_mode & 07, 0);
	size_t before = files(k);
	if (!drill(k))
		fail_msg("%s", bdl_buf_str(&k->said));
	expect(k, "rows job 3000\n");
	expect(k, "rows school 1\n");
	check_long("files", (long long)files(k), (long long)before);
}

static void nothing_is_overwritten(void **state)
{
	struct kept *k = *state;
	struct bdl_err err = { 0 };
	int64_t bytes = 0;
	char nowhere[FOLDER_PATH];

	(void)make(k);
	check_refused(
	    "there", bdl_backup_make(k->from, k->to, &bytes, &err), err.text, "is there already");
	folder_path(&k->folder, "none.db", nowhere);
	check_refused("no store", bdl_backup_make(nowhere, k->to, &bytes, &err), err.text,
	    "there is no store");
	assert_int_equal(access(nowhere, F_OK), -1);
}

static void a_server_is_left_to_its_own_means(void **state)
{
	struct kept *k = *state;
	struct bdl_err err = { 0 };
	int64_t bytes = 0;

	check_refused("server",
	    bdl_backup_make("postgresql://beadle:secret@nowhere/beadle", k->to, &bytes, &err),
	    err.text, "pg_dump");
	assert_null(strstr(err.text, "secret"));
	assert_int_equal(access(k->to, F_OK), -1);
}

static void damage_is_found(void **state)
{
	struct kept *k = *state;
	bool passed = true;
	struct bdl_err err = { 0 };

	(void)make(k);
	/* A letter of a text: no structure is hurt, only the digest knows. */
	change_byte(k->to, find(k->to, "takes some room 77"));
	assert_false(drill(k));
	expect(k, "ok     every page, row and index is as it should be");
	expect(k, "FAILED the digest");
	change_byte(k->to, find(k->to, "some room 77") - 6);
	assert_true(drill(k));

	/* The number of cells of an inner page. */
	change_byte(k->to, 4096 * 30 + 4);
	change_byte(k->to, 4096 * 30);
	assert_false(drill(k));
	expect(k, "FAILED every page, row and index");

	assert_int_equal(truncate(k->to, 4096 * 9 + 11), 0);
	assert_false(drill(k));
	assert_int_equal(truncate(k->to, 0), 0);
	assert_false(drill(k));
	assert_int_equal(unlink(k->to), 0);
	check_refused("none", bdl_backup_drill(k->to, &k->said, &passed, &err), err.text,
	    "there is no backup");
}

static void rows_that_went_are_named(void **state)
{
	struct kept *k = *state;
	char sum[FOLDER_PATH + 8];

	(void)make(k);
	sqlite3 *db;
	BDL_BUG_IF(sqlite3_open(k->to, &db));
	BDL_BUG_IF(sqlite3_exec(db, "DELETE FROM job WHERE name = 'j7'", NULL, NULL, NULL));
	BDL_BUG_IF(sqlite3_close(db));
	assert_false(drill(k));
	expect(k, "its sum says 'sha256 ");
	(void)snprintf(sum, sizeof(sum), "%s" BDL_BACKUP_SUM, k->to);
	assert_int_equal(unlink(sum), 0);
	assert_false(drill(k));
	expect(k, "there is no '");
}

/* What somebody changed before the backup was made is in its sum, and no page or row is hurt. */
static void a_changed_ledger_is_found(void **state)
{
	struct kept *k = *state;

	ledger_make(k->store, 9);
	(void)make(k);
	assert_true(drill(k));
	expect(k, "ok     the ledger verifies");
	assert_int_equal(unlink(k->to), 0);
	store_run(k->store, "UPDATE ledger_entry SET actor = 'nobody' WHERE entry = 7");
	(void)make(k);
	assert_false(drill(k));
	expect(k, "ok     the digest");
	expect(k, "FAILED the ledger verifies: it breaks at entry 7");
}

static void a_newer_store_is_refused(void **state)
{
	struct kept *k = *state;

	store_run(k->store, "INSERT INTO schema_version (version, applied_ms) VALUES (9999, 0)");
	(void)make(k);
	assert_false(drill(k));
	expect(k, "FAILED this program opens it");
	expect(k, "made by a newer Beadle");
}

static void the_newest_few_are_kept(void **state)
{
	const int64_t now_ms = INT64_C(1795261201234) + 4 * INT64_C(86400000);
	struct kept *k = *state;
	char name[BDL_BACKUP_NAME], path[FOLDER_PATH], folder[FOLDER_PATH], below[64];
	size_t removed = 0;

	folder_path(&k->folder, "backup", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	bdl_backup_name(INT64_C(1795261201234), name);
	assert_string_equal(name, "2026-11-21T114001Z.db");
	static const char *const others[] = { "notes.db", "2026-11-21.db",
		"2020-01-01T000000Z.db.x", "2099-01-01T000000Z.db", "2099-01-02T000000Z.db" };
	for (size_t i = 0; i < BDL_ARRAY_LEN(others); i++) {
		(void)snprintf(below, sizeof(below), "backup/%s", others[i]);
		BDL_BUG_IF(close(creat(folder_path(&k->folder, below, path), 0600)));
	}
	for (int day = 0; day < 5; day++) {
		bdl_backup_name(INT64_C(1795261201234) + day * INT64_C(86400000), name);
		(void)snprintf(below, sizeof(below), "backup/%s", name);
		folder_path(&k->folder, below, k->to);
		(void)make(k);
	}
	assert_int_equal(bdl_backup_newest(folder, now_ms, name, NULL), 0);
	assert_string_equal(name, "2026-11-25T114001Z.db");
	assert_int_equal(bdl_backup_prune(folder, 2, now_ms, &removed, NULL), 0);
	assert_int_equal(removed, 3);
	assert_true(drill(k)); /* the last one */
	assert_int_equal(
	    access(folder_path(&k->folder, "backup/2026-11-23T114001Z.db", path), F_OK), -1);
	assert_int_equal(
	    access(folder_path(&k->folder, "backup/2026-11-23T114001Z.db.sum", path), F_OK), -1);
	assert_int_equal(
	    access(folder_path(&k->folder, "backup/2026-11-24T114001Z.db", path), F_OK), 0);
	assert_int_equal(access(folder_path(&k->folder, "backup/notes.db", path), F_OK), 0);
	assert_int_equal(
	    access(folder_path(&k->folder, "backup/2099-01-01T000000Z.db", path), F_OK), 0);
	assert_int_equal(bdl_backup_prune(folder, 2, now_ms, &removed, NULL), 0);
	assert_int_equal(removed, 0);
}

/* A file that was written to so many seconds ago. */
static void old_file(struct kept *k, const char *name, int64_t now_ms, int64_t ago_s)
{
	char path[FOLDER_PATH];
	const struct timespec then[2] = { { .tv_sec = now_ms / 1000 - ago_s },
		{ .tv_sec = now_ms / 1000 - ago_s } };

	BDL_BUG_IF(close(creat(folder_path(&k->folder, name, path), 0600)));
	BDL_BUG_IF(utimensat(AT_FDCWD, path, then, 0));
}

static void what_was_half_made_goes(void **state)
{
	struct kept *k = *state;
	static const char *const go[] = { "2026-11-19T114001Z.db.0123456789abcdef.new",
		"2026-11-19T114001Z.db.0123456789abcdef.new-wal" };
	static const char *const stay[] = { "2026-11-19T114001Z.db", "2026-11-19T114001Z.db.sum",
		"2026-11-19T114001Z.db.new", "2026-11-19T114001Z.db.0123456789abcdef",
		"notes.db.0123456789abcdef.new" };
	const char *under_way = "2026-11-21T114001Z.db.0123456789abcdef.new";
	int64_t now_ms = bdl_now_ms();
	char path[FOLDER_PATH];
	size_t removed = 0;

	for (size_t i = 0; i < BDL_ARRAY_LEN(go); i++)
		old_file(k, go[i], now_ms, 86460);
	for (size_t i = 0; i < BDL_ARRAY_LEN(stay); i++)
		old_file(k, stay[i], now_ms, 86460);
	old_file(k, under_way, now_ms, 86340);
	assert_int_equal(bdl_backup_sweep(k->folder.path, now_ms, &removed, NULL), 0);
	check_long("removed", (long long)removed, 2);
	for (size_t i = 0; i < BDL_ARRAY_LEN(go); i++)
		assert_int_equal(access(folder_path(&k->folder, go[i], path), F_OK), -1);
	for (size_t i = 0; i < BDL_ARRAY_LEN(stay); i++)
		assert_int_equal(access(folder_path(&k->folder, stay[i], path), F_OK), 0);
	assert_int_equal(access(folder_path(&k->folder, under_way, path), F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_overwritten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_server_is_left_to_its_own_means, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_that_went_are_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_changed_ledger_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_newer_store_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_newest_few_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_half_made_goes, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
