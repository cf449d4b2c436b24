/*
 * Searches: whether an address is one at a large search engine, and for what. Told from host and
 * path alone, by a table of hosts, paths and parameters (search.c); what an engine sends in a form's
 * body, or suggests while somebody types, is none.
 */
#ifndef BDL_PROTO_SEARCH_H
#define BDL_PROTO_SEARCH_H

#include "base/buf.h"
#include "base/view.h"

#define BDL_SEARCH_MAX 4096 /* bytes of words that are kept: more than the engines take */

/*
 * `host` normalised, `path` as struct bdl_url has it, with the query. true for a search: its words
 * are appended to `words`, decoded, blanks between them, cut at BDL_SEARCH_MAX; where they are sent
 * twice, both.
 */
bool bdl_search_words(struct bdl_view host, struct bdl_view path, struct bdl_buf *words);

#endif
