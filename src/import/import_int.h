/* What the parts of an import share. Private to import/. */
#ifndef BDL_IMPORT_IMPORT_INT_H
#define BDL_IMPORT_IMPORT_INT_H

#include "import/import.h"

/* Whether the words stand in the text, in either case of letters. */
static inline bool bdl_import_has(struct bdl_view text, const char *words)
{
	struct bdl_view w = bdl_view_of(words);

	for (size_t i = 0; i + w.n <= text.n; i++)
		if (bdl_view_ieq(bdl_view_at(text.p + i, w.n), w))
			return true;
	return false;
}

/* facts.c: what the policy says of itself. `meanings` are of the statements. */
void bdl_facts_find(struct bdl_import *m, const struct bdl_import_terms *terms,
    const struct bdl_meanings *meanings);

/* keys.c: a key of a table of such facts ("Next review date"), or BDL_FACTS. */
enum bdl_fact bdl_fact_of_key(struct bdl_view key);

/* days.c: a day or a month that stands in the text ("12/09/23", "3rd May 2025", "Oct 2025"). */
struct bdl_import_day {
	unsigned year, month, day; /* day 0: only the month is said */
};
bool bdl_import_day_find(struct bdl_view text, struct bdl_import_day *ret);
bool bdl_import_day_begins(struct bdl_view text); /* one stands right at its beginning */

/* "May", "Sept"; 0: it is no month. A number up to a maximum, as "3" and "3rd". */
unsigned bdl_import_month(struct bdl_view word);
bool bdl_import_number(struct bdl_view word, unsigned max, unsigned *ret);

/*
 * terms.c: append the spans that the words state as "autumn 2026-09-03 to 2026-12-18", with commas between
 * them; `academic` is the year in which the academic one begins, for dates without a year, or 0.
 */
void bdl_terms_read(
    struct bdl_view words, unsigned academic, struct bdl_buf *terms, struct bdl_buf *holidays);

/* "Term dates 2026/27" is of 2026; 0: it names no year. */
unsigned bdl_terms_year(struct bdl_view words);

/* whom.c: append whom the policy binds ("staff, volunteers") and which papers are its companions. */
void bdl_whom_find(const struct bdl_import *m, const struct bdl_import_terms *terms,
    const struct bdl_meanings *meanings, struct bdl_buf *binds, struct bdl_buf *companions);

/* school.c: the name of the school, or of the trust, that the text names most; empty: none. */
struct bdl_view bdl_school_find(struct bdl_view text);
struct bdl_view bdl_trust_find(struct bdl_view text);

/* How often, in months ("annually", "every two years", "termly"); 0: it does not say. */
unsigned bdl_import_interval(struct bdl_view text);

/* parts.c: statements put together as clauses; false past the region's maximum. */
bool bdl_parts_make(struct bdl_import *m, const struct bdl_import_terms *terms,
    const struct bdl_meanings *meanings);

/*
 * listed.c: of the rules those whose categories the lists have, and the names of the others ("ai,
 * trading"). False past the region's maximum.
 */
bool bdl_rules_listed(const struct bdl_import_terms *terms, struct bdl_view rules,
    struct bdl_region *region, struct bdl_view *ret, struct bdl_view *ret_left_out);

/*
 * Whether the item says nothing without what leads it: "share passwords" below "Staff must not:",
 * but not "I will not share passwords" below "I agree to the following:".
 */
bool bdl_needs_lead(const struct bdl_statements *s, size_t at);

/* write.c: the document, appended. */
void bdl_draft_write(const struct bdl_import *m, struct bdl_buf *out);

#endif
