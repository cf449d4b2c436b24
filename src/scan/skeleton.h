/*
 * Words as somebody sees them who looks past a disguise: "k1ll", "kіll" with a Cyrillic letter,
 * "kiiill", "$hit", "k i l l" and "k.i.l.l". Two texts that look alike have one skeleton. It is lossy,
 * so what is found in it counts only where a word was disguised.
 *
 *   digits and symbols of a word with letters are the letters they stand for (0 o, 1 i, 3 e, 4 a,
 *   5 s, 7 t, 8 b, 9 g, @ a, $ s, ! i); letters of other scripts those they look like;
 *   the same letter twice or more is one; l is i;
 *   three or more single letters in a row are one word ("joined"). Where the first or the last of more
 *   is a word by itself ("I k i l l", "k i l l a"), there are skeletons with that apart, too.
 */
#ifndef BDL_SCAN_SKELETON_H
#define BDL_SCAN_SKELETON_H

#include "scan/fold.h"

#define BDL_SKELETON_MAX (BDL_FOLD_KEPT + BDL_FOLD_CHUNK + BDL_FOLD_ROOM)

struct bdl_skeleton_word {
	uint16_t at, from; /* where it begins in the skeleton and in the folded text */
	uint16_t n, n_from;
	bool disguised, joined;
	uint8_t apart;  /* bits: joined but for these letters */
	uint8_t masked; /* 1, ...: put in place of that masked word of a window (masked.c) */
};

#define BDL_SKELETON_FIRST 1 /* the first letter stands apart */
#define BDL_SKELETON_LAST  2

/* At most one word for each two bytes, as blanks stand between them. */
struct bdl_skeleton {
	size_t n, n_words;
	unsigned ends;                    /* bits: what may stand apart in it */
	char text[BDL_SKELETON_MAX + 64]; /* begins and ends with a blank */
	struct bdl_skeleton_word words[BDL_SKELETON_MAX / 2 + 1];
};

/* Of folded text of at most BDL_SKELETON_MAX - 2 bytes. */
void bdl_skeleton_make(
    struct bdl_skeleton *s, const struct bdl_fold_table *table, struct bdl_view folded);
/* The same with what these bits say apart wherever it may. */
void bdl_skeleton_make_apart(struct bdl_skeleton *s, const struct bdl_fold_table *table,
    struct bdl_view folded, unsigned apart);

/*
 * The next place from `at` on, and before p.n, where a word may be disguised; p.n where none is. 32
 * bytes behind p.n must be readable.
 */
size_t bdl_skeleton_odd(struct bdl_view p, size_t at);

#endif
