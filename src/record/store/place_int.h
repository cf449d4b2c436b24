/*
 * Where reading a journal, or the proxy's log of bytes, goes on: kept in the store under the source's
 * name, and moved in the transaction that brings what was read.
 */
#ifndef BDL_RECORD_STORE_PLACE_INT_H
#define BDL_RECORD_STORE_PLACE_INT_H

#include "record/journal/journal.h"
#include "record/store/store.h"

static inline bool bdl_place_same(struct bdl_journal_place a, struct bdl_journal_place b)
{
	return a.segment == b.segment && a.offset == b.offset;
}

/* All zero for a source that was never read. */
int bdl_place_get(struct bdl_store *s, const char *source, struct bdl_journal_place *ret,
    struct bdl_err *err) BDL_MUST_USE;

/* In a transaction. */
int bdl_place_set(struct bdl_store *s, const char *source, struct bdl_journal_place place,
    struct bdl_err *err) BDL_MUST_USE;

#endif
