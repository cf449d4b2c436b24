/* What the tests of the lists share: a temporary folder, and a file compiled from a few lines. */
#ifndef BDL_TESTS_LISTS_TEST_H
#define BDL_TESTS_LISTS_TEST_H

#include "../check.h"
#include "lists/compile.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int make_folder(void **state)
{
	char *folder = strdup("/tmp/beadle-lists-XXXXXX");

	*state = folder;
	return folder == NULL || mkdtemp(folder) == NULL ? -1 : 0;
}

static inline int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline int remove_folder(void **state)
{
	int r = nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

/* A path below the folder; one at a time. */
static inline const char *below(void *const *state, const char *name)
{
	static char path[256];

	assert_in_range(
	    snprintf(path, sizeof(path), "%s/%s", (const char *)*state, name), 1, sizeof(path) - 1);
	return path;
}

static inline void write_file(void *const *state, const char *name, const char *text)
{
	FILE *f = fopen(below(state, name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static inline void add(struct bdl_list_build *b, const char *category, const char *domain)
{
	struct bdl_err err = { 0 };

	if (bdl_list_build_add(b, bdl_view_of(category), bdl_view_of(domain), &err) != 0)
		fail_msg("%s: %s", domain, err.text);
}

/* Write and open again. */
static inline struct bdl_lists *compiled(void *const *state, struct bdl_list_build *b)
{
	struct bdl_lists *l = NULL;
	struct bdl_err err = { 0 };

	if (bdl_list_build_write(b, below(state, "lists.map"), 1795262400000, &err) != 0 ||
	    bdl_lists_open(below(state, "lists.map"), &l, &err) != 0)
		fail_msg("%s", err.text);
	return l;
}

/* The names of a set's categories, in the order of the file, separated by blanks. */
static inline void check_set(const struct bdl_lists *l, const struct bdl_catset *set,
    const char *host, const char *path, const char *want)
{
	char got[512] = "";
	size_t n = 0;

	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX; i++) {
		if (bdl_catset_has(set, i))
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s", n > 0 ? " " : "",
			    bdl_lists_category(l, i));
	}
	if (strcmp(got, want) != 0)
		fail_msg("%s%s: got '%s', want '%s'", host, path, got, want);
}

static inline void check_host(const struct bdl_lists *l, const char *host, const char *want)
{
	struct bdl_catset set = { 0 };

	bdl_lists_host(l, bdl_view_of(host), &set);
	check_set(l, &set, host, "", want);
}

static inline void check_page(
    const struct bdl_lists *l, const char *host, const char *path, const char *want)
{
	struct bdl_catset set = { 0 };

	bdl_lists_find(l, bdl_view_of(host), bdl_view_of(path), &set);
	check_set(l, &set, host, path, want);
}

#endif
