/*
 * Acts and visits are in the ledger by the segments of the journals that they came in: once all of a
 * segment is in the store, and before it is deleted, its digest is an entry.
 */
#ifndef BDL_RECORD_LEDGER_SEGMENT_H
#define BDL_RECORD_LEDGER_SEGMENT_H

#include "record/store/store.h"

/*
 * Enter the segments of this source below `until` that are not in the ledger yet: those that nobody
 * writes to any more and all of which is in the store. `folder` is DIR/journal/SOURCE, and `source`
 * its name in the store: with the host's before it where several share that. Each is one
 * transaction, and is read before it begins. One that is gone is entered as such, several in a row
 * as one ("web-0/3-9"); at one that is there and cannot be read (too many open files, a disk that
 * fails) it ends, and says so in *ret_journal, whose code is 0 for nothing: it is tried again with the
 * next call. *ret_next: segments below it are in the ledger; BDL_SEGMENTS_TURN at most are entered in
 * one call, since a large one takes 30 ms. BDL_E_BUSY where another scribe enters the same.
 */
#define BDL_SEGMENTS_TURN 4
int bdl_ledger_segments(struct bdl_store *s, const char *source, const char *folder, uint64_t until,
    uint64_t *ret_next, struct bdl_err *ret_journal, struct bdl_err *err) BDL_MUST_USE;

#endif
