/*
 * A table in mapped memory: one file of a fixed size, shared by processes, that outlives each of
 * them. Its first eight bytes say what it is; the rest begins as zeroes. Its disk space is taken
 * when it is made, so that no write into it can fail later, and a file that is cut short by others
 * is not what we guard against.
 */
#ifndef BDL_SYS_TABLE_H
#define BDL_SYS_TABLE_H

#include "base/err.h"

#define BDL_TABLE_MAGIC 8 /* bytes */

/*
 * Maps the table at `path`, made (mode 0600) where it is absent or not of this magic and size; of
 * several processes that make it at once all get the same one. `write` says whether the memory may
 * be written. bdl_table_close unmaps; it takes NULL.
 */
int bdl_table_open(const char *path, const char magic[BDL_TABLE_MAGIC], size_t size, bool write,
    void **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_table_close(void *table, size_t size);

#endif
