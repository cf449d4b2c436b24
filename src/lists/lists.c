#include "lists/lists.h"
#include "base/alloc.h"
#include "base/ascii.h"
#include "lists/format_int.h"
#include "proto/url.h"
#include "sys/file.h"

struct bdl_lists {
	struct bdl_map map;
	const struct bdl_lists_header *header;
	const char *names;
	const struct bdl_catset *sets;
	const uint64_t *hashes;
	const uint16_t *numbers;
};

bool bdl_is_category(struct bdl_view name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!((c >= 'a' && c <= 'z') || bdl_is_digit(c) || c == '-'))
			return false;
	}
	return name.n > 0 && name.n <= BDL_CATEGORY_NAME_MAX;
}

static int damaged(struct bdl_err *err, const char *what)
{
	return bdl_fail(err, BDL_E_INVALID, "not a lists file: %s", what);
}

/* Counts within their limits, so that the layout made of them cannot overflow. */
static int check_header(const struct bdl_map *map, struct bdl_err *err)
{
	const struct bdl_lists_header *h = (const void *)map->p;

	if (map->n < sizeof(*h))
		return damaged(err, "it is too short");
	if (memcmp(h->magic, BDL_LISTS_MAGIC, sizeof(h->magic)) != 0)
		return damaged(err, "it begins with other bytes");
	if (h->n_categories > BDL_LIST_CATEGORIES_MAX || h->n_sets > BDL_LISTS_SETS_MAX ||
	    h->n_domains > BDL_LISTS_DOMAINS_MAX || h->n_slots > 4ULL * BDL_LISTS_DOMAINS_MAX ||
	    h->n_domains >= h->n_slots || h->reach > BDL_LISTS_REACH_MAX)
		return damaged(err, "a count is out of bounds");
	if (bdl_lists_layout_of(h).end != map->n || h->file_size != map->n)
		return damaged(err, "its size is not what its header says");
	if (bdl_lists_head_sum(map->p) != h->head_sum)
		return damaged(err, "its checksum is wrong");
	return 0;
}

static int check_names(const struct bdl_lists *l, struct bdl_err *err)
{
	for (unsigned i = 0; i < l->header->n_categories; i++) {
		/* It ends within its field, which is longer than any name. */
		const char *field = bdl_lists_category(l, i);
		if (!bdl_is_category(bdl_view_at(field, strnlen(field, BDL_LISTS_NAME))))
			return damaged(err, "a category's name is none");
	}
	return 0;
}

/* A set may only hold categories that have a name. */
static int check_sets(const struct bdl_lists *l, struct bdl_err *err)
{
	struct bdl_catset unknown;

	memset(&unknown, 0xff, sizeof(unknown));
	for (unsigned i = 0; i < l->header->n_categories; i++)
		unknown.w[i / 64] &= ~(1ULL << (i % 64));
	for (uint32_t i = 0; i < l->header->n_sets; i++) {
		if (bdl_catset_meets(&l->sets[i], &unknown))
			return damaged(err, "a set holds an unknown category");
	}
	return 0;
}

static void find_parts(struct bdl_lists *l)
{
	l->header = (const void *)l->map.p;
	struct bdl_lists_layout at = bdl_lists_layout_of(l->header);
	l->names = (const char *)l->map.p + at.names;
	l->sets = (const void *)(l->map.p + at.sets);
	l->hashes = (const void *)(l->map.p + at.hashes);
	l->numbers = (const void *)(l->map.p + at.numbers);
}

int bdl_lists_open(const char *path, struct bdl_lists **ret, struct bdl_err *err)
{
	BDL_AUTO(bdl_lists_close) struct bdl_lists *l = bdl_xalloc(sizeof(*l));
	int r = bdl_file_map(path, &l->map, err);

	if (r < 0)
		return r;
	r = check_header(&l->map, err);
	if (r == 0) {
		find_parts(l);
		r = check_names(l, err);
	}
	if (r == 0)
		r = check_sets(l, err);
	if (r < 0)
		return bdl_fail_in(err, r, "%s", path);
	*ret = bdl_steal(&l);
	return 0;
}

void bdl_lists_close(struct bdl_lists *l)
{
	if (l == NULL)
		return;
	bdl_file_unmap(&l->map);
	free(l);
}

int bdl_lists_verify(const struct bdl_lists *l, struct bdl_err *err)
{
	if (bdl_lists_table_sum(l->map.p) != l->header->table_sum)
		return damaged(err, "its table has changed");
	return 0;
}

/* The set of exactly that domain, or NULL. The table is not trusted beyond its bounds. */
static const struct bdl_catset *find_domain(const struct bdl_lists *l, struct bdl_view domain)
{
	uint64_t n_slots = l->header->n_slots;
	uint64_t hash = bdl_lists_hash(domain, l->header->key);
	uint64_t at = bdl_lists_slot(hash, n_slots);

	for (uint64_t i = 0; i <= l->header->reach && l->hashes[at] != 0; i++) {
		if (l->hashes[at] == hash)
			return l->numbers[at] < l->header->n_sets ? &l->sets[l->numbers[at]] : NULL;
		at = at + 1 < n_slots ? at + 1 : 0;
	}
	return NULL;
}

void bdl_lists_host(const struct bdl_lists *l, struct bdl_view host, struct bdl_catset *set)
{
	/*
	 * An address needs no case of its own: no list holds a shorter piece of one, since a host
	 * that ends in a number is always four numbers once it is normalised.
	 */
	if (host.n > BDL_HOST_MAX)
		return;
	while (host.n > 0) {
		const struct bdl_catset *found = find_domain(l, host);
		struct bdl_view label;
		if (found != NULL)
			bdl_catset_join(set, found);
		(void)bdl_view_cut(&host, '.', &label); /* it is not empty */
	}
}

unsigned bdl_lists_categories(const struct bdl_lists *l)
{
	return l->header->n_categories;
}

const char *bdl_lists_category(const struct bdl_lists *l, unsigned i)
{
	BDL_BUG_IF(i >= l->header->n_categories);
	return l->names + (size_t)i * BDL_LISTS_NAME;
}

int bdl_lists_find(const struct bdl_lists *l, struct bdl_view name)
{
	for (unsigned i = 0; i < l->header->n_categories; i++) {
		if (bdl_view_is(name, bdl_lists_category(l, i)))
			return (int)i;
	}
	return -1;
}

uint64_t bdl_lists_domains(const struct bdl_lists *l)
{
	return l->header->n_domains;
}

int64_t bdl_lists_made_ms(const struct bdl_lists *l)
{
	return l->header->made_ms;
}
