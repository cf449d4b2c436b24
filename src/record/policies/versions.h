/*
 * Policies in the store: every approved version for ever, under the digest of its bytes, with
 * who approved it. Approval facts live here and not in the document, so that the bytes that were
 * approved stay as they were.
 *
 * Nothing that is enforced changes by one person alone: a version that one has approved is kept
 * and waits; once a second has confirmed it, it comes into force, at once or at its moment. Before
 * that a document may be kept as a draft (record/policies/drafts.h).
 */
#ifndef BDL_RECORD_POLICIES_VERSIONS_H
#define BDL_RECORD_POLICIES_VERSIONS_H

#include "base/hash.h"
#include "base/region.h"
#include "policy/ruleset.h"
#include "record/store/store.h"

#define BDL_VERSIONS_MAX (16 * 1024 * 1024) /* a region in which any school's list has room */
/* A region in which the documents of a ruleset have room, and one in place of another. */
#define BDL_SOURCES_MAX ((size_t)(BDL_POLICIES_MAX + 2) * (BDL_DOCUMENT_MAX + 4096))

/* The facts of an approval. */
struct bdl_approval {
	struct bdl_view minute; /* the reference of the minute that approved it; required */
	struct bdl_view by;     /* who ran the command, as the system knows them */
	struct bdl_view body;   /* that approved it; empty: the approver that the document names */
	struct bdl_view on;     /* the day of it, "2026-11-12"; empty: it was not said */
	/* The two people who answer for it: the first, if empty, is `by`; the second may come later. */
	struct bdl_view first, second;
	int64_t from_ms; /* when it comes into force; 0, or past: as soon as two answer for it */
};

enum bdl_version_state {
	BDL_VERSION_APPROVED, /* by one person: it waits for the second */
	BDL_VERSION_WAITS,    /* for its moment */
	BDL_VERSION_IN_FORCE,
	BDL_VERSION_PAST,
	BDL_VERSION_WITHDRAWN, /* before it came into force */
	BDL_VERSION_STATES
};

/* "waits for a second person", "waits for its day", "in force", "past", "withdrawn". */
const char *bdl_version_state_word(enum bdl_version_state state);

struct bdl_version_row {
	struct bdl_view name; /* "staff" */
	int64_t issue;        /* 1, 2, ... of that policy */
	struct bdl_digest digest;
	struct bdl_view title, minute, by;
	struct bdl_view body, on, first, second; /* as above; `second` empty: missing */
	int64_t published_ms;
	/* Since when it is in force, or is to be; 0 where that is once a second person confirms it. */
	int64_t from_ms;
	enum bdl_version_state state;
	bool alone; /* it came into force when one person was enough, and the second is missing */
	/* By the second person, after it was approved, and who ran that command; 0: together. */
	int64_t confirmed_ms;
	struct bdl_view confirmed_by;
	struct bdl_view withdrawn_by, withdrawn_why;
	int64_t withdrawn_ms;
};

/*
 * Approve these bytes as the policy `name` (lower-case letters, digits, hyphens). With two people it
 * is in force from now on, or waits for approval->from_ms, while the one before it stays; with one it
 * waits for the second, and nothing else changes. A draft of that name with these bytes has become
 * this version and goes. BDL_E_CONFLICT where the very same is in force, or waits for the same moment
 * or for its second person; BDL_E_INVALID for facts that cannot be, such as one person who is to be
 * two. One transaction.
 */
int bdl_versions_publish(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err) BDL_MUST_USE;

/*
 * The version that a second person is to confirm: `issue`, or for 0 the only one that waits for it,
 * else the one in force for which one person answers alone. BDL_E_MISSING where there is none;
 * BDL_E_CONFLICT where there are several to choose from, or nothing to confirm in that issue.
 */
int bdl_versions_unconfirmed(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_region *region, struct bdl_version_row *ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * `second` answers for it too: it comes into force, at once or at its moment. Only names are compared
 * (letters and digits, in either case): whoever signs `first` in another way is not found out here.
 * BDL_E_INVALID where the second person is the first, or it cannot be enforced together with the
 * other policies; BDL_E_CONFLICT where a later issue came into force since it was approved. One
 * transaction.
 */
int bdl_versions_confirm(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_view second, struct bdl_view by, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err) BDL_MUST_USE;

/*
 * Take back a version that has not come into force. BDL_E_MISSING where there is no such issue,
 * BDL_E_CONFLICT where it is in force, past or withdrawn, BDL_E_INVALID without person or reason.
 */
int bdl_versions_withdraw(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_view by, struct bdl_view why, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

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

/*
 * Of such a list: the issue that rows[i] takes the place of, which is the newest before it that was
 * ever in force; NULL where it is the first.
 */
const struct bdl_version_row *bdl_version_former(
    const struct bdl_version_row *rows, size_t n, size_t i);

/* The documents in force, by name. Texts in the region. */
int bdl_versions_in_force(struct bdl_store *s, struct bdl_region *region, struct bdl_source **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/*
 * The documents that will be in force at a moment, by name: of each policy the one in force now, or
 * the last of those that wait for a moment until then. A policy that is not in force yet is there
 * with the first that waits. Texts in the region.
 */
int bdl_versions_then(struct bdl_store *s, int64_t at_ms, struct bdl_region *region,
    struct bdl_source **ret, size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/* The documents of a ruleset by its version: for explaining acts of the past. BDL_E_MISSING. */
int bdl_versions_of_ruleset(struct bdl_store *s, const struct bdl_digest *version,
    struct bdl_region *region, struct bdl_source **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

/* The document of one issue of a policy, in the region; BDL_E_MISSING, BDL_E_LIMIT without room. */
int bdl_versions_document(struct bdl_store *s, struct bdl_view name, int64_t issue,
    struct bdl_region *region, struct bdl_view *ret, struct bdl_err *err) BDL_MUST_USE;

/* The last issue of this policy that has these bytes; 0 where there is none. */
int bdl_versions_issue(struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest,
    int64_t *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
