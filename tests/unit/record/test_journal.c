#include "folder.h"
#include "record/journal/journal_int.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SMALL 4096

static struct bdl_journal *writer_open(const char *folder, size_t size)
{
	struct bdl_journal *j;
	struct bdl_err err = { 0 };

	if (bdl_journal_open(folder, size, &j, &err))
		fail_msg("open the journal: %s", err.text);
	return j;
}

static struct bdl_journal_reader *reader_open(const char *folder, struct bdl_journal_place from)
{
	struct bdl_journal_reader *r;
	struct bdl_err err = { 0 };

	if (bdl_journal_reader_open(folder, from, &r, &err))
		fail_msg("open the reader: %s", err.text);
	return r;
}

static const struct bdl_journal_place start = { 0, 0 };

/* Payloads of different lengths that carry their number. */
static void append_number(struct bdl_journal *j, unsigned n)
{
	char text[64];
	struct bdl_err err = { 0 };
	int len = snprintf(text, sizeof(text), "%u %.*s", n, (int)(n % 40),
	    "........................................");

	if (bdl_journal_append(j, BDL_ENTRY_ACT, bdl_view_at(text, (size_t)len), &err))
		fail_msg("append %u: %s", n, err.text);
}

static unsigned number_of(const struct bdl_journal_entry *e)
{
	struct bdl_view rest = e->payload, head;
	uint64_t n = 0;

	assert_true(bdl_view_cut(&rest, ' ', &head));
	assert_true(bdl_view_uint(head, UINT32_MAX, &n));
	assert_int_equal(e->payload.n, head.n + 1 + n % 40);
	assert_int_equal(e->type, BDL_ENTRY_ACT);
	return (unsigned)n;
}

/* Reads on until nothing comes; every number is the one after the last. */
static unsigned read_on(struct bdl_journal_reader *r, unsigned next)
{
	struct bdl_journal_entry e;
	struct bdl_err err = { 0 };
	int rc;

	while ((rc = bdl_journal_next(r, &e, &err)) > 0) {
		unsigned got = number_of(&e);
		if (got != next)
			fail_msg("read: got %u, want %u", got, next);
		next++;
	}
	if (rc < 0)
		fail_msg("read: %s", err.text);
	return next;
}

static unsigned segments(const char *folder, const char *suffix)
{
	unsigned n = 0;
	DIR *d = opendir(folder);

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));)
		n += bdl_view_ends(bdl_view_of(e->d_name), bdl_view_of(suffix));
	assert_int_equal(closedir(d), 0);
	return n;
}

static void sync_all(struct bdl_journal *j)
{
	struct bdl_journal_sync *s = bdl_journal_sync_begin(j);

	if (!s)
		return;
	assert_int_equal(bdl_journal_sync_run(s, NULL), 0);
	bdl_journal_sync_end(j, s);
}

/* One that is made beforehand comes next; until it is there a segment is made as it is needed. */
static void takes_the_spare_segment(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	const char *folder = folder_path(&f, "journal/web-0", path);
	BDL_AUTO(bdl_journal_close) struct bdl_journal *j = writer_open(folder, 2 * SMALL);
	BDL_AUTO(bdl_journal_reader_close)
	struct bdl_journal_reader *r = reader_open(folder, start);
	struct bdl_journal_spare *s = bdl_journal_spare_begin(j);
	unsigned n = 0;

	assert_non_null(s);
	assert_null(bdl_journal_spare_begin(j));
	while (segments(folder, ".seg") < 2)
		append_number(j, n++);
	assert_int_equal(bdl_journal_spare_run(s, NULL), 0);
	bdl_journal_spare_end(j);
	assert_null(bdl_journal_spare_begin(j));
	assert_int_equal(segments(folder, "spare"), 1);
	while (segments(folder, ".seg") < 3)
		append_number(j, n++);
	assert_int_equal(segments(folder, "spare"), 0);
	sync_all(j);
	append_number(j, n++);
	assert_int_equal(read_on(r, 0), n);
	/* One that is there when the writer ends is nobody's. */
	s = bdl_journal_spare_begin(j);
	assert_non_null(s);
	assert_int_equal(bdl_journal_spare_run(s, NULL), 0);
	bdl_journal_spare_end(j);
	bdl_journal_close(bdl_steal(&j));
	assert_int_equal(segments(folder, "spare"), 0);
	j = writer_open(folder, 2 * SMALL);
	append_number(j, n++);
	assert_int_equal(read_on(r, n - 1), n);
}

