/*
 * Text as phrases are looked for in it. Whatever a page looks like, folded it is words of small
 * letters and digits with one blank between them:
 *
 *   letters   small, without accents, compatibility forms plain (NFKC): "ＦＵＬＬ é ①" is "full e 1"
 *   unseen    soft hyphens, joiners and other things of no width are left out; words go on
 *   blanks    each run of anything else is one blank; " \n " is a break, which no phrase reaches over
 *   symbols   '@', '$' and '!' inside a word stay in it ("p@ss", "$hit"); others are blanks
 *   masks     what may stand for letters inside a word ("k*ll", "f@ck") is noted down besides
 *   emoji     words of their own
 *   bad UTF-8 bytes that are no character are read as windows-1252
 *
 * What comes out is the same however the input is cut. Characters past ASCII go by a table that the
 * compiled phrases carry (fold_make.c makes it with ICU), so a process that scans needs no ICU for it.
 */
#ifndef BDL_SCAN_FOLD_H
#define BDL_SCAN_FOLD_H

#include "base/err.h"
#include "base/view.h"

#define BDL_FOLD_PAGE_BITS 7
#define BDL_FOLD_PAGE      (1u << BDL_FOLD_PAGE_BITS)
#define BDL_FOLD_PAGES     (0x110000u >> BDL_FOLD_PAGE_BITS)
#define BDL_FOLD_TEXT_MAX  15 /* bytes that one character becomes at most */

/* An entry: kind (2 bits), look-alike (8 bits: a small letter or 0), text (18 bits), bytes (4 bits). */
enum bdl_fold_kind { BDL_FOLD_DROP, BDL_FOLD_BLANK, BDL_FOLD_SAME, BDL_FOLD_TEXT };

struct bdl_fold_table {
	const uint16_t *pages;   /* BDL_FOLD_PAGES numbers of pages */
	const uint32_t *entries; /* BDL_FOLD_PAGE of each page */
	const char *text;        /* what BDL_FOLD_TEXT entries stand for */
	size_t n_entries, n_text;
};

static inline uint32_t bdl_fold_entry(const struct bdl_fold_table *t, uint32_t ch)
{
	return t->entries[((size_t)t->pages[ch >> BDL_FOLD_PAGE_BITS] << BDL_FOLD_PAGE_BITS) +
	    (ch & (BDL_FOLD_PAGE - 1))];
}
static inline enum bdl_fold_kind bdl_fold_kind_of(uint32_t entry)
{
	return (enum bdl_fold_kind)(entry & 3);
}
/* The small letter of ASCII that the character can be taken for, 0 for none. */
static inline char bdl_fold_look(uint32_t entry)
{
	return (char)(entry >> 2 & 0xff);
}
static inline struct bdl_view bdl_fold_text(const struct bdl_fold_table *t, uint32_t entry)
{
	return bdl_view_at(t->text + (entry >> 14), entry >> 10 & 15);
}

#define BDL_FOLD_CHUNK 8192 /* folded bytes that are handed on at once */
#define BDL_FOLD_KEPT  1024 /* that stand before them, of the chunk before */
#define BDL_FOLD_ROOM  64   /* what one step may write past a full chunk */

/*
 * Signs between two letters, that may stand for others: '*' and '#', each of which may come several times, and then
 * symbols among them; one blank stands for all. And one symbol that stayed in its word.
 */
struct bdl_fold_mask {
	uint16_t at; /* that blank's or symbol's place in `buf` */
	uint16_t n;  /* signs */
};
#define BDL_FOLD_MASKS      1536 /* within the buffer; more are not noted down, as nobody writes so */
#define BDL_FOLD_MASK_SIGNS 20   /* that one has; more are a line under something */

/*
 * `chunk` is called with each BDL_FOLD_CHUNK folded bytes, and with what is left at the end; the
 * last bytes of the chunk before it (as many as were made, BDL_FOLD_KEPT at most) stand before them,
 * and 80 bytes behind them may be read.
 */
struct bdl_fold {
	const struct bdl_fold_table *table;
	void (*chunk)(void *context, const char *p, size_t n);
	void *context;
	/* Take plain ASCII, as this machine does it best (fold_int.h). */
	size_t (*plain)(struct bdl_fold *f, struct bdl_view v);
	/* Put those of sixteen bytes that are marked behind each other, likewise. */
	size_t (*put)(char *out, const unsigned char *p, unsigned keep);
	size_t n;      /* bytes in the buffer behind those that are kept */
	bool blank;    /* the last byte is a blank */
	char symbol;   /* met, and not yet known whether it stands in a word; else 0 */
	uint8_t signs; /* met behind a letter just now */
	uint8_t n_cut; /* bytes of a character that is not whole yet */
	char cut[4];
	size_t n_masks;
	struct bdl_fold_mask masks[BDL_FOLD_MASKS]; /* in the order of their places */
	char buf[BDL_FOLD_KEPT + BDL_FOLD_CHUNK + BDL_FOLD_ROOM + 64];
};

void bdl_fold_init(struct bdl_fold *f, const struct bdl_fold_table *table,
    void (*chunk)(void *context, const char *p, size_t n), void *context);

/*
 * Of sixteen bytes at p those that `keep` marks, one behind the other: how many. 16 may be written. As every
 * machine can do it; tests compare it with what this one does.
 */
size_t bdl_fold_put_each(char *out, const unsigned char *p, unsigned keep);

/* UTF-8, in any pieces. */
void bdl_fold_add(struct bdl_fold *f, struct bdl_view text);
void bdl_fold_blank(struct bdl_fold *f); /* the word ends here */
void bdl_fold_break(struct bdl_fold *f); /* so does what was said */
/* The end: what is left is handed on. The stream has a blank at both its ends. */
void bdl_fold_end(struct bdl_fold *f);

/* A short text at once, as phrases are: without blanks at its ends. BDL_E_LIMIT past `size`. */
int bdl_fold_short(const struct bdl_fold_table *table, struct bdl_view text, char *out, size_t size,
    size_t *ret_n) BDL_MUST_USE;

/* The table, made anew with ICU; the caller frees its three arrays (fold_make.c). */
struct bdl_fold_made {
	uint16_t *pages;
	uint32_t *entries;
	char *text;
	size_t n_entries, n_text;
};
int bdl_fold_make(struct bdl_fold_made *ret, struct bdl_err *err) BDL_MUST_USE;
void bdl_fold_made_done(struct bdl_fold_made *m);
static inline struct bdl_fold_table bdl_fold_made_table(const struct bdl_fold_made *m)
{
	return (struct bdl_fold_table){ m->pages, m->entries, m->text, m->n_entries, m->n_text };
}

#endif
