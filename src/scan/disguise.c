/*
 * Disguised words: where something odd stands (scan/skeleton.h), a window of what is around it is looked
 * through again, as it looks. Only words that some phrase has are worth a window.
 */
#include "base/ascii.h"
#include "scan/disguise_int.h"

#include <stdlib.h>

#define JOINED_LEAST 3 /* single letters that are joined */

const struct bdl_skeleton_word *bdl_disguise_word_at(const struct bdl_skeleton *k, size_t at)
{
	size_t low = 0, high = k->n_words;

	while (high - low > 1) {
		size_t mid = (low + high) / 2;
		if (k->words[mid].at <= at)
			low = mid;
		else
			high = mid;
	}
	return &k->words[low];
}

static uint32_t blanks(struct bdl_view v)
{
	uint32_t n = 0;

	for (size_t i = 0; i < v.n; i++)
		n += v.p[i] == ' ';
	return n;
}

/* How many words stand before this place of the text: by those between it and the place asked for last. */
static uint32_t words_before(struct bdl_looking *l, size_t at)
{
	if (l->counted == 0)
		l->words = l->s->walk.words - blanks(l->p);
	if (at < l->counted) { /* windows overlap */
		l->words -= blanks(bdl_view_at(l->p.p + at, l->counted - at));
		l->counted = at;
	}
	if (at > l->counted) {
		l->words += blanks(bdl_view_at(l->p.p + l->counted, at - l->counted));
		l->counted = at;
	}
	return l->words;
}

static int by_end(const void *a, const void *b)
{
	const struct bdl_weigh_find *x = a, *y = b;

	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return x->cover < y->cover ? -1 : x->cover > y->cover;
}

/*
 * Windows overlap, and each is looked through several times: what was found is put in the order of its ends, and of
 * those that end together in that in which they were found, which `cover` says until it is weighed.
 */
static void hand_on(struct bdl_scan *s)
{
	struct bdl_odd_finds *finds = s->scanner->odd;

	qsort(finds->finds, finds->n, sizeof(*finds->finds), by_end);
	for (size_t i = 0; i < finds->n; i++) {
		const struct bdl_weigh_find *f = &finds->finds[i];
		bdl_walk_odd(s, f);
		bdl_walk_near(s, f->word, f->literal, true);
	}
	finds->n = 0;
}

void bdl_disguise_found(struct bdl_looking *l, uint32_t literal, size_t from, size_t end)
{
	struct bdl_weigh_find f = {
		.at = l->at + from,
		.end = l->at + end,
		.literal = literal,
		.word = words_before(l, end),
		.disguised = true,
	};

	struct bdl_odd_finds *finds = l->s->scanner->odd;
	if (finds->n == BDL_ODD_FINDS)
		hand_on(l->s);
	finds->finds[finds->n] = f;
	finds->finds[finds->n].cover = (uint32_t)finds->n;
	finds->n++;
}

bool bdl_disguise_is_initials(const struct bdl_looking *l, const struct bdl_skeleton_word *w)
{
	uint32_t reads[BDL_MASKS_WORDS];
	char letters[JOINED_LEAST];

	if (!w->joined || w->n_from != 2 * JOINED_LEAST - 1)
		return false;
	for (size_t i = 0; i < sizeof(letters); i++) {
		char c = l->p.p[l->window + w->from + 2 * i];
		letters[i] = bdl_is_letter(c) ? c : BDL_MASKS_ANY;
	}
	return bdl_masks_find(
		   l->s->scanner->p->masks, bdl_view_at(letters, sizeof(letters)), reads) == 0;
}