/* Without room for it appends go on; nothing is left of it. */
static void does_without_a_spare_segment(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH], in_its_place[FOLDER_PATH];
	const char *folder = folder_path(&f, "journal/web-0", path);
	BDL_AUTO(bdl_journal_close) struct bdl_journal *j = writer_open(folder, SMALL);
	struct bdl_journal_spare *s = bdl_journal_spare_begin(j);
	struct bdl_err err = { 0 };

	assert_int_equal(mkdir(folder_path(&f, "journal/web-0/spare", in_its_place), 0700), 0);
	assert_true(bdl_journal_spare_run(s, &err) < 0);
	bdl_journal_spare_end(j);
	for (unsigned n = 0; segments(folder, ".seg") < 3; n++)
		append_number(j, n);
	assert_int_equal(rmdir(in_its_place), 0);
	s = bdl_journal_spare_begin(j);
	assert_non_null(s);
	assert_int_equal(bdl_journal_spare_run(s, &err), 0);
	bdl_journal_spare_end(j);
}

static void reads_what_was_appended(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	const char *folder = folder_path(&f, "journal/web-0", path);

	/* A reader may begin before the folder is there. */
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(folder, start);
	assert_int_equal(read_on(r, 0), 0);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(folder, SMALL);
	assert_int_equal(read_on(r, 0), 0);
	unsigned next = 0;
	for (unsigned i = 0; i < 1000; i++) {
		append_number(j, i);
		if (i % 7 == 0) {
			next = read_on(r, next);
			assert_int_equal(next, i + 1);
		}
		if (i % 100 == 0)
			sync_all(j);
	}
	assert_int_equal(read_on(r, next), 1000);
	assert_true(segments(folder, ".seg") > 10);
}

static void goes_on_from_a_place(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
	struct bdl_journal_place place = start;

	for (unsigned i = 0; i < 300; i++)
		append_number(j, i);
	/* A new reader for each entry: every place is one to go on from, each entry comes once. */
	for (unsigned i = 0; i < 300; i++) {
		struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
		    reader_open(f.path, place);
		struct bdl_journal_entry e;
		assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
		assert_int_equal(number_of(&e), i);
		place = bdl_journal_reader_place(r);
		assert_true(place.segment == e.after.segment && place.offset == e.after.offset);
	}
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, place);
	assert_int_equal(read_on(r, 300), 300);
}

static void a_new_writer_begins_a_new_segment(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);

	for (unsigned i = 0; i < 5; i++) {
		struct bdl_journal *j = writer_open(f.path, SMALL);
		append_number(j, i);
		bdl_journal_close(j);
		assert_int_equal(segments(f.path, ".seg"), i + 1);
	}
	assert_int_equal(read_on(r, 0), 5);
}

static void has_one_writer(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j = writer_open(f.path, SMALL), *second;

	assert_int_equal(bdl_journal_open(f.path, SMALL, &second, NULL), BDL_E_BUSY);
	bdl_journal_close(j);
	assert_int_equal(bdl_journal_open(f.path, SMALL, &second, NULL), 0);
	bdl_journal_close(second);
}

static void has_limits(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char sub[FOLDER_PATH];
	char *text BDL_AUTO_FREE = calloc(1, BDL_JOURNAL_ENTRY_MAX + 1);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) =
	    writer_open(folder_path(&f, "small", sub), SMALL);
	struct bdl_journal *big BDL_AUTO(bdl_journal_close) =
	    writer_open(folder_path(&f, "big", sub), BDL_JOURNAL_SEGMENT);
	size_t most = SMALL - BDL_SEGMENT_HEAD - BDL_ENTRY_HEAD;
	struct bdl_journal_entry e;

	assert_non_null(text);
	assert_int_equal(
	    bdl_journal_append(j, BDL_ENTRY_ACT, bdl_view_at(text, most + 1), NULL), BDL_E_LIMIT);
	assert_int_equal(bdl_journal_append(big, BDL_ENTRY_ACT,
			     bdl_view_at(text, BDL_JOURNAL_ENTRY_MAX + 1), NULL),
	    BDL_E_LIMIT);
	/* The largest of either kind and the empty one are entries like any other. */
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, bdl_view_at(text, most), NULL), 0);
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, bdl_view_at(NULL, 0), NULL), 0);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(folder_path(&f, "small", sub), start);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	assert_int_equal(e.payload.n, most);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	assert_int_equal(e.payload.n, 0);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 0);
}

