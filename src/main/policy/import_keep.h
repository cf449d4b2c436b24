/* Keeping an import beside its draft, for the portal. */
#ifndef BDL_MAIN_POLICY_IMPORT_KEEP_H
#define BDL_MAIN_POLICY_IMPORT_KEEP_H

#include "base/hash.h"
#include "import/import.h"

/* `file` is the path that was read, `draft` the digest of the draft of this name as it was kept. */
int bdl_import_keep(const char *data, const char *file, struct bdl_view name,
    const struct bdl_digest *draft, const struct bdl_import *m, const struct bdl_concepts *concepts,
    struct bdl_err *err) BDL_MUST_USE;

#endif