static int on_match(
    unsigned id, unsigned long long unused, unsigned long long end, unsigned flags, void *context)
{
	struct bdl_looking *l = context;
	const struct bdl_skeleton *k = l->s->scanner->window;
	const struct bdl_phrases *p = l->s->scanner->p;

	(void)unused;
	(void)flags;
	if (id >= p->h->n_disguised) /* the finder's tables are of the file, too */
		return 0;
	const struct bdl_phrases_literal *literal = &p->disguised[id];
	bool joined = (literal->flags & BDL_PHRASES_JOINED) != 0;
	bool is_new = l->apart == 0;
	size_t from = (size_t)end - literal->n + !joined, to = (size_t)end - !joined;
	const struct bdl_skeleton_word *w = bdl_disguise_word_at(k, from),
				       *last = bdl_disguise_word_at(k, to - 1);
	size_t begin = w->from, stop = (size_t)last->from + last->n_from;
	if (joined && (!w->joined || last != w))
		return 0;
	/* What has no letter apart that was joined till now was found before. */
	for (const struct bdl_skeleton_word *a = w; a <= last; a++) {
		if (bdl_disguise_is_initials(l, a))
			return 0;
		is_new = is_new || a->apart == l->apart;
	}
	if (!is_new || (joined && l->apart != 0))
		return 0;
	while (w < last && !w->disguised)
		w++;
	/* What begins in another window's part is told there. */
	size_t odd = l->window + w->from;
	if (w->disguised && odd >= bdl_disguise_word_begin(l->p, l->from) && odd < l->last)
		bdl_disguise_found(l, id, l->window + begin, l->window + stop);
	return 0;
}

/* What it looks like: once, and again for each way in which letters may stand apart. */
static void look_at(struct bdl_looking *l, struct bdl_view window)
{
	struct bdl_scanner *scanner = l->s->scanner;
	struct bdl_skeleton *k = scanner->window;
	unsigned ends = BDL_SKELETON_FIRST | BDL_SKELETON_LAST;
	uint32_t words = words_before(l, l->window);

	for (unsigned apart = 0; apart <= ends; apart++) {
		if (apart & ~ends)
			continue;
		bdl_skeleton_make_apart(k, &scanner->p->fold, window, apart);
		ends = apart == 0 ? k->ends : ends;
		l->apart = apart;
		l->counted = l->window; /* its finds are in the order of their ends again */
		l->words = words;
		/* Nothing stops it. */
		(void)hs_scan(scanner->p->find_disguised, k->text, (unsigned)k->n, 0,
		    scanner->scratch, on_match, l);
	}
}

/* Look through the window from the first odd place to the last. */
static void look(struct bdl_looking *l, size_t first, size_t last)
{
	size_t begin = first > BDL_DISGUISE_AROUND
	    ? bdl_disguise_word_begin(l->p, first - BDL_DISGUISE_AROUND)
	    : 0;
	size_t end = l->p.n - last > BDL_DISGUISE_AROUND
	    ? bdl_disguise_word_end(l->p, last + BDL_DISGUISE_AROUND)
	    : l->p.n;

	l->from = first;
	l->last = last;
	l->window = begin;
	look_at(l, bdl_view_at(l->p.p + begin, end - begin));
}

bool bdl_disguise_is_worth(struct bdl_scanner *scanner, struct bdl_view word)
{
	struct bdl_skeleton *k = scanner->word;

	if (word.n <= 1)
		return true;
	if (word.n > BDL_PHRASES_LITERAL_MAX)
		return false;
	bdl_skeleton_make(k, &scanner->p->fold, word);
	return k->words[0].disguised &&
	    bdl_phrases_has_word(scanner->p, bdl_view_at(k->text + 1, k->n - 2));
}

void bdl_scan_disguises(struct bdl_scan *s, uint64_t to)
{
	struct bdl_view p = s->text_in_hand;
	uint64_t at = s->text_at;
	struct bdl_looking l = { .s = s, .p = p, .at = at };
	size_t stop = to > at ? bdl_disguise_word_begin(p, (size_t)(to - at)) : 0, first = 0,
	       last = 0;
	size_t odd = s->odd_from > at ? (size_t)(s->odd_from - at) : 0;

	if (stop <= odd)
		return;
	size_t begin = odd;
	s->odd_from = at + stop;
	if (s->scanner->p->find_disguised == NULL)
		return;
	while ((odd = bdl_skeleton_odd(bdl_view_at(p.p, stop), odd)) < stop) {
		size_t word = bdl_disguise_word_begin(p, odd), end = bdl_disguise_word_end(p, odd);
		odd = end + 1;
		if (!bdl_disguise_is_worth(s->scanner, bdl_view_at(p.p + word, end - word)))
			continue;
		if (last > 0 && word > last + 2 * BDL_DISGUISE_AROUND) {
			look(&l, first, last);
			last = 0;
		}
		if (last == 0)
			first = word;
		last = end;
	}
	if (last > 0)
		look(&l, first, last);
	if (s->fold.n_masks > 0)
		bdl_disguise_masked(&l, begin, stop);
	hand_on(s);
}
