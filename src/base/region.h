/*
 * A region: memory that lives as long as one piece of work (a request, a page, a compiled policy)
 * and is freed at once. It has a maximum; past it bdl_region_get returns NULL and the region is
 * `broken` until it is reset, so a builder may look once at the end.
 *
 * It deliberately has no free of a single piece and no realloc.
 */
#ifndef BDL_BASE_REGION_H
#define BDL_BASE_REGION_H

#include "base/defs.h"
#include "base/view.h"

struct bdl_region;

struct bdl_region *bdl_region_new(size_t max);
void bdl_region_free(struct bdl_region *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_region, bdl_region_free);

/* Zeroed, aligned for any type. NULL past the maximum. */
void *bdl_region_get(struct bdl_region *r, size_t n);
void *bdl_region_array(struct bdl_region *r, size_t n, size_t size); /* checks the product */

/* Copies, NUL-ended. NULL (or an empty view) past the maximum. */
char *bdl_region_str(struct bdl_region *r, struct bdl_view v);
struct bdl_view bdl_region_view(struct bdl_region *r, struct bdl_view v);
char *bdl_region_printf(struct bdl_region *r, const char *fmt, ...) BDL_PRINTF(2, 3);

/* Forget all that was given. The largest block is kept, so that like work needs no other. */
void bdl_region_reset(struct bdl_region *r);

bool bdl_region_broken(const struct bdl_region *r);
size_t bdl_region_used(const struct bdl_region *r);

#endif
