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

/* Whether the policy should have been looked at again by now: check_review.c. */
void bdl_check_review(const struct bdl_checker *c);

/* The names of one rule: check_names.c. */
void bdl_check_names(const struct bdl_checker *c, const struct bdl_rule *rule);

/* One name each: check_address.c. */
void bdl_check_host(const struct bdl_checker *c, const struct bdl_word *word);
void bdl_check_path(const struct bdl_checker *c, const struct bdl_word *word);
void bdl_check_words(const struct bdl_checker *c, const struct bdl_word *word);
void bdl_check_type(const struct bdl_checker *c, const struct bdl_word *word);

/* What makes no sense in one rule: check_sense.c. */
void bdl_check_sense(const struct bdl_checker *c, const struct bdl_rule *rule);

/* Tell of a phrase that belongs to rules of the doors, but not to this rule's door. */
void bdl_check_misfit(
    const struct bdl_checker *c, const struct bdl_rule *rule, const struct bdl_phrase *phrase);

/* What makes no sense between the rules of the documents: check_together.c. */
void bdl_check_together(const struct bdl_checker *c);

/* Whether the phrase's first list has the word. */
bool bdl_phrase_names(const struct bdl_phrase *phrase, struct bdl_view word);

/* Whether whatever meets `a` plainly meets `b`; false also where that is not plain. */
bool bdl_phrase_lies_in(const struct bdl_phrase *a, const struct bdl_phrase *b);

/* Whether no act can plainly meet both. */
bool bdl_phrases_exclude(const struct bdl_phrase *a, const struct bdl_phrase *b);

/* What to call a policy in a message about another one: its title, cut to what one shows. */
struct bdl_view bdl_policy_title(const struct bdl_document *d);

/* Whether the document describes a permission, register or report of this name. */
bool bdl_document_describes(
    const struct bdl_document *d, enum bdl_rule_kind kind, struct bdl_view name);
const struct bdl_clause *bdl_document_clause(const struct bdl_document *d, struct bdl_view id);

#endif
