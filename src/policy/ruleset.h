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
#define BDL_LAW_RULES_MAX          64
#define BDL_RULESET_RULES_MAX      (BDL_RULES_MAX + BDL_LAW_RULES_MAX)
#define BDL_NO_RULE                UINT16_MAX
#define BDL_ATOMS_MAX              512
#define BDL_COUNTERS_MAX           256
#define BDL_AMOUNTS_MAX            16 /* permissions that rules ask for `up to` an amount */

struct bdl_source {
	struct bdl_view name;  /* "staff" */
	struct bdl_view bytes; /* the document */
};

struct bdl_ruleset;

/*
 * Compile what the doors of this build carry out (bdl_rule_carried_out): nothing else is enforced,
 * and nothing may claim that it is. A document with errors is refused: BDL_E_INVALID with the first
 * finding as the text, as is a name that comes twice; BDL_E_LIMIT past the limits above, 64 groups,
 * 64 rules `allow`, or more rules in all than BDL_RULES_MAX. The sources need not outlive the call.
 * Policies are in order of name; rules in order of door, and for each door first its verdicts, then
 * `splice`, then `force`, each in order of policy, then of the document.
 *
 * Behind them stand the rules of the law (policy/law.h), in every ruleset, also in that of no
 * policies. The law is not counted among the policies: it takes none of their places, nor of their
 * rules, the version says nothing of it, and no source may have its name. But its rules are
 * numbered on from the school's, and its index is bdl_ruleset_policies: so pages, records and
 * explanations ask for it like any other.
 */
int bdl_ruleset_new(const struct bdl_source *sources, size_t n, struct bdl_ruleset **ret,
    struct bdl_err *err) BDL_MUST_USE;
/* The same of every rule of every door: for what-if, comparisons and tests, never for a door. */
int bdl_ruleset_new_whole(const struct bdl_source *sources, size_t n, struct bdl_ruleset **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_ruleset_free(struct bdl_ruleset *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_ruleset, bdl_ruleset_free);

/*
 * The version: the digest over, for each document in order of name (bdl_view_cmp), its name, a NUL
 * and the 32 bytes of its digest. The same documents give the same version on every machine.
 */
const struct bdl_digest *bdl_ruleset_version(const struct bdl_ruleset *r);

/* The same without compiling: of these documents, in any order; brings them into theirs. */
struct bdl_ruleset_part {
	struct bdl_view name;
	struct bdl_digest digest;
};
int bdl_ruleset_version_of(struct bdl_ruleset_part *parts, size_t n, struct bdl_digest *ret,
    struct bdl_err *err) BDL_MUST_USE;

size_t bdl_ruleset_policies(const struct bdl_ruleset *r); /* without the law */
/* `i` may be that of the law. */
struct bdl_view bdl_ruleset_policy_name(const struct bdl_ruleset *r, size_t i);
const struct bdl_document *bdl_ruleset_document(const struct bdl_ruleset *r, size_t i);

/* Categories that rules name, the law's too, numbered for the judge; -1 where no rule names it. */
size_t bdl_ruleset_categories(const struct bdl_ruleset *r);
const char *bdl_ruleset_category(const struct bdl_ruleset *r, unsigned i);
int bdl_ruleset_category_find(const struct bdl_ruleset *r, struct bdl_view name);

/*
 * Groups as bits of a mask: those the policies bind or name, and the roles that rules name after
 * `by`, which stand in the roll beside the groups. 0 for a group nobody names.
 */
uint64_t bdl_ruleset_group(const struct bdl_ruleset *r, struct bdl_view name);

/*
 * Atoms: the other named things that rules ask for, each numbered by the form that asks, its name
 * and its manner ("using own-devices", "with serious phrases bullying"; forms without names, such
 * as `signed`, have an empty one). -1 where no rule asks.
 */
struct bdl_atomset {
	uint64_t w[BDL_ATOMS_MAX / 64];
};
size_t bdl_ruleset_atoms(const struct bdl_ruleset *r);
int bdl_ruleset_atom(const struct bdl_ruleset *r, enum bdl_phrase_form form, struct bdl_view name,
    enum bdl_manner manner);
static inline bool bdl_atomset_has(const struct bdl_atomset *s, unsigned i)
{
	return s->w[i / 64] >> (i % 64) & 1;
}
static inline void bdl_atomset_add(struct bdl_atomset *s, unsigned i)
{
	s->w[i / 64] |= 1ULL << (i % 64);
}

/* Numbers of one act that rules compare. */
enum bdl_number {
	BDL_NUMBER_SIZE, /* bytes */
	BDL_NUMBER_RECIPIENTS,
	BDL_NUMBER_FORWARDED, /* times */
	BDL_NUMBER_PEOPLE,    /* whose data it holds */
	BDL_NUMBERS
};

/* Where the facts keep how much was granted of this permission; -1 where no rule asks. */
int bdl_ruleset_amount(const struct bdl_ruleset *r, struct bdl_view permission);

/*
 * Counters: what a door counts of each person so that rules can say "from the third time". The door
 * keeps the counts, as many as bdl_ruleset_counters, and the judge compares them: see policy/judge.h.
 * The id is the same in every ruleset that holds the same rule of the same clause, on every machine:
 * counts may outlive a ruleset under it.
 */
enum bdl_counter_kind {
	BDL_COUNTER_TIMES,   /* acts */
	BDL_COUNTER_BYTES,   /* the sum of their sizes */
	BDL_COUNTER_DEVICES, /* different devices on which they happened */
};
struct bdl_act_counter {
	uint64_t id;
	enum bdl_counter_kind kind;
	struct bdl_span span;
	uint16_t rule;
	const struct bdl_phrase *phrase; /* that asks for it */
};
size_t bdl_ruleset_counters(const struct bdl_ruleset *r);
const struct bdl_act_counter *bdl_ruleset_counter(const struct bdl_ruleset *r, size_t i);

/* The kinds of fact that its rules ask for at all: bits of enum bdl_fact (policy/facts.h). */
uint64_t bdl_ruleset_asked(const struct bdl_ruleset *r);

/* What the pages need of a compiled rule. */
struct bdl_rule_ref {
	size_t policy; /* index */
	struct bdl_view policy_name;
	const struct bdl_clause *clause;
	const struct bdl_rule *rule;
};
size_t bdl_ruleset_rules(const struct bdl_ruleset *r); /* with those of the law */
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
