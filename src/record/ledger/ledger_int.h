/* The chain itself, apart from any store: pure. Private to record/ and its tests. */
#ifndef BDL_RECORD_LEDGER_LEDGER_INT_H
#define BDL_RECORD_LEDGER_LEDGER_INT_H

#include "record/ledger/ledger.h"

#define BDL_PSEUDONYM_LEN 32 /* digits */

/* An entry as it stands in the store: texts are what was found there, whatever that is. */
struct bdl_ledger_row {
	int64_t school, entry, at_ms, kind;
	struct bdl_view actor, subject, record;
	struct bdl_view digest, hash; /* in hexadecimal */
};

/* How far a walk along the chain has come. A zeroed one stands before the first entry. */
struct bdl_ledger_walk {
	int64_t entries;
	struct bdl_digest hash; /* of the last one */
};

/* The hash of an entry that follows `former`. Its texts fit their maxima. */
struct bdl_digest bdl_ledger_hash(const struct bdl_ledger_row *row, const struct bdl_digest *digest,
    const struct bdl_digest *former);

/*
 * Go on to the next entry. BDL_E_CONFLICT, with what is wrong, where this is not the one that was
 * put there; then the walk stays where it is.
 */
int bdl_ledger_step(
    struct bdl_ledger_walk *w, const struct bdl_ledger_row *row, struct bdl_err *err) BDL_MUST_USE;

/*
 * The pseudonym that stands for this person, made at the first use; "" for nobody. In a
 * transaction.
 */
int bdl_pseudonym_get(struct bdl_store *s, struct bdl_view person, char out[BDL_PSEUDONYM_LEN + 1],
    struct bdl_err *err) BDL_MUST_USE;

/* Whether the pseudonym is this person's under this key, which is in hexadecimal. */
bool bdl_pseudonym_is(struct bdl_view pseudonym, struct bdl_view person, struct bdl_view key_hex);

#endif
