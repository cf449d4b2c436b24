/*
 * The compiled lists: which categories a host is in. One mapped, read-only file
 * (DIR/lists/lists.map), shared by all processes, replaced atomically by lists/compile.h.
 *
 * File: header, category names, sets (the distinct combinations of categories), and a hash table
 * from a keyed 64-bit hash of a domain to its set. The key is random for each file, so nobody can
 * craft names that collide. docs/formats.md has the layout byte by byte; a file that does not fit
 * it is refused whole.
 */
#ifndef BDL_LISTS_LISTS_H
#define BDL_LISTS_LISTS_H

#include "base/err.h"
#include "base/view.h"

#define BDL_LIST_CATEGORIES_MAX 256
#define BDL_CATEGORY_NAME_MAX   48 /* lower-case letters, digits, hyphens */

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
static inline bool bdl_catset_meets(const struct bdl_catset *s, const struct bdl_catset *t)
{
	uint64_t any = 0;
	for (unsigned i = 0; i < BDL_LIST_CATEGORIES_MAX / 64; i++)
		any |= s->w[i] & t->w[i];
	return any != 0;
}

struct bdl_lists;

/* Maps the file; BDL_E_MISSING, BDL_E_INVALID. Reads pages only as they are needed. */
int bdl_lists_open(const char *path, struct bdl_lists **ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_lists_close(struct bdl_lists *l); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_lists, bdl_lists_close);

/* Read the whole file, where opening reads only its head: BDL_E_INVALID where the table changed. */
int bdl_lists_verify(const struct bdl_lists *l, struct bdl_err *err) BDL_MUST_USE;

/*
 * Add to *set the categories of the host (normalised, see proto/url.h) and of every domain above
 * it. An IP address is looked up whole. No allocation, no system call.
 */
void bdl_lists_host(const struct bdl_lists *l, struct bdl_view host, struct bdl_catset *set);

unsigned bdl_lists_categories(const struct bdl_lists *l);
const char *bdl_lists_category(const struct bdl_lists *l, unsigned i); /* its name */
int bdl_lists_find(const struct bdl_lists *l, struct bdl_view name);   /* its number, or -1 */
uint64_t bdl_lists_domains(const struct bdl_lists *l);
int64_t bdl_lists_made_ms(const struct bdl_lists *l);

#endif
