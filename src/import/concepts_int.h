/* How concepts are kept. Private to import/. */
#ifndef BDL_IMPORT_CONCEPTS_INT_H
#define BDL_IMPORT_CONCEPTS_INT_H

#include "base/buf.h"
#include "import/concepts.h"

#define BDL_STEMS_MAX    8192 /* different words */
#define BDL_CONCEPTS_MAX 2048 /* those without a name, words in quotes, included */
#define BDL_PATTERNS_MAX 8192
#define BDL_PATTERN_LEN  8 /* words that follow each other */
#define BDL_NODES_MAX    32768
#define BDL_LINES_MAX    4096 /* that say what means a clause, of all clauses */
#define BDL_EXAMPLES_MAX 8192
#define BDL_NO_KIND      UINT16_MAX /* of an example of what means no clause */
#define BDL_NO_STEM      0          /* a word that no concept has */
#define BDL_GAP_STEM     UINT16_MAX /* in a pattern: some other words may stand there */
#define BDL_GAP_WORDS    4          /* at most so many */

/* A word of a sentence: its stem, and where it stands. */
struct bdl_token {
	uint16_t stem;
	bool begins; /* behind the end of a sentence, or a cell: no words reach over it */
	uint32_t from, to;
};

/* Words that follow each other and stand for a concept. */
struct bdl_pattern {
	uint16_t stems[BDL_PATTERN_LEN];
	uint16_t n, concept, next; /* the next that begins with the same stem, from 1 */
};

enum bdl_trait {
	BDL_TRAIT_COMMON = 1,  /* too common to carry a meaning alone */
	BDL_TRAIT_DUTY = 2,    /* who says it obliges somebody: "must", "never", "only" */
	BDL_TRAIT_OPENING = 4, /* obliges as the first word: "Lock the screen" */
	BDL_TRAIT_ASIDE = 8,   /* what stands under such a heading is only named: "Definitions" */
	BDL_TRAIT_EMPTY = 64,  /* says nothing by which sentences could be alike: "the" */
	BDL_TRAIT_AIM = 128,   /* says what the policy is for: "This policy aims to" */
	BDL_TRAIT_PAPER = 256, /* names papers: a sentence of many of them only lists these */
	BDL_TRAIT_IDIOM = 512, /* together they say something else: "but not limited to" */
	BDL_TRAIT_WHOM = 32,   /* says who is addressed: "All staff and visitors must" */
	BDL_TRAIT_BACK = 16,   /* stands for what was spoken of before: "it", "them" */
};

struct bdl_concept {
	struct bdl_view name; /* empty for words in quotes */
	unsigned traits;      /* enum bdl_trait */
};

enum bdl_node_kind { BDL_NODE_WORD, BDL_NODE_AND, BDL_NODE_OR, BDL_NODE_NOT, BDL_NODE_UNDER };

/* A condition as a tree: `a` is a concept or a node, `b` a node. */
struct bdl_node {
	enum bdl_node_kind kind;
	uint16_t a, b;
};

/* "90 password and share": so sure is it that such a sentence means the clause. */
struct bdl_hint {
	uint16_t kind, node;
	uint8_t sure;
};

/* What the clause does: the rules of the first variant whose condition holds. */
struct bdl_variant {
	struct bdl_view rules;
	uint16_t node;
	bool always;   /* no condition */
	unsigned file; /* rules of a later file take the place of those of an earlier one */
	struct bdl_variant *next;
};

struct bdl_kind {
	struct bdl_view id, title;
	struct bdl_variant *variants, *last;
	bool told;  /* a sentence that obliges nobody may mean it: "Use is monitored." */
	bool named; /* what is only named may: "Related policies: safeguarding" */
};

/* A sentence that means the clause. */
struct bdl_example {
	uint16_t kind;
	struct bdl_view words;
};

struct bdl_stem {
	struct bdl_view word;
	uint16_t first; /* pattern, from 1 */
};

struct bdl_concepts {
	struct bdl_region *region;
	void *stemmer; /* of libstemmer */
	struct bdl_stem stems[BDL_STEMS_MAX];
	uint16_t table[2 * BDL_STEMS_MAX]; /* open addressing over stems */
	size_t n_stems;                    /* with the empty one */
	struct bdl_concept concepts[BDL_CONCEPTS_MAX];
	size_t n_concepts;
	struct bdl_pattern patterns[BDL_PATTERNS_MAX];
	size_t n_patterns;
	struct bdl_node nodes[BDL_NODES_MAX];
	size_t n_nodes;
	struct bdl_hint hints[BDL_LINES_MAX];
	size_t n_hints;
	struct bdl_example examples[BDL_EXAMPLES_MAX];
	size_t n_examples, n_example_words;
	struct bdl_kind kinds[BDL_KINDS_MAX];
	size_t n_kinds;
	unsigned n_files;
};

/*
 * The words of a text in order, at most `max` of them; `learn` gives a number to stems that have
 * none yet (BDL_NO_STEM once there are too many).
 */
size_t bdl_tokens_take(
    struct bdl_concepts *c, struct bdl_view text, bool learn, struct bdl_token *tokens, size_t max);

/* The same for who only reads: what is unknown stays so. */
size_t bdl_tokens_look(
    const struct bdl_concepts *c, struct bdl_view text, struct bdl_token *tokens, size_t max);

/* An expression at the front of *rest; BDL_E_INVALID or BDL_E_LIMIT with what is wrong. */
int bdl_expression_parse(
    struct bdl_concepts *c, struct bdl_view *rest, uint16_t *ret_node, struct bdl_err *err);

/* A pattern for the concept from words in the view. */
int bdl_pattern_add(
    struct bdl_concepts *c, uint16_t concept, struct bdl_view words, struct bdl_err *err);

/*
 * values.c: what the sentence says of hours, times, spans and sizes, by the name that stands for it in
 * rules, appended as their language has it ("08:30-16:00"). False where it says none.
 */
bool bdl_value_put(struct bdl_view name, struct bdl_view sentence, struct bdl_buf *out);
bool bdl_value_is_known(struct bdl_view name);

/* The rules with each "{within}" filled in, and what was; false where the sentence lacks one. */
bool bdl_values_fill(
    struct bdl_view rules, struct bdl_view sentence, struct bdl_buf *out, struct bdl_buf *read);

bool bdl_concept_find(const struct bdl_concepts *c, struct bdl_view name, uint16_t *ret);

#endif
