/* The table of spellings of several words that go on at their ends, made when phrases are opened. */
#include "base/alloc.h"
#include "scan/phrases_int.h"
#include "scan/spans_int.h"

#include <limits.h>
#include <stdlib.h>

#define PLACES_EACH 32 /* bits for each key: a wrong pass costs more than a larger table */

static bool is_inner(const char *text, size_t n, size_t at)
{
	return text[at] == ' ' && at >= BDL_SPANS_SIDE && n - at > BDL_SPANS_SIDE;
}

bool bdl_spans_takes(const char *text, size_t n)
{
	if (bdl_words_whole(text, n))
		return false;
	for (size_t at = 0; at < n; at++)
		if (is_inner(text, n, at))
			return true;
	return false;
}

/* How often the two words around a blank are met; of one that the spelling cuts what there is of it. */
static unsigned cost_at(const char *text, size_t n, size_t at)
{
	size_t from = at, end = at + 1;

	while (from > 0 && text[from - 1] != ' ')
		from--;
	while (end < n && text[end] != ' ')
		end++;
	return bdl_words_everyday(bdl_view_at(text + from, end - from));
}

/* The blank that is looked for: the one between the rarest words. */
static size_t blank_of(const char *text, size_t n)
{
	size_t best = 0;
	unsigned least = UINT_MAX;

	for (size_t at = 0; at < n; at++) {
		if (!is_inner(text, n, at))
			continue;
		unsigned cost = cost_at(text, n, at);
		best = cost < least ? at : best;
		least = cost < least ? cost : least;
	}
	return best;
}

static struct bdl_spans_item item_of(const struct bdl_phrases *p, uint32_t literal)
{
	const struct bdl_phrases_literal *l = &p->plain[literal];
	size_t blank = blank_of(p->strings + l->text, l->n);
	char room[BDL_PHRASES_LITERAL_MAX + 8] = {
		0
	}; /* the key takes a byte more than it needs */

	memcpy(room, p->strings + l->text, l->n);
	return (struct bdl_spans_item){
		.key = bdl_spans_key(room + blank),
		.literal = literal,
		.text = l->text,
		.n = l->n,
		.spot = (uint16_t)blank,
	};
}

static int by_key(const void *a, const void *b)
{
	const struct bdl_spans_item *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->literal > y->literal) - (x->literal < y->literal);
}

static void add_bits(struct bdl_spans *s)
{
	uint64_t n = 1024;

	s->shift = 32 - 10;
	for (; n < s->n_items * PLACES_EACH && n < 1u << 25; n *= 2)
		s->shift--;
	s->bits = bdl_xcalloc(n / 64, sizeof(*s->bits));
	for (size_t i = 0; i < s->n_items; i++) {
		uint32_t at = bdl_spans_number(s->items[i].key) >> s->shift;
		s->bits[at / 64] |= 1ULL << at % 64;
	}
}

static void add_slots(struct bdl_spans *s)
{
	for (s->n_slots = 64; s->n_slots < s->n_items * 4; s->n_slots *= 2)
		continue;
	s->slots = bdl_xcalloc(s->n_slots, sizeof(*s->slots));
	for (size_t i = 0; i < s->n_items; i++) {
		if (i > 0 && s->items[i].key == s->items[i - 1].key)
			continue;
		size_t at = bdl_spans_number(s->items[i].key);
		while (s->slots[at & (s->n_slots - 1)] != 0)
			at++;
		s->slots[at & (s->n_slots - 1)] = (uint32_t)i + 1;
	}
}

size_t bdl_spans_find(const struct bdl_spans *s, uint64_t key)
{
	for (size_t at = bdl_spans_number(key);; at++) {
		uint32_t slot = s->slots[at & (s->n_slots - 1)];
		if (slot == 0)
			return s->n_items;
		if (s->items[slot - 1].key == key)
			return slot - 1;
	}
}

/* Of a spelling of eight bytes or less these are all. */
static void add_about(struct bdl_spans_item *item, const char *strings)
{
	size_t before = item->spot, behind = (size_t)item->n - item->spot;
	size_t room = behind < sizeof(item->about) ? sizeof(item->about) - behind : 0;
	size_t back = before < room ? before : room;
	size_t n = back + behind < sizeof(item->about) ? back + behind : sizeof(item->about);
	char mask[sizeof(item->mask)] = { 0 };

	memset(mask, 0xff, n);
	memcpy(&item->mask, mask, sizeof(mask));
	memcpy(&item->about, strings + item->text + before - back, n);
	item->back = (uint16_t)back;
}

struct bdl_spans *bdl_spans_make(struct bdl_spans_item *items, size_t n, const char *strings)
{
	struct bdl_spans *s = bdl_xalloc(sizeof(*s));

	for (size_t i = 0; i < n; i++)
		add_about(&items[i], strings);

	s->items = items;
	s->n_items = n;
	qsort(s->items, s->n_items, sizeof(*s->items), by_key);
	add_bits(s);
	add_slots(s);
	return s;
}

struct bdl_spans *bdl_spans_new(const struct bdl_phrases *p)
{
	size_t n = 0, made = 0;

	for (size_t i = 0; i < p->h->n_plain; i++)
		n += bdl_spans_takes(p->strings + p->plain[i].text, p->plain[i].n);
	if (n == 0)
		return NULL;
	struct bdl_spans_item *items = bdl_xcalloc(n, sizeof(*items));
	for (uint32_t i = 0; i < p->h->n_plain; i++)
		if (bdl_spans_takes(p->strings + p->plain[i].text, p->plain[i].n))
			items[made++] = item_of(p, i);
	return bdl_spans_make(items, made, p->strings);
}

void bdl_spans_free(struct bdl_spans *s)
{
	if (s == NULL)
		return;
	free(s->items);
	free(s->slots);
	free(s->bits);
	free(s);
}
