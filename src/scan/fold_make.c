/*
 * The table of folding, from what ICU knows: compatibility forms and case (NFKC_Casefold), marks,
 * kinds of characters, and which characters are taken for which (the confusables of UTS 39).
 */
#include "base/alloc.h"
#include "base/utf8.h"
#include "scan/fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#define UNITS_MAX 64 /* of a character's longest form */

struct maker {
	const UNormalizer2 *casefold, *decompose, *compose;
	USpoofChecker *spoof;
	UChar small[26][UNITS_MAX], large[26][UNITS_MAX]; /* skeletons of the letters */
	struct bdl_fold_made *made;
	size_t cap_entries, cap_text;
};

static void maker_done(struct maker *m)
{
	if (m->spoof != NULL)
		uspoof_close(m->spoof);
}

/* --- look-alikes --- */

static int32_t utf16(UChar32 ch, UChar out[2])
{
	if (ch < 0x10000) {
		out[0] = (UChar)ch;
		return 1;
	}
	out[0] = U16_LEAD(ch);
	out[1] = U16_TRAIL(ch);
	return 2;
}

static UChar32 next_char(const UChar *p, int32_t *at, int32_t n)
{
	UChar first = p[(*at)++];

	if (!U16_IS_LEAD(first) || *at == n)
		return (UChar32)first;
	return (UChar32)U16_GET_SUPPLEMENTARY(first, p[(*at)++]);
}

static void skeleton(struct maker *m, UChar32 ch, UChar out[UNITS_MAX])
{
	UErrorCode status = U_ZERO_ERROR;
	UChar one[2];
	int32_t n = utf16(ch, one);

	(void)uspoof_getSkeleton(m->spoof, 0, one, n, out, UNITS_MAX, &status);
	if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING)
		out[0] = 0;
}

static char letter_of(const struct maker *m, const UChar *like)
{
	for (int i = 0; i < 26 && like[0] != 0; i++)
		if (u_strcmp(like, m->small[i]) == 0 || u_strcmp(like, m->large[i]) == 0)
			return (char)('a' + i);
	return 0;
}

/* What is folded has small letters only, so one also looks like what its capital looks like. */
static char look_of(struct maker *m, UChar32 ch)
{
	UChar like[UNITS_MAX];

	skeleton(m, ch, like);
	char c = letter_of(m, like);
	if (c != 0 || u_toupper(ch) == ch)
		return c;
	skeleton(m, u_toupper(ch), like);
	return letter_of(m, like);
}

/* --- one character --- */

static bool is_word_type(int8_t type)
{
	return (type >= U_UPPERCASE_LETTER && type <= U_OTHER_LETTER) ||
	    type == U_DECIMAL_DIGIT_NUMBER || type == U_LETTER_NUMBER ||
	    type == U_COMBINING_SPACING_MARK;
}

static void append(char *out, size_t *n, const char *p, size_t n_p)
{
	if (*n + n_p <= UNITS_MAX * 4) {
		memcpy(out + *n, p, n_p);
		*n += n_p;
	}
}

static void append_char(char *out, size_t *n, UChar32 ch)
{
	char utf8[4];
	int8_t type = u_charType(ch);

	if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR ||
	    bdl_utf8_is_unseen((uint32_t)ch))
		return;
	if (type == U_DECIMAL_DIGIT_NUMBER)
		ch = '0' + u_charDigitValue(ch);
	if (!is_word_type(type)) {
		append(out, n, " ", 1);
		return;
	}
	append(out, n, utf8, bdl_utf8_put((uint32_t)u_tolower(ch), utf8));
}

/* The character folded, as UTF-8 with blanks where it is no part of a word. */
static size_t folded(struct maker *m, UChar32 ch, char out[UNITS_MAX * 4])
{
	UErrorCode status = U_ZERO_ERROR;
	UChar one[2], a[UNITS_MAX], b[UNITS_MAX];
	int32_t n = utf16(ch, one);
	size_t size = 0;

	n = unorm2_normalize(m->casefold, one, n, a, UNITS_MAX, &status);
	n = unorm2_normalize(m->decompose, a, n, b, UNITS_MAX, &status);
	int32_t kept = 0;
	for (int32_t i = 0; U_SUCCESS(status) && i < n;) {
		int32_t from = i;
		UChar32 c = next_char(b, &i, n);
		if (u_charType(c) == U_NON_SPACING_MARK)
			continue;
		for (; from < i; from++)
			b[kept++] = b[from];
	}
	n = unorm2_normalize(m->compose, b, kept, a, UNITS_MAX, &status);
	for (int32_t i = 0; U_SUCCESS(status) && i < n;) {
		UChar32 c = next_char(a, &i, n);
		append_char(out, &size, c);
	}
	return size;
}

static bool is_emoji(UChar32 ch)
{
	return ch >= 0x231a && u_hasBinaryProperty(ch, UCHAR_EMOJI) &&
	    !is_word_type(u_charType(ch));
}

