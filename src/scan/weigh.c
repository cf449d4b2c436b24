#include "scan/weigh_int.h"

#define LONG_FROM   500 /* words; the scores of longer texts are scaled */
#define CONTEXT_MAX 150 /* what a context takes away at most */
#define EXCUSES_MAX (BDL_SCAN_HITS_MAX / 2)
#define SHARED_MAX  (BDL_SCAN_HITS_MAX / 2) /* the other half is shared out to the classes */

void bdl_weigh_begin(
    struct bdl_weigh *w, const struct bdl_phrases *p, struct bdl_weigh_lines *lines)
{
	w->p = p;
	w->rings[0].first = w->rings[0].n = 0;
	w->rings[1].first = w->rings[1].n = 0;
	w->n_hits = w->n_excuses = w->n_shared = 0;
	memset(w->n_own, 0, sizeof(w->n_own));
	w->more_hits = false;
	w->lines = lines;
	memset(w->index, 0, sizeof(w->index));
	for (size_t i = 0; i < BDL_WEIGH_COMBINED; i++)
		w->parts[i].phrase = BDL_WEIGH_NONE;
}

static const struct bdl_phrases_literal *literal_of(
    const struct bdl_weigh *w, uint32_t literal, bool disguised)
{
	return &(disguised ? w->p->disguised : w->p->plain)[literal];
}

/* --- hits --- */

/* Whether it only takes away: a page may be full of such words, and they leave room for the others. */
static bool excuses(const struct bdl_weigh *w, uint32_t phrase)
{
	const struct bdl_phrases_phrase *p = &w->p->phrases[phrase];

	return p->weight <= 0 || w->p->classes[p->class_].kind != BDL_PHRASES_CLASS;
}

/* Room of its own for each class: no page is so full of one that nothing of another counts. */
static bool is_full(struct bdl_weigh *w, uint32_t phrase)
{
	bool excusing = excuses(w, phrase);
	uint16_t *own = &w->n_own[w->p->phrases[phrase].class_];
	bool has_own = *own < (BDL_SCAN_HITS_MAX - SHARED_MAX) / w->p->h->n_classes;

	if ((!has_own && w->n_shared == SHARED_MAX) || (excusing && w->n_excuses == EXCUSES_MAX))
		return true;
	w->n_excuses += excusing;
	*own += has_own;
	w->n_shared += !has_own;
	return false;
}

/* The phrase's hit, made where it is new; NULL where there are too many. */
static struct bdl_weigh_hit *hit_of(struct bdl_weigh *w, uint32_t phrase)
{
	size_t at = phrase * 2654435761u >> 7;

	for (;; at++) {
		uint16_t *slot = &w->index[at % BDL_WEIGH_INDEX];
		if (*slot != 0 && w->hits[*slot - 1].phrase == phrase)
			return &w->hits[*slot - 1];
		if (*slot != 0)
			continue;
		if (is_full(w, phrase)) {
			w->more_hits = true;
			return NULL;
		}
		struct bdl_weigh_hit *h = &w->hits[w->n_hits++];
		*slot = (uint16_t)w->n_hits;
		*h = (struct bdl_weigh_hit){ .phrase = phrase, .by = BDL_WEIGH_NONE };
		return h;
	}
}

static struct bdl_weigh_hit *met(
    struct bdl_weigh *w, uint32_t phrase, const struct bdl_weigh_find *f, struct bdl_view around)
{
	struct bdl_weigh_hit *h = hit_of(w, phrase);

	if (h == NULL || h->times > 0 || h->covered > 0)
		return h;
	h->literal = f->literal;
	h->disguised = f->disguised;
	h->word = f->word;
	if (w->lines != NULL && around.n > 0) {
		h->around = (uint8_t)around.n;
		memcpy(w->lines->hits[h - w->hits], around.p, around.n);
	}
	return h;
}

static void count(uint16_t *n)
{
	if (*n < UINT16_MAX)
		(*n)++;
}

