/* The verbs of `beadle phrases` that have a file of their own; cmd_phrases.c has the others. */
#ifndef BDL_MAIN_PHRASES_VERBS_H
#define BDL_MAIN_PHRASES_VERBS_H

#include "main/command.h"
#include "scan/compile.h"

/* phrases_test.c: what there is, and what it finds. */
int bdl_phrases_show(struct bdl_args *a);
int bdl_phrases_test(struct bdl_args *a);
int bdl_phrases_bench(struct bdl_args *a);

/* cmd_phrases.c: the phrases of these files and folders, of those that ship where none is named. */
int bdl_phrases_gather(char **words, size_t n, struct bdl_phrases_build **ret, struct bdl_err *err)
    BDL_MUST_USE;

#endif