static void waits_for_a_sync_at_last(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
	char text[3000] = { 0 };
	struct bdl_view v = bdl_view_at(text, sizeof(text)); /* one to a segment */

	for (unsigned i = 0; i < BDL_JOURNAL_UNSYNCED_MAX; i++)
		assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, v, NULL), 0);
	assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, v, NULL), BDL_E_BUSY);
	sync_all(j);
	for (unsigned i = 0; i < BDL_JOURNAL_UNSYNCED_MAX - 1; i++)
		assert_int_equal(bdl_journal_append(j, BDL_ENTRY_ACT, v, NULL), 0);
}

static void *sync_run(void *sync)
{
	return (void *)(intptr_t)bdl_journal_sync_run(sync, NULL);
}

static void syncs_on_another_thread(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
	unsigned n = 0;

	assert_null(bdl_journal_sync_begin(j));
	for (unsigned round = 0; round < 20; round++) {
		pthread_t thread;
		void *rc;
		append_number(j, n++);
		struct bdl_journal_sync *s = bdl_journal_sync_begin(j);
		assert_non_null(s);
		assert_int_equal(pthread_create(&thread, NULL, sync_run, s), 0);
		for (unsigned i = 0; i < 200; i++) /* rolls over while the sync runs */
			append_number(j, n++);
		assert_int_equal(pthread_join(thread, &rc), 0);
		assert_null(rc);
		bdl_journal_sync_end(j, s);
		/* What came after the beginning is still to be synced, and then nothing is. */
		s = bdl_journal_sync_begin(j);
		assert_non_null(s);
		assert_int_equal(bdl_journal_sync_run(s, NULL), 0);
		bdl_journal_sync_end(j, s);
		assert_null(bdl_journal_sync_begin(j));
	}
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);
	assert_int_equal(read_on(r, 0), n);
}

static void forgets_what_is_done_with(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
	struct bdl_journal_place end = { 1000000, BDL_SEGMENT_HEAD };

	assert_int_equal(bdl_journal_forget("/proc/nonexistent/journal", end, NULL), 0);
	for (unsigned i = 0; i < 1000; i++) {
		append_number(j, i);
		if (i == 500)
			sync_all(j);
	}
	unsigned all = segments(f.path, ".seg");
	struct bdl_journal_place third = { 3, BDL_SEGMENT_HEAD };
	assert_int_equal(bdl_journal_forget(f.path, third, NULL), 0);
	assert_int_equal(segments(f.path, ".seg"), all - 2);
	/* A reader at a forgotten place goes on with what is left. */
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);
	struct bdl_journal_entry e;
	assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	assert_true(e.after.segment == 3);
	assert_int_equal(bdl_journal_forget(f.path, end, NULL), 0);
	assert_int_equal(segments(f.path, ".seg"), 1);
}

static void says_that_it_is_another_journal(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
	struct bdl_journal_place beyond = { 7, BDL_SEGMENT_HEAD };
	struct bdl_journal_entry e;

	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, beyond);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 0);
	append_number(j, 0);
	assert_int_equal(bdl_journal_next(r, &e, NULL), BDL_E_CONFLICT);
	struct bdl_journal_place odd = { 1, 33 };
	struct bdl_journal_reader *no;
	assert_int_equal(bdl_journal_reader_open(f.path, odd, &no, NULL), BDL_E_INVALID);
}

/* --- damage --- */

static void poke(const char *folder, const char *name, off_t at, const void *p, size_t n)
{
	char path[FOLDER_PATH];
	struct folder f = { "" };

	(void)snprintf(f.path, sizeof(f.path), "%s", folder);
	int fd = open(folder_path(&f, name, path), O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, p, n, at), n);
	assert_int_equal(close(fd), 0);
}

/* Where the entry that is read as the i-th lies in the first segment. */
static off_t entry_at(const char *folder, unsigned i)
{
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(folder, start);
	struct bdl_journal_entry e;

	for (unsigned k = 0; k < i; k++)
		assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	return (off_t)bdl_journal_reader_place(r).offset;
}

/* The next call tells of damage in the first segment, and the segment is kept. */
static void told_of_damage(
    const char *what, const char *folder, struct bdl_journal_reader *r, const char *become)
{
	struct bdl_journal_entry e;
	struct bdl_err err = { 0 };
	int rc = bdl_journal_next(r, &e, &err);

	if (rc != BDL_E_INVALID || !strstr(err.text, "000000000001.seg") ||
	    !strstr(err.text, become))
		fail_msg(
		    "%s: got %d '%s', want %d '%s'", what, rc, err.text, BDL_E_INVALID, become);
	assert_int_equal(segments(folder, ".damaged"), 1);
}

