/*
 * How well the phrases that ship tell harmful texts from benign ones.
 *
 *   corpus PHRASES FOLDER PRECISION RECALL
 *
 * FOLDER has benign/ and harmful/, each with files of texts (tests/corpus/README.md); a file of
 * harmful/ is named after its class. A text is found where a class is noted at normal limits. Printed is,
 * for each class, how many of its texts were found in it (recall), and how many of the texts that were
 * found in it were its own rather than benign ones (precision); a harmful text of another class counts
 * for neither. It fails where a class, or all together, is below PRECISION or RECALL, in per cent.
 */
#include "base/clock.h"
#include "scan/compile.h"
#include "scan/scan.h"
#include "sys/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct corpus {
	struct bdl_phrases *p;
	struct bdl_scanner *scanner;
	struct bdl_scan_limits limits;
	size_t own[BDL_PHRASES_CLASSES_MAX];   /* texts of the class */
	size_t right[BDL_PHRASES_CLASSES_MAX]; /* of those, found in it */
	size_t wrong[BDL_PHRASES_CLASSES_MAX]; /* benign ones found in it */
	size_t n_benign, n_wrong;
};

static int compile(const char *folder, struct corpus *c, struct bdl_err *err)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = NULL;
	BDL_AUTO_FREE unsigned char *file = NULL;
	char path[64];
	size_t n = 0;
	int rc = bdl_phrases_build_new(&b, err);

	if (rc == 0)
		rc = bdl_phrases_build_folder(b, folder, err);
	if (rc == 0)
		rc = bdl_phrases_make_file(b, bdl_now_ms(), &file, &n, err);
	if (rc < 0)
		return rc;
	BDL_AUTO_FD int fd = memfd_create("phrases", MFD_CLOEXEC);
	if (fd < 0 || write(fd, file, n) != (ssize_t)n)
		return bdl_fail_sys(err, "keep the phrases");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = bdl_phrases_open(path, &c->p, err);
	return rc == 0 ? bdl_scanner_new(c->p, &c->scanner, err) : rc;
}

/* Count the classes that the text is found in; `own` is its class, or -1. */
static void judge(struct corpus *c, const char *where, struct bdl_view text, int own)
{
	struct bdl_scan_options o = { .form = BDL_SCAN_PLAIN };
	struct bdl_scan_result r;
	struct bdl_scan *s = bdl_scan_begin(c->scanner, &o);
	bool any = false;

	bdl_scan_add(s, text);
	bdl_scan_end(s);
	bdl_scan_result(s, &r);
	bdl_scan_done(s);
	for (size_t i = 0; i < r.n_classes; i++) {
		bool found = bdl_phrases_class_kind(c->p, i) == BDL_PHRASES_CLASS &&
		    bdl_scan_level_of(&c->limits, r.scores[i].score) != BDL_SCAN_NOTHING;
		any = any || found;
		c->right[i] += found && own == (int)i;
		c->wrong[i] += found && own < 0;
		if (found && own < 0)
			printf("  %s is taken for %s (%d): %.60s\n", where,
			    bdl_phrases_class(c->p, i), r.scores[i].score, text.p);
		if (!found && own == (int)i)
			printf("  %s is not found (%d): %.60s\n", where, r.scores[i].score, text.p);
	}
	if (own >= 0)
		c->own[own]++;
	c->n_benign += own < 0;
	c->n_wrong += own < 0 && any;
}

/* "== NAME" begins a text. */
static int judge_file(
    struct corpus *c, const char *path, const char *name, int own, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf file = BDL_BUF(4 << 20);
	int rc = bdl_file_read(path, &file, err);
	char where[128];

	if (rc < 0)
		return rc;
	for (char *at = strstr(file.p, "== "); at != NULL;) {
		char *text = strchr(at, '\n'), *next;
		if (text == NULL)
			break;
		next = strstr(text, "\n== ");
		*text = '\0';
		(void)snprintf(where, sizeof(where), "%.50s %.50s", name, at + 3);
		if (next != NULL)
			*next++ = '\0';
		judge(c, where, bdl_view_of(text + 1), own);
		at = next;
	}
	return rc;
}

static int is_text(const struct dirent *entry)
{
	return bdl_view_ends(bdl_view_of(entry->d_name), BDL_LIT(".txt"));
}

static int judge_folder(struct corpus *c, const char *folder, const char *kind, struct bdl_err *err)
{
	bool harmful = strcmp(kind, "harmful") == 0;
	struct dirent **entries = NULL;
	char path[4096];
	int rc = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, kind);
	int n = scandir(path, &entries, is_text, alphasort);
	if (n <= 0)
		return bdl_fail(err, BDL_E_MISSING, "%s: there are no texts", path);
	for (int i = 0; i < n; i++) {
		char *name = entries[i]->d_name;
		(void)snprintf(path, sizeof(path), "%s/%s/%s", folder, kind, name);
		name[strlen(name) - strlen(".txt")] = '\0';
		int own = harmful ? bdl_phrases_class_find(c->p, bdl_view_of(name)) : -1;
		if (rc == 0 && harmful && own < 0)
			rc = bdl_fail(err, BDL_E_MISSING, "%s is the name of no class", name);
		if (rc == 0)
			rc = judge_file(c, path, name, own, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static double percent(size_t part, size_t all)
{
	return all > 0 ? 100.0 * (double)part / (double)all : 100.0;
}

static bool report(const struct corpus *c, double precision, double recall)
{
	size_t own = 0, right = 0, wrong = 0;
	bool fine = true;

	printf("%-12s %6s %10s %8s\n", "class", "texts", "precision", "recall");
	for (size_t i = 0; i < bdl_phrases_classes(c->p); i++) {
		if (c->own[i] == 0)
			continue;
		double p = percent(c->right[i], c->right[i] + c->wrong[i]);
		double r = percent(c->right[i], c->own[i]);
		bool low = p < precision || r < recall;
		printf("%-12s %6zu %9.1f%% %7.1f%%%s\n", bdl_phrases_class(c->p, i), c->own[i], p,
		    r, low ? "  TOO LOW" : "");
		fine = fine && !low;
		own += c->own[i];
		right += c->right[i];
		wrong += c->wrong[i];
	}
	printf("%-12s %6zu %9.1f%% %7.1f%%; of %zu benign texts %zu were taken for harmful\n",
	    "all", own, percent(right, right + wrong), percent(right, own), c->n_benign,
	    c->n_wrong);
	return fine && own > 0;
}

int main(int argc, char **argv)
{
	struct corpus c = { 0 };
	struct bdl_err err = { 0 };

	if (argc != 5) {
		fprintf(stderr, "use: corpus PHRASES FOLDER PRECISION RECALL\n");
		return 2;
	}
	if (!bdl_scan_limits_named(BDL_LIT("normal"), &c.limits))
		return 2;
	int rc = compile(argv[1], &c, &err);
	if (rc == 0)
		rc = judge_folder(&c, argv[2], "benign", &err);
	if (rc == 0)
		rc = judge_folder(&c, argv[2], "harmful", &err);
	bool fine = rc == 0 && report(&c, strtod(argv[3], NULL), strtod(argv[4], NULL));
	if (rc < 0)
		fprintf(stderr, "corpus: %s\n", err.text);
	bdl_scanner_free(c.scanner);
	bdl_phrases_close(c.p);
	return fine ? 0 : 1;
}
