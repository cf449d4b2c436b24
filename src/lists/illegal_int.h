/* Where the illegal slot lies: beside the lists file, and what is remembered of it elsewhere. */
#ifndef BDL_LISTS_ILLEGAL_INT_H
#define BDL_LISTS_ILLEGAL_INT_H

#include "base/err.h"
#include <limits.h>
#include <unistd.h>

#define BDL_ILLEGAL_MAP "illegal.map"
#define BDL_ILLEGAL_KEY "illegal.key"

#define BDL_ILLEGAL_KEY_BYTES 32

/* The path of `name` beside the lists file. */
int bdl_illegal_path(
    const char *lists_path, const char *name, char ret[PATH_MAX], struct bdl_err *err);

/* --- illegal_kept.c --- */

struct bdl_illegal_kept {
	unsigned char key[BDL_ILLEGAL_KEY_BYTES];
	uint64_t entries; /* of the list that was installed last */
	int64_t issued_ms;
};

/* Whether a list was ever installed, by the second place; looks no further than its name. */
bool bdl_illegal_is_kept(const char *lists_path);

/* What the second place says: BDL_E_MISSING where there is none, BDL_E_INVALID. */
int bdl_illegal_kept(const char *lists_path, struct bdl_illegal_kept *ret, struct bdl_err *err)
    BDL_MUST_USE;

/* Write it. Lists that are in no folder `lists` have no second place, and nothing is written. */
int bdl_illegal_keep(
    const char *lists_path, const struct bdl_illegal_kept *kept, struct bdl_err *err) BDL_MUST_USE;

#endif
