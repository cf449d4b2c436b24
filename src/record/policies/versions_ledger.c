/* What happens to a version, as entries of the ledger. */
#include "record/policies/versions_int.h"
#include "record/store/store_int.h"
#include <stdio.h>

#define FACTS_MAX (64 * 1024)

/* All facts of a version, in this order for ever: the ledger's digests are over them. */
static void facts_put(
    const struct bdl_version_row *v, struct bdl_view by, struct bdl_view why, struct bdl_buf *out)
{
	char digest[BDL_DIGEST_HEX], number[32];
	const struct bdl_view texts[] = { v->name, v->title, v->minute, v->body, v->on, v->first,
		v->second, by, why };

	bdl_digest_hex(&v->digest, digest);
	bdl_ledger_field(out, bdl_view_of(digest));
	for (size_t i = 0; i < BDL_ARRAY_LEN(texts); i++)
		bdl_ledger_field(out, texts[i]);
	(void)snprintf(number, sizeof(number), "%lld", (long long)v->issue); /* fits */
	bdl_ledger_field(out, bdl_view_of(number));
	(void)snprintf(number, sizeof(number), "%lld", (long long)v->from_ms); /* fits */
	bdl_ledger_field(out, bdl_view_of(number));
}

int bdl_version_enter(struct bdl_store *s, enum bdl_ledger_kind kind,
    const struct bdl_version_row *v, struct bdl_view by, struct bdl_view why, int64_t now_ms,
    struct bdl_err *err)
{
	struct bdl_buf facts BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(FACTS_MAX);
	struct bdl_buf record BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_LEDGER_RECORD_MAX);

	facts_put(v, by, why, &facts);
	if (bdl_buf_broken(&facts))
		return bdl_fail(err, BDL_E_LIMIT,
		    "the facts of the version are longer than %d bytes", FACTS_MAX);
	(void)bdl_buf_printf(
	    &record, "policy/%.*s/%lld", BDL_FMT(v->name), (long long)v->issue); /* a name fits */
	const struct bdl_ledger_entry e = {
		.kind = kind,
		.at_ms = now_ms,
		.actor = by,
		.record = bdl_buf_view(&record),
		.content = bdl_buf_view(&facts),
	};
	return bdl_ledger_add(s, &e, err);
}
