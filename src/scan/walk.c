#include "base/alloc.h"
#include "scan/block_int.h"
#include "scan/scan_int.h"

#define WORD_MAX 96  /* bytes; no spelling has a longer word */
#define MARGIN   128 /* bytes kept before the first word that waits, where a spelling may begin */

/* --- words --- */

/* The blanks of 64 bytes, a bit for each. */
static inline uint64_t blanks_of(const char *p)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < 64; i += BDL_BLOCK)
		bits |= (uint64_t)bdl_block_bits((bdl_block)(bdl_block_load(p + i) == ' ')) << i;
	return bits;
}

/*
 * Where words end: the blanks of the last n bytes. How many stand in 64 bytes nobody can foresee, so
 * four are put down at a time, whether they are there or not.
 */
static size_t find_ends(struct bdl_walk *k, struct bdl_view text, size_t n)
{
	size_t i = k->n;

	if (k->is_wide)
		return i + bdl_walk_ends_widely(text.p, text.n - n, text.n, k->end + i);
	for (size_t at = text.n - n; at < text.n; at += 64) {
		uint64_t blanks = blanks_of(text.p + at);
		if (text.n - at < 64)
			blanks &= (1ULL << (text.n - at)) - 1;
		while (blanks != 0) {
			for (unsigned each = 0; each < 4; each++) {
				/* Of no bits the count is not defined. */
				unsigned to = (unsigned)__builtin_ctzll(blanks | 1ULL << 63);
				k->end[i] = (uint16_t)(at + to);
				i += blanks != 0;
				blanks &= blanks - 1;
			}
		}
	}
	return i;
}

/* The words that end in the last n bytes. These two loops are what speed hangs on. */
static void number_words(struct bdl_scan *s, size_t n)
{
	const uint64_t *ends = s->scanner->p->words->ends; /* read once: flags may be anything */
	unsigned shift = s->scanner->p->words->shift;
	struct bdl_walk *k = s->scanner->walk;
	const char *p = s->text_in_hand.p;
	/* A word that begins before what is kept is too long to be looked at. */
	uint64_t word_at = s->walk.word_at, text_at = s->text_at;
	bool too_long = word_at < text_at;
	size_t from = too_long ? 0 : (size_t)(word_at - text_at),
	       end = find_ends(k, s->text_in_hand, n);

	k->before = s->walk.last;
	for (size_t i = k->n; i < end; i++) {
		size_t length = k->end[i] - from;
		bool no_word = too_long || length > WORD_MAX;
		uint32_t one = bdl_words_one(p + from, length) & (uint32_t)(no_word - 1);
		k->one[i] = one;
		k->flags[i] = (uint8_t)bdl_words_ends(ends, shift, one);
		from = (size_t)k->end[i] + 1;
		too_long = false;
	}
	s->walk.words += (uint32_t)(end - k->n);
	if (end > 0)
		s->walk.last = k->one[end - 1];
	if (!too_long)
		s->walk.word_at = text_at + from;
	k->n = end;
}

/* The next word from `i` on with one of these bits of flags; else `n`. */
static size_t next_flagged(const struct bdl_walk *k, size_t i, size_t n, uint8_t any)
{
	for (; i < n; i += 8) {
		uint64_t eight;
		memcpy(&eight, k->flags + i, sizeof(eight));
		eight &= 0x0101010101010101u * any;
		if (eight != 0) {
			i += (size_t)__builtin_ctzll(eight) / 8;
			return i < n ? i : n;
		}
	}
	return n;
}

/* Of the new words that passed the table of bits: what does end with them. */
static void settle_words(struct bdl_scan *s)
{
	const struct bdl_words *w = s->scanner->p->words;
	struct bdl_walk *k = s->scanner->walk;
	uint32_t none = (uint32_t)w->n_items;

	for (size_t i = k->n_new; (i = next_flagged(k, i, k->n, 3)) < k->n; i++) {
		unsigned ends = k->flags[i];
		uint32_t one = k->one[i], before = i > k->n_new ? k->one[i - 1] : k->before;
		uint32_t two = bdl_words_two(before, one);
		bool looked_for = (ends & BDL_WORDS_LAST) != 0 && bdl_words_may(w, two);
		k->flags[i] = 0;
		k->items[i][0] = looked_for ? bdl_words_find(w, two, &k->flags[i]) : none;
		k->items[i][1] =
		    ends & BDL_WORDS_ALONE ? bdl_words_find(w, one, &k->flags[i]) : none;
	}
}