/* --- combinations --- */

static struct bdl_weigh_parts *parts_of(struct bdl_weigh *w, uint32_t phrase)
{
	size_t at = phrase * 2654435761u >> 9;
	struct bdl_weigh_parts *ways =
	    &w->parts[at % (BDL_WEIGH_COMBINED / BDL_WEIGH_WAYS) * BDL_WEIGH_WAYS];

	for (size_t i = 0; i < BDL_WEIGH_WAYS; i++)
		if (ways[i].phrase == phrase)
			return &ways[i];
	/* The last came first. */
	memmove(ways + 1, ways, (BDL_WEIGH_WAYS - 1) * sizeof(*ways));
	ways[0] = (struct bdl_weigh_parts){ .phrase = phrase };
	return ways;
}

/* One word is not two parts of a combination, even where it may be either. */
static bool is_taken(const struct bdl_weigh_parts *parts, unsigned n, unsigned part)
{
	for (unsigned i = 0; i < n; i++)
		if (i != part && parts->word[i] == parts->word[part])
			return true;
	return false;
}

/* Whether the part completes its combination here. The next one needs all its parts anew. */
static bool complete(struct bdl_weigh *w, const struct bdl_phrases_use *use, uint32_t word)
{
	const struct bdl_phrases_phrase *p = &w->p->phrases[use->phrase];
	struct bdl_weigh_parts *parts = parts_of(w, use->phrase);

	uint32_t before = parts->word[use->part];
	parts->word[use->part] = word + 1;
	if (is_taken(parts, p->n_parts, use->part)) {
		parts->word[use->part] = before;
		return false;
	}
	for (unsigned i = 0; i < p->n_parts; i++) {
		if (parts->word[i] == 0)
			return false;
		if (p->within != BDL_PHRASES_PAGE && word + 1 - parts->word[i] > p->within &&
		    word + 1 > parts->word[i])
			return false;
	}
	memset(parts->word, 0, sizeof(parts->word));
	return true;
}

/* --- finds --- */

/* The phrase by which the covering literal takes this use away, BDL_WEIGH_NONE where it does not. */
static uint32_t cover_of(
    const struct bdl_weigh *w, uint32_t cover, bool disguised, const struct bdl_phrases_use *use)
{
	if (cover == BDL_WEIGH_NONE)
		return BDL_WEIGH_NONE;
	const struct bdl_phrases_literal *l = literal_of(w, cover, disguised);
	for (uint32_t i = 0; i < l->n_uses; i++) {
		const struct bdl_phrases_use *u = &w->p->uses[l->first + i];
		bool common = w->p->classes[u->class_].kind == BDL_PHRASES_COMMON;
		if (w->p->phrases[u->phrase].n_parts == 1 && (common || u->class_ == use->class_))
			return u->phrase;
	}
	return BDL_WEIGH_NONE;
}

static bool covers_any(
    const struct bdl_weigh *w, const struct bdl_weigh_find *cover, const struct bdl_weigh_find *f)
{
	const struct bdl_phrases_literal *l = literal_of(w, f->literal, f->disguised);

	for (uint32_t i = 0; i < l->n_uses; i++)
		if (cover_of(w, cover->literal, f->disguised, &w->p->uses[l->first + i]) !=
		    BDL_WEIGH_NONE)
			return true;
	return false;
}

static void commit(struct bdl_weigh *w, const struct bdl_weigh_find *f, struct bdl_view around)
{
	const struct bdl_phrases_literal *l = literal_of(w, f->literal, f->disguised);

	for (uint32_t i = 0; i < l->n_uses; i++) {
		const struct bdl_phrases_use *use = &w->p->uses[l->first + i];
		uint32_t by = cover_of(w, f->cover, f->disguised, use);
		bool whole = w->p->phrases[use->phrase].n_parts == 1;
		if (by == use->phrase || (by != BDL_WEIGH_NONE && !whole))
			continue;
		if (!whole && !complete(w, use, f->word))
			continue;
		struct bdl_weigh_hit *h = met(w, use->phrase, f, around);
		if (h == NULL)
			continue;
		count(by == BDL_WEIGH_NONE ? &h->times : &h->covered);
		if (by != BDL_WEIGH_NONE && h->by == BDL_WEIGH_NONE)
			h->by = by;
	}
}

