/*
 * What reaches the disk when: the linker hands fdatasync and fsync to this file (--wrap), which
 * notes the file and can make the call fail.
 */
#include "folder.h"
#include "record/journal/journal.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SMALL      4096
#define SYNCED_MAX 64

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fsync(int fd);
int __wrap_fsync(int fd);

static ino_t synced[SYNCED_MAX]; /* the files, in the order of the calls */
static size_t n_synced;
static int fail_with;

static void note(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	assert_true(n_synced < SYNCED_MAX);
	synced[n_synced++] = st.st_ino;
}

int __wrap_fdatasync(int fd)
{
	note(fd);
	errno = fail_with;
	return fail_with ? -1 : __real_fdatasync(fd);
}

int __wrap_fsync(int fd)
{
	note(fd);
	return __real_fsync(fd);
}

static ino_t inode(const struct folder *f, const char *name)
{
	char path[FOLDER_PATH];
	struct stat st;

	assert_int_equal(stat(folder_path(f, name, path), &st), 0);
	return st.st_ino;
}

static struct bdl_journal *writer_open(const struct folder *f)
{
	struct bdl_journal *j;

	n_synced = 0;
	fail_with = 0;
	assert_int_equal(bdl_journal_open(f->path, SMALL, &j, NULL), 0);
	return j;
}

/* One entry that leaves no room for another of its kind. */
static void append_large(struct bdl_journal *j)
{
	static const char text[3000];

	assert_int_equal(
	    bdl_journal_append(j, BDL_ENTRY_ACT, bdl_view_at(text, sizeof(text)), NULL), 0);
}

static void append_small(struct bdl_journal *j)
{
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, BDL_LIT("small"), NULL), 0);
}

static int sync_once(struct bdl_journal *j)
{
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);

	n_synced = 0;
	if (!s)
		return 1;
	int rc = bdl_journal_sync_run(s, NULL);
	bdl_journal_sync_end(j, s);
	return rc;
}

static void brings_all_that_is_unsynced_to_the_disk(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f);

	append_large(j);
	append_large(j);
	append_large(j);
	assert_int_equal(n_synced, 0); /* an append waits for no disk */
	/* The old segments as well, and the folder, since names were made in it: once all is there. */
	assert_int_equal(sync_once(j), 0);
	assert_int_equal(n_synced, 4);
	assert_true(synced[0] == inode(&f, "000000000001.seg"));
	assert_true(synced[1] == inode(&f, "000000000002.seg"));
	assert_true(synced[2] == inode(&f, "000000000003.seg"));
	assert_true(synced[3] == inode(&f, "."));
	assert_int_equal(sync_once(j), 1);
	/* In the same segment neither the others nor the folder need it again. */
	append_small(j);
	assert_int_equal(sync_once(j), 0);
	assert_int_equal(n_synced, 1);
	assert_true(synced[0] == inode(&f, "000000000003.seg"));
}

static void what_comes_during_a_sync_waits_for_the_next(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f);

	append_small(j);
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);
	assert_non_null(s);
	append_small(j);
	append_large(j); /* rolls over */
	append_large(j);
	assert_int_equal(bdl_journal_sync_run(s, NULL), 0);
	bdl_journal_sync_end(j, s);
	assert_int_equal(n_synced, 2);
	assert_int_equal(sync_once(j), 0);
	assert_int_equal(n_synced, 3);
	assert_true(synced[0] == inode(&f, "000000000001.seg"));
	assert_true(synced[1] == inode(&f, "000000000002.seg"));
	assert_true(synced[2] == inode(&f, "."));
	assert_int_equal(sync_once(j), 1);
}

/* After a sync that failed the kernel may call clean what was never written: nothing goes on there. */
static void gives_up_a_segment_that_failed(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f);

	append_small(j);
	fail_with = EIO;
	assert_int_equal(sync_once(j), BDL_E_IO);
	fail_with = 0;
	append_small(j);
	assert_int_equal(sync_once(j), 0);
	assert_int_equal(n_synced, 2);
	assert_true(synced[0] == inode(&f, "000000000002.seg"));
	assert_true(synced[1] == inode(&f, "."));
}

static void closing_syncs(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j = writer_open(&f);

	append_small(j);
	bdl_journal_close(j);
	assert_int_equal(n_synced, 2);
	assert_true(synced[0] == inode(&f, "000000000001.seg"));
}

/* A place that was kept must name a segment that a power cut cannot take back. */
static void a_reader_syncs_before_the_first_entry(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(&f);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) = NULL;
	struct bdl_journal_place start = { 0, 0 };
	struct bdl_journal_entry e;

	append_small(j);
	append_small(j);
	assert_int_equal(bdl_journal_reader_open(f.path, start, &r, NULL), 0);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	assert_int_equal(n_synced, 2);
	assert_true(synced[0] == inode(&f, "000000000001.seg"));
	assert_true(synced[1] == inode(&f, "."));
	assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	assert_int_equal(n_synced, 2); /* once a segment */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_all_that_is_unsynced_to_the_disk),
		cmocka_unit_test(what_comes_during_a_sync_waits_for_the_next),
		cmocka_unit_test(gives_up_a_segment_that_failed),
		cmocka_unit_test(closing_syncs),
		cmocka_unit_test(a_reader_syncs_before_the_first_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
