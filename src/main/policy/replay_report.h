/* What a replay found, for whoever asked for it. */
#ifndef BDL_MAIN_POLICY_REPLAY_REPORT_H
#define BDL_MAIN_POLICY_REPLAY_REPORT_H

#include "record/replay/replay.h"

struct bdl_replay_told {
	struct bdl_view name; /* of the policy that might be */
	const char *where;    /* where its document stands: "staff.md" */
	size_t left_out;      /* of its rules: this build does not carry them out */
	int64_t took_ms;
};

/* On standard output. */
void bdl_replay_report_text(const struct bdl_replay_told *t, const struct bdl_replay_report *r);
int bdl_replay_report_json(const struct bdl_replay_told *t, const struct bdl_replay_report *r,
    struct bdl_err *err) BDL_MUST_USE;

#endif
