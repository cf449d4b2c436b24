/* Reading the operator's files for a command. */
#ifndef BDL_MAIN_TEXT_H
#define BDL_MAIN_TEXT_H

#include "base/buf.h"
#include "base/err.h"
#include "policy/document.h"

/* "policy/staff.md" is the policy "staff": the file's name without folder and ".md". */
struct bdl_view bdl_text_policy_name(const char *path);

/* "policy 'staff'": the place in findings on a document of the store. The caller frees it. */
char *bdl_text_where(struct bdl_view name);

/* Read a document; what is wrong goes to `findings`, and nothing is written. */
int bdl_text_parse(const char *path, struct bdl_findings *findings, struct bdl_document **ret,
    struct bdl_err *err) BDL_MUST_USE;

/* Write the findings to standard error as "WHERE:LINE:COLUMN: ...". */
void bdl_text_say(const char *where, struct bdl_findings *findings);

/*
 * Read and check a document. What is wrong with it, warnings too, is written to standard error as
 * "FILE:LINE:COLUMN: ...". BDL_E_INVALID where it cannot be put in force.
 */
int bdl_text_document(const char *path, const struct bdl_check_context *context,
    struct bdl_document **ret, struct bdl_err *err) BDL_MUST_USE;

/*
 * Read a document without checking it: rules that a newer list or a stricter check refuses are
 * still text to compare and to lay out. BDL_E_INVALID, with findings written as above, where it does
 * not even read as a policy.
 */
int bdl_text_read(const char *path, struct bdl_document **ret, struct bdl_err *err) BDL_MUST_USE;

/* A day such as 2026-12-01, which begins at midnight, or a time such as 2026-12-01T08:00. */
bool bdl_text_moment(const char *text, int64_t *ret_ms, bool *ret_day);

#endif
