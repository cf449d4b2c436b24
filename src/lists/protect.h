/*
 * Protected hosts: help lines, national services, exam boards. No list can block one, unless two
 * people say so, for a reason and until a day.
 *
 * protected.domains has a host a line, which stands for all below it, and "# harmless: CATEGORY,
 * CATEGORY" names the categories that may hold protected hosts, such as that of the help lines
 * themselves. In any other category an entry for such a host, a page of it or a host below it is
 * left out; of an entry above it the host becomes an exception. Both are found by
 * bdl_list_build_spared.
 *
 * The file of overrides has lines "HOST, CATEGORY, PERSON, SECOND PERSON, UNTIL, REASON": that
 * host, and what is below it, may be in that category up to the end of that day (UTC). A line that
 * begins "HOST, CATEGORY" in so many words is its heading.
 */
#ifndef BDL_LISTS_PROTECT_H
#define BDL_LISTS_PROTECT_H

#include "lists/compile.h"

#define BDL_PROTECTED_MAX 10000

/* Read before any source. Every line has to be right: BDL_E_INVALID with the file and the line. */
int bdl_list_build_protect(struct bdl_list_build *b, struct bdl_view text, const char *where,
    struct bdl_err *err) BDL_MUST_USE;
int bdl_list_build_override(struct bdl_list_build *b, struct bdl_view text, const char *where,
    int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

/* FOLDER/protected.domains and FOLDER/protected.overrides, where they are. */
int bdl_list_build_protect_folder(
    struct bdl_list_build *b, const char *folder, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

/* What was spared: at most BDL_SPARED_MAX are kept; *ret_all counts all. */
#define BDL_SPARED_MAX 100
struct bdl_list_spared {
	char host[BDL_LISTS_ENTRY_MAX];
	char category[BDL_CATEGORY_NAME_MAX + 1];
};
const struct bdl_list_spared *bdl_list_build_spared(
    const struct bdl_list_build *b, size_t *ret_n, size_t *ret_all);

#endif
