/*
 * What the tokens (rules.re), the grammar (rules.y), its actions (rule_build.c), what it expects
 * (rule_expect.c) and the reader of rules (rule.c) share. Private to policy/.
 *
 * The reader cuts a block into rules by their indentation and gives the grammar one rule at a
 * time, so that a mistake in one never spoils the next.
 */
#ifndef BDL_POLICY_RULES_INT_H
#define BDL_POLICY_RULES_INT_H

#include "base/buf.h"
#include "policy/rule.h"

#define BDL_RULE_WORDS_MAX   256 /* names in one rule, together */
#define BDL_RULE_PERIODS_MAX 64  /* of one rule */
#define BDL_RULE_PHRASES_MAX 32  /* conditions of one rule, as many exceptions, as many others */
#define BDL_SPELLING_MAX     32

struct bdl_token {
	int kind; /* BDL_TK_..., 0 at the end */
	struct bdl_view text;
	unsigned line, column; /* column counts characters */
	unsigned indent;       /* columns of white space before the first token of a line */
	bool first;            /* on its line */
};

struct bdl_lexer {
	const char *cursor, *limit;
	const char *line_start;
	unsigned line;
	bool line_begun; /* a token of this line was given */
};

/* The next token, and its kind; 0 at the end of the block, for ever. */
int bdl_rules_lex(struct bdl_lexer *l, struct bdl_token *ret);
int bdl_rules_word_kind(struct bdl_view word); /* BDL_TK_WORD_ where it is none of the language */

/* A rule while it is read; copied out of here once it is whole. */
struct bdl_rule_builder {
	struct bdl_findings *findings;
	struct bdl_rule rule; /* its head; the arrays below are its phrases */
	struct bdl_word words[BDL_RULE_WORDS_MAX];
	size_t n_words;
	struct bdl_period periods[BDL_RULE_PERIODS_MAX];
	size_t n_periods, periods_taken; /* those from periods_taken on belong to the phrase */
	bool days_asked;                 /* the period being read has its 'on' */
	struct bdl_phrase conds[BDL_RULE_PHRASES_MAX], unless[BDL_RULE_PHRASES_MAX];
	struct bdl_phrase phrases[BDL_RULE_PHRASES_MAX];
	size_t n_lists;           /* of the phrase being read */
	struct bdl_phrase values; /* of the phrase being read, but for its form */
	struct bdl_phrase phrase; /* the one just read */
	bool syntax_failed;       /* by the last token */
	bool head_read;
	bool bad; /* a finding was made: the rule is broken */
};

/* An error at a token, "WHAT 'TOKEN'": the rule is bad. */
void bdl_build_complain(struct bdl_rule_builder *b, struct bdl_token at, const char *expected,
    const char *suggestion, const char *what);

extern const char *const bdl_day_words[7]; /* "mon" .. "sun" */
int bdl_unit_find(struct bdl_view v);      /* enum bdl_unit, or -1 */

/* Forget what was read of a phrase that a mistake cut off. */
void bdl_build_drop_values(struct bdl_rule_builder *b);

/* The grammar's actions (rule_build.c). */
void bdl_build_head(struct bdl_rule_builder *b, struct bdl_token action, struct bdl_token door);
void bdl_build_door(struct bdl_rule_builder *b, struct bdl_token door);
void bdl_build_deed(struct bdl_rule_builder *b, struct bdl_token word);
void bdl_build_kind(struct bdl_rule_builder *b, enum bdl_rule_kind kind, enum bdl_phrase_form form,
    struct bdl_token at);
void bdl_build_list(struct bdl_rule_builder *b);
void bdl_build_word(struct bdl_rule_builder *b, struct bdl_token word);
void bdl_build_quoted(struct bdl_rule_builder *b, struct bdl_token quoted);
void bdl_build_number(struct bdl_rule_builder *b, struct bdl_token number);
void bdl_build_span(struct bdl_rule_builder *b, struct bdl_token number);
void bdl_build_unit(struct bdl_rule_builder *b, struct bdl_token unit);
void bdl_build_size(struct bdl_rule_builder *b, struct bdl_token number, struct bdl_token unit);
void bdl_build_clock(struct bdl_rule_builder *b, struct bdl_token clock);
void bdl_build_then(struct bdl_rule_builder *b, struct bdl_token action, struct bdl_token door);
void bdl_build_period(struct bdl_rule_builder *b, struct bdl_token range, bool days_asked);
void bdl_build_days(struct bdl_rule_builder *b, struct bdl_token span);
void bdl_build_phrase(struct bdl_rule_builder *b, enum bdl_phrase_form form, struct bdl_token at,
    enum bdl_manner manner);
void bdl_build_keep(struct bdl_rule_builder *b, bool unless);

/* What lemon makes of rules.y. */
void *bdl_grammarAlloc(void *(*alloc)(size_t), struct bdl_rule_builder *b);
void bdl_grammarFree(void *grammar, void (*free)(void *));
void bdl_grammarInit(void *grammar, struct bdl_rule_builder *b);
void bdl_grammarFinalize(void *grammar);
void bdl_grammar(void *grammar, int kind, struct bdl_token token);

/* Whether the grammar as it stands would take this token; nothing is changed. */
bool bdl_grammar_would_take(const void *grammar, int kind);
int bdl_grammar_word(struct bdl_view v); /* the token of a word of the language, or 0 */
int bdl_grammar_tokens(void);            /* tokens are from 1 up to this */
bool bdl_grammar_spell(int kind, char ret[BDL_SPELLING_MAX]); /* false: no word of its own */

/* The words that begin a phrase, and are no names. */
bool bdl_begins_phrase(int kind);

/*
 * Tell that the grammar does not take this token, with what it would have taken. `value` is the
 * word before the values that may come here ("to category"), or 0. Returns the word of the language
 * that was meant, where that can be told, for as long as the findings live; else NULL.
 */
const char *bdl_expect(struct bdl_rule_builder *b, const void *grammar, int value,
    struct bdl_token at, const char *what);

/* "a phrase such as 'to', 'by', ...": what may follow the head of such a rule. */
const char *bdl_expect_phrases(enum bdl_rule_kind kind);

#endif
