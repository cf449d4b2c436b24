#include "portal/assets.h"
#include "base/hash.h"
#include <stdio.h>

#define ASSETS_MAX   8
#define DIGEST_SHOWN 16

static char digests[ASSETS_MAX][DIGEST_SHOWN + 1];

void bdl_assets_init(void)
{
	for (size_t i = 0; bdl_assets[i].name; i++) {
		char hex[BDL_DIGEST_HEX];
		BDL_BUG_IF(i == ASSETS_MAX);
		struct bdl_digest d = bdl_digest_of(bdl_assets[i].bytes, bdl_assets[i].n);
		bdl_digest_hex(&d, hex);
		snprintf(digests[i], sizeof(digests[i]), "%.*s", DIGEST_SHOWN, hex);
	}
}

const char *bdl_asset_digest(const char *name)
{
	size_t i = 0;
	while (bdl_assets[i].name && strcmp(bdl_assets[i].name, name) != 0)
		i++;
	BDL_BUG_IF(!bdl_assets[i].name);
	return digests[i];
}

const struct bdl_asset *bdl_asset_find(struct bdl_view digest, struct bdl_view name)
{
	for (size_t i = 0; bdl_assets[i].name; i++)
		if (bdl_view_is(name, bdl_assets[i].name) && bdl_view_is(digest, digests[i]))
			return &bdl_assets[i];
	return NULL;
}
