/* What the targets of scanning share: phrases made once, and a text scanned whole and in pieces. */
#ifndef BDL_TESTS_SCAN_FUZZ_H
#define BDL_TESTS_SCAN_FUZZ_H

#include "fuzz.h"
#include "scan/compile.h"
#include "scan/scan.h"
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static inline unsigned char *scan_fuzz_file(struct bdl_view text, size_t *ret_n)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = NULL;
	unsigned char *file = NULL;

	MUST(bdl_phrases_build_new(&b, NULL) == 0);
	MUST(bdl_phrases_build_text(b, "phrases", text, NULL) == 0);
	MUST(bdl_phrases_make_file(b, 1, &file, ret_n, NULL) == 0);
	return file;
}

static inline int scan_fuzz_open(const void *file, size_t n, struct bdl_phrases **ret)
{
	BDL_AUTO_FD int fd = memfd_create("phrases", MFD_CLOEXEC);
	char path[64];

	MUST(fd >= 0 && write(fd, file, n) == (ssize_t)n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return bdl_phrases_open(path, ret, NULL);
}

/* A scanner that lives as long as the process. */
static inline struct bdl_scanner *scan_fuzz_scanner(void)
{
	static const char phrases[] =
	    "class a\nexcused by c\n10 kill, kill me, (a|b) + c [up to 3]\n"
	    "5 s*, (well|will) (hang|hung)\n60 want to die [firm]\ncontext c\n5 nhs\ncommon\n0 kill time\n";
	static struct bdl_scanner *scanner;
	static struct bdl_phrases *p;

	if (scanner == NULL) {
		size_t n = 0;
		BDL_AUTO_FREE unsigned char *file =
		    scan_fuzz_file(bdl_view_at(phrases, sizeof(phrases) - 1), &n);
		MUST(scan_fuzz_open(file, n, &p) == 0);
		MUST(bdl_scanner_new(p, &scanner, NULL) == 0);
	}
	return scanner;
}

static inline void scan_fuzz_run(const struct bdl_scan_options *o, struct bdl_view text,
    size_t piece, struct bdl_scan_result *ret)
{
	BDL_AUTO(bdl_scan_done) struct bdl_scan *s = bdl_scan_begin(scan_fuzz_scanner(), o);
	struct bdl_scan_hit h;

	while (text.n > 0) {
		size_t n = text.n < piece ? text.n : piece;
		bdl_scan_add(s, bdl_view_at(text.p, n));
		text = bdl_view_from(text, n);
	}
	bdl_scan_end(s);
	bdl_scan_result(s, ret);
	for (size_t i = 0; i < ret->n_hits; i++) {
		bdl_scan_hit(s, i, &h);
		MUST(h.times + h.covered > 0 && h.around.n <= BDL_SCAN_AROUND_MAX);
	}
}

/* The same comes of it in one piece and in small ones. */
static inline void scan_fuzz_both(const struct bdl_scan_options *o, struct bdl_view text)
{
	struct bdl_scan_result whole, cut;

	scan_fuzz_run(o, text, SIZE_MAX, &whole);
	scan_fuzz_run(o, text, 1 + text.n % 7, &cut);
	/* How much of something damaged comes out before that shows depends on the pieces. */
	if (whole.read != BDL_SCAN_READ || cut.read != BDL_SCAN_READ)
		return;
	MUST(whole.words == cut.words && whole.n_hits == cut.n_hits);
	for (size_t i = 0; i < whole.n_classes; i++)
		MUST(whole.scores[i].score == cut.scores[i].score && whole.scores[i].score >= 0);
}

#endif
