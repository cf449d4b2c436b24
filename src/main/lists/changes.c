/* beadle lists changes [--last N]: how lists changed, as the ledger has it. */
#include "base/clock.h"
#include "main/command.h"
#include "main/data.h"
#include "main/lists/verbs.h"
#include "record/ledger/lists.h"

#include <stdio.h>

#define SHOWN        20
#define SHOWN_MAX    1000
#define SHOWN_MEMORY (32 * 1024 * 1024) /* of texts */

static void print_change(const struct bdl_lists_change *c)
{
	char when[BDL_ISO_LEN], hex[BDL_DIGEST_HEX];

	bdl_time_iso(c->at_ms, when);
	bdl_digest_hex(&c->digest, hex);
	printf("lists/%lld  %s", (long long)c->id, when);
	if (c->host.n)
		printf("  on %.*s", BDL_FMT(c->host));
	printf("\n  SHA-256 %s\n  %.*s\n", hex, BDL_FMT(c->said));
}

static int read_changes(const char *data, size_t n, struct bdl_region *region,
    struct bdl_lists_change **ret, size_t *ret_n, struct bdl_err *err)
{
	struct bdl_store *store BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_conf conf;

	int rc = bdl_data_store_of(data, BDL_STORE_READ, &conf, &store, err);
	return rc < 0 ? rc : bdl_lists_changes(store, n, region, ret, ret_n, err);
}

int bdl_lists_say_changes(struct bdl_args *a)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) = bdl_region_new(SHOWN_MEMORY);
	const char *last = bdl_args_option(a, "--last");
	struct bdl_lists_change *changes;
	struct bdl_err err;
	uint64_t n = SHOWN;
	size_t got = 0;

	if (!bdl_args_fit(a, 1, 1))
		return BDL_EXIT_USAGE;
	if (last && (!bdl_view_uint(bdl_view_of(last), SHOWN_MAX, &n) || n == 0)) {
		fprintf(stderr, "beadle lists: --last takes a number from 1 to %d\n", SHOWN_MAX);
		return BDL_EXIT_USAGE;
	}
	int rc = read_changes(a->data, (size_t)n, region, &changes, &got, &err);
	if (rc < 0)
		return bdl_complain(&err);
	while (got-- > 0) /* the newest at the end, where one looks */
		print_change(&changes[got]);
	return BDL_EXIT_FINE;
}
