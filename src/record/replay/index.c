/* Numbers for texts that come again and again. */
#include "base/alloc.h"
#include "base/hash.h"
#include "record/replay/replay_int.h"

#define SLOTS_FIRST 1024
#define BYTES_MAX   ((size_t)1 << 30) /* of all texts of one index */

struct entry {
	uint64_t hash;
	struct bdl_view bytes;
};

struct bdl_index {
	struct bdl_region *bytes;
	struct entry *entries;
	size_t n, cap;
	uint32_t *slots; /* number plus one; 0: free */
	size_t n_slots;  /* a power of two, at least twice n */
};

struct bdl_index *bdl_index_new(void)
{
	struct bdl_index *x = bdl_xalloc(sizeof(*x));

	x->bytes = bdl_region_new(BYTES_MAX);
	x->n_slots = SLOTS_FIRST;
	x->slots = bdl_xcalloc(x->n_slots, sizeof(*x->slots));
	return x;
}

void bdl_index_free(struct bdl_index *x)
{
	if (!x)
		return;
	bdl_region_free(x->bytes);
	free(x->entries);
	free(x->slots);
	free(x);
}

void bdl_index_clear(struct bdl_index *x)
{
	bdl_region_reset(x->bytes);
	memset(x->slots, 0, x->n_slots * sizeof(*x->slots));
	x->n = 0;
}

static uint32_t *slot_of(const struct bdl_index *x, uint64_t hash, struct bdl_view bytes)
{
	size_t at = hash & (x->n_slots - 1);

	for (; x->slots[at]; at = (at + 1) & (x->n_slots - 1)) {
		const struct entry *e = &x->entries[x->slots[at] - 1];
		if (e->hash == hash && bdl_view_eq(e->bytes, bytes))
			break;
	}
	return &x->slots[at];
}

static void grow(struct bdl_index *x)
{
	free(x->slots);
	x->n_slots *= 2;
	x->slots = bdl_xcalloc(x->n_slots, sizeof(*x->slots));
	for (size_t i = 0; i < x->n; i++) {
		size_t at = x->entries[i].hash & (x->n_slots - 1);

		while (x->slots[at])
			at = (at + 1) & (x->n_slots - 1);
		x->slots[at] = (uint32_t)i + 1;
	}
}

uint32_t bdl_index_put(struct bdl_index *x, struct bdl_view bytes, bool *ret_new)
{
	uint64_t hash = bdl_hash64(bytes.p, bytes.n, 0);
	uint32_t *slot = slot_of(x, hash, bytes);

	*ret_new = !*slot;
	if (*slot)
		return *slot - 1;
	x->entries = bdl_xgrow(x->entries, x->n, &x->cap, sizeof(*x->entries));
	x->entries[x->n] = (struct entry){ hash, bdl_region_view(x->bytes, bytes) };
	*slot = (uint32_t)++x->n;
	if (2 * x->n > x->n_slots)
		grow(x);
	return (uint32_t)x->n - 1;
}

struct bdl_view bdl_index_at(const struct bdl_index *x, uint32_t number)
{
	return x->entries[number].bytes;
}

size_t bdl_index_size(const struct bdl_index *x)
{
	return x->n;
}

bool bdl_index_is_full(const struct bdl_index *x)
{
	return bdl_region_broken(x->bytes) || x->n >= UINT32_MAX / 4;
}
