/*
 * Facts told in the language's own words, for tools that try a policy out: "using own-devices, at
 * guest-network, signed, not encrypted, after 3 in 1 hour". Read by the grammar of the rules and
 * checked like one, so that a slip is found and not taken for something that is not so.
 */
#ifndef BDL_POLICY_GIVEN_H
#define BDL_POLICY_GIVEN_H

#include "policy/document.h"
#include "policy/facts.h"

#define BDL_GIVEN_MAX 32 /* phrases, as many as exceptions of one rule */

struct bdl_given_phrase {
	const struct bdl_phrase *phrase;
	bool is_not; /* it is told that this is not so */
};

/* What was told: zeroed before, done after. */
struct bdl_given {
	struct bdl_document *document; /* owns what the phrases are made of */
	enum bdl_door door;
	uint32_t deeds;
	struct bdl_given_phrase phrases[2 * BDL_GIVEN_MAX];
	size_t n;
};
void bdl_given_done(struct bdl_given *g);

/*
 * `act` is what a rule begins with after its verdict ("web", "web upload", "logs file deleted"),
 * `words` are conditions and states with commas between, `not` before one that is not so. Names are
 * checked against the policies that the context has as others. BDL_E_INVALID with what was expected,
 * BDL_E_LIMIT past BDL_GIVEN_MAX phrases or BDL_DOCUMENT_MAX bytes.
 */
int bdl_given_parse(struct bdl_view act, struct bdl_view words,
    const struct bdl_check_context *context, struct bdl_given *ret, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Put it into the facts and mark it as told. A number is told by the least that is so: "to more than
 * 20 recipients" are 21. A count holds for every counter of its kind and span; `counts` has
 * BDL_COUNTERS_MAX of them, zero where none is told, and outlives the facts.
 */
void bdl_given_tell(const struct bdl_given *g, const struct bdl_ruleset *r, struct bdl_facts *f,
    uint64_t *counts, struct bdl_region *region);

#endif
