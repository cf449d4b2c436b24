/* Names of policies, and of the people who answer for them. */
#include "base/utf8.h"
#include "record/versions_int.h"

bool bdl_policy_name_ok(struct bdl_view name)
{
	if (!name.n || name.n > BDL_POLICY_NAME_MAX || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
	}
	return true;
}

int bdl_policy_name_check(struct bdl_view name, struct bdl_err *err)
{
	if (bdl_policy_name_ok(name))
		return 0;
	return bdl_fail(err, BDL_E_INVALID,
	    "'%.*s' is no name of a policy: lower-case letters, digits and hyphens, at most %d",
	    BDL_FMT(name), BDL_POLICY_NAME_MAX);
}

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
