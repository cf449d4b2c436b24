#include "base/alloc.h"
#include "scan/scan_int.h"

#define WORD_MAX 96  /* bytes; no spelling has a longer word */
#define MARGIN   128 /* bytes kept before the first word that waits, where a spelling may begin */

/* --- words --- */

/* 0x80 in each byte that is a blank. */
static inline uint64_t blanks_of(const char *p)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fu;
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	x ^= 0x2020202020202020u;
	return ~(((x & low) + low) | x | low);
}

static inline uint8_t may_end(const struct bdl_words *w, uint32_t one, uint32_t two)
{
	return (uint8_t)(bdl_words_may(w, one) | bdl_words_may(w, two));
}

/* The words that end at blanks of the last n bytes. This loop is what speed hangs on. */
static void number_words(struct bdl_scan *s, size_t n)
{
	const struct bdl_words *w = s->scanner->p->words;
	struct bdl_walk *k = s->scanner->walk;
	const char *p = s->text_in_hand.p;
	size_t end = s->text_in_hand.n, i = k->n;
	/* A word that begins before what is kept is too long to be looked at. */
	uint64_t word_at = s->walk.word_at, text_at = s->text_at;
	size_t from = word_at >= text_at ? (size_t)(word_at - text_at) : 0;
	bool too_long = word_at < text_at;
	uint32_t last = s->walk.last;

	for (size_t at = end - n; at < end; at += 8) {
		uint64_t blanks = blanks_of(p + at);
		if (end - at < 8)
			blanks &= (1ULL << 8 * (end - at)) - 1;
		for (; blanks != 0; blanks &= blanks - 1) {
			size_t to = at + (size_t)__builtin_ctzll(blanks) / 8;
			bool no_word = too_long || to - from > WORD_MAX;
			uint32_t one = no_word ? 0 : bdl_words_one(p + from, to - from);
			uint32_t two = bdl_words_two(last, one);
			k->one[i] = one;
			k->two[i] = two;
			k->end[i] = (uint16_t)to;
			k->flags[i++] = may_end(w, one, two);
			last = one;
			from = to + 1;
			too_long = false;
		}
	}
	s->walk.words += (uint32_t)(i - k->n);
	s->walk.last = last;
	if (!too_long)
		s->walk.word_at = text_at + from;
	k->n = i;
}

/* The next word from `i` on with one of these bits of flags, in each of eight bytes; else `n`. */
static size_t next_flagged(const struct bdl_walk *k, size_t i, size_t n, uint8_t any)
{
	const uint64_t ones = 0x0101010101010101u;

	for (; i < n; i += 8) {
		uint64_t eight;
		memcpy(&eight, k->flags + i, sizeof(eight));
		/* A weak spelling counts where the word is near: 4 and 2 make 1. */
		eight = (eight | (eight >> 1 & eight >> 2 & ones)) & ones * any;
		if (eight != 0) {
			i += (size_t)__builtin_ctzll(eight) / 8;
			return i < n ? i : n;
		}
	}
	return n;
}

/* --- spellings --- */

static bool stands_at(const struct bdl_scan *s, const struct bdl_words_item *item, size_t i)
{
	const struct bdl_walk *k = s->scanner->walk;
	const struct bdl_phrases_literal *l = &s->scanner->p->plain[item->literal];
	size_t end = (size_t)k->end[i] + 1;

	/* Most that end alike differ in the word before, which is there to compare. */
	if (item->before != 0 && i >= 2 && item->before != k->one[i - 2])
		return false;
	return l->n <= end &&
	    memcmp(s->text_in_hand.p + end - l->n, s->scanner->p->strings + l->text, l->n) == 0;
}

static void mark_key(struct bdl_scan *s, size_t i, uint32_t key)
{
	const struct bdl_phrases *p = s->scanner->p;
	const struct bdl_words *w = p->words;

	if ((bdl_words_may(w, key) & BDL_WORDS_BEGINS) == 0)
		return;
	for (size_t k = bdl_words_find(w, key); k < w->n_items && w->items[k].key == key; k++) {
		uint32_t literal = w->items[k].literal;
		uint8_t reach = w->reach[literal];
		if (reach > 0 && reach != BDL_WORDS_WEAK && stands_at(s, &w->items[k], i))
			bdl_walk_near(s, s->scanner->walk->first + (uint32_t)i, reach);
	}
}

