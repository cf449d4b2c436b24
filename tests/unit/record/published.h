/* Short policies for tests, and how to publish them. */
#ifndef BDL_TESTS_RECORD_PUBLISHED_H
#define BDL_TESTS_RECORD_PUBLISHED_H

#include "record/policies/versions.h"
#include "stored.h"

/* A policy with one clause; `text` tells one version from the next. */
static inline struct bdl_view policy_text(
    char out[1024], const char *binds, const char *category, const char *text)
{
	int n = snprintf(out, 1024,
	    "---\ntitle: Rules for %s\nschool: Northgate School\nowner: head\n"
	    "approver: full governing body\nreview: every 12 months\nbinds: %s\n---\n\n"
	    "# Rules for %s\n\n## 1.1 Pages {#web.pages}\n%s\n\n"
	    "```rules\nblock web to category %s\n```\n",
	    binds, binds, binds, text, category);

	BDL_BUG_IF(n < 0 || n >= 1024);
	return bdl_view_at(out, (size_t)n);
}

static inline int publish_as(struct bdl_store *s, const char *name, struct bdl_view bytes,
    const struct bdl_approval *approval, int64_t now_ms, struct bdl_version_row *ret,
    struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_findings *findings BDL_AUTO(bdl_findings_free) = bdl_findings_new();
	struct bdl_document *d BDL_AUTO(bdl_document_free) = NULL;

	int rc = bdl_document_parse(bytes, findings, &d, err);
	return rc
	    ? rc
	    : bdl_versions_publish(s, bdl_view_of(name), d, approval, now_ms, ret, region, err);
}

static inline int publish(struct bdl_store *s, const char *name, struct bdl_view bytes,
    int64_t now_ms, struct bdl_version_row *ret, struct bdl_region *region, struct bdl_err *err)
{
	struct bdl_approval approval = { .minute = BDL_LIT("FGB 2026/11, item 7"),
		.by = BDL_LIT("office"),
		.second = BDL_LIT("B. Chair") };

	return publish_as(s, name, bytes, &approval, now_ms, ret, region, err);
}

#endif
