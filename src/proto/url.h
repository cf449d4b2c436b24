/*
 * URLs, taken apart the way a browser does (WHATWG URL) and made comparable, so that one page has
 * one spelling: lower-case host without a trailing dot, no user information, the port as a number,
 * and by bdl_url_path percent-encoding of plain characters undone and dot segments resolved.
 *
 * Hosts hold letters, digits, hyphens, underscores and dots. IPv4 addresses in decimal, octal and
 * hexadecimal, of one to four numbers, become the dotted form; IPv6 addresses the shortest one, and
 * those that only wrap an IPv4 address (::ffff:192.0.2.1) that address.
 *
 * IDN: hosts are compared in their ASCII form (punycode). A host in UTF-8, plain or percent-encoded,
 * becomes that form by UTS46 as the WHATWG URL standard wants it (ICU: libidn2 refuses names that
 * browsers take, such as those with emoji). Blanks and control bytes in a URL are refused.
 */
#ifndef BDL_PROTO_URL_H
#define BDL_PROTO_URL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/view.h"

#define BDL_HOST_MAX 253
#define BDL_URL_MAX  16384 /* longer ones are judged by what fits and marked `cut` */

enum bdl_scheme {
	BDL_SCHEME_OTHER,
	BDL_SCHEME_HTTP,
	BDL_SCHEME_HTTPS,
	BDL_SCHEME_WS,
	BDL_SCHEME_WSS
};

struct bdl_url {
	enum bdl_scheme scheme;
	char host[BDL_HOST_MAX + 1]; /* normalised; IPv6 without brackets */
	bool is_ip;
	uint16_t port; /* the scheme's own where none was given; 0 for others */
	/*
	 * As sent, with the query, without a fragment; into the input. Begins with '/', or '?' or a
	 * backslash where that came first, is "*" where the target was; "/" where an absolute target
	 * has none (RFC 9112 3.2.1), empty for an authority.
	 */
	struct bdl_view path;
	bool cut;
};

/*
 * The URL of a request: an absolute target ("http://host/path"), an origin-form target ("/path")
 * with the Host field, or the authority of CONNECT ("host:443"). `scheme` is used where the target
 * does not say one. A Host field beside an absolute target is not looked at (RFC 9112 3.2.2). An
 * authority counts as https, since nothing else is tunnelled on purpose.
 */
int bdl_url_parse(struct bdl_view target, struct bdl_view host_field, enum bdl_scheme scheme,
    struct bdl_url *ret, struct bdl_err *err) BDL_MUST_USE;
int bdl_url_parse_authority(struct bdl_view authority, struct bdl_url *ret, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Append the comparable form of a path with its query: slashes for backslashes and for either of
 * them encoded, one for a run of them, then dot segments resolved, as most servers find a file;
 * plain characters not encoded, what a browser encodes encoded (bytes that are no ASCII, blanks,
 * quotes, angle brackets, braces), encodings in upper case. Decoded once, never twice. It begins
 * with '/' and is at most three times as long, and one byte. Ends at a '#'.
 */
int bdl_url_path(struct bdl_view path, struct bdl_buf *out);

/* Normalise a host by itself (of a policy, a list or a request); IPv6 with or without brackets. */
int bdl_host_normalise(struct bdl_view host, char ret[BDL_HOST_MAX + 1], bool *ret_is_ip,
    struct bdl_err *err) BDL_MUST_USE;

/* Whether `host` is `domain` or below it; both normalised. */
bool bdl_host_below(struct bdl_view host, struct bdl_view domain);

const char *bdl_scheme_word(enum bdl_scheme s); /* "http", "https", ... "other" */

#endif
