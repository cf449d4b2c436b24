/* Folding: sixteen bytes at a time while they are plain ASCII, else one character after the other. */
#include "scan/fold.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "scan/block_int.h"
#include "scan/fold_int.h"
#include "scan/wide_int.h"
#ifdef __x86_64__
#include <tmmintrin.h>
#endif

#define STEP BDL_BLOCK

typedef bdl_block block;

/* --- what came out --- */

/* The first n bytes of the buffer go, and the masks in them. */
static void move_masks(struct bdl_fold *f, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n_masks; i++) {
		struct bdl_fold_mask m = f->masks[i];
		if (m.at < n)
			continue;
		m.at = (uint16_t)(m.at - n);
		f->masks[kept++] = m;
	}
	f->n_masks = kept;
}

static void hand_on(struct bdl_fold *f, size_t n)
{
	char *at = f->buf + BDL_FOLD_KEPT;

	f->chunk(f->context, at, n);
	memmove(f->buf, f->buf + n, BDL_FOLD_KEPT + f->n - n);
	f->n -= n;
	move_masks(f, n);
}

/* To be called once after each step: chunks are of one size, wherever the input was cut. */
static inline void settle(struct bdl_fold *f)
{
	if (f->n >= BDL_FOLD_CHUNK)
		hand_on(f, BDL_FOLD_CHUNK);
}

static inline void put(struct bdl_fold *f, char c)
{
	f->buf[BDL_FOLD_KEPT + f->n++] = c;
}

static inline void put_blank(struct bdl_fold *f)
{
	if (!f->blank)
		put(f, ' ');
	f->blank = true;
}

static inline void put_word(struct bdl_fold *f, const char *p, size_t n)
{
	memcpy(f->buf + BDL_FOLD_KEPT + f->n, p, n);
	f->n += n;
	f->blank = false;
}

/* --- masks --- */

static inline bool is_sign(char c)
{
	return c == '*' || c == '#';
}

/* The last byte may stand for that many letters. */
static void note_mask(struct bdl_fold *f, unsigned signs)
{
	if (f->n_masks == BDL_FOLD_MASKS || signs > BDL_FOLD_MASK_SIGNS)
		return;
	f->masks[f->n_masks++] = (struct bdl_fold_mask){
		.at = (uint16_t)(BDL_FOLD_KEPT + f->n - 1),
		.n = (uint16_t)signs,
	};
}

/* A sign, or a symbol behind one, but for '$', which begins words. A symbol that waits is one of them. */
static void add_sign(struct bdl_fold *f)
{
	bool follows = f->signs > 0 || bdl_is_letter(f->buf[BDL_FOLD_KEPT + f->n - 1]);

	if (follows && f->signs <= BDL_FOLD_MASK_SIGNS)
		f->signs = (uint8_t)(f->signs + 1 + (f->symbol != 0));
	f->symbol = 0;
	put_blank(f);
}

/* What comes now is none. */
static void settle_signs(struct bdl_fold *f, bool letter_follows)
{
	if (f->signs > 0 && letter_follows)
		note_mask(f, f->signs);
	f->signs = 0;
}

/* --- symbols --- */

/*
 * Whether the symbol that waits stands in a word shows with what follows it: a letter, or for '$',
 * which begins words as well, another one. '@' before a word names a person, '!' before one is code.
 */
static void settle_symbol(struct bdl_fold *f, bool letter_follows)
{
	char c = f->symbol;

	f->symbol = 0;
	if (letter_follows && (c == '$' || !f->blank)) {
		bool within = !f->blank;
		put_word(f, &c, 1);
		if (within)
			note_mask(f, 1);
	} else {
		put_blank(f);
	}
}

static void add_symbol(struct bdl_fold *f, char c)
{
	if (f->symbol != 0)
		settle_symbol(f, f->symbol == '$' && c == '$');
	f->symbol = c;
}

/* --- one character --- */

static const uint16_t windows[32] = { 0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178 };

