/* What `beadle judge` judges by, and its answer as a line of JSON. Shared by its three files. */
#ifndef BDL_MAIN_JUDGE_BENCH_H
#define BDL_MAIN_JUDGE_BENCH_H

#include "policy/explain.h"
#include "policy/given.h"
#include "policy/roll.h"
#include "proto/url.h"

#define BDL_GRANTS_MAX 16

/* "--grant large-transfer=5GB": as it was given, and what of it is a name. */
struct bdl_grant {
	struct bdl_view name;
	uint64_t amount;      /* UINT64_MAX: none was said */
	struct bdl_view host; /* for this one and below it; empty: whatever is judged */
	char normal[BDL_HOST_MAX + 1];
};

/* The command line, as it was given and as it was understood. */
struct bdl_question {
	const char *door, *url, *person, *group, *from, *at, *lists, *people, *given;
	bool whole;
	struct bdl_grant grants[BDL_GRANTS_MAX];
	size_t n_grants;
	struct bdl_url parts;
	int64_t at_ms;
};

/* Facts in the numbers of one ruleset. */
struct bdl_told {
	struct bdl_facts facts;
	uint64_t counts[BDL_COUNTERS_MAX];
};

struct bdl_bench {
	struct bdl_document *documents[BDL_POLICIES_MAX];
	size_t n;
	struct bdl_ruleset *carried_out, *whole;
	struct bdl_lists *lists;
	struct bdl_roll *roll;
	struct bdl_region *region;
	struct bdl_given given;
	struct bdl_catset listed; /* of the host, in the lists' numbers */
	struct bdl_view groups;   /* of the person, between blanks or commas */
};

/*
 * Read the policies, which are to be without errors when read together, then lists and roll: those
 * of the question, else the demonstration's. What is wrong in a policy is written to standard error.
 * Begins with a zeroed one; after an error too it is to be done with.
 */
int bdl_bench_open(struct bdl_bench *b, const struct bdl_question *q, char *const *paths, size_t n,
    struct bdl_err *err) BDL_MUST_USE;
void bdl_bench_done(struct bdl_bench *b);

/*
 * Understand what was told: the door, the phrases and the names of grants, by the grammar of the
 * rules and the names of the policies. To be called of an open one, before bdl_bench_tell.
 */
int bdl_bench_given(struct bdl_bench *b, const struct bdl_question *q, struct bdl_err *err)
    BDL_MUST_USE;

/* The next of the person's groups; false where there is no further one. */
bool bdl_bench_group_next(struct bdl_view *rest, struct bdl_view *ret);

/* The facts in the ruleset's numbers. */
void bdl_bench_tell(struct bdl_bench *b, const struct bdl_question *q, const struct bdl_ruleset *r,
    struct bdl_told *ret);

/* One line of JSON on standard output: the verdict by the scope that was asked for. */
int bdl_bench_answer(struct bdl_bench *b, const struct bdl_question *q, struct bdl_err *err)
    BDL_MUST_USE;

#endif