/* --- spellings --- */

static bool stands_at(const struct bdl_scan *s, const struct bdl_words_item *item, size_t i)
{
	const struct bdl_walk *k = s->scanner->walk;
	size_t end = (size_t)k->end[i] + 1;

	/* Most that end alike differ in the word before, which is there to compare. */
	if (item->before != 0 && i >= 2 && item->before != k->one[i - 2])
		return false;
	return item->n <= end &&
	    bdl_words_same(
		s->text_in_hand.p + end - item->n, s->scanner->p->strings + item->text, item->n);
}

/* The items from the first of a key on, to the last. */
static inline bool goes_on(const struct bdl_words *w, uint32_t item, uint32_t first)
{
	return item < w->n_items && w->items[item].key == w->items[first].key;
}

static void mark_item(struct bdl_scan *s, size_t i, uint32_t first)
{
	const struct bdl_words *w = s->scanner->p->words;

	for (uint32_t k = first; goes_on(w, k, first); k++) {
		const struct bdl_words_item *item = &w->items[k];
		if (item->reach > 0 && item->reach != BDL_WORDS_WEAK && stands_at(s, item, i))
			bdl_walk_near(
			    s, s->scanner->walk->first + (uint32_t)i, item->literal, false);
	}
}

static void widen(struct bdl_walk *k, uint32_t literal, uint32_t from, uint32_t to)
{
	struct bdl_walk_span *span = &k->spans[literal];

	if (span->turn != k->turn) {
		*span = (struct bdl_walk_span){ k->turn, from, to };
		return;
	}
	span->from = span->from < from ? span->from : from;
	span->to = span->to > to ? span->to : to;
}

/* Each part of what this spelling begins is looked for within the combination's distance. */
static void widen_all(struct bdl_scan *s, uint32_t word, uint32_t literal, bool disguised)
{
	const struct bdl_phrases *p = s->scanner->p;
	const struct bdl_words *w = p->words;
	const struct bdl_phrases_literal *l = &(disguised ? p->disguised : p->plain)[literal];

	for (uint32_t i = 0; i < l->n_uses; i++) {
		const struct bdl_phrases_use *u = &p->uses[l->first + i];
		uint32_t within = p->phrases[u->phrase].within;
		if (w->first[u->phrase] != u->part)
			continue;
		uint32_t from = word > within ? word - within : 0;
		for (uint32_t k = w->weak_of[u->phrase]; k < w->weak_of[u->phrase + 1]; k++)
			widen(s->scanner->walk, w->weak[k], from, word + within);
	}
}

static bool is_near(const struct bdl_scan *s, uint32_t literal, uint32_t word)
{
	const struct bdl_walk *k = s->scanner->walk;
	const struct bdl_walk_span *span = &k->spans[literal];

	return word <= s->walk.all_to ||
	    (span->turn == k->turn && word >= span->from && word <= span->to);
}

void bdl_walk_near(struct bdl_scan *s, uint32_t word, uint32_t literal, bool disguised)
{
	const struct bdl_words *w = s->scanner->p->words;
	struct bdl_walk_state *state = &s->walk;
	uint8_t reach = (disguised ? w->reach_disguised : w->reach)[literal];
	size_t at = state->n_begun % BDL_WALK_BEGUN;

	if (reach == 0 || reach == BDL_WORDS_WEAK)
		return;
	if (state->n_begun >= BDL_WALK_BEGUN &&
	    state->begun[at].word + BDL_WORDS_NEAR > state->all_to)
		state->all_to = state->begun[at].word + BDL_WORDS_NEAR;
	state->begun[at].word = word;
	state->begun[at].literal = literal;
	state->begun[at].disguised = disguised;
	state->n_begun++;
	widen_all(s, word, literal, disguised);
}

/* What began lately reaches into this chunk as well. */
static void widen_again(struct bdl_scan *s)
{
	struct bdl_walk_state *state = &s->walk;
	size_t n = state->n_begun < BDL_WALK_BEGUN ? state->n_begun : BDL_WALK_BEGUN;

	s->scanner->walk->turn++;
	for (size_t i = 0; i < n; i++)
		if (state->begun[i].word + BDL_WORDS_NEAR >= s->scanner->walk->first)
			widen_all(s, state->begun[i].word, state->begun[i].literal,
			    state->begun[i].disguised);
}

