/*
 * The proxy's log of bytes, and how it comes to the visits in the store.
 *
 * FOLDER/NUMBER.log are files of lines (record/visits/mark.h), one line for each request that is over. The
 * proxy appends to the newest, through the link FOLDER/now; its supervisor begins the next one and then
 * tells the proxy (main/proxy/squid.h). A file is done when a newer one has lines in it: by then the
 * proxy has let it go. So lines are read in the order in which they were written, the place of reading
 * is a number and an offset, and it moves in the transaction that brings the bytes: each line counts once,
 * whatever the moment at which a scribe dies.
 *
 * Lines wait until all that was in the journals when they were read is in the store, since a visit is
 * in its journal before its line can be in the log. A line whose visit is not there (deleted, or never
 * recorded as the disk was full) counts nowhere. A visit has BDL_MARK_BYTES_MAX bytes each way at most,
 * whatever lines say.
 */
#ifndef BDL_RECORD_VISITS_BYTES_H
#define BDL_RECORD_VISITS_BYTES_H

#include "record/store/store.h"
#include "record/visits/mark.h"

#define BDL_BYTES_ROWS_MAX 256 /* visits of one transaction */

struct bdl_bytes;

/* A folder that is not there is one without files. `key` names its place of reading in the store. */
struct bdl_bytes *bdl_bytes_new(const char *folder, const char *key);
void bdl_bytes_free(struct bdl_bytes *b); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_bytes, bdl_bytes_free);

/*
 * Take in what the log has: at most a quarter of a megabyte, and of BDL_BYTES_ROWS_MAX visits together
 * with what waits. Negative where the store failed; what is wrong with the log is told in *ret_log,
 * whose code is 0 for nothing.
 */
int bdl_bytes_read(struct bdl_bytes *b, struct bdl_store *s, struct bdl_err *ret_log,
    struct bdl_err *err) BDL_MUST_USE;

/* Is there anything for the store, and how many lines are it? Without lines it is a file that is done. */
bool bdl_bytes_waits(const struct bdl_bytes *b);
size_t bdl_bytes_lines(const struct bdl_bytes *b);

/*
 * Bring them to the store, in a transaction of its own. BDL_E_BUSY where another scribe brings the same
 * log. After a failure all is read again.
 */
int bdl_bytes_store(struct bdl_bytes *b, struct bdl_store *s, struct bdl_err *err) BDL_MUST_USE;

/* Are there files all of which is in the store? When that is on its disk they are deleted. */
bool bdl_bytes_is_due(const struct bdl_bytes *b);
int bdl_bytes_forget(struct bdl_bytes *b, struct bdl_err *err) BDL_MUST_USE;

/* "17.log": the number; 0 for other names. Numbers go up to UINT32_MAX. */
uint64_t bdl_bytes_number(const char *name);

#endif
