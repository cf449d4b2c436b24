/*
 * The rules of ad blockers that name a whole host or a page: "||host^", "||host/path",
 * "|http://host/path|", "@@" before them. What they say of parts of pages, of third parties or by
 * patterns is nothing that a school's list can mean.
 */
#include "base/ascii.h"
#include "lists/source_int.h"

/* Options that do not narrow a rule. */
static bool is_wide(struct bdl_view options)
{
	static const char *const wide[] = { "all", "document", "doc", "important", "popup" };
	struct bdl_view option;

	while (bdl_view_cut(&options, ',', &option)) {
		bool known = false;
		for (size_t i = 0; i < BDL_ARRAY_LEN(wide); i++)
			known = known || bdl_view_is(option, wide[i]);
		if (!known)
			return false;
	}
	return true;
}

/* Where the options begin: at the last '$', which a path seldom holds; v.n where there are none. */
static size_t options_at(struct bdl_view v)
{
	for (size_t i = v.n; i > 0; i--) {
		if (v.p[i - 1] == '$')
			return i - 1;
		if (v.p[i - 1] == '/')
			break;
	}
	return v.n;
}

static bool is_about_parts(struct bdl_view v)
{
	for (size_t i = 0; i + 1 < v.n; i++) {
		if (v.p[i] == '#' && strchr("#@?$%", v.p[i + 1]) != NULL)
			return true;
	}
	return false;
}

/* The entry that a rule's pattern means; false where it is a pattern indeed. */
static bool entry_of(struct bdl_view v, char *out, size_t size, struct bdl_view *ret)
{
	bool exact = false;

	if (bdl_view_starts(v, BDL_LIT("||"))) {
		v = bdl_view_from(v, 2);
	} else if (v.n > 2 && v.p[0] == '|' && v.p[v.n - 1] == '|') {
		exact = true;
		v = bdl_view_at(v.p + 1, v.n - 2);
	} else if (!bdl_list_is_domain(v) || bdl_view_find(v, '.') == v.n) {
		return false;
	}
	while (!exact && v.n > 0 && strchr("^*|", v.p[v.n - 1]) != NULL)
		v.n--;
	/* With this alone behind the host the rule is for all of it. */
	if (v.n == 0 || v.n + 1 > size || bdl_view_find(v, '*') < v.n ||
	    bdl_view_find(v, '^') < v.n || bdl_view_find(v, '|') < v.n)
		return false;
	out[0] = '=';
	memcpy(out + exact, v.p, v.n);
	*ret = bdl_view_at(out, v.n + exact);
	return true;
}

int bdl_line_adblock(struct bdl_reading *r, struct bdl_view line, struct bdl_err *err)
{
	char text[BDL_PAGE_MAX + 2];
	struct bdl_view v = line, entry;
	bool except;
	size_t options;

	if (v.n > 0 && v.p[v.n - 1] == '\r')
		v.n--;
	v = bdl_view_trim(v);
	if (v.n == 0 || v.p[0] == '!' || v.p[0] == '[' || bdl_view_is(v, "#") ||
	    bdl_view_starts(v, BDL_LIT("# ")))
		return BDL_LINE_EMPTY;
	if (is_about_parts(v) || v.p[0] == '#')
		return BDL_LINE_PASSED;
	if (bdl_is_digit(v.p[0]) && bdl_view_find(v, ' ') < v.n)
		return bdl_line_hosts(r, v, err);
	except = bdl_view_starts(v, BDL_LIT("@@"));
	v = bdl_view_from(v, except ? 2 : 0);
	options = options_at(v);
	if (options < v.n && !is_wide(bdl_view_from(v, options + 1)))
		return BDL_LINE_PASSED;
	if (!entry_of(bdl_view_at(v.p, options), text, sizeof(text), &entry))
		return BDL_LINE_PASSED;
	int rc = bdl_reading_put(r, entry, except, err);
	return rc < 0 ? rc : BDL_LINE_TAKEN;
}
