/*
 * A policy document: Markdown with a YAML front matter, clauses (headings with a {#id}) and rules
 * blocks (fences marked `rules`). The tree comes from libcmark; every text is a view into the
 * original bytes or a copy in the document's region, and the bytes themselves are never rewritten:
 * they are what was approved and signed.
 */
#ifndef BDL_POLICY_DOCUMENT_H
#define BDL_POLICY_DOCUMENT_H

#include "base/err.h"
#include "base/hash.h"
#include "base/region.h"
#include "policy/finding.h"
#include "policy/rule.h"

#define BDL_DOCUMENT_MAX (1024 * 1024) /* bytes of a document */
#define BDL_BLOCK_MAX    (32 * 1024) /* bytes of lines that follow each other without a blank one */
#define BDL_CLAUSES_MAX  512
#define BDL_RULES_MAX    1024 /* of all policies in force */
#define BDL_ID_MAX       64   /* of a clause: letters, digits, dots and hyphens */

struct bdl_front {
	struct bdl_view title, school, owner, approver;
	struct bdl_view review; /* "every 12 months" or "2027-09-01" */
	unsigned review_line, review_column;
	struct bdl_view *binds; /* groups */
	size_t n_binds;
	struct bdl_view *companions;
	size_t n_companions;
	bool whole; /* it was read to its end: what is missing is missing */
};

struct bdl_clause {
	struct bdl_view id;     /* "web.gambling" */
	struct bdl_view number; /* "3.2", may be empty */
	struct bdl_view title;  /* "Gambling" */
	/* its first paragraph as plain text: the sentence that a page shows */
	struct bdl_view text;
	unsigned line;          /* of its heading */
	unsigned level;         /* 1..6 */
	struct bdl_rule *rules; /* in the document's order */
	size_t n_rules;
};

struct bdl_document {
	struct bdl_view bytes; /* a copy of the whole document */
	struct bdl_digest digest;
	struct bdl_front front;
	unsigned body_line;         /* where the Markdown begins */
	struct bdl_clause *clauses; /* the headings with an id */
	size_t n_clauses;
	struct bdl_region *region; /* owns all of the above */
};

/*
 * Reads the whole document. What is wrong in it goes to `findings` (parsing goes on past it, so
 * that one call finds all); an error is returned only where there is no document to speak of (too
 * large, too long a block, not UTF-8). The document is usable for enforcement only when
 * findings->n_errors is 0 after this and bdl_document_check.
 */
int bdl_document_parse(struct bdl_view bytes, struct bdl_findings *findings,
    struct bdl_document **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_document_free(struct bdl_document *d); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_document, bdl_document_free);

/*
 * The colleague's eye: names of what there is not; ids used twice; missing keys of the front matter;
 * a verdict or a phrase that does not fit its door; rules that can never apply, or that another
 * always overrules; permissions that nothing uses, reports that nobody gets; a review that is
 * overdue; and, where others are given, what one policy says otherwise than another.
 *
 * What the context has not got (NULL, as the whole context may be) is not asked: any well-formed
 * name will do. A permission or register that this policy does not describe is an error where
 * the others are given, and else a warning, since another may describe it.
 */
struct bdl_check_context {
	const char *const *categories; /* of the lists */
	size_t n_categories;
	const bool *empty; /* of each of these, whether the lists have no entry of it; or NULL */
	const struct bdl_document *const *others; /* policies read together with this one */
	size_t n_others;
	const char *const *places; /* of the register of places */
	size_t n_places;
	const char *const *times; /* of the calendar */
	size_t n_times;
	/* Days as "2026-11-21". A review that was due before today is told of. */
	const char *today;
	const char *approved_on; /* this version; without it "every 12 months" is due at no day */
};
void bdl_document_check(const struct bdl_document *d, const struct bdl_check_context *context,
    struct bdl_findings *findings);

/*
 * The document as HTML for the portal: raw HTML and unsafe links dropped, headings with their ids,
 * each rules block replaced by plain English (policy/explain.h), which says where this build does
 * not carry a rule out.
 */
int bdl_document_html(const struct bdl_document *d, struct bdl_buf *out);

#endif
