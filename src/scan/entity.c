/* Character references: "amp", "#8217", "#x2019". The names are those of the HTML standard. */
#include "base/utf8.h"
#include "scan/entity_int.h"
#include "scan/markup_int.h"

/* Numbers 128 to 159 are read as windows-1252, as every browser does. */
static const uint16_t windows[32] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c,
	0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178 };

/* Of those that are met at all nearly all are these, so they are looked at first. */
static const struct bdl_entity_name everyday[] = {
	{ "amp", "&", true },
	{ "nbsp", "\302\240", true },
	{ "quot", "\"", true },
	{ "lt", "<", true },
	{ "gt", ">", true },
};

static const struct bdl_entity_name *find(struct bdl_view name)
{
	size_t from = 0, n = bdl_entity_names_n;

	for (size_t i = 0; i < BDL_ARRAY_LEN(everyday); i++)
		if (bdl_view_is(name, everyday[i].name))
			return &everyday[i];
	while (n > 0) {
		const struct bdl_entity_name *e = &bdl_entity_names[from + n / 2];
		int order = strncmp(e->name, name.p, name.n);
		if (order == 0 && e->name[name.n] != '\0')
			order = 1;
		if (order == 0)
			return e;
		if (order < 0)
			from += n / 2 + 1;
		n = order < 0 ? n - n / 2 - 1 : n / 2;
	}
	return NULL;
}

static bool is_number_digit(char c, bool hex)
{
	uint64_t n = 0;

	return hex ? bdl_view_hex(bdl_view_at(&c, 1), 15, &n) : c >= '0' && c <= '9';
}

static struct bdl_view by_number(struct bdl_view name, char out[4], size_t *ret_used)
{
	bool hex = name.n > 1 && (name.p[1] == 'x' || name.p[1] == 'X');
	size_t from = hex ? 2 : 1, end = from;
	uint64_t n = 0;

	while (end < name.n && is_number_digit(name.p[end], hex))
		end++;
	struct bdl_view digits = bdl_view_at(name.p + from, end - from);
	if (digits.n == 0)
		return bdl_view_at(NULL, 0);
	bool fits = hex ? bdl_view_hex(digits, 0x10ffff, &n) : bdl_view_uint(digits, 0x10ffff, &n);
	if (!fits || n == 0)
		n = BDL_UTF8_BAD;
	if (n >= 0x80 && n <= 0x9f)
		n = windows[n - 0x80];
	*ret_used = end;
	return bdl_view_at(out, bdl_utf8_put((uint32_t)n, out));
}

struct bdl_view bdl_entity(struct bdl_view name, bool ended, char out[4], size_t *ret_used)
{
	const struct bdl_entity_name *e = NULL;

	*ret_used = 0;
	if (name.n > 0 && name.p[0] == '#')
		return by_number(name, out, ret_used);
	if (ended && (e = find(name)) != NULL) {
		*ret_used = name.n;
		return bdl_view_of(e->text);
	}
	/* Old names stand without ';' as well, the longest that fits. */
	for (size_t n = name.n < 6 ? name.n : 6; n > 1; n--) {
		e = find(bdl_view_at(name.p, n));
		if (e != NULL && e->old) {
			*ret_used = n;
			return bdl_view_of(e->text);
		}
	}
	return bdl_view_at(NULL, 0);
}
