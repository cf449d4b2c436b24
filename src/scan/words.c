/* The tables of whole words, made when phrases are opened. */
#include "base/alloc.h"
#include "scan/phrases_int.h"

#include <stdlib.h>

#define PLACES_EACH 8 /* for each key: so few that they stay in the nearest cache */

static struct bdl_view text_of(const struct bdl_phrases *p, const struct bdl_phrases_literal *l)
{
	return bdl_view_at(p->strings + l->text, l->n);
}

static bool is_whole(const struct bdl_phrases *p, const struct bdl_phrases_literal *l)
{
	return bdl_words_whole(p->strings + l->text, l->n);
}

/* --- which part a combination begins with --- */

struct part_costs {
	uint32_t of[BDL_PHRASES_PARTS_MAX];
};

static bool may_be_weak(const struct bdl_phrases_phrase *p)
{
	return p->n_parts > 1 && p->within != BDL_PHRASES_PAGE && p->within <= BDL_WORDS_NEAR;
}

static void add_costs(const struct bdl_phrases *p, struct part_costs *costs)
{
	for (size_t i = 0; i < p->h->n_plain; i++) {
		const struct bdl_phrases_literal *l = &p->plain[i];
		/* One that a word goes on at comes too late to begin with, so all parts are looked for. */
		uint32_t cost = is_whole(p, l) ? bdl_words_everyday(text_of(p, l)) : 1u << 28;
		for (uint32_t k = 0; k < l->n_uses; k++) {
			const struct bdl_phrases_use *u = &p->uses[l->first + k];
			uint32_t *sum = &costs[u->phrase].of[u->part];
			*sum = *sum + cost < 1u << 28 ? *sum + cost : 1u << 28;
		}
	}
}

/* The part that each combination begins with, BDL_PHRASES_PARTS_MAX where all are looked for. */
static uint8_t *first_parts(const struct bdl_phrases *p)
{
	BDL_AUTO_FREE struct part_costs *costs = bdl_xcalloc(p->h->n_phrases + 1, sizeof(*costs));
	uint8_t *first = bdl_xcalloc(p->h->n_phrases + 1, 1);

	add_costs(p, costs);
	for (size_t i = 0; i < p->h->n_phrases; i++) {
		unsigned best = 0;
		bool none = !may_be_weak(&p->phrases[i]);
		for (unsigned k = 0; k < p->phrases[i].n_parts; k++) {
			none = none || costs[i].of[k] >= 1u << 28;
			if (costs[i].of[k] < costs[i].of[best])
				best = k;
		}
		first[i] = (uint8_t)(none ? BDL_PHRASES_PARTS_MAX : best);
	}
	return first;
}

static uint8_t reach_of(
    const struct bdl_phrases *p, const struct bdl_phrases_literal *l, const uint8_t *first)
{
	uint8_t reach = 0;
	bool weak = l->n_uses > 0;

	for (uint32_t k = 0; k < l->n_uses; k++) {
		const struct bdl_phrases_use *u = &p->uses[l->first + k];
		uint16_t within = p->phrases[u->phrase].within;
		bool begins = first[u->phrase] == u->part;
		weak = weak && !begins && first[u->phrase] < BDL_PHRASES_PARTS_MAX;
		if (begins && within > reach)
			reach = (uint8_t)within;
	}
	return weak ? BDL_WORDS_WEAK : reach;
}

static uint8_t *reaches(const struct bdl_phrases *p, const struct bdl_phrases_literal *literals,
    size_t n, const uint8_t *first)
{
	uint8_t *reach = bdl_xcalloc(n + 1, 1);

	for (size_t i = 0; i < n; i++)
		reach[i] = reach_of(p, &literals[i], first);
	return reach;
}

/* --- keys --- */

/* The key is of the spelling's last word, or of its last two. */
static struct bdl_words_item item_of(
    const struct bdl_phrases *p, const struct bdl_words *w, uint32_t literal)
{
	struct bdl_view text = text_of(p, &p->plain[literal]);
	char room[8 + BDL_PHRASES_LITERAL_MAX + 8] = { 0 };
	struct bdl_view rest = bdl_view_at(room + 9, text.n - 2), word;
	uint32_t third = 0, before = 0, last = 0;
	size_t words = 0;

	memcpy(room + 8, text.p, text.n);
	while (bdl_view_cut(&rest, ' ', &word)) {
		third = before;
		before = last;
		last = bdl_words_one(word.p, word.n);
		words++;
	}
	return (struct bdl_words_item){
		.key = words > 1 ? bdl_words_two(before, last) : last,
		.last = last,
		.literal = literal,
		.before = third,
		.text = p->plain[literal].text,
		.n = p->plain[literal].n,
		.reach = w->reach[literal],
	};
}

