/*
 * Policies in the store: every published version for ever, under the digest of its bytes, with
 * who approved it. Approval facts live here and not in the document, so that the bytes that were
 * approved stay as they were.
 */
#ifndef BDL_RECORD_VERSIONS_H
#define BDL_RECORD_VERSIONS_H

#include "base/hash.h"
#include "base/region.h"
#include "policy/ruleset.h"
#include "record/store.h"

struct bdl_approval {
	struct bdl_view minute; /* the reference of the minute that approved it; required */
	struct bdl_view by;     /* who ran the command, as the system knows them */
};

struct bdl_version_row {
	struct bdl_view name; /* "staff" */
	int64_t issue;        /* 1, 2, ... of that policy */
	struct bdl_digest digest;
	struct bdl_view title, minute, by;
	int64_t published_ms;
	bool in_force;
};

/*
 * Publish these bytes as the policy `name` (lower-case letters, digits, hyphens), in force from
 * now. Publishing the version in force again is BDL_E_CONFLICT. One transaction.
 */
int bdl_versions_publish(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err) BDL_MUST_USE;

int bdl_versions_list(struct bdl_store *s, struct bdl_region *region, struct bdl_version_row **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE; /* by name, newest first */

/* The documents in force, by name. Texts in the region. */
int bdl_versions_in_force(struct bdl_store *s, struct bdl_region *region, struct bdl_source **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/* The documents of a ruleset by its version: for explaining acts of the past. BDL_E_MISSING. */
int bdl_versions_of_ruleset(struct bdl_store *s, const struct bdl_digest *version,
    struct bdl_region *region, struct bdl_source **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

/* The document of one issue of a policy; BDL_E_MISSING. In the region. */
int bdl_versions_document(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_region *region, struct bdl_view *ret, struct bdl_err *err) BDL_MUST_USE;

/* The last issue of this policy that has these bytes; 0 where there is none. */
int bdl_versions_issue(struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest,
    int64_t *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
