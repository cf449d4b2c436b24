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

/*
 * One batch from each source. *ret_stored: entries brought over (0: all is read); of these,
 * *ret_refused did not decode and are kept aside in the table `refused`, never dropped.
 *
 * BDL_E_BUSY, BDL_E_STORE and the store's BDL_E_IO end the round; what it had not committed is read
 * again in the next. A journal that cannot be read (record/journal.h) is told as well, but once the
 * other sources have had their turn, and its source is then left alone for five seconds; after
 * damage reading goes on with the next round.
 */
int bdl_scribe_round(struct bdl_scribe *s, size_t *ret_stored, size_t *ret_refused,
    struct bdl_err *err) BDL_MUST_USE;

#endif
