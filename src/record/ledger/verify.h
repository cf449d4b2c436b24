/* Whether the ledger is what was put there. */
#ifndef BDL_RECORD_LEDGER_VERIFY_H
#define BDL_RECORD_LEDGER_VERIFY_H

#include "record/ledger/head.h"

struct bdl_ledger_found {
	int64_t entries; /* read: all, or those before the place where it breaks */
	struct bdl_digest hash;
	size_t heads; /* that agree with it */
	/* The first entry that is known to be wrong or gone; 0: none is. */
	int64_t broken;
	char what[sizeof(((struct bdl_err *)NULL)->text)]; /* is wrong there */
};

/*
 * Read all entries in order, a thousand at a time, up to where the head is that comes with the last of
 * them, in the memory of those thousand however many there are; compare them with their hashes, with the
 * head in the store, and with these heads, which the caller trusts and which are brought into order. A change, swap, insertion or deletion is found by the chain
 * itself; a chain that was made anew from some entry on, or cut short together with the head in the
 * store, only by a head from before that. What is found is a result, not an error.
 */
int bdl_ledger_verify(struct bdl_store *s, struct bdl_head *heads, size_t n,
    struct bdl_ledger_found *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
