/*
 * What is wrong with a document: collected, never printed here. A careful colleague's remarks,
 * each with its place, what is wrong, what was expected, and a suggestion for near misses.
 */
#ifndef BDL_POLICY_FINDING_H
#define BDL_POLICY_FINDING_H

#include "base/buf.h"
#include "base/region.h"

#define BDL_FINDINGS_MAX 200 /* further ones are counted, not kept */

enum bdl_severity { BDL_WARNING, BDL_ERROR };

struct bdl_finding {
	enum bdl_severity severity;
	unsigned line, column;  /* from 1; column counts characters */
	const char *what;       /* "unknown role 'technicans'" */
	const char *expected;   /* "a role such as technicians, head, ..." or NULL */
	const char *suggestion; /* "technicians" or NULL */
};

struct bdl_findings {
	struct bdl_region *region; /* holds the texts */
	struct bdl_finding items[BDL_FINDINGS_MAX];
	size_t n, n_left_out, n_errors;
};

struct bdl_findings *bdl_findings_new(void);
void bdl_findings_free(struct bdl_findings *f); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_findings, bdl_findings_free);

/* Texts are copied; `expected` and `suggestion` may be NULL. */
void bdl_find(struct bdl_findings *f, enum bdl_severity severity, unsigned line, unsigned column,
    const char *expected, const char *suggestion, const char *what_fmt, ...) BDL_PRINTF(7, 8);

/* By line; "FILE:LINE:COLUMN: error: WHAT; expected EXPECTED (did you mean 'SUGGESTION'?)". */
void bdl_findings_write(struct bdl_findings *f, const char *file, struct bdl_buf *out);

#endif
