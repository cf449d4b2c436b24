/* One look at how a data folder's Beadle stands (record/status/status.h), for the commands that tell it. */
#ifndef BDL_MAIN_STATUS_H
#define BDL_MAIN_STATUS_H

#include "main/data.h"
#include "record/status/status.h"

/* Texts are in the region, which has BDL_STATUS_MEMORY. Fails where the board cannot be read. */
int bdl_status_of(const struct bdl_conf *conf, struct bdl_region *region, struct bdl_status *ret,
    struct bdl_err *err) BDL_MUST_USE;

#endif
