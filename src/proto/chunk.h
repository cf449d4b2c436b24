/*
 * The chunked coding (RFC 9112 section 7.1) with ICAP's "; ieof" (RFC 3507 section 4.5), decoded
 * piece by piece. Nothing is buffered: data is handed out as views into what was fed.
 */
#ifndef BDL_PROTO_CHUNK_H
#define BDL_PROTO_CHUNK_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

#define BDL_CHUNK_LINE_MAX    4096  /* a size line with its extensions, a trailer line */
#define BDL_CHUNK_TRAILER_MAX 16384 /* all trailers */

struct bdl_chunks {
	/* Bytes of the open chunk still to come; while its line is read, its size so far. */
	uint64_t left;
	size_t line_n;    /* bytes of the line being read */
	size_t trailer_n; /* bytes of all trailers so far */
	int state;        /* chunk.c knows */
	/* Bytes of the extension's name so far, counted up to one more than we keep. */
	unsigned name_n;
	char name[4]; /* its first ones, to know "ieof" */
	bool ieof;    /* the last chunk said so */
};

enum bdl_chunk_event {
	BDL_CHUNK_MORE, /* all was taken, more is needed */
	BDL_CHUNK_DATA, /* *ret_data holds body bytes */
	BDL_CHUNK_END,  /* the body is over; what is left in `in` belongs to the next message */
};

void bdl_chunks_init(struct bdl_chunks *c);

/*
 * Takes bytes from the front of *in (which shrinks) until something can be said. Returns an
 * enum bdl_chunk_event, or a negative code (BDL_E_INVALID, BDL_E_LIMIT) after which the decoder
 * must not be fed again. Call until MORE or END.
 */
int bdl_chunks_feed(
    struct bdl_chunks *c, struct bdl_view *in, struct bdl_view *ret_data, struct bdl_err *err);

/*
 * The last n bytes of the data that was just handed out are to be handed out again: the caller puts them
 * back in front of what it feeds next.
 */
void bdl_chunks_give_back(struct bdl_chunks *c, size_t n);

/* Append one chunk (nothing for an empty one, which would end the body), and the end. */
int bdl_chunk_write(struct bdl_buf *out, struct bdl_view data);
int bdl_chunk_write_end(struct bdl_buf *out);

#endif
