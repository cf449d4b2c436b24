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

/* Of `spot`, a byte of the text in hand, what stands there of this item. */
static bool stands_about(const struct bdl_scan *s, const struct bdl_spans_item *item, size_t spot)
{
	const char *p = s->text_in_hand.p + spot;
	uint64_t here;

	if (item->spot > spot) /* more than stands before that byte, where a text begins */
		return false;
	memcpy(&here, p - item->back, sizeof(here));
	if (((here ^ item->about) & item->mask) != 0)
		return false;
	return item->n <= sizeof(here) ||
	    bdl_words_same(p - item->spot, s->scanner->p->strings + item->text, item->n);
}

/* What of that key stands at this byte of the text in hand, and ends in (fed, to]. */
static void take(
    struct bdl_scan *s, const struct bdl_spans *spans, size_t spot, uint64_t key, uint64_t to)
{
	for (size_t i = bdl_spans_find(spans, key);
	     i < spans->n_items && spans->items[i].key == key; i++) {
		const struct bdl_spans_item *item = &spans->items[i];
		uint64_t at = s->text_at + spot - item->spot, end = at + item->n;
		/* Behind `to` nothing may be read but a little. */
		if (end > to || end <= s->walk.fed || !stands_about(s, item, spot))
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
	uint16_t some[AT_ONCE] BDL_UNSET;

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
	uint16_t classes[BYTES_AT_ONCE] BDL_UNSET;
	size_t picked = 0;

	for (; at < end; at += BYTES_AT_ONCE) {
		for (size_t i = 0; i < BYTES_AT_ONCE; i++)
			classes[i] = bdl_within_class(p + at + i);
#pragma GCC unroll 8
		for (size_t i = 0; i < BYTES_AT_ONCE; i++) {
			ret[picked] = (uint16_t)(at + i);
			picked += may[classes[i]] != 0;
		}
	}
	return picked;
}

/* Of places that are left those whose class has one of these bits. */
static size_t pick_left(const uint8_t *may, const char *p, const uint16_t *places, size_t n,
    unsigned any, uint16_t *ret)
{
	size_t picked = 0;

	for (size_t i = 0; i < n; i++) {
		ret[picked] = places[i];
		picked += (may[bdl_within_class(p + places[i])] & any) != 0;
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

/* At each of n places, by `bytes` bytes. What they need is fetched for some of them at once. */
static void take_all(
    struct bdl_scan *s, const uint16_t *places, size_t n, size_t bytes, uint64_t to)
{
	const struct bdl_spans *spots = s->scanner->p->within->spots;
	const char *p = s->text_in_hand.p;

	for (size_t i = 0; i < n; i += AT_ONCE) {
		size_t end = n - i < AT_ONCE ? n : i + AT_ONCE;
		for (size_t k = i; k < end; k++)
			bdl_spans_fetch(spots, bdl_within_key(p + places[k], bytes));
		for (size_t k = i; k < end; k++)
			take(s, spots, places[k], bdl_within_key(p + places[k], bytes), to);
	}
}

/* Of the n places that are left, by the bytes that shorter spellings have, of which there are few. */
static void find_short(struct bdl_scan *s, size_t n, uint64_t to)
{
	const struct bdl_within *w = s->scanner->p->within;
	struct bdl_walk *k = s->scanner->walk;
	const char *p = s->text_in_hand.p;

	n = pick_left(w->may, p, k->places, n, BDL_WITHIN_SHORT, k->places);
	for (size_t bytes = 1; bytes < BDL_WITHIN_BYTES; bytes++) {
		if (!w->has[bytes])
			continue;
		size_t some = pick_some(w->spots, p, k->places, n, bytes, k->some);
		take_all(s, k->some, some, bytes, to);
	}
}

static void find_within(struct bdl_scan *s, uint64_t to)
{
	const struct bdl_within *w = s->scanner->p->within;
	struct bdl_walk *k = s->scanner->walk;
	const char *p = s->text_in_hand.p;
	size_t fed = (size_t)(s->walk.fed - s->text_at), end = (size_t)(to - s->text_at);
	/* Of what ends behind `fed` the bytes may stand before it, by less than a spelling's length. */
	size_t at = fed > BDL_PHRASES_LITERAL_MAX ? fed - BDL_PHRASES_LITERAL_MAX : 0;
	size_t n = 0, some = 0;

	if (w->sift.can) {
		n = bdl_sift_pick(&w->sift, p, at, end, k->some);
		n = pick_left(w->may, p, k->some, n, UINT8_MAX, k->places);
	} else {
		n = pick_places(w->may, p, at, end, k->places);
	}

	if (w->has[BDL_WITHIN_BYTES])
		some = pick_some(w->spots, p, k->places, n, BDL_WITHIN_BYTES, k->some);
	take_all(s, k->some, some, BDL_WITHIN_BYTES, to);
	find_short(s, n, to);
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

#define FEW 128 /* finds */

/*
 * They come in a few rows that are in order already, or nearly: where they are few each is put in its
 * place. Where a page has many, it might be long on its way there.
 */
static void sort(struct bdl_weigh_find *finds, size_t n)
{
	if (n > FEW) {
		qsort(finds, n, sizeof(*finds), by_end);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		const struct bdl_weigh_find f = finds[i];
		size_t at = i;
		for (; at > 0 && by_end(&finds[at - 1], &f) > 0; at--)
			finds[at] = finds[at - 1];
		finds[at] = f;
	}
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
	sort(k->open, k->n_open);
	number(s);
	s->walk.fed = to;
}
