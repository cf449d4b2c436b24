/* The verbs of `beadle policy` that have a file of their own; cmd_policy.c has the others. */
#ifndef BDL_MAIN_POLICY_VERBS_H
#define BDL_MAIN_POLICY_VERBS_H

#include "main/command.h"

/* policy_text.c: documents as text. */
int bdl_policy_diff(struct bdl_args *a);
int bdl_policy_format(struct bdl_args *a);

/* policy_life.c: versions, from their approval on. */
int bdl_policy_publish(struct bdl_args *a);
int bdl_policy_versions(struct bdl_args *a);

#endif
