#include "base/alloc.h"
#include "issues_int.h"
#include "record/policies/versions.h"

static void issue_clear(struct bdl_issue *issue)
{
	free(issue->policy);
	bdl_document_free(issue->document);
	*issue = (struct bdl_issue){ 0 };
}

void bdl_issues_clear(struct bdl_issues *issues)
{
	for (size_t i = 0; i < BDL_ISSUES_KEPT; i++)
		issue_clear(&issues->kept[i]);
}

static struct bdl_document *read_issue(struct bdl_store *s, struct bdl_view policy, int64_t number)
{
	struct bdl_region *region BDL_AUTO(bdl_region_free) =
	    bdl_region_new(BDL_DOCUMENT_MAX + 4096);
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *document = NULL;
	struct bdl_view bytes;

	if (bdl_versions_document(s, policy, number, region, &bytes, NULL) < 0 ||
	    bdl_document_parse(bytes, findings, &document, NULL) < 0)
		return NULL;
	return document;
}

const struct bdl_document *bdl_issues_find(
    struct bdl_issues *issues, struct bdl_store *s, struct bdl_view policy, int64_t number)
{
	for (size_t i = 0; i < BDL_ISSUES_KEPT; i++) {
		const struct bdl_issue *issue = &issues->kept[i];
		if (issue->policy && issue->number == number && bdl_view_is(policy, issue->policy))
			return issue->document;
	}
	struct bdl_document *document = read_issue(s, policy, number);
	if (!document)
		return NULL; /* asked again next time: it may be there then */
	struct bdl_issue *issue = &issues->kept[issues->next];
	issues->next = (issues->next + 1) % BDL_ISSUES_KEPT;
	issue_clear(issue);
	*issue = (struct bdl_issue){ bdl_xview_dup(policy), number, document };
	return document;
}

bool bdl_issues_pair(struct bdl_issues *issues, struct bdl_store *s, struct bdl_view policy,
    int64_t old, int64_t now, const struct bdl_document **ret_old,
    const struct bdl_document **ret_now)
{
	/* The second may have taken the place of the first, and never of the one that came before it. */
	if (!bdl_issues_find(issues, s, policy, old) || !bdl_issues_find(issues, s, policy, now))
		return false;
	*ret_old = bdl_issues_find(issues, s, policy, old);
	*ret_now = bdl_issues_find(issues, s, policy, now);
	return *ret_old && *ret_now;
}
