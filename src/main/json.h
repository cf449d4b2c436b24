/* Answers in JSON, of the commands that have one. */
#ifndef BDL_MAIN_JSON_H
#define BDL_MAIN_JSON_H

#include "base/err.h"
#include "base/view.h"

#include <jansson.h>

/* NULL where it is no UTF-8, or without memory; whoever packs it gets NULL then too. */
json_t *bdl_json_text(struct bdl_view v);

/*
 * Append, and own, a value. Where that fails, and for a value NULL, there is no list any more
 * (*list is NULL), so that no answer lacks a part of it in silence.
 */
void bdl_json_add(json_t **list, json_t *value);

/* Write it with a line's end to standard output, and let go of it; NULL is an error. */
int bdl_json_print(json_t *answer, size_t flags, struct bdl_err *err) BDL_MUST_USE;

#endif
