/* The table of words that may be masked, made when phrases are opened. */
#include "base/alloc.h"
#include "base/ascii.h"
#include "scan/masks_int.h"
#include "scan/phrases_int.h"

#include <stdlib.h>

static unsigned pair_of(struct bdl_view word)
{
	return (unsigned)(word.p[0] - 'a') * 26 + (unsigned)(word.p[word.n - 1] - 'a');
}

/* As when the disguised spellings were made: what excuses nobody disguises. */
static bool may_be_disguised(const struct bdl_phrases *p, const struct bdl_phrases_literal *l)
{
	if (!bdl_words_whole(p->strings + l->text, l->n))
		return false;
	for (uint32_t i = 0; i < l->n_uses; i++) {
		const struct bdl_phrases_phrase *q = &p->phrases[p->uses[l->first + i].phrase];
		if (q->weight > 0 && p->classes[q->class_].kind == BDL_PHRASES_CLASS)
			return true;
	}
	return false;
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

/* One or two letters show nothing once one of them is masked. */
static bool takes(struct bdl_view word)
{
	if (word.n < 3 || word.n > BDL_MASKS_LETTERS)
		return false;
	for (size_t i = 0; i < word.n; i++)
		if (!is_small(word.p[i]))
			return false;
	return true;
}

/*
 * Swearwords, which are what most masked words are, whether a phrase has them or not: "sh*t" by itself is not
 * "shot".
 */
static const char usual[] =
    "arse arsehole arseholes ass asses asshole assholes bastard bastards bitch"
    " bitches bitching bollocks bullshit cock cocks crap cunt cunts damn dick"
    " dickhead dicks fuck fucked fucker fuckers fucking fucks goddamn hell"
    " motherfucker motherfucking piss pissed pissing prick pricks pussy shit"
    " shits shitting shitty slut sluts tits twat twats wank wanker wankers whore"
    " whores";

/* Count the words of a text, and keep them where there is room. */
static size_t add_words(struct bdl_view text, bool is_usual, struct bdl_masks_word *to)
{
	struct bdl_view word;
	size_t n = 0;

	while (bdl_view_cut(&text, ' ', &word)) {
		if (!takes(word))
			continue;
		if (to != NULL)
			to[n] = (struct bdl_masks_word){
				.text = word.p,
				.pair = (uint16_t)pair_of(word),
				.n = (uint8_t)word.n,
				.is_usual = is_usual,
			};
		n++;
	}
	return n;
}

/* The same of all there are. */
static size_t add_all(const struct bdl_phrases *p, struct bdl_masks_word *to)
{
	size_t n = add_words(bdl_view_at(usual, sizeof(usual) - 1), true, to);

	for (size_t i = 0; i < p->h->n_plain; i++) {
		const struct bdl_phrases_literal *l = &p->plain[i];
		if (may_be_disguised(p, l))
			n += add_words(bdl_view_at(p->strings + l->text, l->n), false,
			    to != NULL ? to + n : NULL);
	}
	return n;
}

static int by_pair(const void *a, const void *b)
{
	const struct bdl_masks_word *x = a, *y = b;

	if (x->pair != y->pair)
		return x->pair < y->pair ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	if (x->is_usual != y->is_usual)
		return x->is_usual ? -1 : 1;
	return memcmp(x->text, y->text, x->n);
}

/* Each word once, and where each pair begins. */
static void index_words(struct bdl_masks *m)
{
	size_t n = 0;

	qsort(m->words, m->n_words, sizeof(*m->words), by_pair);
	for (size_t i = 0; i < m->n_words; i++) {
		if (n > 0 && by_pair(&m->words[n - 1], &m->words[i]) == 0)
			continue;
		m->words[n++] = m->words[i];
		m->first[m->words[i].pair + 1]++;
	}
	m->n_words = n;
	for (size_t i = 1; i < BDL_ARRAY_LEN(m->first); i++)
		m->first[i] += m->first[i - 1];
}

struct bdl_masks *bdl_masks_new(const struct bdl_phrases *p)
{
	struct bdl_masks *m = bdl_xalloc(sizeof(*m));

	m->words = bdl_xcalloc(add_all(p, NULL), sizeof(*m->words));
	m->n_words = add_all(p, m->words);
	index_words(m);
	return m;
}

void bdl_masks_free(struct bdl_masks *m)
{
	if (m == NULL)
		return;
	free(m->words);
	free(m);
}

static bool is_like(const char *word, struct bdl_view letters)
{
	for (size_t i = 0; i < letters.n; i++)
		if (letters.p[i] != BDL_MASKS_ANY && letters.p[i] != word[i])
			return false;
	return true;
}

/* The first word of a pair that has so many letters, or where it would stand. */
static size_t first_of(const struct bdl_masks *m, unsigned pair, size_t n)
{
	size_t low = m->first[pair], high = m->first[pair + 1];

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (m->words[mid].n < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* A phrase may have a usual word, too. */
static bool has(const struct bdl_masks *m, const uint32_t *found, size_t n, size_t word)
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(m->words[found[i]].text, m->words[word].text, m->words[word].n) == 0)
			return true;
	return false;
}

size_t bdl_masks_find(
    const struct bdl_masks *m, struct bdl_view letters, uint32_t ret[BDL_MASKS_WORDS])
{
	size_t n = 0;

	if (letters.n == 0 || !is_small(letters.p[0]) || !is_small(letters.p[letters.n - 1]))
		return 0;
	unsigned pair = pair_of(letters);
	for (size_t i = first_of(m, pair, letters.n);
	     i < m->first[pair + 1] && m->words[i].n == letters.n && n < BDL_MASKS_WORDS; i++)
		if (is_like(m->words[i].text, letters) && !has(m, ret, n, i))
			ret[n++] = (uint32_t)i;
	return n;
}
