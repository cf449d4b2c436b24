/* What the parts of an import share. Private to import/. */
#ifndef BDL_IMPORT_IMPORT_INT_H
#define BDL_IMPORT_IMPORT_INT_H

#include "import/import.h"

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
