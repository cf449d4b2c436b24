/*
 * What the tokens (rules.re), the grammar (rules.y), its actions (rule_build.c) and the reader of
 * rules (rule.c) share. Private to policy/.
 *
 * The reader cuts a block into rules by their indentation and gives the grammar one rule at a
 * time, so that a mistake in one never spoils the next.
 */
#ifndef BDL_POLICY_RULES_INT_H
#define BDL_POLICY_RULES_INT_H

#include "policy/rule.h"

#define BDL_RULE_WORDS_MAX   256 /* categories, hosts and groups of one rule, together */
#define BDL_RULE_PERIODS_MAX 64  /* of one rule */
#define BDL_RULE_CONDS_MAX   32  /* conditions of one rule, and as many exceptions */
#define BDL_RULE_ROLES_MAX   32  /* told by one rule */

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

/* A rule while it is read; copied out of here once it is whole. */
struct bdl_rule_builder {
	struct bdl_findings *findings;
	enum bdl_action action;
	enum bdl_door door;
	struct bdl_word words[BDL_RULE_WORDS_MAX];
	size_t n_words, words_taken; /* those from words_taken on belong to the list being read */
	struct bdl_period periods[BDL_RULE_PERIODS_MAX];
	size_t n_periods, periods_taken;
	bool days_asked; /* the period being read has its 'on' */
	struct bdl_cond conds[BDL_RULE_CONDS_MAX], unless[BDL_RULE_CONDS_MAX];
	size_t n_conds, n_unless;
	struct bdl_cond cond; /* the condition just read */
	struct bdl_word tell[BDL_RULE_ROLES_MAX];
	size_t n_tell;
	bool critical;
	bool syntax_failed; /* by the last token */
	bool bad;           /* a finding was made: the rule is broken */
};

/* An error at a token, "WHAT 'TOKEN'": the rule is bad. */
void bdl_build_complain(struct bdl_rule_builder *b, struct bdl_token at, const char *expected,
    const char *suggestion, const char *what);

extern const char *const bdl_day_words[7]; /* "mon" .. "sun" */

/* The grammar's actions (rule_build.c). */
void bdl_build_head(struct bdl_rule_builder *b, struct bdl_token action, struct bdl_token door);
void bdl_build_word(struct bdl_rule_builder *b, struct bdl_token word);
void bdl_build_period(struct bdl_rule_builder *b, struct bdl_token range, bool days_asked);
void bdl_build_days(struct bdl_rule_builder *b, struct bdl_token span);
void bdl_build_cond(struct bdl_rule_builder *b, enum bdl_cond_kind kind, struct bdl_token at);
void bdl_build_keep_cond(struct bdl_rule_builder *b);
void bdl_build_keep_unless(struct bdl_rule_builder *b);
void bdl_build_tell(struct bdl_rule_builder *b, bool critical);

/* What lemon makes of rules.y. */
void *bdl_grammarAlloc(void *(*alloc)(size_t), struct bdl_rule_builder *b);
void bdl_grammarFree(void *grammar, void (*free)(void *));
void bdl_grammarInit(void *grammar, struct bdl_rule_builder *b);
void bdl_grammarFinalize(void *grammar);
void bdl_grammar(void *grammar, int kind, struct bdl_token token);

#endif
