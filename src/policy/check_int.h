/* What the parts of the check share. Private to policy/. */
#ifndef BDL_POLICY_CHECK_INT_H
#define BDL_POLICY_CHECK_INT_H

#include "policy/document.h"
#include "policy/text_int.h"

struct bdl_checker {
	const struct bdl_document *d;
	const struct bdl_check_context *context; /* or NULL */
	struct bdl_findings *findings;
};

/* "WHAT 'WORD'", an error or a warning at the word. */
void bdl_check_word(const struct bdl_checker *c, enum bdl_severity severity,
    const struct bdl_word *at, const char *expected, const char *suggestion, const char *what);

/* The names of one rule: check_names.c. */
void bdl_check_names(const struct bdl_checker *c, const struct bdl_rule *rule);

/* One name each: check_address.c. */
void bdl_check_host(const struct bdl_checker *c, const struct bdl_word *word);
void bdl_check_path(const struct bdl_checker *c, const struct bdl_word *word);
void bdl_check_type(const struct bdl_checker *c, const struct bdl_word *word);

/* What makes no sense in one rule, and between the rules of the document: check_sense.c. */
void bdl_check_sense(const struct bdl_checker *c, const struct bdl_rule *rule);
void bdl_check_together(const struct bdl_checker *c);

/* Whether the document describes a permission, register or report of this name. */
bool bdl_document_describes(
    const struct bdl_document *d, enum bdl_rule_kind kind, struct bdl_view name);
const struct bdl_clause *bdl_document_clause(const struct bdl_document *d, struct bdl_view id);

#endif
