/* What publishing, confirming and bringing into force share. Private to record/. */
#ifndef BDL_RECORD_POLICIES_VERSIONS_INT_H
#define BDL_RECORD_POLICIES_VERSIONS_INT_H

#include "record/ledger/ledger.h"
#include "record/policies/versions.h"

#define BDL_POLICY_NAME_MAX 48 /* bytes: lower-case letters, digits and hyphens */

bool bdl_policy_name_ok(struct bdl_view name);

/* BDL_E_INVALID, with the reason, for a name that is none. */
int bdl_policy_name_check(struct bdl_view name, struct bdl_err *err);

/* In a transaction, each of these. */

/* The version of this policy that is in force is so no longer. */
int bdl_version_former_end(struct bdl_store *s, struct bdl_view name, struct bdl_err *err);

/*
 * The ruleset of what is now in force, compiled as the doors will compile it: what they could not
 * enforce is refused, and the number they will record is the one kept here.
 */
int bdl_version_ruleset_keep(struct bdl_store *s, struct bdl_err *err);

/*
 * The document is compiled together with what is in force now in place of the policy `name`: so its
 * author hears today what the doors could not enforce then.
 */
int bdl_version_try(
    struct bdl_store *s, struct bdl_view name, struct bdl_view bytes, struct bdl_err *err);

/*
 * Enter into the ledger what was done with this version: who did it, and under a digest all facts of
 * it as they are now. `why` may be empty.
 */
int bdl_version_enter(struct bdl_store *s, enum bdl_ledger_kind kind,
    const struct bdl_version_row *v, struct bdl_view by, struct bdl_view why, int64_t now_ms,
    struct bdl_err *err) BDL_MUST_USE;

#endif
