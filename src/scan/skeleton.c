/* Skeletons, and where they are worth the making. */
#include "scan/skeleton.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "scan/block_int.h"

#define JOINED_MIN 3

typedef bdl_block block;

static char stands_for(char c)
{
	static const char letters[] = "oi\0eas\0tbg"; /* of 0 to 9; 2 and 6 stand for themselves */

	if (bdl_is_digit(c))
		return letters[c - '0'];
	return c == '@' ? 'a' : c == '$' ? 's' : c == '!' ? 'i' : '\0';
}

/* A letter, or what looks like one. */
static bool has_letter(const struct bdl_fold_table *t, struct bdl_view word)
{
	for (size_t i = 0; i < word.n;) {
		uint32_t ch = 0;
		bool bad = false;
		if (bdl_is_letter(word.p[i]))
			return true;
		i += bdl_utf8_next(bdl_view_from(word, i), &ch, &bad);
		if (!bad && ch >= 0x80 && bdl_fold_look(bdl_fold_entry(t, ch)) != 0)
			return true;
	}
	return false;
}

/* One character as it looks, '\0' where it looks like itself only. */
static char look(const struct bdl_fold_table *t, struct bdl_view v, size_t *ret_n)
{
	uint32_t ch = 0;
	bool bad = false;

	*ret_n = 1;
	if ((unsigned char)v.p[0] < 0x80)
		return stands_for(v.p[0]);
	*ret_n = bdl_utf8_next(v, &ch, &bad);
	return bad ? '\0' : bdl_fold_look(bdl_fold_entry(t, ch));
}

struct making {
	struct bdl_skeleton *s;
	const struct bdl_fold_table *table;
	struct bdl_skeleton_word *word;
	char last, before; /* as they were written, letters for what stood for them */
};

static void put(struct making *m, char c)
{
	struct bdl_skeleton *s = m->s;

	if (c == m->last && bdl_is_letter(c)) {
		/* Three of a kind are no spelling. */
		m->word->disguised = m->word->disguised || m->before == c;
		m->before = c;
		return;
	}
	m->before = m->last;
	m->last = c;
	s->text[s->n++] = c == 'l' ? 'i' : c;
}

static void add_letters(struct making *m, struct bdl_view word, bool letters)
{
	while (word.n > 0) {
		size_t n = 1;
		char c = letters ? look(m->table, word, &n) : '\0';
		if (c != '\0') {
			m->word->disguised = true;
			put(m, c);
		} else {
			for (size_t i = 0; i < n; i++)
				put(m, word.p[i]);
		}
		word = bdl_view_from(word, n);
	}
}

static void begin_word(struct making *m, size_t from)
{
	struct bdl_skeleton *s = m->s;

	m->word = &s->words[s->n_words++];
	*m->word = (struct bdl_skeleton_word){ .at = (uint16_t)s->n, .from = (uint16_t)from };
	m->last = m->before = '\0';
}

static void end_word(struct making *m, size_t end)
{
	m->word->n = (uint16_t)(m->s->n - m->word->at);
	m->word->n_from = (uint16_t)(end - m->word->from);
	m->s->text[m->s->n++] = ' ';
}

static bool is_single(struct bdl_view v, size_t at)
{
	return at < v.n && v.p[at] > ' ' && (at + 1 == v.n || v.p[at + 1] == ' ');
}

/* How many single letters stand in a row from `at` on. */
static size_t singles(struct bdl_view v, size_t at)
{
	size_t n = 0;

	while (is_single(v, at + 2 * n))
		n++;
	return n;
}

static void add_single(struct making *m, struct bdl_view v, size_t at)
{
	begin_word(m, at);
	add_letters(m, bdl_view_at(v.p + at, 1), true);
	end_word(m, at + 1);
}

/* One letter that is a word. */
static bool is_word(char c)
{
	return c == 'i' || c == 'a';
}

