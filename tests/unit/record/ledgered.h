/* A ledger with entries in it, for tests. */
#ifndef BDL_TESTS_RECORD_LEDGERED_H
#define BDL_TESTS_RECORD_LEDGERED_H

#include "record/ledger/ledger_int.h"
#include "record/ledger/verify.h"
#include "stored.h"

#define LEDGER_T0 1795261200000

/* Entries that differ in all of their fields; in the transaction that is open. */
static inline void ledger_fill(struct bdl_store *s, int n)
{
	static const char *const people[] = { "p.marlow", "adebayo", "office", "scribe" };
	char record[32], content[32];
	struct bdl_err err = { 0 };

	for (int i = 0; i < n; i++) {
		(void)snprintf(record, sizeof(record), "acts/%d", i);
		(void)snprintf(content, sizeof(content), "content %d", i);
		const struct bdl_ledger_entry e = {
			.kind = i % 2 ? BDL_LEDGER_LOOKED : BDL_LEDGER_APPROVED,
			.at_ms = LEDGER_T0 + i,
			.actor = bdl_view_of(people[i % 4]),
			.subject = i % 3 ? bdl_view_of(people[i / 4 % 4]) : bdl_view_of(""),
			.record = bdl_view_of(record),
			.content = bdl_view_of(content),
		};
		if (bdl_ledger_add(s, &e, &err)) {
			(void)fprintf(stderr, "%s\n", err.text);
			abort();
		}
	}
}

static inline void ledger_make(struct bdl_store *s, int n)
{
	BDL_BUG_IF(bdl_store_begin(s, NULL));
	ledger_fill(s, n);
	BDL_BUG_IF(bdl_store_commit(s, NULL));
}

/* What the verifier finds against one head, or none. */
static inline struct bdl_ledger_found ledger_look(struct bdl_store *s, const struct bdl_head *head)
{
	struct bdl_head h = head ? *head : (struct bdl_head){ 0 };
	struct bdl_ledger_found found;
	struct bdl_err err = { 0 };

	if (bdl_ledger_verify(s, &h, head != NULL, &found, &err)) {
		(void)fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return found;
}

#endif
