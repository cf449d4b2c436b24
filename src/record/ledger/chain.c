/* The chain: what an entry's hash covers, and whether an entry follows the one before it. */
#include "record/ledger/ledger_int.h"

static const char mark[8] = { 'B', 'D', 'L', 'L', 'E', 'D', 'G', '1' };

#define NUMBERS 4
#define TEXTS   3
#define BYTES_MAX                                                                  \
	(sizeof(mark) + 2 * 32 + 8 * NUMBERS + 2 * TEXTS + 2 * BDL_PSEUDONYM_LEN + \
	    BDL_LEDGER_RECORD_MAX)

static size_t put_number(uint8_t *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(v >> (8 * i));
	return n;
}

static size_t put_text(uint8_t *to, struct bdl_view v)
{
	size_t n = put_number(to, v.n, 2);

	if (v.n)
		memcpy(to + n, v.p, v.n);
	return n + v.n;
}

struct bdl_digest bdl_ledger_hash(const struct bdl_ledger_row *row, const struct bdl_digest *digest,
    const struct bdl_digest *former)
{
	uint8_t bytes[BYTES_MAX];
	size_t n = sizeof(mark);

	BDL_BUG_IF(row->actor.n > BDL_PSEUDONYM_LEN || row->subject.n > BDL_PSEUDONYM_LEN ||
	    row->record.n > BDL_LEDGER_RECORD_MAX);
	memcpy(bytes, mark, sizeof(mark));
	memcpy(bytes + n, former->b, sizeof(former->b));
	n += sizeof(former->b);
	n += put_number(bytes + n, (uint64_t)row->school, 8);
	n += put_number(bytes + n, (uint64_t)row->entry, 8);
	n += put_number(bytes + n, (uint64_t)row->at_ms, 8);
	n += put_number(bytes + n, (uint64_t)row->kind, 8);
	n += put_text(bytes + n, row->actor);
	n += put_text(bytes + n, row->subject);
	n += put_text(bytes + n, row->record);
	memcpy(bytes + n, digest->b, sizeof(digest->b));
	n += sizeof(digest->b);
	return bdl_digest_of(bytes, n);
}

static int number_check(int64_t want, int64_t got, struct bdl_err *err)
{
	if (got > want)
		return bdl_fail(err, BDL_E_CONFLICT, "entry %lld is missing", (long long)want);
	if (got < want)
		return bdl_fail(err, BDL_E_CONFLICT,
		    "where entry %lld is expected stands one with the number %lld", (long long)want,
		    (long long)got);
	return 0;
}

int bdl_ledger_step(
    struct bdl_ledger_walk *w, const struct bdl_ledger_row *row, struct bdl_err *err)
{
	struct bdl_digest digest, hash, made;

	int rc = number_check(w->entries + 1, row->entry, err);
	if (rc)
		return rc;
	if (!bdl_digest_parse(row->digest, &digest) || !bdl_digest_parse(row->hash, &hash) ||
	    row->actor.n > BDL_PSEUDONYM_LEN || row->subject.n > BDL_PSEUDONYM_LEN ||
	    row->record.n > BDL_LEDGER_RECORD_MAX)
		return bdl_fail(err, BDL_E_CONFLICT, "entry %lld has a field that is none",
		    (long long)row->entry);
	made = bdl_ledger_hash(row, &digest, &w->hash);
	if (!bdl_digest_eq(&made, &hash))
		return bdl_fail(err, BDL_E_CONFLICT,
		    "entry %lld is not what was written there, or does not follow the one before it",
		    (long long)row->entry);
	w->entries = row->entry;
	w->hash = hash;
	return 0;
}
