#include "base/alloc.h"
#include "record/visits/names_int.h"

#define SLOTS_MIN 4096
#define NAMES_MAX 100000             /* past these, all are forgotten and looked up anew */
#define TEXTS_MAX (16 * 1024 * 1024) /* bytes of keys, likewise */
#define KEYS_MAX  (64 * 1024 * 1024) /* those and what one transaction may add */

struct bdl_names *bdl_names_new(void)
{
	struct bdl_names *n = bdl_xalloc(sizeof(*n));

	n->keys = bdl_region_new(KEYS_MAX);
	n->key = BDL_BUF(BDL_NAME_KEY_MAX);
	n->n_slots = SLOTS_MIN;
	n->slots = bdl_xcalloc(n->n_slots, sizeof(*n->slots));
	return n;
}

void bdl_names_free(struct bdl_names *n)
{
	if (!n)
		return;
	bdl_region_free(n->keys);
	bdl_buf_done(&n->key);
	for (int kind = 0; kind < BDL_NAME_KINDS; kind++)
		free(n->needed[kind].at);
	free(n->some.at);
	free(n->names);
	free(n->slots);
	free(n);
}

bool bdl_names_are_many(const struct bdl_names *n)
{
	return n->n > NAMES_MAX || bdl_region_used(n->keys) > TEXTS_MAX;
}

void bdl_names_forget(struct bdl_names *n)
{
	bdl_region_reset(n->keys);
	memset(n->slots, 0, n->n_slots * sizeof(*n->slots));
	n->n = 0;
	for (int kind = 0; kind < BDL_NAME_KINDS; kind++)
		n->needed[kind].n = 0;
}

/* --- keys: a digest where there is one, then numbers, then texts --- */

int64_t bdl_name_take_number(struct bdl_view *key)
{
	int64_t v;

	memcpy(&v, key->p, sizeof(v));
	*key = bdl_view_from(*key, sizeof(v));
	return v;
}

struct bdl_view bdl_name_take_text(struct bdl_view *key)
{
	uint32_t n;

	memcpy(&n, key->p, sizeof(n));
	struct bdl_view text = bdl_view_at(key->p + sizeof(n), n);
	*key = bdl_view_from(*key, sizeof(n) + n);
	return text;
}

struct bdl_digest bdl_name_take_digest(struct bdl_view *key)
{
	struct bdl_digest d;

	memcpy(d.b, key->p, sizeof(d.b));
	*key = bdl_view_from(*key, sizeof(d.b));
	return d;
}

/* --- in memory --- */

static void slots_double(struct bdl_names *n)
{
	n->n_slots *= 2;
	free(n->slots);
	n->slots = bdl_xcalloc(n->n_slots, sizeof(*n->slots));
	for (size_t i = 0; i < n->n; i++) {
		size_t at = n->names[i].hash & (n->n_slots - 1);
		while (n->slots[at])
			at = (at + 1) & (n->n_slots - 1);
		n->slots[at] = (uint32_t)i + 1;
	}
}

/* The index of the key that was made. */
static uint32_t key_index(struct bdl_names *n, enum bdl_name_kind kind)
{
	struct bdl_view key = bdl_buf_view(&n->key);
	uint64_t hash = bdl_hash64(key.p, key.n, kind);
	size_t at = hash & (n->n_slots - 1);

	BDL_BUG_IF(bdl_buf_broken(&n->key));
	for (; n->slots[at]; at = (at + 1) & (n->n_slots - 1)) {
		const struct bdl_name *known = &n->names[n->slots[at] - 1];
		if (known->hash == hash && known->kind == kind && bdl_view_eq(known->key, key))
			return n->slots[at] - 1;
	}
	n->names = bdl_xgrow(n->names, n->n, &n->cap, sizeof(*n->names));
	n->names[n->n++] = (struct bdl_name){
		.hash = hash,
		.key = bdl_region_view(n->keys, key),
		.kind = kind,
	};
	BDL_BUG_IF(bdl_region_broken(n->keys)); /* it is looked after between the batches */
	n->slots[at] = (uint32_t)n->n;
	uint32_t index = (uint32_t)n->n - 1;
	if (2 * n->n > n->n_slots)
		slots_double(n);
	return index;
}

uint32_t bdl_names_client(struct bdl_names *n, const struct bdl_act *a)
{
	bdl_buf_clear(&n->key);
	bdl_name_client(&n->key, a);
	return key_index(n, BDL_NAME_CLIENT);
}

uint32_t bdl_names_site(struct bdl_names *n, const struct bdl_act *a)
{
	bdl_buf_clear(&n->key);
	bdl_name_site(&n->key, a);
	return key_index(n, BDL_NAME_SITE);
}

uint32_t bdl_names_basis(struct bdl_names *n, const struct bdl_act *a, bool with_method)
{
	bdl_buf_clear(&n->key);
	bdl_name_basis(&n->key, a, with_method);
	return key_index(n, BDL_NAME_BASIS);
}

uint32_t bdl_names_text(
    struct bdl_names *n, int64_t at_ms, struct bdl_view text, bool *ret_is_first)
{
	size_t known = n->n;

	bdl_buf_clear(&n->key);
	bdl_name_text(&n->key, at_ms, text);
	uint32_t index = key_index(n, BDL_NAME_TEXT);
	if (ret_is_first)
		*ret_is_first = n->n > known;
	return index;
}

struct bdl_view bdl_names_text_of(const struct bdl_names *n, uint32_t text)
{
	struct bdl_view key = n->names[text].key;

	(void)bdl_name_take_number(&key); /* its day */
	return bdl_name_take_text(&key);
}

void bdl_names_act(
    const struct bdl_names *n, uint32_t client, uint32_t site, uint32_t basis, struct bdl_act *ret)
{
	struct bdl_view key = n->names[client].key;

	ret->known = bdl_name_take_number(&key);
	ret->person = bdl_name_take_text(&key);
	ret->address = bdl_name_take_text(&key);
	key = n->names[site].key;
	ret->host = bdl_name_take_text(&key);
	ret->categories = bdl_name_take_text(&key);
	key = n->names[basis].key;
	ret->version = bdl_name_take_digest(&key);
	ret->door = (enum bdl_door)bdl_name_take_number(&key);
	bdl_act_local(ret->at_ms, bdl_name_take_number(&key), &ret->weekday, &ret->minute);
	ret->action = (enum bdl_action)bdl_name_take_number(&key);
	ret->critical = bdl_name_take_number(&key);
	ret->passed = bdl_name_take_number(&key);
	ret->method = bdl_name_take_text(&key);
	ret->scheme = bdl_name_take_text(&key);
	ret->policy = bdl_name_take_text(&key);
	ret->clause = bdl_name_take_text(&key);
	ret->clauses = bdl_name_take_text(&key);
	ret->tell = bdl_name_take_text(&key);
}

bool bdl_names_hour(struct bdl_names *n, uint32_t site, int64_t hour, bool has_pages)
{
	struct bdl_name *name = &n->names[site];

	if (name->hour == hour + 1 && name->has_pages >= has_pages)
		return false;
	name->has_pages = has_pages || (name->hour == hour + 1 && name->has_pages);
	name->hour = hour + 1;
	return true;
}
