/*
 * Replay: an act that was recorded, judged again under two rulesets, the one in force and one that
 * might be. Both judge the same facts, so that what differs comes of the policies alone.
 *
 * A record does not hold all that a door could have known: the answer's type only where a rule asked
 * for it, a counter only where a rule counted by it. A rule that asks for such a fact, of which all
 * else holds, is in doubt. A doubt that both rulesets have of the same rule changes nothing; one that
 * only one of them has makes the answer unknown, where it could change the verdict. Who is told of an
 * act is not compared, nor are rules `splice` and `force`.
 */
#ifndef BDL_POLICY_REPLAY_H
#define BDL_POLICY_REPLAY_H

#include "policy/judge.h"

#define BDL_WEEK_MINUTES (7 * 24 * 60)

struct bdl_replay;

/* Rules of one clause that say the same are the same rule. The rulesets must outlive it. */
struct bdl_replay *bdl_replay_new(const struct bdl_ruleset *now, const struct bdl_ruleset *then);
void bdl_replay_free(struct bdl_replay *p); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_replay, bdl_replay_free);

enum bdl_replay_side { BDL_REPLAY_NOW, BDL_REPLAY_THEN, BDL_REPLAY_SIDES };
const struct bdl_ruleset *bdl_replay_ruleset(const struct bdl_replay *p, enum bdl_replay_side side);

/* The act's facts as one ruleset numbers them, and its counters whose counts were kept. */
struct bdl_replay_facts {
	struct bdl_facts facts;
	struct bdl_counterset counted;
};

/* Which counters those are, by the text that was kept with the act (policy/facts.h). */
void bdl_replay_counted(const struct bdl_ruleset *r, struct bdl_view kept,
    struct bdl_region *region, struct bdl_counterset *ret);

/* What stands in the record of the verdict that was given. */
struct bdl_replay_given {
	enum bdl_action action;
	struct bdl_view clauses; /* that matched: "staff#web.gambling pupils#web.games" */
};

enum bdl_replay_kind {
	BDL_REPLAY_SAME,
	BDL_REPLAY_CHANGED, /* another verdict, or the same by another clause */
	BDL_REPLAY_UNKNOWN, /* nobody can tell */
};

struct bdl_replay_outcome {
	enum bdl_replay_kind kind;
	bool otherwise; /* what is in force now comes to another action than was given then */
	enum bdl_action from, to;
	uint16_t from_rule, to_rule; /* that decide, each in its ruleset; or BDL_NO_RULE */
	/* Of what is unknown: the rule in doubt, in which ruleset, and the kinds of fact missing. */
	enum bdl_replay_side doubt_side;
	uint16_t doubt_rule;
	uint64_t untold;
};

/* Pure, like the judge: one act's facts for each side. */
void bdl_replay_judge(const struct bdl_replay *p,
    const struct bdl_replay_facts facts[BDL_REPLAY_SIDES], const struct bdl_replay_given *given,
    struct bdl_replay_outcome *ret);

/*
 * Which minutes of the week (0: Monday, midnight) are the same to every rule of both rulesets:
 * those with one number. Returns how many numbers there are.
 */
unsigned bdl_replay_times(const struct bdl_replay *p, uint16_t ret[BDL_WEEK_MINUTES]);

/*
 * Whether some rule of either ruleset looks at paths or at words of acts at this host: of the facts
 * only door, host and categories are looked at.
 */
bool bdl_replay_reads_path(
    const struct bdl_replay *p, const struct bdl_replay_facts facts[BDL_REPLAY_SIDES]);

#endif
