/* The scribe's batch, which it gathers in memory and brings to the store in one transaction. */
#ifndef BDL_RECORD_SCRIBE_SCRIBE_INT_H
#define BDL_RECORD_SCRIBE_SCRIBE_INT_H

#include "record/scribe/scribe.h"
#include "record/store/place_int.h"

/* --- the batch: what was read of all sources and is not in the store yet --- */

struct bdl_batch;

struct bdl_batch *bdl_batch_new(bool is_shared); /* bdl_store_is_shared */
void bdl_batch_free(struct bdl_batch *b);        /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_batch, bdl_batch_free);

/* Take an entry in, which is copied; the source's name must live as long. Not into a full one. */
void bdl_batch_add(struct bdl_batch *b, const char *source, const struct bdl_journal_entry *e);

/* It has as many rows as one transaction has time for, or as much memory as it may have. */
bool bdl_batch_is_full(const struct bdl_batch *b);
size_t bdl_batch_entries(const struct bdl_batch *b);

/*
 * Nobody looks for what is in it (visits alone), there is room for more, and its first entry was
 * taken in less than `hold_ms` ago. After `hurry` it does not wait.
 */
bool bdl_batch_may_wait(const struct bdl_batch *b, int64_t hold_ms);
void bdl_batch_hurry(struct bdl_batch *b);

/* Inside an open transaction. *ret_refused entries did not decode, and are kept aside. */
int bdl_batch_store(struct bdl_batch *b, struct bdl_store *s, size_t *ret_refused,
    struct bdl_err *err) BDL_MUST_USE;

void bdl_batch_adapt(
    struct bdl_batch *b, int64_t took_us); /* while it still holds what took so long */
void bdl_batch_clear(struct bdl_batch *b); /* after the commit */
void bdl_batch_reset(struct bdl_batch *b); /* after a transaction that failed */

#endif
