/*
 * Sorting by keys of eight characters, taken from the right end of the name: three parts by the key,
 * and within the middle one the next eight characters. So most comparisons look at the points alone
 * and not at the names, which lie all over the memory.
 */
#include "doors/dns/order.h"
#include "base/ascii.h"
#include "proto/url.h"

#define KEY_CHARS  8
#define LABEL_MAX  63
#define INSERT_MAX 16 /* fewer points than that are put in their places one by one */

static bool label_fits(struct bdl_view label)
{
	if (label.n == 0 || label.n > LABEL_MAX)
		return false;
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (!(c >= 'a' && c <= 'z') && !bdl_is_digit(c) && c != '-' && c != '_')
			return false;
	}
	return true;
}

bool bdl_dns_name_fits(struct bdl_view name)
{
	struct bdl_view label;

	if (name.n == 0 || name.n > BDL_DNS_NAME_MAX || name.p[name.n - 1] == '.')
		return false;
	for (size_t at = name.n; at > 0 && name.p[at - 1] != '.'; at--)
		if (!bdl_is_digit(name.p[at - 1])) {
			while (bdl_view_cut(&name, '.', &label))
				if (!label_fits(label))
					return false;
			return true;
		}
	return false;
}

/* The character so many from the right end, in the order of the tree; 0 past the first. */
static unsigned char rank(struct bdl_view name, size_t from_end)
{
	char c;

	if (from_end >= name.n)
		return 0;
	c = name.p[name.n - 1 - from_end];
	return c == '.' ? 1 : (unsigned char)c;
}

int bdl_dns_name_cmp(struct bdl_view a, struct bdl_view b)
{
	for (size_t i = 0;; i++) {
		unsigned char x = rank(a, i), y = rank(b, i);

		if (x != y)
			return x < y ? -1 : 1;
		if (x == 0)
			return 0;
	}
}

static uint64_t key_at(const struct bdl_host_record *record, size_t depth)
{
	struct bdl_view name = bdl_host_record_view(record);
	uint64_t key = 0;

	for (size_t i = 0; i < KEY_CHARS; i++)
		key = key << 8 | rank(name, depth + i);
	return key;
}

struct bdl_dns_point bdl_dns_point_of(const struct bdl_host_record *record)
{
	return (struct bdl_dns_point){ key_at(record, 0), record };
}

static void swap(struct bdl_dns_point *a, struct bdl_dns_point *b)
{
	struct bdl_dns_point p = *a;

	*a = *b;
	*b = p;
}

/* By the whole names. */
static void insert(struct bdl_dns_point *points, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t at = i; at > 0; at--) {
			struct bdl_dns_point *a = &points[at - 1], *b = &points[at];

			if (a->key < b->key ||
			    (a->key == b->key &&
				bdl_dns_name_cmp(bdl_host_record_view(a->record),
				    bdl_host_record_view(b->record)) <= 0))
				break;
			swap(a, b);
		}
}

/* Another pivot each time, so that no order of the names is a bad one for long. */
static uint64_t pivot_of(const struct bdl_dns_point *points, size_t n)
{
	uint64_t mix = (points[0].key ^ points[n - 1].key ^ n) * 0x9e3779b97f4a7c15u;
	uint64_t a = points[(mix >> 7) % n].key, b = points[n / 2].key,
		 c = points[(mix >> 33) % n].key;

	if (a > b) {
		uint64_t x = a;

		a = b;
		b = x;
	}
	return c < a ? a : c > b ? b : c;
}

/* Keys are those at `depth`. */
static void sort_from(struct bdl_dns_point *points, size_t n, size_t depth)
{
	while (n > INSERT_MAX) {
		uint64_t pivot = pivot_of(points, n);
		size_t low = 0, high = n, i = 0;

		while (i < high) {
			if (points[i].key < pivot)
				swap(&points[low++], &points[i++]);
			else if (points[i].key > pivot)
				swap(&points[i], &points[--high]);
			else
				i++;
		}
		sort_from(points, low, depth);
		sort_from(points + high, n - high, depth);
		if ((pivot & 0xff) == 0) /* these names end here: they are equal */
			return;
		points += low;
		n = high - low;
		depth += KEY_CHARS;
		for (i = 0; i < n; i++)
			points[i].key = key_at(points[i].record, depth);
	}
	insert(points, n);
}

void bdl_dns_sort(struct bdl_dns_point *points, size_t n)
{
	sort_from(points, n, 0);
}
