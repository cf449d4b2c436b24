/*
 * What people look for: the large search engines, told by host, path and parameter, from a table in
 * search.c. Pure.
 *
 * Hosts are normalised ("proto/url.h"), an engine's own and all below it; those with many national
 * domains (google.co.uk) are told by their name and what a public suffix may look like. Paths are
 * compared in their one spelling and without regard to case, names of parameters once decoded: no
 * encoding hides a search. Where a parameter comes more than once all of its values are told, since
 * nobody knows which of them the engine takes.
 *
 * Not told: what is searched inside one page by scripts of its own (in JSON), and engines that are
 * not in the table.
 */
#ifndef BDL_PROTO_SEARCH_H
#define BDL_PROTO_SEARCH_H

#include "base/buf.h"
#include "base/view.h"

#define BDL_SEARCH_TERMS_MAX \
	(32 * 1024) /* bytes of what is searched for: an address and a form hold no more */

enum bdl_search {
	BDL_SEARCH_NONE,
	BDL_SEARCH_TERMS,   /* a person has searched */
	BDL_SEARCH_SUGGEST, /* typed letter by letter: the page asks for suggestions */
};

/*
 * `path` is as struct bdl_url has it, with the query; `form` the body of a form that was posted
 * there, or empty. The terms, decoded, are written to *terms, which is empty, runs of blanks and
 * control bytes as one blank, none at the ends; what passes BDL_SEARCH_TERMS_MAX is left out. An
 * empty search is none.
 */
enum bdl_search bdl_search_find(
    struct bdl_view host, struct bdl_view path, struct bdl_view form, struct bdl_buf *terms);

/* Whether a form that is posted to this address may hold terms: then its body is worth reading. */
bool bdl_search_takes_form(struct bdl_view host, struct bdl_view path);

/*
 * Safe search: what an engine is told with a request so that it leaves out what is not for children.
 * A parameter of the query or a header, of which the other is NULL.
 */
struct bdl_safe_search {
	const char *parameter, *value;
	const char *header, *header_value;
	const char *host; /* that is asked in place of the engine's own, or NULL */
};

/* What this request needs; false where it is not an engine's, or not one that has such a switch. */
bool bdl_search_safe(struct bdl_view host, struct bdl_view path, struct bdl_safe_search *ret);

/*
 * Append the target with the parameter set to the value and every other of that name taken out,
 * however it is encoded and in capitals or not. What stands behind '#' goes.
 */
void bdl_search_set(
    struct bdl_view target, const char *parameter, const char *value, struct bdl_buf *out);

#endif
