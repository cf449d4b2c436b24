#include "place.h"
#include "sys/file.h"
#include "sys/writer.h"
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct bdl_writer *begun(const char *path)
{
	struct bdl_writer *w = NULL;
	struct bdl_err err;

	if (bdl_writer_open(path, 0640, &w, &err) < 0)
		fail_msg("%s", err.text);
	return w;
}

static size_t files_in(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

/* Pieces that do not fit its buffer evenly, and one that is larger than it. */
static void writes_what_it_was_given(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "zone");
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf want = BDL_BUF(4 << 20), got = BDL_BUF(4 << 20);
	BDL_AUTO(bdl_writer_close) struct bdl_writer *w = begun(path);

	for (int i = 0; i < 30000; i++)
		(void)bdl_buf_printf(&want, "line %d\n", i);
	for (size_t at = 0; at < want.n; at += 777)
		bdl_writer_add_view(
		    w, bdl_view_at(want.p + at, want.n - at < 777 ? want.n - at : 777));
	bdl_writer_add_str(w, "");
	bdl_writer_add(w, want.p, want.n);
	assert_int_equal(w->written, 2 * want.n);
	assert_int_equal(bdl_file_read(path, &got, NULL), BDL_E_MISSING); /* not before */
	assert_int_equal(bdl_writer_commit(w, NULL), 0);
	assert_int_equal(bdl_file_read(path, &got, NULL), 0);
	assert_int_equal(got.n, 2 * want.n);
	assert_memory_equal(got.p, want.p, want.n);
	assert_memory_equal(got.p + want.n, want.p, want.n);
	assert_int_equal(files_in(p.dir), 1);
	assert_int_equal(unlink(path), 0);
}

static void leaves_the_old_file_where_it_is_given_up(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "zone");
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf got = BDL_BUF(100);
	struct bdl_writer *w;

	assert_int_equal(bdl_file_replace(path, "old", 3, 0640, NULL), 0);
	w = begun(path);
	bdl_writer_add_str(w, "new");
	assert_int_equal(bdl_writer_finish(w, NULL), 0);
	assert_int_equal(bdl_file_read(w->beside, &got, NULL), 0); /* another may read it now */
	assert_string_equal(bdl_buf_str(&got), "new");
	bdl_writer_close(w);
	bdl_buf_clear(&got);
	assert_int_equal(bdl_file_read(path, &got, NULL), 0);
	assert_string_equal(bdl_buf_str(&got), "old");
	assert_int_equal(files_in(p.dir), 1);
	assert_int_equal(unlink(path), 0);
}

/* A full disk, or as here a limit: said at the end, and the old file is still there. */
static void says_that_it_could_not_write(void **state)
{
	(void)state;
	PLACE(p);
	const char *path = place_path(&p, "zone");
	struct rlimit before, small;
	struct bdl_err err = { 0 };
	char line[1000];

	memset(line, 'x', sizeof(line));
	assert_int_equal(bdl_file_replace(path, "old", 3, 0640, NULL), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ .rlim_cur = 100000, .rlim_max = before.rlim_max };
	signal(SIGXFSZ, SIG_IGN);
	struct bdl_writer *w = begun(path);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 1000; i++)
		bdl_writer_add(w, line, sizeof(line));
	int rc = bdl_writer_commit(w, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rc, BDL_E_IO);
	assert_non_null(strstr(err.text, "write"));
	bdl_writer_close(w);
	assert_int_equal(files_in(p.dir), 1);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_it_was_given),
		cmocka_unit_test(leaves_the_old_file_where_it_is_given_up),
		cmocka_unit_test(says_that_it_could_not_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
