/* One entry as lists write it: a domain, a page, an address or a network. */
#ifndef BDL_LISTS_ENTRY_INT_H
#define BDL_LISTS_ENTRY_INT_H

#include "lists/format_int.h"
#include "lists/page_int.h"
#include "proto/url.h"

struct bdl_list_entry {
	enum bdl_lists_kind kind;
	char host[BDL_HOST_MAX + 1]; /* normalised; of a page too; of a network its address */
	char page[BDL_PAGE_MAX + 1]; /* host and page; "" for a domain or a network */
	size_t page_n;
	struct bdl_lists_net net;
	uint8_t bits; /* of a network */
};

/*
 * "casino.example", "*.casino.example", ".casino.example": a domain. "casino.example/a/b", with or
 * without "http://", user, port and query: all pages that begin so. "=casino.example/a/b": that
 * page. "192.0.2.33", "2001:db8::1": an address; "192.0.2.0/24": a network. BDL_E_INVALID says
 * what is wrong, without the text itself.
 */
int bdl_list_entry_parse(struct bdl_view text, struct bdl_list_entry *ret, struct bdl_err *err)
    BDL_MUST_USE;

/*
 * Whether it is a domain written as bdl_host_normalise would write it: true for nearly every line
 * of a list, and much cheaper. A last label that begins with a digit may be an address.
 */
bool bdl_list_is_domain(struct bdl_view v);

#endif
