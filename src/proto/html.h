/*
 * What compiled templates call: append a value to a page, escaped for where it stands, so that no
 * byte of a peer changes how a browser reads the page.
 *
 * In text and attributes invalid UTF-8 becomes U+FFFD, and so do the characters that turn the
 * direction of what follows (U+202A to U+202E, U+2066 to U+2069): they would let a host name read
 * backwards. Control characters are dropped, but for LF and TAB in text; in attributes these
 * become a space.
 */
#ifndef BDL_PROTO_HTML_H
#define BDL_PROTO_HTML_H

#include "base/buf.h"

/* Between tags. */
void bdl_html_text(struct bdl_buf *out, struct bdl_view v);

/* In a double-quoted attribute. */
void bdl_html_attr(struct bdl_buf *out, struct bdl_view v);

/*
 * In href, src or action: "http://", "https://", "mailto:", or a path, query or fragment of our
 * own ("/...", "?...", "#..."). Anything else is "#blocked", and so is a URL that holds a control
 * byte, which a browser would take out again, or leads to another host by "//" or "/\".
 */
void bdl_html_url(struct bdl_buf *out, struct bdl_view v);

/* A value inside a query string of such an attribute; all but letters, digits and -._~ encoded. */
void bdl_html_query(struct bdl_buf *out, struct bdl_view v);

void bdl_html_number(struct bdl_buf *out, int64_t n);

#endif