/* n single letters, of which those at the ends may stand apart. */
static size_t add_joined(struct making *m, struct bdl_view v, size_t at, size_t n, unsigned apart)
{
	size_t end = at + 2 * n;
	unsigned ends = (is_word(v.p[at]) ? BDL_SKELETON_FIRST : 0) |
	    (is_word(v.p[end - 2]) ? BDL_SKELETON_LAST : 0);

	if (n < JOINED_MIN + 2)
		apart = apart == (BDL_SKELETON_FIRST | BDL_SKELETON_LAST) || n == JOINED_MIN
		    ? 0
		    : apart;
	m->s->ends |= n > JOINED_MIN ? ends : 0;
	ends &= apart;
	if (ends & BDL_SKELETON_FIRST) {
		add_single(m, v, at);
		at += 2;
		n--;
	}
	n -= ends & BDL_SKELETON_LAST ? 1 : 0;
	begin_word(m, at);
	for (size_t i = 0; i < n; i++)
		add_letters(m, bdl_view_at(v.p + at + 2 * i, 1), true);
	m->word->disguised = true;
	m->word->joined = true;
	m->word->apart = (uint8_t)ends;
	end_word(m, at + 2 * n - 1);
	if (ends & BDL_SKELETON_LAST)
		add_single(m, v, at + 2 * n);
	return end;
}

static size_t add_word(struct making *m, struct bdl_view v, size_t at)
{
	const char *blank = memchr(v.p + at, ' ', v.n - at);
	size_t end = blank != NULL ? (size_t)(blank - v.p) : v.n;
	struct bdl_view word = bdl_view_at(v.p + at, end - at);

	begin_word(m, at);
	add_letters(m, word, has_letter(m->table, word));
	end_word(m, end);
	return end;
}

void bdl_skeleton_make(
    struct bdl_skeleton *s, const struct bdl_fold_table *table, struct bdl_view folded)
{
	bdl_skeleton_make_apart(s, table, folded, 0);
}

void bdl_skeleton_make_apart(struct bdl_skeleton *s, const struct bdl_fold_table *table,
    struct bdl_view folded, unsigned apart)
{
	struct making m = { .s = s, .table = table };

	s->n = s->n_words = s->ends = 0;
	s->text[s->n++] = ' ';
	for (size_t at = 0; at < folded.n;) {
		if (folded.p[at] == ' ') {
			at++;
			continue;
		}
		size_t n = singles(folded, at);
		bool starts = at == 0 || folded.p[at - 1] == ' ';
		at = starts && n >= JOINED_MIN ? add_joined(&m, folded, at, n, apart)
					       : add_word(&m, folded, at);
	}
}

/* --- where to look --- */

static inline block blanks_of(block b)
{
	return (block)(b <= ' ');
}

static inline block letters_of(block b)
{
	return (block)((b - 'a') < 26);
}

static inline block digits_of(block b)
{
	return (block)((b - '0') < 10);
}

/* Bytes at which something odd begins: see below, one line for each. */
static inline block odd_at(const char *p)
{
	block a = bdl_block_load(p), b = bdl_block_load(p + 1), c = bdl_block_load(p + 2);
	block mixed = (digits_of(a) & letters_of(b)) | (letters_of(a) & digits_of(b));
	block symbol = (block)(a == '@') | (block)(a == '$') | (block)(a == '!');
	block thrice = (block)(a == b) & (block)(b == c) & letters_of(a) & ~(block)(a == 'w');
	block spaced = letters_of(a) & blanks_of(b) & letters_of(c) &
	    blanks_of(bdl_block_load(p + 3)) & letters_of(bdl_block_load(p + 4)) &
	    blanks_of(bdl_block_load(p + 5));

	return mixed | symbol | thrice | spaced | (a & 0x80);
}

size_t bdl_skeleton_odd(struct bdl_view p, size_t at)
{
	for (; at < p.n; at += BDL_BLOCK) {
		unsigned odd = bdl_block_bits(odd_at(p.p + at));
		if (odd == 0)
			continue;
		at += (size_t)__builtin_ctz(odd);
		return at < p.n ? at : p.n;
	}
	return p.n;
}
