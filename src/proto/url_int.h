/* What the readers and writers of URLs and hosts share. */
#ifndef BDL_PROTO_URL_INT_H
#define BDL_PROTO_URL_INT_H

#include "base/ascii.h"
#include "base/view.h"

/* The byte that "%xx" at the front of `v` stands for, or -1. */
static inline int bdl_percent_byte(struct bdl_view v)
{
	uint64_t byte = 0;

	if (v.n < 3 || v.p[0] != '%' || !bdl_view_hex(bdl_view_at(v.p + 1, 2), 255, &byte))
		return -1;
	return (int)byte;
}

/* The characters that mean the same encoded or not (RFC 3986 section 2.3). */
static inline bool bdl_is_unreserved(char c)
{
	return bdl_is_letter(c) || bdl_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

#endif
