/* What looking (status.c) and weighing (troubles.c) share. */
#ifndef BDL_RECORD_STATUS_STATUS_INT_H
#define BDL_RECORD_STATUS_STATUS_INT_H

#include "record/status/status.h"

/* Fill in what is not well. */
void bdl_status_weigh(struct bdl_status *s, struct bdl_region *region);

#endif
