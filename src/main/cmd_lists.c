/*
 * beadle lists compile FOLDER|FILE...
 * beadle lists show, find, status: main/lists/show.c; install-illegal: main/lists/install.c
 * beadle lists update: main/lists/update.c; changes: main/lists/changes.c
 */
#include "base/clock.h"
#include "lists/protect.h"
#include "main/lists/verbs.h"
#include "main/publish.h"
#include "main/shipped.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

int bdl_lists_protect(struct bdl_list_build *b, const char *data, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_buf_done) struct bdl_buf text = BDL_BUF(4 << 20);
	char path[BDL_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/lists", data);
	int rc = n < (int)sizeof(path)
	    ? bdl_list_build_protect_folder(b, path, bdl_now_ms(), err)
	    : bdl_fail(err, BDL_E_LIMIT, "the path '%.100s...' is too long", data);

	if (rc < 0 ||
	    bdl_shipped_find("lists", "lists/protected.domains", path, sizeof(path), NULL) < 0)
		return rc;
	rc = bdl_file_read(path, &text, err);
	return rc == 0 ? bdl_list_build_protect(b, bdl_buf_view(&text), path, err) : rc;
}

static void say_source(const struct bdl_list_report *rep)
{
	if (rep->is_patterns)
		fprintf(stderr, "%s: patterns, not taken\n", rep->path);
	for (size_t i = 0; i < rep->n_named; i++)
		fprintf(stderr, "%s\n", rep->named[i]);
	if (rep->bad > 0)
		fprintf(stderr, "%s: %zu bad %s of %zu, left out\n", rep->path, rep->bad,
		    rep->bad == 1 ? "line" : "lines", rep->taken + rep->passed + rep->bad);
}

void bdl_lists_say(const struct bdl_list_build *b)
{
	size_t n = 0, all = 0;
	const struct bdl_list_report *reports = bdl_list_build_reports(b, &n);

	for (size_t i = 0; i < n; i++)
		say_source(&reports[i]);
	const struct bdl_list_spared *spared = bdl_list_build_spared(b, &n, &all);
	for (size_t i = 0; i < n; i++)
		printf("protected: %s stays out of %s\n", spared[i].host, spared[i].category);
	if (all > n)
		printf("protected: and %zu more\n", all - n);
}

static bool is_plan(const char *path)
{
	return bdl_view_ends(bdl_view_of(path), BDL_LIT(".conf"));
}

static int add_plan(struct bdl_list_build *b, const char *path, struct bdl_err *err)
{
	BDL_AUTO(bdl_plan_free) struct bdl_plan *plan = NULL;
	int rc = bdl_lists_plan_read(path, &plan, err);

	return rc == 0 ? bdl_list_build_plan(b, plan, bdl_now_ms(), err) : rc;
}

static int add_word(struct bdl_list_build *b, const char *path, const struct bdl_list_source *as,
    struct bdl_err *err)
{
	struct bdl_list_source s = *as;
	struct stat st;

	s.path = path;
	if (stat(path, &st) < 0)
		return bdl_fail(err, BDL_E_MISSING, "%s: there is no such folder or file", path);
	if (S_ISDIR(st.st_mode))
		return bdl_list_build_folder_as(b, path, as, err);
	return is_plan(path) ? add_plan(b, path, err) : bdl_list_build_source(b, &s, err);
}

/* Protected hosts first, wherever they are, then every source. */
static int add_words(struct bdl_list_build *b, const struct bdl_args *a,
    const struct bdl_list_source *as, struct bdl_err *err)
{
	int rc = bdl_lists_protect(b, a->data, err);

	for (size_t i = 1; rc == 0 && i < a->n; i++)
		rc = bdl_list_build_protect_folder(b, a->words[i], bdl_now_ms(), err);
	for (size_t i = 1; rc == 0 && i < a->n; i++)
		rc = add_word(b, a->words[i], as, err);
	return rc;
}

static int compile(struct bdl_args *a)
{
	struct bdl_err err;
	struct bdl_conf conf;
	struct bdl_list_source as = { .category = bdl_args_option(a, "--category") };
	const char *format = bdl_args_option(a, "--format");
	const char *names_path = bdl_args_option(a, "--names");
	struct bdl_list_names *names BDL_AUTO(bdl_list_names_free) = NULL;
	struct bdl_list_build *build BDL_AUTO(bdl_list_build_free) = bdl_list_build_new();

	char by[BDL_OPERATOR_MAX];

	bdl_operator(by);
	if (!bdl_args_fit(a, 2, SIZE_MAX))
		return BDL_EXIT_USAGE;
	if (format && !bdl_list_format_parse(bdl_view_of(format), &as.format)) {
		fprintf(stderr,
		    "beadle lists: '%s' is no form; expected plain, hosts, adblock, rpz or csv\n",
		    format);
		return BDL_EXIT_USAGE;
	}
	int rc = names_path ? bdl_list_names_read(names_path, &names, &err) : 0;
	as.names = names;
	if (rc == 0)
		rc = add_words(build, a, &as, &err);
	bdl_lists_say(build);
	if (rc == 0)
		rc = bdl_data_open(a->data, false, &conf, &err);
	if (rc == 0)
		rc = bdl_data_become_owner(&conf, &err);
	if (rc == 0)
		rc = bdl_publish_lists(&conf, build, by, &err);
	return rc == 0 ? BDL_EXIT_FINE : bdl_complain(&err);
}

static const struct bdl_verb verbs[] = {
	{ "compile",
	    "lists compile FOLDER|FILE|LISTS.conf... [--category CATEGORY]\n"
	    "           [--format plain|hosts|adblock|rpz|csv] [--names FILE]",
	    compile },
	{ "show", "lists show [FILE]", bdl_lists_show },
	{ "find", "lists find URL|HOST [--lists FILE]", bdl_lists_find_url },
	{ "status", "lists status", bdl_lists_status },
	{ "changes", "lists changes [--last N]", bdl_lists_say_changes },
	{ "install-illegal", "lists install-illegal FILE --signature FILE [--key FILE]",
	    bdl_lists_install_illegal },
	{ "update", "lists update LISTS.conf", bdl_lists_update },
};

int bdl_cmd_lists(struct bdl_args *a)
{
	return bdl_verbs_run(verbs, BDL_ARRAY_LEN(verbs), a);
}

int bdl_help_lists(const char *verb)
{
	return bdl_verbs_help("lists", verbs, BDL_ARRAY_LEN(verbs), verb);
}
