/* The clauses in which two documents differ, for the pages that show it. */
#ifndef BDL_PORTAL_CLAUSE_CHANGES_INT_H
#define BDL_PORTAL_CLAUSE_CHANGES_INT_H

#include "clause_changes.tmpl.h"
#include "pages_int.h"
#include "policy/diff.h"

/*
 * Rows are added to an empty part. `from` and `to` are the issues that clauses lead to; 0: there is
 * none. Texts are views into the documents.
 */
void bdl_clause_changes(const struct bdl_request *r, const struct bdl_diff *d, struct bdl_view name,
    int64_t from, int64_t to, struct bdl_part_clause_changes *ret);

#endif