static void numbers_come(struct bdl_journal_reader *r, unsigned from, unsigned to)
{
	struct bdl_journal_entry e;

	for (unsigned k = from; k < to; k++) {
		assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
		assert_int_equal(number_of(&e), k);
	}
}

static void passes_over_a_damaged_entry_alone(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		off_t at; /* from the entry's start */
		const char *bytes;
		size_t n;
	} cases[] = {
		{ "payload", 17, "X", 1 },
		{ "checksum", 8, "\1\2\3\4\5\6\7\x08", 8 },
		{ "type", 4, "\2", 1 },
		{ "length too short", 0, "\x0f\0\0\0", 4 },
		{ "length too long", 0, "\xff\xff\xff\xff", 4 },
		{ "length past the segment", 0, "\x00\x0f\0\0", 4 },
		{ "length of a few more bytes", 0, "\x20\0\0\0", 4 },
	};

	for (size_t i = 0; i < BDL_ARRAY_LEN(cases); i++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
		for (unsigned k = 0; k < 10; k++)
			append_number(j, k);
		poke(f.path, "000000000001.seg", entry_at(f.path, 5) + cases[i].at, cases[i].bytes,
		    cases[i].n);
		/* Said at once, though the writer goes on in that segment, and said once. */
		struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
		    reader_open(f.path, start);
		numbers_come(r, 0, 5);
		told_of_damage(cases[i].what, f.path, r, "the entry is passed over");
		struct bdl_journal_reader *again BDL_AUTO(bdl_journal_reader_close) =
		    reader_open(f.path, bdl_journal_reader_place(r));
		append_number(j, 10);
		assert_int_equal(read_on(r, 6), 11);
		assert_int_equal(read_on(again, 6), 11);
	}
}

/* It may be a tail that a power cut has torn: it is said, and entries behind it are waited for. */
static void waits_at_a_damaged_tail(void **state)
{
	(void)state;
	for (unsigned newer = 0; newer < 2; newer++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		struct bdl_journal *j = writer_open(f.path, SMALL);
		for (unsigned k = 0; k < 6; k++)
			append_number(j, k);
		poke(f.path, "000000000001.seg", entry_at(f.path, 5) + 17, "X", 1);
		struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
		    reader_open(f.path, start);
		numbers_come(r, 0, 5);
		told_of_damage("tail", f.path, r, "for now");
		assert_int_equal(read_on(r, 6), 6);
		if (newer) {
			bdl_journal_close(j);
			j = writer_open(f.path, SMALL);
		}
		append_number(j, 6);
		told_of_damage("tail", f.path, r, "passed over");
		assert_int_equal(read_on(r, 6), 7);
		bdl_journal_close(j);
	}
}

static void passes_over_a_segment_whose_head_is_damaged(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);

	append_number(j, 0);
	poke(f.path, "000000000001.seg", 0, "BDLJRNL2", 8);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);
	told_of_damage("head", f.path, r, "for now");
	assert_int_equal(read_on(r, 0), 0);
	bdl_journal_close(j);
	j = writer_open(f.path, SMALL);
	append_number(j, 1);
	told_of_damage("head", f.path, r, "what follows in it is passed over");
	struct bdl_journal_reader *again BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, bdl_journal_reader_place(r));
	assert_int_equal(read_on(r, 1), 2);
	assert_int_equal(read_on(again, 1), 2);
}

/* Whoever may write the folder may do this too; it is no way to end the scribe. */
static void a_segment_cut_under_the_reader_is_damage(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	struct bdl_journal_entry e;
	struct bdl_journal *j = writer_open(f.path, BDL_JOURNAL_SEGMENT);

	for (unsigned k = 0; k < 20000; k++)
		append_number(j, k);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);
	numbers_come(r, 0, 1);
	assert_int_equal(truncate(folder_path(&f, "000000000001.seg", path), 0), 0);
	int rc;
	while ((rc = bdl_journal_next(r, &e, NULL)) > 0)
		;
	assert_int_equal(rc, BDL_E_INVALID);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 0);
	bdl_journal_close(j);
	j = writer_open(f.path, SMALL);
	append_number(j, 7);
	assert_int_equal(bdl_journal_next(r, &e, NULL), BDL_E_INVALID);
	assert_int_equal(read_on(r, 7), 8);
	bdl_journal_close(j);
}

