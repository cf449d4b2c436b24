/* Matching statements by concepts, at work. Private to import/. */
#ifndef BDL_IMPORT_MATCH_INT_H
#define BDL_IMPORT_MATCH_INT_H

#include "import/concepts_int.h"

#define BDL_LEADS_MAX 4 /* of leads, or headings, within each other */

/* For each concept: whether the statement has it, from which token, and how many. */
struct bdl_found {
	uint16_t from, n; /* n 0: it has not */
};

struct bdl_matcher {
	const struct bdl_concepts *c;
	const struct bdl_statements *s;
	struct bdl_found **found; /* of each statement, by concept */
	struct bdl_token **tokens;
	bool knows_duties; /* some concept says who is obliged */
	struct bdl_region *region;
};

/* duty.c: whether the statement has a concept with one of these traits. */
bool bdl_has_trait(const struct bdl_matcher *m, size_t at, unsigned traits);

/* Whether it obliges somebody: by itself, by what leads it, or by the heading that it stands under. */
bool bdl_obliges(const struct bdl_matcher *m, size_t at);

/* Whether it is only named, below "Definitions". */
bool bdl_is_aside(const struct bdl_matcher *m, size_t at);

#endif
