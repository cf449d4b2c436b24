/*
 * Words with letters masked ("k*ll"): what each may stand for is put in its place in a copy of the text around
 * it, and that is looked through as disguised words are. Where one may stand for several, the copy is
 * made once for each.
 */
#include "base/ascii.h"
#include "scan/disguise_int.h"

#define GROUP_MAX  64   /* masked words of one group */
#define GROUP_SPAN 2048 /* folded bytes from the first to the last of them */
/* Of one window, with what stands around the group. A word has a letter, a mask and a letter at least. */
#define MASKED_MAX (GROUP_MAX + 2 * BDL_DISGUISE_AROUND / 3)

#define WINDOW_MAX (GROUP_SPAN + 2 * (BDL_DISGUISE_AROUND + BDL_PHRASES_LITERAL_MAX))
static_assert(WINDOW_MAX + MASKED_MAX * BDL_MASKS_LETTERS < BDL_SKELETON_MAX, "a copy has room");

/* One such word; where it stands in the text, and where in the copy. */
struct masked {
	size_t from, end;
	size_t at;
	size_t n_reads;
	struct bdl_view reads[BDL_MASKS_WORDS]; /* what it may stand for */
};

struct window {
	struct bdl_looking *l;
	size_t end;   /* of the window, in the text */
	unsigned way; /* how often it was looked through before */
	size_t n;
	struct masked words[MASKED_MAX];
};

/* Where the mask stands in the text in hand; SIZE_MAX where it stands before it or behind it. */
static size_t place_of(const struct bdl_looking *l, size_t mask)
{
	const struct bdl_fold *f = &l->s->fold;
	size_t text = (size_t)(l->p.p - f->buf), at = f->masks[mask].at;

	return at >= text && at - text < l->p.n ? at - text : SIZE_MAX;
}

/* --- one word --- */

struct reading {
	size_t n;
	char letters[BDL_MASKS_LETTERS];
};

static bool add(struct reading *r, char c, size_t n)
{
	if (n > sizeof(r->letters) - r->n)
		return false;
	memset(r->letters + r->n, c, n);
	r->n += n;
	return true;
}

/* A piece between blanks: letters, and what may stand for any. */
static bool add_piece(struct reading *r, struct bdl_view piece)
{
	for (size_t i = 0; i < piece.n; i++) {
		if ((unsigned char)piece.p[i] >= 0x80 ||
		    !add(r, bdl_is_letter(piece.p[i]) ? piece.p[i] : BDL_MASKS_ANY, 1))
			return false;
	}
	return true;
}

/*
 * The word around the mask, and how many masks it has; whether it is one that may stand for others is
 * said by n_reads. What looks like a word of a phrase is found without this.
 */
static size_t read_word(const struct bdl_looking *l, size_t mask, struct masked *ret)
{
	const struct bdl_fold *f = &l->s->fold;
	struct bdl_scanner *scanner = l->s->scanner;
	struct reading r = { 0 };
	size_t at = place_of(l, mask), i = mask;
	bool is_whole = true, fits = true; /* symbols only, no blank in it */

	ret->from = bdl_disguise_word_begin(l->p, at);
	ret->end = ret->from;
	ret->n_reads = 0;
	for (;;) {
		size_t end = bdl_disguise_word_end(l->p, ret->end);
		fits = fits && add_piece(&r, bdl_view_at(l->p.p + ret->end, end - ret->end));
		ret->end = end;
		while (i < f->n_masks && place_of(l, i) < end)
			i++;
		if (i == f->n_masks || place_of(l, i) != end)
			break;
		fits = fits && add(&r, BDL_MASKS_ANY, f->masks[i].n);
		is_whole = false;
		ret->end = end + 1;
	}
	struct bdl_view word = bdl_view_at(l->p.p + ret->from, ret->end - ret->from);
	if (fits && !(is_whole && bdl_disguise_is_worth(scanner, word)))
		ret->n_reads =
		    bdl_masks_find(scanner->p->masks, bdl_view_at(r.letters, r.n), ret->reads);
	return i > mask ? i - mask : 1;
}

/* --- a window --- */

/* The text with what the words stand for in this way, into the skeleton of it. */
static void make_copy(struct window *w, struct bdl_skeleton *k)
{
	char copy[BDL_SKELETON_MAX];
	struct bdl_view p = w->l->p;
	size_t n = 0, from = w->l->window;

	for (size_t i = 0; i < w->n; i++) {
		struct masked *m = &w->words[i];
		size_t way = w->way < m->n_reads ? w->way : m->n_reads - 1;
		memcpy(copy + n, p.p + from, m->from - from);
		n += m->from - from;
		m->at = n;
		memcpy(copy + n, m->reads[way].p, m->reads[way].n);
		n += m->reads[way].n;
		from = m->end;
	}
	memcpy(copy + n, p.p + from, w->end - from);
	n += w->end - from;
	bdl_skeleton_make(k, &w->l->s->scanner->p->fold, bdl_view_at(copy, n));
}

