/*
 * Words with letters masked ("k*ll"): what each may stand for is put in its place in a copy of the text around
 * it, and that is looked through as disguised words are. Where words may stand for several the copy is made
 * again: of words next to each other every combination, but WAYS_MAX copies at most, by which far
 * ones vary together. A text full of such words has a limit besides (MORE_MAX).
 */
#include "base/ascii.h"
#include "scan/disguise_int.h"

#define GROUP_MAX  128  /* masked words of one group */
#define GROUP_SPAN 2048 /* folded bytes from the first to the last of them */
/* Of one window, with what stands around the group. A word has a letter, a mask and a letter at least. */
#define MASKED_MAX (GROUP_MAX + 2 * BDL_DISGUISE_AROUND / 3)
static_assert(MASKED_MAX <= UINT8_MAX, "their numbers are kept in a byte");

#define WINDOW_MAX (GROUP_SPAN + 2 * (BDL_DISGUISE_AROUND + BDL_PHRASES_LITERAL_MAX))
static_assert(WINDOW_MAX + MASKED_MAX * BDL_MASKS_LETTERS < BDL_SKELETON_MAX, "a copy has room");

#define WAYS_MAX 16 /* readings of one window */
static_assert(BDL_MASKS_WORDS <= WAYS_MAX, "each reading of a word is tried");
/* Bytes looked through of one text in hand, past which each window has its first reading only. */
#define MORE_MAX (4 * BDL_FOLD_CHUNK)

struct window {
	struct bdl_looking *l;
	struct bdl_masked *words;
	size_t n;
	size_t end;   /* of the window, in the text */
	unsigned way; /* how many readings of it were looked through before */
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
static size_t read_word(const struct bdl_looking *l, size_t mask, struct bdl_masked *ret)
{
	const struct bdl_fold *f = &l->s->fold;
	struct bdl_scanner *scanner = l->s->scanner;
	struct reading r = { 0 };
	size_t i = mask, from = bdl_disguise_word_begin(l->p, place_of(l, mask)), to = from;
	bool is_whole = true, fits = true; /* symbols only, no blank in it */

	for (;;) {
		size_t end = bdl_disguise_word_end(l->p, to);
		fits = fits && add_piece(&r, bdl_view_at(l->p.p + to, end - to));
		to = end;
		while (i < f->n_masks && place_of(l, i) < end)
			i++;
		if (i == f->n_masks || place_of(l, i) != end)
			break;
		fits = fits && add(&r, BDL_MASKS_ANY, f->masks[i].n);
		is_whole = false;
		to = end + 1;
	}
	ret->from = (uint16_t)from;
	ret->end = (uint16_t)to;
	ret->n_reads = 0;
	if (fits &&
	    !(is_whole && bdl_disguise_is_worth(scanner, bdl_view_at(l->p.p + from, to - from))))
		ret->n_reads = (uint8_t)bdl_masks_find(
		    scanner->p->masks, bdl_view_at(r.letters, r.n), ret->reads);
	return i > mask ? i - mask : 1;
}

/* All such words of the text in hand. */
static size_t read_all(const struct bdl_looking *l, struct bdl_masked *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < l->s->fold.n_masks;) {
		if (place_of(l, i) == SIZE_MAX) {
			i++;
			continue;
		}
		i += read_word(l, i, &ret[n]);
		n += ret[n].n_reads > 0;
	}
	return n;
}

/* --- readings of a window --- */

/*
 * How many there are. Each word's readings take turns as the digits of a number do, the first word's the fastest;
 * where there were too many numbers, or what stands before is far, they begin again.
 */
static unsigned plan(struct window *w)
{
	unsigned ways = 1, so_far = 1;

	for (size_t i = 0; i < w->n; i++) {
		struct bdl_masked *m = &w->words[i];
		bool is_far = i > 0 && m->from > m[-1].end + BDL_DISGUISE_AROUND;
		if (is_far || so_far * m->n_reads > WAYS_MAX)
			so_far = 1;
		m->lasts = (uint8_t)so_far;
		so_far *= m->n_reads;
		ways = so_far > ways ? so_far : ways;
	}
	return ways;
}

static const struct bdl_masks_word *read_in(
    const struct window *w, const struct bdl_masked *m, unsigned way)
{
	return &w->l->s->scanner->p->masks->words[m->reads[way / m->lasts % m->n_reads]];
}

/* Whether these words were read so before. */
static bool was_read(
    const struct window *w, const struct bdl_masked *first, const struct bdl_masked *last)
{
	for (unsigned way = 0; way < w->way; way++) {
		const struct bdl_masked *m = first;
		while (m <= last && read_in(w, m, way) == read_in(w, m, w->way))
			m++;
		if (m > last)
			return true;
	}
	return false;
}

/* A phrase's word where a swearword would do is what was meant only if those beside it say so. */
static bool is_doubtful(const struct window *w, const struct bdl_masked *m)
{
	return read_in(w, m, 0)->is_usual && !read_in(w, m, w->way)->is_usual;
}

/* --- a window --- */

/* The text as it is read now, of which there is room for BDL_SKELETON_MAX bytes. */
static struct bdl_view make_copy(const struct window *w, char *copy)
{
	struct bdl_view p = w->l->p;
	size_t n = 0, from = w->l->window;

