/*
 * HTTP/1 message heads (RFC 9112), as they come encapsulated in ICAP. Pure: bytes in, views out.
 *
 * Strict where leniency lets two readers see two messages: a bare CR or LF inside a line, a space
 * before the colon, folded lines, NULs and control bytes are refused. Of responses the fields may hold
 * control bytes, since proxies and browsers take them: values are to be shown escaped as ever.
 */
#ifndef BDL_PROTO_HTTP_H
#define BDL_PROTO_HTTP_H

#include "base/err.h"
#include "base/view.h"

#define BDL_HTTP_HEAD_MAX   (256 * 1024) /* bytes of one head */
#define BDL_HTTP_LINE_MAX   (64 * 1024)  /* bytes of one line */
#define BDL_HTTP_FIELDS_MAX 256          /* lines of one head */

struct bdl_field {
	struct bdl_view name, value; /* the value without outer spaces */
};

/* Views into the bytes that were parsed. Fields past n_fields are not set. */
struct bdl_http_head {
	struct bdl_view start[3]; /* method, target, version; or version, status, reason */
	struct bdl_field fields[BDL_HTTP_FIELDS_MAX];
	size_t n_fields;
};

/*
 * Length of a head, with its empty line, at the front of `v`; 0 where it is not complete yet.
 * `*from` remembers how far was searched: start with 0, keep it between calls. BDL_E_LIMIT (as a
 * negative number) past the limits, at the first byte that passes them.
 */
long bdl_http_head_length(struct bdl_view v, size_t *from);

int bdl_http_parse_request(struct bdl_view head, struct bdl_http_head *ret, struct bdl_err *err)
    BDL_MUST_USE;

int bdl_http_parse_response(struct bdl_view head, struct bdl_http_head *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Only "Name: value" lines up to the empty one (ICAP heads after their first line, trailers). */
int bdl_http_parse_fields(struct bdl_view lines, struct bdl_http_head *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* The first field of that name, in any case; an empty view with p == NULL where there is none. */
static inline struct bdl_view bdl_http_field(const struct bdl_http_head *h, const char *name)
{
	struct bdl_view wanted = bdl_view_of(name);

	for (size_t i = 0; i < h->n_fields; i++) {
		if (bdl_view_ieq(h->fields[i].name, wanted))
			return h->fields[i].value;
	}
	return (struct bdl_view){ 0 };
}

/* The last one, by which browsers go where an answer has several. */
struct bdl_view bdl_http_last_field(const struct bdl_http_head *h, const char *name);

/* Whether a comma-separated field holds the token ("close" in Connection), over all its lines. */
bool bdl_http_has_token(const struct bdl_http_head *h, const char *name, const char *token);

#endif
