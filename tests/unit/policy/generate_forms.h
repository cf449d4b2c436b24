/* Rules of every form and door, and situations for them, at random from a seed. */
#ifndef BDL_TESTS_GENERATE_FORMS_H
#define BDL_TESTS_GENERATE_FORMS_H

#include "policy_test.h"

#define NAMED  4 /* groups and categories that rules name */
#define THINGS 33

extern const char *const named_groups[NAMED];
extern const char *const named_categories[NAMED];

/* A named thing that is so. */
struct thing {
	enum bdl_phrase_form form;
	const char *name;
	enum bdl_manner manner;
};

extern const struct thing some_things[THINGS];

/* An act and what is known of it, by names: no numbers of any ruleset. */
struct situation {
	enum bdl_door door;
	uint64_t told;
	uint32_t deeds;
	bool known;
	unsigned groups, categories; /* bits of the arrays above */
	uint64_t things;             /* bits of some_things */
	const char *host, *path, *text;
	uint16_t minute;
	uint8_t weekday;
	uint64_t numbers[BDL_NUMBERS];
	bool large;         /* that permission was granted, */
	uint64_t amount;    /* up to this */
	uint64_t counts[3]; /* of every counter, by enum bdl_counter_kind */
};

/* A clause of one or two rules that passes the check; the caller frees it. */
char *write_clause(uint64_t *seed, unsigned number);

/* Two policies, which bind different people and share these clauses between them. */
struct bdl_ruleset *ruleset_of_two(char *const *clauses, const unsigned *order, unsigned n);

struct situation make_situation(uint64_t *seed);

/* The same as the judge takes it. `counts` has room for the ruleset's counters. */
struct bdl_facts facts_of_situation(
    const struct bdl_ruleset *r, const struct situation *s, uint64_t *counts);

#endif