	for (size_t i = 0; i < w->n; i++) {
		struct bdl_masked *m = &w->words[i];
		const struct bdl_masks_word *word = read_in(w, m, w->way);
		memcpy(copy + n, p.p + from, m->from - from);
		n += m->from - from;
		m->at = (uint16_t)n;
		memcpy(copy + n, word->text, word->n);
		n += word->n;
		from = m->end;
	}
	memcpy(copy + n, p.p + from, w->end - from);
	return bdl_view_at(copy, n + w->end - from);
}

/* Words of the skeleton stand where the text has them again; those that were masked are disguised. */
static void put_back(const struct window *w, struct bdl_skeleton *k)
{
	size_t i = 0, added = 0, taken = 0; /* bytes, by the words before */

	for (size_t each = 0; each < k->n_words; each++) {
		struct bdl_skeleton_word *word = &k->words[each];
		const struct bdl_masked *m = i < w->n ? &w->words[i] : NULL;
		bool is_masked = m != NULL && m->at == word->from;
		word->from = (uint16_t)(word->from + taken - added);
		word->masked = 0;
		if (!is_masked)
			continue;
		word->disguised = true;
		word->masked = (uint8_t)++i;
		added += word->n_from;
		taken += (size_t)m->end - m->from;
		word->n_from = (uint16_t)(m->end - m->from);
	}
}

static int on_match(
    unsigned id, unsigned long long unused, unsigned long long end, unsigned flags, void *context)
{
	struct window *w = context;
	struct bdl_looking *l = w->l;
	const struct bdl_phrases *p = l->s->scanner->p;
	const struct bdl_skeleton *k = l->s->scanner->window;

	(void)unused;
	(void)flags;
	if (id >= p->h->n_disguised || (p->disguised[id].flags & BDL_PHRASES_JOINED) != 0)
		return 0;
	const struct bdl_skeleton_word *first = bdl_disguise_word_at(
					   k, (size_t)end - p->disguised[id].n + 1),
				       *last = bdl_disguise_word_at(k, (size_t)end - 2);
	const struct bdl_masked *odd = NULL, *odd_last = NULL;
	bool is_new = l->apart == 0; /* else with nothing apart that was joined before */
	for (const struct bdl_skeleton_word *each = first; each <= last; each++) {
		if (bdl_disguise_is_initials(l, each))
			return 0;
		is_new = is_new || each->apart == l->apart;
		if (each->masked == 0)
			continue;
		odd_last = &w->words[each->masked - 1];
		odd = odd != NULL ? odd : odd_last;
	}
	if (odd == NULL || !is_new || was_read(w, odd, odd_last) ||
	    (first == last && is_doubtful(w, odd)))
		return 0;
	/* What begins in another group is told there. */
	if (odd->from >= l->from && odd->from < l->last)
		bdl_disguise_found(
		    l, id, l->window + first->from, l->window + (size_t)last->from + last->n_from);
	return 0;
}

/* One reading: as it looks, and again for each way in which letters may stand apart. */
static void look_at(struct window *w, struct bdl_view copy)
{
	struct bdl_looking *l = w->l;
	struct bdl_scanner *scanner = l->s->scanner;
	struct bdl_skeleton *k = scanner->window;
	unsigned ends = BDL_SKELETON_FIRST | BDL_SKELETON_LAST;

	for (unsigned apart = 0; apart <= ends; apart++) {
		if ((apart & ~ends) != 0 || (w->way + apart > 0 && l->copied > MORE_MAX))
			continue;
		bdl_skeleton_make_apart(k, &scanner->p->fold, copy, apart);
		ends = apart == 0 ? k->ends : ends;
		put_back(w, k);
		l->apart = apart;
		l->copied += copy.n;
		/* Nothing stops it. */
		(void)hs_scan(scanner->p->find_disguised, k->text, (unsigned)k->n, 0,
		    scanner->scratch, on_match, w);
	}
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

/* Look through what is around a group of `n` masked words, the words [first, end) of them. */
static void look(
    struct bdl_looking *l, struct bdl_masked *words, size_t n, size_t first, size_t end)
{
	struct window w = { .l = l };
	char copy[BDL_SKELETON_MAX];

	l->from = words[first].from;
	l->last = words[end - 1].from + 1u;
	l->window = window_begin(l);
	w.end = window_end(l, words[end - 1].end);
	while (first > 0 && words[first - 1].from >= l->window && end - first < MASKED_MAX)
		first--;
	while (end < n && words[end].end <= w.end && end - first < MASKED_MAX)
		end++;
	w.words = words + first;
	w.n = end - first;
	for (unsigned ways = plan(&w); w.way < ways; w.way++) {
		if (w.way > 0 && l->copied > MORE_MAX)
			return;
		look_at(&w, make_copy(&w, copy));
	}
}

void bdl_disguise_masked(struct bdl_looking *l, size_t from, size_t stop)
{
	struct bdl_masked *words = l->s->scanner->masked;
	size_t n = read_all(l, words), end;

	for (size_t i = 0; i < n; i = end) {
		end = i + 1;
		if (words[i].from < from || words[i].from >= stop)
			continue;
		while (end < n && words[end].from < stop && end - i < GROUP_MAX &&
		    words[end].end <= words[i].from + GROUP_SPAN &&
		    words[end].from <= words[end - 1].end + 2 * BDL_DISGUISE_AROUND)
			end++;
		look(l, words, n, i, end);
	}
}
