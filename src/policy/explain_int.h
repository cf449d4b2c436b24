/* Pieces of plain English that rules and verdicts share. Private to policy/. */
#ifndef BDL_POLICY_EXPLAIN_INT_H
#define BDL_POLICY_EXPLAIN_INT_H

#include "base/buf.h"
#include "policy/rule.h"

/* A writer of many pieces: the buffer's owner looks once whether it broke. */
void bdl_say(struct bdl_buf *out, const char *s);

/* "a, b or c"; `last` is the word before the last. */
void bdl_say_words(struct bdl_buf *out, const struct bdl_list *names, const char *last);

/* "in the category gambling", "for staff", "from 08:45 to 12:15 every day". */
void bdl_say_phrase(struct bdl_buf *out, const struct bdl_phrase *phrase);

#endif
