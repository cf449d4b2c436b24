/* What host.c, url.c and user.c share: looking at characters and pieces of a text. */
#ifndef BDL_PROTO_URL_INT_H
#define BDL_PROTO_URL_INT_H

#include "base/view.h"

static inline bool bdl_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool bdl_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline char bdl_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* What follows the first `at` bytes. */
static inline struct bdl_view bdl_view_from(struct bdl_view v, size_t at)
{
	return at == 0 ? v : bdl_view_at(v.p + at, v.n - at); /* p may be NULL then */
}

/* The byte that "%xx" at the front of `v` stands for, or -1. */
static inline int bdl_percent_byte(struct bdl_view v)
{
	uint64_t byte = 0;

	if (v.n < 3 || v.p[0] != '%' || !bdl_view_hex(bdl_view_at(v.p + 1, 2), 255, &byte))
		return -1;
	return (int)byte;
}

#endif
