/*
 * The scribe: what stands between the doors and the store. Journal entries go in, what the doors
 * enforce comes out.
 */
#ifndef BDL_MAIN_SCRIBE_ROLE_H
#define BDL_MAIN_SCRIBE_ROLE_H

#include "sys/role.h"

/* Work until SIGTERM. Returns the exit status of the process. */
int bdl_scribe_run(struct bdl_role *role);

#endif
