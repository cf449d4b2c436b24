/* Pieces of plain English that rules and verdicts share. Private to policy/. */
#ifndef BDL_POLICY_EXPLAIN_INT_H
#define BDL_POLICY_EXPLAIN_INT_H

#include "base/buf.h"
#include "policy/rule.h"

/* A writer of many pieces: the buffer's owner looks once whether it broke. */
void bdl_say(struct bdl_buf *out, const char *s);

/* "a, b or c"; `last` is the word before the last. */
void bdl_say_words(struct bdl_buf *out, const struct bdl_list *names, const char *last);

/* What stands between the i-th of n things and the one before it, as in "a, b or c". */
void bdl_say_between(struct bdl_buf *out, size_t i, size_t n, const char *last);

/* The same with roles and people as a sentence needs them: "the head or the technicians". */
void bdl_say_names(
    struct bdl_buf *out, const struct bdl_list *names, enum bdl_name_class class, const char *last);

/* When and how somebody hears of it: ", as critical", ", after 30 days". */
void bdl_say_telling(struct bdl_buf *out, const struct bdl_phrase *phrase);

/* "in the category gambling", "for staff", "from 08:45 to 12:15 every day". */
void bdl_say_phrase(struct bdl_buf *out, const struct bdl_phrase *phrase);

#endif
