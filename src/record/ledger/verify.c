#include "record/ledger/verify.h"
#include "base/clock.h"
#include "record/ledger/ledger_int.h"
#include "record/store/store_int.h"
#include <stdio.h>
#include <stdlib.h>

/* Entries that are asked for at once: PostgreSQL answers with all of them in memory. */
#define BLOCK 1000

struct verify {
	struct bdl_ledger_walk walk;
	const struct bdl_head *heads; /* by their entries */
	size_t n, next;               /* the first that the walk has not come to */
	int64_t agreed;               /* entries of the last head that agrees */
	struct bdl_ledger_found *found;
};

static int by_entries(const void *a, const void *b)
{
	const struct bdl_head *x = a, *y = b;

	return (x->entries > y->entries) - (x->entries < y->entries);
}

static void break_at(struct verify *v, int64_t entry, const char *what)
{
	v->found->broken = entry;
	(void)snprintf(v->found->what, sizeof(v->found->what), "%s", what); /* is as long */
}

/* The heads of as many entries as were walked; false where one is of another ledger. */
static bool heads_agree(struct verify *v)
{
	char when[BDL_LONG_LEN];
	struct bdl_err what;

	for (; v->next < v->n && v->heads[v->next].entries <= v->walk.entries; v->next++) {
		const struct bdl_head *h = &v->heads[v->next];
		if (bdl_digest_eq(&h->hash, &v->walk.hash)) {
			v->agreed = h->entries;
			continue;
		}
		bdl_time_long(h->at_ms, when);
		(void)bdl_fail(&what, BDL_E_CONFLICT, /* for its text */
		    "entries %lld to %lld are not those of the head that was signed on %s: one of "
		    "them or more were written anew",
		    (long long)v->agreed + 1, (long long)h->entries, when);
		break_at(v, v->agreed + 1, what.text);
		return false;
	}
	return true;
}

/* 1: go on; 0: it breaks here. */
static int row_check(struct verify *v, struct bdl_stmt *st)
{
	struct bdl_err why;
	const struct bdl_ledger_row row = {
		.school = BDL_SCHOOL,
		.entry = bdl_col_int(st, 2),
		.at_ms = bdl_col_int(st, 3),
		.kind = bdl_col_int(st, 4),
		.actor = bdl_col_view(st, 5),
		.subject = bdl_col_view(st, 6),
		.record = bdl_col_view(st, 7),
		.digest = bdl_col_view(st, 8),
		.hash = bdl_col_view(st, 9),
	};

	if (bdl_ledger_step(&v->walk, &row, &why)) {
		break_at(v, v->walk.entries + 1, why.text);
		return 0;
	}
	return heads_agree(v);
}

/* The end of the walk: what the store's head and the heads that are left say of it. */
static void end_check(struct verify *v, int64_t entries, const struct bdl_digest *hash)
{
	int64_t got = v->walk.entries;
	char when[BDL_LONG_LEN];
	struct bdl_err what;

	if (v->next < v->n) {
		const struct bdl_head *h = &v->heads[v->n - 1];
		bdl_time_long(h->at_ms, when);
		(void)bdl_fail(&what, BDL_E_CONFLICT, /* for its text */
		    "entries %lld to %lld, which were there on %s, are gone", (long long)got + 1,
		    (long long)h->entries, when);
		break_at(v, got + 1, what.text);
	} else if (entries != got || !bdl_digest_eq(hash, &v->walk.hash)) {
		(void)bdl_fail(&what, BDL_E_CONFLICT, /* for its text */
		    "the ledger ends with entry %lld, and its head is of entry %lld%s",
		    (long long)got, (long long)entries, entries == got ? " with another hash" : "");
		break_at(v, entries < got ? (entries < 0 ? 1 : entries + 1) : got + 1, what.text);
	}
}

/*
 * As many rows as a block has, the head with each, or by itself where there are none. 1: the next block
 * follows; 0: that was the end, or it breaks.
 */
static int block_check(
    struct bdl_store *s, struct bdl_stmt *st, struct verify *v, struct bdl_err *err)
{
	struct bdl_digest hash = { 0 };
	int64_t entries = 0;
	size_t rows = 0, n = 0;
	bool is_head = false;
	int rc;

	while ((rc = bdl_stmt_step(s, st, err)) > 0) {
		if (rows++ == 0) {
			entries = bdl_col_int(st, 0);
			is_head = bdl_digest_parse(bdl_col_view(st, 1), &hash);
		}
		if (bdl_col_view(st, 9).n == 0 && bdl_col_int(st, 2) == 0)
			break; /* the head alone */
		if (!row_check(v, st))
			return 0;
		n++;
	}
	if (rc < 0 || n == BLOCK)
		return rc < 0 ? rc : 1;
	if (is_head)
		end_check(v, entries, &hash);
	else
		break_at(v, v->walk.entries + 1, "the ledger has no head");
	return 0;
}

/* Entries are only added, so what one block's statement sees goes on in the next one's. */
static int blocks_check(struct bdl_store *s, struct verify *v, struct bdl_err *err)
{
	int64_t from = INT64_MIN;
	int rc;

	if (!heads_agree(v))
		return 0;
	do {
		struct bdl_stmt *st BDL_AUTO(bdl_stmt_rest) = NULL;

		rc = bdl_stmt_get(s,
		    "SELECT h.entries, h.hash, e.entry, e.at_ms, e.kind, e.actor, e.subject,"
		    " e.record, e.digest, e.hash FROM ledger_head h LEFT JOIN"
		    " (SELECT school, entry, at_ms, kind, actor, subject, record, digest, hash"
		    " FROM ledger_entry WHERE school = ?1 AND entry >= ?2"
		    " ORDER BY entry LIMIT ?3) e ON e.school = h.school"
		    " WHERE h.school = ?1 ORDER BY e.entry",
		    &st, err);
		if (rc)
			return rc;
		bdl_bind_int(st, 1, BDL_SCHOOL);
		bdl_bind_int(st, 2, from);
		bdl_bind_int(st, 3, BLOCK);
		rc = block_check(s, st, v, err);
		from = v->walk.entries + 1;
	} while (rc > 0);
	return rc;
}

int bdl_ledger_verify(struct bdl_store *s, struct bdl_head *heads, size_t n,
    struct bdl_ledger_found *ret, struct bdl_err *err)
{
	struct bdl_ledger_found found = { 0 };
	struct verify v = { .heads = heads, .n = n, .found = &found };

	if (n)
		qsort(heads, n, sizeof(*heads), by_entries);
	int rc = blocks_check(s, &v, err);
	if (rc < 0)
		return rc;
	found.entries = v.walk.entries;
	found.hash = v.walk.hash;
	found.heads = v.next;
	*ret = found;
	return 0;
}
