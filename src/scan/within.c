/* The table of spellings within words, made when phrases are opened. */
#include "base/alloc.h"
#include "scan/phrases_int.h"
#include "scan/within_int.h"

#include <float.h>
#include <stdlib.h>

struct making {
	const struct bdl_phrases *p;
	struct bdl_within *w;
	struct bdl_words_met met;
	struct bdl_spans_item *items;
	size_t n_items;
};

static bool takes(const struct bdl_phrases *p, const struct bdl_phrases_literal *l)
{
	const char *text = p->strings + l->text;

	return !bdl_words_whole(text, l->n) && !bdl_spans_takes(text, l->n);
}

/* Every class that the bytes may have, of which n are known. */
static void mark(struct bdl_within *w, const char *p, size_t n)
{
	unsigned known = n < 3 ? n == 2 ? 0x3ff : 0x1f : BDL_WITHIN_CLASSES - 1;
	char three[3] = { 0 };

	memcpy(three, p, n < 3 ? n : 3);
	unsigned class_ = bdl_within_class(three) & known;
	for (unsigned rest = 0; rest < BDL_WITHIN_CLASSES; rest += known + 1) {
		w->may[class_ | rest] |= n < BDL_WITHIN_BYTES ? BDL_WITHIN_SHORT : BDL_WITHIN_FOUR;
		for (unsigned fourth = 0; fourth < 32; fourth++)
			if (n < BDL_WITHIN_BYTES || fourth == ((unsigned char)p[3] & 31u))
				bdl_sift_mark(&w->sift, class_ | rest, fourth);
	}
}

/* How often three letters are met, about, by how often the pairs are. */
static double often(const struct bdl_words_met *met, const char *p)
{
	unsigned a = p[0] & 31, b = p[1] & 31, c = p[2] & 31;

	return met->pairs[a][b] * met->pairs[b][c] / met->ones[b];
}

/* Where it is looked for: where others are already, else where what stands there is rarest. */
static size_t spot_of(const struct making *m, struct bdl_view text)
{
	bool is_shared = false;
	double least = DBL_MAX;
	size_t best = 0;

	for (size_t i = 0; i + BDL_WITHIN_BYTES <= text.n; i++) {
		double cost = often(&m->met, text.p + i);
		bool shares = m->w->may[bdl_within_class(text.p + i)] != 0;
		if (shares < is_shared || (shares == is_shared && cost >= least))
			continue;
		is_shared = shares;
		least = cost;
		best = i;
	}
	return best;
}

static void add_item(struct making *m, uint32_t literal)
{
	const struct bdl_phrases_literal *l = &m->p->plain[literal];
	struct bdl_view text = bdl_view_at(m->p->strings + l->text, l->n);
	size_t n = text.n < BDL_WITHIN_BYTES ? text.n : BDL_WITHIN_BYTES;
	size_t spot = spot_of(m, text);
	char bytes[BDL_WITHIN_BYTES] = { 0 };

	memcpy(bytes, text.p + spot, n);
	mark(m->w, bytes, n);
	m->w->has[n] = true;
	m->items[m->n_items++] = (struct bdl_spans_item){
		.key = bdl_within_key(bytes, n),
		.literal = literal,
		.text = l->text,
		.n = l->n,
		.spot = (uint16_t)spot,
	};
}

/* The shortest first: they have the least to choose from, and the others share what they need. */
static void add_items(struct making *m)
{
	for (size_t n = 1; n <= BDL_PHRASES_LITERAL_MAX; n++)
		for (uint32_t i = 0; i < m->p->h->n_plain; i++)
			if (m->p->plain[i].n == n && takes(m->p, &m->p->plain[i]))
				add_item(m, i);
}

struct bdl_within *bdl_within_new(const struct bdl_phrases *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->h->n_plain; i++)
		n += takes(p, &p->plain[i]);
	if (n == 0)
		return NULL;
	struct making m = { .p = p, .w = bdl_xalloc(sizeof(*m.w)) };
	bdl_words_count_met(&m.met);
	bdl_sift_begin(&m.w->sift, m.met.ones);
	m.items = bdl_xcalloc(n, sizeof(*m.items));
	add_items(&m);
	m.w->spots = bdl_spans_make(m.items, m.n_items, p->strings);
	return m.w;
}

void bdl_within_free(struct bdl_within *w)
{
	if (w == NULL)
		return;
	bdl_spans_free(w->spots);
	free(w);
}
