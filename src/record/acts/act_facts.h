/* A recorded act's facts, as the judge takes them. */
#ifndef BDL_RECORD_ACTS_ACT_FACTS_H
#define BDL_RECORD_ACTS_ACT_FACTS_H

#include "base/region.h"
#include "policy/facts.h"
#include "record/acts/act.h"

/*
 * By the numbers of this ruleset, of the texts that were kept; what was not kept is not told. Views
 * lie in the act and in the region. false: nothing was kept by which it could be judged again.
 */
bool bdl_act_facts(const struct bdl_act *a, const struct bdl_ruleset *r, struct bdl_region *region,
    struct bdl_facts *ret);

#endif
