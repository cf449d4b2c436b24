/* The role `clerk`: do timed work when it is due (main/clerk/clerk.h). */
#ifndef BDL_MAIN_CLERK_ROLE_H
#define BDL_MAIN_CLERK_ROLE_H

#include "sys/role.h"

int bdl_clerk_run(struct bdl_role *role);

#endif
