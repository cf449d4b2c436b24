/*
 * Making the lists file. Sources are folders of plain domain lists: FOLDER/CATEGORY.txt,
 * FOLDER/CATEGORY.domains or FOLDER/CATEGORY/domains, a domain a line, # comments. A domain stands
 * for all below it.
 */
#ifndef BDL_LISTS_COMPILE_H
#define BDL_LISTS_COMPILE_H

#include "base/err.h"
#include "lists/lists.h"

struct bdl_list_build;

struct bdl_list_build *bdl_list_build_new(void);
void bdl_list_build_free(struct bdl_list_build *b); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_list_build, bdl_list_build_free);

/* One domain into one category; BDL_E_INVALID for a host or a name that is none. */
int bdl_list_build_add(struct bdl_list_build *b, struct bdl_view category, struct bdl_view domain,
    struct bdl_err *err) BDL_MUST_USE;

/* All lines of a text; `where` names it in errors ("gambling.txt:12: ..."). */
int bdl_list_build_text(struct bdl_list_build *b, struct bdl_view category, struct bdl_view text,
    const char *where, struct bdl_err *err) BDL_MUST_USE;

/* A whole folder as above. */
int bdl_list_build_folder(struct bdl_list_build *b, const char *folder, struct bdl_err *err)
    BDL_MUST_USE;

/* Write the file, atomically, and verify it by opening it before the rename. */
int bdl_list_build_write(
    struct bdl_list_build *b, const char *path, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

#endif
