/* Texts as `with words` compares them. */
#include "base/ascii.h"
#include "policy/facts.h"

static bool is_of_a_word(unsigned char c)
{
	return c >= 0x80 || bdl_is_letter((char)c) || bdl_is_digit((char)c);
}

/* The second byte of Latin-1's capital letters is 0x20 below that of the small ones (not of the
 * multiplication sign). */
static char lower(unsigned char before, unsigned char c)
{
	bool capital = before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97;

	return capital ? (char)(c + 0x20) : bdl_lower((char)c);
}

void bdl_text_fold(struct bdl_view text, struct bdl_buf *out)
{
	size_t start = out->n;
	unsigned char before = 0;
	bool gap = false;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (!is_of_a_word(c)) {
			gap = true;
		} else {
			if (gap && out->n > start)
				(void)bdl_buf_add_char(out, ' ');
			(void)bdl_buf_add_char(out, lower(before, c));
			gap = false;
		}
		before = c;
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
