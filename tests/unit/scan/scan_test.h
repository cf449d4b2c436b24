/* Phrases of a test's own, and texts scanned with them. */
#ifndef BDL_TESTS_SCAN_TEST_H
#define BDL_TESTS_SCAN_TEST_H

#include "../check.h"
#include "scan/compile.h"
#include "scan/scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct scan_test {
	struct bdl_phrases *p;
	struct bdl_scanner *scanner;
};

/* A file of these bytes, opened; the error's text where it is refused. */
static inline int scan_test_open(
    const void *file, size_t n, struct bdl_phrases **ret, struct bdl_err *err)
{
	char path[64];
	int fd = memfd_create("phrases", MFD_CLOEXEC);

	assert_true(fd >= 0 && write(fd, file, n) == (ssize_t)n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int rc = bdl_phrases_open(path, ret, err);
	close(fd);
	return rc;
}

static inline unsigned char *scan_test_file(const char *text, size_t *ret_n)
{
	struct bdl_err err = { 0 };
	struct bdl_phrases_build *b = NULL;
	unsigned char *file = NULL;

	assert_int_equal(bdl_phrases_build_new(&b, &err), 0);
	if (bdl_phrases_build_text(b, "phrases.txt", bdl_view_of(text), &err) < 0 ||
	    bdl_phrases_make_file(b, 1, &file, ret_n, &err) < 0)
		fail_msg("%s", err.text);
	bdl_phrases_build_free(b);
	return file;
}

static inline struct scan_test scan_test_with(const char *text)
{
	struct scan_test t = { 0 };
	struct bdl_err err = { 0 };
	size_t n = 0;
	unsigned char *file = scan_test_file(text, &n);

	if (scan_test_open(file, n, &t.p, &err) < 0)
		fail_msg("%s", err.text);
	free(file);
	assert_int_equal(bdl_scanner_new(t.p, &t.scanner, &err), 0);
	return t;
}

static inline void scan_test_done(struct scan_test *t)
{
	bdl_scanner_free(t->scanner);
	bdl_phrases_close(t->p);
}

/* The text in pieces of `piece` bytes, to its end. The caller gives the scan back. */
static inline struct bdl_scan *scan_test_run(const struct scan_test *t, struct bdl_view text,
    const struct bdl_scan_options *options, size_t piece)
{
	struct bdl_scan *s = bdl_scan_begin(t->scanner, options);

	while (text.n > 0) {
		size_t n = text.n < piece ? text.n : piece;
		/* A copy of just that size, so that a sanitizer sees a read past its end. */
		char *copy = malloc(n);
		assert_non_null(copy);
		memcpy(copy, text.p, n);
		bdl_scan_add(s, bdl_view_at(copy, n));
		free(copy);
		text = bdl_view_from(text, n);
	}
	bdl_scan_end(s);
	return s;
}

static inline int scan_test_score(
    const struct scan_test *t, const char *class_, const char *text, enum bdl_scan_form form)
{
	struct bdl_scan_options o = { .form = form };
	struct bdl_scan_result r;
	int i = bdl_phrases_class_find(t->p, bdl_view_of(class_));

	assert_true(i >= 0);
	struct bdl_scan *s = scan_test_run(t, bdl_view_of(text), &o, SIZE_MAX);
	bdl_scan_result(s, &r);
	bdl_scan_done(s);
	return r.scores[i].score;
}

/* All that came of a scan as text, so that two can be compared. */
static inline char *scan_test_all(struct bdl_scan *s)
{
	struct bdl_scan_result r;
	struct bdl_scan_hit h;
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	assert_non_null(f);
	bdl_scan_result(s, &r);
	fprintf(f, "read %d words %llu\n", r.read, (unsigned long long)r.words);
	for (size_t i = 0; i < r.n_classes; i++)
		fprintf(f, "%d %d %d %d\n", r.scores[i].score, r.scores[i].found,
		    r.scores[i].excused, r.scores[i].firm);
	for (size_t i = 0; i < r.n_hits; i++) {
		bdl_scan_hit(s, i, &h);
		fprintf(f, "%.*s (%.*s) %d times %u covered %u by %.*s word %llu %d [%.*s]\n",
		    BDL_FMT(h.phrase), BDL_FMT(h.found), h.counted, h.times, h.covered,
		    BDL_FMT(h.by), (unsigned long long)h.word, h.disguised, BDL_FMT(h.around));
	}
	(void)fclose(f);
	return out;
}

#endif
