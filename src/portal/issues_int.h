/*
 * What a thread of the portal keeps from request to request: issues of policies, parsed, and who
 * people are. Issues never change, so they are kept until others need the place.
 */
#ifndef BDL_PORTAL_ISSUES_INT_H
#define BDL_PORTAL_ISSUES_INT_H

#include "policy/document.h"
#include "record/policies/people.h"

#define BDL_ISSUES_KEPT 16 /* as many policies as may be in force: what one page needs, mostly */

struct bdl_issues {
	struct bdl_issue {
		char *policy;
		int64_t number;
		struct bdl_document *document; /* NULL: cannot be read */
	} kept[BDL_ISSUES_KEPT];
	size_t next; /* the place that is given to another */
};

void bdl_issues_clear(struct bdl_issues *issues); /* begins with a zeroed one, too */

/*
 * The document of that issue; NULL where the store has none or it cannot be read. Good until
 * BDL_ISSUES_KEPT others were asked for: copy what a page shows.
 */
const struct bdl_document *bdl_issues_find(
    struct bdl_issues *issues, struct bdl_store *s, struct bdl_view policy, int64_t number);

/*
 * Two issues of a policy, both good until the next that is asked for; false where the store has not
 * both, or one cannot be read.
 */
bool bdl_issues_pair(struct bdl_issues *issues, struct bdl_store *s, struct bdl_view policy,
    int64_t old, int64_t now, const struct bdl_document **ret_old,
    const struct bdl_document **ret_now);

#endif
