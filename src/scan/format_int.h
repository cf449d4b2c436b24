/*
 * The phrases' file as write.c makes it and map.c reads it; docs/formats.md tells it byte by byte. It
 * is mapped as it is, so numbers are little-endian.
 */
#ifndef BDL_SCAN_FORMAT_INT_H
#define BDL_SCAN_FORMAT_INT_H

#include "base/hash.h"
#include "scan/fold.h"
#include "scan/phrases.h"
#include <assert.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the phrases' file is mapped as it is");

#define BDL_PHRASES_MAGIC         "BDLPHRS4"
#define BDL_PHRASES_MAX           100000
#define BDL_PHRASES_SPELLINGS_MAX 400000
#define BDL_PHRASES_LITERAL_MAX   98 /* folded bytes of a spelling, with the blanks around it */
#define BDL_PHRASES_PARTS_MAX     4  /* of a combination */
#define BDL_PHRASES_PAGE          0  /* `within` of a combination: anywhere in the text */
#define BDL_PHRASES_TEXT_MAX      (64 << 20) /* of all strings; of the finder's tables, twice it */

struct bdl_phrases_header {
	char magic[8];
	uint32_t n_classes, n_phrases;
	uint32_t n_plain, n_disguised; /* spellings as they are folded, and as they look */
	uint32_t n_uses, n_strings;
	uint32_t n_fold_entries, n_fold_text;
	uint64_t tables_size; /* of the finder, for disguised ones */
	int64_t made_ms;
	uint64_t file_size;
	uint64_t sum; /* of the header before this field, then of all after it */
};
static_assert(sizeof(struct bdl_phrases_header) == 72, "docs/formats.md says so");

struct bdl_phrases_class {
	char name[BDL_PHRASES_CLASS_NAME];
	uint8_t kind, unused[7];
	uint8_t excused[BDL_PHRASES_CLASSES_MAX]; /* by which context, how many per cent of it */
};
static_assert(sizeof(struct bdl_phrases_class) == 104, "docs/formats.md says so");

#define BDL_PHRASES_FIRM 1

struct bdl_phrases_phrase {
	uint32_t text; /* as it was written: an offset of the strings */
	uint16_t n_text;
	int16_t weight;
	uint16_t within; /* words */
	uint8_t class_, n_parts, up_to, flags, unused[2];
};
static_assert(sizeof(struct bdl_phrases_phrase) == 16, "docs/formats.md says so");

#define BDL_PHRASES_JOINED 1 /* found within single letters that were joined only */

struct bdl_phrases_literal {
	uint32_t text, first, n_uses; /* its offset in the strings, its uses */
	uint16_t n, flags;
};
static_assert(sizeof(struct bdl_phrases_literal) == 16, "docs/formats.md says so");

/* What finding a literal means: a phrase, or a part of one. */
struct bdl_phrases_use {
	uint32_t phrase;
	uint8_t part, class_, unused[2];
};
static_assert(sizeof(struct bdl_phrases_use) == 8, "docs/formats.md says so");

struct bdl_phrases_layout {
	uint64_t classes, phrases, plain, disguised, uses, fold_pages, fold_entries, fold_text,
	    strings, tables, end;
};

static inline uint64_t bdl_phrases_after(uint64_t *at, uint64_t n, uint64_t size)
{
	uint64_t here = *at;

	*at = (here + n * size + 7) / 8 * 8;
	return here;
}

static inline struct bdl_phrases_layout bdl_phrases_layout_of(const struct bdl_phrases_header *h)
{
	struct bdl_phrases_layout l;
	uint64_t at = sizeof(*h);

	l.classes = bdl_phrases_after(&at, h->n_classes, sizeof(struct bdl_phrases_class));
	l.phrases = bdl_phrases_after(&at, h->n_phrases, sizeof(struct bdl_phrases_phrase));
	l.plain = bdl_phrases_after(&at, h->n_plain, sizeof(struct bdl_phrases_literal));
	l.disguised = bdl_phrases_after(&at, h->n_disguised, sizeof(struct bdl_phrases_literal));
	l.uses = bdl_phrases_after(&at, h->n_uses, sizeof(struct bdl_phrases_use));
	l.fold_pages = bdl_phrases_after(&at, BDL_FOLD_PAGES, sizeof(uint16_t));
	l.fold_entries = bdl_phrases_after(&at, h->n_fold_entries, sizeof(uint32_t));
	l.fold_text = bdl_phrases_after(&at, h->n_fold_text, 1);
	l.strings = bdl_phrases_after(&at, h->n_strings, 1);
	l.tables = bdl_phrases_after(&at, h->tables_size, 1);
	l.end = at;
	return l;
}

static inline uint64_t bdl_phrases_sum(const unsigned char *file, size_t n)
{
	uint64_t head = bdl_hash64(file, offsetof(struct bdl_phrases_header, sum), 0);
	size_t from = sizeof(struct bdl_phrases_header);

	return bdl_hash64(file + from, n - from, head);
}

#endif
