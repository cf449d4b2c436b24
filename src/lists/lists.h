/*
 * The compiled lists: which categories a host, a page or an address is in. One mapped, read-only
 * file (DIR/lists/lists.map), shared by all processes, replaced atomically by lists/compile.h.
 *
 * An entry is a domain (for itself and all below it), the beginning of a path below a domain, one
 * exact page, or a network. Each puts what it names into categories, or is an exception and takes
 * it out of them; the closest entry decides, for each category, and an exception among equals.
 * Entries are kept as keyed hashes. The key is random for each file, so nobody can craft names that
 * collide; docs/formats.md has the layout and says how seldom they do by chance.
 *
 * Beside it may lie the slot of illegal content (lists/illegal.h), a file of the same form that is
 * opened with it. Its category is `illegal`, and what its entries are is never told.
 */
#ifndef BDL_LISTS_LISTS_H
#define BDL_LISTS_LISTS_H

#include "base/err.h"
#include "base/view.h"
#include "proto/url.h"

#define BDL_LIST_CATEGORIES_MAX 256
#define BDL_CATEGORY_NAME_MAX   48 /* lower-case letters, digits, hyphens */
#define BDL_CATEGORY_ILLEGAL    "illegal"

/* Whether it can name a category; which ones there are is the file's business. */
bool bdl_is_category(struct bdl_view name);

/* A set of category numbers of one lists file. */
struct bdl_catset {
	uint64_t w[BDL_LIST_CATEGORIES_MAX / 64];
};
static inline void bdl_catset_add(struct bdl_catset *s, unsigned i)
{
	s->w[i / 64] |= 1ULL << (i % 64);
}
static inline bool bdl_catset_has(const struct bdl_catset *s, unsigned i)
{
	return s->w[i / 64] >> (i % 64) & 1;
}
static inline void bdl_catset_join(struct bdl_catset *s, const struct bdl_catset *t)
{
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX / 64; i++)
		s->w[i] |= t->w[i];
}
static inline void bdl_catset_take(struct bdl_catset *s, const struct bdl_catset *t)
{
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX / 64; i++)
		s->w[i] &= ~t->w[i];
}
static inline bool bdl_catset_meets(const struct bdl_catset *s, const struct bdl_catset *t)
{
	uint64_t any = 0;
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX / 64; i++)
		any |= s->w[i] & t->w[i];
	return any != 0;
}

struct bdl_lists;

/*
 * Maps the file, and the slot of illegal content where one is beside it; BDL_E_MISSING,
 * BDL_E_INVALID. Reads pages only as they are needed. A slot that was installed and is gone or cannot
 * be read fails the opening, and so does the loss of a lists file that had one: it never goes missing
 * quietly.
 */
int bdl_lists_open(const char *path, struct bdl_lists **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_lists_close(struct bdl_lists *l); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_lists, bdl_lists_close);

/* Read all of it, where opening reads only the head: BDL_E_INVALID where the entries changed. */
int bdl_lists_verify(const struct bdl_lists *l, struct bdl_err *err) BDL_MUST_USE;

/*
 * Add to *set the categories of the host (normalised, see proto/url.h): of itself, the domains
 * above it, or the networks that an address is in. No allocation, no system call.
 */
void bdl_lists_host(const struct bdl_lists *l, struct bdl_view host, struct bdl_catset *set);

/*
 * A host that will soon be looked for: where it and the domains above it stand, which is found out once.
 * The memory that is then read is asked for, and comes while others are at work. Its view must last as long.
 */
#define BDL_LISTS_AHEAD 8 /* domains; few hosts have more */
struct bdl_lists_place {
	uint64_t place; /* scaled to the number of lines */
	uint64_t tag;   /* 47 bits */
};
struct bdl_lists_ahead {
	struct bdl_view host;
	unsigned n; /* domains, the host first; 0: it is none that could be listed */
	uint8_t starts[BDL_HOST_MAX + 2]; /* where each begins */
	struct bdl_lists_place at[BDL_LISTS_AHEAD];
};
void bdl_lists_expect(const struct bdl_lists *l, struct bdl_view host, struct bdl_lists_ahead *ret);

/*
 * As bdl_lists_host, and the entries that name paths of the host. `path` is as it was sent, with its query
 * (struct bdl_url's). Allocates only for hosts that have such entries. Without memory for a path
 * the host's categories are found all the same.
 */
void bdl_lists_find(
    const struct bdl_lists *l, struct bdl_view host, struct bdl_view path, struct bdl_catset *set);
/* The same of a host that was expected of these very lists. */
void bdl_lists_find_expected(const struct bdl_lists *l, const struct bdl_lists_ahead *ahead,
    struct bdl_view path, struct bdl_catset *set);

enum bdl_lists_kind { BDL_LISTS_DOMAIN, BDL_LISTS_PREFIX, BDL_LISTS_EXACT, BDL_LISTS_NET };

/* An entry that was met, from the closest on. `entry` is empty for one of the illegal slot. */
#define BDL_LISTS_ENTRY_MAX 512 /* longer ones are shown cut */
struct bdl_lists_hit {
	enum bdl_lists_kind kind;
	bool sealed;               /* of the illegal slot */
	struct bdl_catset gives;   /* the categories that are there because of it */
	struct bdl_catset excepts; /* those that it keeps others from giving */
	char entry[BDL_LISTS_ENTRY_MAX];
};

/* Why bdl_lists_find finds what it does: how many of at most `max` entries. */
size_t bdl_lists_explain(const struct bdl_lists *l, struct bdl_view host, struct bdl_view path,
    struct bdl_lists_hit *ret, size_t max);

unsigned bdl_lists_categories(const struct bdl_lists *l);
const char *bdl_lists_category(const struct bdl_lists *l, unsigned i);        /* its name */
int bdl_lists_category_find(const struct bdl_lists *l, struct bdl_view name); /* or -1 */

/* Whether nothing is in the category: a list of it was compiled that had no entries. */
bool bdl_lists_category_is_empty(const struct bdl_lists *l, unsigned i);

/* How many entries there are of each kind, without those of the illegal slot. */
uint64_t bdl_lists_domains(const struct bdl_lists *l);
uint64_t bdl_lists_urls(const struct bdl_lists *l);
uint64_t bdl_lists_nets(const struct bdl_lists *l);
int64_t bdl_lists_made_ms(const struct bdl_lists *l);

/* Of this file: bdl_hosts_key (lists/hosts.h) of what was written with it is the same. */
uint64_t bdl_lists_key(const struct bdl_lists *l);

/* Another number for any other lists, those of the illegal slot among them. */
uint64_t bdl_lists_mark(const struct bdl_lists *l);

/*
 * What the compiler noted: a line for each category of each source, fields between tabs: category,
 * source, format, entries, bad lines, the source's time in ms, title, licence. Printable.
 */
struct bdl_view bdl_lists_notes(const struct bdl_lists *l);

/* The next line of them, taken apart and cut off; false behind the last. What is missing is empty. */
struct bdl_lists_note {
	struct bdl_view category, source, format, entries, bad;
	int64_t time_ms; /* 0: not known */
	struct bdl_view title, terms;
};
bool bdl_lists_note_next(struct bdl_view *rest, struct bdl_lists_note *ret);

/* Whether the illegal slot is filled; *ret_issued_ms says how old its list is (may be NULL). */
bool bdl_lists_has_illegal(const struct bdl_lists *l, int64_t *ret_issued_ms);

#endif
