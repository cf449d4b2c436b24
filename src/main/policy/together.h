/*
 * A policy read together with the others of the school: with those that are in force, or will be,
 * when it comes into force. What one describes another may name; what it no longer describes another
 * may miss.
 */
#ifndef BDL_MAIN_POLICY_TOGETHER_H
#define BDL_MAIN_POLICY_TOGETHER_H

#include "main/publish.h"

/*
 * Check `d` as the policy `name`, approved on that day (empty: it was not said), to come into force
 * at at_ms. What is wrong in it, warnings too, is added to `findings`. BDL_E_INVALID where it has
 * errors, or where another policy gets one by it: then those are written to standard error.
 */
int bdl_together_check(struct bdl_store *store, const struct bdl_known_lists *known,
    struct bdl_view name, const struct bdl_document *d, struct bdl_view approved_on, int64_t at_ms,
    struct bdl_findings *findings, struct bdl_err *err) BDL_MUST_USE;

#endif
