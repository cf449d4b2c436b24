/*
 * DIR/force: what the doors enforce, as plain files, so that they need no database: the documents
 * in force (NAME.DIGITS.md), the roll (roll.DIGITS.csv), and `manifest`, which names them with their
 * digests. The scribe writes them from the store; the doors watch the manifest.
 *
 * No file but the manifest is ever replaced: what is new gets a new name, then the manifest is
 * replaced, then what it no longer names is deleted. So a kill, a power cut or a full disk at any
 * step leaves what was in force before, whole, for doors that start meanwhile.
 */
#ifndef BDL_RECORD_POLICIES_FORCE_H
#define BDL_RECORD_POLICIES_FORCE_H

#include "base/region.h"
#include "policy/roll.h"
#include "policy/ruleset.h"
#include "record/store/store.h"

struct bdl_force_written {
	bool changed; /* anything was written; nothing is before a policy was published */
	/* Of what the store says: the same for the same policies and roll. */
	struct bdl_digest manifest;
};

/* Bring `folder`, which is DIR/force, to what the store says; only what differs is written. */
int bdl_force_write(struct bdl_store *s, const char *folder, struct bdl_force_written *ret,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * What a door reads: the compiled policies and the roll. BDL_E_MISSING where nothing was ever
 * published; BDL_E_CONFLICT where a file does not match its digest (being replaced: try again).
 */
int bdl_force_read(const char *folder, struct bdl_ruleset **ret_ruleset, struct bdl_roll **ret_roll,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * The roll in the store: replaced whole by a CSV (policy/roll.h), which is read through first. `by`
 * is who does it, for the ledger.
 */
int bdl_force_roll_set(
    struct bdl_store *s, struct bdl_view csv, struct bdl_view by, struct bdl_err *err) BDL_MUST_USE;

#endif
