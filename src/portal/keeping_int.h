/* Until when a record stays, as its page says it. */
#ifndef BDL_PORTAL_KEEPING_INT_H
#define BDL_PORTAL_KEEPING_INT_H

#include "portal/request.h"
#include "record/acts/act.h"
#include "record/retention/retention.h"

struct bdl_kept_until {
	const char *text;       /* "From Sunday 21 November 2027 on"; in the region */
	struct bdl_view policy; /* that says so; empty: the manual's default */
	struct bdl_view clause;
	const char *title, *rule; /* of the clause; NULL where no policy says so */
	int64_t hold;             /* a legal hold keeps it besides, of this number; 0: none */
};

/*
 * By what is in force now: a policy that is published later may change it. An act that belongs to a
 * violation goes with that, which its last act may put off by ten minutes.
 */
int bdl_kept_until(const struct bdl_request *r, enum bdl_kept kept, const struct bdl_act *a,
    struct bdl_kept_until *ret, struct bdl_err *err) BDL_MUST_USE;

#endif
