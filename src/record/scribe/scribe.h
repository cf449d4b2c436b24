/*
 * The scribe's work: bring every journal entry to the store exactly once. The place up to which a
 * source was read is kept in the store and moves in the same transaction as the rows, so a kill at
 * any moment repeats nothing and skips nothing.
 *
 * Looks, which only the portal's journal may tell of and which alone it may tell of, become entries of
 * the ledger, which also knows of what was refused, and has the digest of each
 * segment before it is deleted. Acts become rows of their own (record/acts/acts.h) or are rolled up into visits (record/visits/visits.h), in
 * memory and for all sources together, before the transaction begins; it then holds as many rows as
 * can be written in half of the five milliseconds that people's writes may wait, which is measured
 * on the way. Commits do not wait for the disk: a segment of the journal is deleted when what came
 * of it, and its digest, is on the store's disk, so after a power cut the rest is brought again.
 */
#ifndef BDL_RECORD_SCRIBE_SCRIBE_H
#define BDL_RECORD_SCRIBE_SCRIBE_H

#include "record/store/store.h"

#define BDL_SCRIBE_BATCH 65536 /* entries of one transaction, at most */

struct bdl_scribe;

/*
 * `folder` is DIR/journal; its sources are found as they appear. The store is the caller's, and no
 * longer waits for the disk at its commits (bdl_store_relax).
 */
struct bdl_scribe *bdl_scribe_new(struct bdl_store *s, const char *folder);

/*
 * Where several hosts bring journals to one store (bdl_store_is_shared), each keeps its places under
 * a name of its own, as sources are called the same everywhere: "HOST/SOURCE". Before the first round,
 * and always with the same name: under another everything would be brought again.
 */
void bdl_scribe_of_host(struct bdl_scribe *s, const char *host);
void bdl_scribe_free(struct bdl_scribe *s); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_scribe, bdl_scribe_free);

/* The bytes of visits, too, from this host's log of the proxy in that folder (record/visits/bytes.h). */
void bdl_scribe_bytes(struct bdl_scribe *s, const char *folder);

/* What came of a round. */
struct bdl_scribe_round {
	size_t stored;   /* entries brought over; 0: all is read, or held back */
	size_t lines;    /* of the proxy's log, besides */
	size_t refused;  /* of these: did not decode, kept aside in the table `refused` */
	int64_t took_us; /* the transaction; 0: there was none */
	/* The first journal or log that could not be read (record/journal/journal.h); its code is 0 for none. */
	struct bdl_err journal;
};

/*
 * One batch of what all sources have, each in its turn. Negative where the store failed: that ends
 * the round, and what it had not committed is read again in the next.
 *
 * Visits alone are held back for up to `hold_ms`, and then stored with those that came since: that
 * writes far fewer bytes. An act of its own is stored at once, and all that was read before it.
 *
 * Lines of the proxy's log are brought in a transaction of their own, when all that was in the
 * journals when they were read is in the store.
 *
 * A journal that cannot be read holds up no other: its source is left alone for five seconds, or,
 * after damage, read on with the next round. BDL_E_BUSY also where another scribe, such as one that
 * its supervisor left behind, brings the same source: nothing is stored twice.
 */
int bdl_scribe_round(struct bdl_scribe *s, int64_t hold_ms, struct bdl_scribe_round *ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
