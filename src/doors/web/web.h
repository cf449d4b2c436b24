/*
 * The web door: an ICAP server (RFC 3507) that judges what the proxy asks about. One process per
 * core, each with its own listening socket of one SO_REUSEPORT group and its own journal, so that
 * nothing is shared but mapped files. docs/web-door.md says what is answered when.
 */
#ifndef BDL_DOORS_WEB_H
#define BDL_DOORS_WEB_H

#include "sys/role.h"

/* Serve on role->listener until SIGTERM. Returns the exit status of the process. */
int bdl_web_run(struct bdl_role *role);

#endif
