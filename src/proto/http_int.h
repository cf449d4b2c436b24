/* What http.c and icap.c share: reading lines, which both must do in the same strict way. */
#ifndef BDL_PROTO_HTTP_INT_H
#define BDL_PROTO_HTTP_INT_H

#include "proto/http.h"

/*
 * Take one line off the front of *rest, without its CR LF. A line that is not ended by CR LF, or
 * that holds another control byte than a tab, is refused.
 */
int bdl_http_line(struct bdl_view *rest, struct bdl_view *ret, struct bdl_err *err) BDL_MUST_USE;

/* "METHOD target VERSION" with one space between: a token, no spaces, no spaces. */
int bdl_http_request_line(struct bdl_view line, struct bdl_view ret[3], struct bdl_err *err)
    BDL_MUST_USE;

/* A copy without the room that a head does not use. */
void bdl_http_take(struct bdl_http_head *to, const struct bdl_http_head *from);

/* BDL_E_INVALID where the head has that field more than once. */
int bdl_http_only_once(const struct bdl_http_head *h, const char *name, struct bdl_err *err)
    BDL_MUST_USE;

#endif