static uint32_t text_entry(struct maker *m, const char *p, size_t n)
{
	struct bdl_fold_made *made = m->made;
	char *at = made->n_text > 0 ? memmem(made->text, made->n_text, p, n) : NULL;
	size_t offset = at != NULL ? (size_t)(at - made->text) : made->n_text;

	for (size_t i = 0; at == NULL && i < n; i++) {
		made->text = bdl_xgrow(made->text, made->n_text, &m->cap_text, 1);
		made->text[made->n_text++] = p[i];
	}
	return BDL_FOLD_TEXT | (uint32_t)(n << 10) | (uint32_t)(offset << 14);
}

static uint32_t entry_of(struct maker *m, UChar32 ch)
{
	char out[UNITS_MAX * 4], self[6] = " ";
	size_t n_self = 1;

	if (bdl_utf8_is_unseen((uint32_t)ch) || u_hasBinaryProperty(ch, UCHAR_EMOJI_MODIFIER))
		return BDL_FOLD_DROP;
	n_self += bdl_utf8_put((uint32_t)ch, self + 1);
	if (is_emoji(ch)) {
		self[n_self++] = ' ';
		return text_entry(m, self, n_self);
	}
	size_t n = folded(m, ch, out);
	if (n == 0)
		return u_charType(ch) == U_NON_SPACING_MARK || u_charType(ch) == U_ENCLOSING_MARK ||
			u_charType(ch) == U_FORMAT_CHAR
		    ? BDL_FOLD_DROP
		    : BDL_FOLD_BLANK;
	if (memchr(out, ' ', n) != NULL && n == 1)
		return BDL_FOLD_BLANK;
	uint32_t look = (uint32_t)(unsigned char)look_of(m, ch) << 2;
	if (n > BDL_FOLD_TEXT_MAX || (n == n_self - 1 && memcmp(out, self + 1, n) == 0))
		return BDL_FOLD_SAME | look;
	return text_entry(m, out, n) | look;
}

/* Ideographs and syllables of Hangul stand for themselves, and are most of Unicode. */
static uint32_t quick_entry(struct maker *m, UChar32 ch)
{
	if ((ch >= 0x3400 && ch <= 0x9fff) || (ch >= 0xac00 && ch <= 0xd7a3) ||
	    (ch >= 0x20000 && ch <= 0x3ffff && (ch < 0x2f800 || ch > 0x2fa1f)))
		return BDL_FOLD_SAME;
	if (!u_isdefined(ch) || (ch >= 0xd800 && ch <= 0xf8ff))
		return BDL_FOLD_BLANK;
	return entry_of(m, ch);
}

static int open_all(struct maker *m, struct bdl_err *err)
{
	UErrorCode status = U_ZERO_ERROR;

	m->casefold = unorm2_getNFKCCasefoldInstance(&status);
	m->decompose = unorm2_getNFDInstance(&status);
	m->compose = unorm2_getNFCInstance(&status);
	m->spoof = uspoof_open(&status);
	if (U_FAILURE(status))
		return bdl_fail(err, BDL_E_MISSING, "ICU has no data: %s", u_errorName(status));
	for (int i = 0; i < 26; i++) {
		skeleton(m, 'a' + i, m->small[i]);
		skeleton(m, 'A' + i, m->large[i]);
	}
	return 0;
}

/* Pages that are the same are kept once. */
static void add_page(struct maker *m, size_t number, const uint32_t *page)
{
	struct bdl_fold_made *made = m->made;
	size_t n_pages = made->n_entries / BDL_FOLD_PAGE, at = 0, size = BDL_FOLD_PAGE;

	while (at < n_pages && memcmp(made->entries + at * size, page, size * sizeof(*page)) != 0)
		at++;
	made->pages[number] = (uint16_t)at;
	for (size_t i = 0; at == n_pages && i < size; i++) {
		made->entries = bdl_xgrow(
		    made->entries, made->n_entries, &m->cap_entries, sizeof(*made->entries));
		made->entries[made->n_entries++] = page[i];
	}
}

int bdl_fold_make(struct bdl_fold_made *ret, struct bdl_err *err)
{
	BDL_AUTO_IN(bdl_fold_made_done) struct bdl_fold_made made = { 0 };
	BDL_AUTO_IN(maker_done) struct maker m = { .made = &made };
	uint32_t page[BDL_FOLD_PAGE];
	int rc = open_all(&m, err);

	if (rc < 0)
		return rc;
	made.pages = bdl_xcalloc(BDL_FOLD_PAGES, sizeof(*made.pages));
	for (size_t i = 0; i < BDL_FOLD_PAGES; i++) {
		for (size_t k = 0; k < BDL_FOLD_PAGE; k++)
			page[k] = quick_entry(&m, (UChar32)(i * BDL_FOLD_PAGE + k));
		add_page(&m, i, page);
	}
	*ret = made;
	made = (struct bdl_fold_made){ 0 };
	return 0;
}

void bdl_fold_made_done(struct bdl_fold_made *m)
{
	free(m->pages);
	free(m->entries);
	free(m->text);
}
