/* Where the illegal slot lies: beside the lists file. */
#ifndef BDL_LISTS_ILLEGAL_INT_H
#define BDL_LISTS_ILLEGAL_INT_H

#include "base/err.h"
#include <limits.h>
#include <unistd.h>

#define BDL_ILLEGAL_MAP "illegal.map"
#define BDL_ILLEGAL_KEY "illegal.key"

/* The path of `name` beside the lists file. */
int bdl_illegal_path(
    const char *lists_path, const char *name, char ret[PATH_MAX], struct bdl_err *err);

#endif
