/*
 * Rules of which the school's lists have the categories. A rule that names one which no list has would be
 * an error of the draft, and would do nothing: it is left out and said.
 */
#include "base/ascii.h"
#include "import/import_int.h"

struct sieve {
	const struct bdl_import_terms *terms;
	struct bdl_buf *left_out; /* names of categories */
};

static bool is_listed(const struct sieve *s, struct bdl_view name)
{
	for (size_t i = 0; i < s->terms->n_categories; i++)
		if (bdl_view_is(name, s->terms->categories[i]))
			return true;
	return false;
}

static void say_left_out(const struct sieve *s, struct bdl_view name)
{
	struct bdl_view rest = bdl_buf_view(s->left_out), one;

	while (bdl_view_cut(&rest, ',', &one))
		if (bdl_view_eq(bdl_view_trim(one), name))
			return;
	(void)bdl_buf_printf(s->left_out, "%s%.*s", s->left_out->n ? ", " : "", BDL_FMT(name));
}

static size_t name_length(struct bdl_view v)
{
	size_t n = 0;

	while (n < v.n && (bdl_is_letter(v.p[n]) || bdl_is_digit(v.p[n]) || v.p[n] == '-'))
		n++;
	return n;
}

/* Names behind "category", of which those that no list has go; how many stay. */
static size_t put_names(const struct sieve *s, struct bdl_view *rest, struct bdl_buf *out)
{
	size_t kept = 0;

	for (;;) {
		struct bdl_view name = bdl_view_at(rest->p, name_length(*rest));

		*rest = bdl_view_from(*rest, name.n);
		if (is_listed(s, name))
			(void)bdl_buf_printf(out, "%s%.*s", kept++ ? ", " : "", BDL_FMT(name));
		else
			say_left_out(s, name);
		if (!bdl_view_starts(*rest, BDL_LIT(", ")))
			return kept;
		*rest = bdl_view_from(*rest, 2);
	}
}

/* A line of a rule, appended; false where a category of its own has to go and none is left. */
static bool put_line(const struct sieve *s, struct bdl_view line, struct bdl_buf *out)
{
	static const char mark[] = "to category ";
	struct bdl_view rest = line;
	const char *at = memmem(rest.p, rest.n, mark, strlen(mark));

	if (!at) {
		(void)bdl_buf_add_view(out, line);
		return true;
	}
	rest = bdl_view_from(rest, (size_t)(at - rest.p) + strlen(mark));
	(void)bdl_buf_add(out, line.p, (size_t)(rest.p - line.p));
	if (put_names(s, &rest, out) == 0)
		return false;
	(void)bdl_buf_add_view(out, rest);
	return true;
}

/* The rule at the front of *rest: its first line, and those that stand further in. */
static void put_rule(const struct sieve *s, struct bdl_view *rest, struct bdl_buf *out)
{
	size_t before = out->n;
	bool whole = true, first = true;
	struct bdl_view line;

	while ((first || bdl_view_starts(*rest, BDL_LIT(" "))) && bdl_view_cut(rest, '\n', &line)) {
		whole = put_line(s, line, out) && whole;
		(void)bdl_buf_add_char(out, '\n');
		first = false;
	}
	if (!whole)
		out->n = before;
}

bool bdl_rules_listed(const struct bdl_import_terms *terms, struct bdl_view rules,
    struct bdl_region *region, struct bdl_view *ret, struct bdl_view *ret_left_out)
{
	struct bdl_buf out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_CONCEPTS_BYTES_MAX);
	struct bdl_buf left_out BDL_AUTO_IN(bdl_buf_done) = BDL_BUF(BDL_CONCEPTS_BYTES_MAX);
	const struct sieve s = { terms, &left_out };

	*ret = rules;
	*ret_left_out = (struct bdl_view){ 0 };
	if (!terms->categories)
		return true;
	while (rules.n > 0)
		put_rule(&s, &rules, &out);
	*ret = bdl_region_view(region, bdl_buf_view(&out));
	*ret_left_out = bdl_region_view(region, bdl_buf_view(&left_out));
	return !bdl_region_broken(region);
}
