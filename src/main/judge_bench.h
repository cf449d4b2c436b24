/* What `beadle judge` judges by, and its answer as a line of JSON. Shared by its two files. */
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

/* The next of the person's groups; false where there is no further one. */
bool bdl_bench_group_next(struct bdl_view *rest, struct bdl_view *ret);

/* The facts in the ruleset's numbers. */
void bdl_bench_tell(struct bdl_bench *b, const struct bdl_question *q, const struct bdl_ruleset *r,
    struct bdl_told *ret);

/* One line of JSON on standard output: the verdict by the scope that was asked for. */
int bdl_bench_answer(struct bdl_bench *b, const struct bdl_question *q, struct bdl_err *err);

#endif
