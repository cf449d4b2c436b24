/*
 * The law: a document that is part of the program (policy/law.md), with the clause behind every
 * verdict that the lists of illegal material bring about. It is no policy of the school: nobody
 * publishes it or takes it out of force, and its name is no policy's. Every ruleset holds its rules
 * (policy/ruleset.h).
 */
#ifndef BDL_POLICY_LAW_H
#define BDL_POLICY_LAW_H

#include "base/view.h"

#define BDL_LAW_NAME "law"

/* The document's bytes, which live as long as the program. */
struct bdl_view bdl_law_bytes(void);

/* Whether a policy of that name would be taken for the law. */
bool bdl_is_law(struct bdl_view name);

#endif