static void commit_first(struct bdl_weigh *w, bool disguised)
{
	struct bdl_weigh_ring *r = &w->rings[disguised];
	size_t slot = r->first;
	struct bdl_view around = { 0 };

	if (w->lines != NULL)
		around = bdl_view_at(
		    w->lines->waiting[disguised][slot], w->lines->waiting_n[disguised][slot]);
	commit(w, &r->finds[slot], around);
	r->first = (slot + 1) % BDL_WEIGH_WAITING;
	r->n--;
}

/* The ring whose first find comes before the other's. */
static bool disguised_is_first(const struct bdl_weigh *w)
{
	const struct bdl_weigh_ring *plain = &w->rings[0], *disguised = &w->rings[1];

	return disguised->n > 0 &&
	    (plain->n == 0 ||
		disguised->finds[disguised->first].end + 1 < plain->finds[plain->first].end);
}

void bdl_weigh_settle(struct bdl_weigh *w, uint64_t at)
{
	/* Of a disguised spelling the text may be longer than the spelling, by blanks at most. */
	uint64_t before =
	    at >= 2 * BDL_PHRASES_LITERAL_MAX ? at - 2 * BDL_PHRASES_LITERAL_MAX + 1 : 0;

	for (;;) {
		bool disguised = disguised_is_first(w);
		const struct bdl_weigh_ring *r = &w->rings[disguised];
		if (r->n == 0 || r->finds[r->first].at >= before)
			return;
		commit_first(w, disguised);
	}
}

static bool holds(const struct bdl_weigh_find *a, const struct bdl_weigh_find *b)
{
	return a->at <= b->at && a->end >= b->end && a->end - a->at > b->end - b->at;
}

/* A find that waits is covered by this one, or this one by it where both end together. */
static void cover(struct bdl_weigh *w, struct bdl_weigh_find *f)
{
	struct bdl_weigh_ring *r = &w->rings[f->disguised];

	for (size_t i = 0; i < r->n; i++) {
		struct bdl_weigh_find *g = &r->finds[(r->first + i) % BDL_WEIGH_WAITING];
		if (holds(f, g) && g->cover == BDL_WEIGH_NONE && covers_any(w, f, g))
			g->cover = f->literal;
		else if (holds(g, f) && f->cover == BDL_WEIGH_NONE && covers_any(w, g, f))
			f->cover = g->literal;
	}
}

void bdl_weigh_add(struct bdl_weigh *w, const struct bdl_weigh_find *found, struct bdl_view around)
{
	struct bdl_weigh_ring *r = &w->rings[found->disguised];
	struct bdl_weigh_find f = *found;

	f.cover = BDL_WEIGH_NONE;
	bdl_weigh_settle(w, f.end);
	if (r->n == BDL_WEIGH_WAITING)
		commit_first(w, f.disguised);
	cover(w, &f);
	size_t slot = (r->first + r->n++) % BDL_WEIGH_WAITING;
	r->finds[slot] = f;
	if (w->lines != NULL) {
		w->lines->waiting_n[f.disguised][slot] = (uint8_t)around.n;
		if (around.n > 0)
			memcpy(w->lines->waiting[f.disguised][slot], around.p, around.n);
	}
}

/* --- scores --- */

static int counted(const struct bdl_weigh *w, const struct bdl_weigh_hit *h)
{
	const struct bdl_phrases_phrase *p = &w->p->phrases[h->phrase];

	return p->weight * (h->times < p->up_to ? h->times : p->up_to);
}

