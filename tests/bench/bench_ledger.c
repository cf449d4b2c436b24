/*
 * bench_ledger FOLDER [ENTRIES]: how fast the ledger is added to, and verified. A store is made in the
 * folder, which is to be empty.
 */
#include "base/clock.h"
#include "record/ledger/ledger.h"
#include "record/ledger/verify.h"
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT 200000
#define BATCH   100 /* entries of one transaction */

static void must(int rc, const struct bdl_err *err)
{
	if (!rc)
		return;
	(void)fprintf(stderr, "bench_ledger: %s\n", err->text);
	exit(EXIT_FAILURE);
}

static void add(struct bdl_store *s, int64_t i)
{
	char person[16], record[32];
	struct bdl_err err;

	(void)snprintf(person, sizeof(person), "p%lld", (long long)(i % 1700));
	(void)snprintf(record, sizeof(record), "acts/%lld", (long long)i);
	const struct bdl_ledger_entry e = {
		.kind = BDL_LEDGER_LOOKED,
		.at_ms = bdl_now_ms(),
		.actor = BDL_LIT("p.marlow"),
		.subject = bdl_view_of(person),
		.record = bdl_view_of(record),
		.content = BDL_LIT("what was shown"),
	};
	must(bdl_ledger_add(s, &e, &err), &err);
}

static double seconds(int64_t since_ms)
{
	return (double)(bdl_tick_ms() - since_ms + 1) / 1000;
}

int main(int argc, char **argv)
{
	struct bdl_store *s BDL_AUTO(bdl_store_close) = NULL;
	struct bdl_ledger_found found;
	struct bdl_err err;
	char path[512];
	uint64_t n = DEFAULT;

	if (argc < 2 || (argc > 2 && !bdl_view_uint(bdl_view_of(argv[2]), 100000000, &n))) {
		(void)fprintf(stderr, "use: bench_ledger FOLDER [ENTRIES]\n");
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/store.db", argv[1]);
	must(bdl_store_open(path, BDL_STORE_WRITE, &s, &err), &err);
	int64_t since_ms = bdl_tick_ms();
	for (uint64_t i = 0; i < n; i += BATCH) {
		must(bdl_store_begin(s, &err), &err);
		for (uint64_t k = i; k < i + BATCH && k < n; k++)
			add(s, (int64_t)k);
		must(bdl_store_commit(s, &err), &err);
	}
	printf("added:    %8.0f entries a second\n", (double)n / seconds(since_ms));
	since_ms = bdl_tick_ms();
	must(bdl_ledger_verify(s, NULL, 0, &found, &err), &err);
	printf("verified: %8.0f entries a second\n", (double)found.entries / seconds(since_ms));
	return found.broken ? EXIT_FAILURE : EXIT_SUCCESS;
}
