/* Texts as `with words` compares them. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "policy/facts.h"

static bool is_of_a_word(uint32_t ch)
{
	return (ch > 0xbf && !(ch >= 0x2000 && ch <= 0x206f)) ||
	    (ch < 0x80 && (bdl_is_letter((char)ch) || bdl_is_digit((char)ch)));
}

/* Letters and digits as wide as Chinese ones: engines and readers take them for the plain ones. */
static uint32_t narrowed(uint32_t ch)
{
	return ch >= 0xff01 && ch <= 0xff5e ? ch - 0xff01 + '!' : ch;
}

void bdl_text_fold(struct bdl_view text, struct bdl_buf *out)
{
	size_t start = out->n;
	char bytes[4];
	bool gap = false;

	while (text.n) {
		uint32_t ch;
		bool bad;

		text = bdl_view_from(text, bdl_utf8_next(text, &ch, &bad));
		if (!bad && bdl_utf8_is_unseen(ch))
			continue;
		ch = narrowed(ch);
		if (bad || !is_of_a_word(ch)) {
			gap = true;
			continue;
		}
		if (gap && out->n > start)
			(void)bdl_buf_add_char(out, ' ');
		(void)bdl_buf_add(out, bytes, bdl_utf8_put(bdl_utf8_lower(ch), bytes));
		gap = false;
	}
}

bool bdl_text_has_words(struct bdl_view folded, struct bdl_view words)
{
	const char *at = folded.p, *end = folded.p + folded.n;

	if (!words.n || !folded.n)
		return false;
	while ((at = memmem(at, (size_t)(end - at), words.p, words.n))) {
		bool begins = at == folded.p || at[-1] == ' ';

		if (begins && (at + words.n == end || at[words.n] == ' '))
			return true;
		at++;
	}
	return false;
}
