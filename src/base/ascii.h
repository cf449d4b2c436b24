/* Characters of ASCII, the same in every locale, which <ctype.h> does not promise. */
#ifndef BDL_BASE_ASCII_H
#define BDL_BASE_ASCII_H

#include <stdbool.h>

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

/* What a hexadecimal digit of either case stands for, or -1. */
static inline int bdl_hex_digit(char c)
{
	if (bdl_is_digit(c))
		return c - '0';
	c = bdl_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
