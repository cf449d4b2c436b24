/*
 * A view: bytes that somebody else owns, not ended by NUL. Views are passed by value. An empty
 * view has n == 0; its p may be NULL.
 */
#ifndef BDL_BASE_VIEW_H
#define BDL_BASE_VIEW_H

#include "base/defs.h"
#include <string.h>

struct bdl_view {
	const char *p;
	size_t n;
};

/* A view of a string literal. */
#define BDL_LIT(s) ((struct bdl_view){ "" s, sizeof(s) - 1 })

/* For "%.*s" in formats. Cuts at INT_MAX. */
#define BDL_FMT(v) (int)((v).n > 0x7fffffff ? 0x7fffffff : (v).n), (v).p ? (v).p : ""

/*
 * What compares is inline, because nearly every comparison of a head's fields ends with the length,
 * and that of a literal is known to the compiler.
 */
static inline struct bdl_view bdl_view_at(const char *p, size_t n)
{
	return (struct bdl_view){ p, n };
}

static inline struct bdl_view bdl_view_of(const char *s) /* NULL gives an empty view */
{
	return bdl_view_at(s, s ? strlen(s) : 0);
}

/* What follows the first `at` bytes, of which there are as many. */
static inline struct bdl_view bdl_view_from(struct bdl_view v, size_t at)
{
	return at == 0 ? v : bdl_view_at(v.p + at, v.n - at); /* p may be NULL then */
}

static inline bool bdl_view_eq(struct bdl_view a, struct bdl_view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The forms with an i take ASCII letters in either case. */
bool bdl_view_same_letters(const char *a, const char *b, size_t n);
static inline bool bdl_view_ieq(struct bdl_view a, struct bdl_view b)
{
	/* Letters differ from their capitals in one bit, and what differs mostly does so at once. */
	return a.n == b.n &&
	    (a.n == 0 ||
		(((a.p[0] ^ b.p[0]) & ~0x20) == 0 && bdl_view_same_letters(a.p, b.p, a.n)));
}

static inline bool bdl_view_is(struct bdl_view a, const char *s)
{
	return bdl_view_eq(a, bdl_view_of(s));
}

static inline bool bdl_view_iis(struct bdl_view a, const char *s)
{
	return bdl_view_ieq(a, bdl_view_of(s));
}

static inline bool bdl_view_starts(struct bdl_view a, struct bdl_view prefix)
{
	return a.n >= prefix.n && bdl_view_eq(bdl_view_at(a.p, prefix.n), prefix);
}

static inline bool bdl_view_istarts(struct bdl_view a, struct bdl_view prefix)
{
	return a.n >= prefix.n && bdl_view_ieq(bdl_view_at(a.p, prefix.n), prefix);
}

static inline bool bdl_view_ends(struct bdl_view a, struct bdl_view suffix)
{
	return suffix.n == 0 ||
	    (a.n >= suffix.n && bdl_view_eq(bdl_view_from(a, a.n - suffix.n), suffix));
}

/* Without spaces and tabs at both ends. */
static inline struct bdl_view bdl_view_trim(struct bdl_view v)
{
	while (v.n && (v.p[0] == ' ' || v.p[0] == '\t'))
		v = bdl_view_from(v, 1);
	while (v.n && (v.p[v.n - 1] == ' ' || v.p[v.n - 1] == '\t'))
		v.n--;
	return v;
}

/* Offset of the byte, or v.n where it is absent. */
static inline size_t bdl_view_find(struct bdl_view v, char c)
{
	const char *at = v.n ? (const char *)memchr(v.p, c, v.n) : NULL;

	return at ? (size_t)(at - v.p) : v.n;
}

/*
 * Cut at the first `c`: *ret_head gets what stands before it, *rest what stands after. Where `c`
 * is absent the head is all and the rest is empty. false when *rest was empty at the call.
 * Loops: while (bdl_view_cut(&rest, ',', &item)) ...
 */
bool bdl_view_cut(struct bdl_view *rest, char c, struct bdl_view *ret_head);

/* An unsigned decimal that fills the view whole and is at most `max`; false otherwise. */
bool bdl_view_uint(struct bdl_view v, uint64_t max, uint64_t *ret);

/* A hexadecimal number, the same terms. */
bool bdl_view_hex(struct bdl_view v, uint64_t max, uint64_t *ret);

/* Order as memcmp, shorter first among equals. */
int bdl_view_cmp(struct bdl_view a, struct bdl_view b);

#endif
