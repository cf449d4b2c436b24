/*
 * The words of spellings that are looked for disguised, letter for letter: what a word with letters masked
 * ("k*ll", "y**rself") may stand for. They are kept by their first and last letters.
 */
#ifndef BDL_SCAN_MASKS_INT_H
#define BDL_SCAN_MASKS_INT_H

#include "base/view.h"

#define BDL_MASKS_LETTERS 24 /* of a word at most */
#define BDL_MASKS_WORDS   8 /* that one may stand for; of what stands for more only these are taken */
#define BDL_MASKS_ANY     '*'

struct bdl_masks_word {
	const char *text; /* in the strings of the phrases, which must stay; or of this program */
	uint16_t pair;    /* its first and last letters */
	uint8_t n;
	bool is_usual; /* a swearword, as most of what is masked */
};

struct bdl_masks {
	struct bdl_masks_word
	    *words; /* by pair, then by length, usual ones first, then by letters */
	size_t n_words;
	uint32_t first[26 * 26 + 1]; /* by pair: its first word; the next pair's first is its end */
};

struct bdl_phrases;

struct bdl_masks *bdl_masks_new(const struct bdl_phrases *p);
void bdl_masks_free(struct bdl_masks *m); /* takes NULL */

/*
 * The numbers of the words that have these letters, where BDL_MASKS_ANY is any letter, usual swearwords first; how
 * many, BDL_MASKS_WORDS at most. What does not begin and end with a small letter of ASCII is none.
 */
size_t bdl_masks_find(
    const struct bdl_masks *m, struct bdl_view letters, uint32_t ret[BDL_MASKS_WORDS]);

#endif