void bdl_walk_near(struct bdl_scan *s, uint32_t word, uint8_t reach)
{
	struct bdl_walk *k = s->scanner->walk;
	uint32_t from = word > reach ? word - reach : 0, to = word + reach;
	size_t i = from > k->first ? from - k->first : 0;

	for (; i < k->n && k->first + i <= to; i++)
		k->flags[i] |= BDL_WALK_NEAR;
	if (to > s->walk.near_to)
		s->walk.near_to = to;
}

static void take_tail(struct bdl_scan *s)
{
	struct bdl_walk *k = s->scanner->walk;

	k->n = s->walk.n_tail;
	k->first = s->walk.words - (uint32_t)k->n;
	for (size_t i = 0; i < k->n; i++) {
		k->one[i] = s->walk.tail[i].one;
		k->two[i] = s->walk.tail[i].two;
		k->flags[i] = s->walk.tail[i].flags;
	}
}

void bdl_walk_begin(struct bdl_scan *s, size_t n)
{
	struct bdl_walk *k = s->scanner->walk;

	take_tail(s);
	k->n_new = k->n;
	for (size_t i = 0; i < k->n; i++)
		k->end[i] = (uint16_t)(s->text_in_hand.n - n - s->walk.tail[i].before);
	if (n > 0)
		number_words(s, n);
	memset(k->flags + k->n, 0, 8);
	for (size_t i = k->n_new; i < k->n && k->first + i <= s->walk.near_to; i++)
		k->flags[i] |= BDL_WALK_NEAR;
	for (size_t i = k->n_new; (i = next_flagged(k, i, k->n, BDL_WORDS_BEGINS)) < k->n; i++) {
		mark_key(s, i, k->two[i]);
		mark_key(s, i, k->one[i]);
	}
}

/* --- finds --- */

static void hand_on(struct bdl_scan *s, const struct bdl_weigh_find *f)
{
	struct bdl_view line = { 0 };

	if (s->lines != NULL)
		line = bdl_scan_around(
		    s->text_in_hand, (size_t)(f->at - s->text_at), (size_t)(f->end - f->at));
	bdl_weigh_add(&s->weigh, f, line);
}

static void hand_on_key(struct bdl_scan *s, size_t i, uint32_t key)
{
	const struct bdl_phrases *p = s->scanner->p;
	const struct bdl_words *w = p->words;
	const struct bdl_walk *walk = s->scanner->walk;
	bool near = (walk->flags[i] & BDL_WALK_NEAR) != 0;
	unsigned counts = near ? BDL_WORDS_STRONG | BDL_WORDS_SOME_WEAK : BDL_WORDS_STRONG;

	if ((bdl_words_may(w, key) & counts) == 0)
		return;
	for (size_t k = bdl_words_find(w, key); k < w->n_items && w->items[k].key == key; k++) {
		const struct bdl_phrases_literal *l = &p->plain[w->items[k].literal];
		if (w->reach[w->items[k].literal] == BDL_WORDS_WEAK && !near)
			continue;
		if (!stands_at(s, &w->items[k], i))
			continue;
		struct bdl_weigh_find f = {
			.literal = w->items[k].literal,
			.word = walk->first + (uint32_t)i,
		};
		f.end = s->text_at + walk->end[i] + 1;
		f.at = f.end - l->n;
		hand_on(s, &f);
	}
}

static int on_open(
    unsigned id, unsigned long long unused, unsigned long long end, unsigned flags, void *context)
{
	struct bdl_scan *s = context;
	struct bdl_walk *k = s->scanner->walk;
	struct bdl_weigh_find f = { .end = end, .literal = id };

	(void)unused;
	(void)flags;
	f.at = end - s->scanner->p->plain[id].n;
	k->open = bdl_xgrow(k->open, k->n_open, &k->cap_open, sizeof(f));
	k->open[k->n_open++] = f;
	return 0;
}

static void find_open(struct bdl_scan *s, uint64_t to)
{
	s->scanner->walk->n_open = 0;
	if (s->stream != NULL &&
	    to > s->walk.fed) /* nothing stops it, and it cannot fail otherwise */
		(void)hs_scan_stream(s->stream, s->text_in_hand.p + (s->walk.fed - s->text_at),
		    (unsigned)(to - s->walk.fed), 0, s->scanner->scratch, on_open, s);
	s->walk.fed = to;
}

