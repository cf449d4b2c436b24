/*
 * A look: somebody was shown records by the portal. The portal only reads the store, so it appends
 * looks to a journal of its own, and the scribe makes entries of the ledger of them.
 */
#ifndef BDL_RECORD_LEDGER_LOOK_H
#define BDL_RECORD_LEDGER_LOOK_H

#include "base/buf.h"
#include "base/err.h"
#include "record/store/store.h"

#define BDL_LOOK_BYTES_MAX 2048
#define BDL_LOOK_SOURCE    "portal" /* the journal that looks come from, and acts never */

struct bdl_look {
	int64_t at_ms;
	struct bdl_view actor;   /* who looked */
	struct bdl_view subject; /* whose records; empty: several people's, or nobody's */
	struct bdl_view record;  /* what was shown: "acts", "acts/17", "violations" */
};

/*
 * Append the look as a journal keeps it; docs/formats.md has it. BDL_E_LIMIT for what would not be read
 * back: a name that is too long, nobody, or what names no record.
 */
int bdl_look_encode(const struct bdl_look *l, struct bdl_buf *out);

/* The views of *ret lie in `bytes`. What is taken fits the ledger. */
int bdl_look_decode(struct bdl_view bytes, struct bdl_look *ret, struct bdl_err *err) BDL_MUST_USE;

/* Enter a look that was decoded into the ledger, in the transaction that is open. */
int bdl_look_enter(struct bdl_store *s, const struct bdl_look *l, struct bdl_err *err) BDL_MUST_USE;

#endif
