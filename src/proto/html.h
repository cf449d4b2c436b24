/*
 * What compiled templates call: append a value to a page, escaped for where it stands. Invalid
 * UTF-8 becomes U+FFFD, control bytes are dropped, so no byte of a peer changes how a browser
 * reads the page.
 */
#ifndef BDL_PROTO_HTML_H
#define BDL_PROTO_HTML_H

#include "base/buf.h"

void bdl_html_text(struct bdl_buf *out, struct bdl_view v);  /* between tags */
void bdl_html_attr(struct bdl_buf *out, struct bdl_view v);  /* in a double-quoted attribute */
void bdl_html_url(struct bdl_buf *out, struct bdl_view v);   /* in href, src, action: http, https,
                                                                mailto, or a path; else "#blocked" */
void bdl_html_query(struct bdl_buf *out, struct bdl_view v); /* a value inside a query string */
void bdl_html_number(struct bdl_buf *out, int64_t n);

#endif
