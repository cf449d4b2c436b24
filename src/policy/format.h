/*
 * One layout for rules: what stands inside a rules block is laid out anew, every other byte of the
 * document stays. A rule begins at the margin, its further lines stand two spaces in; one space is
 * between words, ", " between values, two spaces before a comment that follows words; between rules
 * there is one blank line at most, and none within them. Lines are neither joined nor broken, and
 * each keeps its own end.
 *
 * It works on words and indentation alone, so it needs to know nothing of what the words mean.
 */
#ifndef BDL_POLICY_FORMAT_H
#define BDL_POLICY_FORMAT_H

#include "base/buf.h"
#include "policy/document.h"

/*
 * Append the document in that layout. It must have been parsed without errors. The result is read
 * again before it is given: BDL_E_CONFLICT where it does not hold the same clauses and rules.
 * BDL_E_LIMIT past BDL_DOCUMENT_MAX or the buffer's maximum. Writing its own result changes nothing.
 */
int bdl_document_format(const struct bdl_document *d, struct bdl_buf *out, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Append a rule (bdl_rule.text) on one line, without its comments: "block web to category gambling,
 * tell technicians". Rules that differ only in layout come out the same.
 */
void bdl_rule_on_one_line(struct bdl_view text, struct bdl_buf *out);

#endif
