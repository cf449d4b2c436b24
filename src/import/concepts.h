/*
 * What the sentences of other people's policies mean: words that say the same, grouped into concepts, and
 * for each clause of the model policies which concepts come together in a sentence that means it.
 * policy/import/concepts.txt and examples.txt are the files that ship, docs/formats.md describes it; a school or a
 * trust adds files of its own.
 */
#ifndef BDL_IMPORT_CONCEPTS_H
#define BDL_IMPORT_CONCEPTS_H

#include "import/statement.h"

#define BDL_CONCEPTS_BYTES_MAX (512 * 1024) /* of one file */
#define BDL_KINDS_MAX          512          /* clauses that are known */
#define BDL_WHY_MAX            160          /* bytes of the words that decided */
#define BDL_SURE_MATCHED       60           /* percent: from here on a meaning is a match */
#define BDL_SURE_UNSURE        30           /* and from here on something to ask about */

struct bdl_concepts;

struct bdl_concepts *bdl_concepts_new(void);
void bdl_concepts_free(struct bdl_concepts *c); /* takes NULL */
BDL_DEFINE_AUTO(struct bdl_concepts, bdl_concepts_free);

/*
 * Add a file. What it says of a concept or a clause that is known is added to it, but for rules,
 * which take the place of those before. BDL_E_INVALID with "NAME:LINE: what is wrong",
 * BDL_E_LIMIT; what was added is then not to be used.
 */
int bdl_concepts_add(struct bdl_concepts *c, struct bdl_view text, const char *name,
    struct bdl_err *err) BDL_MUST_USE;

/* The clauses that are known, by number. `id` and `title` (may be empty) live as long as the concepts. */
size_t bdl_concepts_count(const struct bdl_concepts *c);
struct bdl_view bdl_concepts_id(const struct bdl_concepts *c, size_t kind);
struct bdl_view bdl_concepts_title(const struct bdl_concepts *c, size_t kind);
bool bdl_concepts_find(const struct bdl_concepts *c, struct bdl_view id, size_t *ret);

/* All rules of a clause, of whatever variant: `at` counts them. Empty past the last. For tests. */
struct bdl_view bdl_concepts_rules(const struct bdl_concepts *c, size_t kind, size_t at);

struct bdl_meaning {
	uint16_t kind;         /* of clause */
	uint8_t sure;          /* percent; 99 at most */
	struct bdl_view why;   /* "password, disclose": the words that decided */
	struct bdl_view rules; /* what the clause does, may be empty */
	struct bdl_view read;  /* values of the sentence that are in the rules: "24 hours" */
};

struct bdl_meanings {
	struct bdl_meaning *items; /* the surest first, none below BDL_SURE_UNSURE */
	size_t n;
};

/* What each statement means: as many as there are statements, in the region. */
int bdl_concepts_match(const struct bdl_concepts *c, const struct bdl_statements *statements,
    struct bdl_region *region, struct bdl_meanings **ret, struct bdl_err *err) BDL_MUST_USE;

#endif
