/* The role `clerk`: do timed work when it is due (main/clerk.h). */
#ifndef BDL_MAIN_ROLE_CLERK_H
#define BDL_MAIN_ROLE_CLERK_H

#include "sys/role.h"

int bdl_clerk_run(struct bdl_role *role);

#endif
