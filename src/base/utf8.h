/* UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing past U+10FFFF. */
#ifndef BDL_BASE_UTF8_H
#define BDL_BASE_UTF8_H

#include "base/view.h"

#define BDL_UTF8_BAD 0xFFFD /* what stands for bytes that are none */

/*
 * The first character of a view that is not empty: its bytes are counted as the result (1 to 4),
 * *ret_bad says whether they are no character, as many then as could have begun one ("maximal
 * subpart", what browsers replace by one U+FFFD).
 */
size_t bdl_utf8_next(struct bdl_view v, uint32_t *ret_char, bool *ret_bad);

/* The bytes of a character, 1 to 4; of what is none, those of U+FFFD. */
size_t bdl_utf8_put(uint32_t ch, char out[4]);

/* The controls of ASCII steer a terminal, and so do those of C1. */
static inline bool bdl_utf8_is_control(uint32_t ch)
{
	return ch < 0x20 || (ch >= 0x7f && ch <= 0x9f);
}

/* A control, or what turns the direction of a line: it is not seen, and others are shown otherwise. */
static inline bool bdl_utf8_is_steering(uint32_t ch)
{
	return bdl_utf8_is_control(ch) || (ch >= 0x202a && ch <= 0x202e) ||
	    (ch >= 0x2066 && ch <= 0x2069);
}

/* Nobody sees these: a word with one inside is still that word. */
static inline bool bdl_utf8_is_unseen(uint32_t ch)
{
	return ch == 0xad || ch == 0x34f || ch == 0x180e || (ch >= 0x200b && ch <= 0x200f) ||
	    (ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2060 && ch <= 0x206f) ||
	    (ch >= 0xfe00 && ch <= 0xfe0f) || ch == 0xfeff;
}

/* Without the byte order mark that some editors begin a file with. */
struct bdl_view bdl_utf8_without_mark(struct bdl_view v);

/*
 * The small letter of a capital: ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic, as names are
 * written in Europe; any other character as it is. For comparing, not for showing.
 */
uint32_t bdl_utf8_lower(uint32_t ch);

/* Valid, and nothing in it steers (bdl_utf8_is_steering). */
bool bdl_utf8_printable(struct bdl_view v);

#endif
