/*
 * The portal's process: pages for people, over HTTP on a loopback address, read from the store.
 *
 * Sign-in is not built yet, so it refuses to start on any other address, answers only requests
 * that name a loopback host (a web page that has its own name point here is refused), shows and
 * never changes anything, and says so on every page.
 */
#ifndef BDL_PORTAL_PORTAL_H
#define BDL_PORTAL_PORTAL_H

#include "sys/role.h"

/* Serves on role->listener until SIGTERM; the exit status. */
int bdl_portal_run(struct bdl_role *role);

#endif