static void take_tail(struct bdl_scan *s)
{
	struct bdl_walk *k = s->scanner->walk;

	k->n = s->walk.n_tail;
	k->first = s->walk.words - (uint32_t)k->n;
	for (size_t i = 0; i < k->n; i++) {
		k->one[i] = s->walk.tail[i].one;
		memcpy(k->items[i], s->walk.tail[i].items, sizeof(k->items[i]));
		k->flags[i] = s->walk.tail[i].flags;
	}
}

void bdl_walk_begin(struct bdl_scan *s, size_t n)
{
	struct bdl_walk *k = s->scanner->walk;

	take_tail(s);
	widen_again(s);
	k->n_new = k->n;
	for (size_t i = 0; i < k->n; i++)
		k->end[i] = (uint16_t)(s->text_in_hand.n - n - s->walk.tail[i].before);
	if (n > 0)
		number_words(s, n);
	memset(k->flags + k->n, 0, 8);
	settle_words(s);
	for (size_t i = k->n_new; (i = next_flagged(k, i, k->n, BDL_WORDS_BEGINS)) < k->n; i++) {
		mark_item(s, i, k->items[i][0]);
		mark_item(s, i, k->items[i][1]);
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

static void hand_on_item(struct bdl_scan *s, size_t i, uint32_t first)
{
	const struct bdl_words *w = s->scanner->p->words;
	const struct bdl_walk *walk = s->scanner->walk;

	for (uint32_t k = first; goes_on(w, k, first); k++) {
		const struct bdl_words_item *item = &w->items[k];
		struct bdl_weigh_find f = {
			.literal = item->literal,
			.word = walk->first + (uint32_t)i,
		};
		if (item->reach == BDL_WORDS_WEAK && !is_near(s, f.literal, f.word))
			continue;
		if (!stands_at(s, item, i))
			continue;
		f.end = s->text_at + walk->end[i] + 1;
		f.at = f.end - item->n;
		hand_on(s, &f);
	}
}

void bdl_walk_odd(struct bdl_scan *s, const struct bdl_weigh_find *f)
{
	struct bdl_walk_state *w = &s->walk;

	if (w->n_odd == BDL_WALK_ODD) {
		hand_on(s, &w->odd[0]);
		memmove(w->odd, w->odd + 1, --w->n_odd * sizeof(*w->odd));
	}
	size_t at = w->n_odd++;
	for (; at > 0 && w->odd[at - 1].end > f->end; at--)
		w->odd[at] = w->odd[at - 1];
	w->odd[at] = *f;
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

	const uint8_t any = BDL_WORDS_STRONG | BDL_WORDS_SOME_WEAK;
	for (size_t i = 0; (i = next_flagged(k, i, n, any)) < n; i++) {
		hand_on_others(s, s->text_at + k->end[i] + 1, &open, &odd);
		hand_on_item(s, i, k->items[i][0]);
		if (k->items[i][1] != k->items[i][0])
			hand_on_item(s, i, k->items[i][1]);
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
	uint64_t end = s->text_at + s->text_in_hand.n;
	/* Where none waits all there is was looked at, however long the word is that has not ended. */
	uint64_t to = n == k->n ? end : n > 0 ? s->text_at + k->end[n - 1] + 1 : s->walk.fed;

	/* Of a long word that waits the beginning is not kept; nothing ends there but within it. */
	if (to + BDL_FOLD_KEPT - MARGIN < end)
		to = end - (BDL_FOLD_KEPT - MARGIN);
	bdl_walk_open(s, to);
	hand_on_words(s, n, to);
	bdl_weigh_settle(&s->weigh, to);
	s->walk.n_tail = k->n - n;
	for (size_t i = n; i < k->n; i++) {
		s->walk.tail[i - n].one = k->one[i];
		memcpy(s->walk.tail[i - n].items, k->items[i], sizeof(k->items[i]));
		s->walk.tail[i - n].before = (uint16_t)(s->text_in_hand.n - k->end[i]);
		s->walk.tail[i - n].flags = k->flags[i];
	}
}
