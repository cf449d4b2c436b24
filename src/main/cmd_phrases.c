/*
 * beadle phrases compile [FOLDER|FILE...] [--to FILE]
 * beadle phrases import FILE... --class NAME
 * beadle phrases show [FILE], test, bench: phrases_test.c
 */
#include "base/clock.h"
#include "main/data.h"
#include "main/phrases_verbs.h"
#include "main/shipped.h"
#include "scan/compile.h"
#include "sys/file.h"

#include <stdio.h>
#include <sys/stat.h>

#define IMPORTED_MAX (16 << 20)

int bdl_phrases_gather(char **words, size_t n, struct bdl_phrases_build **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = NULL;
	char shipped[BDL_PATH_MAX], *one = shipped;
	struct stat st;
	int rc = bdl_phrases_build_new(&b, err);

	if (rc == 0 && n == 0) {
		rc = bdl_shipped_find("phrases", "phrases", shipped, sizeof(shipped), err);
		words = &one;
		n = 1;
	}
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (stat(words[i], &st) < 0)
			rc = bdl_fail(
			    err, BDL_E_MISSING, "%s: there is no such folder or file", words[i]);
		else if (S_ISDIR(st.st_mode))
			rc = bdl_phrases_build_folder(b, words[i], err);
		else
			rc = bdl_phrases_build_file(b, words[i], err);
	}
	if (rc < 0)
		return rc;
	*ret = bdl_steal(&b);
	return 0;
}

/* DIR/phrases/phrases.map, owned as the data folder is. */
static int own_path(const char *data, char *path, size_t size, struct bdl_err *err)
{
	struct bdl_conf conf;
	int rc = bdl_data_open(data, false, &conf, err);

	if (rc == 0)
		rc = bdl_data_become_owner(&conf, err);
	if (rc < 0)
		return rc;
	bdl_conf_path(&conf, path, size, "phrases");
	rc = bdl_file_mkdirs(path, err);
	bdl_conf_path(&conf, path, size, "phrases/phrases.map");
	return rc;
}

static int compile(struct bdl_args *a)
{
	BDL_AUTO(bdl_phrases_build_free) struct bdl_phrases_build *b = NULL;
	const char *to = bdl_args_option(a, "--to");
	char path[BDL_PATH_MAX];
	struct bdl_err err;

	if (!bdl_args_fit(a, 1, SIZE_MAX))
		return BDL_EXIT_USAGE;
	int rc = bdl_phrases_gather(a->words + 1, a->n - 1, &b, &err);
	if (rc == 0 && to == NULL)
		rc = own_path(a->data, path, sizeof(path), &err);
	if (rc == 0)
		rc = bdl_phrases_build_write(b, to != NULL ? to : path, bdl_now_ms(), &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}

static int import_file(
    const char *path, const char *class_, struct bdl_buf *out, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(IMPORTED_MAX);
	struct bdl_phrases_imported n;
	int rc = bdl_file_read(path, &text, err);

	if (rc == 0)
		rc = bdl_phrases_import(bdl_buf_view(&text), bdl_view_of(class_), out, &n, err);
	if (rc < 0)
		return rc;
	fprintf(stderr, "%s: %zu phrases\n", path, n.taken);
	if (n.left_out > 0)
		fprintf(stderr, "%s:%zu: this line and %zu more cannot be said in a phrase file\n",
		    path, n.first_left_out, n.left_out - 1);
	return 0;
}

static int import(struct bdl_args *a)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf out = BDL_BUF(IMPORTED_MAX);
	const char *class_ = bdl_args_option(a, "--class");
	struct bdl_err err;
	int rc = 0;

	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (class_ == NULL) {
		fputs("beadle phrases: --class says what the phrases are of\n", stderr);
		return BDL_EXIT_USAGE;
	}
	for (size_t i = 1; rc == 0 && i < a->n; i++)
		rc = import_file(a->words[i], class_, &out, &err);
	if (rc < 0)
		return bdl_complain(&err);
	return fwrite(bdl_buf_str(&out), 1, out.n, stdout) == out.n ? BDL_EXIT_FINE
								    : BDL_EXIT_FAILED;
}

static const struct bdl_verb verbs[] = {
	{ "compile", "phrases compile [FOLDER|FILE...] [--to FILE]", compile },
	{ "show", "phrases show [--phrases FILE|FOLDER] [--all]", bdl_phrases_show },
	{ "test",
	    "phrases test FILE... [--phrases FILE|FOLDER] [--type TYPE] [--coding CODING]\n"
	    "           [--limits light|normal|strict]",
	    bdl_phrases_test },
	{ "bench", "phrases bench FILE... [--phrases FILE|FOLDER] [--type TYPE]",
	    bdl_phrases_bench },
	{ "import", "phrases import FILE... --class NAME", import },
};

int bdl_cmd_phrases(struct bdl_args *a)
{
	return bdl_verbs_run(verbs, BDL_ARRAY_LEN(verbs), a);
}

int bdl_help_phrases(const char *verb)
{
	return bdl_verbs_help("phrases", verbs, BDL_ARRAY_LEN(verbs), verb);
}
