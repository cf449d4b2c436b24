/*
 * Allocation of things whose size we chose. These never return NULL: without memory for our own
 * small needs a process aborts and is started again. What a peer sizes goes through a region or a
 * buffer, which have a maximum and say BDL_E_LIMIT.
 */
#ifndef BDL_BASE_ALLOC_H
#define BDL_BASE_ALLOC_H

#include "base/defs.h"
#include "base/view.h"
#include <stdlib.h>

/* Says that there is no memory for so many bytes, and aborts: for libraries that hand it back to us. */
BDL_NORETURN void bdl_no_memory(size_t n);

void *bdl_xalloc(size_t n) __attribute__((malloc, returns_nonnull)); /* zeroed */
void *bdl_xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
char *bdl_xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *bdl_xview_dup(struct bdl_view v) __attribute__((malloc, returns_nonnull)); /* with a NUL */
char *bdl_xprintf(const char *fmt, ...) BDL_PRINTF(1, 2) __attribute__((returns_nonnull));

/*
 * Room for one more in an array that doubles: `items = bdl_xgrow(items, n, &cap, sizeof(*items))`.
 * What is new is not zeroed.
 */
void *bdl_xgrow(void *items, size_t n, size_t *cap, size_t size) __attribute__((returns_nonnull));

#endif
