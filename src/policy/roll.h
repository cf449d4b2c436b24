/*
 * The roll: who is a person of the school and which groups they are in. A CSV with a heading line,
 * `login,name,groups` (groups separated by spaces), in UTF-8. Logins are compared lower-case. Roles stand
 * among the groups by their names in policy/words.h ("staff head"), so that rules find them by `by`.
 */
#ifndef BDL_POLICY_ROLL_H
#define BDL_POLICY_ROLL_H

#include "base/err.h"
#include "policy/ruleset.h"

#define BDL_ROLL_MAX       100000 /* people */
#define BDL_ROLL_BYTES_MAX (32 * 1024 * 1024)

struct bdl_roll;

struct bdl_person {
	struct bdl_view login, name, groups;
};

/* Errors name `where` and the line. An empty text is an empty roll. */
int bdl_roll_parse(struct bdl_view csv, const char *where, struct bdl_roll **ret,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_roll_free(struct bdl_roll *r); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_roll, bdl_roll_free);

/* The person of that login (lower-case), or NULL. No allocation. */
const struct bdl_person *bdl_roll_find(const struct bdl_roll *r, struct bdl_view login);
/* Each person, by number, in the order of the roll. */
const struct bdl_person *bdl_roll_at(const struct bdl_roll *r, size_t i);
size_t bdl_roll_size(const struct bdl_roll *r);

/* A person's groups as the ruleset's mask. */
uint64_t bdl_person_groups(const struct bdl_person *p, const struct bdl_ruleset *ruleset);

#endif