static void a_cut_segment_is_damage(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	struct bdl_journal_entry e;

	for (unsigned part = 0; part < 2; part++) {
		struct bdl_journal *j = writer_open(f.path, SMALL);
		for (unsigned k = 0; k < 60; k++)
			append_number(j, part * 60 + k);
		bdl_journal_close(j);
	}
	off_t at = entry_at(f.path, 30);
	assert_int_equal(truncate(folder_path(&f, "000000000001.seg", path), at), 0);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);
	for (unsigned k = 0; k < 30; k++) {
		assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
		assert_int_equal(number_of(&e), k);
	}
	assert_int_equal(bdl_journal_next(r, &e, NULL), BDL_E_INVALID);
	struct bdl_journal_reader *again BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, bdl_journal_reader_place(r));
	assert_int_equal(read_on(r, 60), 120);
	assert_int_equal(read_on(again, 60), 120);
}

/* What a power cut may leave of a segment that was never synced: its name, and no bytes. */
static void a_blank_segment_is_none(void **state)
{
	(void)state;
	static const off_t sizes[] = { 0, 7, SMALL };

	for (size_t i = 0; i < BDL_ARRAY_LEN(sizes); i++) {
		struct folder f BDL_AUTO_IN(folder_done) = folder_make();
		char path[FOLDER_PATH];
		struct bdl_journal *j = writer_open(f.path, SMALL);
		append_number(j, 0);
		bdl_journal_close(j);
		int fd = open(folder_path(&f, "000000000002.seg", path), O_RDWR | O_CREAT, 0640);
		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, sizes[i]), 0);
		assert_int_equal(close(fd), 0);
		struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
		    reader_open(f.path, start);
		assert_int_equal(read_on(r, 0), 1);
		j = writer_open(f.path, SMALL);
		append_number(j, 1);
		bdl_journal_close(j);
		assert_int_equal(segments(f.path, ".seg"), 3);
		assert_int_equal(read_on(r, 1), 2);
	}
}

/* What a kill may leave: a segment under way. It is no segment, and the next is made over it. */
static void a_segment_under_way_is_none(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];

	int fd = open(folder_path(&f, "new", path), O_RDWR | O_CREAT, 0640);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "rubbish from before, longer than a head of 32", 45), 45);
	assert_int_equal(close(fd), 0);
	struct bdl_journal *j BDL_AUTO(bdl_journal_close) = writer_open(f.path, SMALL);
	struct bdl_journal_reader *r BDL_AUTO(bdl_journal_reader_close) =
	    reader_open(f.path, start);
	assert_int_equal(read_on(r, 0), 0);
	append_number(j, 0);
	assert_int_equal(read_on(r, 0), 1);
	assert_int_equal(access(path, F_OK), -1);
}

/* --- no room --- */

/* In a process of its own, which may have limits and mounts that end with it. */
static void in_child(void (*work)(const char *folder), const char *folder)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		work(folder);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("the child ended with status %x", (unsigned)status);
}

static void want(bool held, int line)
{
	if (held)
		return;
	(void)fprintf(stderr, "test_journal.c:%d does not hold\n", line);
	_exit(1);
}
#define WANT(cond) want(cond, __LINE__)

static void fills_up(const char *folder, int sys)
{
	static const char text[64 * 1024];
	struct bdl_view v = bdl_view_at(text, sizeof(text));
	struct bdl_journal *j;
	struct bdl_journal_reader *r;
	struct bdl_journal_entry e;
	struct bdl_err err = { 0 };
	unsigned held = 0, found = 0;
	int rc;

	WANT(!bdl_journal_open(folder, 256 * 1024, &j, NULL));
	while (!(rc = bdl_journal_append(j, BDL_ENTRY_ACT, v, &err)) && held < 1000)
		held++;
	WANT(rc == BDL_E_IO && err.sys == sys);
	/* It says so each time, and what was appended is there. */
	WANT(bdl_journal_append(j, BDL_ENTRY_ACT, v, NULL) == BDL_E_IO);
	WANT(!bdl_journal_reader_open(folder, (struct bdl_journal_place){ 0 }, &r, NULL));
	while (bdl_journal_next(r, &e, NULL) > 0)
		found++;
	WANT(found == held);
	bdl_journal_reader_close(r);
	bdl_journal_close(j);
}

