/*
 * beadle phrases show [--phrases FILE|FOLDER] [--all]
 * beadle phrases test FILE... [--phrases FILE|FOLDER] [--type TYPE] [--coding CODING] [--limits NAME]
 * beadle phrases bench FILE... [--phrases FILE|FOLDER] [--type TYPE]
 */
#include "base/clock.h"
#include "main/data.h"
#include "main/phrases_verbs.h"
#include "scan/scan.h"
#include "sys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TEXT_MAX (256 << 20)
#define PIECE    32768 /* as a door gets them, about */
#define BENCH_S  1.0   /* how long each file is scanned again and again */

/* A compiled file, or phrase files compiled for this once, into memory. */
static int open_path(const char *path, struct bdl_phrases **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = NULL;
	BDL_AUTO_FREE char *one = path != NULL ? strdup(path) : NULL;
	char in_memory[64];

	if (path != NULL && bdl_view_ends(bdl_view_of(path), BDL_LIT(".map")))
		return bdl_phrases_open(path, ret, err);
	int rc = bdl_phrases_gather(&one, one != NULL, &b, err);
	if (rc < 0)
		return rc;
	BDL_AUTO_FREE unsigned char *file = NULL;
	size_t n = 0;
	rc = bdl_phrases_make_file(b, bdl_now_ms(), &file, &n, err);
	if (rc < 0)
		return rc;
	BDL_AUTO_FD int fd = memfd_create("phrases", MFD_CLOEXEC);
	if (fd < 0 || write(fd, file, n) != (ssize_t)n)
		return bdl_fail_sys(err, "keep the phrases");
	(void)snprintf(in_memory, sizeof(in_memory), "/proc/self/fd/%d", fd);
	return bdl_phrases_open(in_memory, ret, err);
}

/* Those that are named, else the data folder's, else those that ship. */
static int open_phrases(struct bdl_args *a, struct bdl_phrases **ret, struct bdl_err *err)
{
	const char *path = bdl_args_option(a, "--phrases");
	char own[BDL_PATH_MAX];
	struct stat st;

	(void)snprintf(own, sizeof(own), "%s/phrases/phrases.map", a->data);
	if (path == NULL && stat(own, &st) == 0)
		path = own;
	return open_path(path, ret, err);
}

/* --- show --- */

static void count_classes(
    const struct bdl_phrases *p, size_t counts[BDL_PHRASES_CLASSES_MAX], bool print)
{
	for (size_t i = 0; i < bdl_phrases_count(p); i++) {
		struct bdl_phrases_one one = bdl_phrases_at(p, i);
		counts[one.class_]++;
		if (print)
			printf("%-12s %5d %s%.*s\n", bdl_phrases_class(p, one.class_), one.weight,
			    one.firm ? "firm " : "", BDL_FMT(one.text));
	}
}

int bdl_phrases_show(struct bdl_args *a)
{
	static const char *const kinds[] = { "class", "context", "common" };
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = NULL;
	size_t counts[BDL_PHRASES_CLASSES_MAX] = { 0 };
	bool all = bdl_args_flag(a, "--all");
	char made[BDL_LONG_LEN];
	struct bdl_err err;

	int rc = open_phrases(a, &p, &err);
	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	if (rc < 0)
		return bdl_complain(&err);
	count_classes(p, counts, all);
	bdl_time_long(bdl_phrases_made_ms(p), made);
	printf("made on %s: %zu phrases, in %zu spellings and %zu disguises, %zu kB\n", made,
	    bdl_phrases_count(p), bdl_phrases_spellings(p), bdl_phrases_disguises(p),
	    bdl_phrases_bytes(p) / 1024);
	for (size_t i = 0; i < bdl_phrases_classes(p); i++)
		printf("%-8s %-16s %6zu\n", kinds[bdl_phrases_class_kind(p, i)],
		    bdl_phrases_class(p, i), counts[i]);
	return BDL_EXIT_FINE;
}

/* --- test --- */

static struct bdl_view type_of(const char *path, const char *type)
{
	struct bdl_view name = bdl_view_of(path);

	if (type != NULL)
		return bdl_view_of(type);
	if (bdl_view_ends(name, BDL_LIT(".html")) || bdl_view_ends(name, BDL_LIT(".htm")))
		return BDL_LIT("text/html");
	return bdl_view_ends(name, BDL_LIT(".json")) ? BDL_LIT("application/json")
						     : BDL_LIT("text/plain");
}

static void say_score(const struct bdl_phrases *p, const struct bdl_scan_limits *limits, size_t i,
    const struct bdl_scan_score *score)
{
	if (bdl_phrases_class_kind(p, i) != BDL_PHRASES_CLASS ||
	    (score->score == 0 && score->found == 0))
		return;
	printf("  %-12s %4d %-8s found %d, excused %d", bdl_phrases_class(p, i), score->score,
	    bdl_scan_level_word(bdl_scan_level_of(limits, score->score)), score->found,
	    score->excused);
	const char *between = " by ";
	for (size_t k = 0; score->excused && k < bdl_phrases_classes(p); k++) {
		if (!(score->contexts & UINT64_C(1) << k))
			continue;
		printf("%s%s", between, bdl_phrases_class(p, k));
		between = " and ";
	}
	printf(", firm %d\n", score->firm);
}

