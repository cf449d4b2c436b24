/*
 * Whether what was fetched may take the place of the list that is there. A server that is broken,
 * taken over or only late must not empty a school's lists: when in doubt the old one stays, and
 * somebody is told why.
 */
#ifndef BDL_LISTS_OFFER_H
#define BDL_LISTS_OFFER_H

#include "lists/compile.h"

#define BDL_OFFER_LEAST_PERCENT 50  /* of the entries that the former list has */
#define BDL_OFFER_SMALL         100 /* a former list of fewer entries may shrink as it likes */
#define BDL_OFFER_BYTES_MAX     ((size_t)1 << 30)

struct bdl_list_offer {
	struct bdl_view text;          /* what came */
	int64_t declared;              /* bytes that were announced, or -1 */
	const char *content_type;      /* as the server has it, or NULL */
	struct bdl_view former;        /* what is there; empty where nothing is */
	struct bdl_list_source source; /* how both are read; its path is for messages */
};

/*
 * 0 where it may. BDL_E_INVALID: it is no list. BDL_E_CONFLICT: it is cut short, or too much
 * smaller than the former. *ret_report (may be NULL) says what it holds, where it could be read.
 */
int bdl_list_offer_check(const struct bdl_list_offer *offer, struct bdl_list_report *ret_report,
    struct bdl_err *err) BDL_MUST_USE;

#endif
