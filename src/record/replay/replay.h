/*
 * What a change of the policies would do to what was recorded: acts, page loads and the parts of
 * visits, each judged again under both rulesets (policy/replay.h), and what differs added up by
 * clauses. A part of a page has neither path nor method and a time of ten minutes; people have the
 * groups that the roll gave them then.
 *
 * Each different set of facts is judged once. Texts are known by numbers, so that a row costs a look
 * into a table; memory grows with the different people, hosts and categories of the time that is
 * looked at, to some 100 bytes each.
 */
#ifndef BDL_RECORD_REPLAY_REPLAY_H
#define BDL_RECORD_REPLAY_REPLAY_H

#include "base/region.h"
#include "policy/replay.h"
#include "record/store/store.h"

#define BDL_REPLAY_EXAMPLES    3
#define BDL_REPLAY_CHANGES_MAX 1000 /* rows of a report; others are left out, and counted */
#define BDL_REPLAY_REPORT_MAX  (8 * 1024 * 1024) /* a region in which any report has room */

/* Of different hosts; says nothing of the person. */
struct bdl_replay_example {
	int64_t at_ms; /* of parts the beginning of their hour */
	struct bdl_view host;
};

/* How much it is: acts that people do themselves, parts of pages, and how many different ones. */
struct bdl_replay_count {
	int64_t acts, parts;
	int64_t people, addresses, hosts; /* addresses: of those whom nobody knew */
};

struct bdl_replay_change {
	enum bdl_replay_kind kind; /* changed or unknown */
	enum bdl_action from, to;  /* of what is unknown only `from` counts */
	/* The clauses that decide: empty where none does. Of what is unknown `to_` is the one in doubt. */
	struct bdl_view from_policy, from_clause, to_policy, to_clause;
	bool dropped; /* of what is unknown: the clause in doubt is of what is in force now */
	/* And what was not kept: "how large it is, whether it is a search". */
	struct bdl_view missing;
	struct bdl_replay_count n;
	struct bdl_replay_example examples[BDL_REPLAY_EXAMPLES];
	size_t n_examples;
};

struct bdl_replay_report {
	int64_t since_ms, until_ms;
	struct bdl_replay_count all; /* that were judged */
	struct bdl_replay_count changed, unknown;
	int64_t withheld;  /* acts of which the policy kept nothing: not judged, not in `all` */
	int64_t otherwise; /* acts and parts to which what is in force says another verdict than was
	                      given then */
	struct bdl_replay_change *changes; /* the most acts first; what is unknown last */
	size_t n_changes, n_left_out;
};

/*
 * Of all that is recorded since then, in the order of time: acts and page loads to the millisecond,
 * parts from the whole hour that it lies in. Views lie in the region. BDL_E_LIMIT where more names
 * come together than memory is meant for.
 */
int bdl_replay_run(struct bdl_store *s, const struct bdl_replay *p, int64_t since_ms,
    int64_t until_ms, struct bdl_region *region, struct bdl_replay_report *ret, struct bdl_err *err)
    BDL_MUST_USE;

#endif
