/*
 * Plain ASCII is folded in blocks, and most text is such, so these are what speed hangs on. Both take it up
 * to the first symbol or character past it, or until a chunk is full, and return how many bytes that
 * were; both make the same of it, which tests hold them to.
 */
#ifndef BDL_SCAN_FOLD_INT_H
#define BDL_SCAN_FOLD_INT_H

#include "scan/fold.h"

size_t bdl_fold_plain(struct bdl_fold *f, struct bdl_view v); /* sixteen bytes at once, anywhere */

#ifdef __x86_64__
/* 64 at once, only where bdl_wide_can (wide_int.h). */
size_t bdl_fold_plain_widely(struct bdl_fold *f, struct bdl_view v);
#endif

#endif
