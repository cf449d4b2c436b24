#include "place.h"
#include "sys/file.h"
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void put(const char *path, const char *text)
{
	struct bdl_err err;

	if (bdl_file_replace(path, text, strlen(text), 0640, &err) < 0)
		fail_msg("%s", err.text);
}

static void reads_and_replaces(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "policy.md");
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(100);
	struct stat st;

	put(path, "first, and longer");
	put(path, "second");
	assert_int_equal(bdl_buf_add_str(&b, "> "), 0);
	assert_int_equal(bdl_file_read(path, &b, NULL), 0);
	assert_string_equal(bdl_buf_str(&b), "> second"); /* appended */
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777 & ~0640u, 0);
	/* Nothing is left beside it: the folder can be removed once the file is. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(p.dir), 0);
}

static void says_whether_there_is_room(void **state)
{
	(void)state;
	PLACE(p);
	int fd = open(p.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(bdl_file_has_room(fd, 1));
	assert_false(bdl_file_has_room(fd, UINT64_MAX));
	close(fd);
	assert_false(bdl_file_has_room(-1, 0));
}

static void reads_up_to_the_limit(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "f");
	struct bdl_err err;

	put(path, "12345678");
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf fits = BDL_BUF(8), small = BDL_BUF(10);
	assert_int_equal(bdl_file_read(path, &fits, &err), 0);
	assert_int_equal(fits.n, 8);
	assert_int_equal(bdl_buf_add_str(&small, "abc"), 0);
	assert_int_equal(bdl_file_read(path, &small, &err), BDL_E_LIMIT);
	assert_int_equal(small.n, 3); /* as before */
	assert_string_equal(bdl_buf_str(&small), "abc");
	assert_non_null(strstr(err.text, path));
}

static void reads_large_files_whole(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "large");
	size_t n = 300001;
	BDL_AUTO_FREE char *bytes = malloc(n);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(1 << 20);
	struct bdl_map map;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 7 + i / 251);
	assert_int_equal(bdl_file_replace(path, bytes, n, 0600, NULL), 0);
	assert_int_equal(bdl_file_read(path, &b, NULL), 0);
	assert_int_equal(b.n, n);
	assert_memory_equal(b.p, bytes, n);
	assert_int_equal(bdl_file_map(path, &map, NULL), 0);
	assert_int_equal(map.n, n);
	assert_memory_equal(map.p, bytes, n);
	/* The old bytes stay with who has them, whatever is put in their place. */
	put(path, "new");
	assert_memory_equal(map.p, bytes, n);
	bdl_file_unmap(&map);
	assert_null(map.p);
	bdl_file_unmap(&map);
}

static void says_what_is_missing(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(8);
	const char *none = place_path(&p, "none");
	struct bdl_err err;
	struct bdl_map map;
	struct bdl_file_id id;

	assert_int_equal(bdl_file_read(none, &b, &err), BDL_E_MISSING);
	assert_int_equal(err.code, BDL_E_MISSING);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(bdl_file_map(none, &map, &err), BDL_E_MISSING);
	assert_false(bdl_file_id(none, &id));
	assert_int_equal(
	    bdl_file_replace(place_path(&p, "none/f"), "x", 1, 0600, &err), BDL_E_MISSING);
	assert_true(bdl_file_read(p.dir, &b, &err) < 0);
	assert_int_equal(bdl_file_map(p.dir, &map, &err), BDL_E_INVALID);
}

static void a_failed_replacement_leaves_the_old(void **state)
{
	(void)state;
	PLACE(p);
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf b = BDL_BUF(80);
	struct bdl_err err;

	/* A folder stands in the way: the rename fails after the new bytes were written. */
	assert_int_equal(mkdir(place_path(&p, "f"), 0700), 0);
	put(place_path(&p, "f/inside"), "old");
	assert_int_equal(bdl_file_replace(place_path(&p, "f"), "x", 1, 0600, &err), BDL_E_IO);
	assert_int_equal(bdl_file_read(place_path(&p, "f/inside"), &b, NULL), 0);
	assert_string_equal(bdl_buf_str(&b), "old");
	assert_int_equal(unlink(place_path(&p, "f/inside")), 0);
	assert_int_equal(rmdir(place_path(&p, "f")), 0);
	assert_int_equal(rmdir(p.dir), 0); /* and nothing half-written */
}

static void makes_folders(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_err err;
	struct stat st;

	assert_int_equal(bdl_file_mkdirs(place_path(&p, "a/b//c/"), &err), 0);
	assert_int_equal(bdl_file_mkdirs(place_path(&p, "a/b/c"), &err), 0);
	assert_int_equal(stat(place_path(&p, "a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 07, 0);
	put(place_path(&p, "file"), "x");
	assert_int_equal(bdl_file_mkdirs(place_path(&p, "file"), &err), BDL_E_CONFLICT);
	assert_true(bdl_file_mkdirs(place_path(&p, "file/sub"), &err) < 0);
	assert_int_equal(bdl_file_mkdirs("", &err), BDL_E_LIMIT);
}

static void tells_versions_apart(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "f");
	struct bdl_file_id a, b;

	put(path, "one");
	assert_true(bdl_file_id(path, &a));
	assert_true(bdl_file_id(path, &b));
	assert_true(bdl_file_id_eq(&a, &b));
	put(path, "two"); /* the same size, perhaps within the clock's tick */
	assert_true(bdl_file_id(path, &b));
	assert_false(bdl_file_id_eq(&a, &b));
}

static void maps_an_empty_file(void **state)
{
	(void)state;
	PLACE(p);
	struct bdl_map map = { .n = 9 };

	put(place_path(&p, "f"), "");
	assert_int_equal(bdl_file_map(place_path(&p, "f"), &map, NULL), 0);
	assert_null(map.p);
	assert_int_equal(map.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_replaces),
		cmocka_unit_test(says_whether_there_is_room),
		cmocka_unit_test(reads_up_to_the_limit),
		cmocka_unit_test(reads_large_files_whole),
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(a_failed_replacement_leaves_the_old),
		cmocka_unit_test(makes_folders),
		cmocka_unit_test(tells_versions_apart),
		cmocka_unit_test(maps_an_empty_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
