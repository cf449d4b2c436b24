#include "base/near.h"
#include "base/ascii.h"

#define WORD_MAX 64 /* bytes; a longer one is nobody's slip */

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Letters to insert, drop, change or swap with a neighbour to get from one word to the other
 * (Damerau-Levenshtein, each letter swapped at most once), in either case.
 */
static unsigned slips_between(struct bdl_view a, struct bdl_view b)
{
	unsigned rows[3][WORD_MAX + 1];

	for (unsigned j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned changed = bdl_lower(a.p[i - 1]) != bdl_lower(b.p[j - 1]);

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + changed);
			if (i > 1 && j > 1 && bdl_lower(a.p[i - 1]) == bdl_lower(b.p[j - 2]) &&
			    bdl_lower(a.p[i - 2]) == bdl_lower(b.p[j - 1]))
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

const char *bdl_near_miss(struct bdl_view v, const char *const *words, size_t n)
{
	const char *closest = NULL;
	unsigned fewest = 3;

	if (v.n == 0 || v.n > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct bdl_view word = bdl_view_of(words[i]);
		/* Two slips turn most words of three letters into most others. */
		unsigned allowed = word.n <= 4 ? 1 : 2, slips;

		if (word.n > WORD_MAX || word.n > v.n + 2 || v.n > word.n + 2)
			continue;
		slips = slips_between(v, word);
		if (slips > allowed || slips >= v.n)
			continue;
		if (slips < fewest ||
		    (closest && slips == fewest && *closest != v.p[0] && word.p[0] == v.p[0])) {
			fewest = slips;
			closest = words[i];
		}
	}
	return closest;
}
