/*
 * What a request is and what its asker can read, told from its head alone. Browsers say it in
 * Sec-Fetch-Dest (W3C Fetch Metadata); older ones, and any browser on plain HTTP, are told by what
 * they accept.
 */
#ifndef BDL_DOORS_WEB_KIND_H
#define BDL_DOORS_WEB_KIND_H

#include "proto/http.h"
#include "record/acts/act.h"

/* The form of an answer in place of what was asked for. */
enum bdl_taste {
	BDL_TASTE_PAGE,  /* a page of HTML: a person looks at a whole window */
	BDL_TASTE_TEXT,  /* one line of plain text: frames, curl and the like */
	BDL_TASTE_JSON,  /* an object, for scripts that asked for one */
	BDL_TASTE_IMAGE, /* one transparent pixel */
	BDL_TASTE_EMPTY, /* nothing: scripts, styles, fonts, films */
};

enum bdl_act_kind bdl_kind_of(const struct bdl_http_head *request);
/*
 * Whether pieces of an answer are asked for (Range) that are of no use to who asks: of a page or a frame
 * that is loaded, or several at once. Films, viewers of documents and downloads that go on ask for one at a time.
 */
bool bdl_kind_needs_whole(const struct bdl_http_head *request);

enum bdl_taste bdl_taste_of(const struct bdl_http_head *request, enum bdl_act_kind kind);

#endif
