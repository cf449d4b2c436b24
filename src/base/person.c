#include "base/person.h"

#include "base/utf8.h"

/* Spaces, dots and the like: "A. Head" is "A Head". */
static bool counts(uint32_t ch)
{
	if (ch < 0x80)
		return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
	return ch != 0xa0 && !(ch >= 0x2000 && ch <= 0x206f) && !bdl_utf8_is_unseen(ch);
}

/* The next letter or digit, taken off *v, in lower case; 0 at the end. */
static uint32_t next_letter(struct bdl_view *v)
{
	while (v->n > 0) {
		uint32_t ch;
		bool bad;
		*v = bdl_view_from(*v, bdl_utf8_next(*v, &ch, &bad));
		ch = bdl_utf8_lower(ch);
		if (counts(ch))
			return ch;
	}
	return 0;
}

bool bdl_person_ok(struct bdl_view person)
{
	return bdl_utf8_printable(person) && next_letter(&person) != 0;
}

bool bdl_person_same(struct bdl_view a, struct bdl_view b)
{
	uint32_t x, y;

	do {
		x = next_letter(&a);
		y = next_letter(&b);
	} while (x && x == y);
	return x == y;
}
