/* Whose policy it is: names of schools and trusts, which stand in a text with capitals. */
#include "base/ascii.h"
#include "import/import_int.h"

#define LINES_MAX  400 /* in which a school that has a name has said it */
#define FIRST      20  /* lines in which once is enough */
#define LINE_CHARS 60  /* of a line that is a name alone */

static bool is_any(struct bdl_view word, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bdl_view_iis(word, words[i]))
			return true;
	return false;
}

static bool is_capital(struct bdl_view word)
{
	return word.n > 1 && word.p[0] >= 'A' && word.p[0] <= 'Z' && bdl_is_letter(word.p[1]);
}

/* Words with a capital that begin sentences and titles, and no name. */
static bool is_common(struct bdl_view word)
{
	static const char *const common[] = { "The", "Our", "This", "At", "For", "In", "All",
		"Personal", "Use", "Using", "Acceptable", "Policy", "Internet", "Staff", "Pupils",
		"Students", "Your", "Any", "When", "If", "Each", "Every", "Within", "Outside",
		"Social", "Media", "Computers", "Technology", "Sixth", "Leave", "Out", "After",
		"Before", "During", "New", "Private", "Only", "Under", "Devices", "ICT", "IT",
		"Trust", "Whole", "Online", "Safety", "Rules", "Regulations", "Agreement",
		"Handbook", "Guide", "Guidance", "Charter", "Contract", "Statement", "Declaration",
		"Procedures", "Code", "Governors", "Governing", "Remote", "AUP", "Head",
		"Headteacher", "Principal", "Teacher", "Teachers", "Parents", "Board", "Chair",
		"Name", "Signed" };

	return is_any(word, common, BDL_ARRAY_LEN(common));
}

/* Words of what a school or a trust is, which alone are no name: "Multi Academy Trust". */
static bool is_kind(struct bdl_view word)
{
	static const char *const kinds[] = { "Primary", "Secondary", "High", "Infant", "Junior",
		"Nursery", "Grammar", "Middle", "Special", "Community", "Catholic", "Multi",
		"Multi-Academy", "Academy", "Academies", "Schools", "School", "Education",
		"Educational", "Learning", "Partnership", "Charitable", "NHS" };

	return is_any(word, kinds, BDL_ARRAY_LEN(kinds));
}

/* "School" ends a name; "school" too behind "Primary". */
static bool ends_school(struct bdl_view word, struct bdl_view before)
{
	static const char *const ends[] = { "School", "Academy", "College", "SCHOOL", "ACADEMY",
		"COLLEGE" };

	for (size_t i = 0; i < BDL_ARRAY_LEN(ends); i++)
		if (bdl_view_is(word, ends[i]))
			return true;
	return bdl_view_is(word, "school") && is_kind(before) && is_capital(before);
}

static bool ends_trust(struct bdl_view word, struct bdl_view before)
{
	(void)before; /* nothing else is a trust */
	return bdl_view_is(word, "Trust") || bdl_view_is(word, "TRUST") ||
	    bdl_view_is(word, "Federation");
}

/* What names are looked for. */
struct sort {
	bool (*ends)(struct bdl_view word, struct bdl_view before);
	bool of_schools;
};

static const struct sort schools = { ends_school, true }, trusts = { ends_trust, false };

/* "Hilltop Academy Fernbrook" on a line of its own: the name goes to the line's end. */
static struct bdl_view whole_line(struct bdl_view name, struct bdl_view rest)
{
	struct bdl_view left = bdl_view_trim(rest), word;
	size_t to = (size_t)(left.p + left.n - name.p);
	unsigned words = 0;

	for (; bdl_view_cut(&left, ' ', &word); words++)
		if (!is_capital(word) || is_common(word) || !bdl_is_letter(word.p[word.n - 1]))
			return name;
	return words > 0 && words < 3 && to <= LINE_CHARS ? bdl_view_at(name.p, to) : name;
}

static bool joins(struct bdl_view word)
{
	return bdl_view_is(word, "of") || bdl_view_is(word, "and") || bdl_view_is(word, "the") ||
	    bdl_view_is(word, "&");
}

/* Words with capitals up to the one that ends a name. Empty where there is none. */
static struct bdl_view name_in(struct bdl_view line, const struct sort *sort)
{
	struct bdl_view rest = line, word, before = { 0 };
	const char *from = NULL;
	bool own = false; /* some word of it is a name's */

	for (; bdl_view_cut(&rest, ' ', &word); before = word) {
		bool marked = word.n > 0 && strchr(".,;:)", word.p[word.n - 1]), ends, goes_on;

		word.n -= marked;
		ends = sort->ends(word, before);
		/* Of "Rivers Academy Trust" the trust is named, and no school. */
		if (ends && own &&
		    !(sort->of_schools && bdl_view_istarts(rest, BDL_LIT("Trust")))) {
			struct bdl_view name = bdl_view_at(from, (size_t)(word.p + word.n - from));
			bool first = from == line.p && sort->of_schools && !marked;

			return first ? whole_line(name, rest) : name;
		}
		goes_on = is_capital(word) && !is_common(word) && (own || !ends);
		if (goes_on) {
			from = from ? from : word.p;
			own = own || !is_kind(word);
		}
		if (marked || !(goes_on || (from && joins(word)))) {
			from = NULL;
			own = false;
		}
	}
	return (struct bdl_view){ 0 };
}

/* The next line of a text, without its end. */
static bool cut_line(struct bdl_view *rest, struct bdl_view *ret)
{
	size_t n = 0;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\f')
		n++;
	*ret = bdl_view_trim(bdl_view_at(rest->p, n));
	if (rest->n == 0)
		return false;
	*rest = bdl_view_from(*rest, n + (n < rest->n));
	return true;
}

static unsigned count_lines_with(
    struct bdl_view text, struct bdl_view name, const struct sort *sort)
{
	struct bdl_view line;
	unsigned n = 0;

	while (cut_line(&text, &line))
		n += bdl_view_eq(name_in(line, sort), name);
	return n;
}

/* The name that stands in the text most often; also where each page begins with it. */
static struct bdl_view find(struct bdl_view text, const struct sort *sort)
{
	struct bdl_view rest = text, line, best = { 0 };
	unsigned most = 0, number = 0, first = 0;

	for (; number < LINES_MAX && cut_line(&rest, &line); number++) {
		struct bdl_view name = name_in(line, sort);
		unsigned n = name.n > 0 ? count_lines_with(text, name, sort) : 0;

		if (n > most) {
			most = n;
			best = name;
			first = number;
		}
	}
	/* Once is enough near the beginning only: another may be named in passing. */
	return most > 1 || (most == 1 && first < FIRST) ? best : (struct bdl_view){ 0 };
}

struct bdl_view bdl_school_find(struct bdl_view text)
{
	return find(text, &schools);
}

struct bdl_view bdl_trust_find(struct bdl_view text)
{
	return find(text, &trusts);
}
