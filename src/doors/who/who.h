/*
 * The process `who`: it hears who is at which address, by RADIUS accounting and by log-on events,
 * and writes it into the table that the web doors read (record/addresses.h). It judges nothing.
 */
#ifndef BDL_DOORS_WHO_H
#define BDL_DOORS_WHO_H

#include "sys/role.h"

/*
 * Serve on role->datagrams and role->listener, of which each may be -1, until SIGTERM. Returns the
 * exit status of the process.
 */
int bdl_who_run(struct bdl_role *role);

#endif
