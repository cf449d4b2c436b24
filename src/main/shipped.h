/* Lists and a roll that need no data folder: those that ship, and those that a command names. */
#ifndef BDL_MAIN_SHIPPED_H
#define BDL_MAIN_SHIPPED_H

#include "base/err.h"
#include "lists/lists.h"
#include "policy/roll.h"

/*
 * The path of `name` ("demo/lists") in the policy folder that ships: beside the policy at
 * `policy_path`, else beside the build that this program is of, else where it was installed.
 * BDL_E_MISSING where it is in none.
 */
int bdl_shipped_find(const char *policy_path, const char *name, char *ret, size_t size,
    struct bdl_err *err) BDL_MUST_USE;

/* Compiled lists of a file, or the lists of a folder (lists/compile.h), compiled for this once. */
int bdl_shipped_lists(const char *path, struct bdl_lists **ret, struct bdl_err *err) BDL_MUST_USE;

/* A roll from a CSV. */
int bdl_shipped_roll(const char *path, struct bdl_roll **ret, struct bdl_err *err) BDL_MUST_USE;

#endif
