/*
 * Making the lists file: sources are read into a build, and the build is written.
 *
 *	bdl_list_build_new, bdl_list_build_protect, bdl_list_build_folder or _source,
 *	bdl_list_build_write, bdl_list_build_free
 *
 * What a source is said to be, and how its lines read, is in lists/source.h; protected hosts are in
 * lists/protect.h. The category `illegal` is not for sources: see lists/illegal.h.
 */
#ifndef BDL_LISTS_COMPILE_H
#define BDL_LISTS_COMPILE_H

#include "base/err.h"
#include "lists/lists.h"
#include "lists/source.h"

struct bdl_list_build;

struct bdl_list_build *bdl_list_build_new(void);
void bdl_list_build_free(struct bdl_list_build *b); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_list_build, bdl_list_build_free);

/*
 * One entry into one category: a domain, a page, an address or a network as lists/source.h writes
 * them. BDL_E_INVALID for an entry or a name that is none.
 */
int bdl_list_build_add(struct bdl_list_build *b, struct bdl_view category, struct bdl_view entry,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * One source. What it held is said by the last of bdl_list_build_reports, also where it is refused:
 * BDL_E_INVALID where too much of it is no list, and then nothing of it is in the build.
 */
int bdl_list_build_source(struct bdl_list_build *b, const struct bdl_list_source *source,
    struct bdl_err *err) BDL_MUST_USE;

/* The same for a text that is in memory; source->path names it. `time_ms` is how old it is. */
int bdl_list_build_text(struct bdl_list_build *b, const struct bdl_list_source *source,
    struct bdl_view text, int64_t time_ms, struct bdl_err *err) BDL_MUST_USE;

/*
 * A whole folder: CATEGORY.txt, .domains, .hosts, .csv, .rpz or .zone, and squidGuard's
 * CATEGORY/domains and CATEGORY/urls. "social_networks" is the category "social-networks". A folder
 * that itself holds `domains` or `urls` is one category. Of `protected.domains` see
 * lists/protect.h. What is none of these is passed over.
 */
int bdl_list_build_folder(struct bdl_list_build *b, const char *folder, struct bdl_err *err)
    BDL_MUST_USE;
int bdl_list_build_folder_as(struct bdl_list_build *b, const char *folder,
    const struct bdl_list_source *as, struct bdl_err *err) BDL_MUST_USE;

/* What each source held, in the order they were read; good until the next source. */
const struct bdl_list_report *bdl_list_build_reports(const struct bdl_list_build *b, size_t *ret_n);

/* Write the file, atomically, and verify it by opening it before the rename. */
int bdl_list_build_write(
    struct bdl_list_build *b, const char *path, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

#endif
