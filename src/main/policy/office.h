/* What the commands work on that change policies in the store. */
#ifndef BDL_MAIN_POLICY_OFFICE_H
#define BDL_MAIN_POLICY_OFFICE_H

#include "main/publish.h"

struct bdl_office {
	struct bdl_conf conf;
	struct bdl_known_lists known;
	struct bdl_store *store;
	struct bdl_region *region;
	char by[BDL_OPERATOR_MAX]; /* who gives the command */
};

/*
 * Open the store as the data folder's owner: files of the operator's are read before this. Begins
 * with a zeroed one, which stays where it is; after an error too it is to be closed.
 */
int bdl_office_open(struct bdl_office *o, const char *data, struct bdl_err *err) BDL_MUST_USE;
void bdl_office_done(struct bdl_office *o);

/*
 * Whether the digest begins as the operator said it does (NULL: nothing was said). BDL_E_CONFLICT,
 * with the digest of `what`, where it does not; BDL_E_INVALID where too few digits were given.
 */
int bdl_office_digest_check(const char *want, const struct bdl_digest *digest, const char *what,
    struct bdl_err *err) BDL_MUST_USE;

#endif
