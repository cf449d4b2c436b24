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

/* The facts of an approval. A draft is a file of its author's; the store has what was approved. */
struct bdl_approval {
	struct bdl_view minute; /* the reference of the minute that approved it; required */
	struct bdl_view by;     /* who ran the command, as the system knows them */
	struct bdl_view body;   /* that approved it; empty: the approver that the document names */
	struct bdl_view on;     /* the day of it, "2026-11-12"; empty: it was not said */
	/* The two people who answer for it: the first, if empty, is `by`; the second may be missing. */
	struct bdl_view first, second;
	int64_t from_ms; /* when it comes into force; at once where that is past, or 0 */
};

/* A version waits for its moment, is in force, or is neither: then it is of the past. */
struct bdl_version_row {
	struct bdl_view name; /* "staff" */
	int64_t issue;        /* 1, 2, ... of that policy */
	struct bdl_digest digest;
	struct bdl_view title, minute, by;
	struct bdl_view body, on, first, second; /* as above; `second` empty: missing */
	int64_t published_ms, from_ms;
	bool waits, in_force;
};

/*
 * Publish these bytes as the policy `name` (lower-case letters, digits, hyphens): in force from now
 * on, or waiting for approval->from_ms, while the one before it stays. BDL_E_CONFLICT where the very
 * same is in force, or waits for the same moment; BDL_E_INVALID for facts that cannot be, such as
 * one person who is to be two. One transaction.
 */
int bdl_versions_publish(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err) BDL_MUST_USE;

/*
 * Bring into force what waits for now_ms or earlier, unless what is in force is of a later moment:
 * that overtook it. *ret_n: how many came into force. BDL_E_INVALID or BDL_E_LIMIT where they cannot
 * be enforced together with the other policies; then all stays as it was. One transaction, none where
 * nothing is due.
 */
int bdl_versions_bring(struct bdl_store *s, int64_t now_ms, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

/* The earliest moment that a version waits for; INT64_MAX where none waits. */
int bdl_versions_next(struct bdl_store *s, int64_t *ret_ms, struct bdl_err *err) BDL_MUST_USE;

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