/* The whole square root: integers, so that every machine says the same. */
static uint64_t root(uint64_t n)
{
	uint64_t r = 0;

	for (uint64_t bit = 1ULL << 31; bit > 0; bit >>= 1)
		if ((r + bit) * (r + bit) <= n)
			r += bit;
	return r;
}

static int scaled(int found, uint64_t words)
{
	if (words <= LONG_FROM || found <= 0)
		return found;
	/* found * sqrt(500 / words), in thousandths before the root */
	return (int)((uint64_t)found * root((uint64_t)LONG_FROM * 1000000 / words) / 1000);
}

struct sums {
	int found[BDL_PHRASES_CLASSES_MAX], less[BDL_PHRASES_CLASSES_MAX];
	int firm[BDL_PHRASES_CLASSES_MAX];
};

static void sum_up(const struct bdl_weigh *w, struct sums *s)
{
	for (size_t i = 0; i < w->n_hits; i++) {
		const struct bdl_phrases_phrase *p = &w->p->phrases[w->hits[i].phrase];
		int n = counted(w, &w->hits[i]);
		if (n < 0)
			s->less[p->class_] -= n;
		else if (p->flags & BDL_PHRASES_FIRM)
			s->firm[p->class_] += n;
		else
			s->found[p->class_] += n;
	}
}

static int by_contexts(
    const struct bdl_weigh *w, const struct sums *s, size_t class_, uint64_t *ret_contexts)
{
	uint64_t contexts = 0;
	int sum = 0;

	for (size_t i = 0; i < w->p->h->n_classes; i++) {
		int context = s->found[i] < CONTEXT_MAX ? s->found[i] : CONTEXT_MAX;
		int takes = context * w->p->classes[class_].excused[i] / 100;
		contexts |= (uint64_t)(takes > 0) << i;
		sum += takes;
	}
	*ret_contexts = contexts;
	return sum;
}

void bdl_weigh_scores(const struct bdl_weigh *w, uint64_t words, struct bdl_scan_result *ret)
{
	struct sums s = { 0 };

	sum_up(w, &s);
	ret->n_classes = w->p->h->n_classes;
	ret->n_hits = w->n_hits;
	ret->more_hits = w->more_hits;
	for (size_t i = 0; i < ret->n_classes; i++) {
		int found = scaled(s.found[i], words);
		uint64_t contexts;
		int excuse = s.less[i] + by_contexts(w, &s, i, &contexts);
		int excused = excuse < found ? excuse : found;
		ret->scores[i] = (struct bdl_scan_score){
			.score = found - excused + s.firm[i],
			.found = found,
			.excused = excused,
			.firm = s.firm[i],
			.contexts = contexts,
		};
	}
}

static struct bdl_view string_of(const struct bdl_weigh *w, uint32_t at, size_t n)
{
	return bdl_view_at(w->p->strings + at, n);
}

void bdl_weigh_hit(const struct bdl_weigh *w, size_t i, struct bdl_scan_hit *ret)
{
	BDL_BUG_IF(i >= w->n_hits);
	const struct bdl_weigh_hit *h = &w->hits[i];
	const struct bdl_phrases_phrase *p = &w->p->phrases[h->phrase];
	const struct bdl_phrases_literal *l = literal_of(w, h->literal, h->disguised);

	*ret = (struct bdl_scan_hit){
		.phrase = string_of(w, p->text, p->n_text),
		.found = string_of(w, l->text, l->n),
		.class_ = p->class_,
		.weight = p->weight,
		.counted = counted(w, h),
		.times = h->times,
		.covered = h->covered,
		.word = h->word,
		.disguised = h->disguised,
		.firm = (p->flags & BDL_PHRASES_FIRM) != 0,
	};
	if (w->lines != NULL)
		ret->around = bdl_view_at(w->lines->hits[i], h->around);
	if (h->by != BDL_WEIGH_NONE)
		ret->by = string_of(w, w->p->phrases[h->by].text, w->p->phrases[h->by].n_text);
}