/* The words around it, on one line: where a heading or a paragraph ends is a blank here. */
static void say_around(struct bdl_view around)
{
	printf("\n          ... ");
	for (size_t i = 0; i < around.n; i++)
		putchar(around.p[i] == '\n' ? ' ' : around.p[i]);
	printf(" ...");
}

static void say_hit(const struct bdl_phrases *p, const struct bdl_scan_hit *h)
{
	printf("    %+5d %-12s word %llu: %.*s", h->counted, bdl_phrases_class(p, h->class_),
	    (unsigned long long)h->word, BDL_FMT(h->phrase));
	if (h->times > 1)
		printf(", %u times", h->times);
	if (h->disguised)
		printf(", disguised");
	if (h->covered > 0)
		printf(", %u times within \"%.*s\"", h->covered, BDL_FMT(h->by));
	if (h->around.n > 0)
		say_around(h->around);
	putchar('\n');
}

static void say(const char *path, const struct bdl_phrases *p, struct bdl_scan *s,
    const struct bdl_scan_limits *limits)
{
	static const char *const reads[] = { "read", "too large: read in part",
		"packed too densely: read in part", "damaged: read in part", "cannot be read" };
	struct bdl_scan_result r;
	struct bdl_scan_hit h;

	bdl_scan_result(s, &r);
	printf("%s: %s, %llu words\n", path, reads[r.read], (unsigned long long)r.words);
	for (size_t i = 0; i < r.n_classes; i++)
		say_score(p, limits, i, &r.scores[i]);
	for (size_t i = 0; i < r.n_hits; i++) {
		bdl_scan_hit(s, i, &h);
		say_hit(p, &h);
	}
}

/* The caller gives the scan back. */
static struct bdl_scan *scan_text(
    struct bdl_scanner *scanner, struct bdl_view text, const struct bdl_scan_options *options)
{
	struct bdl_scan *s = bdl_scan_begin(scanner, options);

	while (text.n > 0) {
		size_t n = text.n < PIECE ? text.n : PIECE;
		bdl_scan_add(s, bdl_view_at(text.p, n));
		text = bdl_view_from(text, n);
	}
	bdl_scan_end(s);
	return s;
}

int bdl_phrases_test(struct bdl_args *a)
{
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = NULL;
	BDL_AUTO(bdl_scanner_free) struct bdl_scanner *scanner = NULL;
	const char *type = bdl_args_option(a, "--type"), *coding = bdl_args_option(a, "--coding");
	const char *name = bdl_args_option(a, "--limits");
	struct bdl_scan_limits limits;
	struct bdl_scan_options options;
	struct bdl_err err;

	if (!bdl_scan_limits_named(bdl_view_of(name != NULL ? name : "normal"), &limits)) {
		fputs("beadle phrases: limits are light, normal or strict\n", stderr);
		return BDL_EXIT_USAGE;
	}
	int rc = open_phrases(a, &p, &err);
	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (rc == 0)
		rc = bdl_scanner_new(p, &scanner, &err);
	for (size_t i = 1; rc == 0 && i < a->n; i++) {
		BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(TEXT_MAX);
		bdl_scan_options_of(type_of(a->words[i], type), bdl_view_of(coding), &options);
		options.keep_around = true;
		rc = bdl_file_read(a->words[i], &text, &err);
		if (rc < 0)
			break;
		BDL_AUTO(bdl_scan_done)
		struct bdl_scan *s = scan_text(scanner, bdl_buf_view(&text), &options);
		say(a->words[i], p, s, &limits);
	}
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}

/* --- bench --- */

static double own_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int bench_file(
    struct bdl_scanner *scanner, const char *path, const char *type, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(TEXT_MAX);
	struct bdl_scan_options options;
	double begin = own_seconds(), took = 0;
	uint64_t rounds = 0;
	int rc = bdl_file_read(path, &text, err);

	bdl_scan_options_of(type_of(path, type), bdl_view_at(NULL, 0), &options);
	for (; rc == 0 && took < BENCH_S; rounds++) {
		bdl_scan_done(scan_text(scanner, bdl_buf_view(&text), &options));
		took = own_seconds() - begin;
	}
	if (rc == 0)
		printf("%s: %zu bytes, %.1f MB/s\n", path, text.n,
		    (double)text.n * (double)rounds / took / 1e6);
	return rc;
}

int bdl_phrases_bench(struct bdl_args *a)
{
	BDL_AUTO(bdl_phrases_close) struct bdl_phrases *p = NULL;
	BDL_AUTO(bdl_scanner_free) struct bdl_scanner *scanner = NULL;
	const char *type = bdl_args_option(a, "--type");
	struct bdl_err err;

	int rc = open_phrases(a, &p, &err);
	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (rc == 0)
		rc = bdl_scanner_new(p, &scanner, &err);
	for (size_t i = 1; rc == 0 && i < a->n; i++)
		rc = bench_file(scanner, a->words[i], type, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}
