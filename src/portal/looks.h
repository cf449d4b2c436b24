/*
 * Who was shown what: the portal may not write the store, so it appends looks to a journal of its own
 * (record/ledger/look.h), before what was looked at is shown.
 */
#ifndef BDL_PORTAL_LOOKS_H
#define BDL_PORTAL_LOOKS_H

#include "base/err.h"
#include "record/ledger/look.h"

struct bdl_looks;

/* `folder` is DIR/journal/portal. BDL_E_BUSY where another portal writes there. */
int bdl_looks_open(const char *folder, struct bdl_looks **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_looks_close(struct bdl_looks *l); /* takes NULL; no thread uses it any more */
BDL_DEFINE_AUTO(struct bdl_looks, bdl_looks_close);

/* Append these and sync them. From any thread, one after the other. */
int bdl_looks_keep(struct bdl_looks *l, const struct bdl_look *looks, size_t n, struct bdl_err *err)
    BDL_MUST_USE;

#endif