/* libhs says where its finds end; here is in which word. */
static void number_open(struct bdl_scan *s)
{
	struct bdl_walk *k = s->scanner->walk;

	for (size_t i = 0, word = 0; i < k->n_open; i++) {
		while (s->text_at + k->end[word] + 1 < k->open[i].end)
			word++;
		k->open[i].word = k->first + (uint32_t)word;
	}
}

void bdl_walk_odd(struct bdl_scan *s, const struct bdl_weigh_find *f)
{
	struct bdl_walk_state *w = &s->walk;

	if (w->n_odd == BDL_WALK_ODD) {
		hand_on(s, &w->odd[0]);
		memmove(w->odd, w->odd + 1, --w->n_odd * sizeof(*w->odd));
	}
	w->odd[w->n_odd++] = *f;
}

/* What ends before `end` and was found without the tables, in order. */
static void hand_on_others(struct bdl_scan *s, uint64_t end, size_t *open, size_t *odd)
{
	const struct bdl_walk *k = s->scanner->walk;

	for (;;) {
		const struct bdl_weigh_find *a = *open < k->n_open ? &k->open[*open] : NULL;
		const struct bdl_weigh_find *b = *odd < s->walk.n_odd ? &s->walk.odd[*odd] : NULL;
		bool take_a = a != NULL && a->end < end && (b == NULL || a->end <= b->end + 1);
		/* The blank behind a disguised word is not counted to it. */
		bool take_b = !take_a && b != NULL && b->end + 1 < end;
		if (!take_a && !take_b)
			return;
		hand_on(s, take_a ? a : b);
		*open += take_a;
		*odd += take_b;
	}
}

/* The words before `n`, which end before `to`: what ends with each. */
static void hand_on_words(struct bdl_scan *s, size_t n, uint64_t to)
{
	struct bdl_walk *k = s->scanner->walk;
	size_t open = 0, odd = 0;

	number_open(s);
	for (size_t i = 0; (i = next_flagged(k, i, n, BDL_WORDS_STRONG)) < n; i++) {
		hand_on_others(s, s->text_at + k->end[i] + 1, &open, &odd);
		hand_on_key(s, i, k->two[i]);
		if (k->one[i] != k->two[i])
			hand_on_key(s, i, k->one[i]);
	}
	hand_on_others(s, to + 1, &open, &odd);
	s->walk.n_odd -= odd;
	memmove(s->walk.odd, s->walk.odd + odd, s->walk.n_odd * sizeof(*s->walk.odd));
}

/* How many words need not wait: nothing that is still to come, or looked for, is near them. */
static size_t how_many(const struct bdl_scan *s)
{
	const struct bdl_walk *k = s->scanner->walk;
	size_t n = k->n;

	while (n > 0 && s->text_at + k->end[n - 1] >= s->odd_from)
		n--;
	n = n > BDL_WORDS_NEAR ? n - BDL_WORDS_NEAR : 0;
	while (n < k->n &&
	    (k->n - n > BDL_WALK_TAIL || s->text_in_hand.n - k->end[n] > BDL_FOLD_KEPT - MARGIN))
		n++;
	return n;
}

void bdl_walk_end(struct bdl_scan *s, bool all)
{
	struct bdl_walk *k = s->scanner->walk;
	size_t n = all ? k->n : how_many(s);

	if (n > 0) {
		uint64_t to = s->text_at + k->end[n - 1] + 1;
		find_open(s, to);
		hand_on_words(s, n, to);
		bdl_weigh_settle(&s->weigh, to);
	}
	if (n == k->n) /* none waits, however long the word is that has not ended */
		bdl_weigh_settle(&s->weigh, s->text_at + s->text_in_hand.n);
	s->walk.n_tail = k->n - n;
	for (size_t i = n; i < k->n; i++) {
		s->walk.tail[i - n].one = k->one[i];
		s->walk.tail[i - n].two = k->two[i];
		s->walk.tail[i - n].before = (uint16_t)(s->text_in_hand.n - k->end[i]);
		s->walk.tail[i - n].flags = k->flags[i];
	}
}
