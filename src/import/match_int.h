/* Matching statements by concepts, at work. Private to import/. */
#ifndef BDL_IMPORT_MATCH_INT_H
#define BDL_IMPORT_MATCH_INT_H

#include "import/concepts_int.h"

#define BDL_TOKENS_MAX 400 /* of a statement; what comes after is not looked at */
#define BDL_LEADS_MAX  4   /* of leads, or headings, within each other */

/* For each concept: whether the statement has it, from which token, and how many. */
struct bdl_found {
	uint16_t from, n; /* n 0: it has not */
};

struct bdl_matcher {
	const struct bdl_concepts *c;
	const struct bdl_statements *s;
	struct bdl_found **found; /* of each statement, by concept */
	struct bdl_token **tokens;
	size_t *n_tokens;
	struct bdl_likes *likes;
	bool knows_duties; /* some concept says who is obliged */
	struct bdl_region *region;
};

/* found.c: the words of the statement and their concepts; false past the region's maximum. */
bool bdl_concepts_look(struct bdl_matcher *m, size_t at);

/* How many of the tokens from `at` on are the pattern's; 0: it does not fit. */
size_t bdl_pattern_fits(
    const struct bdl_pattern *p, const struct bdl_token *tokens, size_t n, size_t at);

/* like.c: the examples, cut and weighed. In the region; NULL past its maximum. */
struct bdl_likes *bdl_likes_make(const struct bdl_concepts *c, struct bdl_region *region);

/* A statement that is looked at with another, and how much of it counts, 1 at most. */
struct bdl_beside {
	size_t at;
	float share;
	bool own; /* its words count as those of the statement */
};

struct bdl_liking {
	float like;       /* 0 to 1 */
	float share;      /* of the statement's weight, what agrees; 0 to 1 */
	uint16_t example; /* the one that it is most like */
};

/* For each kind how like the statement is to its examples; it is itself among those beside. */
void bdl_likes_find(const struct bdl_matcher *m, const struct bdl_beside *beside, size_t n_beside,
    struct bdl_liking *ret);

/* The words of the statement that the example has too, in order; how many, at most `max`. */
size_t bdl_likes_words(
    const struct bdl_matcher *m, size_t at, uint16_t example, struct bdl_found *ret, size_t max);

/* duty.c: whether the statement has a concept with one of these traits. */
bool bdl_has_trait(const struct bdl_matcher *m, size_t at, unsigned traits);

/* Whether it obliges somebody: by itself, by what leads it, or by the heading that it stands under. */
bool bdl_obliges(const struct bdl_matcher *m, size_t at);

/* Whether it is only named: below "Definitions", among papers, or as what the policy is for. */
bool bdl_is_aside(const struct bdl_matcher *m, size_t at);

#endif
