/* The verbs of `beadle policy` that have a file of their own; cmd_policy.c has the others. */
#ifndef BDL_MAIN_POLICY_VERBS_H
#define BDL_MAIN_POLICY_VERBS_H

#include "main/command.h"
#include "policy/document.h"

/* text.c: documents as text. */
int bdl_policy_diff(struct bdl_args *a);
int bdl_policy_format(struct bdl_args *a);

/* check.c, coverage.c: what is wrong in documents, and what of them is carried out. */
int bdl_policy_check(struct bdl_args *a);
int bdl_policy_coverage(struct bdl_args *a);

/* replay.c: what a draft would have made of what was recorded. */
int bdl_policy_replay(struct bdl_args *a);

/* import.c: a policy that was written without us. */
int bdl_policy_import(struct bdl_args *a);

/* publish.c, confirm.c, versions.c: versions, from the draft on. */
int bdl_policy_draft(struct bdl_args *a);
/*
 * Keep the document as the draft `as`, and say so, and what would stop it from being published;
 * `where` names it in findings.
 */
int bdl_policy_keep_draft(const char *data, const char *where, struct bdl_view as,
    const struct bdl_document *d, struct bdl_findings *findings, struct bdl_err *err) BDL_MUST_USE;
int bdl_policy_publish(struct bdl_args *a);
int bdl_policy_confirm(struct bdl_args *a);
int bdl_policy_withdraw(struct bdl_args *a);
int bdl_policy_versions(struct bdl_args *a);

#endif
