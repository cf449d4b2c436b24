/*
 * Drafts of policies: the bytes that are to be approved, kept with their digest, so that two people
 * can be sure that they speak of the same. One of each name; nothing about them is enforced.
 */
#ifndef BDL_RECORD_POLICIES_DRAFTS_H
#define BDL_RECORD_POLICIES_DRAFTS_H

#include "base/hash.h"
#include "base/region.h"
#include "policy/document.h"
#include "record/store/store.h"

struct bdl_draft_row {
	struct bdl_view name, title;
	struct bdl_digest digest;
	struct bdl_view by; /* who ran the command, as the system knows them */
	int64_t kept_ms;
};

/*
 * Keep the document as the draft of this name. *ret_former is the one whose place it takes, with an
 * empty name where there was none; texts in the region. BDL_E_INVALID for a name that is none. One
 * transaction.
 */
int bdl_drafts_keep(struct bdl_store *s, struct bdl_view name, const struct bdl_document *d,
    struct bdl_view by, int64_t now_ms, struct bdl_draft_row *ret_former, struct bdl_region *region,
    struct bdl_err *err) BDL_MUST_USE;

/* The bytes of the draft of this name, in the region; BDL_E_MISSING, BDL_E_LIMIT without room. */
int bdl_drafts_document(struct bdl_store *s, struct bdl_view name, struct bdl_region *region,
    struct bdl_view *ret, struct bdl_err *err) BDL_MUST_USE;

/* BDL_E_CONFLICT where no draft of this name has that digest (any more). */
int bdl_drafts_check(struct bdl_store *s, struct bdl_view name, const struct bdl_digest *digest,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * In a transaction: delete a draft that has lain idle since before then, with what a replay found of it
 * and an import made: nobody kept, imported or replayed it. 1: one went, and there may be more; 0: none is
 * so old.
 */
int bdl_drafts_delete(struct bdl_store *s, int64_t before_ms, struct bdl_err *err) BDL_MUST_USE;

int bdl_drafts_list(struct bdl_store *s, struct bdl_region *region, struct bdl_draft_row **ret,
    size_t *ret_n, struct bdl_err *err) BDL_MUST_USE; /* by name */

#endif
