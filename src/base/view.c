#include "base/view.h"
#include "base/ascii.h"

bool bdl_view_same_letters(const char *a, const char *b, size_t n)
{
	if (n == 0 || memcmp(a, b, n) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && bdl_lower(a[i]) != bdl_lower(b[i]))
			return false;
	return true;
}

bool bdl_view_cut(struct bdl_view *rest, char c, struct bdl_view *ret_head)
{
	if (rest->n == 0)
		return false;
	size_t at = bdl_view_find(*rest, c);
	size_t eaten = at < rest->n ? at + 1 : at;

	*ret_head = bdl_view_at(rest->p, at);
	*rest = bdl_view_from(*rest, eaten);
	return true;
}

static bool number(struct bdl_view v, int base, uint64_t max, uint64_t *ret)
{
	uint64_t sum = 0;

	if (v.n == 0)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		int d = bdl_hex_digit(v.p[i]);

		if (d < 0 || d >= base || __builtin_mul_overflow(sum, (uint64_t)base, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)d, &sum) || sum > max)
			return false;
	}
	*ret = sum;
	return true;
}

bool bdl_view_uint(struct bdl_view v, uint64_t max, uint64_t *ret)
{
	return number(v, 10, max, ret);
}

bool bdl_view_hex(struct bdl_view v, uint64_t max, uint64_t *ret)
{
	return number(v, 16, max, ret);
}

int bdl_view_cmp(struct bdl_view a, struct bdl_view b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}
