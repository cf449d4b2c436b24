/* The opened phrases, as the scanner uses them. */
#ifndef BDL_SCAN_PHRASES_INT_H
#define BDL_SCAN_PHRASES_INT_H

#include "scan/finder_int.h"
#include "scan/masks_int.h"
#include "scan/spans_int.h"
#include "scan/within_int.h"
#include "scan/words_int.h"
#include "sys/file.h"

struct bdl_phrases {
	struct bdl_map map;
	const struct bdl_phrases_header *h;
	const struct bdl_phrases_class *classes;
	const struct bdl_phrases_phrase *phrases;
	const struct bdl_phrases_literal *plain, *disguised;
	const struct bdl_phrases_use *uses;
	const char *strings;
	struct bdl_fold_table fold;
	struct bdl_words *words;       /* of plain spellings */
	struct bdl_spans *spans;       /* of those of several words that words go on at; or NULL */
	struct bdl_within *within;     /* of those within words; NULL where there are none */
	struct bdl_masks *masks;       /* what words with letters masked may be */
	uint64_t *odd_words;           /* bits by the hashes of the words of disguised spellings */
	uint64_t n_bits;               /* a power of two */
	hs_database_t *find_disguised; /* NULL where there is nothing to find */
};

/* Whether a disguised spelling has this word; now and then true of one that none has. */
bool bdl_phrases_has_word(const struct bdl_phrases *p, struct bdl_view word);

#endif
