/*
 * The ledger: one for each school, of decisions, of changes and of everyone who looked. It is only
 * ever added to, and each entry's hash covers its fields and the hash before it, so that whoever
 * knows the last hash can tell whether anything before it was changed.
 *
 * It holds no content: people are pseudonyms, made with a random key of each person's, and what an
 * entry is about is a SHA-256 under a random salt. Keys and salts stand in tables of their own;
 * where they are deleted the chain still verifies, and the entry says nothing any more.
 *
 * docs/formats.md has the hash byte by byte; record/ledger/verify.h finds what is wrong.
 */
#ifndef BDL_RECORD_LEDGER_LEDGER_H
#define BDL_RECORD_LEDGER_LEDGER_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/region.h"
#include "record/store/store.h"

/* Kept in the store: a number never changes its meaning. */
enum bdl_ledger_kind {
	BDL_LEDGER_DRAFT = 1, /* a draft was kept; policy/NAME/draft */
	BDL_LEDGER_APPROVED,  /* a version was approved by its first person; policy/NAME/ISSUE */
	BDL_LEDGER_CONFIRMED, /* by its second */
	BDL_LEDGER_WITHDRAWN,
	BDL_LEDGER_IN_FORCE,  /* it came into force */
	BDL_LEDGER_OVERTAKEN, /* its moment came, and what is in force is of a later one */
	BDL_LEDGER_ROLL,      /* the roll was replaced; roll */
	BDL_LEDGER_LISTS,     /* lists are about to take the place of others, or did; lists/ID */
	BDL_LEDGER_ILLEGAL,   /* a list of illegal content was offered; lists/illegal */
	BDL_LEDGER_NETWORKS,  /* the table of networks, the same; networks */
	BDL_LEDGER_SEGMENT,   /* all of a segment is in the store; journal/[HOST/]SOURCE/NUMBER */
	BDL_LEDGER_SEGMENT_GONE, /* it was gone before its digest was taken; or NUMBER-NUMBER */
	BDL_LEDGER_REFUSED,      /* what a journal held could not be read; refused/ID */
	BDL_LEDGER_LOOKED,       /* at a page of the portal; overview, acts, acts/ID, violations */
	BDL_LEDGER_DELETED,      /* records went after their time; acts, visits, visits/2026-08 */
	BDL_LEDGER_HOLD,         /* records are kept past their time; hold/ID */
	BDL_LEDGER_HOLD_ENDED,
	BDL_LEDGER_FORGOTTEN, /* a person's key was deleted */
	BDL_LEDGER_CHECKED,   /* a check of itself came to something else; checks/NAME/ID */
	BDL_LEDGER_REVIEWED,  /* somebody looked through what they came to; checks/review/ID */
	BDL_LEDGER_KINDS
};

/* "policy approved"; "unknown" for a number that is none. */
const char *bdl_ledger_kind_word(int64_t kind);

/* Who did it, where it was nobody. */
#define BDL_ACTOR_SCRIBE "the scribe"
#define BDL_ACTOR_CLOCK  "the clock" /* what was put off to a moment, or kept for a time */
#define BDL_ACTOR_PORTAL "portal, not signed in"
#define BDL_ACTOR_CHECKS "checks of itself"

#define BDL_LEDGER_PERSON_MAX 512 /* bytes of a person's name */
#define BDL_LEDGER_RECORD_MAX 256 /* letters, digits, hyphens, dots and slashes */

struct bdl_ledger_entry {
	enum bdl_ledger_kind kind;
	int64_t at_ms;           /* when it happened */
	struct bdl_view actor;   /* who did it: a name, or one of BDL_ACTOR_ */
	struct bdl_view subject; /* whose record it is; empty: nobody's */
	struct bdl_view record;  /* what it is about; never a person, since it stays readable */
	struct bdl_view content; /* of it only a digest under a salt is kept */
};

/*
 * Add an entry, inside the transaction that makes the change which it is about: both are kept or
 * neither is. BDL_E_LIMIT for a name that is too long, BDL_E_INVALID for no actor and for what names
 * no record.
 */
int bdl_ledger_add(struct bdl_store *s, const struct bdl_ledger_entry *e, struct bdl_err *err)
    BDL_MUST_USE;

/* Whether this can name a record: of these letters, and not too long. */
bool bdl_ledger_record_ok(struct bdl_view record);

/* Put a field of an entry's content behind the others, so that no two lists of fields are alike. */
void bdl_ledger_field(struct bdl_buf *content, struct bdl_view field);

/*
 * Delete the salts of the entries of this kind that are older than `before_ms`: what they are about
 * is deleted. In a transaction.
 */
int bdl_ledger_salts_drop(struct bdl_store *s, enum bdl_ledger_kind kind, int64_t before_ms,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Delete a person's key, so that nobody can tell any more which entries are theirs; an entry says
 * that it was done, by whom and why. BDL_E_MISSING where no entry is, BDL_E_DENIED where a hold
 * names the person. One transaction.
 */
int bdl_ledger_forget(struct bdl_store *s, struct bdl_view person, struct bdl_view by,
    struct bdl_view why, int64_t now_ms, struct bdl_err *err) BDL_MUST_USE;

/* An entry as people read it. */
struct bdl_ledger_line {
	int64_t entry, at_ms, kind;
	/* The name where the person's key is there still and makes the pseudonym; else that. */
	struct bdl_view actor, subject;
	struct bdl_view record;
};

/* The last `n` entries, newest first. Texts in the region. */
int bdl_ledger_list(struct bdl_store *s, size_t n, struct bdl_region *region,
    struct bdl_ledger_line **ret, size_t *ret_n, struct bdl_err *err) BDL_MUST_USE;

/*
 * The same of those whose subject is this person, and where `record` is given of that alone. None
 * where the ledger does not know the name, or does not any more.
 */
int bdl_ledger_about(struct bdl_store *s, struct bdl_view person, struct bdl_view record, size_t n,
    struct bdl_region *region, struct bdl_ledger_line **ret, size_t *ret_n, struct bdl_err *err)
    BDL_MUST_USE;

#endif
