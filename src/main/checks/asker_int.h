/* What the files of the asker share. */
#ifndef BDL_MAIN_CHECKS_ASKER_INT_H
#define BDL_MAIN_CHECKS_ASKER_INT_H

#include "main/checks/asker.h"

/* Ask the school's resolver for a name: asker_name.c. Takes three seconds at most. */
void bdl_asker_name(const struct bdl_conf *conf, const char *name, struct bdl_asked *ret);

#endif