static int by_key(const void *a, const void *b, void *context)
{
	const struct bdl_words_item *x = a, *y = b;
	const struct bdl_phrases *p = context;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	int longer = (int)p->plain[y->literal].n - (int)p->plain[x->literal].n;
	return longer != 0 ? longer : (x->literal > y->literal) - (x->literal < y->literal);
}

static void add_items(const struct bdl_phrases *p, struct bdl_words *w)
{
	w->items = bdl_xcalloc(p->h->n_plain + 1, sizeof(*w->items));
	for (size_t i = 0; i < p->h->n_plain; i++) {
		if (is_whole(p, &p->plain[i]))
			w->items[w->n_items++] = item_of(p, w, (uint32_t)i);
	}
	qsort_r(w->items, w->n_items, sizeof(*w->items), by_key, (void *)(uintptr_t)p);
}

static void add_bits(struct bdl_words *w)
{
	uint64_t n = 1024;

	w->shift = 32 - 10;
	for (; n < w->n_items * PLACES_EACH && n < 1u << 25; n *= 2)
		w->shift--;
	w->ends = bdl_xcalloc(n / 32, sizeof(*w->ends));
	w->twos = bdl_xcalloc(n / 64, sizeof(*w->twos));
	for (size_t i = 0; i < w->n_items; i++) {
		const struct bdl_words_item *item = &w->items[i];
		uint32_t end = item->last >> w->shift, two = item->key >> w->shift;
		uint64_t is = item->key == item->last ? BDL_WORDS_ALONE : BDL_WORDS_LAST;
		w->ends[end / 32] |= is << end % 32 * 2;
		w->twos[two / 64] |= 1ULL << two % 64;
	}
}

static unsigned may_of(uint8_t reach)
{
	if (reach == BDL_WORDS_WEAK)
		return BDL_WORDS_SOME_WEAK;
	return reach > 0 ? BDL_WORDS_STRONG | BDL_WORDS_BEGINS : BDL_WORDS_STRONG;
}

static void add_slots(struct bdl_words *w)
{
	struct bdl_words_slot *slot = NULL;

	for (w->n_slots = 64; w->n_slots < w->n_items * 2; w->n_slots *= 2)
		continue;
	w->slots = bdl_xcalloc(w->n_slots, sizeof(*w->slots));
	for (size_t i = 0; i < w->n_items; i++) {
		size_t at = w->items[i].key;
		if (slot == NULL || slot->key != w->items[i].key) {
			while (w->slots[at & (w->n_slots - 1)].first != 0)
				at++;
			slot = &w->slots[at & (w->n_slots - 1)];
			slot->key = w->items[i].key;
			slot->first = (uint32_t)(i + 1) & 0xfffffff;
		}
		slot->may |= may_of(w->items[i].reach) & 15;
	}
}

uint32_t bdl_words_find(const struct bdl_words *w, uint32_t key, uint8_t *may)
{
	for (size_t at = key;; at++) {
		const struct bdl_words_slot *slot = &w->slots[at & (w->n_slots - 1)];
		if (slot->first == 0)
			return (uint32_t)w->n_items;
		if (slot->key == key) {
			*may = (uint8_t)(*may | slot->may);
			return slot->first - 1;
		}
	}
}

/* --- what is looked for near what begins a combination --- */

static void add_weak(const struct bdl_phrases *p, struct bdl_words *w)
{
	size_t n = p->h->n_phrases;
	w->weak_of = bdl_xcalloc(n + 2, sizeof(*w->weak_of));
	w->weak = bdl_xcalloc(p->h->n_uses + 1, sizeof(*w->weak));

	/* Counted first, one place further on: what is filled then moves each to its place. */
	for (size_t pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < p->h->n_plain; i++) {
			const struct bdl_phrases_literal *l = &p->plain[i];
			for (uint32_t k = 0; w->reach[i] == BDL_WORDS_WEAK && k < l->n_uses; k++) {
				uint32_t phrase = p->uses[l->first + k].phrase;
				if (pass == 0)
					w->weak_of[phrase + 2]++;
				else
					w->weak[w->weak_of[phrase + 1]++] = i;
			}
		}
		for (size_t i = 2; pass == 0 && i < n + 2; i++)
			w->weak_of[i] += w->weak_of[i - 1];
	}
}

struct bdl_words *bdl_words_new(const struct bdl_phrases *p)
{
	struct bdl_words *w = bdl_xalloc(sizeof(*w));

	w->first = first_parts(p);
	w->reach = reaches(p, p->plain, p->h->n_plain, w->first);
	w->reach_disguised = reaches(p, p->disguised, p->h->n_disguised, w->first);
	add_weak(p, w);
	add_items(p, w);
	add_bits(w);
	add_slots(w);
	return w;
}

void bdl_words_free(struct bdl_words *w)
{
	if (w == NULL)
		return;
	free(w->items);
	free(w->slots);
	free(w->ends);
	free(w->twos);
	free(w->reach);
	free(w->reach_disguised);
	free(w->first);
	free(w->weak_of);
	free(w->weak);
	free(w);
}