static void fills_a_small_disk(const char *folder)
{
	struct bdl_journal *j;
	char path[FOLDER_PATH];
	struct folder f = { "" };

	(void)snprintf(f.path, sizeof(f.path), "%s", folder);
	WANT(!mount("none", folder, "tmpfs", 0, "size=1m"));
	folder_path(&f, "web-0", path);
	fills_up(path, ENOSPC);
	/* As soon as there is room again it goes on. */
	WANT(!bdl_journal_open(path, 256 * 1024, &j, NULL));
	WANT(bdl_journal_append(j, BDL_ENTRY_ACT, BDL_LIT("late"), NULL) == BDL_E_IO);
	WANT(!bdl_journal_forget(path, (struct bdl_journal_place){ 3, 0 }, NULL));
	WANT(!bdl_journal_append(j, BDL_ENTRY_ACT, BDL_LIT("late"), NULL));
	bdl_journal_close(j);
	WANT(!umount(folder));
}

static void fills_its_limit(const char *folder)
{
	struct rlimit limit = { 128 * 1024, 128 * 1024 };
	struct bdl_journal *j;
	struct bdl_err err = { 0 };

	WANT(!setrlimit(RLIMIT_FSIZE, &limit));
	WANT(!bdl_journal_open(folder, 256 * 1024, &j, NULL));
	WANT(bdl_journal_append(j, BDL_ENTRY_ACT, BDL_LIT("x"), &err) == BDL_E_IO);
	WANT(err.sys == EFBIG);
	bdl_journal_close(j);
}

static void says_that_the_disk_is_full(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();

	/* Where mounting is not allowed the limit below shows the same path. */
	if (mount("none", f.path, "tmpfs", 0, "size=64k")) {
		print_message("may not mount a tmpfs (%s): only the file size limit is tried\n",
		    strerrorname_np(errno));
		return;
	}
	assert_int_equal(umount(f.path), 0);
	in_child(fills_a_small_disk, f.path);
}

static void says_that_files_may_not_grow(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();

	in_child(fills_its_limit, f.path);
}

static void make_empty(const struct folder *f, const char *name)
{
	char path[FOLDER_PATH];
	int fd = open(folder_path(f, name, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

/* A number behind which the next would not be read: nothing is written there that nobody will know of. */
static void writes_nothing_that_is_not_read(void **state)
{
	(void)state;
	struct folder f BDL_AUTO_IN(folder_done) = folder_make();
	char path[FOLDER_PATH];
	struct bdl_journal_entry e;
	struct bdl_err err;

	/* No name of a segment: it stands in nobody's way. */
	make_empty(&f, "9223372036854775807.seg");
	struct bdl_journal *j = writer_open(f.path, SMALL);
	append_number(j, 7);
	assert_int_equal(bdl_journal_end(j).segment, 1);
	struct bdl_journal_reader *r = reader_open(f.path, start);
	assert_int_equal(bdl_journal_next(r, &e, NULL), 1);
	assert_int_equal(number_of(&e), 7);
	bdl_journal_reader_close(r);
	bdl_journal_close(j);

	make_empty(&f, "999999999999.seg");
	j = writer_open(f.path, SMALL);
	assert_int_equal(
	    bdl_journal_append(j, BDL_ENTRY_ACT, BDL_LIT("an act"), &err), BDL_E_LIMIT);
	assert_int_equal(access(folder_path(&f, "1000000000000.seg", path), F_OK), -1);
	bdl_journal_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_nothing_that_is_not_read),
		cmocka_unit_test(reads_what_was_appended),
		cmocka_unit_test(goes_on_from_a_place),
		cmocka_unit_test(a_new_writer_begins_a_new_segment),
		cmocka_unit_test(has_one_writer),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(waits_for_a_sync_at_last),
		cmocka_unit_test(syncs_on_another_thread),
		cmocka_unit_test(forgets_what_is_done_with),
		cmocka_unit_test(says_that_it_is_another_journal),
		cmocka_unit_test(passes_over_a_damaged_entry_alone),
		cmocka_unit_test(waits_at_a_damaged_tail),
		cmocka_unit_test(passes_over_a_segment_whose_head_is_damaged),
		cmocka_unit_test(a_segment_cut_under_the_reader_is_damage),
		cmocka_unit_test(a_cut_segment_is_damage),
		cmocka_unit_test(a_blank_segment_is_none),
		cmocka_unit_test(a_segment_under_way_is_none),
		cmocka_unit_test(takes_the_spare_segment),
		cmocka_unit_test(does_without_a_spare_segment),
		cmocka_unit_test(says_that_the_disk_is_full),
		cmocka_unit_test(says_that_files_may_not_grow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
