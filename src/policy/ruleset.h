/*
 * The ruleset: the policies in force, compiled for the judge. Immutable; a new one replaces it
 * whole. Built from the same bytes that people sign, in a few milliseconds, so the doors read
 * documents and need no second format that could differ from them.
 */
#ifndef BDL_POLICY_RULESET_H
#define BDL_POLICY_RULESET_H

#include "base/hash.h"
#include "lists/lists.h"
#include "policy/document.h"

#define BDL_POLICIES_MAX           16
#define BDL_RULESET_CATEGORIES_MAX BDL_LIST_CATEGORIES_MAX
#define BDL_NO_RULE                UINT16_MAX

struct bdl_source {
	struct bdl_view name;  /* "staff" */
	struct bdl_view bytes; /* the document */
};

struct bdl_ruleset;

/*
 * Compile. A document with errors is refused: BDL_E_INVALID with the first finding as the text, as
 * is a name that comes twice; BDL_E_LIMIT past the limits above, 64 groups, or more rules in all than
 * BDL_RULES_MAX. The sources need not outlive the call. Policies are in order of name, and rules in
 * order of policy, then of the document.
 */
int bdl_ruleset_new(const struct bdl_source *sources, size_t n, struct bdl_ruleset **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_ruleset_free(struct bdl_ruleset *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_ruleset, bdl_ruleset_free);

/*
 * The version: the digest over, for each document in order of name (bdl_view_cmp), its name, a NUL
 * and the 32 bytes of its digest. The same documents give the same version on every machine.
 */
const struct bdl_digest *bdl_ruleset_version(const struct bdl_ruleset *r);

size_t bdl_ruleset_policies(const struct bdl_ruleset *r);
struct bdl_view bdl_ruleset_policy_name(const struct bdl_ruleset *r, size_t i);
const struct bdl_document *bdl_ruleset_document(const struct bdl_ruleset *r, size_t i);

/* Categories that rules name, numbered for the judge; -1 where no rule names it. */
size_t bdl_ruleset_categories(const struct bdl_ruleset *r);
const char *bdl_ruleset_category(const struct bdl_ruleset *r, unsigned i);
int bdl_ruleset_category_find(const struct bdl_ruleset *r, struct bdl_view name);

/* Groups as bits of a mask: those the policies bind or name. 0 for a group nobody names. */
uint64_t bdl_ruleset_group(const struct bdl_ruleset *r, struct bdl_view name);

/* What the pages need of a compiled rule. */
struct bdl_rule_ref {
	size_t policy; /* index */
	struct bdl_view policy_name;
	const struct bdl_clause *clause;
	const struct bdl_rule *rule;
};
size_t bdl_ruleset_rules(const struct bdl_ruleset *r);
struct bdl_rule_ref bdl_ruleset_rule(const struct bdl_ruleset *r, uint16_t i);

/*
 * How list categories translate to the ruleset's: made once whenever either is loaded, so that a
 * request costs a few table look-ups.
 */
struct bdl_catmap {
	int16_t to[BDL_LIST_CATEGORIES_MAX]; /* -1: no rule asks for it */
};
void bdl_catmap_make(
    const struct bdl_lists *lists, const struct bdl_ruleset *r, struct bdl_catmap *ret);
void bdl_catmap_apply(
    const struct bdl_catmap *m, const struct bdl_catset *from, struct bdl_catset *ret);

#endif
