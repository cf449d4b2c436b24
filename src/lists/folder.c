/* Folders of sources, of the shapes that are in use. */
#include "base/alloc.h"
#include "lists/build_int.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *ending;
	enum bdl_list_format format;
} endings[] = {
	{ ".txt", BDL_LIST_ANY },
	{ ".domains", BDL_LIST_ANY },
	{ ".hosts", BDL_LIST_HOSTS },
	{ ".csv", BDL_LIST_CSV },
	{ ".rpz", BDL_LIST_RPZ },
	{ ".zone", BDL_LIST_RPZ },
};

/* One file of that category, unless `as` says which category and form. */
static int add_file(struct bdl_list_build *b, const char *path, struct bdl_view category,
    enum bdl_list_format format, const struct bdl_list_source *as, struct bdl_err *err)
{
	BDL_AUTO_FREE char *name = bdl_xview_dup(category);
	struct bdl_list_source s = *as;

	s.path = path;
	if (s.format == BDL_LIST_ANY)
		s.format = format;
	/* The lines of a CSV name theirs. */
	if (s.category == NULL && s.format != BDL_LIST_CSV)
		s.category = name;
	return bdl_list_build_source(b, &s, err);
}

/* What `expressions` holds are patterns: it is said that they are not taken. */
static void pass_over(struct bdl_list_build *b, const char *folder)
{
	BDL_AUTO_FREE char *path = bdl_xprintf("%s/expressions", folder);
	struct bdl_list_source s = { .path = path };
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > 0)
		bdl_list_new_report(b, &s, 0)->is_patterns = true;
}

/* squidGuard's files; *ret_any says whether one is there. */
static int add_category(struct bdl_list_build *b, const char *folder, struct bdl_view category,
    const struct bdl_list_source *as, bool *ret_any, struct bdl_err *err)
{
	static const char *const files[] = { "domains", "urls" };
	bool any = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < BDL_ARRAY_LEN(files); i++) {
		BDL_AUTO_FREE char *path = bdl_xprintf("%s/%s", folder, files[i]);
		if (access(path, F_OK) < 0)
			continue;
		any = true;
		rc = add_file(b, path, category, BDL_LIST_PLAIN, as, err);
	}
	if (any)
		pass_over(b, folder);
	*ret_any = any;
	return rc;
}

/* What is neither FOLDER/CATEGORY.ending nor FOLDER/CATEGORY/domains is no list. */
static int add_entry(struct bdl_list_build *b, const char *folder, const char *name,
    const struct bdl_list_source *as, struct bdl_err *err)
{
	BDL_AUTO_FREE char *path = bdl_xprintf("%s/%s", folder, name);
	struct bdl_view v = bdl_view_of(name);
	struct stat st;
	bool any;

	if (stat(path, &st) < 0)
		return bdl_fail_sys(err, "%s", path);
	if (S_ISDIR(st.st_mode))
		return add_category(b, path, v, as, &any, err);
	if (!S_ISREG(st.st_mode) || bdl_view_is(v, "protected.domains"))
		return 0;
	for (size_t i = 0; i < BDL_ARRAY_LEN(endings); i++) {
		struct bdl_view ending = bdl_view_of(endings[i].ending);
		if (v.n > ending.n && bdl_view_ends(v, ending))
			return add_file(
			    b, path, bdl_view_at(v.p, v.n - ending.n), endings[i].format, as, err);
	}
	return 0;
}

static int is_seen(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int add_all(struct bdl_list_build *b, const char *folder, const struct bdl_list_source *as,
    struct bdl_err *err)
{
	struct dirent **entries = NULL;
	/* In order of name, so that the same folder gives the same categories' numbers. */
	int n = scandir(folder, &entries, is_seen, alphasort), r = 0;

	if (n < 0 && errno == ENOENT)
		return bdl_fail(err, BDL_E_MISSING, "%s: there is no such folder", folder);
	if (n < 0)
		return bdl_fail_sys(err, "%s", folder);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = add_entry(b, folder, entries[i]->d_name, as, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* What the folder is called, where it may have been given as "." or with a slash behind. */
static struct bdl_view name_of(const char *folder, char real[PATH_MAX])
{
	const char *slash = realpath(folder, real) != NULL ? strrchr(real, '/') : NULL;

	return bdl_view_of(slash != NULL ? slash + 1 : NULL);
}

int bdl_list_build_folder_as(struct bdl_list_build *b, const char *folder,
    const struct bdl_list_source *as, struct bdl_err *err)
{
	char real[PATH_MAX];
	bool any = false;
	int rc = add_category(b, folder, name_of(folder, real), as, &any, err);

	return rc < 0 || any ? rc : add_all(b, folder, as, err);
}

int bdl_list_build_folder(struct bdl_list_build *b, const char *folder, struct bdl_err *err)
{
	struct bdl_list_source as_is = { .format = BDL_LIST_ANY };

	return bdl_list_build_folder_as(b, folder, &as_is, err);
}