/* Words of the skeleton stand where the text has them again; those that were masked are disguised. */
static void put_back(const struct window *w, struct bdl_skeleton *k)
{
	size_t i = 0, added = 0, taken = 0; /* bytes, by the words before */

	for (size_t each = 0; each < k->n_words; each++) {
		struct bdl_skeleton_word *word = &k->words[each];
		const struct masked *m = i < w->n ? &w->words[i] : NULL;
		bool is_masked = m != NULL && m->at == word->from;
		word->from = (uint16_t)(word->from + taken - added);
		word->way = 0;
		if (!is_masked)
			continue;
		word->disguised = true;
		word->way = (uint8_t)(1 + (w->way < m->n_reads ? w->way : m->n_reads - 1));
		added += word->n_from;
		taken += m->end - m->from;
		word->n_from = (uint16_t)(m->end - m->from);
		i++;
	}
}

static int on_match(
    unsigned id, unsigned long long unused, unsigned long long end, unsigned flags, void *context)
{
	struct window *w = context;
	struct bdl_looking *l = w->l;
	const struct bdl_skeleton *k = l->s->scanner->window;
	const struct bdl_phrases_literal *literal = &l->s->scanner->p->disguised[id];

	(void)unused;
	(void)flags;
	if (literal->flags & BDL_PHRASES_JOINED)
		return 0;
	const struct bdl_skeleton_word *first =
	    bdl_disguise_word_at(k, (size_t)end - literal->n + 1);
	const struct bdl_skeleton_word *last = bdl_disguise_word_at(k, (size_t)end - 2);
	const struct bdl_skeleton_word *odd = NULL;
	bool is_new = false; /* else it was found in another way before */
	for (const struct bdl_skeleton_word *each = first; each <= last; each++) {
		odd = odd == NULL && each->way > 0 ? each : odd;
		is_new = is_new || each->way == w->way + 1;
	}
	/* What begins in another group is told there. */
	if (is_new && l->window + odd->from >= l->from && l->window + odd->from < l->last)
		bdl_disguise_found(
		    l, id, l->window + first->from, l->window + (size_t)last->from + last->n_from);
	return 0;
}

static unsigned gather(struct window *w, size_t mask)
{
	size_t ways = 0;

	while (mask < w->l->s->fold.n_masks && w->n < MASKED_MAX) {
		struct masked *m = &w->words[w->n];
		if (place_of(w->l, mask) == SIZE_MAX || place_of(w->l, mask) < w->l->window) {
			mask++;
			continue;
		}
		if (place_of(w->l, mask) >= w->end)
			break;
		mask += read_word(w->l, mask, m);
		if (m->n_reads == 0 || m->from < w->l->window || m->end > w->end)
			continue;
		ways = m->n_reads > ways ? m->n_reads : ways;
		w->n++;
	}
	return (unsigned)ways;
}

/* A word that is longer than any of a phrase is not taken in, so that the copy has room. */
static size_t window_begin(const struct bdl_looking *l)
{
	if (l->from <= BDL_DISGUISE_AROUND)
		return 0;
	size_t at = l->from - BDL_DISGUISE_AROUND, begin = bdl_disguise_word_begin(l->p, at);
	return at - begin <= BDL_PHRASES_LITERAL_MAX ? begin : bdl_disguise_word_end(l->p, at);
}

static size_t window_end(const struct bdl_looking *l, size_t last_end)
{
	if (l->p.n - last_end <= BDL_DISGUISE_AROUND)
		return l->p.n;
	size_t at = last_end + BDL_DISGUISE_AROUND, end = bdl_disguise_word_end(l->p, at);
	return end - at <= BDL_PHRASES_LITERAL_MAX ? end : bdl_disguise_word_begin(l->p, at);
}

/* Look through what is around a group of masked words, of which the last begins before l->last. */
static void look(struct bdl_looking *l, size_t last_end)
{
	struct bdl_scanner *scanner = l->s->scanner;
	struct window w = { .l = l };

	l->window = window_begin(l);
	w.end = window_end(l, last_end);
	unsigned ways = gather(&w, 0);
	for (; w.way < ways; w.way++) {
		make_copy(&w, scanner->window);
		put_back(&w, scanner->window);
		/* Nothing stops it. */
		(void)hs_scan(scanner->p->find_disguised, scanner->window->text,
		    (unsigned)scanner->window->n, 0, scanner->scratch, on_match, &w);
	}
}

void bdl_disguise_masked(struct bdl_looking *l, size_t from, size_t stop)
{
	const struct bdl_fold *f = &l->s->fold;
	size_t n = 0, end = 0;

	for (size_t i = 0; i < f->n_masks;) {
		struct masked m;
		if (place_of(l, i) == SIZE_MAX) {
			i++;
			continue;
		}
		i += read_word(l, i, &m);
		if (m.n_reads == 0 || m.from < from || m.from >= stop)
			continue;
		bool is_far = m.from > end + 2 * BDL_DISGUISE_AROUND;
		if (n > 0 && (is_far || n == GROUP_MAX || m.end - l->from > GROUP_SPAN)) {
			look(l, end);
			n = 0;
		}
		if (n++ == 0)
			l->from = m.from;
		end = m.end;
		l->last = m.from + 1;
	}
	if (n > 0)
		look(l, end);
}
