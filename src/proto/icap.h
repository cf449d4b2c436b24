/*
 * ICAP/1.0 (RFC 3507): request heads in, response heads out. Pure; sockets are the door's.
 */
#ifndef BDL_PROTO_ICAP_H
#define BDL_PROTO_ICAP_H

#include "base/buf.h"
#include "base/err.h"
#include "proto/http.h"

enum bdl_icap_method { BDL_ICAP_OPTIONS, BDL_ICAP_REQMOD, BDL_ICAP_RESPMOD, BDL_ICAP_OTHER };

/* Offsets and lengths inside the encapsulated part, from the Encapsulated field. */
struct bdl_icap_parts {
	bool has_req, has_res;
	bool has_body;        /* req-body, res-body or opt-body, not null-body */
	size_t req_at, req_n; /* the HTTP request head */
	size_t res_at, res_n; /* the HTTP response head */
	size_t body_at;       /* where the (chunked) body begins, or the heads' total length */
};

struct bdl_icap_request {
	enum bdl_icap_method method;
	struct bdl_view uri;         /* as sent */
	struct bdl_view service;     /* its path without the leading slash and query: "request" */
	struct bdl_icap_parts parts; /* zeroed for BDL_ICAP_OTHER, and where OPTIONS has none */
	bool allow_204;              /* Allow: 204 */
	bool close;                  /* Connection: close */
	bool has_preview;            /* Preview: N was sent */
	uint64_t preview;
	/* X-Client-Username or X-Authenticated-User, as sent, for bdl_identity_read; may be empty. */
	struct bdl_view user;
	struct bdl_view client; /* X-Client-IP */
	struct bdl_view visit; /* X-Beadle-Visit, as it was answered to the request; may be empty */
	struct bdl_http_head head;
};

/*
 * `head` is whole, with its empty line (bdl_http_head_length). On failure *ret_status is the ICAP
 * status to answer before the connection is closed: 400 malformed, 505 a version that is not ours.
 * An unknown method is not an error here (BDL_ICAP_OTHER, to be answered 405).
 */
int bdl_icap_parse(struct bdl_view head, struct bdl_icap_request *ret, int *ret_status,
    struct bdl_err *err) BDL_MUST_USE;

/* "No Content", "Bad Request" ...; "Unknown" for others. */
const char *bdl_icap_reason(int status);

/*
 * What every answer of one service shares. `istag` is at most 32 characters, without its quotes;
 * a change of it tells the proxy that the answers may differ from now on (RFC 3507 4.7).
 */
struct bdl_icap_service {
	const char *istag;
	const char *server; /* "Beadle/0.1" */
	enum bdl_icap_method method;
	unsigned max_connections;
	unsigned options_ttl_s;
	/* For the proxy's logs; empty: none. */
	struct bdl_view count; /* X-Beadle-Count */
	struct bdl_view visit; /* X-Beadle-Visit */
};

int bdl_icap_write_options(struct bdl_buf *out, const struct bdl_icap_service *s);

/* A bodyless answer: 204, 4xx, 5xx. `close` adds Connection: close. */
int bdl_icap_write_plain(
    struct bdl_buf *out, const struct bdl_icap_service *s, int status, bool close);

int bdl_icap_write_continue(struct bdl_buf *out); /* 100 */

/*
 * A 200 with an HTTP response in place of what was asked. `http_head` is whole, with its empty
 * line; the body is sent as one chunk, and none where `body` is empty (null-body).
 */
int bdl_icap_write_response(struct bdl_buf *out, const struct bdl_icap_service *s,
    struct bdl_view http_head, struct bdl_view body, bool close);

/*
 * The head of a 200 that lets a request go on with another head; its own body follows in chunks
 * where has_body.
 */
int bdl_icap_write_changed(struct bdl_buf *out, const struct bdl_icap_service *s,
    struct bdl_view http_head, bool has_body, bool close);

/* The head of a 200 that hands a message back unchanged; chunks follow where has_body. */
int bdl_icap_write_echo(struct bdl_buf *out, const struct bdl_icap_service *s,
    const struct bdl_icap_parts *parts, struct bdl_view heads, bool close);

#endif
