/* The verbs of `beadle lists` that have a file of their own; cmd_lists.c has the others. */
#ifndef BDL_MAIN_LISTS_VERBS_H
#define BDL_MAIN_LISTS_VERBS_H

#include "lists/compile.h"
#include "lists/plan.h"
#include "main/command.h"
#include "main/lists/fetcher.h"
#include "sys/conf.h"

/* show.c: what is there. */
int bdl_lists_show(struct bdl_args *a);
int bdl_lists_find_url(struct bdl_args *a);
int bdl_lists_status(struct bdl_args *a);

/* install.c: the signed list. */
int bdl_lists_install_illegal(struct bdl_args *a);

/* changes.c */
int bdl_lists_say_changes(struct bdl_args *a);

/* update.c: what a lists.conf fetches. */
int bdl_lists_update(struct bdl_args *a);
int bdl_lists_plan_read(const char *path, struct bdl_plan **ret, struct bdl_err *err) BDL_MUST_USE;

struct bdl_lists_brought {
	size_t fetched, unchanged, failed; /* sources with an address */
	struct bdl_err first;              /* of those that failed */
};

/*
 * Fetch what has an address and read all into the build. A source that fails stays as it was, which
 * is said on standard error and is no error here. `data` is the data folder, for its protected hosts.
 */
int bdl_lists_bring(const struct bdl_plan *plan, struct bdl_fetcher *f, const char *data,
    struct bdl_list_build *build, struct bdl_lists_brought *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * cmd_lists.c: protected hosts, those of the data folder before those that ship; to be read before
 * any source. The data folder need not be there.
 */
int bdl_lists_protect(struct bdl_list_build *b, const char *data, struct bdl_err *err) BDL_MUST_USE;

/* Say on standard error what was not taken, and on standard output what was spared. */
void bdl_lists_say(const struct bdl_list_build *b);

/* "illegal content: NOT INSTALLED", or how old the list is; false where it is gone or unreadable. */
bool bdl_lists_say_illegal(const struct bdl_conf *conf);

#endif
