/*
 * The style sheet and the script, compiled in. Their path holds their digest, so that browsers may
 * keep them for ever and still see a new one at once.
 */
#ifndef BDL_PORTAL_ASSETS_H
#define BDL_PORTAL_ASSETS_H

#include "base/view.h"

struct bdl_asset {
	const char *name; /* "app.css" */
	const unsigned char *bytes;
	size_t n;
};
extern const struct bdl_asset bdl_assets[]; /* ended by a zeroed one */

/* Work the digests out; once, before the first request. */
void bdl_assets_init(void);

/* The digits in "/assets/1f2e.../app.css"; they live as long as the program. */
const char *bdl_asset_digest(const char *name);

/* The asset of that digest and name, or NULL. */
const struct bdl_asset *bdl_asset_find(struct bdl_view digest, struct bdl_view name);

#endif
