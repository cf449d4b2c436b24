/*
 * Spellings that words go on at: those of several words are found by what stands around their blanks, those
 * within a word by four bytes that are met seldom.
 */
#include "base/alloc.h"
#include "scan/scan_int.h"

#include <stdlib.h>

static void keep(struct bdl_walk *k, const struct bdl_weigh_find *f)
{
	k->open = bdl_xgrow(k->open, k->n_open, &k->cap_open, sizeof(*f));
	k->open[k->n_open++] = *f;
}

/* What of that key stands at this byte of the text in hand, and ends in (fed, to]. */
static void take(
    struct bdl_scan *s, const struct bdl_spans *spans, size_t spot, uint64_t key, uint64_t to)
{
	const struct bdl_phrases *p = s->scanner->p;

	for (size_t i = bdl_spans_find(spans, key);
	     i < spans->n_items && spans->items[i].key == key; i++) {
		const struct bdl_spans_item *item = &spans->items[i];
		/* It may be more than stands before that byte, where a text begins. */
		uint64_t at = s->text_at + spot - item->spot, end = at + item->n;
		/* The key of the shortest is all that they are. */
		bool is_there = item->n <= BDL_WITHIN_BYTES ||
		    (item->spot <= spot &&
			bdl_words_same(s->text_in_hand.p + spot - item->spot,
			    p->strings + item->text, item->n));
		if (!is_there || end <= s->walk.fed || end > to)
			continue;
		struct bdl_weigh_find f = { .at = at, .end = end, .literal = item->literal };
		keep(s->scanner->walk, &f);
	}
}

/* --- over a blank --- */

#define AT_ONCE 64 /* blanks */

/* Of n blanks those that something may stand around; which they are nobody can foresee. */
static size_t pick(
    const struct bdl_spans *spans, const char *p, const uint16_t *blanks, size_t n, uint16_t *ret)
{
	const struct bdl_spans table = *spans; /* read once */
	size_t picked = 0;

	for (size_t i = 0; i < n; i++) {
		ret[picked] = blanks[i];
		picked += bdl_spans_may(&table, bdl_spans_key(p + blanks[i]));
	}
	return picked;
}

static void look_at(struct bdl_scan *s, const uint16_t *blanks, size_t n, uint64_t to)
{
	const char *p = s->text_in_hand.p;
	uint16_t some[AT_ONCE];

	for (size_t i = 0; i < n; i += AT_ONCE) {
		size_t each = n - i < AT_ONCE ? n - i : AT_ONCE;
		size_t picked = pick(s->scanner->p->spans, p, blanks + i, each, some);
		for (size_t k = 0; k < picked; k++)
			take(s, s->scanner->p->spans, some[k], bdl_spans_key(p + some[k]), to);
	}
}

static void find_over(struct bdl_scan *s, uint64_t to)
{
	const struct bdl_walk *k = s->scanner->walk;
	size_t fed = (size_t)(s->walk.fed - s->text_at), end = (size_t)(to - s->text_at);
	size_t at = fed > BDL_PHRASES_LITERAL_MAX ? fed - BDL_PHRASES_LITERAL_MAX : 0;
	size_t from = 0, n = k->n;

	/* A text's first bytes have too little before them. */
	at = at > BDL_SPANS_SIDE ? at : BDL_SPANS_SIDE;
	/* Of what ends behind `fed` the blank may stand before it, by less than a spelling's length. */
	for (; at < fed; at++) {
		uint16_t blank = (uint16_t)at;
		if (s->text_in_hand.p[at] == ' ')
			look_at(s, &blank, 1, to);
	}
	/* The others end the words in hand. */
	while (from < n && k->end[from] < at)
		from++;
	while (n > from && k->end[n - 1] >= end)
		n--;
	look_at(s, k->end + from, n - from, to);
}

/* --- within a word --- */

#define BYTES_AT_ONCE 32

