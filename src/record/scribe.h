/*
 * The scribe's work: bring every journal entry to the store exactly once. The place up to which a
 * source was read is kept in the store and moves in the same transaction as the rows, so a kill at
 * any moment repeats nothing and skips nothing. A transaction holds at most 100 entries, so that
 * people's writes never wait long.
 */
#ifndef BDL_RECORD_SCRIBE_H
#define BDL_RECORD_SCRIBE_H

#include "record/store.h"

#define BDL_SCRIBE_BATCH 100

struct bdl_scribe;

/* `folder` is DIR/journal; its sources are found as they appear. The store is the caller's. */
struct bdl_scribe *bdl_scribe_new(struct bdl_store *s, const char *folder);
void bdl_scribe_free(struct bdl_scribe *s); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_scribe, bdl_scribe_free);

/* What came of a round. */
struct bdl_scribe_round {
	size_t stored; /* entries brought over; 0: all is read */
	size_t
	    refused; /* of these: did not decode, kept aside in the table `refused`, never dropped */
	/* The first journal that could not be read (record/journal.h); its code is 0 for none. */
	struct bdl_err journal;
};

/*
 * One batch from each source. Negative where the store failed: that ends the round, and what it had
 * not committed is read again in the next. *ret says in any case what had been committed before.
 *
 * A journal that cannot be read holds up no other: its source is left alone for five seconds, or,
 * after damage, read on with the next round. BDL_E_BUSY also where another scribe, such as one that
 * its supervisor left behind, brings the same source: nothing is stored twice.
 */
int bdl_scribe_round(struct bdl_scribe *s, struct bdl_scribe_round *ret, struct bdl_err *err)
    BDL_MUST_USE;

#endif