static void add_text(struct bdl_fold *f, struct bdl_view text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ')
			put_blank(f);
		else
			put_word(f, &text.p[i], 1);
	}
}

/* A character past ASCII; `p` and `n` are its bytes. */
static void add_char(struct bdl_fold *f, uint32_t ch, const char *p, size_t n)
{
	uint32_t entry = bdl_fold_entry(f->table, ch);
	enum bdl_fold_kind kind = bdl_fold_kind_of(entry);

	if (kind == BDL_FOLD_DROP)
		return;
	settle_signs(f, false);
	if (f->symbol != 0)
		settle_symbol(f, kind == BDL_FOLD_SAME || kind == BDL_FOLD_TEXT);
	if (kind == BDL_FOLD_BLANK)
		put_blank(f);
	else if (kind == BDL_FOLD_SAME)
		put_word(f, p, n);
	else
		add_text(f, bdl_fold_text(f->table, entry));
}

static void add_bad(struct bdl_fold *f, unsigned char byte)
{
	uint32_t ch = byte < 0xa0 ? windows[byte & 31] : byte;
	char text[4];

	if (ch == 0)
		ch = BDL_UTF8_BAD;
	add_char(f, ch, text, bdl_utf8_put(ch, text));
}

/* How many bytes the character has that begins with this one; 0 where none does. */
static size_t bytes_of(unsigned char first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* What may still become a character with what is to come, so that cuts are not seen. */
static bool is_cut(struct bdl_view v)
{
	size_t want = bytes_of((unsigned char)v.p[0]);
	uint32_t ch = 0;
	bool bad = false;

	/* Bytes that could have begun one are all taken as bad together. */
	return v.n < want && bdl_utf8_next(v, &ch, &bad) == v.n;
}

/* The first character of what is there, past ASCII; how many bytes it took, 0: more must come. */
static size_t add_past_ascii(struct bdl_fold *f, struct bdl_view v, bool is_end)
{
	uint32_t ch = 0;
	bool bad = false;

	if (!is_end && is_cut(v))
		return 0;
	size_t n = bdl_utf8_next(v, &ch, &bad);
	for (size_t i = 0; bad && i < n; i++)
		add_bad(f, (unsigned char)v.p[i]);
	if (!bad)
		add_char(f, ch, v.p, n);
	return n;
}

static inline bool is_symbol(char c)
{
	return c == '$' || c == '@' || c == '!';
}

static inline void add_ascii(struct bdl_fold *f, char c)
{
	bool word = bdl_is_letter(c) || bdl_is_digit(c);

	if (is_sign(c) || (f->signs > 0 && is_symbol(c) && c != '$')) {
		add_sign(f);
		return;
	}
	if (is_symbol(c)) {
		add_symbol(f, c);
		return;
	}
	settle_signs(f, bdl_is_letter(c));
	if (f->symbol != 0)
		settle_symbol(f, bdl_is_letter(c));
	f->buf[BDL_FOLD_KEPT + f->n] = word ? bdl_lower(c) : ' ';
	f->n += word || !f->blank;
	f->blank = !word;
}

/* The first character of what is there: how many bytes were taken; all of them where it is cut. */
static size_t add_one(struct bdl_fold *f, struct bdl_view v)
{
	size_t n = 1;

	if ((unsigned char)v.p[0] < 0x80) {
		add_ascii(f, v.p[0]);
	} else if ((n = add_past_ascii(f, v, false)) == 0) {
		n = v.n;
		f->n_cut = (uint8_t)n;
		memcpy(f->cut, v.p, n);
	}
	return n;
}

/* --- sixteen bytes at once --- */

static inline block small(block b)
{
	return b | ((block)((b - 'A') < 26) & 0x20);
}

static inline block word_bytes(block low)
{
	return (block)((low - 'a') < 26) | (block)((low - '0') < 10);
}

static inline uint64_t load8(const char *p)
{
	uint64_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

static inline uint64_t load4(const char *p)
{
	uint32_t n;

	memcpy(&n, p, sizeof(n));
	return n;
}

/* The n bytes at p and no other, 1 to 16; those of the block behind them are anything. */
static inline block load_some(const char *p, size_t n)
{
	uint64_t halves[2] = { 0 };
	block b;

	if (n == STEP)
		return bdl_block_load(p);
	if (n >= 8) {
		halves[0] = load8(p);
		/* In two steps, as by 64 bits no number can be moved. */
		halves[1] = load8(p + n - 8) >> 8 >> 8 * (STEP - n - 1);
	} else if (n >= 4) {
		halves[0] = load4(p) | load4(p + n - 4) << 8 * (n - 4);
	} else {
		halves[0] = (uint64_t)(unsigned char)p[0] |
		    (uint64_t)(unsigned char)p[n / 2] << 8 * (n / 2) |
		    (uint64_t)(unsigned char)p[n - 1] << 8 * (n - 1);
	}
	memcpy(&b, halves, sizeof(b));
	return b;
}

size_t bdl_fold_put_each(char *out, const unsigned char *p, unsigned keep)
{
	size_t n = 0;

	for (unsigned i = 0; i < STEP; i++) {
		out[n] = (char)p[i];
		n += keep >> i & 1;
	}
	return n;
}

#ifdef __x86_64__
/* As bdl_fold_put_each does it, a run of bytes at a time. */
__attribute__((target("ssse3"))) static size_t put_runs(
    char *out, const unsigned char *p, unsigned keep)
{
	/* From byte `from` on it brings that byte and those behind it to the front. */
	static const unsigned char moves[2 * STEP] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
		14, 15 };
	__m128i b = _mm_loadu_si128((const void *)p);
	size_t n = 0;

	while (keep != 0) {
		unsigned from = (unsigned)__builtin_ctz(keep);
		unsigned run = (unsigned)__builtin_ctz(~(keep >> from));
		__m128i move = _mm_loadu_si128((const void *)(moves + from));
		_mm_storeu_si128((void *)(out + n), _mm_shuffle_epi8(b, move));
		n += run;
		keep &= ~(((1u << run) - 1) << from);
	}
	return n;
}
#endif

/* Here the only branch that text decides is whether blanks stand next to each other. */
size_t bdl_fold_plain(struct bdl_fold *f, struct bdl_view v)
{
	char *out = f->buf + BDL_FOLD_KEPT;
	size_t i = 0, n = f->n;
	unsigned blank_before = f->blank;

	while (i < v.n && n < BDL_FOLD_CHUNK) {
		unsigned step = v.n - i < STEP ? (unsigned)(v.n - i) : STEP;
		block b = load_some(v.p + i, step);
		block low = small(b), word = word_bytes(low);
		unsigned others = bdl_block_bits(b | (block)(b == '@') | (block)(b == '!') |
		    (block)(b == '*') | (block)((b - '#') < 2));
		others |= 1u << step; /* what was not loaded is no text */
		step = (unsigned)__builtin_ctz(others);
		if (step == 0)
			break;
		unsigned all = (1u << step) - 1, blanks = ~bdl_block_bits(word) & all;
		unsigned drop = blanks & (blanks << 1 | blank_before);
		blank_before = blanks >> (step - 1);
		low = (low & word) | (~word & ' ');
		if (drop == 0) {
			memcpy(out + n, &low, STEP);
			n += step;
		} else {
			n += f->put(out + n, (const unsigned char *)&low, all & ~drop);
		}
		i += step;
	}
	f->n = n;
	f->blank = blank_before != 0;
	return i;
}

static struct bdl_view add_cut(struct bdl_fold *f, struct bdl_view text)
{
	char whole[8];
	size_t n = f->n_cut;
	size_t more = text.n < sizeof(whole) - 4 ? text.n : sizeof(whole) - 4;

	memcpy(whole, f->cut, n);
	memcpy(whole + n, text.p, more);
	size_t took = add_past_ascii(f, bdl_view_at(whole, n + more), false);
	if (took == 0) { /* still cut: all that came belongs to it */
		memcpy(f->cut, whole, n + more);
		f->n_cut = (uint8_t)(n + more);
		return bdl_view_from(text, text.n);
	}
	f->n_cut = 0;
	settle(f);
	if (took >= n)
		return bdl_view_from(text, took - n);
	/* What could not begin one was bad by itself; what stood behind it begins anew. */
	char rest[4];
	size_t left = n - took;
	memcpy(rest, whole + took, left);
	for (size_t i = 0; i < left; settle(f))
		i += add_one(f, bdl_view_at(rest + i, left - i));
	return f->n_cut != 0 && text.n > 0 ? add_cut(f, text) : text;
}

void bdl_fold_init(struct bdl_fold *f, const struct bdl_fold_table *table,
    void (*chunk)(void *context, const char *p, size_t n), void *context)
{
	f->table = table;
	f->chunk = chunk;
	f->context = context;
	f->n = 1;
	f->blank = true;
	f->symbol = 0;
	f->signs = 0;
	f->n_masks = 0;
	f->n_cut = 0;
	f->plain = bdl_fold_plain;
	f->put = bdl_fold_put_each;
#ifdef __x86_64__
	if (__builtin_cpu_supports("ssse3"))
		f->put = put_runs;
	if (bdl_wide_can())
		f->plain = bdl_fold_plain_widely;
#endif
	memset(f->buf, ' ', BDL_FOLD_KEPT + 1);
}

void bdl_fold_add(struct bdl_fold *f, struct bdl_view text)
{
	if (f->n_cut != 0 && text.n > 0)
		text = add_cut(f, text);
	while (text.n > 0) {
		/* Of a symbol or sign shows with the next character whether it stands in a word. */
		size_t n = f->symbol == 0 && f->signs == 0 ? f->plain(f, text) : 0;
		if (n == 0)
			n = add_one(f, text);
		settle(f);
		text = bdl_view_from(text, n);
	}
}

/* What waits for more gets none. */
static void settle_all(struct bdl_fold *f)
{
	struct bdl_view cut = bdl_view_at(f->cut, f->n_cut);

	f->n_cut = 0;
	while (cut.n > 0)
		cut = bdl_view_from(cut, add_past_ascii(f, cut, true));
	if (f->symbol != 0)
		settle_symbol(f, false);
	settle_signs(f, false);
}

void bdl_fold_blank(struct bdl_fold *f)
{
	settle_all(f);
	put_blank(f);
	settle(f);
}

void bdl_fold_break(struct bdl_fold *f)
{
	bdl_fold_blank(f);
	/* One break is enough: the blank before stands behind another one. */
	if (f->buf[BDL_FOLD_KEPT + f->n - 2] == '\n')
		return;
	put(f, '\n');
	put(f, ' ');
	settle(f);
}

void bdl_fold_end(struct bdl_fold *f)
{
	bdl_fold_blank(f);
	if (f->n > 0)
		hand_on(f, f->n);
}

/* --- short texts --- */

struct shortly {
	char *out;
	size_t n, size;
	bool full;
};

static void keep(void *context, const char *p, size_t n)
{
	struct shortly *s = context;

	s->full = s->full || n > s->size - s->n;
	if (s->full)
		return;
	memcpy(s->out + s->n, p, n);
	s->n += n;
}

int bdl_fold_short(
    const struct bdl_fold_table *table, struct bdl_view text, char *out, size_t size, size_t *ret_n)
{
	struct shortly s = { .out = out, .size = size };
	struct bdl_fold f;

	bdl_fold_init(&f, table, keep, &s);
	bdl_fold_add(&f, text);
	bdl_fold_end(&f);
	if (s.full)
		return BDL_E_LIMIT;
	struct bdl_view v = bdl_view_trim(bdl_view_at(out, s.n));
	memmove(out, v.p, v.n);
	*ret_n = v.n;
	return 0;
}
