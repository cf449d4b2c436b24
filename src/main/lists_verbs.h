/* The verbs of `beadle lists` that have a file of their own; cmd_lists.c has the others. */
#ifndef BDL_MAIN_LISTS_VERBS_H
#define BDL_MAIN_LISTS_VERBS_H

#include "lists/compile.h"
#include "lists/plan.h"
#include "main/command.h"
#include "sys/conf.h"

/* lists_show.c: what is there. */
int bdl_lists_show(struct bdl_args *a);
int bdl_lists_find_url(struct bdl_args *a);
int bdl_lists_status(struct bdl_args *a);

/* lists_install.c: the signed list. */
int bdl_lists_install_illegal(struct bdl_args *a);

/* lists_update.c: what a lists.conf fetches. */
int bdl_lists_update(struct bdl_args *a);

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
