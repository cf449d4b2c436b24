/*
 * What a message carries, told from its head: the media type (RFC 9110 8.3), the name that a file is
 * saved under (RFC 6266, and RFC 8187 for names past ASCII), else the last name of the path. Pure.
 *
 * A server may say what it likes of a file, and a person may save it under another name: so a kind
 * is told by the type and by the name alike, and either is enough. Contents are not looked at.
 */
#ifndef BDL_PROTO_MEDIA_H
#define BDL_PROTO_MEDIA_H

#include "proto/http.h"

#define BDL_MEDIA_TYPE_MAX 80

/* The kinds of files that rules know; a file may be of several, or of none. */
enum bdl_media_kind {
	BDL_MEDIA_AUDIO,
	BDL_MEDIA_BOOK,
	BDL_MEDIA_DOCUMENT,
	BDL_MEDIA_MACRO, /* a document that holds programs */
	BDL_MEDIA_PICTURE,
	BDL_MEDIA_PROGRAM,
	BDL_MEDIA_VIDEO,
	BDL_MEDIA_KINDS
};
const char *bdl_media_word(enum bdl_media_kind kind); /* "program", as rules have it */

struct bdl_media {
	char type[BDL_MEDIA_TYPE_MAX]; /* "video/mp4", lower-case, cut where longer; empty: none */
	bool attachment;               /* it is to be saved, not shown */
	bool is_file;                  /* not a page, a style, data of a script or the like */
	uint32_t kinds;                /* bits of enum bdl_media_kind */
	bool has_size;
	uint64_t size;  /* of the whole, where a part of it is sent */
	uint64_t bytes; /* of this message's body; 0 where it does not say */
};

/*
 * Whether a response has a piece of what was asked for (RFC 9110 15.3.7), or several: its status is 206,
 * and it does not say that it goes from the first byte to the last.
 */
bool bdl_media_is_piece(const struct bdl_http_head *response);
/*
 * Whether these are several pieces in one body, each with a head of its own, by any line that says so:
 * multipart/byteranges, or multipart/x-byteranges, as old servers and such asked by Request-Range have it.
 */
bool bdl_media_is_pieces(const struct bdl_http_head *response);

/* Of a response, or of a request with a body; `path` as struct bdl_url has it, or empty. */
void bdl_media_read(const struct bdl_http_head *head, struct bdl_view path, struct bdl_media *ret);

#endif
