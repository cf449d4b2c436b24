#include "base/alloc.h"
#include "record/visits_names_int.h"

#define SLOTS_MIN 4096
#define NAMES_MAX 100000             /* past these, all are forgotten and looked up anew */
#define TEXTS_MAX (16 * 1024 * 1024) /* bytes of keys, likewise */
#define KEYS_MAX  (64 * 1024 * 1024) /* those and what one transaction may add */
#define KEY_MAX   (BDL_ACT_BYTES_MAX + 256)

#define MINUTE_MS    60000
#define WEEK_MINUTES (7 * 24 * 60)
#define EPOCH_MINUTE (3 * 24 * 60) /* 1970 began on a Thursday */

struct bdl_names *bdl_names_new(void)
{
	struct bdl_names *n = bdl_xalloc(sizeof(*n));

	n->keys = bdl_region_new(KEYS_MAX);
	n->key = BDL_BUF(KEY_MAX);
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

/* --- keys --- */

/* The parts of an act fit KEY_MAX, so what these return says nothing. */
static void put_number(struct bdl_buf *b, int64_t v)
{
	(void)bdl_buf_add(b, &v, sizeof(v));
}

static void put_text(struct bdl_buf *b, struct bdl_view v)
{
	uint32_t n = (uint32_t)v.n;

	(void)bdl_buf_add(b, &n, sizeof(n));
	(void)bdl_buf_add_view(b, v);
}

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
	put_number(&n->key, a->known);
	put_text(&n->key, a->person);
	put_text(&n->key, a->address);
	put_text(&n->key, a->groups);
	put_text(&n->key, a->source);
	put_text(&n->key, a->place);
	put_text(&n->key, a->equipment);
	return key_index(n, BDL_NAME_CLIENT);
}

uint32_t bdl_names_site(struct bdl_names *n, const struct bdl_act *a)
{
	bdl_buf_clear(&n->key);
	put_text(&n->key, a->host);
	put_text(&n->key, a->categories);
	return key_index(n, BDL_NAME_SITE);
}

/* By how many minutes the act's own clock was ahead of UTC: its facts are found again by it. */
static int64_t utc_offset(const struct bdl_act *a)
{
	int64_t utc = (a->at_ms / MINUTE_MS + EPOCH_MINUTE) % WEEK_MINUTES;
	int64_t ahead = a->weekday * 24 * 60 + a->minute - utc;

	if (ahead < -WEEK_MINUTES / 2)
		ahead += WEEK_MINUTES;
	return ahead >= WEEK_MINUTES / 2 ? ahead - WEEK_MINUTES : ahead;
}

void bdl_visits_local(int64_t at_ms, int64_t utc_offset, uint8_t *ret_weekday, uint16_t *ret_minute)
{
	int64_t minute =
	    (at_ms / MINUTE_MS + EPOCH_MINUTE + utc_offset + WEEK_MINUTES) % WEEK_MINUTES;

	*ret_weekday = (uint8_t)(minute / (24 * 60));
	*ret_minute = (uint16_t)(minute % (24 * 60));
}

uint32_t bdl_names_basis(struct bdl_names *n, const struct bdl_act *a, bool with_method)
{
	static const struct bdl_view none;

	bdl_buf_clear(&n->key);
	(void)bdl_buf_add(&n->key, a->version.b, sizeof(a->version.b));
	put_number(&n->key, a->door);
	put_number(&n->key, utc_offset(a));
	put_number(&n->key, a->action);
	put_number(&n->key, a->critical);
	put_number(&n->key, a->passed);
	put_text(&n->key, with_method ? a->method : none);
	put_text(&n->key, with_method ? a->scheme : none);
	put_text(&n->key, a->policy);
	put_text(&n->key, a->clause);
	put_text(&n->key, a->clauses);
	put_text(&n->key, a->tell);
	return key_index(n, BDL_NAME_BASIS);
}

uint32_t bdl_names_text(struct bdl_names *n, int64_t at_ms, struct bdl_view text)
{
	bdl_buf_clear(&n->key);
	put_number(&n->key, at_ms / BDL_DAY_MS);
	put_text(&n->key, text);
	return key_index(n, BDL_NAME_TEXT);
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
	key = n->names[basis].key;
	ret->version = bdl_name_take_digest(&key);
	ret->door = (enum bdl_door)bdl_name_take_number(&key);
	(void)bdl_name_take_number(&key); /* a violation asks for no local time */
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
