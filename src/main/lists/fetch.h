/* One file over HTTP or HTTPS, with what was kept of the last time. */
#ifndef BDL_MAIN_LISTS_FETCH_H
#define BDL_MAIN_LISTS_FETCH_H

#include "base/buf.h"
#include "base/err.h"

struct bdl_fetched {
	bool unchanged;   /* the server says that nothing is new: no bytes */
	int64_t declared; /* bytes that were announced, or -1 */
	char type[80];    /* the content type, "" where none was said */
	char etag[256];   /* "" where there is none */
};

/*
 * Append what the address holds to `into`, whose maximum is the most that is taken. `etag` is that
 * of the last time, or "". Redirects are followed, to HTTPS only from HTTPS, and to addresses of
 * private networks or of this machine only from such (BDL_E_DENIED). BDL_E_IO for what the
 * network or the server did, BDL_E_LIMIT for too much, BDL_E_CONFLICT for what was cut short. It is
 * broken off, within about a second, when whoever holds the other end of the socket `asker` is gone.
 */
int bdl_fetch(const char *url, const char *etag, int asker, struct bdl_buf *into,
    struct bdl_fetched *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
