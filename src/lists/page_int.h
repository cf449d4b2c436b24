/*
 * Pages as entries name them and as look-ups compare them: proto/url.h's comparable path, and
 * besides in lower case and without a last slash. Lists are written in lower case as often as not.
 */
#ifndef BDL_LISTS_PAGE_INT_H
#define BDL_LISTS_PAGE_INT_H

#include "base/buf.h"

#define BDL_PAGE_MAX   1024 /* host and path of an entry; what is longer is compared so far */
#define BDL_PAGE_STEPS 64   /* beginnings of a page that are compared */

/* Append; BDL_E_LIMIT, BDL_E_NOMEM by the buffer. The front page is "". */
int bdl_page_add(struct bdl_buf *out, struct bdl_view path);

/*
 * The next beginning of `page` longer than `at` bytes that an entry can end with: before a slash,
 * a question mark, an ampersand or a semicolon, or all of it. 0 where there is none.
 */
size_t bdl_page_step(struct bdl_view page, size_t at);

#endif
