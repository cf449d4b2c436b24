/* HTTP: libmicrohttpd between the socket and bdl_portal_answer. */
#ifndef BDL_PORTAL_SERVER_H
#define BDL_PORTAL_SERVER_H

#include "portal/request.h"

struct bdl_server;

/*
 * Serve on the listening socket, which the server owns from then on. Its threads are all started
 * when it returns, so the sandbox can be closed over them.
 */
int bdl_server_start(int listener, const struct bdl_site *site, struct bdl_server **ret,
    struct bdl_err *err) BDL_MUST_USE;

/*
 * Ends connections and threads, and closes our descriptor of the socket: who else holds it, such
 * as the supervisor, can have it served again. Takes NULL.
 */
void bdl_server_stop(struct bdl_server *s);

#endif