/*
 * The places from `at` on, and before `end`, where something may begin by three bytes, and up to 31 behind it:
 * how many. Which they are nobody can foresee, so that there are no branches.
 */
static size_t pick_places(const uint8_t *may, const char *p, size_t at, size_t end, uint16_t *ret)
{
	uint16_t classes[BYTES_AT_ONCE];
	size_t picked = 0;

	for (; at < end; at += BYTES_AT_ONCE) {
		for (size_t i = 0; i < BYTES_AT_ONCE; i++)
			classes[i] = bdl_within_class(p + at + i);
#pragma GCC unroll 8
		for (size_t i = 0; i < BYTES_AT_ONCE; i++) {
			ret[picked] = (uint16_t)(at + i);
			picked += may[classes[i]];
		}
	}
	return picked;
}

/* The same of places that are left to look at. */
static size_t pick_left(
    const uint8_t *may, const char *p, const uint16_t *places, size_t n, uint16_t *ret)
{
	size_t picked = 0;

	for (size_t i = 0; i < n; i++) {
		ret[picked] = places[i];
		picked += may[bdl_within_class(p + places[i])];
	}
	return picked;
}

/* Of n places those where something may stand by `bytes` bytes. */
static size_t pick_some(const struct bdl_spans *spots, const char *p, const uint16_t *places,
    size_t n, size_t bytes, uint16_t *ret)
{
	const struct bdl_spans table = *spots; /* read once */
	size_t picked = 0;

	for (size_t i = 0; i < n; i++) {
		ret[picked] = places[i];
		picked += bdl_spans_may(&table, bdl_within_key(p + places[i], bytes));
	}
	return picked;
}

static void find_within(struct bdl_scan *s, uint64_t to)
{
	const struct bdl_within *w = s->scanner->p->within;
	struct bdl_walk *k = s->scanner->walk;
	const char *p = s->text_in_hand.p;
	size_t fed = (size_t)(s->walk.fed - s->text_at), end = (size_t)(to - s->text_at);
	/* Of what ends behind `fed` the bytes may stand before it, by less than a spelling's length. */
	size_t at = fed > BDL_PHRASES_LITERAL_MAX ? fed - BDL_PHRASES_LITERAL_MAX : 0;
	size_t n = 0;

	if (w->sift.can) {
		n = bdl_sift_pick(&w->sift, p, at, end, k->some);
		n = pick_left(w->may, p, k->some, n, k->places);
	} else {
		n = pick_places(w->may, p, at, end, k->places);
	}

	for (size_t bytes = 1; bytes <= BDL_WITHIN_BYTES; bytes++) {
		if (!w->has[bytes])
			continue;
		size_t some = pick_some(w->spots, p, k->places, n, bytes, k->some);
		for (size_t i = 0; i < some; i++)
			take(s, w->spots, k->some[i], bdl_within_key(p + k->some[i], bytes), to);
	}
}

/* --- both --- */

static int by_end(const void *a, const void *b)
{
	const struct bdl_weigh_find *x = a, *y = b;

	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->literal > y->literal) - (x->literal < y->literal);
}

/* In which word each ends. */
static void number(struct bdl_scan *s)
{
	struct bdl_walk *k = s->scanner->walk;

	for (size_t i = 0, word = 0; i < k->n_open; i++) {
		while (word < k->n && s->text_at + k->end[word] + 1 < k->open[i].end)
			word++;
		k->open[i].word = k->first + (uint32_t)word;
	}
}

void bdl_walk_open(struct bdl_scan *s, uint64_t to)
{
	struct bdl_walk *k = s->scanner->walk;

	k->n_open = 0;
	if (to <= s->walk.fed)
		return;
	if (s->scanner->p->within != NULL)
		find_within(s, to);
	if (s->scanner->p->spans != NULL)
		find_over(s, to);
	if (k->n_open > 1)
		qsort(k->open, k->n_open, sizeof(*k->open), by_end);
	number(s);
	s->walk.fed = to;
}
